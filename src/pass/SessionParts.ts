import * as Effect from "effect/Effect"
import { evidenceByDirectory, workedIn } from "../domain/evidence/EvidenceByDirectory.js"
import type { SessionEvidence } from "../domain/evidence/SessionEvidence.js"
import { sessionTitle } from "../domain/text/TypedParts.js"
import type { IgnoreRules } from "../domain/thread/IgnoreRules.js"
import { Thread, titleOf } from "../domain/thread/Thread.js"
import { cwdOf, isPath, type ThreadFacts } from "../domain/thread/ThreadFacts.js"
import { type Directory, isAbsolutePath, isSameName, isStaging } from "../domain/thread/WorkingDirectory.js"
import { safe } from "../domain/privacy/SafeText.js"
import { Redactor } from "../services/Redactor.js"
import { WorkingDirectories } from "../services/WorkingDirectories.js"
import type { LoadedRollout } from "./ReadSession.js"

/** The work of a session in one directory. */
export interface SessionPart {
  readonly cwd: Directory
  /**
   * The thread's row, as it applies to this part. Facts that hold only for the thread's own directory, such as the Git
   * branch, are removed for another directory.
   */
  readonly thread: Thread
  readonly evidence: SessionEvidence
}

/** The parts of a session that may become memory. */
export interface SessionParts {
  readonly parts: ReadonlyArray<SessionPart>
  /** True if a directory was left out because it is ignored. */
  readonly isPartial: boolean
}

/**
 * Splits a session by the directory of each turn, and leaves out ignored directories. A session without events is one
 * part.
 */
export const partsByDirectory = Effect.fn("SessionParts.byDirectory")(function* (
  thread: Thread,
  cwd: Directory,
  { evidence, facts }: { readonly evidence: SessionEvidence; readonly facts: ThreadFacts },
  ignore: Pick<IgnoreRules, "isIgnored">
) {
  const { rules } = yield* Redactor
  const redactText = yield* rules
  const names = yield* directoryNames(cwd, evidence, facts)
  const all = evidenceByDirectory(evidence, (given) => names.get(given) ?? cwd)
  const isLeftOut = (directory: Directory): boolean =>
    isStaging(directory) ||
    [
      directory,
      ...[...names].flatMap(([given, name]) => (name === directory && given !== undefined ? [given] : []))
    ].some((name) => ignore.isIgnored({ cwd: name, rolloutPath: "" }))
  const kept = all.filter(({ directory }) => directory === cwd || !isLeftOut(directory))
  const parts = kept.map((part): SessionPart => ({
    cwd: part.directory,
    evidence: all.length === 1 ? evidence : part.evidence,
    thread:
      part.directory === cwd
        ? thread
        : new Thread({
            ...thread,
            cwd: part.directory,
            title: titleOf(firstRequest(part.evidence), redactText) ?? thread.title,
            gitSha: null,
            gitBranch: null,
            gitOriginUrl: null
          })
  }))
  const result: SessionParts = {
    parts: all.length === 0 ? [{ cwd, thread, evidence }] : parts,
    isPartial: kept.length < all.length
  }
  return result
})

/**
 * Returns the canonical path of each directory in the events. A text that is not a path counts as the thread's own
 * directory.
 */
const directoryNames = Effect.fnUntraced(function* (cwd: Directory, evidence: SessionEvidence, facts: ThreadFacts) {
  const { normalise } = yield* WorkingDirectories
  const own = cwdOf(facts) ?? cwd
  const names = new Map<string | undefined, Directory>()
  for (const directory of new Set(evidence.events.map(workedIn))) {
    const isOther = isPath(directory) && isAbsolutePath(directory) && !isSameName(directory, own)
    names.set(directory, isOther ? yield* normalise(directory) : cwd)
  }
  return names
})

const firstRequest = ({ events }: SessionEvidence): string | undefined => {
  const first = events.find((event) => event._tag === "UserText" && event.kind === "typed")
  return first?._tag === "UserText" ? sessionTitle(first.text) : undefined
}

/**
 * Returns the content of a part: the whole session if it has no other part, otherwise its events alone, since the items
 * of the file name no directory.
 */
export const rolloutOfPart = (rollout: LoadedRollout, { evidence }: SessionPart): LoadedRollout =>
  evidence === rollout.evidence ? rollout : { ...rollout, evidence, rendering: { text: safe``, items: 0, bytes: 0 } }
