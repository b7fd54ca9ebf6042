import { assert, describe, it } from "@effect/vitest"
import { mayLeaveOut, skipsInstead } from "../../../../src/domain/offline/judging/LeftOutTests.js"
import { nonEmpty } from "../../../support/nonEmpty.js"
import { asked, edited, ended, type Part, ran, traceOf } from "../MadeSession.js"

const memory = (...parts: ReadonlyArray<Part>): string => traceOf(...parts).traceMemory

const failures: Readonly<Record<string, string>> = {
  pytest: "FAILED tests/test_cart.py::test_total - assert 3 == 4\n1 failed, 8 passed in 0.2s",
  "go test ./...": "--- FAIL: TestTotal (0.00s)\n    cart_test.go:9: got 3 want 4\nFAIL\nFAIL\tshop/cart\t0.2s",
  "cargo test": "test cart::total ... FAILED\ntest result: FAILED. 8 passed; 1 failed; 0 ignored",
  "npm test": "● cart › total\n  TypeError: cart.sum is not a function\nTests:       1 failed, 8 passed, 9 total",
  "npx eslint .": "ESLint found too many warnings (maximum: 0).\n✖ 2 problems (0 errors, 2 warnings)"
}

/** The memory of a session in which a check failed, a file was edited, and another run passed. */
const after = (failed: string, passed: string, output: string): string =>
  memory(
    asked("Fix the total"),
    ran(failed, 1, failures[failed] ?? ""),
    edited("src/cart.ts"),
    ran(passed, 0, output),
    ended
  )

describe("runs that leave out what failed", () => {
  it("a run without the failed test neither fixes nor verifies anything", () => {
    for (const [failed, passed, output] of nonEmpty([
      ["pytest", "pytest --deselect tests/test_cart.py::test_total", "8 passed, 1 deselected in 0.1s"],
      ["pytest", "pytest --ignore tests/test_cart.py", "5 passed in 0.1s"],
      ["pytest", "pytest -k 'not total'", "8 passed, 1 deselected in 0.1s"],
      ["pytest", "pytest -k invoice", "2 passed, 7 deselected in 0.1s"],
      ["go test ./...", "go test ./... -skip TestTotal", "ok  \tshop/cart\t0.2s"],
      ["go test ./...", "go test ./... -short", "ok  \tshop/cart\t0.2s"],
      [
        "cargo test",
        "cargo test invoice",
        "test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 7 filtered out"
      ],
      ["cargo test", "cargo test -- --skip total", "test result: ok. 8 passed; 0 failed; 0 ignored"],
      ["cargo test", "cargo test --doc", "test result: ok. 1 passed; 0 failed; 0 ignored"],
      ["npm test", "npm test -- -t invoice", "Tests:       2 passed, 2 total"],
      ["npx eslint .", "npx eslint . --max-warnings 99", "✖ 2 problems (0 errors, 2 warnings)"]
    ] as const)) {
      const text = after(failed, passed, output)
      assert.notInclude(text, "fixed by", passed)
      assert.notInclude(text, "Outcome: success", passed)
      assert.include(text, "open: ", passed)
    }
  })

  it("a test that is only skipped now did not pass", () => {
    assert.include(after("pytest", "pytest", "8 passed, 1 skipped in 0.2s"), "open: ")
    assert.include(after("pytest", "pytest", "9 passed in 0.2s"), "fixed by editing `src/cart.ts`")
    assert.isFalse(skipsInstead("9 passed, 1 skipped in 0.1s", "1 failed, 8 passed in 0.1s"))
    assert.isFalse(skipsInstead("8 passed, 2 skipped in 0.1s", "1 failed, 7 passed, 2 skipped in 0.1s"))
  })

  it("a run that selects the failed test fixes it", () => {
    for (const [failed, passed, output] of nonEmpty([
      ["pytest", "pytest", "9 passed in 0.1s"],
      ["go test ./...", "go test ./...", "ok  \tshop/cart\t0.2s"],
      ["cargo test", "cargo test", "test result: ok. 9 passed; 0 failed; 0 ignored"],
      ["npm test", "npm test", "Tests:       9 passed, 9 total"]
    ] as const)) {
      assert.include(after(failed, passed, output), "fixed by editing `src/cart.ts`", passed)
    }
  })

  it("an option that leaves out others than the failed test does not matter", () => {
    const run = (...narrowing: ReadonlyArray<string>) => ({ kind: "test" as const, program: "pytest", narrowing })
    const output = failures.pytest ?? ""
    assert.isFalse(mayLeaveOut(run("--ignore", "tests/slow"), run(), output))
    assert.isFalse(mayLeaveOut(run("-k", "test_total"), run(), output))
    assert.isFalse(mayLeaveOut(run("-m", "fast"), run("-m", "fast"), output))
    assert.isTrue(mayLeaveOut(run("-m", "fast"), run("-m", "slow"), output))
    assert.isTrue(mayLeaveOut(run("--ignore", "tests/slow"), run(), "Segmentation fault"))
  })
})

describe("work that was not delivered", () => {
  const tests = "Tests:       9 passed, 9 total\n"
  const rejected = "! [rejected] main -> main (fetch first)\nerror: failed to push some refs to 'x'"

  it("a push that was rejected after the tests is no success", () => {
    const text = memory(asked("Test and push it"), ran("npm test && git push", 1, tests + rejected), ended)
    assert.include(text, "Outcome: partial")
    assert.include(text, "`npm test` passed, 9 tests")
    assert.match(text, /`git push` failed.*failed to push some refs/)
  })

  it("tests that pass later do not make up for it, and a later push does", () => {
    const failed = [asked("Test and push it"), ran("git push", 1, rejected)]
    assert.notInclude(memory(...failed, ran("npm test", 0, tests), ended), "Outcome: success")
    assert.include(
      memory(...failed, ran("git pull --rebase", 0, ""), ran("npm test && git push", 0, tests), ended),
      "Outcome: success"
    )
  })

  it("checks of one command do not make up for each other", () => {
    const text = memory(
      asked("Run the checks"),
      ran("pytest tests/a; pytest tests/b", 0, "1 failed, 3 passed in 0.1s\n5 passed in 0.1s"),
      ended
    )
    assert.include(text, "Outcome: partial")
    assert.include(text, "open: `pytest tests/a`")
  })
})
