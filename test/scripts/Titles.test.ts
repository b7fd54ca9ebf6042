import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { faultsIn } from "../support/linter.js"

const long = `a ferry ${"sails and ".repeat(11)}`

const faulty = [
  'it("keeps the newest file", run)',
  'it("lists the newest file", run)',
  'it("on a closed lock ask nothing again", run)',
  'it.effect("is empty", run)',
  'it.effect.prop("never fails", [text], run)',
  'it.each(cases)("of %s is %s", run)',
  "it(`with ${what} it sails`, run)",
  'testReal("and changes nothing", run)',
  'usage("names the option", run)',
  `it("${long}", run)`,
  'it("the ferry sails", run)'
]

const sound = [
  'it("a ferry sails", run)',
  'it("lists of words are sorted", run)',
  'it("claims: a claim is released when the pass ends", run)',
  'it.effect.prop("any text is read", [text], run)',
  'it.each(cases)("the width of %s is %s", run)',
  'it.skipIf(isDone)("a pier stands", run)',
  "it(`${name}`, run)",
  "it(`a harbour with ${what} is full`, run)",
  'usage("an unknown option exits 2", run)',
  'other("keeps what is no title", run)',
  'describe("with a pier", run)'
]

const maker = "const usage = (name, body) => it.scoped(name, () => body)"

describe("the linter's rule for titles", () => {
  it.scoped("a title is named if it lacks its subject, is too long or is another test's", () =>
    Effect.gen(function* () {
      const lines = [maker, 'it("the ferry sails", run)', ...faulty]
      const named = yield* faultsIn("titles.mjs", ["titles/reads-alone"], lines)
      assert.deepStrictEqual([...named].sort(), [...faulty].sort())
    })
  )

  it.scoped("a title with its subject first is not named", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* faultsIn("titles.mjs", ["titles/reads-alone"], [maker, ...sound]), [])
    })
  )
})
