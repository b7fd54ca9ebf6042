import { sessionTitle } from "../text/TypedParts.js"
import * as Data from "effect/Data"
import { cutEnd, keptText } from "../text/ByteBudget.js"
import { isGreeting } from "../text/Greetings.js"
import { type Redact, rewrite, safe, type SafeText } from "../privacy/SafeText.js"
import { agentTitles, type CodingAgent } from "../session/CodingAgent.js"
import { sourceOf } from "../session/codex/RolloutLine.js"
import { timestampOf } from "../session/Timestamp.js"
import { type Directory, isStaging } from "./WorkingDirectory.js"
import { cwdOf, type ThreadFacts } from "./ThreadFacts.js"
import { type ThreadId, threadIdOf } from "./ThreadId.js"
import type { Withholding } from "./WhyNot.js"

/** The values of a {@link Thread}. */
export interface ThreadFields {
  readonly id: ThreadId
  /** The coding agent that recorded the session. */
  readonly agent: CodingAgent
  readonly rolloutPath: string
  readonly createdAt: number
  readonly updatedAt: number
  readonly source: SafeText
  readonly modelProvider: SafeText | null
  /** The working directory, which determines the project that the session's memory belongs to. */
  readonly cwd: Directory | null
  readonly cliVersion: SafeText | null
  readonly title: SafeText | null
  readonly sandboxPolicy: SafeText | null
  readonly approvalMode: SafeText | null
  readonly tokensUsed: number | null
  readonly firstUserMessage: SafeText | null
  readonly archivedAt: number | null
  readonly gitSha: SafeText | null
  readonly gitBranch: SafeText | null
  readonly gitOriginUrl: SafeText | null
  /** The rollout's size in bytes, and its modification time, when the row was written. */
  readonly rolloutSize: number
  readonly rolloutModifiedAt: number
  /** The time at which the rollout's file was first missing; memory that was learned from it stays. */
  readonly missingSince: number | null
  /** The reason why the session must not become memory; null for one that may. */
  readonly withheld: Withholding | null
}

/**
 * One recorded session, as far as it is known without reading the whole rollout. A field is null until a line that was
 * read gives its value. Times are Unix milliseconds.
 */
export class Thread extends Data.Class<ThreadFields> {}

/** Names the agent that recorded a session, with its version and the program that it ran in. */
export const agentOf = ({ agent, cliVersion, source }: Thread): string =>
  `${agentTitles[agent]}${cliVersion === null ? "" : ` ${cliVersion}`} (${source})`

/** The values of the fields that the rollout's text gives, for a thread whose text must not be stored. */
const unsaid = {
  modelProvider: null,
  cwd: null,
  cliVersion: null,
  title: null,
  sandboxPolicy: null,
  approvalMode: null,
  tokensUsed: null,
  firstUserMessage: null,
  gitSha: null,
  gitBranch: null,
  gitOriginUrl: null
} as const

/** The source stored for a withheld thread, whose own source must not be stored. */
const unknownSource = safe`unknown`

/**
 * Makes the row of a thread that must not become memory: its id, its file and its times, without its text and its
 * directory.
 */
export const withheld = (thread: Thread, reason: Withholding): Thread =>
  new Thread({ ...thread, ...unsaid, source: unknownSource, withheld: reason })

/** A session's file, as a listing of an agent's home returns it. */
export interface RolloutFile {
  /** The coding agent that recorded it. */
  readonly agent: CodingAgent
  /** The absolute path, with symbolic links resolved. */
  readonly path: string
  readonly size: number
  /** The modification time in Unix milliseconds. */
  readonly modifiedAt: number
  /** True if the file is below `archived_sessions/`. */
  readonly isArchived: boolean
}

/** The maximum size of a label, such as a title or a first message; a longer text is a pasted document. */
const labelBytes = 4_096

/**
 * The number of characters in which secrets are redacted before a label is cut, so that a secret at the cut is found
 * whole.
 */
const redactedCharacters = 16_384

const kept = (text: string, redact: Redact): SafeText =>
  rewrite(redact(keptText(text.slice(0, redactedCharacters))), (redacted) => cutEnd(redacted, labelBytes))

