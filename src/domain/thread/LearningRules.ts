import { mayBeSentTo } from "../privacy/Provider.js"
import { isSubAgentSource } from "../session/codex/RolloutLine.js"
import { isFresh, isSameFailedContent, type RolloutContent, type ThreadRecord } from "./Extraction.js"
import type { CodingAgent } from "../session/CodingAgent.js"
import type { IgnoreRules } from "./IgnoreRules.js"
import type { Thread } from "./Thread.js"
import type { WhyNot } from "./WhyNot.js"

/** The values that the rules compare threads with. Times are Unix milliseconds. */
export interface RuleContext {
  readonly now: number
  /** The time in milliseconds since its last record after which a thread may be learned from. */
  readonly minIdle: number
  /** The thread of the session that runs this pass. It is not learned from, since it is still being written. */
  readonly currentThread: string | undefined
  /** The sources whose sessions may become memory; `all` is every source but sub-agents. */
  readonly sources: "all" | ReadonlyArray<string>
  /** The agents whose sessions may leave this machine; undefined where nothing leaves it. */
  readonly sentAgents: ReadonlyArray<CodingAgent> | undefined
  /** The only provider whose sessions may be read; undefined where all may. */
  readonly provider: string | undefined
  readonly ignore: IgnoreRules
  /** The owner id of the pass that asks. Its own claims do not exclude a thread. */
  readonly owner?: string | undefined
  /** The content of the rollout, if the whole file was read. */
  readonly content?: RolloutContent | undefined
}

/** The decision about one thread. */
export type Verdict = WhyNot | "eligible"

/** A value that a rule compares, in a form for people. `unit` says how to format it. */
export interface Compared {
  readonly what: string
  readonly value: string | number | null
  readonly unit: "time" | "duration" | "bytes" | "text"
}

/** A rule about whether a thread is learned from. The first rule that applies to a thread decides. */
export interface LearningRule {
  readonly name: string
  readonly verdict: Verdict
  /** True if a pass reports the sessions that this rule leaves out. The others do not concern the user of the pass. */
  readonly isReported: boolean
  readonly applies: (record: ThreadRecord, context: RuleContext) => boolean
  readonly compared: (record: ThreadRecord, context: RuleContext) => ReadonlyArray<Compared>
}

/** The time of the last write of a thread: its last record, or the file's time if the record is in the future. */
const lastWritten = (thread: Thread, now: number): number =>
  thread.updatedAt > now ? thread.rolloutModifiedAt : thread.updatedAt

const time = (what: string, value: number | null): Compared => ({ what, value, unit: "time" })
const text = (what: string, value: string | null): Compared => ({ what, value, unit: "text" })
const bytes = (what: string, value: number | null): Compared => ({ what, value, unit: "bytes" })

/** Returns the source of a thread with its agent, as in `claude:cli`. Codex's sources need no agent before them. */
const sourceName = ({ agent, source }: Pick<Thread, "agent" | "source">): string =>
  agent === "codex" ? source : `${agent}:${source}`

/** True if a source may become memory: it is named, for all agents or with its agent before it, as in `claude:cli`. */
const isSourceAllowed = (
  { agent, source }: Pick<Thread, "agent" | "source">,
  sources: RuleContext["sources"]
): boolean => sources === "all" || sources.includes(source) || sources.includes(`${agent}:${source}`)

/**
 * The rules that decide whether a session is learned from, in the order in which they are asked. The pass, `plan`,
 * `status` and `why` all ask these.
 */
