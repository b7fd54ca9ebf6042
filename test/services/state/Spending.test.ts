import { randomUUID } from "node:crypto"
import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Option, Schema, TestClock } from "effect"
import type { SpendingCaps } from "../../../src/domain/model/Spending.js"
import { Directory } from "../../../src/domain/thread/WorkingDirectory.js"
import { Ledger } from "../../../src/layers/model/server/Ledger.js"
import { Spending } from "../../../src/services/state/Spending.js"
import * as Settings from "../../../src/settings/Settings.js"
import { programPath } from "../../support/provided.js"
import { start, temporaryFolder } from "../../support/program.js"
import { contract } from "../../support/stateDb.js"
import { nonEmpty } from "../../support/nonEmpty.js"
import { learn, makeThread } from "../../support/rows.js"
import { reservation, tokensOnly } from "../../support/spending.js"
import { until } from "../../support/time.js"

const uncapped: SpendingCaps = {
  maxTokens: undefined,
  maxRequests: undefined,
  maxTokensPerDay: undefined,
  maxRequestsPerDay: undefined
}

const day = 86_400_000

contract("spending", ({ numRuns, provided: inDb }) => {
  it.effect("spending is reserved at its maximum before a request, and settled afterwards", () =>
    inDb(
      Effect.fnUntraced(function* (db) {
        const caps = { ...uncapped, maxTokens: 100 }
        const reserve = (id: string, tokens: number) => db.spending.reserve(reservation(id, "one", tokens), caps)
        assert.isTrue(Option.isNone(yield* reserve("a", 100)))
        assert.deepStrictEqual(yield* reserve("b", 1), Option.some({ cap: "--max-tokens" as const, limit: 100 }))
        yield* db.spending.settle("a", tokensOnly(40))
        assert.isTrue(Option.isNone(yield* reserve("b", 60)))
        assert.isTrue(Option.isSome(yield* reserve("c", 1)))
      })
    )
  )

  it.effect("spending is counted by pass and by UTC day, each for its own cap, and a cap of 0 allows nothing", () =>
    inDb(
      Effect.fnUntraced(function* (db) {
        yield* TestClock.setTime(20 * day - 1_000)
        const caps = { ...uncapped, maxRequests: 1, maxRequestsPerDay: 2 }
        const reserve = (pass: string, given: Partial<SpendingCaps> = caps) =>
          db.spending.reserve(reservation(randomUUID(), pass, 10), { ...uncapped, ...given })
        assert.isTrue(Option.isNone(yield* reserve("one")))
        assert.strictEqual(Option.getOrThrow(yield* reserve("one")).cap, "--max-requests")
        assert.isTrue(Option.isNone(yield* reserve("two")))
        assert.strictEqual(Option.getOrThrow(yield* reserve("three")).cap, "--max-requests-per-day")
        assert.strictEqual(
          Option.getOrThrow(yield* reserve("four", { maxTokensPerDay: 29 })).cap,
          "--max-tokens-per-day"
        )
        for (const cap of ["maxTokens", "maxRequests", "maxTokensPerDay", "maxRequestsPerDay"] as const) {
          assert.strictEqual(Option.getOrThrow(yield* reserve("five", { [cap]: 0 })).limit, 0)
        }
        yield* TestClock.adjust("2 seconds")
        assert.isTrue(Option.isNone(yield* reserve("three")), "a new day")
        assert.isTrue(Option.isSome(yield* reserve("one")), "the same pass")
      })
    )
  )

  it.effect("a bill sums requests by day, project and model, with those at their worst and without a price", () =>
    inDb(
      Effect.fnUntraced(function* (db) {
        yield* TestClock.setTime(20 * day)
        const spend = (id: string, project: string, model: string, worst: number) =>
          db.spending.reserve(reservation(id, "one", worst, { project, model }), uncapped)
        yield* spend("a", "/ferry", "openai:gpt-5-mini", 1_000)
        yield* db.spending.settle("a", { inputTokens: 400, cachedTokens: 300, outputTokens: 20, money: 75 })
        yield* spend("b", "/ferry", "openai:gpt-5-mini", 1_000)
        yield* db.spending.settle("b", { inputTokens: 100, outputTokens: 10, money: 45 })
        yield* spend("c", "/ferry", "chat:qwen3", 500)
        yield* spend("refused", "/ferry", "chat:qwen3", 500)
        yield* db.spending.settle("refused", tokensOnly(0))
        yield* TestClock.adjust("1 day")
        yield* spend("d", "/pier", "openai:gpt-5-mini", 7)
        const line = { cachedTokens: 0, outputTokens: 0, money: 0, requests: 1, atWorst: 1, unpriced: 1 }
        assert.deepStrictEqual(yield* db.spending.bill, [
          { ...line, day: "1970-01-22", project: "/pier", model: "openai:gpt-5-mini", inputTokens: 7 },
          { ...line, day: "1970-01-21", project: "/ferry", model: "chat:qwen3", inputTokens: 500 },
          {
            day: "1970-01-21",
            project: "/ferry",
            model: "openai:gpt-5-mini",
            requests: 2,
            atWorst: 0,
            inputTokens: 500,
            cachedTokens: 300,
            outputTokens: 30,
            money: 120,
            unpriced: 0
          }
        ])
      })
    )
  )

  it.effect("a bill keeps the sums of a project that was forgotten, and not its name", () =>
    inDb(
      Effect.fnUntraced(function* (db) {
        const [gone, kept] = [
          makeThread(1, { cwd: Directory.make("/home/ada/secret-project") }),
          makeThread(2, { cwd: Directory.make("/home/ada/ferry") })
        ]
        yield* learn(db, gone)
        yield* learn(db, kept)
        for (const [index, { cwd }] of [gone, kept].entries()) {
          yield* db.spending.reserve(reservation(`request ${index}`, "one", 10, { project: cwd ?? "" }), uncapped)
        }
        yield* db.forgetting.forget([gone.id])
        assert.deepStrictEqual(
          (yield* db.spending.bill).map(({ inputTokens, project }) => [project, inputTokens]),
          [
            ["", 10],
            ["/home/ada/ferry", 10]
          ]
        )
      })
    )
  )

  it.effect("a bill keeps the requests of a year, and drops older ones", () =>
    inDb(
      Effect.fnUntraced(function* (db) {
        yield* TestClock.setTime(20 * day)
        yield* db.spending.reserve(reservation("old", "one", 10), uncapped)
        yield* TestClock.adjust("366 days")
        yield* db.spending.reserve(reservation("new", "two", 10), uncapped)
        assert.lengthOf(yield* db.spending.bill, 2)
        yield* TestClock.adjust("60 days")
        yield* db.spending.reserve(reservation("newest", "three", 10), uncapped)
        assert.deepStrictEqual(
          (yield* db.spending.bill).map(({ requests }) => requests),
          [1, 1]
        )
      })
    )
  )

  it.effect.prop(
    "spending never exceeds a cap, however many requests run at once, are repeated or are killed",
    {
      cap: Schema.Int.pipe(Schema.between(0, 500)),
      requests: Schema.Array(
        Schema.Struct({
          worst: Schema.Int.pipe(Schema.between(1, 120)),
          share: Schema.Int.pipe(Schema.between(0, 100)),
          steps: Schema.Int.pipe(Schema.between(0, 5)),
          attempts: Schema.Int.pipe(Schema.between(1, 3)),
          fate: Schema.Literal("settled", "unknown", "killed")
        })
      ).pipe(Schema.maxItems(20)),
      atOnce: Schema.Int.pipe(Schema.between(1, 8))
    },
    ({ atOnce, cap, requests }) =>
      inDb(
        Effect.fnUntraced(function* (db) {
          let [settled, open, most] = [0, 0, 0]
          const one = ({ attempts, fate, share, steps, worst }: (typeof requests)[number]) =>
            Effect.gen(function* () {
              const ledger = yield* Ledger
              const cost = Math.floor((worst * share) / 100)
              const attempt = ledger.spend(
                {
                  pass: "one",
                  subject: { directory: "/d" },
                  model: "openai:gpt-5-mini",
                  project: "/d",
                  worst: { cheap: Effect.succeed(tokensOnly(worst * 4)), exact: Effect.succeed(tokensOnly(worst)) }
                },
                (settle) =>
                  Effect.gen(function* () {
                    // What a server may have been paid for: the most, until it is known.
                    open += worst
                    most = Math.max(most, settled + open)
                    yield* Effect.repeatN(Effect.yieldNow(), steps)
                    if (fate === "settled") {
                      yield* settle(tokensOnly(cost))
                      open -= worst
                      settled += cost
                    }
                  })
              )
              yield* Effect.repeatN(attempt, attempts - 1)
            })
          yield* Effect.forEach(
            requests,
            (request) =>
              Effect.gen(function* () {
                const fiber = yield* Effect.fork(Effect.either(one(request)))
                if (request.fate === "killed") {
                  yield* Effect.repeatN(Effect.yieldNow(), request.steps)
                  yield* Fiber.interrupt(fiber)
                } else {
                  yield* Fiber.join(fiber)
                }
              }),
            { concurrency: atOnce, discard: true }
          ).pipe(
            Effect.provide(
              Layer.provide(
                Ledger.layer,
                Layer.merge(
                  Layer.succeed(Spending, db.spending),
                  Settings.layer({ codexHome: "/c", memoriesHome: "/m", maxTokens: cap })
                )
              )
            )
          )
          assert.isAtMost(most, cap)
        })
      ),
    { fastCheck: { numRuns } }
  )
})