const label = (text: string | undefined, redact: Redact): SafeText | null =>
  text === undefined ? null : kept(text, redact)

/** Redacts and shortens a title for its row. */
export const titleOf = (text: string | undefined, redact: Redact): SafeText | null => label(text, redact)

const nameTime = /rollout-(\d{4}-\d{2}-\d{2})T(\d{2})-(\d{2})-(\d{2})/

/** Returns the time in a rollout's file name, read as UTC. */
const timeInName = (fileName: string): number | undefined => {
  const parts = nameTime.exec(fileName)
  return parts === null ? undefined : timestampOf(`${parts[1]}T${parts[2]}:${parts[3]}:${parts[4]}Z`)
}

/**
 * Returns the time at which a rollout was last written: that of its last record, or of its file if no record has a time
 * or the last one is in the future.
 */
const lastRecordTime = (facts: ThreadFacts, file: RolloutFile, now: number): number =>
  facts.lastTimestamp === undefined || facts.lastTimestamp > now ? file.modifiedAt : facts.lastTimestamp

const baseName = (path: string): string => path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1)

/** Makes the row of a rollout from the facts in its lines, its file and its directory, with secrets redacted. */
export const threadOf = (
  facts: ThreadFacts,
  file: RolloutFile,
  cwd: Directory | null,
  now: number,
  redact: Redact
): Thread => {
  const name = baseName(file.path)
  const roleMessage = facts.goal === undefined ? facts.firstUserMessage : undefined
  const firstUserMessage = facts.firstRequest ?? facts.goal ?? roleMessage
  const { firstRequest } = facts
  const greeting = firstRequest !== undefined && isGreeting(firstRequest) ? firstRequest : undefined
  const firstWords = firstRequest === undefined ? roleMessage : (facts.firstWords ?? greeting)
  return new Thread({
    id: threadIdOf(facts.meta?.id, name),
    agent: file.agent,
    rolloutPath: file.path,
    createdAt: timestampOf(facts.meta?.timestamp) ?? facts.metaTimestamp ?? timeInName(name) ?? file.modifiedAt,
    updatedAt: lastRecordTime(facts, file, now),
    source: isStaging(cwdOf(facts) ?? "")
      ? safe`subagent:memory_consolidation`
      : kept(sourceOf(facts.meta ?? {}), redact),
    modelProvider: label(facts.meta?.model_provider, redact),
    cwd,
    cliVersion: label(facts.meta?.cli_version, redact),
    // A goal may be the assistant's where the user asked for something too.
    title: titleOf(facts.threadName ?? (firstWords && sessionTitle(firstWords)) ?? facts.goal, redact),
    sandboxPolicy: label(facts.sandboxPolicy, redact),
    approvalMode: label(facts.approvalMode, redact),
    tokensUsed: facts.countedTokens ?? facts.recordedTokens ?? null,
    firstUserMessage: label(firstUserMessage, redact),
    archivedAt: file.isArchived ? file.modifiedAt : null,
    gitSha: label(facts.meta?.git?.commit_hash, redact),
    gitBranch: label(facts.meta?.git?.branch, redact),
    gitOriginUrl: label(facts.meta?.git?.repository_url, redact),
    rolloutSize: file.size,
    rolloutModifiedAt: file.modifiedAt,
    missingSince: null,
    withheld: null
  })
}

/**
 * Returns the thread with each directory by which an ignore file may name it: its canonical directory, and the
 * directory as the session names it.
 */
export const namesOf = (thread: Thread, facts: ThreadFacts) => [thread, { ...thread, cwd: cwdOf(facts) ?? null }]

/**
 * True if a stored row already has every value that reading the whole rollout gave. A value that the reading did not
 * give is not compared. The directory only has to be present, since a symbolic link in it may be gone.
 */
export const isComplete = (stored: Thread, read: Thread): boolean => {
  const known = new Map<string, unknown>(Object.entries(stored))
  return (
    stored.withheld === read.withheld &&
    Object.entries(read).every(([field, value]) =>
      field === "id" || value === null ? true : field === "cwd" ? stored.cwd !== null : known.get(field) === value
    )
  )
}
