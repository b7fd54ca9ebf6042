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

describe("a person's edits of MEMORY.md", () => {
  it("a file as published, or with other white space, has no edits", () => {
    assert.deepStrictEqual(edits(published), noEdits)
    assert.deepStrictEqual(edits(published.replaceAll("\n", "  \n\n")), noEdits)
    assert.deepStrictEqual(edits(published.replaceAll("\n", "\r\n")), noEdits)
  })

  it("an added line is an edit, with the heading above it", () => {
    assert.deepStrictEqual(edits(published.replace("\n\n## Open", "\n- never push to main\n\n## Open")), {
      added: [{ heading: "## What works here", line: "- never push to main" }],
      removed: []
    })
    assert.deepStrictEqual(edits(`mine\n${published}`).added, [{ heading: null, line: "mine" }])
  })

  it("an added heading is an edit, with the lines below it", () => {
    assert.deepStrictEqual(edits(`${published}### House rules\n- tabs\n`).added, [
      { heading: "## Open", line: "### House rules" },
      { heading: "### House rules", line: "- tabs" }
    ])
  })

  it("a removed generated line is an edit", () => {
    assert.deepStrictEqual(edits(published.replace("- rotate the keys\n", "")), {
      added: [],
      removed: ["- rotate the keys"]
    })
  })

  it("a changed line is an added and a removed line", () => {
    assert.deepStrictEqual(edits(published.replace("npm test", "npm run check")), {
      added: [{ heading: "## What works here", line: "- run `npm run check`" }],
      removed: ["- run `npm test`"]
    })
  })

  it("a moved line is not an edit", () => {
    const moved = published.replace("- rotate the keys\n", "").replace("- run", "- rotate the keys\n- run")
    assert.deepStrictEqual(edits(moved), noEdits)
  })

  it("a removed heading alone is not an edit", () => {
    assert.deepStrictEqual(edits(published.replace("## Open\n", "")), noEdits)
  })

  it("all lines of a file that was never published are edits", () => {
    assert.deepStrictEqual(edits("# Mine\n- a\n", noEdits, "").added, [
      { heading: null, line: "# Mine" },
      { heading: "# Mine", line: "- a" }
    ])
  })

  it("a copy of a generated line is an edit, at the place of the copy", () => {
    assert.deepStrictEqual(edits(`${published}- run \`npm test\`\n`), {
      added: [{ heading: "## Open", line: "- run `npm test`" }],
      removed: []
    })
  })

  it("a repeated line of which one copy is left is not an edit", () => {
    const twice = `${published}- rotate the keys\n`
    assert.deepStrictEqual(edits(published, noEdits, twice), noEdits)
  })
})

describe("a person's earlier edits of MEMORY.md", () => {
  const mine = { heading: "## Open", line: "- never push to main" }
  const withMine = `${published}${mine.line}\n`

  it("an earlier edit stays recorded while the file still shows it", () => {
    const standing: PersonEdits = { added: [mine], removed: ["- an old claim"] }
    assert.deepStrictEqual(edits(withMine, standing, withMine), standing)
  })

  it("an added line is no longer recorded once the person has removed it again", () => {
    assert.deepStrictEqual(edits(published, { added: [mine], removed: [] }, withMine), noEdits)
  })

  it("a removed line is no longer recorded once the person has written it again", () => {
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

  it("a person's line is missing unless it is there verbatim", () => {
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
