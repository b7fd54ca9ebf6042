import { assert, describe, it } from "@effect/vitest"
import {
  Directory,
  bucketOf,
  foldWindowsCase,
  isBucket,
  projectName
} from "../../../src/domain/thread/WorkingDirectory.js"

describe("the bucket of a directory", () => {
  it("a bucket is the lower-case hex SHA-256 of the path's UTF-8", () => {
    assert.strictEqual(
      bucketOf(Directory.make("/home/ada/projects/ferry")),
      "dab4f6b6230b1ddd884e5641c771bdea08a920aca8ec4193543d1ceb62910ea7"
    )
    assert.strictEqual(
      bucketOf(Directory.make("/srv/Ünïcode")),
      "1c688427b5b808325d790c6ba1ab6de0165131803230c3b32cb9580fa3cfe842"
    )
  })

  it("a bucket is recognised by the form of its name", () => {
    assert.isTrue(isBucket(bucketOf(Directory.make("/x"))))
    for (const name of [
      "",
      "state.sqlite",
      bucketOf(Directory.make("/x")).toUpperCase(),
      `${bucketOf(Directory.make("/x"))}0`,
      bucketOf(Directory.make("/x")).slice(1)
    ]) {
      assert.isFalse(isBucket(name))
    }
  })
})

describe("a path under WSL", () => {
  it("a path below a Windows drive is lower-cased", () => {
    assert.strictEqual(foldWindowsCase("/mnt/c/Users/Ada/Ferry"), "/mnt/c/users/ada/ferry")
    assert.strictEqual(foldWindowsCase("/mnt/D/Work"), "/mnt/d/work")
    assert.strictEqual(foldWindowsCase("/mnt/C"), "/mnt/c")
  })

  it("a path anywhere else keeps its case", () => {
    for (const path of ["/home/Ada/Ferry", "/mnt/Data/Ferry", "/MNT/c/Ferry", "/x/mnt/c/Ferry", "/mnt/", "C:\\Ferry"]) {
      assert.strictEqual(foldWindowsCase(path), path)
    }
  })
})

describe("the name of a project", () => {
  it("the name of a project is the last segment of its directory, with either slash", () => {
    assert.strictEqual(projectName("/home/ada/projects/ferry"), "ferry")
    assert.strictEqual(projectName("/home/ada/projects/ferry/"), "ferry")
    assert.strictEqual(projectName("C:\\Users\\Ada\\Ferry"), "Ferry")
    assert.strictEqual(projectName("C:\\Users\\Ada\\Ferry\\"), "Ferry")
    assert.strictEqual(projectName("ferry"), "ferry")
  })

  it("the name of a project is the whole path if there is no segment", () => {
    assert.strictEqual(projectName("/"), "/")
    assert.strictEqual(projectName(""), "")
  })
})
