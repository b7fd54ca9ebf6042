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

describe("a person's change to MEMORY.md", () => {
  it("is not seen in a file as published, or with other white space", () => {
    assert.deepStrictEqual(edits(published), noEdits)
    assert.deepStrictEqual(edits(published.replaceAll("\n", "  \n\n")), noEdits)
    assert.deepStrictEqual(edits(published.replaceAll("\n", "\r\n")), noEdits)
  })

  it("is an added line, with the heading above it", () => {
    assert.deepStrictEqual(edits(published.replace("\n\n## Open", "\n- never push to main\n\n## Open")), {
      added: [{ heading: "## What works here", line: "- never push to main" }],
      removed: []
    })
    assert.deepStrictEqual(edits(`mine\n${published}`).added, [{ heading: null, line: "mine" }])
  })

  it("is an added heading, with the lines below it", () => {
    assert.deepStrictEqual(edits(`${published}### House rules\n- tabs\n`).added, [
      { heading: "## Open", line: "### House rules" },
      { heading: "### House rules", line: "- tabs" }
    ])
  })

  it("is a removed generated line", () => {
    assert.deepStrictEqual(edits(published.replace("- rotate the keys\n", "")), {
      added: [],
      removed: ["- rotate the keys"]
    })
  })

  it("is an added and a removed line when a line was changed", () => {
    assert.deepStrictEqual(edits(published.replace("npm test", "npm run check")), {
      added: [{ heading: "## What works here", line: "- run `npm run check`" }],
      removed: ["- run `npm test`"]
    })
  })

  it("is not seen when a line was moved", () => {
    const moved = published.replace("- rotate the keys\n", "").replace("- run", "- rotate the keys\n- run")
    assert.deepStrictEqual(edits(moved), noEdits)
  })

  it("is not seen when only a heading was removed", () => {
    assert.deepStrictEqual(edits(published.replace("## Open\n", "")), noEdits)
  })

  it("is every line of a file that was never published", () => {
    assert.deepStrictEqual(edits("# Mine\n- a\n", noEdits, "").added, [
      { heading: null, line: "# Mine" },
      { heading: "# Mine", line: "- a" }
    ])
  })

  it("is a copy of a generated line, at the place of the copy", () => {
    assert.deepStrictEqual(edits(`${published}- run \`npm test\`\n`), {
      added: [{ heading: "## Open", line: "- run `npm test`" }],
      removed: []
    })
  })

  it("is not seen for a line that is still there once", () => {
    const twice = `${published}- rotate the keys\n`
    assert.deepStrictEqual(edits(published, noEdits, twice), noEdits)
  })
})

describe("a person's earlier change to MEMORY.md", () => {
  const mine = { heading: "## Open", line: "- never push to main" }
  const withMine = `${published}${mine.line}\n`

  it("stays recorded while the file still shows it", () => {
    const standing: PersonEdits = { added: [mine], removed: ["- an old claim"] }
    assert.deepStrictEqual(edits(withMine, standing, withMine), standing)
  })

  it("is no longer recorded, as added or removed, once the person removed the line again", () => {
    assert.deepStrictEqual(edits(published, { added: [mine], removed: [] }, withMine), noEdits)
  })

  it("is no longer recorded as removed once the person wrote the line again", () => {
    const standing: PersonEdits = { added: [], removed: [mine.line] }
    assert.deepStrictEqual(edits(withMine, standing), { added: [mine], removed: [] })
  })
})

describe("people's lines missing from a new MEMORY.md", () => {
  const standing: PersonEdits = {
    added: [
      { heading: null, line: "- never push to main" },
      { heading: null, line: "  - not even once" }
    ],
    removed: []
  }

  it("are those not there verbatim", () => {
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
  "edits are the differences from the current file, each found once",
  [file, file, file],
  ([first, second, third]) => {
    const standing = detectEdits(first, second, noEdits)
    const found = detectEdits(second, third, standing)
    const lines = new Set(third.split("\n").map((line) => line.trimEnd()))
    assert.deepStrictEqual(
      [...found.added.filter(({ line }) => !lines.has(line)), ...found.removed.filter((line) => lines.has(line))],
      []
    )
    assert.deepStrictEqual(missingLines(found, third), [])
    assert.deepStrictEqual(detectEdits(third, third, found), found)
  },
  { fastCheck: { numRuns: 1_000 } }
)
