import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { detectEdits, missingLines, noEdits, type PersonEdits } from "../../../src/domain/memory/PersonEdits.js"

const text = (...lines: ReadonlyArray<string>): string => [...lines, ""].join("\n")

const published = text(
  "# Memory: ferry",
  "",
  "## What works here",
  "- run `npm test`",
  "",
  "## Open",
  "- rotate the keys"
)

const edits = (current: string, standing: PersonEdits = noEdits, from: string = published): PersonEdits =>
  detectEdits(from, current, standing)

describe("what people changed in MEMORY.md", () => {
  it("is nothing in a file as it was published, or with other white space", () => {
    assert.deepStrictEqual(edits(published), noEdits)
    assert.deepStrictEqual(edits(published.replaceAll("\n", "  \n\n")), noEdits)
    assert.deepStrictEqual(edits(published.replaceAll("\n", "\r\n")), noEdits)
  })

  it("is a line that they added, with the heading above it", () => {
    assert.deepStrictEqual(edits(published.replace("\n\n## Open", "\n- never push to main\n\n## Open")), {
      added: [{ heading: "## What works here", line: "- never push to main" }],
      removed: []
    })
    assert.deepStrictEqual(edits(`mine\n${published}`).added, [{ heading: null, line: "mine" }])
  })

  it("is a heading that they added, and what stands below it", () => {
    assert.deepStrictEqual(edits(`${published}### House rules\n- tabs\n`).added, [
      { heading: "## Open", line: "### House rules" },
      { heading: "### House rules", line: "- tabs" }
    ])
  })

  it("is a line of ours that they took out", () => {
    assert.deepStrictEqual(edits(published.replace("- rotate the keys\n", "")), {
      added: [],
      removed: ["- rotate the keys"]
    })
  })

  it("is both where they changed a line", () => {
    assert.deepStrictEqual(edits(published.replace("npm test", "npm run check")), {
      added: [{ heading: "## What works here", line: "- run `npm run check`" }],
      removed: ["- run `npm test`"]
    })
  })

  it("is nothing where they moved a line", () => {
    const moved = published.replace("- rotate the keys\n", "").replace("- run", "- rotate the keys\n- run")
    assert.deepStrictEqual(edits(moved), noEdits)
  })

  it("is nothing where they took out a heading alone", () => {
    assert.deepStrictEqual(edits(published.replace("## Open\n", "")), noEdits)
  })

  it("is everything in a file that was never published", () => {
    assert.deepStrictEqual(edits("# Mine\n- a\n", noEdits, "").added, [
      { heading: null, line: "# Mine" },
      { heading: "# Mine", line: "- a" }
    ])
  })

  it("is a line of ours that they wrote once more, where they wrote it", () => {
    assert.deepStrictEqual(edits(`${published}- run \`npm test\`\n`), {
      added: [{ heading: "## Open", line: "- run `npm test`" }],
      removed: []
    })
  })

  it("is no line that is still there once", () => {
    const twice = `${published}- rotate the keys\n`
    assert.deepStrictEqual(edits(published, noEdits, twice), noEdits)
  })
})

describe("what they had changed before", () => {
  const mine = { heading: "## Open", line: "- never push to main" }
  const withMine = `${published}${mine.line}\n`

  it("stands while the file still shows it", () => {
    const standing: PersonEdits = { added: [mine], removed: ["- an old claim"] }
    assert.deepStrictEqual(edits(withMine, standing, withMine), standing)
  })

  it("is theirs no longer once they took it out again: it is neither added nor removed", () => {
    assert.deepStrictEqual(edits(published, { added: [mine], removed: [] }, withMine), noEdits)
  })

  it("is removed no longer once they wrote it again", () => {
    const standing: PersonEdits = { added: [], removed: [mine.line] }
    assert.deepStrictEqual(edits(withMine, standing), { added: [mine], removed: [] })
  })
})

describe("the lines of people that a new MEMORY.md lacks", () => {
  const standing: PersonEdits = {
    added: [
      { heading: null, line: "- never push to main" },
      { heading: null, line: "  - not even once" }
    ],
    removed: []
  }

  it("are those that are not there word for word", () => {
    assert.deepStrictEqual(missingLines(standing, text("- never push to main", "  - not even once  ")), [])
    assert.deepStrictEqual(missingLines(standing, text("- Never push to main", "- not even once")), [
      "- never push to main",
      "  - not even once"
    ])
    assert.deepStrictEqual(missingLines(noEdits, ""), [])
  })
})

const file = fc
  .array(fc.constantFrom("# A", "## B", "- a", "- b", "- c", "  - d", "", " ", "text  "), { maxLength: 12 })
  .map((lines) => text(...lines))

it.prop(
  "edits are what the current file has and has not, and are found once",
  [file, file, file],
  ([first, second, third]) => {
    const standing = detectEdits(first, second, noEdits)
    const found = detectEdits(second, third, standing)
    const lines = new Set(third.split("\n").map((line) => line.trimEnd()))
    assert.isTrue(found.added.every(({ line }) => lines.has(line)))
    assert.isFalse(found.removed.some((line) => lines.has(line)))
    assert.deepStrictEqual(missingLines(found, third), [])
    assert.deepStrictEqual(detectEdits(third, third, found), found)
  },
  { fastCheck: { numRuns: 1_000 } }
)
