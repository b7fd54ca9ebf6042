import { createHash } from "node:crypto"
import type { RolloutContent } from "../../thread/Extraction.js"
import { chooseFile, type RecordedFile } from "../RolloutChoice.js"
import type { MalformedLine, RolloutLine } from "./RolloutLine.js"
import { timestampOf } from "../Timestamp.js"
import type { RolloutFile } from "../../thread/Thread.js"
import type { ThreadFacts } from "../../thread/ThreadFacts.js"

/**
 * A session that was rewound goes on in a second file of the same thread, a segment, which says from which line on the
 * history before it is undone. Its lines are numbered on from there: a thread is one sequence of ordinals, whichever file
 * holds them, and each file undoes what the earlier ones have at or above the ordinal that it begins with. A thread may be
 * rewound often, and beyond the beginning of a segment. Where a file of the chain is missing, the others say what they say.
 * The byte offset that a segment gives besides is not looked at: a file that was compressed, rewritten or cut by hand keeps
 * its ordinals and not its bytes.
 */

/** A file of a thread as a look at its ends shows it. */
export interface ThreadFile extends RecordedFile {
  readonly file: RolloutFile
  readonly facts: ThreadFacts
}

/** A file of a thread as it is to be read: only the lines below `endOrdinal` count, all of them where it is undefined. */
export interface RolloutPart {
  readonly file: RolloutFile
  readonly endOrdinal: number | undefined
}

const segmentName =
  /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl(?:\.zst)?$/i

/**
 * Which segment of its thread a file is; undefined for the first one. A file that is kept under a name of another kind is
 * known by what it goes on from: its own thread. A fork goes on from another one.
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

/** True if a file gives a thread's id, and has no line of a rollout: beside a file that has, it is none of the thread. */
const isLookAlike = ({ facts }: ThreadFile): boolean => facts.meta !== undefined && !facts.isRollout

/**
 * The files of a thread in the order in which they are read, the one that is written to last. Of several copies of one file
 * only that counts which {@link chooseFile} takes.
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
 * True if a file of a chain goes on from one that is not in it. The first file of a fork goes on from another thread, and
 * lacks nothing; a rewind beyond the fork's beginning goes on from that thread too.
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

/** Two files that follow each other as if they were one: it is where the second is, and changes when either does. */
export const joinFiles = (before: RolloutFile, after: RolloutFile): RolloutFile => ({
  path: after.path,
  size: before.size + after.size,
  modifiedAt: Math.max(before.modifiedAt, after.modifiedAt),
  isArchived: after.isArchived
})

/** The contents of two files that follow each other as if they were one. */
export const joinContents = (before: RolloutContent, after: RolloutContent): RolloutContent => ({
  size: before.size + after.size,
  hash: createHash("sha256").update(`${before.hash}\n${after.hash}`).digest("hex")
})

/**
 * Tells which lines of a file count where those from an ordinal on were undone. A line without an ordinal stands as many
 * lines behind the last one that has one as the file says. What a session says of itself, as whether it may become memory,
 * is never undone: it belongs to no turn. A reader serves one file, and takes its lines in order.
 */
export class UndoneLines {
  private ordinal = -1
  private line = 0
  private readonly endOrdinal: number | undefined

  constructor(endOrdinal: number | undefined) {
    this.endOrdinal = endOrdinal
  }

  /** Whether the next line was undone. */
  isUndone(read: RolloutLine | MalformedLine): boolean {
    if (this.endOrdinal === undefined) {
      return false
    }
    const said = read._tag === "MalformedLine" ? undefined : read.ordinal
    this.ordinal = said ?? this.ordinal + read.line - this.line
    this.line = read.line
    return this.ordinal >= this.endOrdinal && read._tag !== "SessionMeta"
  }

  /** The lines that count. */
  keep<A extends RolloutLine | MalformedLine>(lines: ReadonlyArray<A>): ReadonlyArray<A> {
    return this.endOrdinal === undefined ? lines : lines.filter((line) => !this.isUndone(line))
  }
}
