import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, type Layer, Logger, Schema } from "effect"
import * as Layers from "../../src/Layers.js"
import { ProjectFacts } from "../../src/domain/facts/ProjectFacts.js"
import { ThreadId } from "../../src/domain/thread/ThreadId.js"
import { runPass } from "../../src/host/MemoriesStartup.js"
import { bucketOf, Directory } from "../../src/domain/thread/WorkingDirectory.js"
import * as AgentControlFromFunction from "../../src/layers/agent/FromFunction.js"
import {
  Corrected,
  Decided,
  Explanation,
  Forgotten,
  History,
  Memories,
  MemoriesStatus,
  Remembered,
  SearchResults
} from "../../src/services/Memories.js"
import { exampleHome } from "../support/exampleHome.js"
import { runInProcess } from "../support/programInProcess.js"
import { nonEmpty } from "../support/nonEmpty.js"

const ferryTimes = "/home/mira/code/ferry-times"

/** Runs a test over the memories of the example sessions, after one pass. */
const withMemories = <A, E>(test: (codexHome: string) => Effect.Effect<A, E, Memories>) =>
  Effect.gen(function* () {
    const codexHome = yield* exampleHome
    const settings: Layers.HostSettings = { codexHome, minIdle: Duration.zero }
    yield* Effect.provide(runPass({ all: false, rebuildIndex: false }), Layers.layer({ settings }))
    return yield* Effect.provide(test(codexHome), Layers.memories({ settings }))
  }).pipe(Effect.provide(Logger.remove(Logger.defaultLogger)))

/** Whether a result is of its schema, and stays the same as JSON. */
const assertIs = <A, I>(schema: Schema.Schema<A, I>, value: A): void => {
  assert.deepStrictEqual(Schema.decodeUnknownSync(schema)(JSON.parse(JSON.stringify(value))), value)
}

/** The object that a command prints with `--json`. */
const printed = (codexHome: string, ...words: ReadonlyArray<string>) =>
  Effect.map(runInProcess([...words, "--json", "--codex-home", codexHome, "--min-idle", "0"]), ({ stdout }): unknown =>
    JSON.parse(stdout)
  )

const factsOf = Schema.decodeUnknownSync(Schema.parseJson(ProjectFacts))

/** The fact of the command that runs the tests, in its one directory. */
const commandFact = Effect.gen(function* () {
  const { facts } = yield* (yield* Memories).search({ words: ["run", "tests"], cwd: ferryTimes })
  const [id = ""] = facts.flatMap((fact) => (fact.text.startsWith("Run the tests") ? [fact.id] : []))
  return { id, cwd: ferryTimes }
})

