import { assert, describe, it } from "@effect/vitest"
import { renderProjectIndex } from "../../../src/domain/memory/ProjectIndex.js"
import { Directory, bucketOf } from "../../../src/domain/thread/WorkingDirectory.js"

const lines = (projects: Parameters<typeof renderProjectIndex>[0]): ReadonlyArray<string> =>
  renderProjectIndex(projects)
    .split("\n")
    .filter((line) => line.startsWith("- "))

describe("the memories home's README.md", () => {
  it("the index lists the folder of each project in the order of the projects' paths", () => {
    const [ferry, tides] = [Directory.make("/home/ada/ferry"), Directory.make("/home/ada/tides")]
    assert.deepStrictEqual(
      lines([
        { cwd: tides, memories: 1 },
        { cwd: ferry, memories: 12 }
      ]),
      [
        `- \`${ferry}\`: \`${bucketOf(ferry)}/memory/MEMORY.md\` (12 sessions)`,
        `- \`${tides}\`: \`${bucketOf(tides)}/memory/MEMORY.md\` (1 session)`
      ]
    )
  })

  it("the index is a complete document even before anything was learned", () => {
    const text = renderProjectIndex([])
    assert.match(text, /^# .+\n/)
    assert.include(text, "Nothing was learned yet.")
    assert.isTrue(text.endsWith("\n") && !text.endsWith("\n\n\n"))
  })

  it("the index shows any path as one code span on one line", () => {
    assert.deepStrictEqual(
      lines([{ cwd: Directory.make("/a`b``c"), memories: 2 }]).map((line) => line.split(": ")[0]),
      ["- ``` /a`b``c ```"]
    )
    assert.deepStrictEqual(
      lines([{ cwd: Directory.make("/a\n- evil\r\nx"), memories: 2 }]).map((line) => line.split(": ")[0]),
      ["- `/a - evil x`"]
    )
  })
})
