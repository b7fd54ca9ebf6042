import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import type { SafeText } from "../privacy/SafeText.js"
import type { Thread } from "./Thread.js"

/** The content of a rollout at the time of an extraction from it. */
export interface RolloutContent {
  readonly size: number
  /** Hex SHA-256 of the file's bytes; null if the file could not be read. */
  readonly hash: string | null
}

/** The values of an {@link Extraction}. Times are Unix milliseconds. */
export interface ExtractionFields {
  /** The result of the last extraction that succeeded; null before the first one. */
  readonly outcome: "memory" | "nothing" | null
  /**
   * The thread's `updatedAt` when the last successful extraction read it; `learnedSize` is the size of the rollout at
   * that time.
   */
  readonly learnedUpdatedAt: number | null
  readonly learnedSize: number | null
  /**
   * The number of failed attempts on the content that the `failed…` fields describe; 0 if none failed since the last
   * success.
   */
  readonly attempts: number
  /** The earliest time of the next attempt. */
  readonly retryAt: number | null
  readonly isQuarantined: boolean
  readonly errorTag: string | null
  readonly errorMessage: SafeText | null
  readonly failedSize: number | null
  readonly failedHash: string | null
  /** The modification time under which the failed content was last seen. */
  readonly failedModifiedAt: number | null
  readonly claimOwner: string | null
  /** The time from which any pass may take over the claim. */
  readonly claimExpiresAt: number | null
}

/** The state of phase one for a thread: its last result, its failures, and the claim of the pass that works on it. */
export class Extraction extends Data.Class<ExtractionFields> {}

/**
 * The values of the failure's fields if there is no failure: at first, after a success, and after a person's `retry`.
 */
export const noFailure = {
  attempts: 0,
  retryAt: null,
  isQuarantined: false,
  errorTag: null,
  errorMessage: null,
  failedSize: null,
  failedHash: null,
  failedModifiedAt: null
} as const

/** The values of the claim's fields when nobody holds a claim. */
export const unclaimed = { claimOwner: null, claimExpiresAt: null } as const

/** The state of a thread that phase one has not tried yet. */
export const notTried = new Extraction({
  outcome: null,
  learnedUpdatedAt: null,
  learnedSize: null,
  ...noFailure,
  ...unclaimed
})

/**
 * Returns the fields to store after a success: the result, and the update time and size of the thread that it belongs
 * to. {@link isFresh} compares them later.
 */
export const learnedFrom = (
  outcome: "memory" | "nothing",
  { content, updatedAt }: { readonly content: Pick<RolloutContent, "size">; readonly updatedAt: number }
) => ({ outcome, learnedUpdatedAt: updatedAt, learnedSize: content.size })

/** A thread with the state of phase one for it. */
export interface ThreadRecord {
  readonly thread: Thread
  readonly extraction: Extraction
}

/**
 * True if nothing new can be learned from the thread: its last success is not older than the thread's last update, and
 * the size of the rollout has not changed since.
 */
export const isFresh = ({ extraction, thread }: ThreadRecord): boolean =>
  extraction.learnedUpdatedAt !== null &&
  extraction.learnedUpdatedAt >= thread.updatedAt &&
  extraction.learnedSize === thread.rolloutSize

/**
 * Determines whether the rollout still has the content on which the thread failed: by its hash, if `content` was read.
 * Otherwise another size means no, and the result is `unknown` for the same size with another modification time, or if
 * the failure came before the file was read. A file that was set aside because it could not be read counts as the same
 * until its size or time changes.
 */
export const isSameFailedContent = (
  { extraction, thread }: ThreadRecord,
  content?: RolloutContent
): "yes" | "no" | "unknown" => {
  const { errorTag, failedHash, failedModifiedAt, failedSize, isQuarantined } = extraction
  if (errorTag === null || failedSize !== (content?.size ?? thread.rolloutSize)) {
    return "no"
  }
  if (content !== undefined) {
    return failedHash === content.hash ? "yes" : "no"
  }
  return (failedHash !== null || isQuarantined) && failedModifiedAt === thread.rolloutModifiedAt ? "yes" : "unknown"
}

/** The policy for waiting between attempts. */
export interface RetryPolicy {
  /** The wait after the first failure. Each later wait is `factor` times as long, at most `longest`. */
  readonly first: Duration.Duration
  readonly factor: number
  readonly longest: Duration.Duration
}

/** Returns the wait after this number of failed attempts (1 or more), in milliseconds. */
export const retryDelay = (policy: RetryPolicy, attempts: number): number =>
  Math.min(
    Duration.toMillis(policy.longest),
    Math.round(Duration.toMillis(policy.first) * policy.factor ** Math.max(0, attempts - 1))
  )
