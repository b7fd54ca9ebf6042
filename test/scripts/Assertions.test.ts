import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { faultsIn } from "../support/linter.js"

const rules = ["assertions/always-runs", "assertions/about-something"]

const vacuous = [
  "if (one) assert.isTrue(one)",
  "one && assert.isTrue(one)",
  "one ? assert.isTrue(one) : undefined",
  "for (const each of list) assert.isTrue(each)",
  "for (const each of list.slice(1)) assert.isTrue(each)",
  "list.forEach((each) => assert.isTrue(each))",
  "Effect.forEach(list, (each) => Effect.sync(() => assert.isTrue(each)))",
  "try { one() } catch { assert.isTrue(one) }",
  "assert.isTrue(list.every(Boolean))",
  "assert.isUndefined(one?.two)",
  "assert.notInclude(one?.text ?? '', 'x')",
  "assert.notStrictEqual(list[0]?.tag, 'failed')",
  "assert.deepStrictEqual(one?.list, undefined)"
]

const sound = [
  "assert.isTrue(one)",
  "if (one) assert.isTrue(one); else assert.isFalse(two)",
  "for (const each of [1, 2]) assert.isTrue(each)",
  "for (const each of known) assert.isTrue(each)",
  "for (const [name, each] of Object.entries(table)) assert.isTrue(each, name)",
  "for (const each of nonEmpty(list)) assert.isTrue(each)",
  "nonEmpty(list).forEach((each) => assert.isTrue(each))",
  "assert.isTrue(nonEmpty(list).every(Boolean))",
  "assert.deepStrictEqual(list.filter(Boolean), [])",
  "assert.strictEqual(one?.two, 3)",
  "assert.isUndefined(one.two)"
]

describe("the linter's rules for assertions", () => {
  it.scoped("the linter's rules name each assertion that may not run, or that holds for a missing value", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* faultsIn("assertions.mjs", rules, vacuous), vacuous)
    })
  )

  it.scoped("the linter's rules name no other assertion", () =>
    Effect.gen(function* () {
      const known = ["const known = [1, 2]", "const table = { a: 1 }"]
      assert.deepStrictEqual(yield* faultsIn("assertions.mjs", rules, [...known, ...sound]), [])
    })
  )
})
