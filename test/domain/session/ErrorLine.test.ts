import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { firstErrorLine, withoutTerminalControl } from "../../../src/domain/session/ErrorLine.js"
import { cpuTimeOf } from "../../support/time.js"

const lines = (...texts: ReadonlyArray<string>): string => texts.join("\n")

const found: ReadonlyArray<readonly [string, string, string]> = [
  [
    "node's module error under TAP, not the test failure that follows from it",
    lines(
      "TAP version 13",
      "# node:internal/modules/esm/resolve:283",
      "#     throw new ERR_MODULE_NOT_FOUND(",
      "#           ^",
      "# Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/p/lib/cart.js' imported from /p/test/cart.test.js",
      "#     at finalizeResolution (node:internal/modules/esm/resolve:283:11)",
      "not ok 1 - /p/test/cart.test.js",
      "  error: 'test failed'",
      "  code: 'ERR_TEST_FAILURE'",
      "# fail 1"
    ),
    "Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/p/lib/cart.js' imported from /p/test/cart.test.js"
  ],
  [
    "an assertion's message together with the line it goes on in",
    lines("✖ adds (1ms)", "  AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:", "  ", "  1 !== 2"),
    "AssertionError [ERR_ASSERTION]: Expected values to be strictly equal: 1 !== 2"
  ],
  [
    "the name of the test where TAP gives the message as a block",
    lines("not ok 1 - adds", "  ---", "  error: |-", "    Expected values to be strictly equal:", "# fail 1"),
    "not ok 1 - adds"
  ],
  [
    "a type checker's message that was wrapped to the terminal's width",
    lines(
      "src/shop/config.py:10: error: Library stubs not installed for",
      '"yaml"  [import-untyped]',
      "    import yaml",
      "    ^",
      'src/shop/config.py:10: note: Hint: "python3 -m pip install types-PyYAML"'
    ),
    'src/shop/config.py:10: error: Library stubs not installed for "yaml"  [import-untyped]'
  ],
  [
    "a wrapped message that breaks where only its closing code tells",
    lines("src/shop/api.py:23: error: Untyped decorator makes function", '"total" untyped  [misc]', "    @route()"),
    'src/shop/api.py:23: error: Untyped decorator makes function "total" untyped  [misc]'
  ],
  [
    "one message of several, each whole on its line",
    lines("a.py:1: error: Name is not defined  [name-defined]", "a.py:2: error: Missing return  [return]"),
    "a.py:1: error: Name is not defined  [name-defined]"
  ],
  [
    "the line under a Python traceback",
    lines(
      "Traceback (most recent call last):",
      '  File "a.py", line 1, in <module>',
      "    total()",
      "NameError: name 'x' is not defined"
    ),
    "NameError: name 'x' is not defined"
  ],
  [
    "the last exception of a chain of tracebacks",
    lines(
      "Traceback (most recent call last):",
      '  File "a.py", line 1, in <module>',
      "KeyError: 'a'",
      "",
      "During handling of the above exception, another exception occurred:",
      "",
      "Traceback (most recent call last):",
      '  File "a.py", line 3, in <module>',
      "ValueError: bad a"
    ),
    "ValueError: bad a"
  ],
  [
    "the first failing test's exception of several",
    lines(
      "FAIL: test_one (t.C)",
      "Traceback (most recent call last):",
      '  File "t.py", line 11, in test_one',
      "AssertionError: 1 != 2",
      "",
      "FAIL: test_two (t.C)",
      "Traceback (most recent call last):",
      '  File "t.py", line 19, in test_two',
      "AssertionError: 3 != 4"
    ),
    "AssertionError: 1 != 2"
  ],
  [
    "the error inside what Python says of a module it was told to run",
    "/usr/bin/python3: Error while finding module specification for 'shop.cli' (ModuleNotFoundError: No module named 'shop')",
    "ModuleNotFoundError: No module named 'shop'"
  ],
  [
    "pytest's own exception line",
    lines(">       raise ValueError()", "E       ValueError: no", "FAILED tests/test_a.py::test_x - ValueError: no"),
    "ValueError: no"
  ],
  [
    "pytest's summary where the assertion has no name",
    lines("E       assert 1 == 2", "FAILED tests/test_a.py::test_x - assert 1 == 2", "1 failed in 0.02s"),
    "FAILED tests/test_a.py::test_x - assert 1 == 2"
  ],
  [
    "rust's compile error, not the wrap-up",
    lines(
      "warning: unused variable: `e`",
      "error[E0308]: mismatched types",
      " --> src/main.rs:2:5",
      "error: could not compile `x`"
    ),
    "error[E0308]: mismatched types"
  ],
  [
    "a rust panic with its message, which stands on the next line",
    lines(
      "thread 'adds' panicked at src/lib.rs:5:9:",
      "assertion `left == right` failed",
      "test result: FAILED. 0 passed; 1 failed"
    ),
    "thread 'adds' panicked at src/lib.rs:5:9: assertion `left == right` failed"
  ],
  [
    "tsc",
    lines("src/a.ts(1,2): error TS2345: Argument of type 'string'", "Found 1 error."),
    "src/a.ts(1,2): error TS2345: Argument of type 'string'"
  ],
  [
    "a go test with what it found",
    lines("--- FAIL: TestAdd (0.00s)", "    a_test.go:10: got 1", "FAIL", "FAIL\tex/a\t0.01s"),
    "--- FAIL: TestAdd (0.00s) a_test.go:10: got 1"
  ],
  [
    "a go panic",
    lines("panic: runtime error: index out of range", "", "goroutine 1 [running]:"),
    "panic: runtime error: index out of range"
  ],
  [
    "a go compile error, which has no word for error",
    lines("# ex/a", "./a.go:5:2: undefined: foo"),
    "./a.go:5:2: undefined: foo"
  ],
  ["jest", lines("FAIL src/a.test.ts", "  ● math › adds", "", "    expect(received).toBe(expected)"), "● math › adds"],
  [
    "a type error under jest",
    lines("FAIL src/a.test.ts", "  ● math › adds", "", "    TypeError: add is not a function"),
    "TypeError: add is not a function"
  ],
  [
    "gcc, past its warnings",
    lines("main.c:5:3: warning: unused", "main.c:6:3: error: expected ';'", "make: *** [all] Error 1"),
    "main.c:6:3: error: expected ';'"
  ],
  ["bash", "bash: foo: command not found", "bash: foo: command not found"],
  ["sh", "sh: 1: foo: not found", "sh: 1: foo: not found"],
  [
    "eslint",
    lines("", "/p/a.js", "  1:10  error    'x' is unused  no-unused-vars", "", "✖ 1 problem (1 error)"),
    "1:10  error    'x' is unused  no-unused-vars"
  ],
  [
    "ruff",
    lines("src/a.py:3:1: I001 [*] Import block is un-sorted", "Found 1 error."),
    "src/a.py:3:1: I001 [*] Import block is un-sorted"
  ],
  [
    "npm",
    lines("npm ERR! code E404", 'npm ERR! Missing script: "foo"', "npm ERR! A complete log of this run"),
    'npm ERR! Missing script: "foo"'
  ],
  [
    "java",
    lines('Exception in thread "main" java.lang.IllegalStateException: no', "\tat A.main(A.java:3)"),
    'Exception in thread "main" java.lang.IllegalStateException: no'
  ],
  [
    "git",
    "fatal: not a git repository (or any of the parent directories): .git",
    "fatal: not a git repository (or any of the parent directories): .git"
  ],
  [
    "an error thrown by node, not the source line above it",
    lines("/p/a.js:5", '    throw new Error("boom")', "    ^", "", "Error: boom", "    at f"),
    "Error: boom"
  ],
  [
    "a message behind a progress bar",
    lines("error.bin  45% [=======>      ]", "failed to download: timeout"),
    "failed to download: timeout"
  ]
]

