import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { renderTemplate } from "../../../src/domain/text/Template.js"

describe("templates", () => {
  it("a template is filled at every placeholder, with or without spaces", () => {
    assert.strictEqual(renderTemplate("{{ a }} {{b_c}} {{  a}}!", { a: "1", b_c: "2" }), "1 2 1!")
  })

  it("a template keeps a placeholder without a value", () => {
    for (const text of [
      "{{ other }}",
      "{{ constructor }}",
      "{{ __proto__ }}",
      "{ a }",
      "{{ A }}",
      "{{}}",
      "{{ a b }}"
    ]) {
      assert.strictEqual(renderTemplate(text, { a: "1" }), text)
    }
  })

  it("a template accepts an empty value", () => {
    assert.strictEqual(renderTemplate("[{{ a }}]", { a: "" }), "[]")
  })

  it("a template does not expand a value that looks like a placeholder", () => {
    assert.strictEqual(renderTemplate("{{ a }}{{ b }}", { a: "{{ b }}", b: "{{ a }}" }), "{{ b }}{{ a }}")
    assert.strictEqual(renderTemplate("{{ a }}b }}", { a: "{{ ", b: "no" }), "{{ b }}")
  })

  it("a template does not expand a value that looks like a replacement pattern", () => {
    const value = "$& $1 $$ $` $' $<name>"
    assert.strictEqual(renderTemplate("<{{ a }}>", { a: value }), `<${value}>`)
  })

  it.prop("a template inserts any value verbatim", [fc.string(), fc.string()], ([a, b]) => {
    assert.strictEqual(renderTemplate("x{{ a }}y{{ b }}z", { a, b }), `x${a}y${b}z`)
  })
})
