import { assert, describe, it } from "@effect/vitest"
import { errorDetails } from "../../../src/domain/session/ErrorDetails.js"
import { firstErrorLine } from "../../../src/domain/session/ErrorLine.js"

const detailsOf = (...lines: ReadonlyArray<string>): ReadonlyArray<string> => {
  const output = lines.join("\n")
  return errorDetails(output, firstErrorLine(output) ?? "")
}

describe("errorDetails", () => {
  it.each([
    [
      "an assertion of Rust",
      ["thread 'ebb' panicked at src/ebb.rs:4:9:", "assertion `left == right` failed", "  left: 3", " right: 4"],
      ["left: 3", "right: 4"]
    ],
    [
      "an assertion of Ruby",
      ["  1) Tide ebbs", "     Failure/Error: expect(tide).to eq(5)", "       expected: 5", "            got: 4"],
      ["expected: 5", "got: 4"]
    ],
    [
      "an assertion of Elixir",
      ["  test/ebb_test.exs:12", "  Assertion with == failed", "  code:  assert ebb == 5", "  left:  4", "  right: 5"],
      ["left:  4", "right: 5", "test/ebb_test.exs:12"]
    ],
    [
      "the place of a Java exception",
      ['Exception in thread "main" java.lang.NullPointerException: tide is null', "  at sea.Tide.ebb(Tide.java:15)"],
      ["at sea.Tide.ebb(Tide.java:15)"]
    ],
    [
      "the place of a leak",
      [
        "==7==ERROR: LeakSanitizer: detected memory leaks",
        "    #0 malloc /usr/lib/libasan.so:3",
        "    #1 take() src/pool.cpp:29"
      ],
      ["#1 take() src/pool.cpp:29"]
    ],
    [
      "a second error of the type checker",
      ["a.ts(1,2): error TS2322: Type 'A' is not assignable to 'B'.", "b.ts(3,4): error TS2554: Expected 1 arguments."],
      ["b.ts(3,4): error TS2554: Expected 1 arguments."]
    ]
  ])("the details of an error are the values and the places that its line lacks: %s", (_, lines, details) => {
    assert.deepStrictEqual(detailsOf(...lines), details)
  })

  it("a line that repeats the error or only wraps up is no detail", () => {
    assert.deepStrictEqual(
      detailsOf(
        "src/a.c:3:1: error: expected ';' before '}' token",
        "src/a.c:3:1: error: expected ';' before '}' token",
        "make[1]: *** [src/a.o: all] Error 1",
        "2 errors generated."
      ),
      []
    )
  })

  it("an error has at most three details", () => {
    const errors = ["cat", "dog", "fox", "owl", "elk"].map(
      (name) => `error[E0425]: cannot find ${name}_one in ${name}_two`
    )
    assert.isAtMost(detailsOf(...errors).length, 3)
  })
})
