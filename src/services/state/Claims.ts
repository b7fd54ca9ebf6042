import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { SafeText } from "../../domain/privacy/SafeText.js"
import type { RolloutContent } from "../../domain/thread/Extraction.js"
import { ThreadId } from "../../domain/thread/ThreadId.js"
import type { Holder, StateDbFailure } from "./StateDb.js"

/** The claim on a thread was taken over by another pass. Nothing was stored; drop the work. */
export class ClaimLost extends Schema.TaggedError<ClaimLost>("rollout-memories/ClaimLost")("ClaimLost", {
  threadId: ThreadId
}) {
  override get message(): string {
    return `the claim on thread ${this.threadId} was taken over by another pass`
  }
}

/** The right to extract one thread, until it is released, used up or taken over. */
export interface Claim {
  readonly threadId: ThreadId
  readonly owner: string
}

/** The error of an extraction, and when the thread is tried again. */
export interface ExtractionFailure {
  readonly errorTag: string
  readonly errorMessage: SafeText
  readonly content: RolloutContent
  readonly modifiedAt: number
  /** The earliest time of the next attempt, in Unix milliseconds; undefined quarantines. */
  readonly retryAt: number | undefined
  /** The attempts that failed on this content, this one included; 0 when this one does not count. */
  readonly attempts: number
}

/** One attempt at a thread, and its outcome. */
export interface ExtractionTry {
  /** Unix milliseconds. */
  readonly at: number
  readonly outcome: string
  readonly errorTag: string | null
  readonly errorMessage: SafeText | null
  /** Null after the last one. Unix milliseconds. */
  readonly retryAt: number | null
}

/**
 * The rights to extract threads, and the attempts that failed. A claim belongs to its owner id: nobody else can renew, use or
 * release it. It ends when its lease does, or at once when its process is known to be gone from this host. Of any number of
 * owners that ask at the same moment, in one process or many, one gets it. Fails with `StateDbFailure`, and for what only the
 * owner may do with `ClaimLost`.
 */
export class Claims extends Context.Tag("rollout-memories/state/Claims")<
  Claims,
  {
    /** None when another owner holds the thread, or when it is gone. */
    readonly acquire: (
      threadId: ThreadId,
      owner: string,
      lease: Duration.Duration
    ) => Effect.Effect<Option.Option<Claim>, StateDbFailure>
    readonly renew: (claim: Claim, lease: Duration.Duration) => Effect.Effect<void, ClaimLost | StateDbFailure>
    /** Gives the thread back untried. Returns whether the claim was still the owner's. */
    readonly release: (claim: Claim) => Effect.Effect<boolean, StateDbFailure>
    /** Records a failure and ends the claim. */
    readonly recordFailure: (
      claim: Claim,
      failure: ExtractionFailure
    ) => Effect.Effect<void, ClaimLost | StateDbFailure>
    /** Records that a failed thread's content is still the one it failed on. */
    readonly keepFailure: (threadId: ThreadId, modifiedAt: number) => Effect.Effect<void, StateDbFailure>
    /** Drops the failures of a thread, so that the next pass tries it again. Returns whether there were any. */
    readonly retry: (threadId: ThreadId) => Effect.Effect<boolean, StateDbFailure>
    /** The last attempts at a thread, oldest first. */
    readonly tries: (threadId: ThreadId) => Effect.Effect<ReadonlyArray<ExtractionTry>, StateDbFailure>
    readonly holders: Effect.Effect<ReadonlyArray<Holder<string>>, StateDbFailure>
  }
>() {}
