import * as Schema from "effect/Schema"
import { isSameFailedContent, type ThreadRecord } from "./Extraction.js"
import { newestFirst } from "./NewestFirst.js"
import { mayBeSentTo } from "../privacy/Provider.js"
import type { Thread } from "./Thread.js"
import { withheldFor } from "./Withheld.js"

/** Why a thread that has something to teach is left for later. */
export const SkipReason = Schema.Literal(
  "idle",
  "claimed",
  "backoff",
  "quarantined",
  "budget",
  "ignored",
  "memory-disabled",
  "provider"
)

/** Why a thread that has something to teach is left for later. */
export type SkipReason = typeof SkipReason.Type

/** What selection compares threads with. Times are Unix milliseconds. */
export interface SelectionContext {
  readonly now: number
  /** How long a thread must have been silent, in milliseconds. */
  readonly minIdle: number
  /** The session that runs this pass: it is still being written. */
  readonly currentThread: string | undefined
  /** The only provider whose sessions may be read; undefined where all may. */
  readonly provider?: string | undefined
}

/** What is decided of one thread: it may be taken, it waits for a reason, or it is none of this pass's business. */
export type Verdict = "eligible" | "current" | SkipReason

/** When a thread was last written to, as far as `now` can believe it: the file's time where the record is of the future. */
const lastWritten = (thread: Thread, now: number): number =>
  thread.updatedAt > now ? thread.rolloutModifiedAt : thread.updatedAt

/** One of the values that a rule compares, for people to see. `unit` says how it is to be read. */
export interface Compared {
  readonly what: string
  readonly value: string | number | null
  readonly unit: "time" | "duration" | "bytes" | "text"
}

/** One rule of selection: the first one that applies to a thread decides about it. */
export interface SelectionRule {
  readonly name: string
  readonly verdict: Verdict
  readonly applies: (record: ThreadRecord, context: SelectionContext) => boolean
  readonly compared: (record: ThreadRecord, context: SelectionContext) => ReadonlyArray<Compared>
}

const time = (what: string, value: number | null): Compared => ({ what, value, unit: "time" })

const withholdings = [
  { name: "is named by the ignore file", verdict: "ignored" },
  { name: "was recorded with memory switched off", verdict: "memory-disabled" }
] as const

/** The rules about threads that are not fresh, in the order in which they are asked. */
export const selectionRules: ReadonlyArray<SelectionRule> = [
  {
    name: "is the session that runs this pass",
    verdict: "current",
    applies: ({ thread }, context) => thread.id === context.currentThread,
    compared: (_, context) => [{ what: "current thread", value: context.currentThread ?? null, unit: "text" }]
  },
  ...withholdings.map(({ name, verdict }): SelectionRule => ({
    name,
    verdict,
    applies: ({ thread }) => withheldFor(thread) === verdict,
    compared: ({ thread }) => [{ what: "source", value: thread.source, unit: "text" }]
  })),
  {
    name: "was written to until lately",
    verdict: "idle",
    applies: ({ thread }, context) => context.now - lastWritten(thread, context.now) < context.minIdle,
    compared: ({ thread }, context) => [
      time("last written to", lastWritten(thread, context.now)),
      { what: "must have been silent for", value: context.minIdle, unit: "duration" }
    ]
  },
  {
    name: "is being read by another pass",
    verdict: "claimed",
    applies: ({ extraction }, context) =>
      extraction.claimOwner !== null && (extraction.claimExpiresAt ?? 0) > context.now,
    compared: ({ extraction }) => [
      { what: "claimed by", value: extraction.claimOwner, unit: "text" },
      time("claim ends", extraction.claimExpiresAt)
    ]
  },
  {
    name: "was recorded with another provider than the model's",
    verdict: "provider",
    applies: ({ thread }, context) => !mayBeSentTo(context.provider, thread),
    compared: ({ thread }, context) => [
      { what: "recorded with", value: thread.modelProvider, unit: "text" },
      { what: "the model's provider", value: context.provider ?? null, unit: "text" }
    ]
  },
  {
    // Where only the hash can tell whether the content is new, whoever reads the rollout finds out.
    name: "never failed, or holds something else than what it failed on",
    verdict: "eligible",
    applies: (record) => isSameFailedContent(record) !== "yes",
    compared: ({ extraction, thread }) => [
      { what: "last error", value: extraction.errorTag, unit: "text" },
      { what: "size it failed at", value: extraction.failedSize, unit: "bytes" },
      { what: "size now", value: thread.rolloutSize, unit: "bytes" },
      time("changed, when it failed", extraction.failedModifiedAt),
      time("changed now", thread.rolloutModifiedAt)
    ]
  },
  {
    name: "failed too often, or can never be read: it is set aside",
    verdict: "quarantined",
    applies: ({ extraction }) => extraction.isQuarantined,
    compared: ({ extraction }) => [
      { what: "failed attempts", value: String(extraction.attempts), unit: "text" },
      { what: "last error", value: extraction.errorMessage, unit: "text" }
    ]
  },
  {
    name: "failed, and waits to be tried again",
    verdict: "backoff",
    applies: ({ extraction }, context) => (extraction.retryAt ?? 0) > context.now,
    compared: ({ extraction }, context) => [
      { what: "failed attempts", value: String(extraction.attempts), unit: "text" },
      time("not tried again before", extraction.retryAt),
      time("now", context.now)
    ]
  }
]

/** What is decided of one thread that is not fresh. */
export const judge = (record: ThreadRecord, context: SelectionContext): Verdict =>
  selectionRules.find(({ applies }) => applies(record, context))?.verdict ?? "eligible"

/** The threads of a pass. */
export interface Selection {
  readonly candidates: ReadonlyArray<Thread>
  readonly skipped: ReadonlyArray<{ readonly thread: Thread; readonly reason: SkipReason }>
}

const isRetry = (record: ThreadRecord): boolean => isSameFailedContent(record) !== "no"

const byUpdateDescending = newestFirst(({ thread }: ThreadRecord) => [thread.updatedAt, thread.id])

/**
 * Takes at most `limit` of the threads that are not fresh. Half of the places, rounded up, go to the newest eligible
 * threads, the rest to those that waited longest, so that a backlog drains however much arrives; what was never tried goes
 * before what failed. The order of the candidates is newest first; ties by id, descending.
 */
export const select = (records: ReadonlyArray<ThreadRecord>, limit: number, context: SelectionContext): Selection => {
  const judged = records.map((record) => ({ record, verdict: judge(record, context) }))
  const eligible = judged.flatMap(({ record, verdict }) => (verdict === "eligible" ? [record] : []))
  const firstTries = eligible.filter((record) => !isRetry(record)).sort(byUpdateDescending)
  const retries = eligible.filter(isRetry).sort(byUpdateDescending)
  const taken = [...takeBothEnds(firstTries, limit)]
  const candidates = [...taken, ...takeBothEnds(retries, limit - taken.length)]
  return {
    candidates: candidates.sort(byUpdateDescending).map(({ thread }) => thread),
    skipped: judged.flatMap(({ record, verdict }) =>
      verdict === "eligible" || verdict === "current" ? [] : [{ thread: record.thread, reason: verdict }]
    )
  }
}

const takeBothEnds = <A>(newestFirst: ReadonlyArray<A>, limit: number): ReadonlyArray<A> => {
  if (newestFirst.length <= limit) {
    return newestFirst
  }
  const newest = Math.ceil(limit / 2)
  const longestWaiting = limit - newest
  return [...newestFirst.slice(0, newest), ...newestFirst.slice(newestFirst.length - longestWaiting)]
}