export const learningRules: ReadonlyArray<LearningRule> = [
  {
    name: "is named in the ignore file",
    verdict: "ignored",
    isReported: true,
    // Of a thread that was learned from the index decides, when it reads the ignore file anew.
    applies: (record, { ignore }) =>
      record.thread.withheld === "ignored" || (!isFresh(record) && ignore.isIgnored(record.thread)),
    compared: ({ thread }) => [text("rollout", thread.rolloutPath)]
  },
  {
    name: "was recorded with memory switched off",
    verdict: "memory-disabled",
    isReported: true,
    applies: ({ thread }) => thread.withheld === "memory-disabled",
    compared: ({ thread }) => [text("memory_mode", thread.withheld === "memory-disabled" ? "disabled" : null)]
  },
  {
    name: "was learned from as it is",
    verdict: "fresh",
    isReported: false,
    applies: isFresh,
    compared: ({ extraction, thread }) => [
      time("updated", thread.updatedAt),
      time("updated, when it was learned from", extraction.learnedUpdatedAt),
      bytes("size", thread.rolloutSize),
      bytes("size, when it was learned from", extraction.learnedSize)
    ]
  },
  {
    name: "is archived",
    verdict: "archived",
    isReported: false,
    applies: ({ thread }) => thread.archivedAt !== null,
    compared: ({ thread }) => [time("archived", thread.archivedAt)]
  },
  {
    name: "is a sub-agent's session",
    verdict: "sub-agent",
    isReported: false,
    applies: ({ thread }) => isSubAgentSource(thread.source),
    compared: ({ thread }) => [text("source", thread.source)]
  },
  {
    name: "comes from a source that does not become memory",
    verdict: "source",
    isReported: false,
    applies: ({ thread }, { sources }) => !isSourceAllowed(thread, sources),
    compared: ({ thread }, { sources }) => [
      text("source", sourceName(thread)),
      text("sources allowed", sources === "all" ? "all" : sources.join(", "))
    ]
  },
  {
    name: "has lost its rollout",
    verdict: "missing",
    isReported: false,
    applies: ({ thread }) => thread.missingSince !== null,
    compared: ({ thread }) => [time("missing since", thread.missingSince)]
  },
  {
    name: "is the session that runs this pass",
    verdict: "current",
    isReported: false,
    applies: ({ thread }, { currentThread }) => thread.id === currentThread,
    compared: (_, { currentThread }) => [text("current thread", currentThread ?? null)]
  },
  {
    name: "was written to until lately",
    verdict: "idle",
    isReported: true,
    applies: ({ thread }, { minIdle, now }) => now - lastWritten(thread, now) < minIdle,
    compared: ({ thread }, { minIdle, now }) => [
      time("last written to", lastWritten(thread, now)),
      { what: "must have been silent for", value: minIdle, unit: "duration" }
    ]
  },
  {
    name: "is being read by another pass",
    verdict: "claimed",
    isReported: true,
    applies: ({ extraction }, { now, owner }) =>
      extraction.claimOwner !== null && extraction.claimOwner !== owner && (extraction.claimExpiresAt ?? 0) > now,
    compared: ({ extraction }) => [
      text("claimed by", extraction.claimOwner),
      time("claim ends", extraction.claimExpiresAt)
    ]
  },
  {
    name: "is of an agent that must be named before its sessions go to a model",
    verdict: "agent",
    isReported: true,
    applies: ({ thread }, { sentAgents }) => sentAgents !== undefined && !sentAgents.includes(thread.agent),
    compared: ({ thread }, { sentAgents }) => [
      text("agent", thread.agent),
      text("agents named", sentAgents?.join(", ") ?? null)
    ]
  },
  {
    name: "was recorded with another provider than the model's",
    verdict: "provider",
    isReported: true,
    applies: ({ thread }, { provider }) => !mayBeSentTo(provider, thread),
    compared: ({ thread }, { provider }) => [
      text("recorded with", thread.modelProvider),
      text("the model's provider", provider ?? null)
    ]
  },
  {
    // Where only the hash can tell whether the content is new, reading the rollout shows it.
    name: "never failed, or holds something else than what it failed on",
    verdict: "eligible",
    isReported: false,
    applies: (record, { content }) => isSameFailedContent(record, content) !== "yes",
    compared: ({ extraction, thread }) => [
      text("last error", extraction.errorTag),
      bytes("size it failed at", extraction.failedSize),
      bytes("size now", thread.rolloutSize),
      time("changed, when it failed", extraction.failedModifiedAt),
      time("changed now", thread.rolloutModifiedAt)
    ]
  },
  {
    name: "failed too often, or can never be read: it is set aside",
    verdict: "quarantined",
    isReported: true,
    applies: ({ extraction }) => extraction.isQuarantined,
    compared: ({ extraction }) => [
      text("failed attempts", String(extraction.attempts)),
      text("last error", extraction.errorMessage)
    ]
  },
  {
    name: "failed, and waits to be tried again",
    verdict: "backoff",
    isReported: true,
    applies: ({ extraction }, { now }) => (extraction.retryAt ?? 0) > now,
    compared: ({ extraction }, { now }) => [
      text("failed attempts", String(extraction.attempts)),
      time("not tried again before", extraction.retryAt),
      time("now", now)
    ]
  }
]

const decisiveRule = (record: ThreadRecord, context: RuleContext): LearningRule | undefined =>
  learningRules.find(({ applies }) => applies(record, context))

/** The decision about a thread. */
export const judge = (record: ThreadRecord, context: RuleContext): Verdict =>
  decisiveRule(record, context)?.verdict ?? "eligible"

/**
 * Returns the reason why a pass skips a thread, if its report names the reason; undefined for an eligible thread and
 * for reasons that are not reported.
 */
export const reportedReason = (record: ThreadRecord, context: RuleContext): WhyNot | undefined => {
  const rule = decisiveRule(record, context)
  return rule === undefined || rule.verdict === "eligible" || !rule.isReported ? undefined : rule.verdict
}

/** A rule that was evaluated for a thread, with its result. */
export interface AskedRule {
  readonly rule: string
  readonly applies: boolean
  readonly verdict: string
  readonly compared: ReadonlyArray<Compared>
}

/** Lists the rules that were evaluated for a thread, in order, up to the one that decided. */
export const askedRules = (record: ThreadRecord, context: RuleContext): ReadonlyArray<AskedRule> => {
  const asked: Array<AskedRule> = []
  for (const { applies, compared, name, verdict } of learningRules) {
    const isDecisive = applies(record, context)
    asked.push({ rule: name, applies: isDecisive, verdict, compared: compared(record, context) })
    if (isDecisive) {
      return asked
    }
  }
  return [...asked, { rule: "no rule is against it", applies: true, verdict: "eligible", compared: [] }]
}
