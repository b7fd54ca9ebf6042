import { assert, describe, it } from "@effect/vitest"
import { aborted, asked, cwd, edited, ended, type Part, ran, ranSo, said, started, traceOf } from "../MadeSession.js"

const memory = (...parts: ReadonlyArray<Part>): string => traceOf(...parts).traceMemory

describe("commands that the sandbox refused", () => {
  const refusedTest = ran(
    "cargo test",
    101,
    "thread 'serves' panicked at src/x.rs:1:1: Operation not permitted (os error 1)"
  )
  const outside = ranSo("cargo test", "test result: ok. 4 passed; 0 failed", { exitCode: 0, isEscalated: true })

  it("a command that passes outside the sandbox is a limit of the machine, not a fix", () => {
    for (const between of [[], [edited("src/x.rs")]]) {
      const text = memory(asked("run the tests"), refusedTest, ...between, outside, said("All pass."), ended)
      assert.match(
        text,
        /`cargo test` does not work here: .*Operation not permitted.*; it passes outside of the sandbox/
      )
      assert.notInclude(text, "fixed by")
    }
  })

  it("a refused command is fixed if the same check passes inside the sandbox after an edit", () => {
    const inside = ran("cargo test", 0, "test result: ok. 4 passed; 0 failed")
    const text = memory(asked("fix the tests"), refusedTest, edited("src/x.rs"), inside, ended)
    assert.include(text, "fixed by editing `src/x.rs`")
    assert.notInclude(text, "outside of the sandbox")
  })

  it("a project error is fixed by the edit before the check passes outside the sandbox", () => {
    const text = memory(
      asked("fix the tests"),
      ran("cargo test", 101, "error[E0425]: cannot find value `pier` in this scope"),
      edited("src/x.rs"),
      outside,
      ended
    )
    assert.include(text, "fixed by editing `src/x.rs`")
  })

  it("a command is not fixed by running it again without any other act", () => {
    const text = memory(
      asked("push it"),
      ran("npm publish --dry-run", 1, "npm error code EUNKNOWN"),
      ranSo("npm publish --dry-run", "ok", { exitCode: 0, isEscalated: true }),
      ended
    )
    assert.notInclude(text, "running it again")
  })
})

describe("fixes", () => {
  const clippy = ran("cargo clippy", 101, "error: this `if` statement can be collapsed")
  const clean = ran("cargo clippy", 0, "")

  it("a formatter is not a fix, nor is a command of version control", () => {
    const text = memory(
      asked("lint it"),
      clippy,
      edited("src/x.rs"),
      ran("cargo fmt", 0, ""),
      ran("git stash", 0, ""),
      ran("git stash pop", 0, ""),
      clean,
      ended
    )
    assert.include(text, "fixed by editing `src/x.rs`")
    assert.notMatch(text, /fixed by .*cargo fmt/)
    assert.notMatch(text, /fixed by .*git stash/)
    assert.notInclude(memory(asked("lint it"), clippy, ran("cargo fmt", 0, ""), clean, ended), "fixed by")
  })

  it("a formatter is the fix if the format was the failure", () => {
    const text = memory(
      asked("format it"),
      ran("cargo fmt --check", 1, "Diff in src/x.rs:3:\nerror: not formatted"),
      ran("cargo fmt", 0, ""),
      ran("cargo fmt --check", 0, ""),
      ended
    )
    assert.include(text, "fixed by `cargo fmt`")
  })

  it("an error that the passing run prints as well has no fix", () => {
    const noise = "fatal: ambiguous argument 'nope': unknown revision"
    const text = memory(
      asked("test"),
      ran("npm test", 1, `${noise}\nx`),
      edited("a.js"),
      ran("npm test", 0, `${noise}\n# pass 1`),
      ended
    )
    assert.notInclude(text, "ambiguous argument")
  })
})

describe("interrupted commands", () => {
  it("an interrupted command is not a failure, and only the work itself stays open", () => {
    const text = memory(
      asked("start the dev server and watch it"),
      ranSo("npm run dev", "ready on http://localhost:3000", { end: "interrupted" }),
      aborted
    )
    assert.notInclude(text, "failed")
    assert.include(text, 'open: the user interrupted "start the dev server and watch it" before it was done')
  })

  it("an interrupted command does not leave a request open whose own turn had ended", () => {
    const text = memory(
      asked("search for decimal rounding"),
      said("Found it."),
      ended,
      started("npm run docs"),
      aborted
    )
    assert.notInclude(text, "the user interrupted")
  })
})

describe("work that the user gave up", () => {
  const failing = ran("cargo deny check", 1, "error: 3 advisories apply to the dependencies")

  it("a failure is not open after the user gave up what was asked for", () => {
    const text = memory(asked("check the licences"), failing, ended, asked("tant pis, laisse tomber"))
    assert.notInclude(text, "open:")
    assert.include(text, 'the user gave it up: "tant pis, laisse tomber"')
  })

  it("a failure is open if it came after the user gave something else up", () => {
    const text = memory(asked("check the licences"), ended, asked("forget it"), failing, ended)
    assert.include(text, "open: `cargo deny check` failed")
  })
})

describe("searches", () => {
  it("a search that fails is not described by the lines it found", () => {
    const text = memory(
      asked("why is ci red?"),
      ran("rg -n nogit .github", 2, '.github/ci.yml:9: echo "ci failed or was skipped"'),
      said("No."),
      ended
    )
    assert.notInclude(text, "does not work here")
  })
})

describe("tests that a later output names", () => {
  it("a failed test is not open after another command named it, or its package, as passed", () => {
    const failed = ran(
      "go test ./internal/pi -run TestGenerate -v",
      1,
      "--- FAIL: TestGenerate (0.00s)\nFAIL\nFAIL\texample.org/agents/internal/pi\t0.2s\nFAIL",
      `${cwd}/agents`
    )
    const openAfter = (...parts: ReadonlyArray<Part>): boolean =>
      /open: `go test/.test(
        traceOf(asked("why does it fail?"), failed, said("A stale text."), ...parts, ended).traceMemory
      )
    assert.isTrue(openAfter())
    assert.isFalse(openAfter(ran("mise run test:unit", 0, "[test:unit] ok  \texample.org/agents/internal/pi\t0.2s")))
    assert.isFalse(openAfter(ran("mise run all", 1, "--- PASS: TestGenerate (0.1s)\n--- FAIL: TestOther (0.1s)\nFAIL")))
    assert.isTrue(openAfter(ran("mise run moon", 0, "[moon] ok  \texample.org/agents/internal/moon\t0.2s")))
    assert.isTrue(openAfter(ran("mise run all", 1, "FAIL\texample.org/agents/internal/pi\t0.2s")))
  })
})
