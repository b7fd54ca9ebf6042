import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema, Stream } from "effect"
import { statSync } from "node:fs"
import { PassReport } from "../../src/domain/report/Report.js"
import * as AgentControlFromFunction from "../../src/layers/agent/FromFunction.js"
import * as ModelClientFromFunction from "../../src/layers/model/FromFunction.js"
import { ModelFailure } from "../../src/services/ModelClient.js"
import { bytesBelow, leaksIn, writePlantedHome } from "../support/plantedHome.js"
import { temporaryFolder } from "../support/program.js"
import { runInProcess } from "../support/programInProcess.js"
import { realPass } from "../support/realWorld.js"
import { madeSecrets } from "../support/secrets.js"
import { answer, writeMemory } from "../../src/testing/World.js"
import { nonEmpty } from "../support/nonEmpty.js"
import { againWith } from "../support/sample.js"

const decodeReport = Schema.decodeUnknownSync(Schema.parseJson(PassReport))

const plantedHome = Effect.map(temporaryFolder, (folder) => {
  const [codexHome, memoriesHome] = [join(folder, "codex"), join(folder, "memories")]
  return { codexHome, memoriesHome, sessions: writePlantedHome(codexHome) }
})

const everySecret = madeSecrets.map(({ text }) => text).join("\n")

describe("a home full of secrets", () => {
  it.scopedLive("no secret of a home is in anything that the program writes or prints", () =>
    Effect.gen(function* () {
      const { codexHome, memoriesHome, sessions } = yield* plantedHome
      const ended = yield* runInProcess(["--codex-home", codexHome, "--memories-home", memoriesHome, "--all", "--json"])
      assert.strictEqual(ended.code, 0, ended.stderr.slice(0, 2_000))
      const report = decodeReport(ended.stdout)
      assert.strictEqual(report.extracted.length, sessions, againWith())
      assert.isTrue(nonEmpty(report.consolidated).every(({ outcome }) => outcome === "published"))
      assert.deepStrictEqual(
        leaksIn([...bytesBelow(memoriesHome), ["stdout", ended.stdout], ["stderr", ended.stderr]]),
        [],
        againWith()
      )
      for (const path of nonEmpty(bytesBelow(memoriesHome).keys())) {
        assert.strictEqual(statSync(path).mode & 0o077, 0, path)
      }
    })
  )

  it.scopedLive("no secret of a home is in a request, or in the result of a model or an agent that repeats it", () =>
    Effect.gen(function* () {
      const { codexHome, memoriesHome, sessions } = yield* plantedHome
      const requests: Array<readonly [string, string]> = []
      const duringWork: Array<string> = []
      const model = ModelClientFromFunction.layer("scripted", (request) => {
        requests.push([`the request for ${request.thread.id}`, JSON.stringify(request)])
        return Stream.fromIterable(
          answer({
            traceMemory: `# It was ${everySecret}\nTrace context: test\nUser preferences:\n- use ${everySecret}\n\n## Task: x\nOutcome: success\nKey steps:\n- ${everySecret}`,
            summary: everySecret
          })
        )
      })
      const agent = Layer.provide(
        AgentControlFromFunction.layer((request) =>
          Effect.gen(function* () {
            duringWork.push(...leaksIn([...bytesBelow(memoriesHome), ["the prompt", request.prompt]]))
            yield* writeMemory(request)
          })
        ),
        NodeFileSystem.layer
      )
      const report = yield* realPass({ codexHome, memoriesHome, model, agent })
      assert.strictEqual(report.extracted.length, sessions, againWith())
      assert.isTrue(nonEmpty(report.consolidated).every(({ outcome }) => outcome === "published"))
      assert.deepStrictEqual(duringWork, [], againWith())
      assert.deepStrictEqual(leaksIn([...requests, ...bytesBelow(memoriesHome)]), [], againWith())
    })
  )

  it.scopedLive("no secret of a home is in an error that repeats it, wherever it is shown, or is published", () =>
    Effect.gen(function* () {
      const { codexHome, memoriesHome } = yield* plantedHome
      const model = ModelClientFromFunction.layer("scripted", ({ thread }) =>
        thread.id.includes("-7abc-") && thread.title?.startsWith("deploy") === true
          ? Stream.fail(new ModelFailure({ threadId: thread.id, reason: everySecret, isServerSide: false }))
          : Stream.fromIterable(answer({ traceMemory: "# fine\nnothing", summary: "fine" }))
      )
      const agent = Layer.provide(
        AgentControlFromFunction.layer((request) => writeMemory(request, `- ${everySecret.split("\n")[0]}`)),
        NodeFileSystem.layer
      )
      const report = yield* realPass({ codexHome, memoriesHome, model, agent })
      assert.isAbove(report.failed.length, 0, againWith())
      assert.isTrue(nonEmpty(report.consolidated).every(({ error }) => error?._tag === "PublishRefused"))
      assert.isTrue(
        nonEmpty(report.consolidated).every(
          ({ error }) => error?.message.includes("MEMORY.md holds a secret in line") === true
        )
      )
      assert.deepStrictEqual(leaksIn([["report", JSON.stringify(report)]]), [], againWith())
      assert.deepStrictEqual(leaksIn(bytesBelow(memoriesHome)), [], againWith())
    })
  )
})
