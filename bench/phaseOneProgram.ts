/**
 * Measures phase one with a model that takes 200 ms to answer. Prints the time from the first request sent to the last
 * row stored, and the peak resident memory by then. Arguments: Codex home, memories home, and `http` to ask the model
 * through an HTTP server in a separate process, as the program does.
 */
import { spawn } from "node:child_process"
import { subscribe } from "node:diagnostics_channel"
import { once } from "node:events"
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Stream from "effect/Stream"
import * as AgentControlOffline from "../src/layers/agent/Offline.js"
import * as MemoryFsLayer from "../src/layers/memory/MemoryFs.js"
import * as ModelClientFromFunction from "../src/layers/model/FromFunction.js"
import * as ProcessTableNode from "../src/layers/node/ProcessTable.js"
import * as SessionStoreDisk from "../src/layers/sessions/SessionStoreDisk.js"
import * as StateDbSqlite from "../src/layers/state/StateDb.js"
import * as SymbolicLinksNode from "../src/layers/node/SymbolicLinks.js"
import * as WorkingDirectoriesNode from "../src/layers/node/WorkingDirectories.js"
import { runPass } from "../src/pass/RunPass.js"
import { MemoryFs } from "../src/services/MemoryFs.js"
import { type ModelEvent, TokenUsage } from "../src/services/ModelClient.js"
import { Progress } from "../src/services/Progress.js"
import * as Redactor from "../src/services/Redactor.js"
import * as Settings from "../src/settings/Settings.js"
import { Templates } from "../src/services/Templates.js"

const [codexHome = "", memoriesHome = "", how = ""] = process.argv.slice(2)

let firstRequest = 0
let lastRow = 0
let mebibytes = 0

const trace = (what: string) =>
  `# ${what}\nTrace context: bench\nUser preferences: none observed\n\n## Task: ${what}\nOutcome: success\n${"- a step that was taken\n".repeat(100)}`

const scripted = ModelClientFromFunction.layer("scripted", ({ thread }) => {
  firstRequest ||= performance.now()
  const text = JSON.stringify({ traceMemory: trace(thread.title ?? ""), summary: thread.title ?? "" })
  const events: ReadonlyArray<ModelEvent> = [
    { _tag: "TextDelta", text },
    { _tag: "Completed", usage: new TokenUsage({ inputTokens: 1, outputTokens: 1 }) }
  ]
  return Stream.fromIterableEffect(Effect.delay(Effect.succeed(events), "200 millis"))
})

subscribe("undici:request:create", () => {
  firstRequest ||= performance.now()
})

const served = Layer.unwrapEffect(
  Effect.map(
    Effect.promise(() => import("../src/layers/model/server/OpenAi.js")),
    ({ model }) => model
  )
)

const server =
  how === "http"
    ? spawn(process.execPath, [join(import.meta.dirname, "responsesServerProgram.mjs")], {
        stdio: ["pipe", "pipe", "inherit"]
      })
    : undefined
const baseUrl = server === undefined ? "" : String((await once(server.stdout, "data"))[0]).trim()

const model = server === undefined ? scripted : served

const database = Layer.unwrapEffect(
  Effect.gen(function* () {
    yield* (yield* MemoryFs).prepare
    return StateDbSqlite.layerSqlite(join(memoriesHome, "state.sqlite"), { replaceCorrupt: false })
  })
)

const layer = Layer.mergeAll(
  Layer.provideMerge(model, database),
  SessionStoreDisk.layer,
  AgentControlOffline.layer,
  Layer.succeed(Templates, {
    stageOneSystem: "system",
    stageOneInput: "{{ rollout_path }}\n{{ rollout_contents }}",
    consolidation: "{{ memory_root }}"
  }),
  Layer.succeed(Progress, {
    report: (event) =>
      Effect.sync(() => {
        if (event._tag === "Extracted") {
          lastRow = performance.now()
          mebibytes = process.resourceUsage().maxRSS / 1_024
        }
      })
  })
).pipe(
  Layer.provideMerge(MemoryFsLayer.layer),
  Layer.provideMerge(
    Layer.mergeAll(NodeFileSystem.layer, ProcessTableNode.layer, SymbolicLinksNode.layer, WorkingDirectoriesNode.layer)
  ),
  Layer.provideMerge(Redactor.layer),
  Layer.provideMerge(
    Settings.layer({
      codexHome,
      memoriesHome,
      ...(server === undefined
        ? {}
        : { model: "openai:gpt-5-mini", modelServers: { openai: { baseUrl, apiKey: undefined } } }),
      allowProviderCrossing: true,
      maxTokens: undefined
    })
  ),
  Layer.provideMerge(Logger.remove(Logger.defaultLogger))
)

const report = await Effect.runPromise(Effect.provide(runPass({ all: true, rebuildIndex: false }), layer))
process.stdout.write(
  JSON.stringify({ extracted: report.extracted.length, milliseconds: lastRow - firstRequest, mebibytes })
)
server?.kill()
