import { Directory } from "../../../src/domain/thread/WorkingDirectory.js"
import { assert, describe, it } from "@effect/vitest"
import { noEdits } from "../../../src/domain/memory/PersonEdits.js"
import {
  hashOf,
  type MemoryFile,
  memoryFile,
  PublicationRecord,
  skillOwnership
} from "../../../src/domain/memory/Publication.js"

const fileOf = (path: string, text: string): MemoryFile => ({ path, bytes: new TextEncoder().encode(text) })

const ours = fileOf("skills/tides/SKILL.md", "ours")
const memory = fileOf(memoryFile, "# Memory")

const recordOf = (files: ReadonlyArray<MemoryFile>, fields: Partial<PublicationRecord> = {}): PublicationRecord =>
  new PublicationRecord({
    cwd: Directory.make("/home/ada/projects/ferry"),
    fingerprint: "f",
    files: files.map(({ bytes, path }) => ({ path, sha256: hashOf(bytes) })),
    withdrawn: [],
    memoryText: "# Memory",
    edits: noEdits,
    personalFiles: [],
    deletedFiles: [],
    ...fields
  })

it("the hash of a file is the hex SHA-256 of its bytes", () => {
  assert.strictEqual(
    hashOf(fileOf("x", "hello").bytes),
    "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
  )
})

describe("the owner of a skill file", () => {
  const published = recordOf([ours, memory])

  it("a skill file is generated while it is unchanged since its publication", () => {
    assert.deepStrictEqual(skillOwnership(published, [ours]), { personalFiles: [], deletedFiles: [] })
  })

  it("a skill file belongs to a person if it was never published", () => {
    const theirs = fileOf("skills/mine/SKILL.md", "mine")
    assert.deepStrictEqual(skillOwnership(published, [ours, theirs]).personalFiles, [theirs.path])
    assert.deepStrictEqual(skillOwnership(undefined, [theirs]).personalFiles, [theirs.path])
  })

  it("a skill file belongs to a person once it was changed", () => {
    assert.deepStrictEqual(skillOwnership(published, [fileOf(ours.path, "changed")]).personalFiles, [ours.path])
  })

  it("a skill file stays a person's even if it equals the published text again", () => {
    const record = recordOf([ours, memory], { personalFiles: [ours.path] })
    assert.deepStrictEqual(skillOwnership(record, [ours]).personalFiles, [ours.path])
  })

  it("a skill file that is missing was deleted by a person, and stays deleted", () => {
    assert.deepStrictEqual(skillOwnership(published, []), { personalFiles: [], deletedFiles: [ours.path] })
    const later = recordOf([memory], { deletedFiles: [ours.path] })
    assert.deepStrictEqual(skillOwnership(later, []).deletedFiles, [ours.path])
    assert.deepStrictEqual(skillOwnership(recordOf([ours, memory], { deletedFiles: [ours.path] }), []).deletedFiles, [
      ours.path
    ])
  })

  it("a skill file that a person wrote and deleted counts as deleted too", () => {
    const record = recordOf([memory], { personalFiles: ["skills/mine/SKILL.md"] })
    assert.deepStrictEqual(skillOwnership(record, []), { personalFiles: [], deletedFiles: ["skills/mine/SKILL.md"] })
  })

  it("a skill file that a person restored is theirs and no longer deleted", () => {
    const record = recordOf([memory], { deletedFiles: [ours.path] })
    assert.deepStrictEqual(skillOwnership(record, [ours]), { personalFiles: [ours.path], deletedFiles: [] })
  })

  it("a missing MEMORY.md does not count as a deleted skill file", () => {
    assert.deepStrictEqual(skillOwnership(recordOf([memory]), []), { personalFiles: [], deletedFiles: [] })
  })
})
