import { HttpRequestError, HttpResponseError, MalformedOutput, UnknownError } from "@effect/ai/AiError"
import * as Prompt from "@effect/ai/Prompt"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Deferred, Effect, Fiber, Layer, Option, Schema, Stream, TestClock } from "effect"
import { safe } from "../../../src/domain/privacy/SafeText.js"
import type { ModelError } from "../../../src/domain/model/ModelError.js"
import { stageOneJsonSchema } from "../../../src/domain/memory/StageOneOutput.js"
import * as ModelClientLanguageModel from "../../../src/layers/model/LanguageModel.js"
import { ModelClient, type StageOneRequest, TokenUsage } from "../../../src/services/ModelClient.js"
import { HostTracer } from "../../support/hostTracer.js"
import { finish, languageModel, type Part, settings, textDelta, wholeAnswer } from "../../support/languageModel.js"
import { makeThread } from "../../support/rows.js"

const request: StageOneRequest = {
  pass: "pass",
  thread: makeThread(1),
  instructions: safe`the instructions`,
  input: safe`the session`,
  outputSchema: stageOneJsonSchema(),
  evidence: { events: [], finished: undefined }
}

type Model = Parameters<typeof languageModel>[0]

const layerOf = (model: Model, options: Partial<ModelClientLanguageModel.LanguageModelOptions> = {}) =>
  ModelClientLanguageModel.layer({ name: "host", ...options }).pipe(
    Layer.provide(Layer.merge(languageModel(model), settings))
  )

const ask = (model: Model) =>
  ModelClient.pipe(
    Effect.flatMap(({ stream }) => Stream.runCollect(stream(request))),
    Effect.map(Chunk.toReadonlyArray),
    Effect.provide(layerOf(model))
  )

const parts = (...all: ReadonlyArray<Part>) => ask(() => Stream.fromIterable(all))

const http = {
  module: "Host",
  method: "streamText",
  request: { url: "http://model.test", urlParams: [], hash: Option.none(), method: "POST" as const, headers: {} }
}

const status = (status: number, body = "", headers: { readonly [name: string]: string } = {}) =>
  new HttpResponseError({ ...http, response: { status, headers }, body, reason: "StatusCode" })

const encodePrompt = (prompt: Prompt.Prompt): unknown =>
  JSON.parse(JSON.stringify(Schema.encodeSync(Prompt.Prompt)(prompt)))

const failures: { readonly [name: string]: readonly [ReturnType<typeof ask>, ModelError["_tag"], string] } = {
  "a stream that ends without a finish": [parts(textDelta("{}")), "StreamEndedEarly", "ended before"],
  "an empty stream": [parts(), "StreamEndedEarly", "ended before"],
  "an answer that ran into its limit": [
    parts(textDelta("{"), finish("length")),
    "AnswerIncomplete",
    "max_output_tokens"
  ],
  "an answer that a filter stopped": [parts(finish("content-filter")), "AnswerIncomplete", "content_filter"],
  "an answer that wants a tool": [parts(finish("tool-calls")), "AnswerIncomplete", "tool-calls"],
  "a refusal, which is an answer without a word": [parts(finish()), "ModelRefused", "the answer has no text"],
  "a failed response, which is no answer at no cost": [
    parts(finish("stop", {})),
    "ModelServerFailed",
    "cost no tokens"
  ],
  "a finish for an error": [parts(textDelta("{}"), finish("error")), "ModelServerFailed", "does not say why"],
  "an error among the parts": [
    parts(textDelta("{"), { type: "error", error: { code: "server_error", message: "it fell over" } }, finish()),
    "ModelServerFailed",
    "it fell over"
  ],
  "an error among the parts that says that the request is too long": [
    parts({ type: "error", error: new Error("maximum context length is 8192 tokens") }),
    "ContextTooLong",
    "8192"
  ],
  "an error among the parts that is one of the library's": [
    parts({ type: "error", error: status(503) }),
    "ModelOverloaded",
    "503"
  ],
  "a key that is not known": [ask(() => Stream.fail(status(401))), "ModelUnauthorised", "401"],
  "too many requests": [ask(() => Stream.fail(status(429, "", { "retry-after": "7" }))), "RateLimited", "7 s"],
  "a broken connection": [
    ask(() => Stream.fail(new HttpRequestError({ ...http, reason: "Transport", cause: new Error("reset") }))),
    "ModelUnreachable",
    "reset"
  ],
  "an answer that breaks off": [
    ask(() =>
      Stream.concat(
        Stream.make(textDelta("{")),
        Stream.fail(new HttpResponseError({ ...http, response: { status: 200, headers: {} }, reason: "Decode" }))
      )
    ),
    "ModelUnreachable",
    "broke"
  ],
  "an answer that its library cannot read": [
    ask(() => Stream.fail(new MalformedOutput({ module: "Host", method: "streamText", description: "no such part" }))),
    "ModelServerFailed",
    "no such part"
  ],
  "a failure that its library does not know": [
    ask(() => Stream.fail(new UnknownError({ module: "Host", method: "streamText", description: "odd" }))),
    "ModelServerFailed",
    "odd"
  ]
}

