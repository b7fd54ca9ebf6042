import { assert } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { factIdOf, type SessionFact } from "../../../src/domain/facts/Fact.js"
import type { ProjectDirectory } from "../../../src/domain/project/ProjectDirectory.js"
import type { Decision } from "../../../src/domain/project/ProjectRule.js"
import { rewrite, safe } from "../../../src/domain/privacy/SafeText.js"
import { queryOf } from "../../../src/domain/memory/Search.js"
import { Directory } from "../../../src/domain/thread/WorkingDirectory.js"
import { type Db, ferry, idOf, learn, makeThread } from "../../support/rows.js"
import { contract } from "../../support/stateDb.js"

const api = Directory.make("/home/ada/projects/ferry/packages/api")

const decision = (directory: Directory, fields: Partial<Decision> = {}): Decision => ({
  directory,
  project: ferry,
  place: "",
  origin: null,
  identity: null,
  ground: "repository",
  ...fields
})

const wish = (words: string): SessionFact => {
  const content = { _tag: "Wish" as const, words, isLasting: true }
  return { id: factIdOf(content), text: `"${words}"`, basis: "user", line: 3, lastLine: 3, at: 1_000, content }
}

const factsIn = (db: Db, cwd: Directory) =>
  Effect.map(db.facts.of(cwd), (facts) => facts.map(({ place, text, threadId }) => [threadId, text, place]))

const learnWish = (db: Db, number: number, cwd: Directory, ...words: ReadonlyArray<string>) =>
  learn(db, makeThread(number, { cwd }), { facts: words.map(wish) })

