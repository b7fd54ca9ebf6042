import * as Schema from "effect/Schema"
import { cutEnd } from "./ByteBudget.js"
import { redact } from "./Redaction.js"
import { sourceOf, timestampOf } from "./RolloutLine.js"
import { isStaging } from "./WorkingDirectory.js"
import { cwdOf, type ThreadFacts } from "./ThreadFacts.js"
import { ThreadId, threadIdOf } from "./ThreadId.js"

/** Unix milliseconds. */
const Milliseconds = Schema.Int

/**
 * One past session: what is known of it without reading the whole of its rollout. A field is null while nothing that was
 * read says it. Times are Unix milliseconds.
 */
export class Thread extends Schema.Class<Thread>("rollout-memories/Thread")({
  id: ThreadId,
  rolloutPath: Schema.String,
  createdAt: Milliseconds,
  updatedAt: Milliseconds,
  source: Schema.String,
  modelProvider: Schema.NullOr(Schema.String),
  /** Normalised; memories are bucketed by it. */
  cwd: Schema.NullOr(Schema.String),
  cliVersion: Schema.NullOr(Schema.String),
  title: Schema.NullOr(Schema.String),
  sandboxPolicy: Schema.NullOr(Schema.String),
  approvalMode: Schema.NullOr(Schema.String),
  tokensUsed: Schema.NullOr(Schema.Number),
  firstUserMessage: Schema.NullOr(Schema.String),
  archivedAt: Schema.NullOr(Milliseconds),
  gitSha: Schema.NullOr(Schema.String),
  gitBranch: Schema.NullOr(Schema.String),
  gitOriginUrl: Schema.NullOr(Schema.String),
  /** The rollout's size in bytes and modification time, as they were when the row was written. */
  rolloutSize: Schema.Int,
  rolloutModifiedAt: Milliseconds,
  /** Since when the rollout's file is gone; what was learned from it stays. */
  missingSince: Schema.NullOr(Milliseconds)
}) {}

/** For rows that are made of checked parts: validating thousands of them once more would take longer than reading them. */
export const unchecked = { disableValidation: true } as const

/** A rollout's file as a listing of the Codex home shows it. */
export interface RolloutFile {
  /** Absolute, symbolic links resolved. */
  readonly path: string
  readonly size: number
  /** Unix milliseconds. */
  readonly modifiedAt: number
  /** Whether it lies below `archived_sessions/`. */
  readonly isArchived: boolean
}

/** Titles and first messages are labels: what is longer is a pasted document. */
const labelBytes = 4_096

const label = (text: string | undefined): string | null =>
  text === undefined ? null : cutEnd(redact(text), labelBytes)

const nameTime = /rollout-(\d{4}-\d{2}-\d{2})T(\d{2})-(\d{2})-(\d{2})/

/** The time in a rollout's file name, read as UTC. */
const timeInName = (fileName: string): number | undefined => {
  const parts = nameTime.exec(fileName)
  return parts === null ? undefined : timestampOf(`${parts[1]}T${parts[2]}:${parts[3]}:${parts[4]}Z`)
}

/**
 * When a rollout was last written to: its last record's time, else its file's. A record from the future tells nothing, so
 * the file's time counts then too.
 */
export const lastRecordTime = (facts: ThreadFacts, file: RolloutFile, now: number): number =>
  facts.lastTimestamp === undefined || facts.lastTimestamp > now ? file.modifiedAt : facts.lastTimestamp

const baseName = (path: string): string => path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1)

/** The row of a rollout, from what its lines say and what its file is. The cwd is as the rollout has it, not normalised. */
export const threadOf = (facts: ThreadFacts, file: RolloutFile, now: number): Thread => {
  const name = baseName(file.path)
  const firstUserMessage = facts.firstRequest ?? facts.firstUserMessage
  const firstWords = facts.firstRequest === undefined ? facts.firstUserMessage : facts.firstWords
  return new Thread(
    {
      id: threadIdOf(facts.meta?.id, name),
      rolloutPath: file.path,
      createdAt: timestampOf(facts.meta?.timestamp) ?? facts.metaTimestamp ?? timeInName(name) ?? file.modifiedAt,
      updatedAt: lastRecordTime(facts, file, now),
      source: isStaging(cwdOf(facts) ?? "") ? "subagent:memory_consolidation" : sourceOf(facts.meta ?? {}),
      modelProvider: facts.meta?.model_provider ?? null,
      cwd: cwdOf(facts) ?? null,
      cliVersion: facts.meta?.cli_version ?? null,
      title: label(facts.threadName ?? firstWords),
      sandboxPolicy: facts.sandboxPolicy ?? null,
      approvalMode: facts.approvalMode ?? null,
      tokensUsed: facts.countedTokens ?? facts.recordedTokens ?? null,
      firstUserMessage: label(firstUserMessage),
      archivedAt: file.isArchived ? file.modifiedAt : null,
      gitSha: facts.meta?.git?.commit_hash ?? null,
      gitBranch: facts.meta?.git?.branch ?? null,
      gitOriginUrl: facts.meta?.git?.repository_url ?? null,
      rolloutSize: file.size,
      rolloutModifiedAt: file.modifiedAt,
      missingSince: null
    },
    unchecked
  )
}

/**
 * Whether a stored row already says what a whole read says. A cwd is stored normalised, so only that there is one can be
 * compared; a field that the reading does not tell tells nothing.
 */
export const isComplete = (stored: Thread, read: Thread): boolean => {
  const known = new Map<string, unknown>(Object.entries(stored))
  return Object.entries(read).every(([field, value]) =>
    field === "id" || value === null ? true : field === "cwd" ? stored.cwd !== null : known.get(field) === value
  )
}
