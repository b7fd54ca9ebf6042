import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Logger, Redacted } from "effect"
import { model } from "../../../src/layers/model/server/OpenAi.js"
import { hasFailures } from "../../../src/domain/report/Report.js"
import type { SettingValues } from "../../../src/settings/Settings.js"
import * as Templates from "../../../src/services/Templates.js"
import { snapshot, temporaryFolder, write } from "../../support/program.js"
import { realPass } from "../../support/realWorld.js"
import {
  frame,
  replies,
  type Reply,
  type Script,
  type SeenRequest,
  serve,
  tokensOf
} from "../../support/responsesServer.js"
import { RolloutBuilder, simpleSession, startOfFixtures, threadIdOf } from "../../../src/testing/RolloutBuilder.js"
import { traceAbout } from "../../../src/testing/World.js"
import { nonEmpty } from "../../support/nonEmpty.js"
import { amount, sampleOf } from "../../support/sample.js"
import { withTimePassing } from "../../support/time.js"

/** Waits of a test: as short as they can be and still be seen. */
const impatient: Partial<SettingValues> = {
  model: "openai:gpt-5-mini",
  modelRetryFirst: Duration.millis(1),
  modelRetryLongest: Duration.millis(50),
  allowProviderCrossing: true,
  maxTokens: undefined
}

const addSession = (codex: string, number: number, content?: string) =>
  write(
    join(codex, `sessions/2026/03/02/rollout-2026-03-02T09-00-00-${threadIdOf(number)}.jsonl`),
    content ??
      simpleSession({ id: threadIdOf(number), start: startOfFixtures + number * 60_000, request: `request ${number}` })
  )

/** A home of some sessions, and passes over it that ask a server on the loopback. */
const home = Effect.fnUntraced(function* (script: Script, sessions = 1) {
  const folder = yield* temporaryFolder
  const server = yield* serve(script)
  const [codexHome, memoriesHome] = [join(folder, "codex"), join(folder, "memories")]
  Array.from({ length: sessions }, (_, index) => addSession(codexHome, index + 1))
  const log: Array<string> = []
  const pass = (settings: Partial<SettingValues> = {}, apiKey = "made-up-key") =>
    realPass({
      codexHome,
      memoriesHome,
      model,
      modelServer: { baseUrl: server.baseUrl, apiKey: Redacted.make(apiKey) },
      settings: { ...impatient, ...settings },
      templates: Layer.provide(Templates.layer, NodeFileSystem.layer),
      logger: Logger.make(({ message }) => void log.push(String(message)))
    })
  return { codexHome, memoriesHome, server, pass, log }
})

const good = JSON.stringify(traceAbout("the ferry"))

describe("requests of the OpenAI client", () => {
  it.scopedLive("a request has no tools, no storing and no trace headers, and a strict schema", () =>
    Effect.gen(function* () {
      const { pass, server } = yield* home(replies.ok(good))
      const report = yield* pass()
      assert.strictEqual(report.extracted.length, 1)
      const [request] = server.requests
      assert.isDefined(request)
      assert.strictEqual(request.path, "/v1/responses")
      assert.strictEqual(request.headers.authorization, "Bearer made-up-key")
      for (const header of ["traceparent", "b3", "tracestate"]) {
        assert.isUndefined(request.headers[header])
      }
      const { input, instructions, text, ...rest } = request.body
      assert.deepStrictEqual(rest, {
        model: "gpt-5-mini",
        stream: true,
        store: false,
        max_output_tokens: 16_000,
        parallel_tool_calls: false,
        reasoning: { effort: "low" }
      })
      assert.strictEqual(instructions, readFileSync("templates/stage_one_system.md", "utf8"))
      assert.deepStrictEqual(text, {
        format: {
          type: "json_schema",
          name: "stage_one_output",
          strict: true,
          schema: {
            type: "object",
            required: ["traceMemory", "summary"],
            properties: {
              traceMemory: {
                type: "string",
                description: "The detailed markdown memory of this session; empty when nothing is worth remembering."
              },
              summary: {
                type: "string",
                description: "Under 120 words: the most reusable outcomes of this session; empty when traceMemory is."
              }
            },
            additionalProperties: false
          }
        }
      })
      assert.match(JSON.stringify(input), /rendered conversation/)
    })
  )

  it.scopedLive("a request for the golden session has exactly this body", () =>
    Effect.gen(function* () {
      const { codexHome, pass, server } = yield* home(replies.ok(good))
      yield* pass()
      const body = server.requests[0]?.text.replaceAll(codexHome, "/codex") ?? ""
      assert.strictEqual(
        `${body}\n`,
        readFileSync(join(import.meta.dirname, "../../support/goldenRequest.txt"), "utf8")
      )
    })
  )
})

