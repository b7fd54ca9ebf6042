import { assert, describe, it } from "@effect/vitest"
import { literalAt } from "../../../../../src/domain/session/codex/calls/ScriptLiteral.js"
import { cpuTimeOf } from "../../../../support/time.js"

describe("literals of a script", () => {
  it("a literal is read with its objects, lists, strings and booleans", () => {
    const read: ReadonlyArray<readonly [string, unknown]> = [
      ['{a: "x", "b": [true, false, {c: `y`}],}', { a: "x", b: [true, false, { c: "y" }] }],
      ["[ 'a', \n 'b' ]", ["a", "b"]],
      ["{}", {}],
      ["[]", []],
      ['{a: "x"', { a: "x" }]
    ]
    for (const [source, value] of read) {
      assert.deepStrictEqual(literalAt(source, 0), value)
    }
  })

  it("a value that only running tells is undefined, and those beside it are read", () => {
    assert.deepStrictEqual(literalAt('{a: ask(), b: "x" + y, c: `${d}`, e: "f", g: 7}', 0), {
      a: undefined,
      b: undefined,
      c: undefined,
      e: "f",
      g: undefined
    })
  })

  it("a variable has the literal that it is declared with", () => {
    const source = 'const one = ["a"]; const $two = {one, three: unknown}; f($two)'
    assert.deepStrictEqual(literalAt(source, source.indexOf("$two)")), { one: ["a"], three: undefined })
    assert.isUndefined(literalAt("const a = b; const b = a; f(a)", 27))
  })

  it("a hostile script is read quickly", () => {
    const wide = `const a0 = "x"; ${Array.from({ length: 40 }, (_, at) => `const a${at + 1} = [a${at},a${at},a${at},a${at}];`).join(" ")} f(a40)`
    const deep = "[".repeat(200_000)
    for (const [source, at] of [
      [wide, wide.length - 4],
      [deep, 0],
      ["{a:".repeat(60_000), 0]
    ] as const) {
      assert.isBelow(
        cpuTimeOf(() => literalAt(source, at)),
        2_000
      )
    }
  })
})
