/**
 * A process of its own that runs one pass with a model that takes its time. Every request and every agent is a line of a
 * log that all processes share. Arguments: Codex home, memories home, log, a file to wait for. Prints the report.
 */
import { createHash } from "node:crypto"
import { appendFileSync, existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Context, Effect, Layer, Stream } from "effect"
import * as AgentControlOffline from "../../src/layers/agent/Offline.js"
import * as ModelClientFromFunction from "../../src/layers/model/FromFunction.js"
import { AgentControl, isFinal } from "../../src/services/AgentControl.js"
import { realPass } from "./realWorld.js"
import { answer, traceAbout } from "../../src/testing/World.js"

const [codexHome = "", memoriesHome = "", log = "", gate = ""] = process.argv.slice(2)

const tell = (...words: ReadonlyArray<string>) => appendFileSync(log, `${words.join(" ")}\n`)

const waitForGate: Effect.Effect<void> = Effect.suspend(() =>
  existsSync(gate) ? Effect.void : Effect.zipRight(Effect.sleep("2 millis"), waitForGate)
)

const model = ModelClientFromFunction.layer("counting", ({ thread }) => {
  tell("request", thread.id)
  return Stream.fromIterableEffect(Effect.delay(Effect.succeed(answer(traceAbout(thread.title ?? ""))), "80 millis"))
})

/** What a consolidation consumes, as one word. */
const inputsOf = (directory: string) => {
  const traces = join(directory, "trace_summaries")
  const files = readdirSync(traces).sort()
  return createHash("sha256")
    .update(files.map((name) => readFileSync(join(traces, name), "utf8")).join("\0"))
    .digest("hex")
}

const agent = Layer.map(AgentControlOffline.layer, (context) => {
  const { spawn } = Context.get(context, AgentControl)
  return Context.make(AgentControl, {
    spawn: (request) => {
      tell("begins", request.directory, inputsOf(request.directory))
      return Effect.map(Effect.delay(spawn(request), "20 millis"), ({ status }) => ({
        status: Stream.tap(status, (now) =>
          Effect.sync(() => {
            if (isFinal(now)) {
              tell("ends", request.directory)
            }
          })
        )
      }))
    }
  })
}).pipe(Layer.provide(NodeFileSystem.layer))

const program = Effect.gen(function* () {
  process.stdout.write("\n")
  yield* waitForGate
  const report = yield* realPass({ codexHome, memoriesHome, model, agent })
  process.stdout.write(JSON.stringify(report))
})

NodeRuntime.runMain(program, { disablePrettyLogger: true })
