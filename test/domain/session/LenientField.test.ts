import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as fc from "effect/FastCheck"
import { decodeLenient, isJsonObject, lenient } from "../../../src/domain/session/LenientField.js"

const Ferry = Schema.Struct({
  name: lenient(Schema.String),
  pier: lenient(Schema.Struct({ number: lenient(Schema.Number) }))
})
const decode = decodeLenient(Ferry, {})

describe("lenient objects", () => {
  it("a lenient object has its valid fields, and leaves out unknown ones", () => {
    assert.deepInclude(decode({ name: "north", pier: { number: 2, depth: 9 }, crew: 4 }), {
      name: "north",
      pier: { number: 2 }
    })
  })

  it("a lenient object treats a missing, null or invalid field as absent, and keeps the others", () => {
    for (const name of [null, 3, {}, undefined]) {
      assert.isUndefined(decode({ name, pier: { number: 2 } }).name)
      assert.deepStrictEqual(decode({ name, pier: { number: 2 } }).pier, { number: 2 })
    }
    assert.isUndefined(decode({ pier: "two" }).pier)
    assert.deepStrictEqual(decode({ pier: { number: "two" } }).pier, { number: undefined })
  })

  it.prop("a lenient object of any other value has no fields, and no error", [fc.anything()], ([value]) => {
    const { name, pier } = decode(value)
    assert.isTrue(name === undefined || typeof name === "string")
    assert.isTrue(pier === undefined || typeof pier === "object")
  })
})

it("a JSON object is not an array, not null and not a plain value", () => {
  assert.deepStrictEqual([{}, { a: 1 }, [], null, "a", 3, undefined].map(isJsonObject), [
    true,
    true,
    false,
    false,
    false,
    false,
    false
  ])
})
