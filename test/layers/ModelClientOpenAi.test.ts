import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Logger, Redacted } from "effect"
import * as ModelClientOpenAi from "../../src/layers/ModelClientOpenAi.js"
import * as Responses from "../../src/layers/openai/Responses.js"
import type { SettingValues } from "../../src/Settings.js"
import * as Templates from "../../src/Templates.js"
import { temporaryFolder, write } from "../support/program.js"
import { realPass } from "../support/realWorld.js"
import { replies, type Reply, type Script, type SeenRequest, serve } from "../support/responsesServer.js"
import { simpleSession, startOfFixtures, threadIdOf } from "../support/rollout.js"
import { traceAbout } from "../support/world.js"

const model = Layer.provide(ModelClientOpenAi.layer, Responses.layer)

/** Waits of a test: as short as they can be and still be seen. */
const impatient: Partial<SettingValues> = {
  model: "openai:gpt-5-mini",
  modelRetryFirst: Duration.millis(1),
  modelRetryLongest: Duration.millis(50),
  modelSilence: Duration.millis(300),
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

describe("the OpenAI model client asks", () => {
  it.scopedLive("for what the contract says: no tools, no storing, a strict schema, and no trace headers", () =>
    Effect.gen(function* () {
      const { pass, server } = yield* home(replies.ok(good))
      const report = yield* pass()
      assert.strictEqual(report.extracted.length, 1)
      const [request] = server.requests
      assert.strictEqual(request?.path, "/v1/responses")
      assert.strictEqual(request?.headers.authorization, "Bearer made-up-key")
      for (const header of ["traceparent", "b3", "tracestate"]) {
        assert.isUndefined(request?.headers[header])
      }
      const { input, instructions, text, ...rest } = request?.body ?? {}
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

  it.scopedLive("with exactly this body for the golden rollout", () =>
    Effect.gen(function* () {
      const { codexHome, pass, server } = yield* home(replies.ok(good))
      yield* pass()
      const body = server.requests[0]?.text.replaceAll(codexHome, "/codex") ?? ""
      assert.strictEqual(`${body}\n`, readFileSync(join(import.meta.dirname, "../support/goldenRequest.txt"), "utf8"))
    })
  )
})

describe("the OpenAI model client takes an answer", () => {
  for (const size of [1, 2, 3, 7, 64]) {
    it.scopedLive(`that comes in pieces of ${size} bytes, whatever stands between them`, () =>
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

  it.scopedLive("from a server that leaves out everything that can be left out", () =>
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
    it.scopedLive(`that is ${form}`, () =>
      Effect.gen(function* () {
        const { pass } = yield* home(replies.ok(text))
        assert.strictEqual((yield* pass()).extracted.length, 1)
      })
    )
  }

  it.scopedLive("whose first byte is slow, without asking twice", () =>
    Effect.gen(function* () {
      const { pass, server } = yield* home(replies.ok(good, { delay: 150 }))
      const report = yield* pass()
      assert.deepStrictEqual([report.extracted.length, server.requests.length], [1, 1])
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
    script: replies.failed,
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
    what: "503",
    script: replies.status(503, { message: "busy" }),
    tag: "ModelOverloaded",
    requests: attempts,
    says: /HTTP 503.*busy/
  },
  {
    what: "a page with 200",
    script: replies.html,
    tag: "NotAResponsesServer",
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

describe("phase one, when the server of one thread answers with", () => {
  for (const { requests, says, script, tag, what } of failing) {
    it.scopedLive(`${what}, reports ${tag} after ${requests} and learns from the other thread`, () =>
      Effect.gen(function* () {
        const { log, memoriesHome, pass, server } = yield* home(
          (request, index): Reply => (isAbout(request, 1) ? script(request, index) : replies.ok(good)(request)),
          2
        )
        // One at a time, the newer and good one first: a rejected key would stop it.
        const report = yield* pass({ concurrency: 1 })
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
        assert.isTrue(memoriesHome !== "")
      })
    )
  }
})