contract("projects", ({ test }) => {
  test("a directory is known with its project once it is decided, and a decision knows those before it", (db) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* db.projects.all, [])
      const seen: Array<ReadonlyArray<ProjectDirectory>> = []
      const first = yield* db.projects.decide((known) => {
        seen.push(known)
        return decision(ferry, { origin: "git.example/ferry", identity: "1-2-3" })
      })
      const second = yield* db.projects.decide((known) => {
        seen.push(known)
        return decision(api, { place: "packages/api" })
      })
      assert.deepStrictEqual(seen, [[], [first]])
      assert.deepStrictEqual(yield* db.projects.all, [first, second])
      // Deciding the same again changes nothing; deciding otherwise does.
      assert.deepStrictEqual(yield* db.projects.decide(() => decision(api, { place: "packages/api" })), second)
      yield* db.projects.decide(() => decision(api, { project: api, ground: "person" }))
      assert.deepStrictEqual(
        (yield* db.projects.all).map(({ ground, project }) => [project, ground]),
        [
          [ferry, "repository"],
          [api, "person"]
        ]
      )
    }))

  test("directories that a lost database knew are added, and known ones stay as they are", (db) =>
    Effect.gen(function* () {
      const known = yield* db.projects.decide(() => decision(ferry))
      const lost = { ...decision(api, { place: "packages/api" }), decidedAt: 7 }
      yield* db.projects.import([{ ...known, project: api }, lost])
      assert.deepStrictEqual(yield* db.projects.all, [known, lost])
    }))

  test("roots are the directories under which anything is stored", (db) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* db.projects.roots, [])
      yield* learnWish(db, 1, ferry, "never deploy on a Friday")
      yield* db.notes.add(api, safe`a note`)
      assert.deepStrictEqual(yield* db.projects.roots, [
        { directory: ferry, recorded: "https://git.example/ferry.git" },
        { directory: api, recorded: null }
      ])
    }))

  test("a joined directory leaves its memories, facts, decisions and notes to the other, with their place", (db) =>
    Effect.gen(function* () {
      const [friday, lint] = ["never deploy on a Friday", "always run the linter"]
      yield* learnWish(db, 1, ferry, friday)
      yield* learnWish(db, 2, api, friday, lint)
      yield* db.notes.add(ferry, safe`both`)
      yield* db.notes.add(api, safe`both`)
      yield* db.notes.add(api, safe`only below`)
      yield* db.facts.mark(wish(lint).id, api, { _tag: "Pinned" }, lint)
      const { fingerprint } = yield* db.consolidations.state(api, 10)
      yield* db.consolidations.recordPublished(api, fingerprint)
      yield* db.projects.decide(() => decision(api, { project: api }))
      yield* db.projects.join(api, ferry, "packages/api")

      assert.deepStrictEqual(
        (yield* db.projects.roots).map(({ directory }) => directory),
        [ferry]
      )
      assert.deepStrictEqual(yield* factsIn(db, ferry), [
        [idOf(2), `"${friday}"`, "packages/api"],
        [idOf(2), `"${lint}"`, "packages/api"],
        [idOf(1), `"${friday}"`, undefined]
      ])
      assert.deepStrictEqual(
        (yield* db.threadMemories.last(ferry, 10)).map(({ threadId }) => threadId),
        [idOf(2), idOf(1)]
      )
      assert.deepStrictEqual(
        (yield* db.facts.marks(ferry)).map(({ id, mark }) => [id, mark._tag]),
        [[wish(lint).id, "Pinned"]]
      )
      assert.deepStrictEqual((yield* db.consolidations.state(ferry, 10)).notes, [safe`both`, safe`only below`])
      assert.deepStrictEqual(
        (yield* db.consolidations.all).map(({ cwd }) => cwd),
        []
      )
      assert.deepStrictEqual(
        (yield* db.consolidations.dirty(10)).map(({ cwd }) => cwd),
        [ferry]
      )
      assert.deepStrictEqual(
        (yield* db.projects.all).map(({ project }) => project),
        [ferry]
      )
      assert.strictEqual((yield* db.threadMemories.search(queryOf(["what"]), ferry, 10)).total, 2)
      const history = yield* db.facts.history({ cwd: undefined, id: undefined }, 50)
      assert.deepStrictEqual([...new Set(history.map(({ cwd }) => cwd))], [ferry])
      // Joined once more, nothing changes.
      const before = yield* db.facts.of(ferry)
      yield* db.projects.join(api, ferry, "packages/api")
      assert.deepStrictEqual(yield* db.facts.of(ferry), before)
    }))

  test("two memories of one session become one, whose facts are extracted again", (db) =>
    Effect.gen(function* () {
      const thread = makeThread(1)
      yield* learn(db, thread)
      const claim = yield* Effect.flatten(db.claims.acquire(thread.id, "again", Duration.minutes(10)))
      const at = (cwd: Directory, text: string, ...facts: ReadonlyArray<SessionFact>) => ({
        cwd,
        traceSummary: rewrite(safe`# `, (start) => `${start}In ${text}`),
        memorySummary: rewrite(safe`in `, (start) => start + text),
        slug: "x",
        facts
      })
      yield* db.threadMemories.store(claim, { content: { size: 1, hash: null }, updatedAt: thread.updatedAt }, [
        at(ferry, "ferry", wish("a")),
        at(api, "api", wish("a"), wish("b"))
      ])
      yield* db.projects.join(api, ferry, "packages/api")
      const [memory, ...others] = yield* db.threadMemories.last(ferry, 10)
      assert.isEmpty(others)
      assert.strictEqual(memory?.traceSummary, "# In ferry\n\n## In api\n")
      assert.strictEqual(memory?.memorySummary, "in ferry in api")
      assert.deepStrictEqual(yield* factsIn(db, ferry), [
        [idOf(1), '"a"', undefined],
        [idOf(1), '"b"', "packages/api"]
      ])
      assert.deepStrictEqual(
        (yield* db.facts.stale).map(({ threadId }) => threadId),
        [idOf(1)]
      )
    }))

  test("a fact that was forgotten in one directory stays forgotten in both, also when it is extracted again", (db) =>
    Effect.gen(function* () {
      const lint = "always run the linter"
      yield* learnWish(db, 1, ferry, lint)
      yield* learnWish(db, 2, api, lint)
      yield* db.facts.mark(wish(lint).id, ferry, { _tag: "Pinned" }, lint)
      yield* db.facts.mark(wish(lint).id, api, { _tag: "Forgotten" }, "")
      yield* db.projects.join(api, ferry, "packages/api")
      assert.deepStrictEqual(yield* factsIn(db, ferry), [])
      assert.deepStrictEqual(
        (yield* db.facts.marks(ferry)).map(({ mark }) => mark._tag),
        ["Forgotten"]
      )
      yield* Effect.ignore(learnWish(db, 3, ferry, lint))
      assert.deepStrictEqual(yield* factsIn(db, ferry), [])
    }))
})
