import { assert, describe, it } from "@effect/vitest"
import { cite } from "../../../src/domain/memory/Citation.js"
import {
  danglingCitations,
  danglingPointers,
  PieceSearch,
  quotesIn,
  textsIn
} from "../../../src/domain/memory/Verification.js"
import { threadIdOf } from "../../../src/testing/RolloutBuilder.js"

const id = threadIdOf(1)
const everyLine = () => true
const quoted = (text: string) =>
  quotesIn({ path: "MEMORY.md", text }, undefined, everyLine).map(({ kind, pieces }) => [kind, ...pieces])

describe("the verbatim quotations of a memory", () => {
  it("quotations are the code and quoted texts of a memory, without gaps and redactions", () =>
    assert.deepStrictEqual(quoted(`- run \`npm  test\`, "as \`ada\` said" and \`a "b" token=[REDACTED_SECRET] c…\``), [
      ["code", "npm test"],
      ["code", "ada"],
      ["code", "a 'b' token=", "c"].slice(0, 2),
      ["quotation", "as ada said"]
    ]))

  it("quotations are split at the marker of a secret, whether it names the kind or not", () =>
    assert.deepStrictEqual(quoted("- `git push https://[REDACTED_SECRET:url]@example.com`"), [
      ["code", "git push https://", "@example.com"]
    ]))

  it("quotations exclude a trace's header, a skill's front matter and thread ids", () => {
    assert.deepStrictEqual(quoted(`thread_id: ${id}\ncwd: "/x y"\n\n- \`ls\``), [["code", "ls"]])
    assert.deepStrictEqual(quoted(`---\ndescription: "run it"\n---\n\`ls\` (trace: \`${id}\`)`), [["code", "ls"]])
  })

  it("quotations name the line and the threads it cites", () => {
    const [quote] = quotesIn({ path: "MEMORY.md", text: `# A\n- \`npm test\` ${cite([id])}` }, undefined, everyLine)
    assert.deepInclude(quote, { file: "MEMORY.md", line: 2, cited: [id.slice(0, 13)] })
  })
})

describe("findings of verify", () => {
  const file = {
    path: "x.md",
    text: `- a (L3) ${cite([id])}\n- \`L99\` (L12, again L13) ${cite([threadIdOf(70_000)])}`
  }

  it("a citation that matches no thread is a finding", () =>
    assert.deepStrictEqual(
      danglingCitations(file, [id]).map(({ line, value }) => [line, value]),
      [[2, threadIdOf(70_000).slice(0, 13)]]
    ))

  it("a reference to a line that the session does not have is a finding", () =>
    assert.deepStrictEqual(
      danglingPointers(file, 12).map(({ line, value }) => [line, value]),
      [[2, "L13"]]
    ))
})

describe("the texts of a session's line", () => {
  it("the texts of a session's line are all of its strings, and those inside strings of JSON", () => {
    const search = new PieceSearch(["grep -rn 'x' .", "nowhere"])
    textsIn({ payload: { arguments: JSON.stringify({ cmd: 'grep -rn "x" .' }) } }).forEach((text) => search.add(text))
    assert.isTrue(search.has("grep -rn 'x' ."))
    assert.isFalse(search.has("nowhere"))
  })

  it("the texts of a session's line are collected down to a limited depth", () => {
    let deep = '"x"'
    for (let level = 0; level < 12; level++) {
      deep = JSON.stringify([deep])
    }
    assert.lengthOf(textsIn(deep), 5)
  })
})