const numbersIn = Schema.decodeUnknownSync(Schema.parseJson(Schema.Array(Schema.Number)))

describe("processes that share a day's cap", () => {
  it.scopedLive("two processes never spend more than the cap together, even if one is killed", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const program = programPath("stateDbProgram")
      const [path, gate] = [join(folder, "state.sqlite"), join(folder, "gate")]
      const spend = (count: string) => start(program, [path, "spend", gate, "1000", "7", count])
      const [one, two, killed] = [spend("200"), spend("200"), spend("100000")]
      const spoke = ({ child }: typeof one) =>
        Effect.async<void>((resume) => void child.stdout?.once("data", () => resume(Effect.void)))
      yield* Effect.forEach([one, two, killed], spoke, { concurrency: "unbounded" })
      writeFileSync(gate, "")
      yield* until(() => existsSync(`${gate}.spending`))
      killed.child.kill("SIGKILL")
      const ended = yield* Effect.all([one.ended, two.ended])
      yield* killed.ended
      const granted = nonEmpty(ended).flatMap(({ code, stderr, stdout }) => {
        assert.strictEqual(code, 0, stderr)
        return numbersIn(stdout.trim().split("\n").at(-1))
      })
      const total = granted.reduce((sum, tokens) => sum + tokens, 0)
      assert.isAtMost(total, 1_000)
      const after = start(program, [path, "spend", gate, "1000", "7", "1000"])
      const rest = numbersIn((yield* after.ended).stdout.trim().split("\n").at(-1))
      assert.isAtMost(total + rest.reduce((sum, tokens) => sum + tokens, 0), 1_000)
      const last = start(program, [path, "spend", gate, "1000", "7", "10"])
      assert.deepStrictEqual(numbersIn((yield* last.ended).stdout.trim().split("\n").at(-1)), [])
    })
  )
})