describe("Memories", () => {
  it.scopedLive("the service Memories gives a host the same results as the commands print", () =>
    withMemories((codexHome) =>
      Effect.gen(function* () {
        const memories = yield* Memories
        const found = yield* memories.search({ words: ["npm test"] })
        assertIs(SearchResults, found)
        assert.isAbove(found.total, 0)
        assert.deepStrictEqual(yield* printed(codexHome, "search", "npm test"), found)

        const { bytesOnDisk, ...status } = yield* memories.status
        assertIs(MemoriesStatus, { bytesOnDisk, ...status })
        assert.isAbove(bytesOnDisk, 0)
        assert.strictEqual(status.threads.learned, 8)
        assert.deepInclude(yield* printed(codexHome, "status"), status)

        const threadId = found.hits.find(({ kind }) => kind === "trace")?.threadId ?? ""
        const explanation = yield* memories.explain(threadId.slice(0, 13))
        assertIs(Explanation, explanation)
        assert.strictEqual(explanation.threadId, threadId)
        assert.strictEqual(explanation.verdict, "fresh")
        assert.deepStrictEqual(yield* printed(codexHome, "why", "--thread", threadId), explanation)
      })
    )
  )

  it.scopedLive("a search is limited to one directory, and the directory has a context", () =>
    withMemories(() =>
      Effect.gen(function* () {
        const memories = yield* Memories
        const { hits } = yield* memories.search({ words: ["npm"], cwd: ferryTimes })
        assert.isNotEmpty(hits)
        assert.deepStrictEqual([...new Set(hits.map(({ cwd }) => cwd))], [ferryTimes])
        assert.include(yield* memories.context(ferryTimes, { maxTokens: 2_000 }), "npm test")
        assert.strictEqual(yield* memories.context(ferryTimes, { maxTokens: 5 }), "")
        assert.strictEqual(yield* memories.context("/home/mira/code/unknown", { maxTokens: 2_000 }), "")
      })
    )
  )

  it.scopedLive("a note is kept without its secrets, and forgotten by its text", () =>
    withMemories(() =>
      Effect.gen(function* () {
        const memories = yield* Memories
        const secret = `sk-${"k1j2".repeat(8)}`
        const remembered = yield* memories.remember(ferryTimes, `the quay key is ${secret}\nask Mira`)
        assertIs(Remembered, remembered)
        assert.deepStrictEqual(remembered, { cwd: ferryTimes, note: "the quay key is [REDACTED_SECRET] ask Mira" })
        assert.strictEqual((yield* memories.status).notes, 1)
        const forgotten = yield* memories.forget({ _tag: "Matching", text: "THE QUAY" })
        assertIs(Forgotten, forgotten)
        assert.isTrue(forgotten.forgotten)
        assert.deepStrictEqual([forgotten.notes, forgotten.threadIds], [[remembered.note], []])
        assert.strictEqual((yield* memories.status).notes, 0)
      })
    )
  )

  it.scopedLive("a forgotten directory stays forgotten, and an unknown target is reported", () =>
    withMemories(() =>
      Effect.gen(function* () {
        const memories = yield* Memories
        const { threadIds } = yield* memories.forget({ _tag: "Directory", cwd: ferryTimes })
        assert.isNotEmpty(threadIds)
        assert.strictEqual(yield* memories.context(ferryTimes, { maxTokens: 2_000 }), "")
        assert.deepStrictEqual(yield* memories.forget({ _tag: "Directory", cwd: ferryTimes }), {
          forgotten: false,
          threadIds: [],
          notes: [],
          cwds: []
        })
        const [threadId = ""] = threadIds
        assert.strictEqual((yield* memories.explain(threadId)).verdict, "forgotten")
        assert.strictEqual((yield* memories.status).forgotten, threadIds.length)
      })
    )
  )

  it.scopedLive("a forgotten thread is removed, and the rest of its directory is written anew", () =>
    withMemories(() =>
      Effect.gen(function* () {
        const memories = yield* Memories
        const { hits } = yield* memories.search({ words: ["npm"], cwd: ferryTimes })
        const [threadId = ""] = hits.flatMap((hit) => hit.threadId ?? [])
        const before = (yield* memories.status).threads.total
        const forgotten = yield* memories.forget({ _tag: "Thread", threadId: ThreadId.make(threadId) })
        assert.deepStrictEqual(forgotten.threadIds.map(String), [threadId])
        const after = yield* memories.status
        assert.strictEqual(after.threads.total, before - 1)
        assert.isTrue(nonEmpty(after.projects).every(({ state }) => state === "published"))
        assert.notInclude(yield* memories.context(ferryTimes, { maxTokens: 9_000 }), threadId.slice(0, 13))
      })
    )
  )

  it.scopedLive("a fact is pinned, corrected and forgotten, as its commands do, and the history tells it", () =>
    withMemories((codexHome) =>
      Effect.gen(function* () {
        const memories = yield* Memories
        const fact = yield* commandFact
        const pinned = yield* memories.pin(fact)
        assertIs(Decided, pinned)
        assert.deepStrictEqual(
          pinned.directories.map(({ cwd, isChanged, memory }) => [cwd, isChanged, memory]),
          [[ferryTimes, true, "written"]]
        )
        assert.isTrue((yield* memories.unpin(fact)).directories[0]?.isChanged)
        const corrected = yield* memories.correct(fact, `Test: \`npm run quay\` sk-${"k1j2".repeat(8)}`)
        assertIs(Corrected, corrected)
        assert.strictEqual(corrected.text, "Test: `npm run quay` [REDACTED_SECRET]")
        assert.include(yield* memories.context(ferryTimes, { maxTokens: 9_000 }), "npm run quay")
        assert.isNull((yield* memories.uncorrect(fact)).text)
        assert.notInclude(yield* memories.context(ferryTimes, { maxTokens: 9_000 }), "npm run quay")
        const history = yield* memories.history({ ...fact, limit: 4 })
        assertIs(History, history)
        assert.deepStrictEqual(
          [history.entries.map(({ event }) => event), history.hasMore],
          [["uncorrected", "corrected", "unpinned", "pinned"], true]
        )
        const forgotten = yield* memories.forget({ _tag: "Fact", ...fact })
        assertIs(Forgotten, forgotten)
        assert.deepStrictEqual([forgotten.forgotten, forgotten.cwds, forgotten.threadIds], [true, [ferryTimes], []])
        assert.include(forgotten.facts ?? [], fact.id)
        const { facts } = yield* memories.search({ words: ["run", "tests"], cwd: ferryTimes })
        assert.notInclude(
          facts.map(({ id }) => String(id)),
          fact.id
        )
        const again = yield* memories.forget({ _tag: "Fact", ...fact })
        assert.deepStrictEqual([again.forgotten, again.facts], [true, [fact.id]])
        const error = yield* Effect.flip(memories.forget({ _tag: "Fact", id: "0123456789ab" }))
        assert.strictEqual(error._tag, "FactNotFound")
        const told = yield* printed(codexHome, "history", "--fact", fact.id, "--cwd", ferryTimes)
        assert.deepStrictEqual(told, yield* memories.history(fact))
      })
    )
  )

  it.scopedLive(
    "a forgotten line goes at once where an agent writes MEMORY.md, and the next pass has it write decisions",
    () =>
      Effect.gen(function* () {
        const codexHome = yield* exampleHome
        const runs: Array<string> = []
        const agent = AgentControlFromFunction.layer(({ directory }) =>
          Effect.sync(() => {
            runs.push(directory)
            const facts = factsOf(readFileSync(join(directory, "project_facts.json"), "utf8"))
            const lines = facts.works.map(({ text, threadIds }) => `- ${text} [${threadIds[0]?.slice(0, 13)}…]`)
            writeFileSync(join(directory, "MEMORY.md"), ["# Memory", "", "## What works here", ...lines, ""].join("\n"))
          })
        )
        const settings: Layers.HostSettings = { codexHome, minIdle: Duration.zero }
        const pass = Effect.provide(
          runPass({ all: false, rebuildIndex: false }),
          Layers.layer({ settings, ports: agent })
        )
        yield* pass
        const path = join(codexHome, "memories", bucketOf(Directory.make(ferryTimes)), "memory/MEMORY.md")
        const runsBefore = runs.length
        yield* Effect.gen(function* () {
          const memories = yield* Memories
          const stateOf = Effect.map(
            memories.status,
            ({ projects }) => projects.find(({ cwd }) => cwd === ferryTimes)?.state
          )
          const fact = yield* commandFact
          assert.include(readFileSync(path, "utf8"), "Run the tests")
          assert.strictEqual(yield* stateOf, "published")

          const pinned = yield* memories.pin(fact)
          assert.deepStrictEqual(
            pinned.directories.map(({ memory }) => memory),
            ["next pass"]
          )
          assert.strictEqual(yield* stateOf, "dirty")
          yield* pass
          assert.strictEqual(yield* stateOf, "published")

          yield* memories.correct(fact, "Test: `npm run quay`")
          assert.strictEqual(yield* stateOf, "dirty")
          assert.strictEqual(runs.length, runsBefore + 1)
          yield* pass
          assert.include(readFileSync(path, "utf8"), "- Test: `npm run quay`")
          assert.notInclude(readFileSync(path, "utf8"), "Run the tests")

          const runsOfPasses = runs.length
          yield* memories.forget({ _tag: "Fact", ...fact })
          assert.notInclude(readFileSync(path, "utf8"), "npm run quay")
          assert.strictEqual(runs.length, runsOfPasses)
          assert.strictEqual(yield* stateOf, "dirty")
          yield* pass
          assert.notMatch(readFileSync(path, "utf8"), /npm run quay|Run the tests/)
        }).pipe(Effect.provide(Layers.memories({ settings, ports: agent })))
      }).pipe(Effect.provide(Logger.remove(Logger.defaultLogger)))
  )

  it.scopedLive("an invalid argument is an error that names it, and nothing changes", () =>
    withMemories(() =>
      Effect.gen(function* () {
        const memories = yield* Memories
        const tagOf = <A, E extends { readonly _tag: string; readonly message: string }>(work: Effect.Effect<A, E>) =>
          Effect.map(Effect.flip(work), ({ _tag, message }) => `${_tag}: ${message}`)
        const before = yield* memories.status
        assert.deepStrictEqual(
          [
            yield* tagOf(memories.context("code/ferry", { maxTokens: 100 })),
            yield* tagOf(memories.search({ words: [" "] })),
            yield* tagOf(memories.search({ words: ["npm"], cwd: "" })),
            yield* tagOf(memories.remember(ferryTimes, " \n ")),
            yield* tagOf(memories.forget({ _tag: "Matching", text: "a " })),
            yield* tagOf(memories.explain("npm test")),
            yield* tagOf(memories.explain("ffffffff"))
          ],
          [
            'InputInvalid: cwd: expected an absolute path, not "code/ferry"',
            'InputInvalid: words: expected a word at least, not " "',
            'InputInvalid: cwd: expected an absolute path, not ""',
            'InputInvalid: text: expected a text of 1 to 2000 bytes, not ""',
            'InputInvalid: text: expected a text of 3 characters or more, not "a "',
            'InputInvalid: threadId: expected a thread id, or its first eight characters or more, not "npm test"',
            "ThreadNotFound: no thread begins with ffffffff; `rollout-memories list` shows those that were learned from"
          ]
        )
        assert.deepStrictEqual(yield* memories.status, before)
      })
    )
  )

  it.scopedLive("a home in which nothing was learned can be opened", () =>
    Effect.gen(function* () {
      const codexHome = yield* exampleHome
      const settings: Layers.HostSettings = { codexHome, minIdle: Duration.zero }
      const learnedBefore = Effect.gen(function* () {
        const memories = yield* Memories
        const before = (yield* memories.status).threads
        yield* Effect.provide(runPass({ all: false, rebuildIndex: false }), Layers.layer({ settings }))
        return [before.total, (yield* memories.status).threads.learned]
      })
      // What a pass learns later is seen by the service that was built before.
      assert.deepStrictEqual(yield* Effect.provide(learnedBefore, Layers.memories({ settings })), [0, 8])
    }).pipe(Effect.provide(Logger.remove(Logger.defaultLogger)))
  )
})

/** The ports of the host show in the type, as those of a pass do. */
const layer = (): Layer.Layer<Memories, Layers.HostLayersError> => Layers.memories()
void layer
