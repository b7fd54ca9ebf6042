import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { projectPaths } from "../../../../src/domain/offline/reading/ProjectPaths.js"

describe("projectPaths", () => {
  const paths = projectPaths("/home/ada/shop")

  it("paths in the project are shown relative to its directory", () => {
    assert.strictEqual(paths.text("no '/home/ada/shop/lib/a.js' in /home/ada/shop"), "no 'lib/a.js' in .")
    assert.strictEqual(paths.text("at file:///home/ada/shop/lib/a.js:3"), "at lib/a.js:3")
    assert.strictEqual(paths.path("./lib/a.js"), "lib/a.js")
  })

  it("paths that only begin alike stay unchanged", () => {
    assert.strictEqual(
      paths.text("/home/ada/shop-old/a.js /mnt/home/ada/shop/a"),
      "/home/ada/shop-old/a.js /mnt/home/ada/shop/a"
    )
  })

  it("commands are shortened only if that does not change their meaning", () => {
    assert.strictEqual(paths.command("cat /home/ada/shop/a.txt"), "cat a.txt")
    assert.strictEqual(paths.command("/home/ada/shop/run.sh --all"), "./run.sh --all")
    for (const command of [
      "docker run -v /home/ada/shop:/app x",
      "cd /tmp && cat /home/ada/shop/a.txt",
      "tool --map=/home/ada/shop/a:/b"
    ]) {
      assert.strictEqual(paths.command(command), command)
    }
  })

  it("Windows paths are recognised with either slash and in any case", () => {
    const windows = projectPaths("C:\\repos\\Shop")
    assert.strictEqual(windows.text("c:\\Repos\\shop\\src\\a.ts and C:/repos/Shop/b.ts"), "src\\a.ts and b.ts")
  })

  it("paths stay unchanged if there is no directory", () => {
    for (const cwd of ["", "/", "C:\\"]) {
      assert.strictEqual(projectPaths(cwd).text("/a/b"), "/a/b")
    }
  })

  it.prop(
    "a shortened text is never longer",
    [fc.string({ unit: "binary" }), fc.string({ unit: "binary" })],
    ([cwd, text]) => {
      const { command, text: shorten } = projectPaths(cwd)
      return shorten(text).length <= text.length && command(text).length <= text.length + 2
    }
  )
})