describe("a host's language model", () => {
  it.effect("a host's model receives the instructions and the session, and no tools", () =>
    Effect.gen(function* () {
      const asked: Array<unknown> = []
      const events = yield* ask(({ prompt, tools }) => {
        asked.push(tools, encodePrompt(prompt))
        return Stream.fromIterable(wholeAnswer('{"traceMemory":"","summary":""}'))
      })
      assert.deepStrictEqual(asked, [
        [],
        {
          content: [
            { role: "system", content: "the instructions", options: {} },
            { role: "user", content: "the session", options: {} }
          ]
        }
      ])
      assert.deepStrictEqual(
        events.map((event) => ({ ...event })),
        [
          { _tag: "TextDelta", text: '{"traceMemory":"","summary":""}' },
          { _tag: "ItemFinished", text: '{"traceMemory":"","summary":""}' },
          { _tag: "Completed", usage: new TokenUsage({ inputTokens: 100, outputTokens: 10 }) }
        ]
      )
    })
  )

  for (const [name, [asking, tag, words]] of Object.entries(failures)) {
    it.effect(`${name} fails with ${tag}`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(asking)
        assert.strictEqual(error._tag, tag, error.message)
        assert.include(error.message, words)
        assert.include(error.message, request.thread.id)
      })
    )
  }

  it.effect("an answer that fails after its finish is complete", () =>
    Effect.gen(function* () {
      const events = yield* ask(() => Stream.concat(Stream.fromIterable(wholeAnswer("{}")), Stream.fail(status(500))))
      assert.strictEqual(events.at(-1)?._tag, "Completed")
    })
  )

  for (const [what, usage] of Object.entries({
    "nobody counted": {},
    "is counted in part": { inputTokens: 100 },
    "is told as nothing": { inputTokens: 0, outputTokens: 0 },
    "is below nothing": { inputTokens: -5, outputTokens: 10 },
    "is no whole number": { inputTokens: 100.5, outputTokens: 10 },
    "is less than half of what was sent": { inputTokens: 13, outputTokens: 10 },
    "is no number": { inputTokens: Number.NaN, outputTokens: 10 },
    "is beyond counting": { inputTokens: 1e300, outputTokens: 10 }
  })) {
    it.effect(`an answer whose cost ${what} is counted from the texts of request and answer`, () =>
      Effect.gen(function* () {
        const window = { inputTokens: 1_000, count: (text: string) => Effect.succeed(text.length) }
        const layer = layerOf(() => Stream.fromIterable([textDelta("{}"), finish("unknown", usage)]), { window })
        const { stream } = yield* Effect.provide(ModelClient, layer)
        const events = Chunk.toReadonlyArray(yield* Stream.runCollect(stream(request)))
        assert.deepStrictEqual(JSON.parse(JSON.stringify(events.at(-1))), {
          _tag: "Completed",
          usage: { inputTokens: "the instructions\nthe session".length, outputTokens: 2 }
        })
      })
    )
  }

  it.effect("a host's model that is silent for too long times out", () =>
    Effect.gen(function* () {
      const started = yield* Deferred.make<void>()
      const givenUp = yield* Deferred.make<void>()
      const silent = Stream.fromEffect(
        Effect.zipRight(Deferred.succeed(started, undefined), Effect.never).pipe(
          Effect.onInterrupt(() => Deferred.succeed(givenUp, undefined))
        )
      )
      const asking = yield* Effect.fork(Effect.flip(ask(() => silent)))
      yield* Deferred.await(started)
      yield* TestClock.adjust("4 minutes")
      const error = yield* Fiber.join(asking)
      assert.include(error.message, "MEMORIES_MODEL_SILENCE")
      yield* Deferred.await(givenUp)
    })
  )

  it.effect("a host's model that never ends its answer times out", () =>
    Effect.gen(function* () {
      const started = yield* Deferred.make<void>()
      const endless = Stream.repeatEffect(
        Effect.zipRight(Deferred.succeed(started, undefined), Effect.delay(Effect.succeed(textDelta("a")), "1 minute"))
      )
      const asking = yield* Effect.fork(Effect.flip(ask(() => endless)))
      yield* Deferred.await(started)
      yield* TestClock.adjust("15 minutes")
      assert.include((yield* Fiber.join(asking)).message, "MEMORIES_MODEL_TIME_LIMIT")
    })
  )

  it.effect("a host's model has the name, provider and window that the host gives", () =>
    Effect.gen(function* () {
      const window = { inputTokens: 1_000, count: (text: string) => Effect.succeed(text.length) }
      const client = yield* Effect.provide(
        ModelClient,
        layerOf(() => Stream.empty, { provider: "openai", window })
      )
      assert.deepStrictEqual([client.name, client.provider, client.window], ["host", "openai", window])
    })
  )

  it.effect("an answer's cost is recorded in its span, even for an unusable answer, without its text", () =>
    Effect.gen(function* () {
      const host = new HostTracer()
      yield* Effect.withTracer(Effect.exit(parts(textDelta("secret words"), finish("length"))), host.tracer)
      assert.deepInclude(Object.fromEntries(host.named("ModelClient.stream").attributes), {
        threadId: request.thread.id,
        inputTokens: 100,
        outputTokens: 10
      })
      for (const text of ["secret words", "the instructions", "the session"]) {
        assert.notInclude(host.said, text)
      }
    })
  )
})
