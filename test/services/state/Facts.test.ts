import { assert } from "@effect/vitest"
import { Duration, Effect, TestClock } from "effect"
import { type FactContent, factIdOf, type SessionFact } from "../../../src/domain/facts/Fact.js"
import { withheld } from "../../../src/domain/thread/Thread.js"
import { Directory } from "../../../src/domain/thread/WorkingDirectory.js"
import { changesOf, type Db, ferry, idOf, learn, makeMemory, makeThread } from "../../support/rows.js"
import { contract } from "../../support/stateDb.js"

const tram = Directory.make("/home/ada/tram")

const factOf = (content: FactContent, text: string, line = 1): SessionFact => ({
  id: factIdOf(content),
  text,
  basis: "user",
  line,
  lastLine: line + 2,
  at: 1_000 * line,
  content
})

const wish = (words: string, line = 1): SessionFact =>
  factOf({ _tag: "Wish", words, isLasting: true }, `"${words}"`, line)

const friday = wish("never deploy on a Friday", 3)
const tabs = wish("tabs, not spaces", 5)

const claim = (db: Db, number: number) =>
  Effect.flatten(db.claims.acquire(idOf(number), "learner", Duration.minutes(10)))

/** Learns from a thread, in its own directory, with the given facts. */
const teach = (db: Db, number: number, ...facts: ReadonlyArray<SessionFact>) => learn(db, makeThread(number), { facts })

const textsOf = (db: Db, cwd: Directory = ferry) =>
  Effect.map(db.facts.of(cwd), (facts) => facts.map(({ text, threadId }) => [threadId, text]))

