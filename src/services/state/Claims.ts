import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { SafeText } from "../../domain/privacy/SafeText.js"
import type { RolloutContent } from "../../domain/thread/Extraction.js"
import { ThreadId } from "../../domain/thread/ThreadId.js"
import type { Holder, StateDbFailure } from "./StateDbError.js"

/** Another pass has taken over the claim on a thread. Nothing was stored; the caller drops its work. */
export class ClaimLost extends Schema.TaggedError<ClaimLost>("rollout-memories/ClaimLost")("ClaimLost", {
  threadId: ThreadId
}) {
  override get message(): string {
    return `the claim on thread ${this.threadId} was taken over by another pass`
  }
}

/** The exclusive right to extract one thread, until it is released, used for a result, or taken over. */
export interface Claim {
  readonly threadId: ThreadId
  readonly owner: string
}

/** The error of an extraction, and the time of the next attempt. */
export interface ExtractionFailure {
  readonly errorTag: string
  readonly errorMessage: SafeText
  readonly content: RolloutContent
  readonly modifiedAt: number
  /** Earliest time of the next attempt in Unix milliseconds; undefined quarantines the thread. */
  readonly retryAt: number | undefined
  /**
   * Number of failed attempts on this content, including this one; 0 when this failure is not counted as an attempt.
   */
  readonly attempts: number
}

/** One attempt to extract a thread, and its outcome. */
export interface ExtractionTry {
  /** Unix milliseconds. */
  readonly at: number
  readonly outcome: string
  readonly errorTag: string | null
  readonly errorMessage: SafeText | null
  /** Earliest time of the next attempt in Unix milliseconds; null when no further attempt follows. */
  readonly retryAt: number | null
}

/**
 * Claims on threads, and the record of failed attempts. Only the owner of a claim can renew, use or release it. A claim
 * ends with its lease, or at once when its process is known to have ended on this host. If several owners ask at the
 * same moment, in one process or many, exactly one gets it. Fails with `StateDbFailure`; operations reserved for the
 * owner also fail with `ClaimLost`.
 */
export class Claims extends Context.Tag("rollout-memories/state/Claims")<
  Claims,
  {
    /** Claims a thread; returns none when another owner holds it or the thread no longer exists. */
    readonly acquire: (
      threadId: ThreadId,
      owner: string,
      lease: Duration.Duration
    ) => Effect.Effect<Option.Option<Claim>, StateDbFailure>
    readonly renew: (claim: Claim, lease: Duration.Duration) => Effect.Effect<void, ClaimLost | StateDbFailure>
    /** Releases the thread without recording an attempt. Returns whether the claim was still the owner's. */
    readonly release: (claim: Claim) => Effect.Effect<boolean, StateDbFailure>
    /** Records a failure and ends the claim. */
    readonly recordFailure: (
      claim: Claim,
      failure: ExtractionFailure
    ) => Effect.Effect<void, ClaimLost | StateDbFailure>
    /** Records the new modification time of a file whose extraction failed, when its content is still the same. */
    readonly keepFailure: (threadId: ThreadId, modifiedAt: number) => Effect.Effect<void, StateDbFailure>
    /**
     * Deletes the record of failures of a thread, so that the next pass tries it again. Returns whether there were any.
     */
    readonly retry: (threadId: ThreadId) => Effect.Effect<boolean, StateDbFailure>
    /** Lists the last attempts at a thread, oldest first. */
    readonly tries: (threadId: ThreadId) => Effect.Effect<ReadonlyArray<ExtractionTry>, StateDbFailure>
    readonly holders: Effect.Effect<ReadonlyArray<Holder<string>>, StateDbFailure>
  }
>() {}
