import { assert, describe, it } from "@effect/vitest"
import { type FileChange, replacedLine } from "../../../../../src/domain/session/FileChange.js"
import { patchedFiles, patchInCommand } from "../../../../../src/domain/session/codex/calls/Patch.js"

const patch = [
  "*** Begin Patch",
  "*** Add File: src/tides.js",
  "+export const tides = []",
  "+*** Add File: not/a/header.js",
  "*** Update File: src/old name.js",
  "*** Move to: src/new name.js",
  "@@",
  "-one",
  "+two",
  "*** Delete File: src/gone.js",
  "*** End Patch"
].join("\n")

const changes: ReadonlyArray<FileChange> = [
  { path: "src/tides.js", action: "add", movedTo: undefined },
  { path: "src/old name.js", action: "update", movedTo: "src/new name.js", before: "one", after: "two" },
  { path: "src/gone.js", action: "delete", movedTo: undefined }
]

describe("files of a patch", () => {
  it("a patch has the files of its headers, in order, each with its action", () => {
    assert.deepStrictEqual(patchedFiles(patch), changes)
    assert.deepStrictEqual(patchedFiles(patch.replaceAll("\n", "\r\n")), changes)
  })

  it("a patch of one line gives the line that was replaced, added or removed", () => {
    const replacedBy = (...diff: ReadonlyArray<string>) =>
      patchedFiles(["*** Begin Patch", "*** Update File: a.js", ...diff, "*** End Patch"].join("\n")).map(
        replacedLine
      )[0]
    assert.deepStrictEqual(replacedBy("@@", " const all = []", "-  all.sort()", "+  all.toSorted()"), {
      before: "all.sort()",
      after: "all.toSorted()"
    })
    assert.isUndefined(replacedBy("@@", "-one", "-two", "+three"))
    assert.deepStrictEqual(replacedBy("@@", " import a", "+import b", "+"), { before: "", after: "import b" })
    assert.deepStrictEqual(replacedBy("@@", "-import b"), { before: "import b", after: "" })
    assert.isUndefined(replacedBy("@@", "+one", "+two"))
    assert.isUndefined(replacedBy("@@", "+}"))
    assert.isUndefined(replacedBy("@@", "-    1", "+    0"))
    assert.isUndefined(replacedBy("@@", "-  indented", "+indented"))
    assert.isUndefined(replacedBy("@@", "-short", `+${"long".repeat(50)}`))
  })

  it("a text that is not a patch has no files, and neither has text before the first header", () => {
    assert.deepStrictEqual(patchedFiles("fix src/tides.js"), [])
    assert.deepStrictEqual(patchedFiles("*** Begin Patch\n*** Move to: nowhere\n*** End Patch"), [])
  })

  it("a patch that was cut off has the files that remain in it", () => {
    assert.deepStrictEqual(patchedFiles(patch.slice(0, patch.indexOf("*** Move"))), [
      { path: "src/tides.js", action: "add", movedTo: undefined },
      { path: "src/old name.js", action: "update", movedTo: undefined }
    ])
  })
})

describe("patches in shell commands", () => {
  it("a patch is found in a here-document of apply_patch, also after a cd", () => {
    for (const start of ["apply_patch <<'EOF'\n", "  apply_patch << PATCH\n", "cd lib && apply_patch <<'EOF'\n"]) {
      const found = patchInCommand(`${start}${patch}\nEOF\n`)
      assert.deepStrictEqual(patchedFiles(found ?? ""), changes)
    }
  })

  it("a command that only mentions apply_patch holds no patch", () => {
    assert.isUndefined(patchInCommand("grep -rn 'apply_patch' . # *** Begin Patch"))
    assert.isUndefined(patchInCommand("apply_patch --help"))
    assert.isUndefined(patchInCommand("apply_patches <<EOF\n*** Begin Patch\nEOF"))
  })
})
