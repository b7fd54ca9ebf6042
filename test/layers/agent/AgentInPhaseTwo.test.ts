import { existsSync, readFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { hasFailures } from "../../../src/domain/report/Report.js"
import * as AgentControlCommand from "../../../src/layers/agent/Command.js"
import { agent } from "../../../src/layers/model/server/OpenAi.js"
import type { SettingValues } from "../../../src/settings/Settings.js"
import { snapshot, temporaryFolder, write } from "../../support/program.js"
import { realPass } from "../../support/realWorld.js"
import { calling, frame, replies, type Script, serve } from "../../support/responsesServer.js"
import { simpleSession, startOfFixtures, threadIdOf } from "../../../src/testing/RolloutBuilder.js"
import { withTimePassing } from "../../support/time.js"
import { sampleOf } from "../../support/sample.js"

const addSession = (codex: string, number: number, cwd = "/home/ada/projects/ferry") =>
  write(
    join(codex, `sessions/2026/03/02/rollout-2026-03-02T09-00-00-${threadIdOf(number)}.jsonl`),
    simpleSession({
      id: threadIdOf(number),
      cwd,
      start: startOfFixtures + number * 60_000,
      request: `request ${number}`
    })
  )

/** An agent that writes a memory which cites the trace it was shown. */
const wellBehaved =
  (number: number): Script =>
  (request) =>
    request.text.includes("function_call_output")
      ? calling({ name: "finish", parameters: { summary: "done" } })(request)
      : calling({
          name: "create_file",
          parameters: { path: "MEMORY.md", text: `# Memory\n- a line [${threadIdOf(number).slice(0, 13)}…]\n` }
        })(request)

const home = Effect.fnUntraced(function* (script: Script) {
  const folder = yield* temporaryFolder
  const server = yield* serve(script)
  const [codexHome, memoriesHome] = [join(folder, "codex"), join(folder, "memories")]
  addSession(codexHome, 1)
  const pass = (settings: Partial<SettingValues> = {}) =>
    realPass({
      codexHome,
      memoriesHome,
      agent,
      modelServer: { baseUrl: server.baseUrl, apiKey: undefined },
      settings: {
        model: "openai:gpt-5-mini",
        modelRetryFirst: Duration.millis(1),
        modelRetryLongest: Duration.millis(50),
        allowProviderCrossing: true,
        maxTokens: undefined,
        retryFirst: Duration.zero,
        ...settings
      }
    })
  return { codexHome, memoriesHome, server, pass }
})

const attempts = 4

const failing: ReadonlyArray<readonly [string, Script, string, number]> = [
  ["a refusal", replies.refusal, "ModelRefused", 1],
  ["an incomplete answer", replies.incomplete, "AnswerIncomplete", 1],
  ["a failed response", replies.failedWith("server_error", "the engine stopped"), "ModelServerFailed", attempts],
  ["words of JSON alone", replies.ok('{"traceMemory": "# half'), "AgentFailure", 12],
  ["fenced words", replies.ok("```json\n{}\n```"), "AgentFailure", 12],
  ["400, context too long", replies.tooLong, "ContextTooLong", 2],
  ["401", replies.status(401, { message: "no" }), "ModelUnauthorised", 1],
  ["429", replies.status(429, { message: "slow down" }), "RateLimited", attempts],
  [
    "429 with retry-after",
    replies.status(429, { message: "slow" }, { "retry-after": "0.02" }),
    "RateLimited",
    attempts
  ],
  ["500", replies.status(500, { message: "oops" }), "ModelServerFailed", attempts],
  ["503", replies.status(503, { message: "busy" }), "ModelOverloaded", attempts],
  ["a redirect", () => ({ status: 308, headers: { location: "/elsewhere" }, body: "" }), "NotAModelServer", 1],
  [
    "more than fits into memory",
    () => ({
      body: frame({ type: "response.output_item.done", item: { text: "x".repeat(1_000_000) } }).repeat(30),
      end: "hang"
    }),
    "AnswerIncomplete",
    1
  ],
  ["a page with 200", replies.html, "NotAModelServer", 1],
  ["a stream cut before completed", replies.cut("words"), "StreamEndedEarly", attempts],
  ["a reset in mid-frame", replies.reset("words"), "ModelUnreachable", attempts],
  ["silence for ever", replies.silent, "ModelTimedOut", 1]
]

describe("phase two: answers of the agent's server", () => {
  for (const [what, script, tag, requests] of sampleOf(failing, 8, ([, , tag]) => tag)) {
    it.scopedLive(
      `phase two: the agent fails with ${tag} (${what}; requests: ${requests}), and the published memory stays`,
      () =>
        Effect.gen(function* () {
          const { codexHome, memoriesHome, pass, server } = yield* home(wellBehaved(1))
          const first = yield* pass()
          assert.deepStrictEqual(
            first.consolidated.map(({ outcome }) => outcome),
            ["published"]
          )
          assert.strictEqual(first.model.calls, 3)
          const root = first.consolidated[0]?.memoryRoot ?? memoriesHome
          const memory = readFileSync(join(root, "MEMORY.md"), "utf8")
          const skills = snapshot(join(root, "skills"))
          addSession(codexHome, 2)
          server.script = script
          server.requests.length = 0
          const second = yield* tag === "ModelTimedOut"
            ? withTimePassing(pass(), { once: () => server.requests.length > 0, step: "1 minute" })
            : pass()
          assert.deepStrictEqual(
            second.consolidated.map(({ error, outcome }) => [outcome, error?._tag]),
            [["failed", tag]]
          )
          assert.include(second.consolidated[0]?.error?.message ?? "", "staging")
          assert.strictEqual(server.requests.length, requests)
          assert.deepStrictEqual([second.extracted.length, second.failed.length], [1, 0])
          assert.strictEqual(readFileSync(join(root, "MEMORY.md"), "utf8"), memory)
          assert.deepStrictEqual(snapshot(join(root, "skills")), skills)
          // It stays dirty, its lock is free, and a server that works again is asked again.
          server.script = wellBehaved(2)
          const third = yield* pass()
          assert.deepStrictEqual(
            third.consolidated.map(({ outcome }) => outcome),
            ["published"]
          )
          assert.include(readFileSync(join(root, "MEMORY.md"), "utf8"), threadIdOf(2).slice(0, 13))
        })
    )
  }

  it.scopedLive("phase two: a reached cap postpones the consolidation without a failure", () =>
    Effect.gen(function* () {
      const { pass, server } = yield* home(wellBehaved(1))
      const report = yield* pass({ maxTokens: 0 })
      assert.strictEqual(server.requests.length, 0)
      assert.deepStrictEqual(
        report.consolidated.map(({ error, outcome }) => [outcome, error?._tag]),
        [["failed", "BudgetExhausted"]]
      )
      assert.isFalse(hasFailures(report))
      assert.strictEqual((yield* pass()).consolidated[0]?.outcome, "published")
    })
  )

  it.scopedLive("phase two: sessions of another provider are not sent", () =>
    Effect.gen(function* () {
      const { memoriesHome, pass, server } = yield* home(wellBehaved(1))
      const report = yield* pass({ allowProviderCrossing: false })
      assert.strictEqual(server.requests.length, 0)
      assert.deepStrictEqual(
        report.consolidated.map(({ error, outcome }) => [outcome, error?._tag]),
        [["failed", "ProviderCrossing"]]
      )
      assert.isFalse(hasFailures(report))
      assert.isTrue(existsSync(memoriesHome))
      assert.strictEqual((yield* pass()).consolidated[0]?.outcome, "published")
    })
  )
})

describe("phase two: agents that are commands", () => {
  it.scopedLive("an agent command's result is published, its output kept, and its own session never learned from", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const [codexHome, memoriesHome] = [join(folder, "codex"), join(folder, "memories")]
      addSession(codexHome, 1)
      // What an agent does that records its sessions in the home that is learned from, and is marked or not.
      const own = (number: number, meta: string) =>
        `printf '%s\\n' '{"timestamp":"2026-03-02T09:00:00Z","type":"session_meta","payload":{"id":"${threadIdOf(number)}","source":"cli",${meta}}}' '{"timestamp":"2026-03-02T09:00:01Z","type":"event_msg","payload":{"type":"user_message","message":"consolidate"}}' > ${codexHome}/sessions/2026/03/02/rollout-2026-03-02T09-00-00-${threadIdOf(number)}.jsonl`
      const command = [
        "cat > /dev/null",
        `echo "# Memory\n- a line [${threadIdOf(1).slice(0, 13)}…]" > MEMORY.md`,
        own(8, `"cwd":"/elsewhere","originator":"'$CODEX_INTERNAL_ORIGINATOR_OVERRIDE'"`),
        own(9, `"cwd":"'$PWD'"`),
        "echo did it"
      ].join("; ")
      const pass = realPass({
        codexHome,
        memoriesHome,
        agent: AgentControlCommand.layer,
        settings: { agent: "command", agentCommand: command, sources: "all" }
      })
      const first = yield* pass
      assert.deepStrictEqual(
        first.consolidated.map(({ error, outcome }) => [outcome, error?.message]),
        [["published", undefined]]
      )
      const root = first.consolidated[0]?.memoryRoot ?? ""
      assert.include(readFileSync(join(root, "MEMORY.md"), "utf8"), "- a line [")
      const log = join(memoriesHome, "agent-output", `${basename(dirname(root))}.log`)
      assert.strictEqual(readFileSync(log, "utf8"), "did it\n")
      const second = yield* pass
      assert.deepStrictEqual([second.threads, second.candidates, second.skipped.length], [3, 0, 0])
    })
  )
})
