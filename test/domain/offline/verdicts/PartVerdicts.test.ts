import { assert, describe, it } from "@effect/vitest"
import { outputOf } from "../../../../src/domain/session/CommandOutput.js"
import { nameCommand } from "../../../../src/domain/offline/commands/CommandNames.js"
import { readParts } from "../../../../src/domain/offline/verdicts/PartVerdicts.js"
import { nonEmpty } from "../../../support/nonEmpty.js"
import { judged, only, verdicts } from "./Judged.js"
import { toolOutputs } from "./ToolOutputs.js"

describe("exit codes", () => {
  it("a run of tests that ends well and only skipped some is no pass", () => {
    assert.deepStrictEqual(verdicts("pytest tests/db", "=== 3 skipped in 0.10s ===", 0), ["pytest tests/db: unknown"])
    assert.deepStrictEqual(verdicts("pytest tests", "=== 2 passed, 3 skipped in 0.10s ===", 0), [
      "pytest tests: passed"
    ])
  })
})

describe("chains without an exit code for each part", () => {
  it("a chain passed up to the last part that reports a pass", () => {
    assert.deepStrictEqual(
      verdicts("cargo fmt && cargo clippy && cargo test", "running 2 tests\ntest result: ok. 2 passed; 0 failed"),
      ["cargo fmt: passed", "cargo clippy: passed", "cargo test: passed"]
    )
    assert.deepStrictEqual(verdicts("npm run build && npm test", "# pass 3\n# fail 0"), [
      "npm run build: passed",
      "npm test: passed"
    ])
    assert.deepStrictEqual(verdicts("mypy src && ruff check . && pytest", "All checks passed!\nno output of tests"), [
      "mypy src: passed",
      "ruff check .: passed",
      "pytest: unknown"
    ])
  })

  it("a chain failed in the part whose kind of message appears, and the parts before it passed", () => {
    assert.deepStrictEqual(verdicts("tsc --noEmit && vitest run", "❯ src/a.test.ts\nTests  1 failed | 3 passed (4)"), [
      "tsc --noEmit: passed",
      "vitest run: failed"
    ])
    assert.deepStrictEqual(
      verdicts("ruff check . && mypy src && pytest", "src/a.py:3: error: bad type  [arg-type]", 1),
      ["ruff check .: passed", "mypy src: failed", "pytest: unknown"]
    )
  })

  it("a formatter in a chain did not fail if the message is of another kind", () => {
    assert.deepStrictEqual(
      verdicts(
        "cargo fmt --check && cargo build && cargo test",
        "error[E0308]: mismatched types\nerror: could not compile `x`",
        101
      ),
      ["cargo fmt --check: unknown", "cargo build && cargo test: failed"]
    )
    assert.deepStrictEqual(verdicts("prettier --check . && eslint .", "3:1  error  no semi\n✖ 1 problem", 1), [
      "prettier --check .: passed",
      "eslint .: failed"
    ])
    assert.deepStrictEqual(verdicts("cargo fmt --check && cargo clippy", "Diff in src/main.rs:3:", 1), [
      "cargo fmt --check: failed",
      "cargo clippy: unknown"
    ])
  })
})

describe("parts that are not chained", () => {
  it("a part that is not chained says nothing about the parts before it", () => {
    for (const joint of nonEmpty(["; ", "\n"])) {
      assert.deepStrictEqual(verdicts(["tsc --noEmit", "vitest run"].join(joint), "x\nTests  4 passed (4)"), [
        "tsc --noEmit: unknown",
        "vitest run: passed"
      ])
    }
  })

  it("parts under set -e are a chain", () => {
    assert.deepStrictEqual(verdicts("set -eu\ncargo build\ncargo test", "whatever", 0), [
      "cargo build: passed",
      "cargo test: passed"
    ])
    assert.deepStrictEqual(verdicts("cargo build\ncargo test", "whatever", 0), [
      "cargo build: unknown",
      "cargo test: passed"
    ])
  })

  it("a part that prepares a run did not crash if the run did", () => {
    assert.deepStrictEqual(
      verdicts(
        "git init -q\n./target/debug/ferry check || true",
        "thread 'main' (77) panicked at src/main.rs:3:1:\nboom"
      ),
      ["git init -q: unknown", "./target/debug/ferry check: failed"]
    )
  })
})

const { formatters, linters, testRunners, typeCheckers } = toolOutputs
/** A text without differences of white space. */
const plainly = (text = ""): string => text.replace(/\s+/g, " ")
const checkers = [...linters, ...typeCheckers, ...formatters]

