import { assert, describe, it } from "@effect/vitest"
import { extractFacts } from "../../../../src/domain/offline/writing/SessionFacts.js"
import { added, asked, changed, cwd, edited, ended, eventsOf, type Part, ran, traceOf } from "../MadeSession.js"

const parts = (...work: ReadonlyArray<Part>) => [asked("add the postage to the cart"), ...work, ended]

const failuresOf = (...work: ReadonlyArray<Part>): ReadonlyArray<string> =>
  extractFacts(cwd, { events: eventsOf(...parts(...work)), finished: true })
    .filter(({ content }) => content._tag === "Failure")
    .map(({ text }) => text)

const wrote = (path: string, after: string, before = ""): Part =>
  changed({ path, action: "update", movedTo: undefined, before, after })

interface TestFirst {
  readonly test: Part
  readonly run: string
  readonly red: string
  readonly green: string
}

const go: TestFirst = {
  test: wrote("cart/cart_test.go", "func TestPostage(t *testing.T) {\n\tif Total() != 12 {"),
  run: "go test ./cart",
  red: "--- FAIL: TestPostage (0.00s)\n    cart_test.go:9: got 10, want 12\nFAIL\tshop/cart\t0.01s",
  green: "ok  \tshop/cart\t0.02s"
}
const testsFirst: ReadonlyArray<TestFirst> = [
  go,
  {
    test: wrote("src/cart.rs", "    fn counts_postage() {\n        assert_eq!(total(), 12);"),
    run: "cargo test",
    red: "test tests::counts_postage ... FAILED\nthread 'tests::counts_postage' panicked at src/cart.rs:9:9:\nassertion `left == right` failed",
    green: "test tests::counts_postage ... ok\ntest result: ok. 4 passed; 0 failed"
  },
  {
    test: wrote("tests/test_cart.py", "def test_postage():\n    assert total() == 12"),
    run: "pytest tests/test_cart.py",
    red: "tests/test_cart.py::test_postage FAILED\nE   AssertionError: assert 10 == 12\n1 failed",
    green: "4 passed in 0.02s"
  },
  {
    test: added("test/postage.bats"),
    run: "bats test/postage.bats",
    red: 'not ok 1 counts the postage\n# (in test file test/postage.bats, line 4)\n#   `[ "$total" = 12 ]\' failed',
    green: "ok 1 counts the postage"
  }
]

describe("steps of the work", () => {
  const mend = wrote("cart/total.go", "return 12", "return 10")

  it("a test that the session wrote and then made pass is no known failure", () => {
    assert.deepStrictEqual(
      testsFirst.map(({ green, red, run, test }) => failuresOf(test, ran(run, 1, red), mend, ran(run, 0, green))),
      testsFirst.map(() => [])
    )
  })

  it("a test that was there before the session is a known failure", () => {
    const known = testsFirst.map(({ green, red, run }) => failuresOf(ran(run, 1, red), mend, ran(run, 0, green)))
    assert.deepStrictEqual(
      known.map(({ length }) => length),
      testsFirst.map(() => 1)
    )
    // Its line was only moved, and another test of the file is new.
    const line = "func TestPostage(t *testing.T) {"
    const moved = wrote("cart/cart_test.go", `${line}\nfunc TestOther(t *testing.T) {`, line)
    assert.lengthOf(failuresOf(moved, ran(go.run, 1, go.red), mend, ran(go.run, 0, go.green)), 1)
  })

  it("a test that fails beside one of the session is a known failure", () => {
    const red = `--- FAIL: TestRounding (0.00s)\n    round_test.go:4: got 3, want 4\n${go.red}`
    assert.lengthOf(failuresOf(go.test, ran(go.run, 1, red), mend, ran(go.run, 0, go.green)), 1)
  })

  it("a test of the session that fails again in another task, or passes only there, is a known failure", () => {
    const red = ran(go.run, 1, go.red)
    const green = ran(go.run, 0, go.green)
    const next = asked("Now let the total round to whole cents in each country")
    assert.lengthOf(failuresOf(go.test, red, ended, next, mend, green), 1)
    assert.isNotEmpty(failuresOf(go.test, red, mend, green, ended, next, red, edited("cart/round.go"), green))
  })

  it("an error in lines that the session wrote and mended is no known failure", () => {
    const clippy = (line: string): string =>
      `error: this \`if\` statement can be collapsed\n --> src/cart.rs:7:5\n  |\n7 |     ${line}\n  |\nerror: could not compile \`shop\``
    const line = "if total > 0 { if postage { add() } }"
    const lint = ran("cargo clippy", 101, clippy(line))
    const clean = ran("cargo clippy", 0, "Finished dev profile")
    const work = [lint, edited("src/cart.rs"), edited("src/cart.rs"), edited("src/cart.rs"), clean]
    assert.deepStrictEqual(failuresOf(wrote("src/cart.rs", line), ...work), [])
    assert.lengthOf(failuresOf(...work), 1)
    // The line was there before; only another one of the file was written.
    assert.lengthOf(failuresOf(wrote("src/cart.rs", "let postage = true;"), ...work), 1)
  })

  it("an error in a new file that a linter repairs is no known failure", () => {
    const error = "src/api.py:3:1: I001 [*] Import block is un-sorted or un-formatted"
    const work = [
      ran("ruff check src", 1, `${error}\nFound 1 error.`),
      ran("ruff check src --fix", 0, "Found 1 error (1 fixed, 0 remaining)."),
      ran("ruff check src", 0, "All checks passed!")
    ]
    assert.lengthOf(failuresOf(added("src/api.py"), ...work), 0)
    assert.lengthOf(failuresOf(...work), 1)
  })

  it("an error about the toolchain, the configuration or a library is a known failure even in new lines", () => {
    const test = wrote("tests/test_cart.py", "def test_postage():\n    assert shown() == 12")
    const errors = [
      "E   ModuleNotFoundError: No module named 'postage'",
      "E   AttributeError: 'Cart' object has no attribute 'paginate'",
      "E   PermissionError: [Errno 13] Permission denied: '/var/cart'"
    ]
    assert.deepStrictEqual(
      errors.map(
        (error) =>
          failuresOf(
            test,
            ran("pytest tests/test_cart.py", 1, `tests/test_cart.py::test_postage FAILED\n${error}\n1 failed`),
            wrote("pyproject.toml", 'dependencies = ["postage"]'),
            ran("pytest tests/test_cart.py", 0, "4 passed in 0.02s")
          ).length
      ),
      errors.map(() => 1)
    )
  })

  it("the heading of a trace names no step of the work", () => {
    const { traceMemory } = traceOf(...parts(go.test, ran(go.run, 1, go.red), mend, ran(go.run, 0, go.green)))
    assert.match(traceMemory, /^# add the postage to the cart: changed .*; go test \.\/cart passes/)
  })
})
