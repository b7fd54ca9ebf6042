import { assert, describe, it } from "@effect/vitest"
import { bucketOf, foldWindowsCase, isBucket, projectName } from "../../../src/domain/thread/WorkingDirectory.js"

describe("the bucket of a directory", () => {
  it("is the lower-case hex SHA-256 of its path's UTF-8", () => {
    assert.strictEqual(
      bucketOf("/home/ada/projects/ferry"),
      "dab4f6b6230b1ddd884e5641c771bdea08a920aca8ec4193543d1ceb62910ea7"
    )
    assert.strictEqual(bucketOf("/srv/Ünïcode"), "1c688427b5b808325d790c6ba1ab6de0165131803230c3b32cb9580fa3cfe842")
  })

  it("is known by its name", () => {
    assert.isTrue(isBucket(bucketOf("/x")))
    for (const name of [
      "",
      "state.sqlite",
      bucketOf("/x").toUpperCase(),
      `${bucketOf("/x")}0`,
      bucketOf("/x").slice(1)
    ]) {
      assert.isFalse(isBucket(name))
    }
  })
})

describe("a path under WSL", () => {
  it("is in lower case below a drive", () => {
    assert.strictEqual(foldWindowsCase("/mnt/c/Users/Ada/Ferry"), "/mnt/c/users/ada/ferry")
    assert.strictEqual(foldWindowsCase("/mnt/D/Work"), "/mnt/d/work")
    assert.strictEqual(foldWindowsCase("/mnt/C"), "/mnt/c")
  })

  it("stays as it is anywhere else", () => {
    for (const path of ["/home/Ada/Ferry", "/mnt/Data/Ferry", "/MNT/c/Ferry", "/x/mnt/c/Ferry", "/mnt/", "C:\\Ferry"]) {
      assert.strictEqual(foldWindowsCase(path), path)
    }
  })
})

describe("what a person calls a project", () => {
  it("is the last segment of its directory, of either slash", () => {
    assert.strictEqual(projectName("/home/ada/projects/ferry"), "ferry")
    assert.strictEqual(projectName("/home/ada/projects/ferry/"), "ferry")
    assert.strictEqual(projectName("C:\\Users\\Ada\\Ferry"), "Ferry")
    assert.strictEqual(projectName("C:\\Users\\Ada\\Ferry\\"), "Ferry")
    assert.strictEqual(projectName("ferry"), "ferry")
  })

  it("is the whole where there is none", () => {
    assert.strictEqual(projectName("/"), "/")
    assert.strictEqual(projectName(""), "")
  })
})
