import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import { safe } from "../../src/domain/privacy/SafeText.js"
import { ThreadId } from "../../src/domain/thread/ThreadId.js"
import { MemoryFs } from "../../src/services/MemoryFs.js"
import { capabilities } from "../support/rows.js"
import { startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { changesOf, ferry, makeThread } from "../support/rows.js"
import { inWorld, pass, World } from "../../src/testing/World.js"

const threadId = ThreadId.make(threadIdOf(1))

/** What a pass makes of a trace that is on disk and not in the state DB, whose index was not completed. */
const importedBeside = (owner: string | undefined) => {
  const world = new World({ settings: { candidates: 0 } }).add(1)
  return inWorld(
    world,
    Effect.gen(function* () {
      const db = yield* capabilities
      const header = { threadId, cwd: ferry, rolloutPath: "/codex/1.jsonl", updatedAt: startOfFixtures }
      yield* (yield* MemoryFs).storeTrace({ header, slug: "so", trace: safe`# It was so` }, Effect.void)
      yield* db.threadIndex.change(changesOf({ threads: [{ ...makeThread(1), id: threadId }] }))
      if (owner !== undefined) {
        yield* db.claims.acquire(threadId, owner, Duration.minutes(10))
      }
      yield* pass
      return Option.isSome(yield* db.threadMemories.get({ threadId, cwd: ferry }))
    })
  )
}

describe("passes over a state DB whose index was not completed", () => {
  it.effect("a pass imports a thread's memory from disk if the index was not completed", () =>
    Effect.map(importedBeside(undefined), (isThere) => assert.isTrue(isThere))
  )

  it.effect("a pass does not import the memory of a thread that another pass has claimed", () =>
    Effect.map(importedBeside("another pass"), (isThere) => assert.isFalse(isThere))
  )
})
