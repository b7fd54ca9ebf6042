import * as Schema from "effect/Schema"
import { cutEnd, keptText } from "../text/ByteBudget.js"
import type { Redact } from "../privacy/redaction/Marker.js"
import { sourceOf, timestampOf } from "../session/RolloutLine.js"
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

/** What only a rollout's text says of its thread, where nothing of it was read or may be kept. */
export const unsaid = {
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

/** So much of a text is redacted before it is cut: no secret that begins in a label is longer. */
const redactedCharacters = 16_384

const kept = (text: string, redact: Redact): string =>
  cutEnd(redact(keptText(text.slice(0, redactedCharacters))), labelBytes)

const label = (text: string | undefined, redact: Redact): string | null =>
  text === undefined ? null : kept(text, redact)

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
const lastRecordTime = (facts: ThreadFacts, file: RolloutFile, now: number): number =>
  facts.lastTimestamp === undefined || facts.lastTimestamp > now ? file.modifiedAt : facts.lastTimestamp

const baseName = (path: string): string => path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1)

/**
 * The row of a rollout, from what its lines say and what its file is, without secrets. The cwd is as the rollout has it, not
 * normalised.
 */
export const threadOf = (facts: ThreadFacts, file: RolloutFile, now: number, redact: Redact): Thread => {
  const name = baseName(file.path)
  const firstUserMessage = facts.firstRequest ?? facts.firstUserMessage
  const firstWords = facts.firstRequest === undefined ? facts.firstUserMessage : facts.firstWords
  return new Thread(
    {
      id: threadIdOf(facts.meta?.id, name),
      rolloutPath: file.path,
      createdAt: timestampOf(facts.meta?.timestamp) ?? facts.metaTimestamp ?? timeInName(name) ?? file.modifiedAt,
      updatedAt: lastRecordTime(facts, file, now),
      source: isStaging(cwdOf(facts) ?? "")
        ? "subagent:memory_consolidation"
        : kept(sourceOf(facts.meta ?? {}), redact),
      modelProvider: label(facts.meta?.model_provider, redact),
      cwd: cwdOf(facts) ?? null,
      cliVersion: label(facts.meta?.cli_version, redact),
      title: label(facts.threadName ?? firstWords, redact),
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
