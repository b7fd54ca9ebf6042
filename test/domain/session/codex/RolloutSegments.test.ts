import type { RolloutFile } from "../../../../src/domain/thread/Thread.js"
import { assert, describe, it } from "@effect/vitest"
import { decodeLine } from "../../../../src/domain/session/codex/RolloutLine.js"
import {
  chainOf,
  joinContents,
  joinFiles,
  type ThreadFile,
  UndoneLines
} from "../../../../src/domain/session/codex/RolloutSegments.js"
import { addLine, noFacts } from "../../../../src/domain/thread/ThreadFacts.js"
import { RolloutBuilder, startOfFixtures, threadIdOf } from "../../../../src/testing/RolloutBuilder.js"
import { decodeAll, rolloutLines } from "../../../support/reading.js"

const id = threadIdOf(1)

/** A file of thread 1 that begins a minute later for each number; `meta` is what else its first line says. */
const file = (name: string, minute: number, meta: Record<string, unknown> = {}, ordinal?: number): ThreadFile => {
  const start = startOfFixtures + minute * 60_000
  const text = new RolloutBuilder(start, ordinal).meta({ id, ...meta }).text()
  // The one line that stands for the file says nothing of where it ends.
  const facts = { ...rolloutLines(text).reduce(addLine, noFacts), lastOrdinal: undefined }
  const path = `/codex/sessions/${name}`
  return {
    path,
    size: 100,
    lastRecordAt: start,
    facts,
    file: { agent: "codex", path, size: 100, modifiedAt: start, isArchived: false }
  }
}

const first = file(`rollout-2026-03-02T09-00-00-${id}.jsonl`, 0, {}, 0)
const segment = (number: number, end: unknown, base: string = id): ThreadFile =>
  file(`rollout-2026-03-02T09-0${number}-00-${id}_${threadIdOf(90 + number)}.jsonl`, number, {
    history_base: { thread_id: base, end_ordinal_exclusive: end, end_byte_offset: 7 }
  })

const chain = (...files: ReadonlyArray<ThreadFile>) =>
  chainOf(id, files).parts.map(({ endOrdinal, path }) => [path, endOrdinal])

const lacks = (...files: ReadonlyArray<ThreadFile>) => chainOf(id, files).isIncomplete

/** A file whose last line has an ordinal. */
const ended = (name: ThreadFile, lastOrdinal: number): ThreadFile => ({
  ...name,
  facts: { ...name.facts, lastOrdinal }
})

