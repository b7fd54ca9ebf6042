import { assert, describe, it } from "@effect/vitest"
import type { Effect } from "effect/Effect"
import type { Claim, Claims } from "../../../src/services/state/Claims.js"
import type { Consolidations } from "../../../src/services/state/Consolidations.js"
import type { Notes } from "../../../src/services/state/Notes.js"
import type { ThreadIndex } from "../../../src/services/state/ThreadIndex.js"
import type { ThreadMemories } from "../../../src/services/state/ThreadMemories.js"
import { ferry, makeMemory, makeThread } from "../../support/rows.js"
import { Thread } from "../../../src/domain/thread/Thread.js"
import { safe } from "../../../src/domain/privacy/SafeText.js"

interface Ports {
  readonly claims: Claims["Type"]
  readonly consolidations: Consolidations["Type"]
  readonly notes: Notes["Type"]
  readonly threadIndex: ThreadIndex["Type"]
  readonly threadMemories: ThreadMemories["Type"]
}

const thread = makeThread(1)
const memory = makeMemory(thread)
const content = { size: 1, hash: null }
const failure = { errorTag: "E", errorMessage: safe`no`, content, modifiedAt: 1, retryAt: 1, attempts: 1 }
const imported = { threadId: thread.id, cwd: ferry, rolloutPath: "/r.jsonl", slug: "so", updatedAt: 1 }

/** Fails the type check where a port takes a text that nobody redacted; nothing here runs. */
const refused: ReadonlyArray<(ports: Ports, claim: Claim, raw: string) => Effect<unknown, unknown>> = [
  // @ts-expect-error a note
  ({ notes }, _, raw) => notes.add(ferry, raw),
  // @ts-expect-error a trace
  ({ threadMemories }, claim, raw) => threadMemories.store(claim, { ...memory, traceSummary: raw }),
  // @ts-expect-error a summary
  ({ threadMemories }, claim, raw) => threadMemories.store(claim, { ...memory, memorySummary: raw }),
  ({ threadMemories }, _, raw) =>
    // @ts-expect-error a trace from a file
    threadMemories.import({ ...imported, traceSummary: raw, memorySummary: safe`so` }),
  // @ts-expect-error the message of an extraction's error
  ({ claims }, claim, raw) => claims.recordFailure(claim, { ...failure, errorMessage: raw }),
  ({ consolidations }, _, raw) =>
    // @ts-expect-error the message of a consolidation's error
    consolidations.recordFailure(ferry, "inputs", { errorTag: "E", errorMessage: raw, retryAt: 1 }),
  // @ts-expect-error a title
  ({ threadIndex }, claim, raw) => threadIndex.complete(claim, new Thread({ ...thread, title: raw })),
  // @ts-expect-error the first message of a session
  ({ threadIndex }, claim, raw) => threadIndex.complete(claim, new Thread({ ...thread, firstUserMessage: raw })),
  // @ts-expect-error a branch
  ({ threadIndex }, claim, raw) => threadIndex.complete(claim, new Thread({ ...thread, gitBranch: raw }))
]

describe("the state", () => {
  it("the state takes no text that nobody redacted, by the types of its ports", () => {
    assert.isNotEmpty(refused)
  })
})
