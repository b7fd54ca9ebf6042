import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import * as fc from "effect/FastCheck"
import {
  isNothing,
  parseStageOneOutput,
  stageOneJsonSchema,
  type StageOneOutput
} from "../../../src/domain/memory/StageOneOutput.js"

const output: StageOneOutput = { traceMemory: "# Sorted\n\n```sh\nnpm test\n```", summary: "sort a {copy} of it" }
const json = JSON.stringify(output)

/** Of some answers those that are not read as something, with what becomes of them. */
const misread = (answers: ReadonlyArray<string>, expected: StageOneOutput = output): ReadonlyArray<unknown> =>
  answers
    .map(parseStageOneOutput)
    .filter((parsed) => Either.isLeft(parsed) || JSON.stringify(parsed.right) !== JSON.stringify(expected))

/** Of some answers those that are not refused. */
const accepted = (answers: ReadonlyArray<string>): ReadonlyArray<string> =>
  answers.filter((answer) => Either.isRight(parseStageOneOutput(answer)))

describe("lenient parsing of an answer", () => {
  it("an answer can be the whole text", () => {
    assert.deepStrictEqual(misread([json, `\n\t ${JSON.stringify(output, null, 2)} \n`]), [])
  })

  it("an answer can be the inside of a fence around the whole text", () => {
    assert.deepStrictEqual(
      misread([
        "```json\n" + json + "\n```",
        "```\n" + json + "\n```",
        "  ```json  \r\n" + json + "\r\n```\n",
        "```json\n" + JSON.stringify(output, null, 2) + "\n```"
      ]),
      []
    )
  })

  it("an answer can be the text from the first { to the last }", () => {
    assert.deepStrictEqual(
      misread([
        `Here is the memory:\n${json}\nI hope it helps.`,
        "Here it is:\n```json\n" + json + "\n```\nDone.",
        "```js " + json + "```",
        `[${json}]`
      ]),
      []
    )
  })

  it("an answer is taken from the first of these forms that parses", () => {
    const quoted = { traceMemory: '```json\n{"traceMemory":"inner","summary":"inner"}\n```', summary: "outer" }
    assert.deepStrictEqual(misread([JSON.stringify(quoted)], quoted), [])
    const nested = { traceMemory: "outer", summary: '{"traceMemory":"inner","summary":"inner"}' }
    assert.deepStrictEqual(misread([JSON.stringify(nested)], nested), [])
  })

  it("an answer can have further properties, which are ignored", () => {
    assert.deepStrictEqual(
      misread([JSON.stringify({ ...output, confidence: 0.9, nested: { traceMemory: "other" } })]),
      []
    )
  })

  it("an answer has both fields trimmed", () => {
    assert.deepStrictEqual(
      misread([JSON.stringify({ traceMemory: "\n# A\n\n", summary: " b\t" })], { traceMemory: "# A", summary: "b" }),
      []
    )
  })

  it.prop(
    "an answer can have any contents in its fields, and any text without braces around it",
    [
      fc.string({ unit: "binary", minLength: 1 }).map((text) => `#${text}.`),
      fc.string({ unit: "binary", minLength: 1 }).map((text) => `-${text}.`),
      fc.string().map((text) => text.replace(/[{}]/g, "")),
      fc.string().map((text) => text.replace(/[{}]/g, ""))
    ],
    ([traceMemory, summary, before, after]) => {
      assert.deepStrictEqual(
        misread([`${before}${JSON.stringify({ traceMemory, summary })}${after}`], { traceMemory, summary }),
        []
      )
    }
  )
})

describe("unusable answers", () => {
  it("an answer is unusable without an object with both strings", () => {
    const answers = [
      "",
      "   \n",
      "I have nothing to say.",
      "null",
      "3",
      '"text"',
      JSON.stringify(json),
      "[]",
      `[${json},${json}]`,
      "{}",
      '{"traceMemory":"a"}',
      '{"summary":"a"}',
      '{"traceMemory":"a","summary":null}',
      '{"traceMemory":"a","summary":3}',
      '{"traceMemory":["a"],"summary":"b"}',
      '{"trace_memory":"a","summary":"b"}',
      `{"result":${json}}`,
      json.slice(0, -1),
      `${json} and ${json}`,
      "}{",
      "```json\n```",
      "{traceMemory: 'a', summary: 'b'}"
    ]
    assert.deepStrictEqual(accepted(answers), [])
  })

  it("an answer is unusable if exactly one field is empty", () => {
    assert.deepStrictEqual(
      accepted([
        '{"traceMemory":"# A","summary":""}',
        '{"traceMemory":" \\n","summary":"a"}',
        'Here: {"traceMemory":"","summary":"a"}'
      ]),
      []
    )
  })

  it("an unusable answer is reported with the reason, and without its text", () => {
    const parsed = parseStageOneOutput('{"traceMemory":"hunter2hunter2"')
    assert(Either.isLeft(parsed))
    assert.strictEqual(parsed.left._tag, "MalformedAnswer")
    assert.match(parsed.left.message, /cannot be used: ./)
    assert.notInclude(JSON.stringify(parsed.left), "hunter2")
  })
})

it("an answer with both fields empty means that there is nothing to remember", () => {
  assert.deepStrictEqual(misread(['{"traceMemory":" ","summary":"\\n"}'], { traceMemory: "", summary: "" }), [])
  assert.isTrue(isNothing({ traceMemory: "", summary: "" }))
  assert.isFalse(isNothing(output))
})

it("the schema of a request requires an object with both strings, and allows no other property", () => {
  const schema: { readonly [field: string]: unknown } = JSON.parse(JSON.stringify(stageOneJsonSchema()))
  assert.deepInclude(schema, {
    type: "object",
    required: ["traceMemory", "summary"],
    additionalProperties: false
  })
  const { properties } = schema
  assert.deepStrictEqual(Object.keys(typeof properties === "object" ? (properties ?? {}) : {}), [
    "traceMemory",
    "summary"
  ])
  assert.match(
    JSON.stringify(properties),
    /^\{"traceMemory":\{"type":"string"[^}]*\},"summary":\{"type":"string"[^}]*\}\}$/
  )
})
