/**
 * The whole list of answers and failures, for every API and for both phases. The servers are made after the types of the
 * vendors' SDKs: `openai` 7.59.0 for the Responses API and Chat Completions, `@anthropic-ai/sdk` 1.14.0 for Messages.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Logger, Redacted } from "effect"
import type { SettingValues } from "../../../src/settings/Settings.js"
import * as Templates from "../../../src/services/Templates.js"
import { simpleSession, startOfFixtures, threadIdOf } from "../../../src/testing/RolloutBuilder.js"
import { traceAbout } from "../../../src/testing/World.js"
import { type Dialect, objectsIn } from "../../support/dialects/Dialect.js"
import { dialects } from "../../support/dialects/dialects.js"
import { nonEmpty } from "../../support/nonEmpty.js"
import { snapshot, temporaryFolder, write } from "../../support/program.js"
import { realPass } from "../../support/realWorld.js"
import { replies, type Reply, type Script, type SeenRequest, serve, tokensOf } from "../../support/responsesServer.js"
import { sampleOf } from "../../support/sample.js"
import { withTimePassing } from "../../support/time.js"

const key = `made-up-${"k1j2".repeat(8)}`
const good = JSON.stringify(traceAbout("the ferry"))

/** A home of some sessions, and passes over it that ask a server on the loopback by one API. */
const home = Effect.fnUntraced(function* (
  { agent, dialect, model }: (typeof dialects)[number],
  script: Script,
  sessions = 1
) {
  const folder = yield* temporaryFolder
  const server = yield* serve(script)
  const [codexHome, memoriesHome] = [join(folder, "codex"), join(folder, "memories")]
  const addSession = (number: number) =>
    write(
      join(codexHome, `sessions/2026/03/02/rollout-2026-03-02T09-00-00-${threadIdOf(number)}.jsonl`),
      simpleSession({ id: threadIdOf(number), start: startOfFixtures + number * 60_000, request: `request ${number}` })
    )
  Array.from({ length: sessions }, (_, index) => addSession(index + 1))
  const log: Array<string> = []
  const pass = (settings: Partial<SettingValues> = {}, isAgentAsked = false) =>
    realPass({
      codexHome,
      memoriesHome,
      model,
      ...(isAgentAsked ? { agent } : {}),
      modelServer: { baseUrl: dialect.base(server.baseUrl), apiKey: Redacted.make(key) },
      settings: {
        model: `${dialect.api}:made-up-model`,
        modelRetryFirst: Duration.millis(1),
        modelRetryLongest: Duration.millis(50),
        retryFirst: Duration.zero,
        allowProviderCrossing: true,
        maxTokens: undefined,
        ...settings
      },
      templates: Layer.provide(Templates.layer, NodeFileSystem.layer),
      logger: Logger.make(({ message }) => void log.push(String(message)))
    })
  return { addSession, folder, memoriesHome, server, pass, log }
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

/** The same list for every API. */
const failuresOf = ({ api, ...dialect }: Dialect): ReadonlyArray<Failing> => {
  const [keyVariable, urlVariable] = {
    openai: [/OPENAI_API_KEY/, /OPENAI_BASE_URL/],
    chat: [/CHAT_API_KEY/, /CHAT_BASE_URL/],
    anthropic: [/ANTHROPIC_API_KEY/, /ANTHROPIC_BASE_URL/]
  }[api]
  const broke = api === "anthropic" ? "api_error" : "server_error"
  return [
    {
      what: "a refusal",
      script: dialect.refusal,
      tag: "ModelRefused",
      requests: 1,
      says: /cannot help.*another --model/
    },
    {
      what: "an incomplete answer",
      script: dialect.incomplete,
      tag: "AnswerIncomplete",
      requests: 1,
      says: /max_output_tokens.*MEMORIES_MODEL_OUTPUT_TOKENS/
    },
    {
      what: "an error in the stream",
      script: dialect.failedWith(broke, "the engine stopped"),
      tag: "ModelServerFailed",
      requests: attempts,
      says: /the engine stopped.*later/
    },
    {
      what: "an overload in the stream",
      script: dialect.failedWith("overloaded_error", "too many of you"),
      tag: "ModelOverloaded",
      requests: attempts,
      says: /too many of you/
    },
    {
      what: "401",
      script: dialect.status(401, { message: `Incorrect API key provided: ${key}` }),
      tag: "ModelUnauthorised",
      requests: 1,
      says: keyVariable ?? /never/
    },
    {
      what: "404 for the model",
      script: dialect.status(404, { message: "model: made-up-model does not exist" }),
      tag: "RequestRejected",
      requests: 1,
      says: /does not exist.*--model/
    },
    {
      what: "404 for the path",
      script: () => ({ status: 404, headers: { "content-type": "application/json" }, body: '{"detail":"Not Found"}' }),
      tag: "NotAModelServer",
      requests: 1,
      says: api === "openai" ? /404 at \/responses.*chat: instead of openai:/ : (urlVariable ?? /never/)
    },
    {
      what: "429 without retry-after",
      script: dialect.status(429, { message: "slow down" }),
      tag: "RateLimited",
      requests: attempts,
      says: /slow down.*MEMORIES_CONCURRENCY/
    },
    {
      what: "429 with a retry-after that is too long",
      script: dialect.status(429, { message: "slow down" }, { "retry-after": "3600" }),
      tag: "RateLimited",
      requests: 1,
      says: /in 3600 s/
    },
    {
      what: "a request for want of money",
      script:
        api === "anthropic"
          ? dialect.status(400, { message: "Your credit balance is too low to access the Anthropic API." })
          : dialect.status(429, { message: "You exceeded your current quota", code: "insufficient_quota" }),
      tag: "QuotaExhausted",
      requests: 1,
      says: /billing/
    },
    {
      what: "500",
      script: dialect.status(500, { message: "oops" }),
      tag: "ModelServerFailed",
      requests: attempts,
      says: /HTTP 500.*oops/
    },
    {
      what: "529",
      script: dialect.status(529, { message: "Overloaded" }),
      tag: "ModelOverloaded",
      requests: attempts,
      says: /HTTP 529/
    },
    {
      what: "a redirect",
      script: () => ({ status: 307, headers: { location: "http://127.0.0.1:9/v1" }, body: "" }),
      tag: "NotAModelServer",
      requests: 1,
      says: urlVariable ?? /never/
    },
    {
      what: "a page with 200",
      script: replies.html,
      tag: "NotAModelServer",
      requests: 1,
      says: /text\/html/
    },
    {
      what: "ever more events",
      script: dialect.endless,
      tag: "AnswerIncomplete",
      requests: 1,
      says: /sent more than/
    },
    {
      what: "a stream cut before its end",
      script: dialect.cut(good),
      tag: "StreamEndedEarly",
      requests: attempts,
      says: /before it was completed/
    },
    {
      what: "a reset in mid-frame",
      script: dialect.reset(good),
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
}

const isAbout = (request: SeenRequest, number: number): boolean => request.text.includes(`request ${number}`)

/** An agent's turns: it writes a memory which cites the trace it was shown, and finishes. */
const wellBehaved =
  ({ calling, toolOutputs }: Dialect): Script =>
  (request, index) =>
    toolOutputs(request).length > 0
      ? calling({ name: "finish", parameters: { summary: "done" } })(request, index)
      : calling({
          name: "create_file",
          parameters: { path: "MEMORY.md", text: `# Memory\n- a line [${threadIdOf(1).slice(0, 13)}…]\n` }
        })(request, index)

const isOfAgent = ({ body }: SeenRequest): boolean => "tools" in body

describe.each(dialects.map((layers) => [layers.dialect.api, layers] as const))("models of %s", (api, layers) => {
  const { dialect } = layers

  for (const size of sampleOf([1, 3, 64], 1, String)) {
    it.scopedLive(`an answer in pieces of ${size} bytes, with comments and unknown events, is read`, () =>
      Effect.gen(function* () {
        const { pass, server } = yield* home(
          layers,
          dialect.ok(JSON.stringify(traceAbout("Zürich 🚢 пристань")), { pieces: size })
        )
        const report = yield* pass()
        assert.include(readFileSync(report.extracted[0]?.traceFile ?? "", "utf8"), "# Zürich 🚢 пристань")
        assert.deepStrictEqual([report.model.calls, report.model.outputTokens], [1, 50])
        const [request] = server.requests
        assert(request !== undefined)
        assert.deepStrictEqual([request.path, request.headers["traceparent"]], [dialect.path, undefined])
      })
    )
  }

  it.scopedLive("an answer that is fenced, since the server knows no strict output, is read", () =>
    Effect.gen(function* () {
      const { log, pass, server } = yield* home(
        layers,
        (request, index) =>
          /json_schema/.test(request.text)
            ? dialect.status(400, { message: "Unsupported: response_format json_schema" })(request, index)
            : dialect.ok(`\`\`\`json\n${good}\n\`\`\``)(request, index),
        2
      )
      const report = yield* pass({ concurrency: 1 })
      assert.lengthOf(report.extracted, 2)
      assert.lengthOf(server.requests, 3, "the field is tried once, not for every session")
      assert.match(log.join("\n"), /does not take the field for strict output/)
    })
  )

  it.scopedLive("a request goes without the effort and the tier that the server does not know", () =>
    Effect.gen(function* () {
      const { pass, server } = yield* home(layers, (request, index) =>
        /effort/.test(request.text)
          ? dialect.status(400, { message: "Unsupported parameter: reasoning effort" })(request, index)
          : /service_tier/.test(request.text)
            ? dialect.status(400, { message: "Unknown parameter: 'service_tier'" })(request, index)
            : dialect.ok(good)(request, index)
      )
      assert.lengthOf((yield* pass({ serviceTier: "auto" })).extracted, 1)
      assert.lengthOf(server.requests, 3)
    })
  )

  it.scopedLive("the part of the input that was cached is reported", () =>
    Effect.gen(function* () {
      const { pass } = yield* home(layers, dialect.costing(good, dialect.cachedUsage(2_000, 1_500, 50)))
      const { model } = yield* pass()
      assert.deepStrictEqual([model.inputTokens, model.cachedTokens, model.outputTokens], [2_000, 1_500, 50])
    })
  )

  for (const { requests, says, script, tag, what } of sampleOf(failuresOf(dialect), 6, ({ tag }) => tag)) {
    it.scopedLive(
      `phase one: a thread fails with ${tag} (${what}; requests: ${requests}), and another is learned from`,
      () =>
        Effect.gen(function* () {
          // The other one is asked about first: a rejected key would stop it.
          let isOtherAsked = false
          const { log, memoriesHome, pass, server } = yield* home(
            layers,
            (request, index): Reply => {
              isOtherAsked ||= isAbout(request, 2)
              return isAbout(request, 1)
                ? { ...script(request, index), ready: () => isOtherAsked }
                : dialect.ok(good)(request, index)
            },
            2
          )
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
            report.extracted.map(({ threadId }) => threadId),
            [threadIdOf(2)]
          )
          assert.isFalse([...log, JSON.stringify(report)].some((line) => line.includes(key)))
        })
    )

    it.scopedLive(`phase two: the agent fails with ${tag} (${what}; requests: ${requests}), and its memory stays`, () =>
      Effect.gen(function* () {
        const { addSession, log, memoriesHome, pass, server } = yield* home(layers, (request, index) =>
          isOfAgent(request) ? wellBehaved(dialect)(request, index) : dialect.ok(good)(request, index)
        )
        const first = yield* pass({}, true)
        assert.deepStrictEqual(
          first.consolidated.map(({ outcome }) => outcome),
          ["published"]
        )
        const published = () =>
          Object.entries(snapshot(memoriesHome)).find(([path]) => path.endsWith("/MEMORY.md"))?.[1]
        const before = published()
        assert.isString(before)
        addSession(2)
        let asked = 0
        server.script = (request, index) => {
          asked += isOfAgent(request) ? 1 : 0
          return isOfAgent(request) ? script(request, index) : dialect.ok(good)(request, index)
        }
        const whole = pass({}, true)
        const second = yield* tag === "ModelTimedOut"
          ? withTimePassing(whole, { once: () => asked > 0, step: "1 minute" })
          : whole
        assert.deepStrictEqual(
          second.consolidated.map(({ error, outcome }) => [outcome, error?._tag]),
          [["failed", tag]]
        )
        assert.match(second.consolidated[0]?.error?.message ?? "", says)
        assert.strictEqual(asked, requests)
        assert.strictEqual(published(), before)
        assert.isFalse([...log, JSON.stringify(second)].some((line) => line.includes(key)))
      })
    )
  }

  it.scopedLive(
    "an agent's calls come back to it with their answers, and its reasoning where the server signed it",
    () =>
      Effect.gen(function* () {
        const { pass, server } = yield* home(layers, (request, index) =>
          isOfAgent(request) ? wellBehaved(dialect)(request, index) : dialect.ok(good)(request, index)
        )
        const report = yield* pass({}, true)
        assert.deepStrictEqual(
          report.consolidated.map(({ outcome }) => outcome),
          ["published"]
        )
        const [first, second] = server.requests.filter(isOfAgent)
        assert(first !== undefined && second !== undefined)
        assert.deepStrictEqual(dialect.toolOutputs(second), ["MEMORY.md is written"])
        assert.match(second.text, /create_file.*a line/s)
        assert.strictEqual(/c2lnbmVk/.test(second.text), api === "anthropic")
        assert.isAtLeast(report.model.inputTokens, tokensOf(first.body) + tokensOf(second.body))
      })
  )

  it.scopedLive("an answer with more calls than may be made at a time is cut, and the agent is told", () =>
    Effect.gen(function* () {
      const read = { name: "list_files", parameters: { path: "." } }
      const { pass, server } = yield* home(layers, (request, index) =>
        !isOfAgent(request)
          ? dialect.ok(good)(request, index)
          : dialect.toolOutputs(request).length === 0
            ? dialect.calling(...Array.from({ length: 90 }, () => read))(request, index)
            : dialect.calling(
                { name: "create_file", parameters: { path: "MEMORY.md", text: "# Memory\n" } },
                { name: "finish", parameters: { summary: "done" } }
              )(request, index)
      )
      yield* pass({}, true)
      const [, second] = server.requests.filter(isOfAgent)
      assert(second !== undefined)
      assert.lengthOf(dialect.toolOutputs(second), 64)
      assert.strictEqual(second.text.match(/"list_files"/g)?.length, 65, "the definition, and the calls that were made")
      assert.match(second.text, /Only the first 64 calls were run/)
    })
  )

  const lies: { readonly [what: string]: unknown } = {
    "is left out": undefined,
    "is null": null,
    "is a text": "12",
    "is an empty object": {},
    "is told in part": dialect.usage(10, undefined),
    "is below nothing": dialect.usage(-1_000_000, 5),
    "is no whole number": dialect.usage(0.5, 0.5),
    "is told in texts": dialect.usage("10", "5"),
    "has a figure that is null": dialect.usage(10, null),
    "is nothing": dialect.usage(0, 0),
    "is beyond counting": dialect.usage(1e300, 5),
    "is more than the request can come to": dialect.usage(9_000_000_000_000_000, 5),
    "is less than half of what was sent": dialect.usage(1, 1),
    ...(api === "anthropic"
      ? {
          "has a negative figure of the cache": { ...dialect.usage(4_000, 50), cache_read_input_tokens: -3_990 },
          "has a figure of the cache that is a text": { ...dialect.usage(10, 50), cache_read_input_tokens: "5000" }
        }
      : { "has a total below its parts": dialect.usage(10, 5, 14) })
  }
  for (const [what, usage] of sampleOf(Object.entries(lies), 5, ([what]) => what)) {
    it.scopedLive(`phase one: an answer whose cost ${what} counts with its reserved worst case`, () =>
      Effect.gen(function* () {
        const { pass, server } = yield* home(layers, dialect.costing(good, usage), 3)
        // Enough for one request at its worst, and for hundreds at what they cost.
        const report = yield* pass({ maxTokens: 30_000, modelOutputTokens: 16_000, concurrency: 1 })
        assert.deepStrictEqual([report.extracted.length, server.requests.length], [1, 1])
        assert.deepStrictEqual(
          report.skipped.map(({ reason }) => reason),
          ["budget", "budget"]
        )
        assert.strictEqual(report.model.outputTokens, 16_000)
      })
    )
  }

  for (const tokens of [0, -1_000, 0.5, Number.MAX_VALUE]) {
    it.scopedLive(`phase two: an agent whose server reports ${tokens} tokens stays within the caps`, () =>
      Effect.gen(function* () {
        const { pass, server } = yield* home(layers, (request, index) => {
          const { body, ...reply } = isOfAgent(request)
            ? dialect.calling({ name: "list_files", parameters: { path: "." } })(request, index)
            : dialect.ok(good)(request, index)
          const lied = body.replaceAll(/"(\w+)_tokens":\d+/g, `"$1_tokens":${tokens}`)
          return { ...reply, body: isOfAgent(request) ? lied : body }
        })
        const report = yield* pass({ maxTokens: 100_000, modelOutputTokens: 16_000 }, true)
        assert.deepStrictEqual(
          report.consolidated.map(({ error }) => error?._tag),
          ["BudgetExhausted"]
        )
        assert.isAtMost(server.requests.filter(isOfAgent).length, 6)
        assert.isAtMost(report.model.inputTokens + report.model.outputTokens, 100_000)
      })
    )
  }

  it.scopedLive("a session that the server finds too long is asked about again in smaller forms, then fails", () =>
    Effect.gen(function* () {
      const { pass, server } = yield* home(layers, dialect.tooLong)
      const report = yield* pass()
      assert.deepStrictEqual([report.failed[0]?.error._tag, server.requests.length], ["ContextTooLong", 4])
    })
  )

  it.scopedLive("the tools of a request are objects with all parameters required", () =>
    Effect.gen(function* () {
      const { pass, server } = yield* home(layers, (request, index) =>
        isOfAgent(request) ? wellBehaved(dialect)(request, index) : dialect.ok(good)(request, index)
      )
      yield* pass({}, true)
      const tools = objectsIn(server.requests.find(isOfAgent)?.body["tools"])
      for (const tool of nonEmpty(tools)) {
        const [inner = tool] = objectsIn([tool["function"]])
        const [schema] = objectsIn([inner["parameters"] ?? inner["input_schema"]])
        assert.strictEqual(schema?.["type"], "object")
        assert.deepStrictEqual(schema?.["required"], Object.keys(objectsIn([schema?.["properties"]])[0] ?? {}))
        assert.isString(inner["name"])
      }
    })
  )
})
