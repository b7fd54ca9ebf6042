import { createHash } from "node:crypto"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { LineSplitter } from "../../domain/session/LineSplitter.js"
import {
  HeadReader,
  headBytes,
  lineStartBytes,
  lineStartIn,
  readTail,
  tailBytes
} from "../../domain/session/codex/RolloutEnds.js"
import { decodeNumberedLine, type MalformedLine, type RolloutLine } from "../../domain/session/codex/RolloutLine.js"
import { UndoneLines } from "../../domain/session/codex/RolloutSegments.js"
import type { RolloutFile } from "../../domain/thread/Thread.js"
import { joinFacts, type ThreadFacts } from "../../domain/thread/ThreadFacts.js"
import {
  CodexHomeUnavailable,
  type EndOfRollout,
  SessionStore,
  RolloutUnreadable
} from "../../services/SessionStore.js"

/** A session that the host has in memory or elsewhere, without a file. */
export interface HeldRollout {
  /**
   * Identifies the session like the path of a file: unique, and the same each time. A UUID in it serves as thread id
   * when the content names none.
   */
  readonly path: string
  /** The lines of JSON as one text, as UTF-8, or one by one. An iterable is iterated more than once. */
  readonly content: string | Uint8Array | Iterable<string>
  /**
   * Unix milliseconds; reveals a change of the content when the size stays the same. Defaults to the time of the last
   * record.
   */
  readonly modifiedAt?: number
  readonly isArchived?: boolean
}

/** The host's sessions, in any order. */
export type HeldRollouts = Iterable<HeldRollout> | AsyncIterable<HeldRollout>

const limits = { stringBytes: 1_048_576 }

const bytesOf = ({ content }: HeldRollout): Buffer =>
  typeof content === "string"
    ? Buffer.from(content)
    : content instanceof Uint8Array
      ? Buffer.from(content.buffer, content.byteOffset, content.byteLength)
      : Buffer.from(Array.from(content, (line) => `${line}\n`).join(""))

const tailOf = (bytes: Buffer, head?: ThreadFacts, endOrdinal?: number) =>
  readTail(bytes.subarray(-tailBytes), bytes.length <= tailBytes, head, endOrdinal)

const fileOf = (rollout: HeldRollout, bytes: Buffer): RolloutFile => ({
  agent: "codex",
  path: rollout.path,
  size: bytes.length,
  modifiedAt: rollout.modifiedAt ?? tailOf(bytes).lastTimestamp ?? 0,
  isArchived: rollout.isArchived ?? false
})

const linesOf = (bytes: Buffer, endOrdinal: number | undefined): ReadonlyArray<RolloutLine | MalformedLine> => {
  const splitter = new LineSplitter(limits)
  return new UndoneLines(endOrdinal).keep([...splitter.push(bytes), ...splitter.flush()].flatMap(decodeNumberedLine))
}

/** Collects the host's sessions into an array; `failing` converts a thrown value into an error. */
const collect = <E>(held: HeldRollouts | (() => HeldRollouts), failing: (cause: unknown) => E) =>
  Effect.flatMap(
    Effect.try({ try: () => (typeof held === "function" ? held() : held), catch: failing }),
    (rollouts): Effect.Effect<ReadonlyArray<HeldRollout>, E> =>
      Symbol.asyncIterator in rollouts
        ? Effect.map(Stream.runCollect(Stream.fromAsyncIterable(rollouts, failing)), Chunk.toReadonlyArray)
        : Effect.try({ try: () => Array.from(rollouts), catch: failing })
  )

/**
 * Reads sessions from an iterable, or an asynchronous one, of the host's. It is iterated again for each listing and
 * each reading, so additions and changes are seen. For an iterable that can be iterated only once, such as a generator,
 * pass a function that creates a new one. A value it throws fails a listing with `CodexHomeUnavailable`, and a reading
 * with `RolloutUnreadable`.
 */
export const layer = (held: HeldRollouts | (() => HeldRollouts)): Layer.Layer<SessionStore> => {
  const find = (file: RolloutFile) => {
    const failing = (cause?: unknown) => new RolloutUnreadable({ path: file.path, cause })
    return collect(held, failing).pipe(
      Effect.map((rollouts) => rollouts.find(({ path }) => path === file.path)),
      Effect.flatMap((rollout) =>
        rollout === undefined
          ? failing()
          : Effect.try({ try: () => ({ rollout, bytes: bytesOf(rollout) }), catch: failing })
      )
    )
  }
  return Layer.succeed(SessionStore, {
    check: Effect.void,
    agents: Effect.succeed([{ agent: "codex" as const, path: "held by the host" }]),
    names: Effect.succeed(new Map()),
    list: Effect.gen(function* () {
      const failing = (cause: unknown) =>
        new CodexHomeUnavailable({
          path: "held by the host",
          reason: cause instanceof Error ? cause.message : String(cause)
        })
      const rollouts = yield* collect(held, failing)
      const files = yield* Effect.try({
        try: () => rollouts.map((rollout) => fileOf(rollout, bytesOf(rollout))),
        catch: failing
      })
      return files.sort((left, right) => (left.path < right.path ? -1 : 1))
    }),
    switchedOff: Effect.succeed(Option.some(new Set<string>())),
    readEnds: (file, endOrdinal) =>
      Effect.map(find(file), ({ bytes }) => {
        const reader = new HeadReader(endOrdinal)
        const splitter = new LineSplitter(limits)
        const isWanted = reader.push(splitter.push(bytes.subarray(0, headBytes)))
        if (isWanted && bytes.length <= headBytes) {
          reader.push(splitter.flush())
        }
        const head = reader.result()
        return joinFacts(head, tailOf(bytes, head, endOrdinal))
      }),
    lineStart: (file, offset) =>
      Effect.map(find(file), ({ bytes }) => lineStartIn(bytes.subarray(offset - 1, offset + lineStartBytes))),
    read: (file, endOrdinal) =>
      Stream.unwrap(
        Effect.map(find(file), ({ bytes, rollout }) => {
          const read = fileOf(rollout, bytes)
          const hash = createHash("sha256").update(bytes).digest("hex")
          const end: EndOfRollout = { _tag: "EndOfRollout", file: read, content: { size: read.size, hash } }
          return Stream.concat(Stream.fromIterable(linesOf(bytes, endOrdinal)), Stream.succeed(end))
        })
      )
  })
}
