import { Directory } from "../../../src/domain/thread/WorkingDirectory.js"
import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { cite } from "../../../src/domain/memory/Citation.js"
import {
  editsWithout,
  forgottenSkillFiles,
  isForgotten,
  withoutForgotten
} from "../../../src/domain/memory/Forgetting.js"
import { noEdits } from "../../../src/domain/memory/PersonEdits.js"
import { PublicationRecord } from "../../../src/domain/memory/Publication.js"
import { threadIdOf } from "../../../src/testing/RolloutBuilder.js"

const [one, two] = [threadIdOf(1), threadIdOf(2)]
const rule = { threadIds: new Set([two]), lines: new Set<string>(), text: undefined }
const nobody = () => false

describe("forgetting", () => {
  it("forgetting removes every line that cites the thread, even among others, and emptied headings", () => {
    const text = `# Memory: ferry\n\n## What works here\n- a ${cite([one])}\n- b ${cite([one, two])}\n\n## Open\n- c ${cite([two])}\n`
    assert.strictEqual(
      withoutForgotten(text, rule, nobody),
      `# Memory: ferry\n\n## What works here\n- a ${cite([one])}\n`
    )
  })

  it("forgetting removes generated lines without a citation, and keeps people's lines", () => {
    const text = `# Memory\n\nit began with a word\n- mine\n- b ${cite([two])}\n`
    assert.strictEqual(
      withoutForgotten(text, rule, (line) => line === "- mine"),
      "# Memory\n\n- mine\n"
    )
  })

  it("forgetting leaves a text with nothing to forget unchanged byte for byte", () =>
    FastCheck.assert(
      FastCheck.property(
        FastCheck.array(FastCheck.constantFrom("# A", "## B", "", `- x ${cite([one])}`, "  ")),
        (lines) => {
          const text = lines.join("\n")
          assert.strictEqual(withoutForgotten(text, rule, nobody), text)
        }
      )
    ))

  it("forgetting leaves no line to be forgotten in any text", () =>
    FastCheck.assert(
      FastCheck.property(
        FastCheck.array(
          FastCheck.oneof(
            FastCheck.string(),
            FastCheck.constantFrom(
              "# A",
              "## B",
              `- x ${cite([one])}`,
              `- y ${cite([two])}`,
              `z (trace: \`${two}\`)`,
              "a HERON"
            )
          )
        ),
        (lines) => {
          const wanted = { ...rule, text: "heron" }
          const left = withoutForgotten(lines.join("\n"), wanted, () => true)
          assert.isFalse(left.split("\n").some((line) => isForgotten(line, wanted)))
          assert.strictEqual(
            withoutForgotten(left, wanted, () => true),
            left
          )
        }
      )
    ))

  it("forgetting removes its lines from people's recorded edits", () => {
    const edits = {
      added: [
        { heading: null, line: "- mine" },
        { heading: null, line: `- kept ${cite([two])}` }
      ],
      removed: [`- gone ${cite([two])}`, `- gone ${cite([one])}`]
    }
    assert.deepStrictEqual(editsWithout(edits, rule), {
      added: [{ heading: null, line: "- mine" }],
      removed: [`- gone ${cite([one])}`]
    })
  })

  it("forgetting removes a skill with a forgotten step or no citation, and only lines of a person's skill", () => {
    const texts = new Map([
      ["skills/a/SKILL.md", `1. x ${cite([one])}`],
      ["skills/b/SKILL.md", `1. x ${cite([one, two])}`],
      ["skills/b/run.sh", "echo"],
      ["skills/c/SKILL.md", "1. x"],
      ["skills/d/SKILL.md", `1. x ${cite([two])}`]
    ])
    const record = new PublicationRecord({
      cwd: Directory.make("/x"),
      fingerprint: "",
      files: [...texts.keys(), "MEMORY.md"].map((path) => ({ path, sha256: "" })),
      withdrawn: [],
      memoryText: "",
      edits: noEdits,
      personalFiles: ["skills/d/SKILL.md"],
      deletedFiles: []
    })
    assert.deepStrictEqual(forgottenSkillFiles(record, texts, rule), [
      "skills/b/SKILL.md",
      "skills/b/run.sh",
      "skills/c/SKILL.md"
    ])
  })
})
