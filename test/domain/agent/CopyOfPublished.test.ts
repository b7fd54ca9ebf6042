import { assert, describe, it } from "@effect/vitest"
import { copyOfPublished, type Published } from "../../../src/domain/agent/CopyOfPublished.js"
import { noEdits } from "../../../src/domain/memory/PersonEdits.js"
import { hashOf, PublicationRecord } from "../../../src/domain/memory/Publication.js"
import { threadIdOf } from "../../../src/testing/RolloutBuilder.js"
import { ferry } from "../../support/rows.js"

const cited = (number: number) => `[${threadIdOf(number).slice(0, 13)}…]`

const recordOf = (texts: ReadonlyMap<string, string>): PublicationRecord =>
  new PublicationRecord({
    cwd: ferry,
    fingerprint: "f",
    files: [...texts].map(([path, text]) => ({ path, sha256: hashOf(Buffer.from(text)) })),
    withdrawn: [],
    memoryText: texts.get("MEMORY.md") ?? "",
    edits: noEdits,
    personalFiles: [],
    deletedFiles: []
  })

const copy = (texts: ReadonlyMap<string, string>, given: Partial<Published> = {}) =>
  new Map(
    copyOfPublished({
      texts,
      record: recordOf(texts),
      personal: new Set(),
      isTakenBack: () => false,
      threadIds: [1, 2].map(threadIdOf),
      ...given
    }).map(({ path, text }) => [path, text])
  )

const memory = `# Memory\n\n## What works here\n- npm test ${cited(1)}\n- npm run lint ${cited(2)}\n`
const skill = (number: number) => `---\nname: s\ndescription: d\n---\n1. npm test ${cited(number)}\n`

describe("the copy of the published memory", () => {
  it("a copy is the memory and the program's skills, byte for byte", () => {
    const texts = new Map([
      ["MEMORY.md", memory],
      ["skills/s/SKILL.md", skill(1)],
      ["skills/mine/SKILL.md", skill(2)],
      ["memory_summary.md", "# Memory Summary\n"]
    ])
    assert.deepStrictEqual(
      [...copy(texts, { personal: new Set(["skills/mine/SKILL.md"]) })],
      [
        ["MEMORY.md", memory],
        ["skills/s/SKILL.md", skill(1)]
      ]
    )
  })

  it("a line that cites a session without a memory goes, with lines that cite nothing, and so does such a skill", () => {
    const texts = new Map([
      ["MEMORY.md", `${memory}- an aside\n\n## Open\n- a thing ${cited(3)}\n`],
      ["skills/a/SKILL.md", skill(3)],
      ["skills/b/SKILL.md", skill(2)]
    ])
    const copied = copy(texts)
    assert.strictEqual(copied.get("MEMORY.md"), memory)
    assert.deepStrictEqual([...copied.keys()], ["MEMORY.md", "skills/b/SKILL.md"])
    assert.strictEqual(copy(texts, { threadIds: undefined }).size, 3)
  })

  it("a person's line stays, whatever it cites, and one that was taken back goes", () => {
    const mine = `- my own words ${cited(3)}`
    const texts = new Map([["MEMORY.md", `${memory}${mine}\n- a correction\n`]])
    const record = recordOf(new Map([["MEMORY.md", memory]]))
    const copied = copy(texts, { record, isTakenBack: (line) => line === "- a correction" })
    assert.strictEqual(copied.get("MEMORY.md"), `${memory}${mine}\n`)
  })

  it("a blank memory is no copy", () => {
    assert.strictEqual(copy(new Map([["MEMORY.md", " \n"]])).size, 0)
  })
})
