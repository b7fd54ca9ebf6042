import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { redact } from "../../../src/domain/privacy/Redaction.js"
import { safe } from "../../../src/domain/privacy/SafeText.js"
import { renderTemplate } from "../../../src/domain/text/Template.js"

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
