import { assert, describe, it } from "@effect/vitest"
import {
  added,
  aborted,
  asked,
  changed,
  edited,
  ended,
  type Part,
  ran,
  ranSo,
  said,
  stopped,
  traceOf
} from "../MadeSession.js"

const memory = (...parts: ReadonlyArray<Part>): string => traceOf(...parts).traceMemory

/** A session in which a check fails with an output, some things are done, and the check passes. */
const mended = (check: string, output: string, ...between: ReadonlyArray<Part>): string =>
  memory(asked("make it pass"), ran(check, 1, output), ...between, ran(check, 0, ""), ended)

describe("edits that fixed a failure", () => {
  it("the fix is the edit of the file that the lines around the error name", () => {
    const text = mended(
      "cargo build",
      "error[E0425]: cannot find value `mast` in this scope\n --> src/rig/mast.rs:14:9\n  |",
      edited("src/hull.rs"),
      edited("src/rig/mast.rs")
    )
    assert.match(text, /cannot find value.*: fixed by editing `src\/rig\/mast\.rs`;/)
  })

  it("the fix is an edit in the package of the command, if the error names no file", () => {
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

  it("the fix is unknown if only another package was edited", () => {
    const text = mended("go test ./internal/tides", "--- FAIL: TestEbb (0.00s)\nFAIL", edited("internal/moon/phase.go"))
    assert.include(text, "passed after 1 edit in `internal/moon/phase.go`")
    assert.notInclude(text, "fixed by")
  })

  it("the fix is unknown if more than three files changed, and a file that the error names comes first", () => {
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

  it("the fix is not an edit of documentation, unless the error names it", () => {
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

describe("names that were missing", () => {
  const python = 'Traceback (most recent call last):\n  File "<stdin>", line 1, in <module>\n'

  it("the fix is the file that was made, if the error says that its module is missing", () => {
    const text = mended(
      "python3 -m reef.cli list",
      `${python}ModuleNotFoundError: No module named 'reef'`,
      changed(
        { path: "reef/__init__.py", action: "add", movedTo: undefined },
        { path: "src/reef/version.py", action: "add", movedTo: undefined },
        { path: "src/reef/__init__.py", action: "update", movedTo: undefined }
      )
    )
    assert.include(text, "fixed by editing `reef/__init__.py`; verified")
    const node = mended(
      "node --test",
      "Error: Cannot find module '../lib/tides'",
      edited("test/tides.test.js"),
      added("lib/tides.js")
    )
    assert.include(node, "fixed by editing `lib/tides.js`")
  })

  it("the fix is the edit that brought in the identifier that was unknown", () => {
    const withLines = (path: string, before: string, after: string) =>
      changed({ path, action: "update", movedTo: undefined, before, after })
    const text = mended(
      "go vet -tags=e2e",
      "# reef/e2e\ntestenv.go:26:17: undefined: binaries",
      withLines("e2e/docs.go", "// old", "// new"),
      withLines("e2e/setup.go", "var x int", "var binaries map[string]string")
    )
    assert.include(text, "fixed by editing `e2e/setup.go`")
    const renamed = mended(
      "go vet -tags=e2e",
      "# reef/e2e\ntestenv.go:26:17: undefined: binaries",
      withLines("e2e/setup.go", "var binaries int", "var files int"),
      withLines("testenv.go", "binaries()", "files()")
    )
    assert.include(renamed, "fixed by editing `testenv.go`")
  })

  it("the place of a Python error is the innermost file of the traceback that was edited", () => {
    const text = mended(
      "python3 -m reef.cli list",
      `${python}  File "reef/engine.py", line 7, in <module>\n  File "reef/metadata.py", line 9, in <module>\nImportError: cannot import name 'VERSION' from 'reef.names' (reef/names.py)`,
      edited("reef/engine.py", "reef/metadata.py")
    )
    assert.include(text, "fixed by editing `reef/metadata.py`")
  })

  it("the file that an error of a circular import names is not told as the fix", () => {
    const text = mended(
      "python3 -m reef.cli list",
      `${python}  File "reef/metadata.py", line 9, in <module>\nImportError: cannot import name 'VERSION' from partially initialized module 'reef' (most likely due to a circular import) (src/reef/__init__.py)`,
      edited("src/reef/version.py", "src/reef/__init__.py")
    )
    assert.include(text, "passed after 1 edit in `src/reef/version.py` and `src/reef/__init__.py`")
    assert.notInclude(text, "fixed by")
  })
})

describe("fixes that are in doubt", () => {
  it("several edits of which the error names none are told as edits, and one patch as the fix", () => {
    const error = "E   AssertionError: expected 3 berths"
    const several = mended("pytest", error, edited("reef/berths.py"), edited("reef/ferry.py"))
    assert.include(several, "passed after 2 edits in `reef/berths.py` and `reef/ferry.py`")
    assert.notInclude(several, "fixed by")
    assert.include(
      mended("pytest", error, edited("reef/berths.py", "reef/ferry.py")),
      "fixed by editing `reef/berths.py` and `reef/ferry.py`"
    )
  })

  it("a command beside edits is the fix only if it names or installs what was missing", () => {
    const moved = ran("git mv berths ferries", 0, "")
    const text = mended("npx tsc", "Error: expected 3 berths", moved, edited("src/ferries.ts"))
    assert.notInclude(text, "fixed by")
    assert.include(text, "passed after 1 edit in `src/ferries.ts`")
    const installed = mended(
      "node --test",
      "Error: Cannot find package 'zod' imported from src/a.js",
      edited("src/b.js"),
      ran("npm install zod", 0, "added 1 package")
    )
    assert.include(installed, "fixed by `npm install zod`")
  })

  it("a script that was written once is no other form of a command", () => {
    const script = (body: string) => `python3 - <<'EOF'\n${body}\nEOF`
    const text = memory(
      asked("count the berths"),
      ran(script("print(a['b'])"), 1, `KeyError: 'berth'`),
      ran(script("print(a['c'])"), 0, "3"),
      ended
    )
    assert.notInclude(text, "fixed by")
  })

  it("a line that only says that something failed is not told with a fix", () => {
    const text = mended("pnpm fix", "[ELIFECYCLE] Command failed with exit code 1.", edited("src/berths.ts"))
    assert.notInclude(text, "ELIFECYCLE] Command failed with exit code 1.`: ")
  })

  it("a check without the changes, which were set aside for it, did not fail", () => {
    const text = memory(
      asked("add a test"),
      edited("src/ebb.go"),
      ran(
        "git stash push -- src/ebb.go && go test ./src; git stash pop",
        1,
        "--- FAIL: TestEbb (0.00s)\nFAIL\treef/src\t0.1s"
      ),
      edited("src/ebb.go"),
      ran("go test ./src", 0, "ok  \treef/src\t0.1s"),
      ended
    )
    assert.notInclude(text, "fixed by")
    assert.notInclude(text, "open:")
  })
})

describe("commands that fixed a failure", () => {
  it("a script that repairs what a check finds is the fix of that check alone", () => {
    const repair = ran("bun run lint:fix", 0, "Fixed 1 file.")
    assert.include(
      mended("bun run lint", "× Formatter would have printed the following content:", repair),
      "fixed by `bun run lint:fix`"
    )
    assert.notInclude(mended("bun run lint", 'error: Script not found "lint"', repair), "fixed by")
    assert.notInclude(mended("bun test", "Error: expected 3 berths", repair), "fixed by")
  })

  it("a build or a generator is the fix if something was missing, and nothing else was done", () => {
    const error = "Error: Cannot find module '../gen/tides.js'"
    const generator = ran("npm run codegen", 0, "done")
    assert.include(mended("node --test", error, generator), "fixed by `npm run codegen`; verified by `node --test`")
    assert.include(mended("node --test", error, ran("npm run build", 0, "done")), "fixed by `npm run build`")
    assert.notInclude(mended("node --test", "Error: expected 3 berths", generator), "fixed by")
    const beside = mended("node --test", error, generator, edited("src/ebb.js"))
    assert.notInclude(beside, "fixed by `npm run codegen`")
  })

  it("files that version control brought in are the fix if they were missing", () => {
    const checkout = ran("git -C vendor/tides checkout 1807c8b", 0, "HEAD is now at 1807c8b")
    const missing = "Error: could not find 'vendor/tides/load'\nFAILED"
    assert.include(mended("bats test/ebb.bats", missing, checkout), "fixed by `git -C vendor/tides checkout 1807c8b`")
    assert.notInclude(mended("bats test/ebb.bats", "Error: expected 3 berths", checkout), "fixed by")
    assert.include(
      mended(
        "make test",
        "make: vendor/tides/load: No such file or directory",
        ran("git submodule update --init", 0, "")
      ),
      "fixed by `git submodule update --init`"
    )
  })
})

describe("checks by another command", () => {
  it("a test that failed passes if another command says that it passed, after an edit", () => {
    const parts = [
      asked("why does it fail?"),
      ran("go test ./tides -run TestEbb -v", 1, "--- FAIL: TestEbb (0.00s)\nFAIL\tharbour.org/reef/tides\t0.2s")
    ]
    const passed = ran(
      "bash scripts/run.sh test",
      0,
      "[test] $ go test ./...\n[test] ok  \tharbour.org/reef/tides\t0.2s"
    )
    const text = memory(...parts, edited("tides/ebb.go"), passed, ended)
    assert.include(text, "fixed by editing `tides/ebb.go`; verified by `bash scripts/run.sh test`")
    assert.notInclude(memory(...parts, passed, ended), "open:")
    const other = ran("bash scripts/run.sh test", 0, "ok  \tharbour.org/reef/moon\t0.2s")
    assert.include(memory(...parts, edited("tides/ebb.go"), other, ended), "open: `go test ./tides")
  })

  it("a task of the project and the tool itself prove the same for the same files", () => {
    const text = memory(
      asked("run the tests"),
      ran("mise run test:bats -- test/ebb.bats", 1, "not ok 1 ebb\nError: expected 3 berths"),
      edited("src/ebb.rs"),
      ran("vendor/bin/bats test/ebb.bats", 0, "ok 1 ebb"),
      ended
    )
    assert.include(text, "fixed by editing `src/ebb.rs`; verified by `vendor/bin/bats test/ebb.bats`")
    const other = memory(
      asked("run the tests"),
      ran("mise run test:bats -- test/ebb.bats", 1, "not ok 1 ebb\nError: expected 3 berths"),
      edited("src/ebb.rs"),
      ran("vendor/bin/bats test/moon.bats", 0, "ok 1 moon"),
      ended
    )
    assert.notInclude(other, "fixed by")
  })

  it("a missing program is a limit of the machine if the check passed without it", () => {
    const text = memory(
      asked("run the tests"),
      ran("mise run test:bats -- test/ebb.bats", 1, "bats-exec-suite: line 314: parallel: command not found"),
      ran("vendor/bin/bats test/ebb.bats", 0, "ok 1 ebb"),
      ended
    )
    assert.include(text, "`parallel` does not work here")
    assert.include(text, "; `vendor/bin/bats test/ebb.bats` passes")
    assert.notInclude(text, "fixed by")
  })
})

describe("errors of loading", () => {
  it("the fix is the edit of the test that could not be loaded, under its new name", () => {
    const text = mended(
      "pytest",
      "tests/test_io.py:1: in <module>\n    from reef.io import save\nE   ModuleNotFoundError: No module named 'reef.io'",
      changed({ path: "tests/test_io.py", action: "update", movedTo: "tests/test_store.py" }),
      edited("reef/report.py")
    )
    assert.include(text, "fixed by editing `tests/test_store.py`;")
    assert.notMatch(text, /fixed by .*report/)
  })

  it("the fix is the edit of the code if a test that ran failed", () => {
    const text = mended(
      "pytest",
      "E   AssertionError: expected 3 berths\ntests/test_berths.py:9: AssertionError",
      edited("tests/test_berths.py", "reef/berths.py")
    )
    assert.include(text, "fixed by editing `reef/berths.py`;")
  })
})

describe("checks that passed", () => {
  it("a check that ran fewer tests without any act between is no fix, and the edit after it is", () => {
    const text = memory(
      asked("why does it fail?"),
      ran("mix test", 2, "  1) test ebbs (EbbTest)\n     test/ebb_test.exs:12\n     ** (RuntimeError) no owner"),
      ran("mix test test/ebb_test.exs", 0, "4 tests, 0 failures"),
      edited("test/ebb_test.exs"),
      ran("mix test", 0, "36 tests, 0 failures"),
      ended
    )
    assert.include(text, "fixed by editing `test/ebb_test.exs`")
    assert.notInclude(text, "instead")
  })

  it("a failure stays open if only fewer tests passed after it", () => {
    const text = memory(
      asked("run the tests"),
      ran("pytest", 1, "FAILED tests/test_ebb.py::test_ebb - ValueError: too low"),
      ran("pytest tests/test_ebb.py", 0, "1 passed in 0.01s"),
      ended
    )
    assert.include(text, "open: `pytest` failed")
  })

  it.each([
    ["an option", "bin/serve --daemon", "bin/serve --daemon -p 3100", "Address already in use - bind(2) for port 3000"],
    ["a variable", "npm start", "PORT=3100 npm start", "Error: listen EADDRINUSE: address already in use :::3000"]
  ])("a port in use is fixed by the command with another port: %s", (_, command, other, error) => {
    const text = memory(asked("start it"), ran(command, 1, error), ran(other, 0, "listening on 3100"), ended)
    assert.include(text, `: fixed by running \`${other}\` instead`)
    assert.notInclude(text, "open:")
  })

  it("a command that only shows its help does not fix a port in use", () => {
    const text = memory(
      asked("start it"),
      ran("bin/serve", 1, "Address already in use - bind(2) for port 3000"),
      ran("bin/serve --help", 0, "usage: serve"),
      ended
    )
    assert.notInclude(text, "fixed by")
  })

  it("a check that passed without containers is a way around a limit of the machine", () => {
    const text = memory(
      asked("run the integration tests"),
      ran("make itest", 1, "Error: Could not find a valid Docker environment"),
      ran("make itest -e WITHOUT=1", 0, "ok"),
      ended
    )
    assert.include(text, "`make itest` does not work here: ")
    assert.notInclude(text, "open:")
  })

  it("a check was not fixed by a second run", () => {
    assert.notInclude(mended("npm run e2e", "Error: timed out after 30 s"), "fixed by")
  })

  it("a check was not fixed by looks at tools, tasks and toolchains", () => {
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

  it("a check can pass with another toolchain", () => {
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

describe("failures because of the machine", () => {
  it("a failure without network is not fixed by an edit", () => {
    const text = mended(
      "gradle build",
      "error: failed to download https://repo.example.org/tides-2.1.jar",
      edited("src/Tides.java")
    )
    assert.notMatch(text, /fixed by|passed after/)
  })

  it("a failure that became another error outside the sandbox is a limit of the machine", () => {
    const text = memory(
      asked("bump the version"),
      ran("cargo test", 101, "error: failed to download `tides v2`"),
      edited("src/lib.rs"),
      ranSo("cargo test", "error[E0308]: mismatched types\n --> src/lib.rs:3:1", { exitCode: 101, isEscalated: true }),
      edited("src/lib.rs"),
      ranSo("cargo test", "test result: ok. 3 passed; 0 failed", { exitCode: 0, isEscalated: true }),
      ended
    )
    assert.match(text, /failed to download.*; it passes outside of the sandbox/)
    assert.notMatch(text, /failed to download.*fixed by/)
  })

  it("a refusal is not an open failure, nor is a missing program of a check", () => {
    const text = memory(
      asked("run everything"),
      ran("make e2e", 2, "e2e: open /home/ada/.cache/go-build/a1: operation not permitted"),
      ran("make bats", 127, "./lib/run-suite: line 314: parallel: command not found"),
      said("Neither runs here."),
      ended
    )
    assert.include(
      text,
      "`make e2e` does not work here: `e2e: open /home/ada/.cache/go-build/a1: operation not permitted`"
    )
    assert.include(text, "`parallel` does not work here: ")
    assert.include(text, "which `make bats` needs")
    assert.notInclude(text, "- open:")
  })

  it("a limit of the machine is listed for the kind of command, and not for one branch", () => {
    const text = memory(
      asked("begin a branch"),
      ran("git switch -c fix/berths", 128, "fatal: cannot lock ref: Operation not permitted"),
      ranSo("git switch -c fix/berths", "Switched to a new branch", { exitCode: 0, isEscalated: true }),
      ended
    )
    assert.include(text, "- `git switch` does not work here: ")
    assert.notInclude(text, "`git switch -c fix/berths` does not work here")
  })
})

describe("failures without a fix", () => {
  it("a failure is not open if the same check, or one as wide, passed later by other means", () => {
    for (const [failing, passing] of [
      ["mise run test:bats -- test/berths.bats", "test/bats/bin/bats test/berths.bats"],
      ["npm run test:all", "npm test"],
      ["pytest -n 4", "python -m pytest"]
    ] as const) {
      const text = memory(
        asked("add a berth"),
        edited("src/berths"),
        ran(failing, 1, "Error: no space left on device"),
        ran(passing, 0, "ok 1 berths\n3 passed"),
        ended
      )
      assert.notInclude(text, "- open:", failing)
      assert.include(text, "Outcome: success", failing)
    }
  })

  it("a failure is not open if it only prepared checks that then passed, or a commit ended it", () => {
    const prepared = memory(
      asked("add a berth"),
      edited("src/berths.rb"),
      ran("git submodule update --init", 128, "fatal: unable to find current revision"),
      ran("rspec", 0, "4 examples, 0 failures"),
      ended
    )
    assert.notInclude(prepared, "- open:")
    const merged = memory(
      asked("merge main"),
      ran("git merge main", 1, "CONFLICT (content): Merge conflict in a.go"),
      edited("a.go"),
      ran("git commit -am merged", 0, "[berths 1f2e3d4] merged"),
      ended
    )
    assert.notInclude(merged, "was not made to work")
  })

  it("a failure is open if it came last", () => {
    const text = memory(
      asked("add a berth"),
      ran("npm test", 0, "# pass 2"),
      edited("src/berths.js"),
      ran("npm run test:all", 1, "TypeError: berth is not iterable"),
      ended
    )
    assert.include(text, "- open: `npm run test:all` failed (exit 1): `TypeError: berth is not iterable`")
  })
})

describe("open work", () => {
  it("an offer of the assistant is not open work, and what the assistant left undone is", () => {
    for (const offer of [
      "If you want, I can do a small follow-up commit for the berths.",
      "I can add the follow-up test if you like.",
      "Would you like me to wire what is not yet supported?",
      "Let me know if the remaining work should go in as well."
    ]) {
      const text = memory(asked("add a berth"), added("berth.kt"), said(`Added it. ${offer}`), ended)
      assert.include(text, "- none left open", offer)
    }
    const left = memory(asked("add a berth"), added("berth.kt"), said("Added it. The import is not yet wired."), ended)
    assert.include(left, 'open, the assistant said: "The import is not yet wired."')
  })
})

describe("checks that were not run", () => {
  const after = (text: string): string =>
    memory(asked("add a licence"), added("LICENSE"), said(`Added it. ${text}`), ended)

  it("a check that the assistant calls needless is not open work, and one that it only left out is", () => {
    assert.include(after("Tests not run: license-only change."), "- none left open")
    assert.include(after("Tests were not run, since there are no code changes."), "- none left open")
    assert.include(after("Tests were not run."), 'open, the assistant said: "Tests were not run."')
    assert.include(after("The read-only mode is not yet supported."), "open, the assistant said")
  })
})

describe("commands that worked", () => {
  it("a command is not listed if only its own session could run it", () => {
    for (const command of [
      "cd /var/folders/6m/T/tmp.tVy/berths && cargo build -q",
      'cd "$scratch" && npm pack berths@1.5.2',
      "cd /tmp/berths && make test",
      '"$wt/target/debug/berths" check',
      "pytest /private/tmp/berths/test_a.py",
      "cd C:\\Users\\ada\\AppData\\Local\\Temp\\b && dotnet test"
    ]) {
      const text = memory(asked("does it build?"), ran(command, 0, "ok 1\n1 passed"), said("Yes."), ended)
      assert.include(text, "Reusable knowledge:\n- none", command)
    }
  })

  it("a command that only writes to a temporary folder, or sets its own variables, is listed", () => {
    for (const command of [
      "GOCACHE=/tmp/go-cache go test ./...",
      "for i in 1 2 3; do pytest tests/$i; done",
      "ROOT=$PWD make test",
      'cd "$HOME/berths" && make test'
    ]) {
      const text = memory(asked("does it work?"), ran(command, 0, "ok\n1 passed"), said("Yes."), ended)
      assert.notInclude(text, "Reusable knowledge:\n- none", command)
    }
  })
})

describe("stopped turns", () => {
  it("a turn that the user interrupted is not open if the user went on with something else", () => {
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

  it("a turn is stopped by the harness if the user did not stop it", () => {
    const text = memory(asked("sort the sailings"), added("src/sort.ts"), stopped)
    assert.include(text, 'open: the harness stopped "sort the sailings" before it was done')
    assert.include(text, "stopped by the harness")
  })
})

describe("lines of fixes", () => {
  it("a line is short: a hash is cut, a long command gives way to the check, a shown edit needs no explanation", () => {
    const long = `go test -count=1 -run '${"TestEbbAndFlood|".repeat(8)}TestTide' ./tides`
    const text = memory(
      asked("make it pass"),
      ran(
        long,
        1,
        "open /home/ada/.cache/go-build/99/99cd98d578af7220efa58f391bc9101fb89aca4c-a: no such file or directory"
      ),
      changed({ path: "tides/ebb.go", action: "update", movedTo: undefined, before: "ebbs := 1", after: "ebbs := 2" }),
      said("The cause was the wrong number of ebbs in `tides/ebb.go`, which is why it could not be opened."),
      ran("go test ./tides", 0, "ok  \tharbour.org/reef/tides\t0.2s"),
      ended
    )
    const line = text.split("\n").findLast((bullet) => bullet.includes("fixed by")) ?? ""
    assert.include(
      line,
      "99cd98d…-a: no such file or directory`: fixed by editing `tides/ebb.go` (`ebbs := 1` → `ebbs := 2`); verified by"
    )
    assert.notInclude(line, "wrong number")
  })
})
