import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { ground } from "../../../src/domain/memory/Grounding.js"
import { evidenceFilter } from "../../../src/domain/session/codex/RolloutFilter.js"
import { decodeLine } from "../../../src/domain/session/codex/RolloutLine.js"
import { redact } from "../../../src/domain/privacy/Redaction.js"
import { RolloutReader } from "../../../src/domain/session/codex/RolloutReading.js"
import { nonEmpty } from "../../support/nonEmpty.js"
import { RolloutBuilder } from "../../../src/testing/RolloutBuilder.js"

const rollout = new RolloutBuilder()
  .meta()
  .user('make the "early boat" leave at 7')
  .command(`grep -n 'early' "lib/boats.js"`, "3:\tconst early = true\n")
  .command("npm test", "TypeError: departures.sort is not a function\n    at lib/table.js:7\n", 1)
  .patch("*** Begin Patch\n*** Update File: lib/table.js\n@@\n-departures\n+departures.slice()\n*** End Patch")
  .assistant("It leaves at 7 now.")

const reader = new RolloutReader(evidenceFilter, 1_000_000, redact, "/memories")
rollout.lines.forEach((line, index) => reader.add(decodeLine(line, index + 1)))
const { evidence, rendering } = reader.result()
const source = { evidence, rendering: rendering.text, facts: ["/home/ada/projects/ferry", "main"] }

const grounded = (traceMemory: string, summary = "") => ground({ traceMemory, summary }, source)

describe("grounding an answer", () => {
  it("grounding does not mark quoted commands, paths, errors, user words and diffs of the session", () => {
    const trace = [
      "- `npm test` failed: `TypeError: departures.sort is not a function`",
      "- `lib/table.js` was changed to ``departures.slice()``",
      `- \`grep -n 'early' "lib/boats.js"\` found it`,
      '- the user said "make the … leave at 7" and “early boat”',
      "- branch `main` in `/home/ada/projects/ferry`"
    ].join("\n")
    assert.deepStrictEqual(grounded(trace), {
      output: { traceMemory: trace, summary: "" },
      grounding: { items: 9, grounded: 9 }
    })
  })

  it("grounding finds lines replaced by edits, even if the rendering was cut", () => {
    const trace = "- `departures` became `departures.slice()` in `lib/table.js`"
    const { grounding } = ground({ traceMemory: trace, summary: "" }, { ...source, rendering: "" })
    assert.deepStrictEqual(grounding, { items: 3, grounded: 3 })
  })

  it("grounding keeps quotations that it does not find, and marks each occurrence once", () => {
    const { grounding, output } = grounded(
      'run `npm run test:all`, as "the user always wants"\nagain `npm run test:all` (unverified)',
      "fixed by `rm -rf dist`"
    )
    assert.strictEqual(
      output.traceMemory,
      'run `npm run test:all` (unverified), as "the user always wants" (unverified)\nagain `npm run test:all` (unverified)'
    )
    assert.strictEqual(output.summary, "fixed by `rm -rf dist` (unverified)")
    assert.deepStrictEqual(grounding, { items: 4, grounded: 0 })
  })

  it("grounding lets redacted parts match any text, and ignores white space and escapes", () => {
    const { grounding } = grounded('`npm  test` and `make the \\"early boat\\" [REDACTED_SECRET] 7`')
    assert.deepStrictEqual(grounding, { items: 2, grounded: 2 })
  })

  const spellings: ReadonlyArray<readonly [name: string, item: string]> = [
    ["commands that ran one by one", "`npm test && grep -n 'early' lib/boats.js`"],
    ["other quotation marks", "`grep -n \"early\" 'lib/boats.js'`"],
    ["lines that were joined", "`TypeError: departures.sort is not a function, at lib/table.js:7`"],
    ["a call with other arguments", "`departures.slice(0, 3)`"],
    ["a short form of a negation", "`departures.sort isn't a function`"],
    ["a path below the directory of the session", "`/home/ada/projects/ferry/lib/table.js`"]
  ]
  for (const [name, item] of nonEmpty(spellings)) {
    it(`grounding finds ${name}`, () => {
      assert.deepStrictEqual(grounded(item).grounding, { items: 1, grounded: 1 })
    })
  }

  const others: ReadonlyArray<readonly [name: string, item: string]> = [
    ["a command beside one that ran", "`npm test && npm publish`"],
    ["a denial that is left out", "`departures.sort is a function`"],
    ["a denial that is added", '"it does not leave at 7 now"'],
    ["a call that is nowhere", "`departures.reverse(0)`"]
  ]
  for (const [name, item] of nonEmpty(others)) {
    it(`grounding does not find ${name}`, () => {
      assert.deepStrictEqual(grounded(item).grounding, { items: 1, grounded: 0 })
    })
  }

  it("grounding looks up a fenced block line by line and marks it as a whole", () => {
    const { grounding, output } = grounded("```sh\nnpm test\nnpm publish\n```\nafter")
    assert.strictEqual(output.traceMemory, "```sh\nnpm test\nnpm publish\n```\n(unverified)\nafter")
    assert.deepStrictEqual(grounding, { items: 2, grounded: 1 })
  })

  it.prop(
    "grounding changes nothing but its added marks, whatever a model writes",
    [FastCheck.string({ unit: FastCheck.constantFrom("`", '"', "a", " ", "\n", "“", "”", "(", "x") })],
    ([text]) => {
      const { grounding, output } = grounded(text)
      const bare = (given: string) => given.replaceAll("\n(unverified)", "").replaceAll(" (unverified)", "")
      assert.strictEqual(bare(output.traceMemory), bare(text))
      assert.isAtMost(grounding.grounded, grounding.items)
    }
  )
})
