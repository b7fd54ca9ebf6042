import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { PassPlan } from "../../src/domain/report/PassPlan.js"
import { PassReport } from "../../src/domain/report/Report.js"
import { snapshot, temporaryFolder, write } from "../support/program.js"
import { runInProcess } from "../support/programInProcess.js"
import { replies, serve, tokensOf } from "../support/responsesServer.js"
import { RolloutBuilder, simpleSession, startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { traceAbout } from "../../src/testing/World.js"
import { chatDialect } from "../support/dialects/chat.js"
import { messagesDialect } from "../support/dialects/messages.js"
import { nonEmpty } from "../support/nonEmpty.js"

const decodePlan = Schema.decodeUnknownSync(Schema.parseJson(PassPlan))
const decodeReport = Schema.decodeUnknownSync(Schema.parseJson(PassReport))

const good = JSON.stringify(traceAbout("the ferry"))

/** A long session: some of its text has many tokens for its bytes. */
const longSession = (number: number): string => {
  const rollout = new RolloutBuilder(startOfFixtures + number * 60_000).meta({ id: threadIdOf(number) })
  for (let turn = 0; turn < 60; turn++) {
    rollout.user(`change ${turn}: Überfahrt nach 港口 at ${turn}:30, {"x": [${turn}]}`)
    rollout.command(`npm test -- ${turn}`, `✔ departure ${turn} is 0x${turn.toString(16)}\n`.repeat(30))
  }
  return rollout.text()
}

const home = Effect.gen(function* () {
  const folder = yield* temporaryFolder
  const server = yield* serve(replies.ok(good))
  const [codex, memories] = [join(folder, "codex"), join(folder, "memories")]
  const path = (number: number) =>
    join(codex, `sessions/2026/03/02/rollout-2026-03-02T09-00-00-${threadIdOf(number)}.jsonl`)
  write(path(1), simpleSession({ id: threadIdOf(1), start: startOfFixtures }))
  write(path(2), longSession(2))
  const environment = { OPENAI_BASE_URL: server.baseUrl }
  const args = ["--codex-home", codex, "--memories-home", memories]
  return { folder, codex, memories, server, environment, args, path }
})

describe("rollout-memories plan", () => {
  it.scopedLive("plan shows within 2 % what a pass sends, without a request, and its cost at the given prices", () =>
    Effect.gen(function* () {
      const { args, environment, server } = yield* home
      const priced = { ...environment, MEMORIES_PRICE_INPUT: "2", MEMORIES_PRICE_OUTPUT: "10" }
      const planned = yield* runInProcess(["plan", ...args, "--model", "openai:gpt-5-mini", "--json"], priced)
      assert.strictEqual(planned.code, 0, planned.stderr)
      assert.strictEqual(server.requests.length, 0)
      const plan = decodePlan(planned.stdout)
      assert.deepStrictEqual([plan.requests, plan.threads.length, plan.outputTokens], [2, 2, 32_000])
      assert.closeTo(plan.cost ?? 0, (plan.inputTokens * 2 + 320_000) / 1_000_000, 1e-9)
      const ran = yield* runInProcess(
        [...args, "--model", "openai:gpt-5-mini", "--agent", "offline", "--json"],
        environment
      )
      assert.strictEqual(ran.code, 0, ran.stderr)
      assert.strictEqual(decodeReport(ran.stdout).extracted.length, 2)
      for (const { inputTokens, rolloutPath } of nonEmpty(plan.threads)) {
        const request = server.requests.find(({ text }) => text.includes(rolloutPath))
        const counted = request === undefined ? 0 : tokensOf(request.body)
        assert.closeTo(inputTokens / counted, 1, 0.02)
      }
    })
  )

  it.scopedLive("plan counts no request for a session that fails before it, and says why", () =>
    Effect.gen(function* () {
      const { args, environment, path } = yield* home
      const nowhere = new RolloutBuilder(startOfFixtures)
        .line("session_meta", { id: threadIdOf(3), source: "cli", model_provider: "openai" })
        .user("where am I?")
      write(path(3), nowhere.text())
      write(path(4), '{"type":"user","message":{"role":"user","content":"hello"}}\n')
      const planned = yield* runInProcess(
        ["plan", ...args, "--model", "openai:gpt-5-mini", "--min-idle", "0", "--json"],
        environment
      )
      const plan = decodePlan(planned.stdout)
      assert.deepStrictEqual([plan.requests, plan.outputTokens], [2, 32_000])
      const problems = plan.threads.flatMap(({ problem, rolloutPath }) =>
        problem === undefined ? [] : [`${rolloutPath === path(3) ? 3 : 4}: ${problem.replace(rolloutPath, "it")}`]
      )
      assert.deepStrictEqual(problems.sort(), [
        "3: the rollout it does not name the directory of its session; it is read again when its content changes",
        "4: it is not a Codex rollout; it is read again when its content changes"
      ])
    })
  )

  it.scopedLive("plan names sessions, worst case and what is left out, with options in any order", () =>
    Effect.gen(function* () {
      const { args, environment, server } = yield* home
      const planned = yield* runInProcess(
        [...args, "plan", "--model", "openai:gpt-5-mini", "--max-tokens", "20000"],
        environment
      )
      assert.strictEqual(planned.code, 0, planned.stderr)
      assert.match(planned.stdout, /would make 2 requests .* input tokens, and answers of at most 32,000 tokens/)
      assert.match(planned.stdout, /exceeds the caps/)
      assert.match(planned.stdout, /At the known prices that costs at most 0\.\d{4}\./)
      assert.match(planned.stdout, /Consolidating 1 project with openai:gpt-5-mini comes on top: at most 60 requests/)
      const unknown = yield* runInProcess([...args, "plan", "--model", "openai:made-up"], environment)
      assert.match(unknown.stdout, /MEMORIES_PRICE_INPUT/)
      assert.strictEqual(server.requests.length, 0)
      const offline = yield* runInProcess(["plan", ...args])
      assert.match(offline.stdout, /A pass with offline would send nothing; it would read 2 sessions/)
    })
  )
})

describe("plans of two models", () => {
  it.scopedLive("plan has the limits of consolidation by another model, at its own price, and nothing offline", () =>
    Effect.gen(function* () {
      const { args, environment, server } = yield* home
      const planned = (...words: ReadonlyArray<string>) =>
        Effect.map(
          runInProcess(["plan", ...args, "--json", ...words], {
            ...environment,
            CHAT_BASE_URL: server.baseUrl,
            MEMORIES_CONSOLIDATION_PRICE_INPUT: "1",
            MEMORIES_CONSOLIDATION_PRICE_OUTPUT: "3"
          }),
          ({ stdout }) => decodePlan(stdout)
        )
      const two = yield* planned("--model", "openai:gpt-5-mini", "--consolidation-model", "chat:qwen3")
      assert.deepStrictEqual(two.consolidation, {
        model: "chat:qwen3",
        directories: ["/home/ada/projects/ferry"],
        requests: 60,
        tokens: 416_000,
        cost: 1.248
      })
      const byRule = yield* planned("--model", "openai:gpt-5-mini", "--consolidation-model", "offline")
      assert.isNull(byRule.consolidation)
      assert.deepStrictEqual([two.requests, byRule.requests], [2, 2])
    })
  )

  it.scopedLive("a key goes to the server that it is named with, and to no other", () =>
    Effect.gen(function* () {
      const { args, environment, server } = yield* home
      const other = yield* serve(chatDialect.ok(good))
      const run = (variables: Readonly<Record<string, string>>) =>
        runInProcess([...args, "--model", "chat:qwen3", "--agent", "offline", "--rebuild-index", "--json"], {
          ...environment,
          OPENAI_API_KEY: "made-up-of-openai",
          ...variables
        })
      yield* run({ CHAT_BASE_URL: other.baseUrl })
      const [request] = other.requests
      assert(request !== undefined)
      assert.notProperty(request.headers, "authorization")
      assert.strictEqual(server.requests.length, 0)
    })
  )

  it.scopedLive("a session goes to another provider only if the command line names each model that is asked", () =>
    Effect.gen(function* () {
      const { args, environment, server } = yield* home
      const asked = (words: ReadonlyArray<string>, variables: Readonly<Record<string, string>>) =>
        Effect.map(
          runInProcess([...args, "--agent", "offline", "--json", ...words], { ...environment, ...variables }),
          () => server.requests.length
        )
      const [one, two] = ["openai:gpt-5-mini", "openai:gpt-5"]
      assert.strictEqual(yield* asked(["--model", one], { MEMORIES_CONSOLIDATION_MODEL: two }), 0)
      assert.strictEqual(yield* asked(["--consolidation-model", two], { MEMORIES_MODEL: one }), 0)
      assert.strictEqual(yield* asked(["--model", one, "--consolidation-model", two], {}), 2)
    })
  )

  it.scopedLive("each phase asks its own model, by its own API, and the bill has both", () =>
    Effect.gen(function* () {
      const { args, environment, server } = yield* home
      const other = yield* serve((request, index) =>
        messagesDialect.toolOutputs(request).length > 0
          ? messagesDialect.calling({ name: "finish", parameters: { summary: "done" } })(request, index)
          : messagesDialect.calling({
              name: "create_file",
              parameters: { path: "MEMORY.md", text: `# Memory\n- a line [${threadIdOf(1).slice(0, 13)}…]\n` }
            })(request, index)
      )
      const variables = {
        ...environment,
        ANTHROPIC_BASE_URL: messagesDialect.base(other.baseUrl),
        ANTHROPIC_API_KEY: "made-up-of-anthropic"
      }
      const models = ["--model", "openai:gpt-5-mini", "--consolidation-model", "anthropic:claude-opus-5-5"]
      const ran = yield* runInProcess([...args, ...models, "--json"], variables)
      assert.strictEqual(ran.code, 0, ran.stderr)
      const { consolidated } = decodeReport(ran.stdout)
      assert.deepStrictEqual(
        consolidated.map(({ outcome }) => outcome),
        ["published"]
      )
      assert.deepStrictEqual(
        other.requests.map(({ headers, path }) => [path, headers["x-api-key"], headers["anthropic-version"]]),
        [1, 2].map(() => ["/v1/messages", "made-up-of-anthropic", "2023-06-01"])
      )
      const costs = JSON.parse((yield* runInProcess([...args, "status", "--costs", "--json"])).stdout)
      const lines: ReadonlyArray<Record<string, unknown>> = costs["lines"]
      assert.deepStrictEqual(
        lines.map(({ atWorst, model, project, requests, unpriced }) => [project, model, requests, unpriced, atWorst]),
        [
          ["/home/ada/projects/ferry", "anthropic:claude-opus-5-5", 2, 0, 0],
          ["/home/ada/projects/ferry", "openai:gpt-5-mini", 2, 0, 0]
        ]
      )
      const [opus, mini] = lines
      const money = (line: Record<string, unknown> | undefined, input: number, output: number) =>
        (Number(line?.["inputTokens"]) * input + Number(line?.["outputTokens"]) * output) / 1_000_000
      assert.closeTo(Number(opus?.["cost"]), money(opus, 4, 20), 2e-6)
      assert.closeTo(Number(mini?.["cost"]), money(mini, 0.25, 2), 2e-6)
      const table = yield* runInProcess([...args, "status", "--costs"])
      assert.match(table.stdout, /ferry +anthropic:claude-opus-5-5 +2/)
      assert.match(table.stdout, /for 4 requests/)
      assert.strictEqual(server.requests.length, 2)
    })
  )
})

describe("passes with a model", () => {
  it.scopedLive("a pass with a model requires a key for OpenAI, and a valid URL, before any work", () =>
    Effect.gen(function* () {
      const { args, environment, memories } = yield* home
      const cases: ReadonlyArray<readonly [ReadonlyArray<string>, Readonly<Record<string, string>>, RegExp]> = [
        [["--model", "openai:gpt-5-mini"], {}, /^rollout-memories: OPENAI_API_KEY: expected a key/],
        [
          ["--model", "openai:gpt-5-mini"],
          { OPENAI_API_KEY: " ", OPENAI_BASE_URL: "https://api.openai.com/v1/" },
          /OPENAI_API_KEY/
        ],
        [["--model", "openai:gpt-5-mini"], { OPENAI_BASE_URL: "localhost:8000" }, /OPENAI_BASE_URL: expected a URL/],
        [["--model", "openai:x"], { OPENAI_BASE_URL: "http://me:made-up@host/v1" }, /REDACTED_SECRET/],
        [
          ["--model", "gpt-5"],
          environment,
          /--model: expected offline, openai:<name>, chat:<name> or anthropic:<name>, not "gpt-5"/
        ],
        [
          ["--consolidation-model", "gpt-5"],
          environment,
          /--consolidation-model: expected same, offline, openai:<name>/
        ],
        [["--consolidation-model", "anthropic:claude-opus-5-5"], environment, /ANTHROPIC_API_KEY: expected a key/],
        [
          ["--model", "chat:gemini-2.5-pro"],
          { CHAT_BASE_URL: "generativelanguage.googleapis.com", OPENAI_API_KEY: "made-up" },
          /CHAT_BASE_URL: expected a URL/
        ],
        [["--model", "chat:gpt-5"], {}, /OPENAI_API_KEY: expected a key/],
        [["--agent", "model"], {}, /--agent: expected a --model/],
        [["--agent", "command"], {}, /--agent-command/],
        [["--max-tokens", "many"], {}, /--max-tokens: expected a whole number, or unlimited/],
        [[], { MEMORIES_MAX_REQUESTS_PER_DAY: "-1" }, /MEMORIES_MAX_REQUESTS_PER_DAY/]
      ]
      for (const [given, variables, says] of cases) {
        const ended = yield* runInProcess([...args, ...given], variables)
        assert.deepStrictEqual([ended.code, ended.stdout], [2, ""], ended.stderr)
        assert.match(ended.stderr, says)
        assert.notInclude(ended.stderr, "made-up")
      }
      assert.deepStrictEqual(snapshot(memories), {})
    })
  )

  it.scopedLive("a key alone selects no model, and nothing is sent", () =>
    Effect.gen(function* () {
      const { args, environment, server } = yield* home
      const ended = yield* runInProcess(args, { ...environment, OPENAI_API_KEY: "made-up" })
      assert.strictEqual(ended.code, 0)
      assert.strictEqual(server.requests.length, 0)
    })
  )

  it.scopedLive("a session stays with its provider unless the pass names the model or crossing is allowed", () =>
    Effect.gen(function* () {
      const { args, environment, path, server } = yield* home
      const host = new URL(environment.OPENAI_BASE_URL).host
      const own = new RolloutBuilder(startOfFixtures + 600_000)
        .meta({ id: threadIdOf(3), model_provider: host })
        .user("check the pier")
        .assistant("checked")
        .text()
      const nobodys = new RolloutBuilder(startOfFixtures + 700_000)
        .meta({ id: threadIdOf(4), model_provider: undefined })
        .user("check the jetty")
        .text()
      write(path(3), own)
      write(path(4), nobodys)
      const standing = { ...environment, MEMORIES_MODEL: "openai:gpt-5-mini" }
      const kept = decodeReport((yield* runInProcess([...args, "--agent", "offline", "--json"], standing)).stdout)
      assert.deepStrictEqual(
        kept.extracted.map(({ threadId }) => threadId),
        [threadIdOf(3)]
      )
      assert.deepStrictEqual(
        kept.skipped.map(({ reason, threadId }) => [threadId, reason]).sort(),
        [1, 2, 4].map((number) => [threadIdOf(number), "provider"])
      )
      assert.strictEqual(server.requests.length, 1)

      const allowed = decodeReport(
        (yield* runInProcess([...args, "--agent", "offline", "--allow-provider-crossing", "--json"], standing)).stdout
      )
      assert.strictEqual(allowed.extracted.length, 3)
      assert.isFalse(allowed.skipped.some(({ reason }) => reason === "provider"))
    })
  )
})
