import { assert, describe, it } from "@effect/vitest"
import { noEdits } from "../../../src/domain/memory/PersonEdits.js"
import {
  editsFile,
  type MemoryFile,
  memoryFile,
  summaryFile,
  traceFolder
} from "../../../src/domain/memory/Publication.js"
import {
  type PublishRules,
  type StagedEntry,
  toPublish,
  wrongContent,
  wrongShape
} from "../../../src/domain/memory/PublishCheck.js"
import { threadIdOf } from "../../../src/testing/RolloutBuilder.js"

const id = threadIdOf(1)
const fileOf = (path: string, content: string | Uint8Array): MemoryFile => ({ path, bytes: Buffer.from(content) })

const trace = fileOf(`${traceFolder}/${id}_sort_them.md`, "# Sorted")
const summary = fileOf(summaryFile, "# Memory Summary\n")
const editsOf = fileOf(editsFile, "{}")
const personal = fileOf("skills/mine/SKILL.md", "my own way")
const inputs = [trace, summary, editsOf, personal]

const memory = fileOf(memoryFile, `# Memory: ferry\n\n- run \`npm test\` [${id.slice(0, 13)}…]\n`)
const skill = fileOf("skills/tides/SKILL.md", "---\nname: tides\ndescription: How to read them.\n---\n\nRead them.\n")
const script = fileOf("skills/tides/read.sh", "echo tides\n")

const rules: PublishRules = {
  fileBytes: 1_000,
  threadIds: [id],
  edits: noEdits,
  untouchable: inputs,
  deletedFiles: ["skills/gone/SKILL.md"]
}

const entry = (path: string, size = 10): StagedEntry => ({ _tag: "File", path, size })

/** What is wrong with a staged copy that has these files beside what was staged. */
const wrong = (...files: ReadonlyArray<MemoryFile>) => wrongContent([...inputs, ...files], rules)

describe("results that may be published", () => {
  it("a result may be published with MEMORY.md, with or without skills, if staged files are unchanged", () => {
    assert.deepStrictEqual(wrong(memory), [])
    assert.deepStrictEqual(wrong(memory, skill, script), [])
    assert.deepStrictEqual(wrongShape([entry(memoryFile), entry(skill.path), entry(trace.path)], rules), [])
  })

  it("a result may contain other files, which are not published", () => {
    assert.deepStrictEqual(wrong(memory, fileOf("notes.txt", "\u0000")), [])
    assert.deepStrictEqual(wrongShape([entry(memoryFile), entry("notes.txt", 100_000)], rules), [])
  })
})

describe("staged copies refused by shape", () => {
  const refused: ReadonlyArray<readonly [string, ReadonlyArray<StagedEntry>, ReadonlyArray<string>]> = [
    ["without MEMORY.md", [entry(skill.path)], ["MEMORY.md was not written"]],
    ["with nothing in it", [], ["MEMORY.md was not written"]],
    [
      "with a file that is too large",
      [entry(memoryFile, 1_001), entry(skill.path, 1_000), entry(script.path, 2_000)],
      [
        "MEMORY.md has 1001 bytes, more than the 1000 allowed",
        "skills/tides/read.sh has 2000 bytes, more than the 1000 allowed"
      ]
    ],
    [
      "with a symbolic link, wherever it is",
      [entry(memoryFile), { _tag: "Link", path: "skills/tides" }, { _tag: "Link", path: "notes" }],
      ["skills/tides is a symbolic link", "notes is a symbolic link"]
    ],
    ["whose MEMORY.md is a symbolic link", [{ _tag: "Link", path: memoryFile }], ["MEMORY.md is a symbolic link"]],
    [
      "with an entry that is neither a file nor a folder",
      [entry(memoryFile), { _tag: "Special", path: "skills/pipe" }],
      ["skills/pipe is neither a file nor a folder"]
    ],
    [
      "with more files than any set of skills has",
      [entry(memoryFile), ...Array.from({ length: 200 }, (_, index) => entry(`skills/tides/${index}`))],
      ["201 files, more than the 200 allowed"]
    ]
  ]
  for (const [name, entries, reasons] of refused) {
    it(`a staged copy ${name} is refused`, () => {
      assert.deepStrictEqual(wrongShape(entries, rules), reasons)
    })
  }
})

