import { assert, describe, it } from "@effect/vitest"
import { encode } from "gpt-tokenizer/encoding/o200k_base"
import * as fc from "effect/FastCheck"
import { redact } from "../../../src/domain/privacy/Redaction.js"
import { safe } from "../../../src/domain/privacy/SafeText.js"
import { nonEmpty } from "../../support/nonEmpty.js"
import { renderTemplate } from "../../../src/domain/text/Template.js"
import * as templateTexts from "../../../src/services/TemplateTexts.js"

describe("templates", () => {
  it("a template is filled at every placeholder, with or without spaces", () => {
    assert.strictEqual(renderTemplate(safe`{{ a }} {{b_c}} {{  a}}!`, { a: safe`1`, b_c: safe`2` }), "1 2 1!")
  })

  it("a template keeps a placeholder without a value", () => {
    for (const text of [
      safe`{{ other }}`,
      safe`{{ constructor }}`,
      safe`{{ __proto__ }}`,
      safe`{ a }`,
      safe`{{ A }}`,
      safe`{{}}`,
      safe`{{ a b }}`
    ]) {
      assert.strictEqual(renderTemplate(text, { a: safe`1` }), text)
    }
  })

  it("a template accepts an empty value", () => {
    assert.strictEqual(renderTemplate(safe`[{{ a }}]`, { a: safe`` }), "[]")
  })

  it("a template does not expand a value that looks like a placeholder", () => {
    assert.strictEqual(renderTemplate(safe`{{ a }}{{ b }}`, { a: safe`{{ b }}`, b: safe`{{ a }}` }), "{{ b }}{{ a }}")
    assert.strictEqual(renderTemplate(safe`{{ a }}b }}`, { a: safe`{{ `, b: safe`no` }), "{{ b }}")
  })

  it("a template does not expand a value that looks like a replacement pattern", () => {
    const value = safe`$& $1 $$ $\` $' $<name>`
    assert.strictEqual(renderTemplate(safe`<{{ a }}>`, { a: value }), `<${value}>`)
  })

  it.prop("a template inserts any value verbatim", [fc.string().map(redact), fc.string().map(redact)], ([a, b]) => {
    assert.strictEqual(renderTemplate(safe`x{{ a }}y{{ b }}z`, { a, b }), `x${a}y${b}z`)
  })
})

describe("prompts", () => {
  const most = 900
  for (const [name, text] of nonEmpty(Object.entries(templateTexts))) {
    it(`the prompt ${name} has at most ${most} tokens`, () => {
      assert.isAtMost(encode(text).length, most)
    })
  }

  it("the prompt of phase one defines the user's reactions, the outcomes and the form of a preference", () => {
    const { stageOneSystem } = templateTexts
    for (const word of ["rejection", "correction", "repetition", "interruption", "dissatisfied", "not verified"]) {
      assert.include(stageOneSystem, word)
    }
    assert.include(stageOneSystem, 'when <occasion>, the user said "<verbatim>": <what to do>')
    assert.include(stageOneSystem, "more and narrower tasks")
  })

  it("the prompt of phase two says what a skill must have", () => {
    assert.match(templateTexts.consolidation, /when to use it, the steps, how to check the result, pitfalls/)
  })
})
