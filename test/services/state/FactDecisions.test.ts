import { assert } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import type { SessionFact } from "../../../src/domain/facts/Fact.js"
import { Directory } from "../../../src/domain/thread/WorkingDirectory.js"
import { madeCommand, madeFact, madeWish } from "../../support/madeFacts.js"
import { changesOf, type Db, ferry, idOf, learn, makeMemory, makeThread, storedAlone } from "../../support/rows.js"
import { contract } from "../../support/stateDb.js"

const pier = Directory.make("/home/ada/projects/pier")

/** Learns facts from a thread. */
const teach = (db: Db, number: number, facts: ReadonlyArray<SessionFact>, cwd = ferry) =>
  learn(db, makeThread(number, { cwd }), { cwd, facts })

const tests = madeCommand("python3 -m unittest")
const tabs = madeWish("use tabs in every file")
const friday = madeWish("please never deploy on a Friday")
const chinese = madeWish("运行测试之前先构建")
const failure = madeFact(
  {
    _tag: "Failure",
    signature: "module",
    errors: ["ERR_MODULE_NOT_FOUND: cannot find preloadUserData"],
    command: "npm test",
    key: "npm test",
    edits: [],
    commands: [],
    check: null,
    isFixed: false
  },
  "`ERR_MODULE_NOT_FOUND: cannot find preloadUserData`"
)

contract("the search of facts", ({ test }) => {
  const found = (db: Db, words: string, cwd?: Directory) =>
    Effect.map(db.facts.search(words.split(" "), cwd, 20), (facts) => facts.map(({ text }) => text))

  const queries: ReadonlyArray<readonly [string, string, SessionFact]> = [
    ["a question with stop words", "how do I run the tests", tests],
    ["a word in another form", "deploying Fridays", friday],
    ["a misspelt word", "unitest", tests],
    ["another word of the field", "indentation", tabs],
    ["an error by its code", "ERR_MODULE_NOT_FOUND", failure],
    ["a part of a name", "UserData", failure],
    ["a word of two letters without spaces around it", "测试", chinese],
    ["a question without spaces that no fact has as a whole", "怎么运行测试", chinese]
  ]
  for (const [what, words, expected] of queries) {
    test(`${what} finds its fact first`, (db) =>
      Effect.gen(function* () {
        yield* teach(db, 1, [tests, tabs, friday, chinese, failure])
        assert.strictEqual((yield* found(db, words))[0], expected.text)
      }))
  }

  test("facts with all words come alone; without one, those with any of them are found", (db) =>
    Effect.gen(function* () {
      yield* teach(db, 1, [tests, tabs, friday])
      assert.deepStrictEqual(yield* found(db, "deploy Friday"), [friday.text])
      assert.sameMembers([...(yield* found(db, "deploy tabs"))], [friday.text, tabs.text])
      assert.deepStrictEqual(yield* found(db, "zeppelin"), [])
    }))

  test("a fact of two sessions is found once, and in each directory", (db) =>
    Effect.gen(function* () {
      yield* teach(db, 1, [friday])
      yield* teach(db, 2, [friday])
      yield* teach(db, 3, [friday], pier)
      assert.strictEqual((yield* found(db, "friday")).length, 2)
      assert.deepStrictEqual(yield* found(db, "friday", pier), [friday.text])
    }))

  test("a corrected fact is found by the words of its correction, and a removed one not at all", (db) =>
    Effect.gen(function* () {
      yield* teach(db, 1, [tests, tabs])
      yield* db.facts.mark(tests.id, ferry, { _tag: "Corrected", text: "Run the tests: `tox`" }, "")
      assert.deepStrictEqual(yield* found(db, "tox"), [tests.text])
      yield* db.facts.mark(tabs.id, ferry, { _tag: "Removed" }, "")
      assert.deepStrictEqual(yield* found(db, "tabs"), [])
    }))
})

