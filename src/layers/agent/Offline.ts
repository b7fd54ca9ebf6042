import { dirname, join } from "node:path"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { noFacts, ProjectFacts } from "../../domain/facts/ProjectFacts.js"
import { parseMemorySummary } from "../../domain/memory/MemorySummary.js"
import { noEdits, PersonEdits } from "../../domain/memory/PersonEdits.js"
import { editsFile, factsFile, summaryFile, traceFolder } from "../../domain/memory/Publication.js"
import { parseTraceFile, threadOfTraceFile } from "../../domain/memory/TraceMemory.js"
import { projectName } from "../../domain/thread/WorkingDirectory.js"
import type { AgentControl } from "../../services/AgentControl.js"
import * as AgentControlFromFunction from "./FromFunction.js"
import { Settings } from "../../settings/Settings.js"
import { yieldToEventLoop } from "../node/YieldToEventLoop.js"

const decodeEdits = Schema.decodeUnknown(Schema.parseJson(PersonEdits))
const decodeFacts = Schema.decodeUnknown(Schema.parseJson(ProjectFacts))

/** Reads and decodes a file of the staged copy; returns `other` if the file does not exist. */
const readInput = Effect.fnUntraced(function* <A, E>(
  path: string,
  decode: (text: string) => Effect.Effect<A, E>,
  other: A
) {
  const fileSystem = yield* FileSystem.FileSystem
  return (yield* fileSystem.exists(path)) ? yield* decode(yield* fileSystem.readFileString(path)) : other
})

/**
 * Reads the name of the project from the header of a trace file; empty if there is no trace, as for a project with
 * nothing but notes.
 */
const readProject = Effect.fnUntraced(function* (directory: string, threadIds: ReadonlyArray<string>) {
  const fileSystem = yield* FileSystem.FileSystem
  const names = threadIds.length === 0 ? [] : yield* fileSystem.readDirectory(join(directory, traceFolder))
  const first = names.find((name) => threadIds.some((threadId) => threadId === threadOfTraceFile(name)))
  return first === undefined
    ? ""
    : projectName(
        parseTraceFile(yield* fileSystem.readFileString(join(directory, traceFolder, first))).header.get("cwd") ?? ""
      )
})

/** Loads the offline consolidator with the first agent. A pass that consolidates nothing does not need it. */
const loadConsolidator = Effect.promise(() => import("../../domain/offline/consolidating/OfflineConsolidator.js"))

const work = Effect.fn("AgentControl.consolidateOffline")(function* (directory: string) {
  const fileSystem = yield* FileSystem.FileSystem
  const { consolidate } = yield* loadConsolidator
  const threadIds = [...parseMemorySummary(yield* fileSystem.readFileString(join(directory, summaryFile))).keys()]
  const facts = yield* readInput(join(directory, factsFile), decodeFacts, noFacts)
  const edits = yield* readInput(join(directory, editsFile), decodeEdits, noEdits)
  const project = yield* readProject(directory, threadIds)
  yield* yieldToEventLoop
  const { memoryBytes: maxBytes } = yield* Settings
  for (const { path, text } of consolidate({ maxBytes, project, threadIds, facts, edits })) {
    yield* fileSystem.makeDirectory(dirname(join(directory, path)), { recursive: true, mode: 0o700 })
    yield* fileSystem.writeFileString(join(directory, path), text, { mode: 0o600 })
  }
})

/**
 * Consolidates the staged copy without a model: the same facts and edits always give the same files. An agent that
 * cannot read or write its directory ends as `Errored`.
 */
export const layer: Layer.Layer<AgentControl, never, FileSystem.FileSystem | Settings> = AgentControlFromFunction.layer(
  ({ directory }) => work(directory),
  { worksByRule: true }
)
