import { assert, describe, it } from "@effect/vitest"
import { added, aborted, asked, edited, ended, type Part, ran, said, stopped, traceOf } from "../MadeSession.js"

const memory = (...parts: ReadonlyArray<Part>): string => traceOf(...parts).traceMemory

/** A session in which a check fails with an output, some things are done, and the check passes. */
const mended = (check: string, output: string, ...between: ReadonlyArray<Part>): string =>
  memory(asked("make it pass"), ran(check, 1, output), ...between, ran(check, 0, ""), ended)

describe("the edits that fixed a failure", () => {
  it("are those in the file that the lines around the error name", () => {
    const text = mended(
      "cargo build",
      "error[E0425]: cannot find value `mast` in this scope\n --> src/rig/mast.rs:14:9\n  |",
      edited("src/hull.rs"),
      edited("src/rig/mast.rs")
    )
    assert.match(text, /cannot find value.*: fixed by editing `src\/rig\/mast\.rs`;/)
  })

  it("are those in the package that the command was aimed at, where the error names none", () => {
    const goText = mended(
      "go test ./internal/tides",
      "--- FAIL: TestEbb (0.00s)\nFAIL",
      edited("web/app.ts", "internal/tides/ebb.go")
    )
    assert.include(goText, "fixed by editing `internal/tides/ebb.go`;")
    const nodeText = mended(
      "npm test --workspace harbour",
      "Error: expected 3 berths",
      edited("packages/ferry/index.js", "packages/harbour/berths.js")
    )
    assert.include(nodeText, "fixed by editing `packages/harbour/berths.js`;")
  })

  it("are not known where only another package was edited", () => {
    const text = mended("go test ./internal/tides", "--- FAIL: TestEbb (0.00s)\nFAIL", edited("internal/moon/phase.go"))
    assert.include(text, "passed after 1 edit in `internal/moon/phase.go`")
    assert.notInclude(text, "fixed by")
  })

  it("are not told apart where more than three files changed, and the named one comes first", () => {
    const text = mended(
      "pytest",
      "E   ValueError: no such harbour\nsrc/harbour.py:9: ValueError",
      edited("src/a.py"),
      edited("src/b.py", "src/c.py"),
      edited("src/harbour.py")
    )
    assert.include(text, "passed after 3 edits in `src/harbour.py`, `src/a.py`, `src/b.py` and 1 more")
    assert.notInclude(text, "fixed by")
  })

  it("are none in documentation, unless the error names it", () => {
    const docs = edited("README.md", "docs/guide.rst", "CHANGELOG.md")
    assert.notMatch(mended("make test", "Error: socket hang up", docs), /fixed by|passed after/)
    assert.include(
      mended("make test", "Error: socket hang up", docs, edited("src/net.c")),
      "fixed by editing `src/net.c`;"
    )
    assert.include(
      mended("npx markdownlint .", "docs/guide.md:3:1: error: heading levels skip one", edited("docs/guide.md")),
      "fixed by editing `docs/guide.md`"
    )
  })
})

describe("a check that passed", () => {
  it("was not fixed by a second run", () => {
    assert.notInclude(mended("npm run e2e", "Error: timed out after 30 s"), "fixed by")
  })

  it("was not fixed by looks at tools, tasks and toolchains", () => {
    const text = mended(
      "cargo test",
      "error: linker `cc` crashed",
      ran("rustup toolchain list", 0, "stable"),
      ran("mise tasks | sed -n 1,20p", 0, "test"),
      ran("go help build", 0, "usage")
    )
    assert.notInclude(text, "fixed by")
    assert.notInclude(text, "worked here")
  })

  it("may have passed by another toolchain", () => {
    const text = memory(
      asked("run the tests"),
      ran("cargo test", 101, "error: rustc 1.70.0 is not supported by the following package"),
      ran("cargo +1.85.0 test", 0, "test result: ok. 3 passed; 0 failed"),
      ended
    )
    assert.include(text, "fixed by running `cargo +1.85.0 test` instead")
    assert.include(text, "run the tests: `cargo +1.85.0 test`")
    assert.notInclude(text, "- open:")
  })
})

describe("a turn that was stopped", () => {
  it("was interrupted by the user, which is no open end where the user went on with something else", () => {
    const text = memory(
      asked("sort the sailings"),
      added("src/sort.ts"),
      aborted,
      asked("show me the README instead, what does it say of sorting?"),
      said("Nothing."),
      ended
    )
    assert.include(text, '- the user interrupted "sort the sailings" (L')
    assert.notInclude(text, "- open:")
    assert.notInclude(text, "broke off")
  })

  it("was stopped by the harness where the user did not do it", () => {
    const text = memory(asked("sort the sailings"), added("src/sort.ts"), stopped)
    assert.include(text, 'open: the harness stopped "sort the sailings" before it was done')
    assert.include(text, "stopped by the harness")
  })
})