const poor: ReadonlyArray<readonly [string, string, string]> = [
  [
    "a report whose first line has only the code of the error",
    lines("Error: ferry::command::execution_failed", "", "  × Failed to read the timetable ebb.toml", "  ╰─▶ no key"),
    "× Failed to read the timetable ebb.toml"
  ],
  [
    "a message about an empty operand beside one that names the cause",
    lines("chmod: : No such file or directory", "install.sh: cannot create /opt/ferry: read-only volume"),
    "install.sh: cannot create /opt/ferry: read-only volume"
  ],
  [
    "a code that is all there is",
    lines("starting", "Error: ferry::command::execution_failed", "error: command failed with exit code 1"),
    "Error: ferry::command::execution_failed"
  ],
  [
    "a message about an empty operand alone",
    "chmod: : No such file or directory",
    "chmod: : No such file or directory"
  ],
  [
    "a code with words beside it, which is no poor name",
    lines("Error: ferry::command::execution_failed: no key", "  × Failed to read the timetable"),
    "Error: ferry::command::execution_failed: no key"
  ]
]

const silent: ReadonlyArray<readonly [string, string]> = [
  ["nothing", ""],
  ["tests that passed", lines("Ran 4 tests in 0.1s", "", "OK")],
  ["a test that is about errors", lines("ok 1 - throws an error", "# fail 0")],
  ["no errors", "0 errors, 0 warnings"],
  [
    "warnings",
    lines("warning: something failed to be fast", "DeprecationWarning: failed", "npm warn deprecated x: error prone")
  ],
  [
    "counts alone",
    lines(
      "36 tests, 1 failure",
      "1 failed, 2 passed in 0.12s",
      "94% tests passed, 1 tests failed out of 17",
      "Tests:       1 failed, 3 passed, 4 total",
      "Total errors: 1, Skipped: 0",
      "Found 3 errors in 2 files (checked 10 source files)"
    )
  ],
  ["a frame", "    at fail (/p/error.js:1:2)"]
]

