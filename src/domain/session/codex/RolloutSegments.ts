import { createHash } from "node:crypto"
import type { RolloutContent } from "../../thread/Extraction.js"
import { chooseFile, type RecordedFile } from "../RolloutChoice.js"
import type { MalformedLine, RolloutLine } from "./RolloutLine.js"
import { timestampOf } from "../Timestamp.js"
import type { RolloutFile } from "../../thread/Thread.js"
import type { ThreadFacts } from "../../thread/ThreadFacts.js"

/*
 * Joins the files of a thread. After a rewind, a session continues in a second file of the same thread, a segment. The
 * lines of a thread are numbered across its files (ordinals). The first ordinal of a segment tells where the rewind
 * went back to: lines with the same or a higher ordinal in earlier files are undone. A thread may be rewound several
 * times, also to a point before the current segment. If a file of the chain is missing, nobody can tell which lines of
 * the files before it were undone, so only what follows it counts. A segment's header also has the byte at which the
 * part that it continues ends; a file in which another line begins there is not the one that it continues.
 */

/** A file of a thread, with the facts from its ends. */
export interface ThreadFile extends RecordedFile {
  readonly file: RolloutFile
  readonly facts: ThreadFacts
  /**
   * The paths of the files that the header of this one does not fit; see {@link doesFit}. Absent if nothing was compared.
   */
  readonly unfitting?: ReadonlySet<string>
}

/**
 * The line that begins at a byte of a file: its ordinal, `end` where the file ends there, `none` where no line begins
 * there, and `unknown` where that cannot be told.
 */
export type LineStart = number | "end" | "none" | "unknown"

/** The line of a file that its continuation names: its ordinal, and the byte at which it begins. */
export interface BaseEnd {
  readonly ordinal: number
  readonly offset: number
}

/** Returns the end of the part that a file of a thread continues; undefined if its header does not say it whole. */
export const baseEndOf = ({ facts }: ThreadFile): BaseEnd | undefined => {
  const { end_byte_offset: offset, end_ordinal_exclusive: ordinal } = facts.meta?.history_base ?? {}
  return offset === undefined || ordinal === undefined ? undefined : { ordinal, offset }
}

/** False if the line that begins in a file at the end of a base is another one, so that it is not the file of the base. */
export const doesFit = (found: LineStart, { ordinal }: BaseEnd): boolean =>
  found === "unknown" || found === "end" || found === ordinal

/** A file of a thread to be read. Only lines below `endOrdinal` count; undefined means all. */
export interface RolloutPart {
  readonly file: RolloutFile
  readonly endOrdinal: number | undefined
}

const segmentName =
  /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl(?:\.zst)?$/i

/** Returns the id of a thread's segment that a path names; undefined if it names none. */
const namedSegment = (threadId: string, path: string): string | undefined => {
  const [, owner, segment] = segmentName.exec(path) ?? []
  return owner?.toLowerCase() === threadId ? segment?.toLowerCase() : undefined
}

/** Returns the id of the thread or the segment that a file continues; undefined if its first line names none. */
const baseOf = ({ facts }: ThreadFile): string | undefined => facts.meta?.history_base?.thread_id?.toLowerCase()

/**
 * Returns the id of the segment in a file, a later file of a rewound thread; undefined for the first file of the
 * thread. A file without a segment's id in its name is a segment if it continues its own thread; a fork continues
 * another one.
 */
const segmentOf = (threadId: string, file: ThreadFile): string | undefined =>
  namedSegment(threadId, file.path) ?? (baseOf(file) === threadId ? file.path : undefined)

const startOf = ({ facts, lastRecordAt }: ThreadFile): number =>
  timestampOf(facts.meta?.timestamp) ?? facts.metaTimestamp ?? lastRecordAt

/**
 * True if a file names a thread but has no line that proves it a rollout. It is ignored if another file of the thread
 * has such a line.
 */
const isLookAlike = ({ facts }: ThreadFile): boolean => facts.meta !== undefined && !facts.isRollout

/** The files of a thread, in the order in which they are read. */
export interface ThreadChain<A> {
  readonly parts: ReadonlyArray<A & RolloutPart>
  /** True if a file that belongs to the session is missing. The lines of the files before it then count as undone. */
  readonly isIncomplete: boolean
  /** True if the newest file of the session is missing, so that nothing of the others counts. */
  readonly lacksNewest: boolean
}

/**
 * Orders the files of a thread for reading, so that the file that is still being written comes last. Among copies of
 * one file, {@link chooseFile} decides. `newest` is the path of the newest file that the thread is known to have, if it
 * is known.
 */
