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
 * times, also to a point before the current segment. If a file of the chain is missing, the others are read as they
 * are. The byte offset in a segment's header is ignored: compressing or editing a file changes offsets, but not
 * ordinals.
 */

/** A file of a thread, with the facts from its ends. */
export interface ThreadFile extends RecordedFile {
  readonly file: RolloutFile
  readonly facts: ThreadFacts
}

/** A file of a thread to be read. Only lines below `endOrdinal` count; undefined means all. */
export interface RolloutPart {
  readonly file: RolloutFile
  readonly endOrdinal: number | undefined
}

const segmentName =
  /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl(?:\.zst)?$/i

/**
 * Returns the id of the segment in a file, a later file of a rewound thread; undefined for the first file of the
 * thread. A file without a segment's id in its name is a segment if it continues its own thread; a fork continues
 * another one.
 */
const segmentOf = (threadId: string, { facts, path }: ThreadFile): string | undefined => {
  const [, owner, segment] = segmentName.exec(path) ?? []
  return owner?.toLowerCase() === threadId
    ? segment?.toLowerCase()
    : facts.meta?.history_base?.thread_id?.toLowerCase() === threadId
      ? path
      : undefined
}

const startOf = ({ facts, lastRecordAt }: ThreadFile): number =>
  timestampOf(facts.meta?.timestamp) ?? facts.metaTimestamp ?? lastRecordAt

/**
 * True if a file names a thread but has no line that proves it a rollout. It is ignored if another file of the thread
 * has such a line.
 */
const isLookAlike = ({ facts }: ThreadFile): boolean => facts.meta !== undefined && !facts.isRollout

/**
 * Orders the files of a thread for reading, so that the file that is still being written comes last. Among copies of
 * one file, {@link chooseFile} decides.
 */
export const chainOf = <A extends ThreadFile>(
  threadId: string,
  files: ReadonlyArray<A>
): ReadonlyArray<A & RolloutPart> => {
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
  return chain.map(({ chosen }, index) => ({
    ...chosen,
    endOrdinal: chain.slice(index + 1).reduce<number | undefined>((end, { chosen }) => {
      const start = chosen.facts.startOrdinal
      return start === undefined ? end : Math.min(start, end ?? start)
    }, undefined)
  }))
}

/**
 * True if a file in the chain continues a file that is missing from it. The first file of a fork continues another
 * thread, and so does a rewind to a point before the fork; neither lacks a file.
 */
export const lacksFile = (threadId: string, chain: ReadonlyArray<ThreadFile>): boolean => {
  const baseOf = ({ facts }: ThreadFile): string | undefined => facts.meta?.history_base?.thread_id?.toLowerCase()
  const first = chain.find((file) => segmentOf(threadId, file) === undefined)
  const bases = new Set(chain.map((file) => segmentOf(threadId, file) ?? threadId))
  const foreign = first === undefined ? undefined : baseOf(first)
  return chain.some((file, index) => {
    if (segmentOf(threadId, file) === undefined) {
      return false
    }
    const base = baseOf(file) ?? threadId
    const begins = file.facts.startOrdinal ?? 0
    const before = chain.slice(0, index)
    // Where it goes on behind the end of all that is there, what lies between is missing, whatever it names.
    const isBehind =
      before.length > 0 &&
      before.every(({ facts: { lastOrdinal } }) => lastOrdinal !== undefined && lastOrdinal + 1 < begins)
    return isBehind || (!bases.has(base) && base !== foreign)
  })
}

/**
 * Joins two consecutive files as if they were one: the path of the second, the sum of the sizes, the later modification
 * time.
 */
export const joinFiles = (before: RolloutFile, after: RolloutFile): RolloutFile => ({
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