describe("answers to the OpenAI client", () => {
  for (const size of sampleOf([1, 2, 3, 7, 64], 2, String)) {
    it.scopedLive(`an answer in pieces of ${size} bytes, with comments and unknown events, is read`, () =>
      Effect.gen(function* () {
        const { memoriesHome, pass } = yield* home(
          replies.ok(JSON.stringify(traceAbout("Zürich 🚢 пристань")), { pieces: size })
        )
        const report = yield* pass()
        assert.strictEqual(report.extracted.length, 1)
        const trace = readFileSync(report.extracted[0]?.traceFile ?? memoriesHome, "utf8")
        assert.include(trace, "# Zürich 🚢 пристань")
        assert.deepStrictEqual([report.model.calls, report.model.outputTokens], [1, 50])
      })
    )
  }

  it.scopedLive("an answer that omits everything optional is read", () =>
    Effect.gen(function* () {
      const { pass, server } = yield* home(replies.minimal(good))
      const report = yield* pass()
      assert.deepStrictEqual([report.extracted.length, server.requests.length], [1, 1])
    })
  )

  for (const [form, text] of [
    ["fenced", `\`\`\`json\n${good}\n\`\`\``],
    ["wrapped in words", `Here you are:\n${good}\nAnything else?`]
  ] as const) {
    it.scopedLive(`an answer that is ${form} is read`, () =>
      Effect.gen(function* () {
        const { pass } = yield* home(replies.ok(text))
        assert.strictEqual((yield* pass()).extracted.length, 1)
      })
    )
  }

  const onTheWire: ReadonlyArray<readonly [string, (body: string) => string]> = [
    ["ends its lines as HTTP does", (body) => body.replaceAll("\n", "\r\n")],
    ["ends its lines with carriage returns alone", (body) => body.replaceAll("\n", "\r")],
    ["begins with a byte order mark", (body) => `\uFEFF${body}`],
    ["tells its data in several lines", (body) => body.replaceAll(/^data: \{/gm, "data: {\ndata:")],
    ["says when to come back, in the middle of it", (body) => body.replaceAll(": keep-alive", "retry: 86400000")],
    ["ends with what other APIs end with", (body) => `${body}data: [DONE]\n\n`]
  ]
  const inPieces = onTheWire.flatMap(([does, change]) => [1, 64].map((size) => ({ does, change, size })))
  for (const { change, does, size } of sampleOf(inPieces, onTheWire.length, ({ does }) => does)) {
    it.scopedLive(`an answer from a server that ${does} is read in pieces of ${size} bytes`, () =>
      Effect.gen(function* () {
        const { pass, server } = yield* home((request) => ({
          body: change(replies.ok(good)(request).body),
          pieces: size
        }))
        const report = yield* pass()
        assert.deepStrictEqual([report.extracted.length, server.requests.length, report.model.outputTokens], [1, 1, 50])
      })
    )
  }

  it.scopedLive("an answer in several items, with bytes that are not text, is read", () =>
    Effect.gen(function* () {
      const [start, end] = [good.slice(0, 60), good.slice(60)]
      const { pass, server } = yield* home(() => ({
        body: [
          frame({ type: "response.output_text.delta", output_index: 0, delta: start }),
          'data: {"type":"response.unknown","delta":"\xff\xfe\xc3"}\n\n',
          frame({ type: "response.output_text.delta", output_index: 1, delta: end }),
          frame({ type: "response.completed", response: {} })
        ].join(""),
        encoding: "latin1"
      }))
      const report = yield* pass()
      assert.deepStrictEqual([report.extracted.length, server.requests.length], [1, 1])
    })
  )

  it.scopedLive("an answer with a slow first byte is read without a second request", () =>
    Effect.gen(function* () {
      let turnsLeft = 500
      const { pass, server } = yield* home(replies.ok(good, { ready: () => --turnsLeft < 0 }))
      const report = yield* pass()
      assert.deepStrictEqual([report.extracted.length, server.requests.length], [1, 1])
    })
  )

  it.scopedLive("an answer is read to its end, so that later requests reuse the connection", () =>
    Effect.gen(function* () {
      const { pass, server } = yield* home(replies.ok(good), 8)
      const report = yield* pass({ concurrency: 1 })
      assert.deepStrictEqual([report.extracted.length, server.requests.length], [8, 8])
      // A request that is made at the very end of an answer may be too early for its connection, and opens another one.
      assert.isAtMost(server.connections, 3)
    })
  )

  it.scopedLive("an answer is read from a server that keeps the connection open after it", () =>
    Effect.gen(function* () {
      const { pass, server } = yield* home(replies.ok(good, { end: "hang" }), 2)
      const report = yield* pass({ concurrency: 1 })
      assert.deepStrictEqual([report.extracted.length, server.requests.length], [2, 2])
    })
  )
})

describe("answers with quotations that their sessions lack", () => {
  it.scopedLive("a quotation that its session lacks is marked, and the share of found ones is reported", () =>
    Effect.gen(function* () {
      const trace = traceAbout("the ferry")
      const text = JSON.stringify({
        traceMemory: `${trace.traceMemory}\n- \`npm test\` passes, \`npm run deploy\` was not run`,
        summary: "run `npm test`"
      })
      const { pass } = yield* home(replies.ok(text))
      const [extracted] = (yield* pass()).extracted
      assert.deepStrictEqual(extracted?.grounding, { items: 3, grounded: 2 })
      assert.include(
        readFileSync(extracted?.traceFile ?? "", "utf8"),
        "- `npm test` passes, `npm run deploy` (unverified) was not run"
      )
    })
  )
})

interface Failing {
  readonly what: string
  readonly script: Script
  readonly tag: string
  /** Requests in one pass. */
  readonly requests: number
  readonly says: RegExp
}

const attempts = 4

const failing: ReadonlyArray<Failing> = [
  {
    what: "broken JSON",
    script: replies.ok('{"traceMemory": "# half'),
    tag: "MalformedAnswer",
    requests: 1,
    says: /cannot be used/
  },
  {
    what: "JSON of another shape",
    script: replies.ok('{"memory": 1}'),
    tag: "MalformedAnswer",
    requests: 1,
    says: /cannot be used/
  },
  {
    what: "a refusal",
    script: replies.refusal,
    tag: "ModelRefused",
    requests: 1,
    says: /cannot help.*another --model/
  },
  {
    what: "an incomplete answer",
    script: replies.incomplete,
    tag: "AnswerIncomplete",
    requests: 1,
    says: /max_output_tokens.*MEMORIES_MODEL_OUTPUT_TOKENS/
  },
  {
    what: "a failed response",
    script: replies.failedWith("server_error", "the engine stopped"),
    tag: "ModelServerFailed",
    requests: attempts,
    says: /the engine stopped.*later/
  },
  {
    what: "an error event",
    script: replies.errorEvent,
    tag: "ModelServerFailed",
    requests: attempts,
    says: /something broke/
  },
  {
    what: "401",
    script: replies.status(401, { message: "Incorrect API key", code: "invalid_api_key" }),
    tag: "ModelUnauthorised",
    requests: 1,
    says: /OPENAI_API_KEY/
  },
  {
    what: "404",
    script: replies.status(404, { message: "The model does not exist", code: "model_not_found" }),
    tag: "RequestRejected",
    requests: 1,
    says: /does not exist.*--model/
  },
  {
    what: "429 without retry-after",
    script: replies.status(429, { message: "slow down", code: "rate_limit_exceeded" }),
    tag: "RateLimited",
    requests: attempts,
    says: /slow down.*MEMORIES_CONCURRENCY/
  },
  {
    what: "429 with a short retry-after",
    script: replies.status(429, { message: "slow down" }, { "retry-after": "0.02" }),
    tag: "RateLimited",
    requests: attempts,
    says: /in 1 s/
  },
  {
    what: "429 with a retry-after that is too long",
    script: replies.status(429, { message: "slow down" }, { "retry-after": "3600" }),
    tag: "RateLimited",
    requests: 1,
    says: /in 3600 s/
  },
  {
    what: "429 for want of money",
    script: replies.status(429, { message: "You exceeded your current quota", code: "insufficient_quota" }),
    tag: "QuotaExhausted",
    requests: 1,
    says: /billing/
  },
  {
    what: "500",
    script: replies.status(500, { message: "oops" }),
    tag: "ModelServerFailed",
    requests: attempts,
    says: /HTTP 500.*oops/
  },
  {
    what: "500 with a retry-after that is too long",
    script: replies.status(500, { message: "restarting" }, { "retry-after": "3600" }),
    tag: "ModelServerFailed",
    requests: 1,
    says: /restarting/
  },
  {
    what: "503",
    script: replies.status(503, { message: "busy" }),
    tag: "ModelOverloaded",
    requests: attempts,
    says: /HTTP 503.*busy/
  },
  {
    what: "a redirect",
    script: () => ({ status: 307, headers: { location: "http://127.0.0.1:9/v1/responses" }, body: "" }),
    tag: "NotAModelServer",
    requests: 1,
    says: /127\.0\.0\.1:9.*OPENAI_BASE_URL/
  },
  {
    what: "429 with a date to come back at that is far off",
    script: replies.status(429, { message: "slow down" }, { "retry-after": "Fri, 31 Dec 2100 23:59:59 GMT" }),
    tag: "RateLimited",
    requests: 1,
    says: /at the earliest/
  },
  {
    what: "an answer that is over, and failed by its status",
    script: () => ({
      body: frame({
        type: "response.completed",
        response: { status: "failed", error: { code: "server_error", message: "the engine is gone" } }
      })
    }),
    tag: "ModelServerFailed",
    requests: attempts,
    says: /the engine is gone/
  },
  {
    what: "an answer that is over, and incomplete by its status",
    script: () => ({
      body: frame({
        type: "response.completed",
        response: { status: "incomplete", incomplete_details: { reason: "content_filter" } }
      })
    }),
    tag: "AnswerIncomplete",
    requests: 1,
    says: /content_filter.*another --model/
  },
  {
    what: "an error in a frame that has no type",
    script: () => ({ body: 'data: {"error":{"code":400,"message":"something is amiss"}}\n\ndata: [DONE]\n\n' }),
    tag: "ModelServerFailed",
    requests: attempts,
    says: /something is amiss/
  },
  {
    what: "a failed response for want of money",
    script: replies.failedWith("insufficient_quota", "You exceeded your current quota"),
    tag: "QuotaExhausted",
    requests: 1,
    says: /billing/
  },
  {
    what: "a line without an end",
    script: () => ({ body: `data: ${"x".repeat(25_000_000)}`, pieces: 5_000_000, end: "hang" }),
    tag: "AnswerIncomplete",
    requests: 1,
    says: /sent more than/
  },
  {
    what: "ever more events",
    script: () => ({
      body: frame({
        type: "response.output_item.done",
        item: { type: "reasoning", text: "x".repeat(1_000_000) }
      }).repeat(30),
      end: "hang"
    }),
    tag: "AnswerIncomplete",
    requests: 1,
    says: /sent more than/
  },
  {
    what: "comments alone, for ever",
    script: () => ({ body: ": keep-alive\n\n".repeat(50), pieces: 14, end: "hang" }),
    tag: "ModelTimedOut",
    requests: 1,
    says: /MEMORIES_MODEL_SILENCE/
  },
  {
    what: "a page with 200",
    script: replies.html,
    tag: "NotAModelServer",
    requests: 1,
    says: /text\/html.*OPENAI_BASE_URL/
  },
  {
    what: "a stream cut before completed",
    script: replies.cut(good),
    tag: "StreamEndedEarly",
    requests: attempts,
    says: /before it was completed/
  },
  {
    what: "a reset in mid-frame",
    script: replies.reset(good),
    tag: "ModelUnreachable",
    requests: attempts,
    says: /connection/
  },
  {
    what: "silence for ever",
    script: replies.silent,
    tag: "ModelTimedOut",
    requests: 1,
    says: /MEMORIES_MODEL_SILENCE/
  }
]

const isAbout = (request: SeenRequest, number: number): boolean => request.text.includes(`request ${number}`)

describe("phase one: answers of the server", () => {
  for (const { requests, says, script, tag, what } of sampleOf(failing, 12, ({ tag }) => tag)) {
    it.scopedLive(
      `phase one: a thread fails with ${tag} (${what}; requests: ${requests}), and another is learned from`,
      () =>
        Effect.gen(function* () {
          // The other one is asked about first: a rejected key would stop it.
          let isOtherAsked = false
          const { log, memoriesHome, pass, server } = yield* home((request, index): Reply => {
            isOtherAsked ||= isAbout(request, 2)
            return isAbout(request, 1)
              ? { ...script(request, index), ready: () => isOtherAsked }
              : replies.ok(good)(request)
          }, 2)
          // The other thread is learned from before time passes, since its answer must not be late as well.
          const isOtherLearned = () =>
            Object.keys(snapshot(memoriesHome)).some((path) => path.includes("/trace_summaries/"))
          const whole = pass({ concurrency: 2 })
          const report = yield* tag === "ModelTimedOut"
            ? withTimePassing(whole, { once: isOtherLearned, step: "1 minute" })
            : whole
          assert.deepStrictEqual(
            report.failed.map(({ error, threadId }) => [threadId, error._tag]),
            [[threadIdOf(1), tag]]
          )
          assert.match(report.failed[0]?.error.message ?? "", says)
          assert.strictEqual(server.requests.filter((request) => isAbout(request, 1)).length, requests)
          assert.deepStrictEqual(
            [report.extracted.map(({ threadId }) => threadId), report.consolidated.map(({ outcome }) => outcome)],
            [[threadIdOf(2)], ["published"]]
          )
          assert.isFalse([...log, JSON.stringify(report)].some((line) => line.includes("made-up-key")))
        })
    )
  }
})

/** A session of many megabytes with needles among its wishes and its failures. */
const hugeSession = (turns: number): string => {
  const rollout = new RolloutBuilder(startOfFixtures).meta({ id: threadIdOf(1) })
  const at = needlesOf(turns)
  for (let turn = 0; turn < turns; turn++) {
    const needle = at.includes(turn) ? `needle ${turn} of the hay` : `part ${turn}`
    rollout
      .user(`go on with ${needle}`)
      .command(`cat log-${turn}`, "  ✔ departures on a Sunday leave out the early boat\n".repeat(1_200))
      .command(`npm test -- ${turn}`, `  ✔ on time\n${"-".repeat(300)}\nError: broken at ${needle}\n`, 1)
  }
  return rollout.text()
}

const needlesOf = (turns: number): ReadonlyArray<number> => [0.01, 0.5, 0.99].map((share) => Math.round(turns * share))

describe("sessions larger than the model's window", () => {
  it.scopedLive(
    "a session far beyond the window is packed to fit, with wishes and errors of its start, middle and end",
    () =>
      Effect.gen(function* () {
        const turns = amount(1_100, 90)
        const { codexHome, pass, server } = yield* home(replies.ok(good))
        const content = hugeSession(turns)
        assert.isAbove(Buffer.byteLength(content), turns * 63_000)
        addSession(codexHome, 1, content)
        const report = yield* pass({ modelWindow: 128_000 })
        assert.strictEqual(report.extracted.length, 1)
        const [request] = server.requests
        const tokens = request === undefined ? 0 : tokensOf(request.body)
        assert.isAtMost(tokens, 128_000 - 16_000)
        for (const turn of nonEmpty(needlesOf(turns))) {
          assert.include(request?.text ?? "", `go on with needle ${turn} of the hay`)
          assert.include(request?.text ?? "", `Error: broken at needle ${turn} of the hay`)
        }
      })
  )

  it.scopedLive("a session that the server finds too long is sent again in a smaller form, and learned from", () =>
    Effect.gen(function* () {
      const { codexHome, pass, server } = yield* home((request) =>
        tokensOf(request.body) > 5_000 ? replies.tooLong() : replies.ok(good)(request)
      )
      addSession(codexHome, 1, hugeSession(20))
      const report = yield* pass({ modelWindow: 40_000, modelOutputTokens: 1_000 })
      assert.strictEqual(report.extracted.length, 1)
      assert.isBelow(server.requests.length, 5)
      assert.isAbove(server.requests.length, 1)
      assert.include(server.requests.at(-1)?.text ?? "", "broken at needle 10 of the hay")
    })
  )

  for (const [how, script] of [
    ["in a 400", replies.tooLong],
    ["in a 413", replies.status(413, { message: "Payload too large" })],
    ["in the stream", replies.failedWith("context_length_exceeded", "Your input exceeds the context window")]
  ] as const) {
    it.scopedLive(`a session fails if no form is small enough for a server that reports it ${how}`, () =>
      Effect.gen(function* () {
        const { pass, server } = yield* home(script)
        const report = yield* pass()
        assert.deepStrictEqual([report.failed[0]?.error._tag, server.requests.length], ["ContextTooLong", 4])
        assert.match(report.failed[0]?.error.message ?? "", /MEMORIES_MODEL_WINDOW/)
        const sizes = server.requests.map(({ text }) => text.length)
        assert.deepStrictEqual(
          sizes,
          [...sizes].sort((left, right) => right - left)
        )
      })
    )
  }
})

describe("passes with a cap on requests", () => {
  it.scopedLive("a cap of 0 allows no request, and the sessions left out are reported without a failure", () =>
    Effect.gen(function* () {
      const caps = [{ maxTokens: 0 }, { maxRequests: 0 }, { maxTokensPerDay: 0 }, { maxRequestsPerDay: 0 }]
      for (const cap of sampleOf(caps, 2, (one) => Object.keys(one).join())) {
        const { pass, server } = yield* home(replies.ok(good), 2)
        const report = yield* pass(cap)
        assert.strictEqual(server.requests.length, 0)
        assert.deepStrictEqual(
          report.skipped.map(({ reason }) => reason),
          ["budget", "budget"]
        )
        assert.deepStrictEqual([report.failed.length, hasFailures(report)], [0, false])
        // Nothing counts against the threads: with money they are learned from at once.
        assert.strictEqual((yield* pass({ maxTokens: undefined })).extracted.length, 2)
      }
    })
  )

  it.scopedLive("a cap is spent and not exceeded, and other passes share the daily cap", () =>
    Effect.gen(function* () {
      const { pass, server } = yield* home(replies.ok(good), 6)
      const first = yield* pass({ maxRequests: 2 })
      assert.deepStrictEqual([first.extracted.length, server.requests.length], [2, 2])
      const second = yield* pass({ maxRequestsPerDay: 3 })
      assert.deepStrictEqual([second.extracted.length, server.requests.length], [1, 3])
      const third = yield* pass({ maxRequestsPerDay: 3 })
      assert.deepStrictEqual([third.extracted.length, server.requests.length], [0, 3])
    })
  )

  it.scopedLive("a request over the cap waits for those in progress, which mostly cost less than reserved", () =>
    Effect.gen(function* () {
      const { pass, server } = yield* home(replies.ok(good), 6)
      // One request at its worst, and some more that are settled.
      const report = yield* pass({ maxTokens: 27_000, concurrency: 4 })
      assert.deepStrictEqual([report.extracted.length, server.requests.length], [6, 6])
    })
  )

  it.scopedLive("every retry counts towards a cap", () =>
    Effect.gen(function* () {
      const { pass, server } = yield* home(replies.status(503, { message: "busy" }))
      const report = yield* pass({ maxRequests: 3 })
      assert.strictEqual(server.requests.length, 3)
      assert.deepStrictEqual(
        report.skipped.map(({ reason }) => reason),
        ["budget"]
      )
    })
  )

  const lies: { readonly [what: string]: unknown } = {
    "is left out": undefined,
    "is null": null,
    "is a text": "12",
    "is an empty object": {},
    "is told in part": { input_tokens: 10 },
    "is below nothing": { input_tokens: -1_000_000, output_tokens: 5, total_tokens: -999_995 },
    "is no whole number": { input_tokens: 0.5, output_tokens: 0.5, total_tokens: 1 },
    "is told in texts": { input_tokens: "10", output_tokens: "5" },
    "has a figure that is null": { input_tokens: 10, output_tokens: null, total_tokens: 10 },
    "is nothing": { input_tokens: 0, output_tokens: 0, total_tokens: 0 },
    "is beyond counting": { input_tokens: 1e300, output_tokens: 5 },
    "is more than the request can come to": { input_tokens: 9_000_000_000_000_000, output_tokens: 5 },
    "is less than half of what was sent": { input_tokens: 1, output_tokens: 1 },
    "has a total below its parts": { input_tokens: 10, output_tokens: 5, total_tokens: 14 }
  }
  for (const [what, usage] of Object.entries(lies)) {
    it.scopedLive(`an answer whose cost ${what} counts with its reserved worst case`, () =>
      Effect.gen(function* () {
        const { pass, server } = yield* home(replies.costing(good, usage), 3)
        // Enough for one request at its worst, and for hundreds at what they cost.
        const report = yield* pass({ maxTokens: 30_000, modelOutputTokens: 16_000, concurrency: 1 })
        assert.deepStrictEqual([report.extracted.length, server.requests.length], [1, 1])
        assert.deepStrictEqual(
          report.skipped.map(({ reason }) => reason),
          ["budget", "budget"]
        )
        assert.isAbove(report.model.inputTokens, 0)
        assert.strictEqual(report.model.outputTokens, 16_000)
      })
    )
  }

  it.scopedLive("the part of a total beyond its input and output counts too", () =>
    Effect.gen(function* () {
      const { pass } = yield* home(
        replies.costing(good, { input_tokens: 2_000, output_tokens: 50, total_tokens: 2_350 })
      )
      const { model } = yield* pass({})
      assert.deepStrictEqual([model.inputTokens, model.outputTokens], [2_000, 350])
    })
  )

  it.scopedLive("an answer that broke off with a rate limit counts at its worst case", () =>
    Effect.gen(function* () {
      const { pass, server } = yield* home(() => ({
        body:
          frame({ type: "response.output_text.delta", delta: "half an answer" }) +
          frame({ type: "error", code: "rate_limit_exceeded", message: "too many requests" })
      }))
      yield* pass({ maxTokens: 30_000, modelOutputTokens: 16_000 })
      assert.strictEqual(server.requests.length, 1)
    })
  )
})
