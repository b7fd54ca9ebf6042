import { assert, describe, it } from "@effect/vitest"
import {
  besideName,
  editsIn,
  isMadeFromRows,
  joinEdits,
  renderMoved,
  withLinesOf
} from "../../../src/domain/project/MovedMemory.js"
import { isElsewhere, onlyPlaceOf, withPlace } from "../../../src/domain/project/PlaceMark.js"
import { readProjects, renderProjects } from "../../../src/domain/project/ProjectsFile.js"
import type { ProjectDirectory } from "../../../src/domain/project/ProjectDirectory.js"
import { bucketOf, Directory } from "../../../src/domain/thread/WorkingDirectory.js"

const [repo, api] = [Directory.make("/code/repo"), Directory.make("/code/repo/packages/api")]

const memory = ["# Memory: repo", "", "## What works here", "- a", "", "## Open", "- b", ""].join("\n")

describe("lines of people in a memory that moves", () => {
  it("a line goes below its own heading, a heading that is missing to the end, and nothing twice", () => {
    const added = [
      { heading: "## What works here", line: "- mine" },
      { heading: "## New", line: "- other" },
      { heading: "## New", line: "- third" },
      { heading: "## Open", line: "- b" },
      { heading: null, line: "loose" }
    ]
    const text = withLinesOf(memory, { added, removed: [] })
    assert.strictEqual(
      text,
      [
        "# Memory: repo",
        "",
        "## What works here",
        "- a",
        "- mine",
        "",
        "## Open",
        "- b",
        "",
        "## New",
        "",
        "- other",
        "- third",
        "loose",
        ""
      ].join("\n")
    )
    assert.strictEqual(withLinesOf(text, { added, removed: [] }), text)
  })

  it("a line that one memory's person wrote is not removed by the other's", () => {
    const own = { added: [{ heading: null, line: "- kept" }], removed: ["- x"] }
    assert.deepStrictEqual(joinEdits(own, { added: [], removed: ["- kept", "- y", "- x"] }).removed, ["- x", "- y"])
  })

  it("a memory without a record of its publish is a person's as a whole", () => {
    assert.deepStrictEqual(editsIn(undefined, "- a\n"), { added: [{ heading: null, line: "- a" }], removed: [] })
    const published = { memoryText: "- a\n- b\n", edits: { added: [], removed: [] } }
    assert.deepStrictEqual(editsIn(published, "- a\n- c\n"), {
      added: [{ heading: null, line: "- c" }],
      removed: ["- b"]
    })
  })

  it("a file of a name that is taken gets a name of its own directory", () => {
    const mark = bucketOf(api).slice(0, 8)
    assert.strictEqual(besideName("skills/sail/SKILL.md", api), `skills/sail-${mark}/SKILL.md`)
    assert.strictEqual(besideName("notes.md", api), `notes-${mark}.md`)
    assert.strictEqual(besideName(".hidden", api), `.hidden-${mark}`)
    assert.deepStrictEqual(["MEMORY.md", "trace_summaries/x.md", "notes.md"].map(isMadeFromRows), [true, true, false])
  })

  it("a pointer names both directories and the folder of the memory", () => {
    const text = renderMoved(Directory.make("/code/\n# x"), repo)
    assert.include(text, `../../${bucketOf(repo)}/memory/MEMORY.md`)
    assert.notInclude(text, "\n# x")
  })
})

describe("mark of a subdirectory", () => {
  it("a marked line is elsewhere for a session outside of its subdirectory", () => {
    const line = `- ${withPlace("`npm test`", "packages/api")} [01955000-0001…]`
    assert.deepStrictEqual(
      ["", "packages", "packages/api", "packages/api/src", "packages/api-two"].map((place) => isElsewhere(line, place)),
      [true, true, false, false, true]
    )
    assert.isFalse(isElsewhere("- `npm test` [01955000-0001…]", ""))
    assert.strictEqual(withPlace("text", ""), "text")
    assert.isTrue(isElsewhere(`- ${withPlace("text", "a `b` [c](d)")}`, ""))
  })

  it("facts of one subdirectory have it in common, and those of several have none", () => {
    assert.strictEqual(onlyPlaceOf([{ place: "a" }, { place: "a" }]), "a")
    assert.strictEqual(onlyPlaceOf([{ place: "a" }, {}]), "")
    assert.strictEqual(onlyPlaceOf([{ place: "a" }, { place: "b" }]), "")
    assert.strictEqual(onlyPlaceOf([]), "")
  })
})

describe("file of the known directories", () => {
  const row = (directory: Directory): ProjectDirectory => ({
    directory,
    project: repo,
    place: "",
    origin: null,
    identity: null,
    ground: "repository",
    decidedAt: 1
  })

  it("known directories are read as they were written, in the order of their paths", () => {
    assert.deepStrictEqual(readProjects(renderProjects([row(api), row(repo)])), [row(repo), row(api)])
  })

  it("a file of another form knows nothing", () => {
    for (const text of [
      "",
      "{}",
      "[]",
      '{"version":2,"directories":[]}',
      '{"version":1,"directories":[{}]}',
      "\u0000"
    ]) {
      assert.deepStrictEqual(readProjects(text), [], text)
    }
  })
})
