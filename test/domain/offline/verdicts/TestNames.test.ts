import { assert, describe, it } from "@effect/vitest"
import { testNamesIn, vouchesFor } from "../../../../src/domain/offline/verdicts/TestNames.js"

const vouches = (later: string, failed: string): boolean => vouchesFor(testNamesIn(later), testNamesIn(failed))

describe("names of tests in an output", () => {
  it("the tests of every tool are read from the lines of the tool, also behind the name of a task", () => {
    const pairs: ReadonlyArray<readonly [string, string]> = [
      ["--- FAIL: TestTide (0.00s)", "    --- PASS: TestTide (0.00s)"],
      ["FAIL\texample.org/shop/tide\t0.1s", "[test:unit] ok  \texample.org/shop/tide\t(cached)"],
      ["FAIL\texample.org/shop/tide [build failed]", "ok  \texample.org/shop/tide\t0.3s"],
      ["test tide::rises ... FAILED", "test tide::rises ... ok"],
      ["        FAIL [   0.1s] shop tide::rises", "        PASS [   0.1s] shop tide::rises"],
      ["FAILED tests/test_tide.py::test_rises - assert 1 == 2", "tests/test_tide.py::test_rises PASSED     [ 50%]"],
      ["not ok 3 - the tide rises", "ok 7 - the tide rises # time=3ms"],
      [" FAIL  test/tide.test.ts > the tide > rises", " ✓ test/tide.test.ts (4 tests) 12ms"],
      ["  ✕ rises (3 ms)", "  ✓ rises (5 ms)"],
      ["TideTest > rises() FAILED", "TideTest > rises() PASSED"],
      ["> Task :tide:test FAILED", "> Task :tide:test"],
      ["//tide:tide_test   FAILED in 0.3s", "//tide:tide_test   (cached) PASSED in 0.3s"]
    ]
    assert.deepStrictEqual(
      pairs.map(([failed, later]) => [later, vouches(later, failed), vouches(failed, failed), vouches(failed, later)]),
      pairs.map(([, later]) => [later, true, false, false])
    )
  })

  it("a test is vouched for by its own part, and not while another failed part is not named as passed", () => {
    const failed = "--- FAIL: TestTide (0.00s)\n    --- FAIL: TestTide/low (0.04s)"
    const other = "    --- FAIL: TestTide/high (0.04s)\n"
    assert.isTrue(vouches(`--- FAIL: TestTide (0.00s)\n${other}    --- PASS: TestTide/low (7.88s)`, failed))
    assert.isFalse(vouches("    --- PASS: TestTide/low (7.88s)", failed + "\n" + other))
  })

  it("a test of the same name in another package says nothing", () => {
    const failed = "--- FAIL: TestParse (0.00s)\nFAIL\nFAIL\texample.org/shop/tide\t0.1s"
    assert.isFalse(vouches("--- PASS: TestParse (0.00s)\nPASS\nok  \texample.org/shop/moon\t0.1s", failed))
    assert.isTrue(vouches("--- PASS: TestParse (0.00s)\nPASS\nok  \texample.org/shop/tide\t0.1s", failed))
  })

  it("skipped tests, tests without a name and other lines vouch for nothing", () => {
    const failed = ["not ok 3 - the tide rises", "FAIL\nnot ok"]
    const later = ["ok 3 - the tide rises # SKIP no sea", "the tide rises: ok", "PASS\nok"]
    assert.deepStrictEqual(
      failed.map((one) => later.map((other) => vouches(other, one))),
      [
        [false, false, false],
        [false, false, false]
      ]
    )
  })
})