contract("forgetting of facts", ({ test }) => {
  test("forgotten facts are gone with their history, and stay away when their session is read again", (db) =>
    Effect.gen(function* () {
      yield* teach(db, 1, [friday, tests])
      yield* db.facts.mark(friday.id, ferry, { _tag: "Pinned" }, friday.text)
      const { threadId, ...memory } = { ...makeMemory(makeThread(1)), threadId: idOf(1) }
      const cleaned = { threadId, traceSummary: "# cleaned", memorySummary: "cleaned", slug: memory.slug }
      yield* db.facts.forget(ferry, {
        ids: [friday.id],
        memories: [cleaned],
        threads: [{ threadId, title: "(forgotten)", firstUserMessage: null }],
        corrections: []
      })
      assert.deepStrictEqual(
        (yield* db.facts.of(ferry)).map(({ id }) => id),
        [tests.id]
      )
      const stored = yield* db.threadMemories.get({ threadId, cwd: ferry })
      assert.strictEqual(Option.getOrThrow(stored).traceSummary, "# cleaned")
      assert.strictEqual(Option.getOrThrow(yield* db.threadIndex.get(threadId)).thread.title, "(forgotten)")
      const history = yield* db.facts.history({ cwd: ferry, id: friday.id }, 10)
      assert.deepStrictEqual(
        history.map(({ event, text }) => [event, text]),
        [["forgotten", null]]
      )
      assert.strictEqual((yield* Effect.flip(teach(db, 2, [friday])))._tag, "FactsForgotten")
      assert.deepStrictEqual(yield* db.facts.withId(friday.id, undefined), [])
    }))

  test("corrections of other facts that state a forgotten one go, also those that were replaced", (db) =>
    Effect.gen(function* () {
      yield* teach(db, 1, [friday, tests])
      const [first, second, third] = ["deploy on a Friday", "on a Friday too", "npm test"]
      for (const text of [first, second, third]) {
        yield* db.facts.mark(tests.id, ferry, { _tag: "Corrected", text }, text)
      }
      const corrections = [first, second].map((text) => ({ id: tests.id, text }))
      yield* db.facts.forget(ferry, { ids: [friday.id], memories: [], threads: [], corrections })
      const entries = yield* db.facts.history({ cwd: ferry, id: tests.id }, 10)
      assert.deepStrictEqual(
        entries.filter(({ event }) => event === "corrected").map(({ text }) => text),
        [third]
      )
      assert.isTrue((yield* db.facts.marks(ferry)).some(({ mark }) => mark._tag === "Corrected" && mark.text === third))
    }))

  test("a memory with a fact that was forgotten meanwhile is refused, and the claim holds for the next try", (db) =>
    Effect.gen(function* () {
      yield* teach(db, 1, [friday])
      yield* db.facts.mark(friday.id, ferry, { _tag: "Forgotten" }, "")
      yield* db.threadIndex.change(changesOf({ threads: [makeThread(2)] }))
      const claim = yield* Effect.flatten(db.claims.acquire(idOf(2), "one", Duration.minutes(10)))
      const memory = { ...makeMemory(makeThread(2)), facts: [friday, tests] }
      const error = yield* Effect.flip(db.threadMemories.store(claim, ...storedAlone(memory)))
      assert.deepStrictEqual(
        [error._tag, error._tag === "FactsForgotten" ? error.ids : []],
        ["FactsForgotten", [friday.id]]
      )
      yield* db.threadMemories.store(claim, ...storedAlone({ ...memory, facts: [tests] }))
      assert.deepStrictEqual(
        (yield* db.facts.of(ferry)).map(({ id }) => id),
        [tests.id]
      )
    }))

  test("the history of a wish that was superseded goes with the only session that said it", (db) =>
    Effect.gen(function* () {
      yield* teach(db, 1, [tabs])
      yield* teach(db, 2, [friday])
      yield* db.facts.recordSuperseded(ferry, [{ id: tabs.id, by: friday.id, threadId: idOf(2) }])
      yield* db.forgetting.forget([idOf(1)])
      const entries = yield* db.facts.history({ cwd: ferry, id: tabs.id }, 10)
      assert.deepStrictEqual(
        entries.map(({ event }) => event),
        ["forgotten"]
      )
    }))

  test("a pin and its words go with the only session that gave the fact", (db) =>
    Effect.gen(function* () {
      yield* teach(db, 1, [friday, tabs])
      yield* teach(db, 2, [tabs])
      yield* db.facts.mark(friday.id, ferry, { _tag: "Pinned" }, friday.text)
      yield* db.facts.mark(tabs.id, ferry, { _tag: "Pinned" }, tabs.text)
      yield* db.forgetting.forget([idOf(1)])
      assert.deepStrictEqual(
        (yield* db.facts.marks(ferry)).map(({ id }) => id),
        [tabs.id]
      )
      const texts = (yield* db.facts.history({ cwd: ferry, id: friday.id }, 10)).map(({ text }) => text)
      assert.deepStrictEqual(texts, [null, null])
    }))
})

contract("the history of facts", ({ test }) => {
  test("a superseded wish is recorded once for each newer wish, with the session of that", (db) =>
    Effect.gen(function* () {
      yield* teach(db, 1, [tabs])
      yield* teach(db, 2, [friday])
      const superseded = [{ id: tabs.id, by: friday.id, threadId: idOf(2) }]
      yield* db.facts.recordSuperseded(ferry, superseded)
      yield* db.facts.recordSuperseded(ferry, superseded)
      const entries = (yield* db.facts.history({ cwd: ferry, id: tabs.id }, 10)).filter(
        ({ event }) => event === "superseded"
      )
      assert.deepStrictEqual(
        entries.map(({ by, threadId }) => [by, threadId]),
        [[friday.id, idOf(2)]]
      )
    }))

  test("marks are taken back once, and the history has both", (db) =>
    Effect.gen(function* () {
      yield* teach(db, 1, [tabs])
      yield* db.facts.mark(tabs.id, ferry, { _tag: "Removed" }, "")
      assert.isTrue(yield* db.facts.unmark(tabs.id, ferry, "Removed"))
      assert.isFalse(yield* db.facts.unmark(tabs.id, ferry, "Removed"))
      assert.deepStrictEqual(
        (yield* db.facts.history({ cwd: ferry, id: tabs.id }, 10)).map(({ event }) => event),
        ["restored", "removed", "added"]
      )
    }))
})
