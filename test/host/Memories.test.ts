import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, type Layer, Logger, Schema } from "effect"
import * as Layers from "../../src/Layers.js"
import { ThreadId } from "../../src/domain/thread/ThreadId.js"
import { runPass } from "../../src/host/MemoriesStartup.js"
import {
  Explanation,
  Forgotten,
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