describe("checks whose output is known by its tool", () => {
  it("a checker that fails before the tests is the part that failed, and the tests are not told", () => {
    for (const { command, failed } of nonEmpty(checkers)) {
      for (const { command: test } of nonEmpty(testRunners)) {
        const chain = `${command} && ${test}`
        assert.deepStrictEqual(only(chain, failed, 1), ["failed", "unknown"], chain)
        assert.deepStrictEqual(only(chain, failed), ["failed", "unknown"], `${chain} without an exit code`)
      }
    }
  })

  it("tests that speak show that the checker before them passed, whatever it printed", () => {
    for (const { command, failed, passed } of nonEmpty(checkers)) {
      for (const test of nonEmpty(testRunners)) {
        const chain = `${command} && ${test.command}`
        for (const printed of nonEmpty([failed, passed ?? ""])) {
          assert.deepStrictEqual(only(chain, printed + test.failed, 1), ["passed", "failed"], chain)
          assert.deepStrictEqual(only(chain, printed + test.failed), ["passed", "failed"], chain)
          assert.deepStrictEqual(only(chain, printed + test.passed), ["passed", "passed"], chain)
        }
      }
    }
  })

  it("a checker and tests that are not chained stand alone, each with its own error", () => {
    for (const joint of nonEmpty(["; ", "\n"])) {
      for (const checker of nonEmpty(checkers)) {
        for (const test of nonEmpty(testRunners)) {
          const script = `${test.command}${joint}${checker.command}`
          assert.deepStrictEqual(only(script, (test.passed ?? "") + checker.failed, 1), ["passed", "failed"], script)
          assert.deepStrictEqual(only(script, test.failed + checker.failed, 1), ["failed", "failed"], script)
          assert.deepStrictEqual(only(script, test.failed, 0), ["failed", "passed"], script)
          assert.deepStrictEqual(only(script, checker.failed, 1), ["unknown", "failed"], script)
          const [ofTest, ofChecker] = judged(script, test.failed + checker.failed, 1).map(({ error }) => error ?? "")
          assert.include(plainly(test.failed), plainly(ofTest), script)
          assert.include(plainly(checker.failed), plainly(ofChecker), script)
          assert.strictEqual(ofChecker, checker.error ?? ofChecker, script)
          assert.strictEqual(ofTest, checker.error === undefined ? ofTest : (test.error ?? ofTest), script)
        }
      }
    }
  })

  it("a message of one tool is never taken for that of another", () => {
    const all = [...checkers, ...testRunners]
    for (const one of nonEmpty(all)) {
      for (const other of nonEmpty(all.filter(({ command }) => command !== one.command))) {
        const both = `${one.command}; ${other.command}`
        assert.strictEqual(only(both, one.failed)[1], "unknown", both)
        assert.strictEqual(only(both, one.passed ?? "")[1], "unknown", both)
      }
    }
  })
})

const heading = (script: string, command: string): string => `\n> shop@1.0.0 ${script}\n> ${command}\n\n`
const outputOfTool = (start: string) =>
  [...checkers, ...testRunners].find(({ command }) => command.startsWith(start)) ?? { failed: "", passed: "" }
const eslint = outputOfTool("npx eslint")
const vitest = outputOfTool("npx vitest")
const mocha = outputOfTool("npx mocha")
const tsc = outputOfTool("npx tsc")

