import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import { asOfMoment } from "../../../src/domain/facts/AsOf.js"

const moment = (text: string) => Option.getOrUndefined(Option.map(asOfMoment(text), (at) => new Date(at).toISOString()))

describe("asOfMoment", () => {
  it("a date is its last moment in UTC", () => assert.strictEqual(moment("2026-03-02"), "2026-03-02T23:59:59.999Z"))

  it("a time is that moment, in any zone", () => {
    assert.strictEqual(moment("2026-03-02T09:00:00Z"), "2026-03-02T09:00:00.000Z")
    assert.strictEqual(moment("2026-03-02T09:00+02:00"), "2026-03-02T07:00:00.000Z")
  })

  it("a day that no month has, a time without a zone and other text are no moment", () => {
    for (const text of ["2026-02-31", "2026-13-01", "2026-03-02T09:00", "yesterday", "", "2026"]) {
      assert.isUndefined(moment(text), text)
    }
  })
})
