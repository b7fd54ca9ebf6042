import { assert, describe, it } from "@effect/vitest"
import { aborted, asked, edited, ended, type Part, ran, ranSo, said, started, traceOf } from "../MadeSession.js"

const memory = (...parts: ReadonlyArray<Part>): string => traceOf(...parts).traceMemory

describe("a command that the sandbox refused", () => {
  const refusedTest = ran(
    "cargo test",
    101,
    "thread 'serves' panicked at src/x.rs:1:1: Operation not permitted (os error 1)"
  )
  const outside = ranSo("cargo test", "test result: ok. 4 passed; 0 failed", { exitCode: 0, isEscalated: true })

  it("and that passed outside of it is a limit of the machine, and no fix", () => {
    for (const between of [[], [edited("src/x.rs")]]) {
      const text = memory(asked("run the tests"), refusedTest, ...between, outside, said("All pass."), ended)
      assert.match(
        text,
        /`cargo test` does not work here: .*Operation not permitted.*; it passes outside of the sandbox/
      )
      assert.notInclude(text, "fixed by")
    }
  })

  it("is fixed where the same check passes inside of it after an edit", () => {
    const inside = ran("cargo test", 0, "test result: ok. 4 passed; 0 failed")
    const text = memory(asked("fix the tests"), refusedTest, edited("src/x.rs"), inside, ended)
    assert.include(text, "fixed by editing `src/x.rs`")
    assert.notInclude(text, "outside of the sandbox")
  })

  it("is fixed by an edit where it failed with an error of the project, and then passed outside of it", () => {
    const text = memory(
      asked("fix the tests"),
      ran("cargo test", 101, "error[E0425]: cannot find value `pier` in this scope"),
      edited("src/x.rs"),
      outside,
      ended
    )
    assert.include(text, "fixed by editing `src/x.rs`")
  })

  it("was not fixed by running it again, where nothing else was done", () => {
    const text = memory(
      asked("push it"),
      ran("npm publish --dry-run", 1, "npm error code EUNKNOWN"),
      ranSo("npm publish --dry-run", "ok", { exitCode: 0, isEscalated: true }),
      ended
    )
    assert.notInclude(text, "running it again")
  })
})

describe("a fix", () => {
  const clippy = ran("cargo clippy", 101, "error: this `if` statement can be collapsed")
  const clean = ran("cargo clippy", 0, "")

  it("is no formatter and no command of version control", () => {
    const text = memory(
      asked("lint it"),
      clippy,
      edited("src/x.rs"),
      ran("cargo fmt", 0, ""),
      ran("git stash", 0, ""),
      clean,
      ended
    )
    assert.include(text, "fixed by editing `src/x.rs`")
    assert.notMatch(text, /fixed by .*cargo fmt/)
    assert.notMatch(text, /fixed by .*git stash/)
    assert.notInclude(memory(asked("lint it"), clippy, ran("cargo fmt", 0, ""), clean, ended), "fixed by")
  })

  it("is a formatter where the format was what failed", () => {
    const text = memory(
      asked("format it"),
      ran("cargo fmt --check", 1, "Diff in src/x.rs:3:\nerror: not formatted"),
      ran("cargo fmt", 0, ""),
      ran("cargo fmt --check", 0, ""),
      ended
    )
    assert.include(text, "fixed by `cargo fmt`")
  })

  it("is none of an error that the passing run prints as well", () => {
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

describe("what the user interrupted", () => {
  it("is no failure, and nothing open but the work itself", () => {
    const text = memory(
      asked("start the dev server and watch it"),
      ranSo("npm run dev", "ready on http://localhost:3000", { end: "interrupted" }),
      aborted
    )
    assert.notInclude(text, "failed")
    assert.include(text, 'open: the user interrupted "start the dev server and watch it" before it was done')
  })

  it("is not charged to a request whose own turn had come to its end", () => {
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

describe("a search", () => {
  it("is not what the lines say that it found", () => {
    const text = memory(
      asked("why is ci red?"),
      ran("rg -n nogit .github", 2, '.github/ci.yml:9: echo "ci failed or was skipped"'),
      said("No."),
      ended
    )
    assert.notInclude(text, "does not work here")
  })
})
