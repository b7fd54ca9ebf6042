import { assert, describe, it } from "@effect/vitest"
import { hasOnlySkips, readVerdict } from "../../../../src/domain/offline/verdicts/CheckVerdict.js"
import type { CommandKind } from "../../../../src/domain/offline/commands/CommandPrograms.js"

const read = (kind: CommandKind, output: string, program = "x"): string => readVerdict(kind, program, output).verdict
const count = (output: string): number | undefined => readVerdict("test", "x", output).passedTests

describe("readVerdict", () => {
  it("test runners that report a pass have passed", () => {
    for (const output of [
      "Ran 4 tests in 0.1s\n\nOK",
      "18 passed in 0.40s",
      "# tests 2\n# pass 2\n# fail 0",
      "ℹ pass 2\nℹ fail 0",
      "test result: ok. 5 passed; 0 failed; 0 ignored",
      "ok  \tshop/cart\t0.1s",
      "Tests:       5 passed, 5 total",
      " Test Files  1 passed (1)\n      Tests  4 passed (4)",
      "  5 passing (10ms)",
      "5 examples, 0 failures",
      "BUILD SUCCESSFUL in 3s",
      "100% tests passed, 0 tests failed out of 5"
    ]) {
      assert.strictEqual(read("test", output), "passed", output)
    }
  })

  it("test runners that report a failure have failed", () => {
    for (const output of [
      "Ran 3 tests in 0.001s\n\nFAILED (failures=3)",
      "1 failed, 9 passed in 0.1s",
      "# pass 1\n# fail 1",
      "not ok 1 - adds",
      "test result: FAILED. 0 passed; 1 failed",
      "--- FAIL: TestAdd (0.00s)",
      "Tests:       1 failed, 5 passed, 6 total",
      "  5 passing (10ms)\n  1 failing",
      "2 examples, 1 failure"
    ]) {
      assert.strictEqual(read("test", output), "failed", output)
    }
  })

  it("a test that is still to do is not a failure", () => {
    assert.strictEqual(read("test", "not ok 2 - later # TODO write it\n# pass 1\n# fail 0"), "passed")
  })

  it("a package without tests is no skip beside one that passed, also behind a task's name", () => {
    assert.isFalse(hasOnlySkips(["[test:unit] ?   \tshop\t[no test files]", "[test:unit] ok  \tshop/cart\t0.1s"]))
  })

  it("a run that only skipped tests has not passed, and one that skipped some has", () => {
    for (const output of [
      "ok 1 - adds # SKIP no database\n# tests 1\n# pass 0\n# fail 0\n# skipped 1",
      "1..2\nok 1 # skip no network\nok 2 # skip no network",
      "===== 3 skipped in 0.10s =====",
      "testing: warning: no tests to run\nPASS\nok  \tshop/cart\t0.1s [no tests to run]",
      "=== RUN   TestAdd\n--- SKIP: TestAdd (0.00s)\nPASS\nok  \tshop/cart\t0.1s",
      " Test Files  1 skipped (1)\n      Tests  4 skipped (4)",
      "Tests:       4 skipped, 0 of 4 total",
      "Ran 3 tests in 0.001s\n\nOK (skipped=3)",
      "2 examples, 0 failures, 2 pending",
      "test result: ok. 0 passed; 0 failed; 2 ignored",
      "Tests run: 2, Failures: 0, Errors: 0, Skipped: 2\nBUILD SUCCESS"
    ]) {
      assert.strictEqual(read("test", output), "unknown", output)
    }
    for (const output of [
      "ok 1 - adds\nok 2 - pays # SKIP no network",
      "4 passed, 1 skipped in 0.10s",
      "ok  \tshop/cart\t0.1s\nok  \tshop/user\t0.1s [no tests to run]",
      "Ran 3 tests in 0.001s\n\nOK (skipped=1)",
      "3 examples, 0 failures, 2 pending",
      "Tests run: 3, Failures: 0, Errors: 0, Skipped: 1\nTests run: 3, Failures: 0, Errors: 0, Skipped: 1\nBUILD SUCCESS",
      "test result: ok. 5 passed; 0 failed; 1 ignored"
    ]) {
      assert.strictEqual(read("test", output), "passed", output)
    }
  })

  it("the count of a check is that of tests that passed, not of files", () => {
    assert.strictEqual(count("# pass 2\n# fail 0"), 2)
    assert.strictEqual(count("Ran 4 tests in 0.1s\n\nOK"), 4)
    assert.strictEqual(count(" Test Files  1 passed (1)\n      Tests  4 passed (4)"), 4)
    assert.strictEqual(count("test result: ok. 5 passed; 0 failed\ntest result: ok. 2 passed; 0 failed"), 7)
    assert.isUndefined(count("ok"))
  })

  it("linters and type checkers that report their result have a verdict", () => {
    assert.strictEqual(read("lint", "All checks passed!"), "passed")
    assert.strictEqual(read("type-check", "Success: no issues found in 29 source files"), "passed")
    assert.strictEqual(read("type-check", "a.ts(1,2): error TS2345: no"), "failed")
    assert.strictEqual(read("lint", "✖ 2 problems (1 error, 1 warning)"), "failed")
    assert.strictEqual(read("type-check", "", "tsc"), "passed")
    assert.strictEqual(read("type-check", "", "mypy"), "unknown")
  })

  it("a program that only printed something has no verdict", () => {
    assert.strictEqual(read("run", "0.30"), "unknown")
    assert.strictEqual(read("run", "Traceback (most recent call last):\n  File"), "failed")
  })
})
