import { assert, describe, it } from "@effect/vitest"
import { decodeLine } from "../../../../src/domain/session/codex/RolloutLine.js"
import {
  chainOf,
  joinContents,
  joinFiles,
  lacksFile,
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
    file: { path, size: 100, modifiedAt: start, isArchived: false }
  }
}

const first = file(`rollout-2026-03-02T09-00-00-${id}.jsonl`, 0, {}, 0)
const segment = (number: number, end: unknown, base: string = id): ThreadFile =>
  file(`rollout-2026-03-02T09-0${number}-00-${id}_${threadIdOf(90 + number)}.jsonl`, number, {
    history_base: { thread_id: base, end_ordinal_exclusive: end, end_byte_offset: 7 }
  })

const chain = (...files: ReadonlyArray<ThreadFile>) =>
  chainOf(id, files).map(({ endOrdinal, path }) => [path, endOrdinal])

describe("the files of a thread", () => {
  it("are its first file, up to where the segment begins, and then the segment", () => {
    const next = segment(1, 13)
    assert.deepStrictEqual(chain(next, first), [
      [first.path, 13],
      [next.path, undefined]
    ])
  })

  it("are cut by every rewind that came later, also by one beyond the beginning of a segment", () => {
    const [one, two, three] = [segment(1, 30), segment(2, 20), segment(3, 25, threadIdOf(92))]
    assert.deepStrictEqual(chain(three, one, first, two), [
      [first.path, 20],
      [one.path, 20],
      [two.path, 25],
      [three.path, undefined]
    ])
  })

  it("are read without the one that is missing", () => {
    const [one, two] = [segment(1, 30), segment(2, 40, threadIdOf(91))]
    assert.deepStrictEqual(chain(first, two), [
      [first.path, 40],
      [two.path, undefined]
    ])
    assert.deepStrictEqual(chain(one), [[one.path, undefined]])
  })

  it("lack a file when one of them goes on from none that is there", () => {
    const lacks = (...files: ReadonlyArray<ThreadFile>) => lacksFile(id, chainOf(id, files))
    const [one, two] = [segment(1, 30), segment(2, 40, threadIdOf(91))]
    assert.deepStrictEqual([lacks(one), lacks(two), lacks(first, two), lacks(one, two)], [true, true, true, true])
    assert.deepStrictEqual([lacks(first), lacks(first, one), lacks(first, one, two)], [false, false, false])
    const unnamed = file("kept by a host", 1, { history_base: { thread_id: id, end_ordinal_exclusive: 5 } })
    assert.deepStrictEqual([lacks(unnamed), lacks(unnamed, first)], [true, false])
    const silent = file(`rollout-2026-03-02T09-01-00-${id}_${threadIdOf(91)}.jsonl`, 1)
    assert.deepStrictEqual([lacks(silent), lacks(silent, first)], [true, false])
  })

  it("lack a file where one goes on behind the end of all others, though it names the thread alone", () => {
    const ended = (name: ThreadFile, lastOrdinal: number): ThreadFile => ({
      ...name,
      facts: { ...name.facts, lastOrdinal }
    })
    const [short, one, two] = [ended(first, 20), ended(segment(1, 15), 60), segment(2, 40)]
    assert.isTrue(lacksFile(id, chainOf(id, [short, two])))
    assert.isFalse(lacksFile(id, chainOf(id, [short, one, two])))
    assert.isFalse(lacksFile(id, chainOf(id, [first, two])))
  })

  it("are none that only look alike, with the thread's id and no line of a rollout", () => {
    const later: ThreadFile = {
      ...first,
      path: `/codex/sessions/notes-${id}.jsonl`,
      lastRecordAt: first.lastRecordAt + 60_000,
      facts: { ...first.facts, isRollout: false }
    }
    assert.deepStrictEqual(chain(later, first), [[first.path, undefined]])
    assert.deepStrictEqual(chain(later), [[later.path, undefined]])
  })

  it("lack nothing in a fork, also after a rewind beyond its beginning", () => {
    const fork = file(`rollout-2026-03-02T09-00-00-${id}.jsonl`, 0, {
      history_base: { thread_id: threadIdOf(2), end_ordinal_exclusive: 19 }
    })
    const beyond = segment(1, 10, threadIdOf(2))
    assert.isFalse(lacksFile(id, [fork]))
    assert.isFalse(lacksFile(id, [fork, beyond]))
    assert.isTrue(lacksFile(id, [beyond]))
  })

  it("count once each where there are copies of one: the later, then the longer", () => {
    const next = segment(1, 13)
    const longer = { ...first, path: "/codex/archived_sessions/rollout-again.jsonl", size: 101 }
    const packed = { ...next, path: `${next.path}.zst`, lastRecordAt: next.lastRecordAt - 1 }
    assert.deepStrictEqual(chain(first, longer, packed, next), [
      [longer.path, 13],
      [next.path, undefined]
    ])
  })

  it("are known for segments by what they go on from where their names do not say it", () => {
    const unnamed = file("kept by a host", 1, { history_base: { thread_id: id, end_ordinal_exclusive: 5 } })
    assert.deepStrictEqual(chain(unnamed, first), [
      [first.path, 5],
      [unnamed.path, undefined]
    ])
  })

  it("are no chain in a fork, which goes on from another thread: its copies are copies", () => {
    const base = { history_base: { thread_id: threadIdOf(2), end_ordinal_exclusive: 5 } }
    const [fork, copy] = [file("a.jsonl", 0, base, 5), file("b.jsonl", 1, base, 5)]
    assert.deepStrictEqual(chain(fork, copy), [[copy.path, undefined]])
  })

  it("lose a fork's own beginning to a rewind beyond it", () => {
    const fork = file(`rollout-2026-03-02T09-00-00-${id}.jsonl`, 0, {
      history_base: { thread_id: threadIdOf(2), end_ordinal_exclusive: 19 }
    })
    assert.deepStrictEqual(chain(fork, segment(1, 10, threadIdOf(2)))[0], [fork.path, 10])
  })

  it("are undone from the number of the segment's first line on where it does not say from where, or from nowhere", () => {
    const name = `rollout-2026-03-02T09-01-00-${id}_${threadIdOf(91)}.jsonl`
    for (const end of [0, -1, 2.5, "13", null, Number.MAX_VALUE]) {
      const meta = { history_base: { thread_id: id, end_ordinal_exclusive: end } }
      assert.deepStrictEqual(chain(first, file(name, 1, meta, 14))[0], [first.path, 14], String(end))
      assert.deepStrictEqual(chain(first, file(name, 1, meta))[0], [first.path, undefined], String(end))
    }
  })

  it("are together as large as all, as new as the newest, and where the last one is", () => {
    const [a, b] = [first.file, { path: "/b", size: 7, modifiedAt: 3, isArchived: true }]
    assert.deepStrictEqual(joinFiles(a, b), { path: "/b", size: 107, modifiedAt: a.modifiedAt, isArchived: true })
    const [x, y, z] = ["x", "y", "z"].map((hash) => ({ size: 5, hash }))
    assert(x !== undefined && y !== undefined && z !== undefined)
    assert.strictEqual(joinContents(x, y).size, 10)
    const hashes = [joinContents(x, y), joinContents(y, x), joinContents(x, z)].map(({ hash }) => hash)
    assert.strictEqual(new Set(hashes).size, 3)
  })
})

