import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { recordFigures } from "../../bench/figures.js"
import { blockNames, fillBlocks } from "../../scripts/docs/Blocks.js"
import { brokenLinks } from "../../scripts/docs/Links.js"

describe("generated parts of a page", () => {
  const page =
    "# Page\n\n<!-- generated: one -->\nold\n<!-- /generated -->\n\ntext\n\n<!-- generated: two -->\n<!-- /generated -->\n"

  it("generated parts of a page are replaced by their texts, and everything else stays", () => {
    const filled = fillBlocks(
      page,
      new Map([
        ["one", "1 $& $1\n"],
        ["two", "2"]
      ])
    )
    assert.strictEqual(
      filled,
      "# Page\n\n<!-- generated: one -->\n1 $& $1\n<!-- /generated -->\n\ntext\n\n<!-- generated: two -->\n2\n<!-- /generated -->\n"
    )
    assert.strictEqual(
      fillBlocks(
        filled,
        new Map([
          ["one", "1 $& $1"],
          ["two", "2"]
        ])
      ),
      filled
    )
    assert.deepStrictEqual(blockNames(filled), ["one", "two"])
  })

  it("a generated part without a text is an error that names the known ones", () => {
    assert.throws(() => fillBlocks(page, new Map([["one", "1"]])), /generated: two -->.*can be: one/)
  })
})

describe("links between pages", () => {
  const broken = (page: string, other = "# Edit by hand: `MEMORY.md`\n") =>
    brokenLinks(
      new Map([
        ["README.md", page],
        ["docs/other.md", other]
      ]),
      (path) => path === "LICENSE"
    )

  it("links to pages, headings, files and other hosts are accepted", () => {
    const page =
      "# Use it\n[a](docs/other.md) [b](docs/other.md#edit-by-hand-memorymd) [c](LICENSE) [d](#use-it) [e](https://effect.website)\n"
    assert.deepStrictEqual(broken(page), [])
    assert.deepStrictEqual(broken("# A\n", "[back](../README.md#a)"), [])
  })

  it("links to a missing page or heading are named with their page", () => {
    const page = "# Use it\n[a](docs/gone.md) [b](docs/other.md#gone) [c](#gone) [d](LICENSE#gone)\n"
    assert.deepStrictEqual(broken(page), [
      "README.md: docs/gone.md",
      "README.md: docs/other.md#gone",
      "README.md: #gone",
      "README.md: LICENSE#gone"
    ])
  })

  it("links in code are not checked, and headings in code do not count", () => {
    assert.deepStrictEqual(broken("`[a](gone.md)`\n```sh\n# gone [b](gone.md)\n```\n"), [])
    assert.deepStrictEqual(broken("```sh\n# gone\n```\n[a](#gone)\n"), ["README.md: #gone"])
  })
})

describe("recorded figures", () => {
  const figure = (what: string, measured: string) => ({ what, bound: "below 2", measured, isWithin: true })

  it.scoped("recorded figures replace those of the same measurement, and are refused beside another machine's", () =>
    Effect.gen(function* () {
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "rollout-memories-figures-"))),
        (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
      )
      const path = join(folder, "figures.json")
      recordFigures(path, { machine: "A", figures: [figure("one", "1"), figure("two", "1")] })
      recordFigures(path, { machine: "A", figures: [figure("three", "1"), figure("one", "1.5")] })
      const recorded = readFileSync(path, "utf8")
      assert.deepStrictEqual(JSON.parse(recorded), {
        machine: "A",
        figures: [figure("one", "1.5"), figure("two", "1"), figure("three", "1")]
      })
      assert.throws(() => recordFigures(path, { machine: "B", figures: [figure("one", "9")] }), /another machine \(A\)/)
      assert.strictEqual(readFileSync(path, "utf8"), recorded)
    })
  )
})
