import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { projectPaths } from "../../../../src/domain/offline/reading/ProjectPaths.js"

describe("projectPaths", () => {
  const paths = projectPaths("/home/ada/shop")

  it("shows the project's paths from its directory on", () => {
    assert.strictEqual(paths.text("no '/home/ada/shop/lib/a.js' in /home/ada/shop"), "no 'lib/a.js' in .")
    assert.strictEqual(paths.text("at file:///home/ada/shop/lib/a.js:3"), "at lib/a.js:3")
    assert.strictEqual(paths.path("./lib/a.js"), "lib/a.js")
  })

  it("leaves paths alone that only begin alike", () => {
    assert.strictEqual(
      paths.text("/home/ada/shop-old/a.js /mnt/home/ada/shop/a"),
      "/home/ada/shop-old/a.js /mnt/home/ada/shop/a"
    )
  })

  it("shortens commands only where that changes nothing", () => {
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

  it("knows Windows paths in either slash and any case", () => {
    const windows = projectPaths("C:\\repos\\Shop")
    assert.strictEqual(windows.text("c:\\Repos\\shop\\src\\a.ts and C:/repos/Shop/b.ts"), "src\\a.ts and b.ts")
  })

  it("leaves everything as it is where there is no directory", () => {
    for (const cwd of ["", "/", "C:\\"]) {
      assert.strictEqual(projectPaths(cwd).text("/a/b"), "/a/b")
    }
  })

  it.prop(
    "never makes a text longer",
    [fc.string({ unit: "binary" }), fc.string({ unit: "binary" })],
    ([cwd, text]) => {
      const { command, text: shorten } = projectPaths(cwd)
      return shorten(text).length <= text.length && command(text).length <= text.length + 2
    }
  )
})
