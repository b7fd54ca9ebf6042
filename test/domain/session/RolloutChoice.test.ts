import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { chooseFile, listingFingerprint } from "../../../src/domain/session/RolloutChoice.js"
import type { RolloutFile } from "../../../src/domain/thread/Thread.js"

const file = (path: string, lastRecordAt: number, size: number) => ({ path, lastRecordAt, size })

describe("several files of one thread", () => {
  it("the file with the later last record is chosen, whatever its length", () => {
    const [early, late] = [file("a", 1, 900), file("b", 2, 100)]
    assert.strictEqual(chooseFile([early, late]), late)
    assert.strictEqual(chooseFile([late, early]), late)
  })

  it("the longer file is chosen if both end with the same record", () => {
    const [short, long] = [file("a", 1, 100), file("b", 1, 101)]
    assert.strictEqual(chooseFile([short, long]), long)
    assert.strictEqual(chooseFile([long, short]), long)
  })

  it("no file is chosen from an empty list", () => {
    assert.isUndefined(chooseFile([]))
  })

  it.prop(
    "the same file is chosen whatever the order of the list",
    [
      fc.uniqueArray(fc.record({ path: fc.string(), lastRecordAt: fc.nat(3), size: fc.nat(3) }), {
        selector: ({ path }) => path
      })
    ],
    ([files]) => {
      assert.strictEqual(chooseFile(files), chooseFile([...files].toReversed()))
    }
  )
})

describe("the fingerprint of a listing", () => {
  const files: ReadonlyArray<RolloutFile> = [
    { agent: "codex", path: "/a", size: 1, modifiedAt: 2, isArchived: false },
    { agent: "codex", path: "/b", size: 3, modifiedAt: 4, isArchived: true }
  ]
  const [first, second] = files

  it("the fingerprint of the same files is the same", () => {
    assert.strictEqual(listingFingerprint(files), listingFingerprint(structuredClone(files)))
  })

  it("the fingerprint changes if any file is added, removed, changed or moved", () => {
    const changed: ReadonlyArray<ReadonlyArray<RolloutFile | undefined>> = [
      [],
      [first],
      [second, first],
      ...(["path", "size", "modifiedAt", "isArchived"] as const).map((field) => [
        first,
        second && { ...second, [field]: field === "path" ? "/c" : field === "isArchived" ? false : 9 }
      ])
    ]
    const fingerprints = [files, ...changed.map((list) => list.flatMap((one) => one ?? []))].map(listingFingerprint)
    assert.strictEqual(new Set(fingerprints).size, fingerprints.length)
  })
})
