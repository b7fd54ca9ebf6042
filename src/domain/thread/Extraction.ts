import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import type { Thread } from "./Thread.js"

/** The content of a rollout, as it was when something was made of it or failed on it. */
export interface RolloutContent {
  readonly size: number
  /** Hex SHA-256 of the file's bytes; null where it could not be read. */
  readonly hash: string | null
}

/** Where phase one stands with a thread. */
export class Extraction extends Schema.Class<Extraction>("rollout-memories/Extraction")({
  /** What the last extraction that came to an end gave; null before the first one. */
  outcome: Schema.NullOr(Schema.Literal("memory", "nothing")),
  /** The thread's `updatedAt` and the rollout's size when that extraction read it. */
  learnedUpdatedAt: Schema.NullOr(Schema.Int),
  learnedSize: Schema.NullOr(Schema.Int),
  /** Attempts that failed on the content below; 0 when there was none since the last success. */
  attempts: Schema.Int,
  /** Not before this time (Unix milliseconds) is the thread tried again. */
  retryAt: Schema.NullOr(Schema.Int),
  isQuarantined: Schema.Boolean,
  errorTag: Schema.NullOr(Schema.String),
  errorMessage: Schema.NullOr(Schema.String),
  failedSize: Schema.NullOr(Schema.Int),
  failedHash: Schema.NullOr(Schema.String),
  /** The modification time under which the failed content was last seen. */
  failedModifiedAt: Schema.NullOr(Schema.Int),
  claimOwner: Schema.NullOr(Schema.String),
  /** Unix milliseconds from which on anybody may take the claim over. */
  claimExpiresAt: Schema.NullOr(Schema.Int)
}) {}

/** No failure that still counts: how a thread begins, and what a success or a person's word makes of earlier ones. */
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

/** A claim that has come to its end. */
export const unclaimed = { claimOwner: null, claimExpiresAt: null } as const

/** Nothing was tried yet. */
export const notTried = new Extraction({
  outcome: null,
  learnedUpdatedAt: null,
  learnedSize: null,
  ...noFailure,
  ...unclaimed
})

/** What an extraction gave, and of which state of its thread: what {@link isFresh} is told from. */
export const learnedFrom = (
  outcome: "memory" | "nothing",
  { content, updatedAt }: { readonly content: Pick<RolloutContent, "size">; readonly updatedAt: number }
) => ({ outcome, learnedUpdatedAt: updatedAt, learnedSize: content.size })

/** A thread, and where phase one stands with it. */
export interface ThreadRecord {
  readonly thread: Thread
  readonly extraction: Extraction
}

/**
 * Whether what was learned from a thread is all there is to learn: it was learned at or after the thread's last update,
 * and the rollout has not grown or shrunk since.
 */
export const isFresh = ({ extraction, thread }: ThreadRecord): boolean =>
  extraction.learnedUpdatedAt !== null &&
  extraction.learnedUpdatedAt >= thread.updatedAt &&
  extraction.learnedSize === thread.rolloutSize

/**
 * Whether the content that a thread failed on is what its rollout holds now. Where `content` was read, its hash tells. Else a
 * changed size says no; the same size under another modification time, or a failure before the file was read, leaves it
 * `unknown`. A file that was set aside because it could not be read is taken for the same until its size or time changes.
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

/** How failures are retried. */
export interface RetryPolicy {
  /** The wait after the first failure; each later one waits `factor` times as long, at most `longest`. */
  readonly first: Duration.Duration
  readonly factor: number
  readonly longest: Duration.Duration
}

/** How long to wait after the given number of failed attempts (1 or more), in milliseconds. */
export const retryDelay = (policy: RetryPolicy, attempts: number): number =>
  Math.min(
    Duration.toMillis(policy.longest),
    Math.round(Duration.toMillis(policy.first) * policy.factor ** Math.max(0, attempts - 1))
  )