describe("scripts in one command", () => {
  it("a message belongs to the script of its kind, with and without headings", () => {
    for (const joint of nonEmpty(["; ", "\n"])) {
      const both = `npm test${joint}npm run lint`
      const bare = (vitest.passed ?? "") + eslint.failed
      assert.deepStrictEqual(only(both, bare, 1), ["passed", "failed"])
      assert.deepStrictEqual(only(both, bare), ["passed", "failed"])
      assert.deepStrictEqual(only(both, vitest.failed, 0), ["failed", "passed"])
      assert.deepStrictEqual(only(both, eslint.failed), ["unknown", "failed"])
      const headed = heading("test", "vitest run") + vitest.passed + heading("lint", "eslint .") + eslint.failed
      assert.deepStrictEqual(only(both, headed, 1), ["passed", "failed"])
      const all = `npm run build${joint}${both}`
      assert.deepStrictEqual(only(all, tsc.failed + bare, 1), ["failed", "passed", "failed"])
      assert.deepStrictEqual(only(all, heading("build", "tsc") + headed, 1), ["unknown", "passed", "failed"])
    }
  })

  it("a script and a tool that are not chained stand alone", () => {
    assert.deepStrictEqual(only("npm test; npx eslint .", (mocha.passed ?? "") + eslint.failed, 1), [
      "passed",
      "failed"
    ])
    assert.deepStrictEqual(only("npm test; npx eslint .", mocha.failed, 0), ["failed", "passed"])
    assert.deepStrictEqual(only("npx eslint .; npm test", eslint.failed + mocha.passed, 0), ["failed", "passed"])
  })

  it("a heading shows that the parts before it passed and that the parts behind it did not begin", () => {
    const chain = "npm run lint && npm run build && npm test"
    const begun = heading("lint", "eslint .") + heading("build", "node build.js")
    assert.deepStrictEqual(only(chain, `${begun}boom`, 1), ["passed", "failed", "unknown"])
    assert.deepStrictEqual(only(chain, `${begun}boom`), ["passed", "unknown", "unknown"])
    assert.deepStrictEqual(only("npx eslint . && npm test", `${heading("test", "node all.js")}boom`, 1), [
      "passed",
      "failed"
    ])
  })

  it("an installation and a silent check that fail together are told together", () => {
    assert.deepStrictEqual(verdicts("npm ci && npm test", "boom", 1), ["npm ci && npm test: failed"])
    assert.deepStrictEqual(only("npm ci && npm test", mocha.failed, 1), ["passed", "failed"])
    assert.deepStrictEqual(only("npm ci && npm test", `${heading("test", "node all.js")}boom`, 1), ["passed", "failed"])
  })

  it("headings that one script prints for another part tell nothing", () => {
    const nested = heading("test", "npm run lint && node --test") + heading("lint", "eslint .") + eslint.failed
    assert.deepStrictEqual(only("npm test; npm run lint", nested), ["unknown", "unknown"])
  })

  it("a heading of the script before or after a script belongs to that script", () => {
    const printed = heading("pretest", "tsc") + tsc.failed
    assert.deepStrictEqual(only("npm run lint && npm test", heading("lint", "eslint .") + printed, 2), [
      "passed",
      "failed"
    ])
  })
})

describe("numbers of tests", () => {
  const counts = (command: string, output: string, exitCode?: number) =>
    judged(command, output, exitCode).map(({ passedTests }) => passedTests)

  it("a number of tests belongs to the part that printed it", () => {
    for (const one of nonEmpty(testRunners)) {
      for (const other of nonEmpty(testRunners.filter(({ command }) => command !== one.command))) {
        const chain = `${one.command} && ${other.command}`
        const printed = (one.passed ?? "") + (other.passed ?? "")
        assert.deepStrictEqual(counts(chain, printed, 0), [one.count, other.count], chain)
      }
      for (const { command, passed } of nonEmpty(checkers)) {
        const chain = `${command} && ${one.command}`
        assert.deepStrictEqual(counts(chain, (passed ?? "") + one.passed, 0), [undefined, one.count], chain)
      }
    }
  })

  it("a number of tests that several parts may have printed belongs to none", () => {
    const thrice = (mocha.passed ?? "").repeat(3)
    assert.deepStrictEqual(counts("npm test && npm run test:e2e", thrice, 0), [undefined, undefined])
    assert.deepStrictEqual(counts("npx mocha test/a && npx mocha test/b", thrice, 0), [undefined, undefined])
    const headed = heading("test", "mocha") + mocha.passed + heading("test:e2e", "node --test") + "# pass 2\n# fail 0"
    assert.deepStrictEqual(counts("npm test && npm run test:e2e", headed, 0), [5, 2])
  })
})

describe("commands that did not end by themselves", () => {
  const end = (ended: "interrupted" | "refused" | "running" | "timed out" | "not started", printed = "# fail 1") => {
    const { parts, telling } = nameCommand("npm test", new Map(), () => false)
    const run = {
      _tag: "CommandRun" as const,
      line: 1,
      outputLine: 2,
      time: undefined,
      directory: undefined,
      provenance: "assistant" as const,
      command: "npm test",
      isEscalated: false,
      output: outputOf(printed, undefined, ended)
    }
    return readParts({ run, parts, telling, error: undefined })[0]?.verdict
  }

  it("a command that was stopped or refused neither passed nor failed", () => {
    assert.deepStrictEqual([end("interrupted"), end("refused")], ["unknown", "unknown"])
  })

  it("tests that were left running failed if one of them did, and are not known to have passed", () => {
    assert.deepStrictEqual([end("running"), end("running", "# pass 9")], ["failed", "unknown"])
  })

  it("a command that could not start, or took too long, failed", () => {
    assert.deepStrictEqual([end("not started"), end("timed out")], ["failed", "failed"])
  })
})
