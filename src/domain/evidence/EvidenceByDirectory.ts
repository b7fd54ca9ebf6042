import type { SessionEvent } from "../session/SessionEvent.js"
import { hasFinished, type SessionEvidence } from "./SessionEvidence.js"

/** The events of a session that belong to one directory, in their order. */
export interface DirectoryEvents<Directory> {
  readonly directory: Directory
  readonly events: ReadonlyArray<SessionEvent>
}

/**
 * Returns the directory that the session worked in when an event happened, as the session's record names it. A command
 * may have run in another directory.
 */
export const workedIn = (event: SessionEvent): string | undefined =>
  "sessionDirectory" in event ? event.sessionDirectory : event.directory

/**
 * True for the end of a turn, an interruption or a compaction. Such an event belongs to the directory of the events
 * before it.
 */
const isMark = ({ _tag }: SessionEvent): boolean =>
  _tag === "TurnEnd" || _tag === "Interruption" || _tag === "Compaction"

/**
 * Splits the events of a session by the directory that the session worked in. A command that was run elsewhere stays
 * with the directory of its turn. The parts are ordered by their first event, and each event is in exactly one of them.
 * `nameOf` returns the canonical path for a directory in the record, and a default for undefined.
 */
export const byDirectory = <Directory extends string>(
  events: ReadonlyArray<SessionEvent>,
  nameOf: (directory: string | undefined) => Directory
): ReadonlyArray<DirectoryEvents<Directory>> => {
  const parts = new Map<Directory, Array<SessionEvent>>()
  let current: Array<SessionEvent> | undefined
  for (const event of events) {
    if (current === undefined || !isMark(event)) {
      const directory = nameOf(workedIn(event))
      current = parts.get(directory) ?? []
      parts.set(directory, current)
    }
    current.push(event)
  }
  return [...parts].map(([directory, events]) => ({ directory, events }))
}

/** The evidence of a session's work in one directory. */
export interface DirectoryEvidence<Directory> {
  readonly directory: Directory
  readonly evidence: SessionEvidence
}

/**
 * True for a message of the user, a command and an edit. Nothing can be learned from the other kinds of events alone.
 */
const isTelling = ({ _tag }: SessionEvent): boolean =>
  _tag === "UserText" || _tag === "CommandRun" || _tag === "FileEdit"

/**
 * Splits the evidence of a session by directory, as {@link byDirectory} does, and omits parts from which nothing can be
 * learned.
 */
export const evidenceByDirectory = <Directory extends string>(
  { events, finished, plan, ...whole }: SessionEvidence,
  nameOf: (directory: string | undefined) => Directory
): ReadonlyArray<DirectoryEvidence<Directory>> => {
  const last = events.at(-1)
  const before = plan === undefined ? undefined : events.findLast(({ line }) => line <= plan.line)
  return byDirectory(events, nameOf)
    .filter((part) => part.events.some(isTelling))
    .map((part) => {
      const holds = (event: SessionEvent | undefined) => event !== undefined && part.events.includes(event)
      const named = part.events.map(workedIn).find((directory) => directory !== undefined)
      // Of a turn that was left for another directory no line says how it ended.
      const hasEnded = hasFinished(part.events, { recordsEnds: false, isOpen: false }) === true ? true : undefined
      const evidence: SessionEvidence = {
        ...whole,
        events: part.events,
        finished: holds(last) ? finished : hasEnded,
        ...(named === undefined ? {} : { directory: named }),
        ...(plan !== undefined && holds(before) ? { plan } : {})
      }
      return { directory: part.directory, evidence }
    })
}