describe("staged copies refused by content", () => {
  it("a staged copy with an empty file is refused", () => {
    assert.deepStrictEqual(wrong(fileOf(memoryFile, " \n\n")), ["MEMORY.md is empty"])
    assert.deepStrictEqual(wrong(memory, skill, fileOf(script.path, "")), ["skills/tides/read.sh is empty"])
  })

  it("a staged copy with a file that is not UTF-8 is refused", () => {
    const bytes = Uint8Array.from([0x23, 0x20, 0xc3, 0x28])
    assert.deepStrictEqual(wrong(fileOf(memoryFile, bytes)), ["MEMORY.md is not UTF-8"])
    assert.deepStrictEqual(wrong(memory, skill, fileOf(script.path, bytes)), ["skills/tides/read.sh is not UTF-8"])
  })

  it("a staged copy with a changed, deleted or added file of phase one is refused", () => {
    assert.deepStrictEqual(wrongContent([fileOf(trace.path, "# Other"), summary, editsOf, personal, memory], rules), [
      `${trace.path} was changed; it is not the agent's`
    ])
    assert.deepStrictEqual(wrongContent([trace, editsOf, personal, memory], rules), [
      "memory_summary.md was deleted; it is not the agent's"
    ])
    const added = fileOf(`${traceFolder}/${threadIdOf(2)}_made_up.md`, "# Made up")
    assert.deepStrictEqual(wrong(memory, added), [`${added.path} was added where only phase one writes`])
  })

  it("a staged copy with a changed or deleted skill file of a person is refused", () => {
    assert.deepStrictEqual(wrongContent([trace, summary, editsOf, fileOf(personal.path, "better"), memory], rules), [
      "skills/mine/SKILL.md was changed; it is not the agent's"
    ])
    assert.deepStrictEqual(wrongContent([trace, summary, editsOf, memory], rules), [
      "skills/mine/SKILL.md was deleted; it is not the agent's"
    ])
  })

  it("a staged copy that cites a missing trace is refused", () => {
    assert.deepStrictEqual(wrong(fileOf(memoryFile, "# Memory\n- made up [ffffffff-0000…]\n")), [
      "MEMORY.md cites traces that do not exist: ffffffff-0000"
    ])
    assert.deepStrictEqual(wrong(memory, skill, fileOf(script.path, "# [ffffffff-0000…]")), [
      "skills/tides/read.sh cites traces that do not exist: ffffffff-0000"
    ])
  })

  it("a staged copy whose MEMORY.md lacks a line that a person wrote is refused", () => {
    const edits = { added: [{ heading: null, line: "- never push to main" }], removed: [] }
    const check = (text: string) => wrongContent([...inputs, fileOf(memoryFile, text)], { ...rules, edits })
    assert.deepStrictEqual(check("# Memory\n- never push\n"), [
      "a line that a person wrote is missing from MEMORY.md: - never push to main"
    ])
    assert.deepStrictEqual(check("# Memory\n- never push to main\n"), [])
  })

  it("a staged copy whose skill has no SKILL.md or an invalid one is refused", () => {
    assert.deepStrictEqual(wrong(memory, script), ["skills/tides has no SKILL.md in it"])
    const [reason, ...others] = wrong(memory, fileOf(skill.path, "# Tides\n"))
    assert.match(reason ?? "", /^skills\/tides\/SKILL\.md: it does not begin with front matter$/)
    assert.deepStrictEqual(others, [])
    assert.lengthOf(wrong(memory, fileOf("skills/piers/SKILL.md", Buffer.from(skill.bytes).toString())), 1)
  })

  it("a staged copy is not checked for a SKILL.md that belongs to a person", () => {
    assert.deepStrictEqual(wrong(memory, fileOf("skills/mine/more.md", "more")), [])
  })

  it("a staged copy is refused with every reason at once", () => {
    assert.lengthOf(wrongContent([memory, script], rules), inputs.length + 1)
  })
})

describe("the published files", () => {
  const published = (...files: ReadonlyArray<MemoryFile>) =>
    toPublish([...inputs, ...files], rules).map(({ path }) => path)

  it("the published files are the skills by name, then MEMORY.md, and no others", () => {
    assert.deepStrictEqual(published(memory, fileOf("notes.txt", "x"), script, skill), [
      skill.path,
      script.path,
      memoryFile
    ])
  })

  it("the published files include no file that a person owns or deleted", () => {
    assert.deepStrictEqual(published(memory, fileOf("skills/gone/SKILL.md", "back again")), [memoryFile])
  })
})
