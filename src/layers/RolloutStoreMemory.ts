import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { LineSplitter } from "../domain/LineSplitter.js"
import { HeadReader, headBytes, readTail, tailBytes } from "../domain/RolloutEnds.js"
import { decodeNumberedLine, type MalformedLine, type RolloutLine } from "../domain/RolloutLine.js"
import type { RolloutFile } from "../domain/Thread.js"
import { joinFacts } from "../domain/ThreadFacts.js"
import { type EndOfRollout, RolloutStore, RolloutUnreadable } from "../services/RolloutStore.js"

/** A rollout that was never a file. */
export interface HeldRollout {
  /** What it is known by, as a file by its path. */
  readonly path: string
  /** Its lines of JSON, as a file would hold them. */
  readonly content: string
  /** Unix milliseconds. */
  readonly modifiedAt: number
  readonly isArchived?: boolean
}

const limits = { stringBytes: 1_048_576 }

const fileOf = ({ content, isArchived = false, modifiedAt, path }: HeldRollout): RolloutFile => ({
  path,
  size: Buffer.byteLength(content),
  modifiedAt,
  isArchived
})

const linesOf = (content: string): ReadonlyArray<RolloutLine | MalformedLine> => {
  const splitter = new LineSplitter(limits)
  return [...splitter.push(Buffer.from(content)), ...splitter.flush()].flatMap(decodeNumberedLine)
}

/** Rollouts that a host holds itself; asked for anew each time, so what the host adds or changes is seen. */
export const layer = (held: () => Iterable<HeldRollout>): Layer.Layer<RolloutStore> =>
  Layer.succeed(RolloutStore, {
    check: Effect.void,
    list: Effect.sync(() => Array.from(held(), fileOf).sort((left, right) => (left.path < right.path ? -1 : 1))),
    readEnds: (file) =>
      Effect.map(find(held, file), ({ content }) => {
        const bytes = Buffer.from(content)
        const reader = new HeadReader()
        const splitter = new LineSplitter(limits)
        const isWanted = reader.push(splitter.push(bytes.subarray(0, headBytes)))
        if (isWanted && bytes.length <= headBytes) {
          reader.push(splitter.flush())
        }
        return joinFacts(reader.result(), readTail(bytes.subarray(-tailBytes), bytes.length <= tailBytes))
      }),
    read: (file) =>
      Stream.unwrap(
        Effect.map(find(held, file), (rollout) => {
          const hash = createHash("sha256").update(rollout.content).digest("hex")
          const read = fileOf(rollout)
          const end: EndOfRollout = { _tag: "EndOfRollout", file: read, content: { size: read.size, hash } }
          return Stream.concat(Stream.fromIterable(linesOf(rollout.content)), Stream.succeed(end))
        })
      )
  })

const find = (held: () => Iterable<HeldRollout>, file: RolloutFile) =>
  Effect.suspend(() => {
    const found = Array.from(held()).find(({ path }) => path === file.path)
    return found === undefined ? new RolloutUnreadable({ path: file.path }) : Effect.succeed(found)
  })