describe("files of a thread", () => {
  it("a thread consists of its first file, up to where the segment begins, and then the segment", () => {
    const next = segment(1, 13)
    assert.deepStrictEqual(chain(next, first), [
      [first.path, 13],
      [next.path, undefined]
    ])
  })

  it("a file of a thread is cut by each later rewind, even by one to before the start of a segment", () => {
    const [one, two, three] = [segment(1, 30), segment(2, 20), segment(3, 25, threadIdOf(92))]
    assert.deepStrictEqual(chain(three, one, first, two), [
      [first.path, 20],
      [one.path, 20],
      [two.path, 25],
      [three.path, undefined]
    ])
  })

  it("a thread whose middle file is missing is read from what follows it, since anything before it may be undone", () => {
    const [one, two, three] = [segment(1, 30), segment(2, 40, threadIdOf(91)), segment(3, 35, threadIdOf(92))]
    assert.deepStrictEqual(chain(first, two), [
      [first.path, 0],
      [two.path, undefined]
    ])
    assert.deepStrictEqual(chain(first, three, two), [
      [first.path, 0],
      [two.path, 35],
      [three.path, undefined]
    ])
    assert.deepStrictEqual(chain(one, three), [
      [one.path, 0],
      [three.path, undefined]
    ])
    assert.deepStrictEqual(chain(first, one, two), [
      [first.path, 30],
      [one.path, 40],
      [two.path, undefined]
    ])
    assert.deepStrictEqual(chain(one), [[one.path, undefined]])
  })

  it("a thread lacks no file if the missing one was undone as a whole", () => {
    const [one, three] = [segment(1, 30), segment(3, 25)]
    assert.isFalse(lacks(first, three))
    assert.deepStrictEqual(chain(first, three)[0], [first.path, 25])
    assert.isFalse(lacks(first, one, segment(3, 35, threadIdOf(91))))
  })

  it("a thread lacks a file if one of its files continues a file that is missing", () => {
    const [one, two] = [segment(1, 30), segment(2, 40, threadIdOf(91))]
    assert.deepStrictEqual([lacks(one), lacks(two), lacks(first, two), lacks(one, two)], [true, true, true, true])
    assert.deepStrictEqual([lacks(first), lacks(first, one), lacks(first, one, two)], [false, false, false])
    const unnamed = file("kept by a host", 1, { history_base: { thread_id: id, end_ordinal_exclusive: 5 } })
    assert.deepStrictEqual([lacks(unnamed), lacks(unnamed, first)], [true, false])
    const silent = file(`rollout-2026-03-02T09-01-00-${id}_${threadIdOf(91)}.jsonl`, 1)
    assert.deepStrictEqual([lacks(silent), lacks(silent, first)], [true, false])
  })

  it("a thread lacks a file if a segment begins after the end of all others, even if it names only the thread", () => {
    const [short, one, two] = [ended(first, 20), ended(segment(1, 15), 60), segment(2, 40)]
    assert.isTrue(lacks(short, two))
    assert.isFalse(lacks(short, one, two))
    assert.isFalse(lacks(first, two))
    assert.deepStrictEqual(chain(short, two)[0], [short.path, 0])
  })

  it("a thread lacks lines if a segment begins after the end of the very file that it names", () => {
    const [long, cut, two] = [ended(first, 60), ended(segment(1, 15), 20), segment(2, 40, threadIdOf(91))]
    assert.isTrue(lacks(long, cut, two))
    assert.deepStrictEqual(chain(long, cut, two), [
      [long.path, 0],
      [cut.path, 0],
      [two.path, undefined]
    ])
    assert.isFalse(lacks(long, ended(cut, 39), two))
  })

  it("a thread lacks its newest file if the one that it is known to have is not there, nor a later one", () => {
    const [one, two, three] = [segment(1, 30), segment(2, 20, threadIdOf(91)), segment(3, 10)]
    const without = chainOf(id, [first, one], two.path)
    assert.deepStrictEqual([without.isIncomplete, without.lacksNewest], [true, true])
    assert.deepStrictEqual(
      without.parts.map(({ endOrdinal }) => endOrdinal),
      [0, 0]
    )
    for (const files of [
      [first, one, two],
      [first, one, { ...two, path: `/codex/archived_sessions/${two.path.split("/").at(-1)}.zst` }],
      [first, three]
    ]) {
      const { isIncomplete, lacksNewest } = chainOf(id, files, two.path)
      assert.deepStrictEqual([isIncomplete, lacksNewest], [false, false])
    }
    assert.isFalse(chainOf(id, [first], first.path).lacksNewest)
    assert.isFalse(chainOf(id, [], two.path).lacksNewest)
  })

  it("a file with the id of a thread and no line of a rollout is none of its files", () => {
    const later: ThreadFile = {
      ...first,
      path: `/codex/sessions/notes-${id}.jsonl`,
      lastRecordAt: first.lastRecordAt + 60_000,
      facts: { ...first.facts, isRollout: false }
    }
    assert.deepStrictEqual(chain(later, first), [[first.path, undefined]])
    assert.deepStrictEqual(chain(later), [[later.path, undefined]])
  })

  it("a fork lacks no file, even after a rewind to before its beginning", () => {
    const fork = file(`rollout-2026-03-02T09-00-00-${id}.jsonl`, 0, {
      history_base: { thread_id: threadIdOf(2), end_ordinal_exclusive: 19 }
    })
    const beyond = segment(1, 10, threadIdOf(2))
    assert.deepStrictEqual([lacks(fork), lacks(fork, beyond), lacks(beyond)], [false, false, true])
  })

  it("a file with copies counts once: the copy with the later last record, then the longer one", () => {
    const next = segment(1, 13)
    const longer = { ...first, path: "/codex/archived_sessions/rollout-again.jsonl", size: 101 }
    const packed = { ...next, path: `${next.path}.zst`, lastRecordAt: next.lastRecordAt - 1 }
    assert.deepStrictEqual(chain(first, longer, packed, next), [
      [longer.path, 13],
      [next.path, undefined]
    ])
  })

  it("a segment whose name does not show it is recognised by what it continues", () => {
    const unnamed = file("kept by a host", 1, { history_base: { thread_id: id, end_ordinal_exclusive: 5 } })
    assert.deepStrictEqual(chain(unnamed, first), [
      [first.path, 5],
      [unnamed.path, undefined]
    ])
  })

  it("a fork that continues another thread is not a segment, and its copies count as copies", () => {
    const base = { history_base: { thread_id: threadIdOf(2), end_ordinal_exclusive: 5 } }
    const [fork, copy] = [file("a.jsonl", 0, base, 5), file("b.jsonl", 1, base, 5)]
    assert.deepStrictEqual(chain(fork, copy), [[copy.path, undefined]])
  })

  it("a fork loses its own beginning to a rewind to before it", () => {
    const fork = file(`rollout-2026-03-02T09-00-00-${id}.jsonl`, 0, {
      history_base: { thread_id: threadIdOf(2), end_ordinal_exclusive: 19 }
    })
    assert.deepStrictEqual(chain(fork, segment(1, 10, threadIdOf(2)))[0], [fork.path, 10])
  })

  it("a segment without a valid start cuts the earlier file at the number of its own first line", () => {
    const name = `rollout-2026-03-02T09-01-00-${id}_${threadIdOf(91)}.jsonl`
    for (const end of [0, -1, 2.5, "13", null, Number.MAX_VALUE]) {
      const meta = { history_base: { thread_id: id, end_ordinal_exclusive: end } }
      assert.deepStrictEqual(chain(first, file(name, 1, meta, 14))[0], [first.path, 14], String(end))
      assert.deepStrictEqual(chain(first, file(name, 1, meta))[0], [first.path, undefined], String(end))
    }
  })

  it("joined files have the size of all, the time of the newest and the place of the last", () => {
    const a = first.file
    const b: RolloutFile = { agent: "codex", path: "/b", size: 7, modifiedAt: 3, isArchived: true }
    assert.deepStrictEqual(joinFiles(a, b), {
      agent: "codex",
      path: "/b",
      size: 107,
      modifiedAt: a.modifiedAt,
      isArchived: true
    })
    const [x, y, z] = ["x", "y", "z"].map((hash) => ({ size: 5, hash }))
    assert(x !== undefined && y !== undefined && z !== undefined)
    assert.strictEqual(joinContents(x, y).size, 10)
    const hashes = [joinContents(x, y), joinContents(y, x), joinContents(x, z)].map(({ hash }) => hash)
    assert.strictEqual(new Set(hashes).size, 3)
  })
})

