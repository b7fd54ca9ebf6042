import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { learnedFrom, noFailure, unclaimed } from "../../domain/thread/Extraction.js"
import { claimEnd } from "../../domain/thread/LeaseTimes.js"
import { Thread, unchecked } from "../../domain/thread/Thread.js"
import type { ThreadId } from "../../domain/thread/ThreadId.js"
import { memoryVersion } from "../../domain/memory/TraceMemory.js"
import { type Claim, ClaimLost, type ExtractionFailure, type Learned, type NewMemory } from "../../services/StateDb.js"
import type { State } from "./State.js"

/** The operations on claims, and what their owners store. */
export const make = ({
  claimants,
  extractionOf,
  isHeld,
  memories,
  normalise,
  processes,
  putThread,
  recordRemoval,
  setExtraction,
  threads
}: State) => {
  const claim = Effect.fn("StateDb.claim")(function* (threadId: ThreadId, owner: string, lease: Duration.Duration) {
    const now = yield* Clock.currentTimeMillis
    const seen = extractionOf(threadId)
    const isAbandoned = !(yield* isHeld(threadId))
    // Nothing is waited for from here on: another fiber would come between looking and taking.
    const current = extractionOf(threadId)
    const isFree =
      current.claimOwner === null ||
      current.claimOwner === owner ||
      (current.claimExpiresAt ?? 0) <= now ||
      (isAbandoned && current === seen)
    if (!threads.has(threadId) || !isFree) {
      return Option.none<Claim>()
    }
    setExtraction(threadId, { claimOwner: owner, claimExpiresAt: claimEnd(now, lease) })
    claimants.set(threadId, processes.self)
    return Option.some<Claim>({ threadId, owner })
  })

  const asOwner = (claim: Claim, work: () => void): Effect.Effect<void, ClaimLost> =>
    Effect.suspend(() => {
      if (extractionOf(claim.threadId).claimOwner !== claim.owner) {
        return new ClaimLost({ threadId: claim.threadId })
      }
      work()
      return Effect.void
    })

  return {
    claim,
    renewClaim: (claim: Claim, lease: Duration.Duration) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        asOwner(claim, () => setExtraction(claim.threadId, { claimExpiresAt: claimEnd(now, lease) }))
      ),
    releaseClaim: (claim: Claim) => Effect.isSuccess(asOwner(claim, () => setExtraction(claim.threadId, unclaimed))),
    completeThread: Effect.fn("StateDb.completeThread")(function* (claim: Claim, thread: Thread) {
      const cwd = thread.cwd === null ? null : yield* normalise(thread.cwd)
      const completed = new Thread({ ...thread, id: claim.threadId, cwd }, unchecked)
      yield* asOwner(claim, () => putThread(completed))
      return completed
    }),
    storeMemory: (claim: Claim, memory: NewMemory) =>
      asOwner(claim, () => {
        setExtraction(claim.threadId, { ...unclaimed, ...noFailure, ...learnedFrom("memory", memory) })
        const { grounding, memorySummary, slug, traceSummary, updatedAt } = memory
        const version = memoryVersion({ traceMemory: traceSummary, summary: memorySummary })
        memories.set(claim.threadId, {
          threadId: claim.threadId,
          traceSummary,
          memorySummary,
          slug,
          updatedAt,
          version,
          ...(grounding === undefined ? {} : { grounding })
        })
      }),
    storeNothing: (claim: Claim, learned: Learned) =>
      asOwner(claim, () => {
        setExtraction(claim.threadId, { ...unclaimed, ...noFailure, ...learnedFrom("nothing", learned) })
        recordRemoval(threads.get(claim.threadId)?.cwd ?? null, claim.threadId)
        memories.delete(claim.threadId)
      }),
    storeFailure: (claim: Claim, failure: ExtractionFailure) =>
      asOwner(claim, () =>
        setExtraction(claim.threadId, {
          ...unclaimed,
          attempts: failure.attempts,
          retryAt: failure.retryAt ?? null,
          isQuarantined: failure.retryAt === undefined,
          errorTag: failure.errorTag,
          errorMessage: failure.errorMessage,
          failedSize: failure.content.size,
          failedHash: failure.content.hash,
          failedModifiedAt: failure.modifiedAt
        })
      ),
    keepFailure: (threadId: ThreadId, failedModifiedAt: number) =>
      Effect.sync(() => {
        if (extractionOf(threadId).errorTag !== null) {
          setExtraction(threadId, { failedModifiedAt })
        }
      })
  }
}
