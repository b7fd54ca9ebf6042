import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { chooseFile, listingFingerprint } from "../../../src/domain/session/RolloutChoice.js"
import type { RolloutFile } from "../../../src/domain/thread/Thread.js"

const file = (path: string, lastRecordAt: number, size: number) => ({ path, lastRecordAt, size })

describe("of several files of one thread", () => {
  it("the later last record wins, whatever the length", () => {
    const [early, late] = [file("a", 1, 900), file("b", 2, 100)]
    assert.strictEqual(chooseFile([early, late]), late)
    assert.strictEqual(chooseFile([late, early]), late)
  })

  it("then the longer file wins", () => {
    const [short, long] = [file("a", 1, 100), file("b", 1, 101)]
    assert.strictEqual(chooseFile([short, long]), long)
    assert.strictEqual(chooseFile([long, short]), long)
  })

  it("there is none of none", () => {
    assert.isUndefined(chooseFile([]))
  })

  it.prop(
    "the same one wins in whatever order they are listed",
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

describe("a listing's fingerprint", () => {
  const files: ReadonlyArray<RolloutFile> = [
    { path: "/a", size: 1, modifiedAt: 2, isArchived: false },
    { path: "/b", size: 3, modifiedAt: 4, isArchived: true }
  ]
  const [first, second] = files

  it("is the same for the same files", () => {
    assert.strictEqual(listingFingerprint(files), listingFingerprint(structuredClone(files)))
  })

  it("is another when any file came, went, changed or moved", () => {
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
