import { isFresh, type ThreadRecord } from "./Extraction.js"
import { isSubAgentSource } from "../session/codex/RolloutLine.js"
import { withheldFor } from "./Withheld.js"
import { type Compared, judge, type SelectionContext, selectionRules, type SkipReason } from "./Selection.js"

/** What the state of a thread is told from. */
export interface StateContext extends SelectionContext {
  /** Sessions of which sources may become memory; `all` is every source but sub-agents. */
  readonly sources: "all" | ReadonlyArray<string>
}

/** Why a thread is none of any pass's business. */
export type OutsideReason = "archived" | "ignored" | "memory-disabled" | "sub-agent" | "source" | "missing"

/**
 * Where a thread stands. `waiting` is left for later for the reason given, `eligible` for want of a place alone; `outside`
 * is never looked at while its reason holds, whatever was learned from it before.
 */
export type ThreadState =
  | { readonly _tag: "Learned" }
  | { readonly _tag: "Nothing" }
  | {
      readonly _tag: "Waiting"
      readonly reason: Exclude<SkipReason, "backoff" | "quarantined"> | "eligible" | "current"
    }
  | { readonly _tag: "BackingOff"; readonly until: number; readonly error: string }
  | { readonly _tag: "Quarantined"; readonly error: string }
  | { readonly _tag: "Outside"; readonly reason: OutsideReason }

/** One rule about which threads a pass looks at, asked before those of selection. */
interface ListingRule {
  readonly name: string
  readonly verdict: OutsideReason | "fresh"
  readonly applies: (record: ThreadRecord, context: StateContext) => boolean
  readonly compared: (record: ThreadRecord, context: StateContext) => ReadonlyArray<Compared>
}

/** The rules that a listing of unlearned threads follows, in this order. The state DB answers by the same ones, in SQL. */
export const listingRules: ReadonlyArray<ListingRule> = [
  {
    name: "is archived",
    verdict: "archived",
    applies: ({ thread }) => thread.archivedAt !== null,
    compared: ({ thread }) => [{ what: "archived", value: thread.archivedAt, unit: "time" }]
  },
  {
    name: "is named in the ignore file",
    verdict: "ignored",
    applies: ({ thread }) => withheldFor(thread) === "ignored",
    compared: ({ thread }) => [{ what: "rollout", value: thread.rolloutPath, unit: "text" }]
  },
  {
    name: "was recorded with memory switched off",
    verdict: "memory-disabled",
    applies: ({ thread }) => withheldFor(thread) === "memory-disabled",
    compared: ({ thread }) => [
      { what: "memory_mode", value: withheldFor(thread) === "memory-disabled" ? "disabled" : null, unit: "text" }
    ]
  },
  {
    name: "is a sub-agent's session",
    verdict: "sub-agent",
    applies: ({ thread }) => isSubAgentSource(thread.source),
    compared: ({ thread }) => [{ what: "source", value: thread.source, unit: "text" }]
  },
  {
    name: "comes from a source that does not become memory",
    verdict: "source",
    applies: ({ thread }, { sources }) => sources !== "all" && !sources.includes(thread.source),
    compared: ({ thread }, { sources }) => [
      { what: "source", value: thread.source, unit: "text" },
      { what: "sources allowed", value: sources === "all" ? "all" : sources.join(", "), unit: "text" }
    ]
  },
  {
    name: "has lost its rollout",
    verdict: "missing",
    applies: ({ thread }) => thread.missingSince !== null,
    compared: ({ thread }) => [{ what: "missing since", value: thread.missingSince, unit: "time" }]
  },
  {
    name: "was learned from as it is",
    verdict: "fresh",
    applies: isFresh,
    compared: ({ extraction, thread }) => [
      { what: "updated", value: thread.updatedAt, unit: "time" },
      { what: "updated, when it was learned from", value: extraction.learnedUpdatedAt, unit: "time" },
      { what: "size", value: thread.rolloutSize, unit: "bytes" },
      { what: "size, when it was learned from", value: extraction.learnedSize, unit: "bytes" }
    ]
  }
]

/**
 * Whether a thread was set aside because its rollout could not be read, and nothing of the file tells that it can be now. A
 * pass looks again, which costs nothing, and tells it as set aside too.
 */
const isUnreadable = ({ extraction, thread }: ThreadRecord): boolean =>
  extraction.isQuarantined &&
  extraction.failedHash === null &&
  extraction.failedSize === thread.rolloutSize &&
  extraction.failedModifiedAt === thread.rolloutModifiedAt

/** Where a thread stands now. */
export const stateOf = (record: ThreadRecord, context: StateContext): ThreadState => {
  const { extraction } = record
  if (isFresh(record)) {
    return { _tag: extraction.outcome === "nothing" ? "Nothing" : "Learned" }
  }
  const listed = listingRules.find(({ applies }) => applies(record, context))?.verdict
  if (listed !== undefined && listed !== "fresh") {
    return { _tag: "Outside", reason: listed }
  }
  const judged = judge(record, context)
  const verdict = judged === "eligible" && isUnreadable(record) ? "quarantined" : judged
  const error = extraction.errorMessage ?? extraction.errorTag ?? ""
  switch (verdict) {
    case "backoff":
      return { _tag: "BackingOff", until: extraction.retryAt ?? context.now, error }
    case "quarantined":
      return { _tag: "Quarantined", error }
    default:
      return { _tag: "Waiting", reason: verdict }
  }
}

/** One rule as it was asked about a thread. */
export interface AskedRule {
  readonly rule: string
  readonly applies: boolean
  readonly verdict: string
  readonly compared: ReadonlyArray<Compared>
}

/** All rules in order, those once that both a listing and a selection ask. */
const allRules = [
  ...listingRules,
  ...selectionRules.filter((rule) => !listingRules.some(({ verdict }) => verdict === rule.verdict))
]

/** Every rule that was asked about a thread, in order, up to the one that decided. */
export const askedRules = (record: ThreadRecord, context: StateContext): ReadonlyArray<AskedRule> => {
  const asked: Array<AskedRule> = []
  for (const { applies, compared, name, verdict } of allRules) {
    const isDecisive = applies(record, context)
    asked.push({ rule: name, applies: isDecisive, verdict, compared: compared(record, context) })
    if (isDecisive) {
      return asked
    }
  }
  return [...asked, { rule: "no rule is against it", applies: true, verdict: "eligible", compared: [] }]
}