describe("lines of a file that continues elsewhere", () => {
  const kept = (text: string, endOrdinal: number | undefined) =>
    new UndoneLines(endOrdinal).keep(decodeAll(text)).map(({ line }) => line)

  const numbered = new RolloutBuilder(startOfFixtures, 0).meta().user("one").user("two").text()

  it("a line is kept if its ordinal is below the end, wherever it is; without an end all are kept", () => {
    assert.deepStrictEqual(kept(numbered, 3), [1, 2, 3])
    assert.deepStrictEqual(kept(numbered, undefined), [1, 2, 3, 4, 5])
    const shuffled = numbered.trim().split("\n").toReversed().join("\n")
    assert.deepStrictEqual(kept(shuffled, 3), [3, 4, 5])
  })

  it("a line without an ordinal, or malformed, is kept if the last one with an ordinal before it is", () => {
    const [meta = "", request = "", event = "", ...rest] = numbered.trim().split("\n")
    const withoutOrdinal = JSON.stringify({ ...JSON.parse(event), ordinal: undefined })
    assert.deepStrictEqual(kept([meta, request, withoutOrdinal, "torn", ...rest].join("\n"), 3), [1, 2, 3])
    const unnumbered = new RolloutBuilder().meta().user("one").user("two").text()
    assert.deepStrictEqual(kept(unnumbered, 3), [1, 2, 3])
  })

  it("a line has no ordinal if the value is not a whole number from 0 on", () => {
    for (const ordinal of [-1, 1.5, "3", null, {}, 1e300]) {
      const line = decodeLine(JSON.stringify({ ordinal, type: "world_state", payload: {} }), 1)
      assert.notProperty(line, "ordinal")
    }
    assert.propertyVal(decodeLine('{"ordinal":3,"type":"world_state","payload":{}}', 1), "ordinal", 3)
  })

  it("a session_meta line after the end is kept", () => {
    const late = new RolloutBuilder(startOfFixtures, 0).meta().user("one").user("two").meta({ memory_mode: "disabled" })
    assert.deepStrictEqual(kept(late.text(), 1), [1, 6])
  })
})
