import { assert, describe, it } from "@effect/vitest"
import { outputOf } from "../../../../src/domain/session/CommandOutput.js"
import { nameCommand } from "../../../../src/domain/offline/reading/CommandNames.js"
import { readParts } from "../../../../src/domain/offline/reading/PartVerdicts.js"

/** The verdicts on the parts of a command, by their text. */
const verdicts = (command: string, output: string, exitCode?: number): ReadonlyArray<string> => {
  const { parts, telling } = nameCommand(command, new Map(), () => false)
  const run = {
    _tag: "CommandRun" as const,
    line: 1,
    outputLine: 2,
    time: undefined,
    directory: undefined,
    provenance: "assistant" as const,
    command,
    isEscalated: false,
    output: outputOf(output, exitCode)
  }
  return readParts({ run, parts, telling, error: run.output.errorLine }).map(
    ({ text, verdict }) => `${text}: ${verdict}`
  )
}

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
    for (const joint of ["; ", "\n"]) {
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
