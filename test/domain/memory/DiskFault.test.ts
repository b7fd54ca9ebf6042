import { SystemError } from "@effect/platform/Error"
import { assert, describe, it } from "@effect/vitest"
import { detailOf, diskFaultOf, withDiskFault } from "../../../src/domain/memory/DiskFault.js"

const withCode = (code: string) => Object.assign(new Error(`${code}: it went wrong`), { code })

describe("disk problems", () => {
  const known: { readonly [code: string]: string } = {
    ENOSPC: "the disk is full",
    SQLITE_FULL: "the disk is full",
    SQLITE_IOERR_SHMSIZE: "the disk is full",
    EDQUOT: "the disk quota is used up",
    EROFS: "the disk is mounted for reading alone",
    EACCES: "permission is denied",
    EPERM: "permission is denied",
    SQLITE_READONLY_DBMOVED: "it may only be read",
    EMFILE: "too many files are open",
    ENFILE: "too many files are open",
    EIO: "the disk does not read or write",
    SQLITE_IOERR_WRITE: "the disk does not read or write"
  }
  for (const [code, says] of Object.entries(known)) {
    it(`a disk problem is recognised by ${code}, however deeply nested`, () => {
      const deep = new Error("outer", { cause: { cause: withCode(code) } })
      assert.strictEqual(diskFaultOf(withCode(code))?.says, says)
      assert.strictEqual(diskFaultOf(deep)?.says, says)
    })
  }

  it("an error without a disk's code is not a disk problem", () => {
    for (const error of [withCode("ENOENT"), withCode("SQLITE_CANTOPEN"), new Error("ENOSPC"), "ENOSPC", undefined]) {
      assert.isUndefined(diskFaultOf(error))
      assert.strictEqual(withDiskFault("it failed", error), "it failed")
    }
  })

  it("a disk problem comes first in the message, and its remedy last", () => {
    assert.match(
      withDiskFault("writing failed at /a", withCode("ENOSPC")),
      /^the disk is full: writing failed at \/a; free/
    )
  })
})

it("a platform error is shown without names of functions", () => {
  const given = { module: "FileSystem", method: "open", reason: "Unknown", pathOrDescriptor: 22 } as const
  assert.strictEqual(
    detailOf(new SystemError({ ...given, description: "ENOSPC: no space left" })),
    "ENOSPC: no space left"
  )
  assert.strictEqual(detailOf(new SystemError(given)), "Unknown: FileSystem.open (22)")
  assert.strictEqual(detailOf("broken"), "broken")
})