export const chainOf = <A extends ThreadFile>(
  threadId: string,
  files: ReadonlyArray<A>,
  newest?: string
): ThreadChain<A> => {
  const copies = new Map<string | undefined, Array<A>>()
  const real = files.filter((file) => !isLookAlike(file))
  for (const file of real.length > 0 ? real : files) {
    const segment = segmentOf(threadId, file)
    copies.set(segment, [...(copies.get(segment) ?? []), file])
  }
  const chain = [...copies]
    .flatMap(([segment, group]) => {
      const chosen = chooseFile(group)
      return chosen === undefined ? [] : [{ segment, chosen }]
    })
    .sort((left, right) =>
      left.segment === undefined || right.segment === undefined
        ? Number(left.segment !== undefined) - Number(right.segment !== undefined)
        : startOf(left.chosen) - startOf(right.chosen) || (left.segment < right.segment ? -1 : 1)
    )
  const ordered = chain.map(({ chosen }) => chosen)
  const lacksNewest = isBehindAll(threadId, ordered, newest)
  const lacking = lacksNewest
    ? ordered.length
    : ordered.findLastIndex((_, index) => lacksBase(threadId, ordered, index))
  const parts = ordered.map((file, index) => ({
    ...file,
    endOrdinal:
      index < lacking
        ? 0
        : ordered.slice(index + 1).reduce<number | undefined>((end, { facts: { startOrdinal } }) => {
            return startOrdinal === undefined ? end : Math.min(startOrdinal, end ?? startOrdinal)
          }, undefined)
  }))
  return { parts, isIncomplete: lacking !== -1, lacksNewest }
}

/**
 * True if a file continues one that is missing, or lines that the file it continues does not have. The first file of a
 * fork continues another thread, and so does a rewind to a point before the fork; neither lacks a file.
 */
const lacksBase = (threadId: string, chain: ReadonlyArray<ThreadFile>, index: number): boolean => {
  const file = chain[index]
  if (file === undefined || segmentOf(threadId, file) === undefined) {
    return false
  }
  const base = baseOf(file) ?? threadId
  const first = chain.find((other) => segmentOf(threadId, other) === undefined)
  const isBeforeFork = first !== undefined && base === baseOf(first)
  const bases = chain.filter((other) => (segmentOf(threadId, other) ?? threadId) === base)
  // Some records name only the thread, so that any earlier file may be the one that it continues.
  const named = base === threadId ? chain.slice(0, index) : bases
  const continued = named.filter(({ path }) => file.unfitting?.has(path) !== true)
  const begins = file.facts.startOrdinal ?? 0
  const isBehind =
    named.length > 0 &&
    continued.every(({ facts: { lastOrdinal } }) => lastOrdinal !== undefined && lastOrdinal + 1 < begins)
  return !isBeforeFork && (bases.length === 0 || isBehind)
}

/** True if a path names a segment that is not in the chain and that was begun after all that are. */
const isBehindAll = (threadId: string, chain: ReadonlyArray<ThreadFile>, path: string | undefined): boolean => {
  const newest = path === undefined ? undefined : namedSegment(threadId, path)
  const segments = chain.flatMap((file) => namedSegment(threadId, file.path) ?? [])
  // The ids of segments are UUIDs that sort by the time at which they were made.
  return newest !== undefined && chain.length > 0 && segments.every((segment) => segment < newest)
}

/**
 * Joins two consecutive files as if they were one: the path of the second, the sum of the sizes, the later modification
 * time.
 */
export const joinFiles = (before: RolloutFile, after: RolloutFile): RolloutFile => ({
  agent: after.agent,
  path: after.path,
  size: before.size + after.size,
  modifiedAt: Math.max(before.modifiedAt, after.modifiedAt),
  isArchived: after.isArchived
})

/** Joins the contents of two consecutive files as if they were one. */
export const joinContents = (before: RolloutContent, after: RolloutContent): RolloutContent => ({
  size: before.size + after.size,
  hash: createHash("sha256").update(`${before.hash}\n${after.hash}`).digest("hex")
})

/**
 * Detects the lines that a rewind to an ordinal undid. A line without an ordinal is numbered by its distance from the
 * last line with one. A session_meta line is never undone, since it describes the session and belongs to no turn. An
 * instance serves one file, and takes its lines in order.
 */
export class UndoneLines {
  private ordinal = -1
  private line = 0
  private readonly endOrdinal: number | undefined

  constructor(endOrdinal: number | undefined) {
    this.endOrdinal = endOrdinal
  }

  /** True if a rewind undid this line. Takes the lines of the file in order. */
  isUndone(read: RolloutLine | MalformedLine): boolean {
    if (this.endOrdinal === undefined) {
      return false
    }
    const said = read._tag === "MalformedLine" ? undefined : read.ordinal
    this.ordinal = said ?? this.ordinal + read.line - this.line
    this.line = read.line
    return this.ordinal >= this.endOrdinal && read._tag !== "SessionMeta"
  }

  /** Returns the lines that were not undone. */
  keep<A extends RolloutLine | MalformedLine>(lines: ReadonlyArray<A>): ReadonlyArray<A> {
    return this.endOrdinal === undefined ? lines : lines.filter((line) => !this.isUndone(line))
  }
}
