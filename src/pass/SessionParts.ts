import * as Effect from "effect/Effect"
import { type DirectoryEvidence, evidenceByDirectory, workedIn } from "../domain/evidence/EvidenceByDirectory.js"
import type { SessionEvidence } from "../domain/evidence/SessionEvidence.js"
import { sessionTitle } from "../domain/text/TypedParts.js"
import type { IgnoreRules } from "../domain/thread/IgnoreRules.js"
import { Thread, titleOf } from "../domain/thread/Thread.js"
import { cwdOf, isPath, type ThreadFacts } from "../domain/thread/ThreadFacts.js"
import { type Directory, isAbsolutePath, isSameName, isStaging } from "../domain/thread/WorkingDirectory.js"
import { safe } from "../domain/privacy/SafeText.js"
import { Redactor } from "../services/Redactor.js"
import { WorkingDirectories } from "../services/WorkingDirectories.js"
import { type decideProjectOf, lookUpProject, type ProjectPlace } from "./projects/ProjectOf.js"
import type { LoadedRollout } from "./ReadSession.js"

/** The work of a session in one directory of a project. */
export interface PlacedEvidence {
  readonly directory: Directory
  /** The path of the directory below the top of its working copy; empty at the top. */
  readonly place: string
  readonly evidence: SessionEvidence
}

/** The work of a session in one project. */
export interface SessionPart {
  /** The project's root, under which the part is stored. */
  readonly cwd: Directory
  /**
   * The thread's row, as it applies to this part. Its directory is the one that the work was done in, or the first of
   * several. Facts that hold only for the thread's own directory, such as the Git branch, are removed for another one.
   */
  readonly thread: Thread
  readonly evidence: SessionEvidence
  /** The same evidence by directory. */
  readonly places: ReadonlyArray<PlacedEvidence>
}

/** The parts of a session that may become memory. */
export interface SessionParts {
  readonly parts: ReadonlyArray<SessionPart>
  /** True if a directory was left out because it is ignored. */
  readonly isPartial: boolean
}

/**
 * Splits a session by the project of each turn's directory, and leaves out ignored directories: those that are ignored
 * themselves, and those of an ignored project. A session without events is one part. `projectOf` decides the project of
 * a directory; by default it only looks it up.
 */
export const partsByProject = Effect.fn("SessionParts.byProject")(function* (
  thread: Thread,
  cwd: Directory,
  { evidence, facts }: { readonly evidence: SessionEvidence; readonly facts: ThreadFacts },
  ignore: Pick<IgnoreRules, "isIgnored">,
  projectOf: typeof decideProjectOf = lookUpProject
) {
  const { rules } = yield* Redactor
  const redactText = yield* rules
  const names = yield* directoryNames(cwd, evidence, facts)
  const nameOf = (given: string | undefined): Directory => names.get(given) ?? cwd
  const all = evidenceByDirectory(evidence, nameOf)
  const placed = new Map<Directory, ProjectPlace>()
  for (const directory of new Set([cwd, ...all.map((part) => part.directory)])) {
    const recorded = directory === cwd ? (thread.gitOriginUrl ?? undefined) : undefined
    placed.set(directory, yield* projectOf({ directory, recorded }))
  }
  const placeOf = (directory: Directory): ProjectPlace => placed.get(directory) ?? { project: directory, place: "" }
  const isLeftOut = (directory: Directory): boolean =>
    directory !== cwd &&
    (isStaging(directory) ||
      [
        directory,
        placeOf(directory).project,
        ...[...names].flatMap(([given, name]) => (name === directory && given !== undefined ? [given] : []))
      ].some((name) => ignore.isIgnored({ cwd: name, rolloutPath: "" })))
  const kept = all.filter(({ directory }) => !isLeftOut(directory))
  if (all.length === 0) {
    const { place, project } = placeOf(cwd)
    const whole: SessionPart = { cwd: project, thread, evidence, places: [{ directory: cwd, place, evidence }] }
    const parts: SessionParts = { parts: [whole], isPartial: false }
    return parts
  }
  const ofProjects = evidenceByDirectory(evidence, (given) => {
    const directory = nameOf(given)
    return isLeftOut(directory) ? directory : placeOf(directory).project
  })
  const parts = ofProjects.flatMap((part): ReadonlyArray<SessionPart> => {
    const own = kept.filter(({ directory }) => placeOf(directory).project === part.directory)
    const [first] = own
    if (first === undefined) {
      return []
    }
    const isOnly = ofProjects.length === 1
    return [
      {
        cwd: part.directory,
        evidence: isOnly ? evidence : part.evidence,
        places: own.map((one) => ({
          directory: one.directory,
          place: placeOf(one.directory).place,
          evidence: all.length === 1 ? evidence : one.evidence
        })),
        thread: own.some(({ directory }) => directory === cwd)
          ? thread
          : elsewhere(thread, first, titleOf(firstRequest(part.evidence), redactText))
      }
    ]
  })
  const result: SessionParts = { parts, isPartial: kept.length < all.length }
  return result
})

/** Returns the row of a thread, as it applies to a directory that is not the thread's own. */
const elsewhere = (thread: Thread, { directory }: DirectoryEvidence<Directory>, title: Thread["title"]): Thread =>
  new Thread({
    ...thread,
    cwd: directory,
    title: title ?? thread.title,
    gitSha: null,
    gitBranch: null,
    gitOriginUrl: null
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
