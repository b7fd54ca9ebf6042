import { dirname, join } from "node:path"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { parseMemorySummary } from "../../domain/memory/MemorySummary.js"
import { noEdits, PersonEdits } from "../../domain/memory/PersonEdits.js"
import { earlierFile, editsFile, summaryFile, traceFolder } from "../../domain/memory/Publication.js"
import { parseTraceFile, threadOfTraceFile } from "../../domain/memory/TraceMemory.js"
import { projectName } from "../../domain/thread/WorkingDirectory.js"
import type { AgentControl } from "../../services/AgentControl.js"
import * as AgentControlFromFunction from "./FromFunction.js"
import { Settings } from "../../settings/Settings.js"
import { yieldToEventLoop } from "../node/YieldToEventLoop.js"

const decodeEdits = Schema.decodeUnknown(Schema.parseJson(PersonEdits))

const readTraces = Effect.fnUntraced(function* (directory: string) {
  const fileSystem = yield* FileSystem.FileSystem
  const order = [...parseMemorySummary(yield* fileSystem.readFileString(join(directory, summaryFile))).keys()]
  // A project with only notes has no traces.
  const names = order.length === 0 ? [] : yield* fileSystem.readDirectory(join(directory, traceFolder))
  const byThread = new Map(names.map((name) => [threadOfTraceFile(name), name]))
  return yield* Effect.forEach(
    order.flatMap((threadId) => {
      const name = byThread.get(threadId)
      return name === undefined ? [] : [{ threadId, name }]
    }),
    ({ name, threadId }) =>
      Effect.map(fileSystem.readFileString(join(directory, traceFolder, name)), (content) => {
        const { header, trace } = parseTraceFile(content)
        return { threadId, cwd: header.get("cwd") ?? "", text: trace }
      })
  )
})

const readEdits = Effect.fnUntraced(function* (directory: string) {
  const fileSystem = yield* FileSystem.FileSystem
  const path = join(directory, editsFile)
  return (yield* fileSystem.exists(path)) ? yield* decodeEdits(yield* fileSystem.readFileString(path)) : noEdits
})

const readEarlierLines = Effect.fnUntraced(function* (directory: string) {
  const fileSystem = yield* FileSystem.FileSystem
  const path = join(directory, earlierFile)
  if (!(yield* fileSystem.exists(path))) {
    return undefined
  }
  const { readEarlier } = yield* loadEarlier
  return readEarlier(yield* fileSystem.readFileString(path))
})

/** Loads the code for earlier sessions with the first agent, so that a pass with nothing to do starts faster. */
const loadEarlier = Effect.promise(() => import("../../domain/offline/consolidating/EarlierSessions.js"))
const loadConsolidator = Effect.promise(() => import("../../domain/offline/consolidating/OfflineConsolidator.js"))

const work = Effect.fn("AgentControl.consolidateOffline")(function* (directory: string) {
  const fileSystem = yield* FileSystem.FileSystem
  const { consolidate } = yield* loadConsolidator
  const traces = yield* readTraces(directory)
  const edits = yield* readEdits(directory)
  const earlier = yield* readEarlierLines(directory)
  yield* yieldToEventLoop
  const { memoryBytes: maxBytes } = yield* Settings
  const files = consolidate({ maxBytes, project: projectName(traces[0]?.cwd ?? ""), traces, edits, earlier })
  for (const { path, text } of files) {
    yield* fileSystem.makeDirectory(dirname(join(directory, path)), { recursive: true, mode: 0o700 })
    yield* fileSystem.writeFileString(join(directory, path), text, { mode: 0o600 })
  }
})

/**
 * Consolidates the staged copy by rule: the same traces and edits give the same files. An agent that cannot read or
 * write its directory ends as `Errored`.
 */
export const layer: Layer.Layer<AgentControl, never, FileSystem.FileSystem | Settings> = AgentControlFromFunction.layer(
  ({ directory }) => work(directory)
)
