import { rmSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { PassPlan } from "../../src/domain/report/PassPlan.js"
import { PassReport } from "../../src/domain/report/Report.js"
import { learningRules, type Verdict } from "../../src/domain/thread/LearningRules.js"
import { RolloutBuilder, simpleSession, startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { traceAbout } from "../../src/testing/World.js"
import { type CommandHome, homeOfAllStates } from "../support/commandHome.js"
import { write } from "../support/program.js"
import { runInProcess } from "../support/programInProcess.js"
import { replies, serve } from "../support/responsesServer.js"
import { nonEmpty } from "../support/nonEmpty.js"

const decodePlan = Schema.decodeUnknownSync(Schema.parseJson(PassPlan))
const decodeReport = Schema.decodeUnknownSync(Schema.parseJson(PassReport))
const decodeWhy = Schema.decodeUnknownSync(Schema.parseJson(Schema.Struct({ verdict: Schema.String })))

const Counts = Schema.Record({ key: Schema.String, value: Schema.Int })
const Named = Schema.Array(Schema.Struct({ threadId: Schema.String }))
const decodeStatus = Schema.decodeUnknownSync(
  Schema.parseJson(
    Schema.Struct({
      threads: Schema.Struct({
        learned: Schema.Int,
        nothing: Schema.Int,
        waiting: Counts,
        outside: Counts,
        backingOff: Named,
        quarantined: Named
      })
    })
  )
)

/** The sessions of a home, by the rule that decides about them. */
type Sessions = ReadonlyArray<readonly [number, Verdict]>

const isReported = (verdict: Verdict): boolean =>
  learningRules.some((rule) => rule.verdict === verdict && rule.isReported)

const numbersOf = (sessions: Sessions, isWanted: (verdict: Verdict) => boolean): ReadonlyArray<string> =>
  sessions.flatMap(([number, verdict]) => (isWanted(verdict) ? [threadIdOf(number)] : [])).sort()

/** Asks `why`, `status`, `plan` and at last the pass itself about every session; each must know the same of it. */
const agree = Effect.fnUntraced(function* (home: CommandHome, sessions: Sessions, environment: Record<string, string>) {
  const ask = (...words: ReadonlyArray<string>) => runInProcess([...home.args, ...words, "--json"], environment)
  for (const [number, verdict] of nonEmpty(sessions)) {
    const { stdout, stderr } = yield* ask("why", "--thread", threadIdOf(number))
    assert.strictEqual(decodeWhy(stdout).verdict, verdict === "eligible" ? "taken" : verdict, `${number} ${stderr}`)
  }

  const { threads } = decodeStatus((yield* ask("status")).stdout)
  const counted = new Map<string, number>([...Object.entries(threads.waiting), ...Object.entries(threads.outside)])
  counted.set("fresh", threads.learned + threads.nothing)
  counted.set("backoff", threads.backingOff.length)
  counted.set("quarantined", threads.quarantined.length)
  for (const verdict of new Set<Verdict>([...sessions.map(([, verdict]) => verdict), "fresh", "backoff"])) {
    const wanted = sessions.filter((session) => session[1] === verdict).length
    assert.strictEqual(counted.get(verdict) ?? 0, wanted, `${verdict} ${JSON.stringify(threads)}`)
    counted.delete(verdict)
  }
  assert.deepStrictEqual(
    [...counted].filter(([, count]) => count > 0),
    []
  )

  const skippedWanted = sessions
    .filter(([, verdict]) => isReported(verdict))
    .map(([number, verdict]) => `${threadIdOf(number)} ${verdict}`)
    .sort()
  const plan = decodePlan((yield* ask("plan")).stdout)
  assert.deepStrictEqual(plan.skipped.map(({ reason, threadId }) => `${threadId} ${reason}`).sort(), skippedWanted)
  const eligible = numbersOf(sessions, (verdict) => verdict === "eligible")
  assert.deepStrictEqual(plan.threads.map(({ threadId }) => threadId).sort(), eligible)

  const report = decodeReport((yield* ask("--agent", "offline")).stdout)
  assert.deepStrictEqual(report.skipped.map(({ reason, threadId }) => `${threadId} ${reason}`).sort(), skippedWanted)
  const learned = [...report.extracted, ...report.noOutput].map(({ threadId }) => threadId)
  assert.deepStrictEqual(learned.sort(), eligible)
  assert.deepStrictEqual([report.failed, report.waiting], [[], 0])
})

describe("rules in why, status, plan and the pass", () => {
  it.scopedLive("why, status, plan and the pass agree about every rule", () =>
    Effect.gen(function* () {
      const home = yield* homeOfAllStates
      home.session(13, { cwd: "/home/ada/diary" })
      home.put(
        14,
        simpleSession({ id: threadIdOf(14), start: startOfFixtures }).replace(
          '"cwd":',
          '"memory_mode":"disabled","cwd":'
        )
      )
      home.session(15)
      home.session(16)
      write(join(home.memories, "ignore"), "/home/ada/diary/\n")
      yield* home.run("--limit", "0")
      rmSync(home.pathOf(15))
      yield* home.run("--limit", "0")
      const sessions: Sessions = [
        [1, "fresh"],
        [2, "fresh"],
        [3, "fresh"],
        [4, "quarantined"],
        [5, "backoff"],
        [6, "source"],
        [7, "sub-agent"],
        [8, "archived"],
        [9, "fresh"],
        [10, "claimed"],
        [11, "idle"],
        [12, "eligible"],
        [13, "ignored"],
        [14, "memory-disabled"],
        [15, "missing"],
        [16, "current"]
      ]
      const rules = new Set(learningRules.map(({ verdict }) => verdict))
      assert.deepStrictEqual(new Set([...sessions.map(([, verdict]) => verdict), "provider", "agent"]), rules)
      yield* agree(home, sessions, { MEMORIES_CURRENT_THREAD: threadIdOf(16) })
    })
  )

  it.scopedLive("why, status, plan and the pass agree about sessions of another provider, and of none", () =>
    Effect.gen(function* () {
      const home = yield* homeOfAllStates
      const server = yield* serve(replies.ok(JSON.stringify(traceAbout("the ferry"))))
      const provider = new URL(server.baseUrl).host
      const recordedWith = (number: number, model_provider: string | undefined) =>
        home.put(
          number,
          new RolloutBuilder(startOfFixtures + number * 60_000)
            .meta({ id: threadIdOf(number), model_provider })
            .user("check the pier")
            .assistant("checked")
            .text()
        )
      recordedWith(13, provider)
      recordedWith(14, undefined)
      yield* home.run("--limit", "0")
      const sessions: Sessions = [
        [1, "fresh"],
        [2, "fresh"],
        [3, "fresh"],
        [4, "provider"],
        [5, "provider"],
        [6, "source"],
        [7, "sub-agent"],
        [8, "archived"],
        [9, "fresh"],
        [10, "claimed"],
        [11, "idle"],
        [12, "provider"],
        [13, "eligible"],
        [14, "provider"]
      ]
      yield* agree(home, sessions, { MEMORIES_MODEL: "openai:gpt-5-mini", OPENAI_BASE_URL: server.baseUrl })
    })
  )
})