describe("firstErrorLine", () => {
  for (const [what, output, expected] of [...found, ...poor]) {
    it(`the first error line is found in ${what}`, () => {
      assert.strictEqual(firstErrorLine(output), expected)
    })
  }

  for (const [what, output] of silent) {
    it(`no error line is found in ${what}`, () => {
      assert.isUndefined(firstErrorLine(output))
    })
  }

  it.prop(
    "the first error line of any text is one line without control characters, or none",
    [fc.string({ unit: "binary", maxLength: 400 })],
    ([text]) => {
      const line = firstErrorLine(text)
      return line === undefined || (!line.includes("\n") && withoutTerminalControl(line) === line)
    }
  )

  it("a line of two hundred thousand equal characters is read quickly", () => {
    for (const character of ["a", "#", " ", "E ", "at ", "error ", "1%", "=", "|"]) {
      assert.isBelow(
        cpuTimeOf(() => firstErrorLine(character.repeat(200_000))),
        5_000,
        character
      )
    }
  })
})

describe("withoutTerminalControl", () => {
  it("an overwritten line keeps only its last text", () => {
    assert.strictEqual(withoutTerminalControl("10%\r50%\r100%\ndone\u001b[0m\r\n"), "100%\ndone\n")
  })
})

describe("lines that only wrap up", () => {
  it.each([
    ["permission denied", "pkg/a.go: open /root/cache: permission denied\nFAIL\tberths/pkg [setup failed]\nFAIL"],
    [
      "undefined reference to `ebb'",
      "/usr/bin/ld: a.o: undefined reference to `ebb'\nmake: *** [Makefile:3: all] Error 1"
    ],
    ["a.c:3:1: error: expected ';'", "a.c:3:1: error: expected ';'\nninja: build stopped: subcommand failed."],
    ["Could not resolve berths:2.1", "FAILURE: Build failed with an exception.\n> Could not resolve berths:2.1"],
    ["WARNING: DATA RACE", "==================\nWARNING: DATA RACE\nWrite at 0x00c0\n--- FAIL: TestEbb (0.03s)"],
    ["WARNING: ThreadSanitizer: data race", "WARNING: ThreadSanitizer: data race (pid=7)\nSUMMARY: ThreadSanitizer: x"],
    [
      "LeakSanitizer: detected memory leaks",
      "7/7 Test #7: reef ...***Failed\n==8==ERROR: LeakSanitizer: detected memory leaks"
    ],
    ["signed integer overflow", "1/1 Test #1: reef ...***Failed\nsrc/a.c:3:5: runtime error: signed integer overflow"],
    ["Invalid read of size 4", "==9== Invalid read of size 4\n==9== ERROR SUMMARY: 1 errors from 1 contexts"],
    ["unknown option :ebb", "== Compilation error in file lib/a.ex ==\n** (ArgumentError) unknown option :ebb"],
    ["lib/a.ex:31:no_return", "lib/a.ex:31:no_return\nTotal errors: 1, Skipped: 0"],
    [
      "Unresolved reference: ebb",
      "e: file:///p/A.kt:1:2 Unresolved reference: ebb\nExecution failed for task ':compileKotlin'."
    ],
    [
      "chmod: cannot access 'ebb.sh': No such file or directory",
      "not ok 1 ebb starts\n# (in test file test/ebb.bats, line 9)\n# chmod: cannot access 'ebb.sh': No such file or directory"
    ],
    ["cannot open the tide table", "[unit] cannot open the tide table\n[unit] ERROR task failed"]
  ])("the cause of an error wins over a line that only wraps up: %s", (cause, output) => {
    assert.include(firstErrorLine(output) ?? "", cause)
  })
})
