import { assert, describe, it } from "@effect/vitest"
import { Chunk, Deferred, Effect, Fiber, Layer, Stream } from "effect"
import { safe } from "../../src/domain/privacy/SafeText.js"
import { redact } from "../../src/domain/privacy/Redaction.js"
import { RolloutReader } from "../../src/domain/session/codex/RolloutReading.js"
import { rolloutFilters } from "../../src/domain/session/codex/RolloutFilter.js"
import { decodeNumberedLine } from "../../src/domain/session/codex/RolloutLine.js"
import { parseStageOneOutput, stageOneJsonSchema } from "../../src/domain/memory/StageOneOutput.js"
import * as ModelClientFromFunction from "../../src/layers/model/FromFunction.js"
import * as ModelClientLanguageModel from "../../src/layers/model/LanguageModel.js"
import * as ModelClientOffline from "../../src/layers/model/Offline.js"
import { ModelClient, type StageOneRequest } from "../../src/services/ModelClient.js"
import { simpleSession } from "../../src/testing/RolloutBuilder.js"
import { languageModel, settings, wholeAnswer } from "../support/languageModel.js"
import { makeThread } from "../support/rows.js"
import { answer, traceAbout } from "../../src/testing/World.js"

const requestFor = (number: number, rollout: string): StageOneRequest => {
  const reader = new RolloutReader(rolloutFilters.evidence, 1_000_000, redact, "/home/ada/.codex/memories")
  rollout
    .split("\n")
    .forEach((text, index) => decodeNumberedLine({ line: index + 1, text }).forEach((line) => reader.add(line)))
  const { evidence, rendering } = reader.result()
  return {
    pass: "pass",
    thread: makeThread(number),
    instructions: safe`learn`,
    input: rendering.text,
    outputSchema: stageOneJsonSchema(),
    evidence
  }
}

const layers: { readonly [name: string]: Layer.Layer<ModelClient> } = {
  "the offline model": ModelClientOffline.layer,
  "a model that is a function": ModelClientFromFunction.layer("function", ({ thread }) =>
    Stream.fromIterable(answer(traceAbout(thread.title ?? "")))
  ),
  "a language model of the host's": ModelClientLanguageModel.layer({ name: "host" }).pipe(
    Layer.provide(languageModel(() => Stream.fromIterable(wholeAnswer(JSON.stringify(traceAbout("ferries")))))),
    Layer.provide(settings)
  )
}

const eventsOf = (request: StageOneRequest) =>
  Effect.flatMap(ModelClient, ({ stream }) => Effect.map(Stream.runCollect(stream(request)), Chunk.toReadonlyArray))

describe.each(Object.entries(layers))("%s", (_, layer) => {
  it.effect("a model answers with one object of the schema, and ends with its cost", () =>
    Effect.gen(function* () {
      const events = yield* eventsOf(requestFor(1, simpleSession()))
      assert.strictEqual(events.at(-1)?._tag, "Completed")
      assert.lengthOf(
        events.filter(({ _tag }) => _tag === "Completed"),
        1
      )
      const text = events.map((event) => (event._tag === "TextDelta" ? event.text : "")).join("")
      const { summary, traceMemory } = yield* parseStageOneOutput(text)
      assert.isTrue(traceMemory.startsWith("# "))
      assert.isAbove(summary.length, 0)
    }).pipe(Effect.provide(layer))
  )

  it.effect("a model answers each of many concurrent requests as it does a single one", () =>
    Effect.gen(function* () {
      const requests = Array.from({ length: 8 }, (_, index) =>
        requestFor(index, simpleSession({ request: `fix number ${index}` }))
      )
      const alone = yield* Effect.forEach(requests, eventsOf)
      const together = yield* Effect.forEach(requests, eventsOf, { concurrency: "unbounded" })
      assert.deepStrictEqual(together, alone)
    }).pipe(Effect.provide(layer))
  )

  it.effect("a model answers about an empty session too", () =>
    Effect.gen(function* () {
      const events = yield* eventsOf(requestFor(1, ""))
      assert.strictEqual(events.at(-1)?._tag, "Completed")
    }).pipe(Effect.provide(layer))
  )
})

describe("requests to a model", () => {
  it.effect("a request is cancelled when its stream is interrupted", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<void>()
      const givenUp = yield* Deferred.make<void>()
      const model = ModelClientFromFunction.layer("slow", () =>
        Stream.fromEffect(
          Effect.zipRight(Deferred.succeed(asked, undefined), Effect.never).pipe(
            Effect.onInterrupt(() => Deferred.succeed(givenUp, undefined))
          )
        )
      )
      const asking = yield* Effect.fork(Effect.provide(eventsOf(requestFor(1, "")), model))
      yield* Deferred.await(asked)
      yield* Fiber.interrupt(asking)
      yield* Deferred.await(givenUp)
    })
  )
})