describe("the lines of a file that goes on elsewhere", () => {
  const kept = (text: string, endOrdinal: number | undefined) =>
    new UndoneLines(endOrdinal).keep(decodeAll(text)).map(({ line }) => line)

  const numbered = new RolloutBuilder(startOfFixtures, 0).meta().user("one").user("two").text()

  it("count below the ordinal, whatever their place in the file, and all of them where there is none", () => {
    assert.deepStrictEqual(kept(numbered, 3), [1, 2, 3])
    assert.deepStrictEqual(kept(numbered, undefined), [1, 2, 3, 4, 5])
    const shuffled = numbered.trim().split("\n").toReversed().join("\n")
    assert.deepStrictEqual(kept(shuffled, 3), [3, 4, 5])
  })

  it("stand behind the last one with an ordinal where they have none, or do not parse", () => {
    const [meta = "", request = "", event = "", ...rest] = numbered.trim().split("\n")
    const withoutOrdinal = JSON.stringify({ ...JSON.parse(event), ordinal: undefined })
    assert.deepStrictEqual(kept([meta, request, withoutOrdinal, "torn", ...rest].join("\n"), 3), [1, 2, 3])
    const unnumbered = new RolloutBuilder().meta().user("one").user("two").text()
    assert.deepStrictEqual(kept(unnumbered, 3), [1, 2, 3])
  })

  it("have no ordinal where it is no whole number from 0 on", () => {
    for (const ordinal of [-1, 1.5, "3", null, {}, 1e300]) {
      const line = decodeLine(JSON.stringify({ ordinal, type: "world_state", payload: {} }), 1)
      assert.notProperty(line, "ordinal")
    }
    assert.propertyVal(decodeLine('{"ordinal":3,"type":"world_state","payload":{}}', 1), "ordinal", 3)
  })

  it("are not undone where the session says something of itself", () => {
    const late = new RolloutBuilder(startOfFixtures, 0).meta().user("one").user("two").meta({ memory_mode: "disabled" })
    assert.deepStrictEqual(kept(late.text(), 1), [1, 6])
  })
})
