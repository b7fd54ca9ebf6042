/**
 * The door for a host that embeds the pipeline: the services to fill, their errors, the settings, and the pass. It loads no
 * SQLite, no file system and no model; the layers that do are imported one by one from `rollout-memories/layers/…`.
 */
export * from "./domain/ConsolidationError.js"
export * from "./domain/ExtractionError.js"
export * from "./domain/ModelError.js"
export { PassReport, type ReportedError } from "./domain/Report.js"
export { MalformedAnswer, type StageOneOutput } from "./domain/StageOneOutput.js"
export { Thread } from "./domain/Thread.js"
export { ThreadId } from "./domain/ThreadId.js"
export { type PassOptions, runPass } from "./Pipeline.js"
export { MemoryNotImported } from "./Rebuild.js"
export * from "./services/AgentControl.js"
export * from "./services/MemoryFs.js"
export * from "./services/ModelClient.js"
export * from "./services/ProcessTable.js"
export * from "./services/Progress.js"
export * from "./services/RolloutStore.js"
export * from "./services/StateDb.js"
export * from "./services/SymbolicLinks.js"
export * from "./services/WorkingDirectories.js"
export * as Settings from "./Settings.js"
export { TemplateMissing, Templates } from "./Templates.js"