contract("facts", ({ test }) => {
  test("facts are given with their session, the newest session first, in the order of the session", (db) =>
    Effect.gen(function* () {
      yield* teach(db, 1, friday, tabs)
      yield* teach(db, 2, tabs)
      assert.deepStrictEqual(yield* textsOf(db), [
        [idOf(2), tabs.text],
        [idOf(1), friday.text],
        [idOf(1), tabs.text]
      ])
      const [newest] = yield* db.facts.withId(friday.id, undefined)
      assert.deepStrictEqual(newest, { ...friday, threadId: idOf(1), cwd: ferry })
    }))

  test("facts of an earlier extraction are replaced by those of a newer one", (db) =>
    Effect.gen(function* () {
      yield* teach(db, 1, friday)
      yield* teach(db, 1, tabs)
      assert.deepStrictEqual(yield* textsOf(db), [[idOf(1), tabs.text]])
      const events = (yield* db.facts.history({ cwd: ferry, id: undefined }, 10)).map(({ event, id }) => [event, id])
      assert.deepStrictEqual(events, [
        ["added", tabs.id],
        ["withdrawn", friday.id],
        ["added", friday.id]
      ])
    }))

  test("facts go with the memory of their thread, and are hidden while it is withheld", (db) =>
    Effect.gen(function* () {
      yield* teach(db, 1, friday)
      yield* db.threadIndex.change(changesOf({ threads: [withheld(makeThread(1), "ignored")] }))
      assert.deepStrictEqual(yield* textsOf(db), [])
      yield* db.threadIndex.change(changesOf({ threads: [makeThread(1)] }))
      assert.lengthOf(yield* textsOf(db), 1)
      yield* db.threadMemories.storeNothing(yield* claim(db, 1), makeMemory(makeThread(1)))
      assert.deepStrictEqual(yield* textsOf(db), [])
      assert.deepStrictEqual(yield* db.facts.search(["friday"], undefined, 10), [])
    }))

  test("a fact that was forgotten stays away when its session is extracted again, and leaves only id and time", (db) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(5_000)
      yield* teach(db, 1, friday, tabs)
      yield* db.facts.mark(friday.id, ferry, { _tag: "Forgotten" }, friday.text)
      assert.strictEqual((yield* Effect.flip(teach(db, 1, friday, tabs)))._tag, "FactsForgotten")
      assert.strictEqual((yield* Effect.flip(teach(db, 2, friday)))._tag, "FactsForgotten")
      assert.deepStrictEqual(yield* textsOf(db), [[idOf(1), tabs.text]])
      assert.deepStrictEqual(yield* db.facts.search(["friday"], undefined, 10), [])
      assert.deepStrictEqual(yield* db.facts.history({ cwd: undefined, id: friday.id }, 10), [
        { id: friday.id, cwd: ferry, event: "forgotten", at: 5_000, threadId: null, kind: null, text: null, by: null }
      ])
    }))

  test("a pin and a correction are kept until they are taken back", (db) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(7_000)
      yield* teach(db, 1, friday)
      yield* db.facts.mark(friday.id, ferry, { _tag: "Pinned" }, friday.text)
      yield* db.facts.mark(friday.id, ferry, { _tag: "Corrected", text: "never on a Friday" }, "never on a Friday")
      assert.deepStrictEqual(
        (yield* db.facts.marks(ferry)).map(({ mark }) => mark),
        [{ _tag: "Corrected", text: "never on a Friday" }, { _tag: "Pinned" }]
      )
      assert.isTrue(yield* db.facts.unmark(friday.id, ferry, "Pinned"))
      assert.isFalse(yield* db.facts.unmark(friday.id, ferry, "Pinned"))
      assert.lengthOf(yield* db.facts.marks(ferry), 1)
      assert.deepStrictEqual(yield* db.facts.marks(tram), [])
    }))

  test("a mark makes its directory dirty, and taking it back makes it clean again", (db) =>
    Effect.gen(function* () {
      yield* teach(db, 1, friday)
      const { fingerprint } = yield* db.consolidations.state(ferry, 10)
      yield* db.consolidations.recordPublished(ferry, fingerprint)
      const isDirty = Effect.map(db.consolidations.dirty(10), (directories) => directories.length > 0)
      assert.isFalse(yield* isDirty)
      yield* db.facts.mark(friday.id, ferry, { _tag: "Pinned" }, friday.text)
      assert.isTrue(yield* isDirty)
      yield* db.facts.unmark(friday.id, ferry, "Pinned")
      assert.isFalse(yield* isDirty)
    }))

  test("facts are given as they were at a time, the session that said something last first", (db) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_000)
      yield* teach(db, 1, friday)
      yield* TestClock.setTime(2_000)
      yield* teach(db, 1, tabs)
      yield* teach(db, 2, friday)
      const at = (time: number) =>
        Effect.map(db.facts.asOf(ferry, time), (facts) => facts.map(({ text, threadId }) => [threadId, text]))
      assert.deepStrictEqual(yield* at(999), [])
      assert.deepStrictEqual(yield* at(1_999), [[idOf(1), friday.text]])
      assert.deepStrictEqual(yield* at(2_000), [
        [idOf(1), tabs.text],
        [idOf(2), friday.text]
      ])
    }))

  test("facts of a time leave out what was withdrawn by then, however it went, and what is withheld now", (db) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(5_000)
      yield* teach(db, 1, friday)
      yield* teach(db, 2, tabs)
      yield* TestClock.setTime(9_000)
      yield* db.threadMemories.storeNothing(yield* claim(db, 1), makeMemory(makeThread(1)))
      const at = (time: number) => Effect.map(db.facts.asOf(ferry, time), (facts) => facts.map(({ text }) => text))
      assert.deepStrictEqual(yield* at(6_000), [tabs.text, friday.text])
      assert.deepStrictEqual(yield* at(10_000), [tabs.text])
      yield* db.threadIndex.change(changesOf({ threads: [withheld(makeThread(2), "ignored")] }))
      assert.deepStrictEqual(yield* at(6_000), [friday.text])
      assert.deepStrictEqual(yield* at(10_000), [])
    }))

  test("facts of a directory that is ignored now are withdrawn", (db) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(5_000)
      yield* teach(db, 1, friday)
      yield* TestClock.setTime(9_000)
      yield* db.threadMemories.applyIgnored((cwd) => cwd === ferry)
      assert.deepStrictEqual(yield* db.facts.asOf(ferry, 10_000), [])
    }))

  test("words are found by their stems, by some of them, and nearly spelt", (db) =>
    Effect.gen(function* () {
      yield* teach(db, 1, friday, wish("run the unittest suite before each commit"))
      const found = (...words: ReadonlyArray<string>) =>
        Effect.map(db.facts.search(words, ferry, 10), (hits) => hits.map(({ text }) => text))
      assert.deepStrictEqual(yield* found("deploying", "fridays"), [friday.text])
      assert.deepStrictEqual(yield* found("deployment", "zeppelin"), [friday.text])
      assert.include((yield* found("unitest"))[0] ?? "", "unittest")
      assert.deepStrictEqual(yield* found("zeppelin"), [])
      assert.deepStrictEqual(yield* db.facts.search(["friday"], tram, 10), [])
    }))

  test("facts that nobody extracted by the rules of today are stale until they are replaced", (db) =>
    Effect.gen(function* () {
      yield* learn(db, makeThread(1))
      yield* teach(db, 2, friday)
      assert.deepStrictEqual(yield* db.facts.stale, [{ threadId: idOf(1), cwds: [ferry] }])
      const before = yield* db.consolidations.state(ferry, 10)
      yield* db.facts.replace(yield* claim(db, 1), [
        { cwd: ferry, facts: [tabs] },
        { cwd: tram, facts: [friday] }
      ])
      assert.deepStrictEqual(yield* db.facts.stale, [])
      assert.lengthOf(yield* textsOf(db), 2)
      assert.deepStrictEqual(yield* textsOf(db, tram), [])
      assert.notStrictEqual((yield* db.consolidations.state(ferry, 10)).fingerprint, before.fingerprint)
    }))

  test("facts of a claim that was lost are not replaced", (db) =>
    Effect.gen(function* () {
      yield* teach(db, 1, friday)
      const held = yield* claim(db, 1)
      yield* db.claims.release(held)
      const error = yield* Effect.flip(db.facts.replace(held, [{ cwd: ferry, facts: [tabs] }]))
      assert.strictEqual(error._tag, "ClaimLost")
      assert.deepStrictEqual(yield* textsOf(db), [[idOf(1), friday.text]])
    }))
})
