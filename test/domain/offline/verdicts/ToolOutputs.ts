/* Outputs of tools as they print them, for the table of their messages. A new tool adds its own here. */

/** An output of a tool that failed, and of one that passed if it prints anything then. */
export interface ToolOutput {
  /** The command that printed it. */
  readonly command: string
  /** The line that is quoted as the error; undefined if the output has none that names it. */
  readonly error: string | undefined
  readonly failed: string
  readonly passed?: string
}

const linters: ReadonlyArray<ToolOutput> = [
  {
    command: "npx eslint .",
    error: "3:7   error  'total' is assigned a value but never used  no-unused-vars",
    failed: `
/home/ada/code/shop/src/cart.js
  3:7   error  'total' is assigned a value but never used  no-unused-vars
  9:1   error  Unexpected console statement                no-console

✖ 2 problems (2 errors, 0 warnings)
`
  },
  {
    command: "npx stylelint 'src/**/*.css'",
    error: undefined,
    failed: `
src/cart.css
  3:12  ✖  Unexpected unknown unit "pixels"  unit-no-unknown

✖ 1 problem (1 error, 0 warnings)
`
  },
  {
    command: "npx oxlint",
    error: undefined,
    failed: `
  × eslint(no-debugger): \`debugger\` statement is not allowed
   ╭─[src/cart.js:1:1]
 1 │ debugger
   · ────────
   ╰────
  help: Remove the debugger statement

Found 0 warnings and 1 error.
Finished in 5ms on 3 files with 90 rules using 2 threads.
`,
    passed: "Found 0 warnings and 0 errors.\nFinished in 5ms on 3 files with 90 rules using 2 threads.\n"
  },
  {
    command: "npx biome check .",
    error: undefined,
    failed: `./src/cart.ts:3:7 lint/style/useConst  FIXABLE  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━

  × This let declares a variable that is only assigned once.

  > 3 │   let total = 1
      │   ^^^

Checked 12 files in 8ms. No fixes applied.
Found 1 error.
check ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━

  × Some errors were emitted while running checks.
`,
    passed: "Checked 12 files in 8ms. No fixes applied.\n"
  },
  {
    command: "ruff check .",
    error: undefined,
    failed: `F401 [*] \`os\` imported but unused
 --> src/cart.py:1:8
  |
1 | import os
  |        ^^
  |
help: Remove unused import: \`os\`

Found 1 error.
[*] 1 fixable with the \`--fix\` option.
`,
    passed: "All checks passed!\n"
  },
  {
    command: "flake8 src",
    error: "src/cart.py:1:1: F401 'os' imported but unused",
    failed: "src/cart.py:1:1: F401 'os' imported but unused\n"
  },
  {
    command: "golangci-lint run",
    error: "cart/cart.go:12:15: Error return value of `f.Close` is not checked (errcheck)",
    failed: `cart/cart.go:12:15: Error return value of \`f.Close\` is not checked (errcheck)
	defer f.Close()
	             ^
1 issues:
* errcheck: 1
`,
    passed: "0 issues.\n"
  },
  {
    command: "bundle exec rubocop",
    error: undefined,
    failed: `Inspecting 12 files
.....C......

Offenses:

lib/cart.rb:3:5: C: [Correctable] Style/StringLiterals: Prefer single-quoted strings when you don't need interpolation.
    "a"
    ^^^

12 files inspected, 1 offense detected, 1 offense autocorrectable
`,
    passed: "Inspecting 12 files\n............\n\n12 files inspected, no offenses detected\n"
  },
  {
    command: "vendor/bin/phpstan analyse src",
    error: undefined,
    failed: ` ------ --------------------------------------------
  Line   src/Cart.php
 ------ --------------------------------------------
  12     Method Cart::total() should return int but returns string.
 ------ --------------------------------------------

 [ERROR] Found 1 error
`,
    passed: "\n [OK] No errors\n"
  },
  {
    command: "cargo clippy -- -D warnings",
    error: undefined,
    failed: `    Checking shop v0.1.0 (/home/ada/code/shop)
error: this \`if\` has identical blocks
 --> src/cart.rs:3:8
  |
  = help: for further information visit https://rust-lang.github.io/rust-clippy/master/index.html#if_same_then_else
  = note: \`#[deny(clippy::if_same_then_else)]\` on by default
`
  }
]

const typeCheckers: ReadonlyArray<ToolOutput> = [
  {
    command: "npx tsc --noEmit",
    error: "src/cart.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.",
    failed: "src/cart.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.\n"
  },
  {
    command: "mypy src",
    error: `src/cart.py:3: error: Incompatible return value type (got "str", expected "int")  [return-value]`,
    failed: `src/cart.py:3: error: Incompatible return value type (got "str", expected "int")  [return-value]
Found 1 error in 1 file (checked 3 source files)
`,
    passed: "Success: no issues found in 3 source files\n"
  },
  {
    command: "pyright",
    error: undefined,
    failed: `/home/ada/code/shop/src/cart.py
  /home/ada/code/shop/src/cart.py:3:12 - error: Type "str" is not assignable to return type "int" (reportReturnType)
1 error, 0 warnings, 0 informations
`,
    passed: "0 errors, 0 warnings, 0 informations\n"
  }
]

const formatters: ReadonlyArray<ToolOutput> = [
  {
    command: "npx prettier --check .",
    error: undefined,
    failed: `Checking formatting...
[warn] src/cart.js
[warn] Code style issues found in the above file. Run Prettier with --write to fix.
`,
    passed: "Checking formatting...\nAll matched files use Prettier code style!\n"
  },
  {
    command: "black --check .",
    error: undefined,
    failed:
      "would reformat src/cart.py\n\nOh no! 💥 💔 💥\n1 file would be reformatted, 3 files would be left unchanged.\n",
    passed: "All done! ✨ 🍰 ✨\n4 files would be left unchanged.\n"
  },
  {
    command: "ruff format --check .",
    error: undefined,
    failed: "Would reformat: src/cart.py\n1 file would be reformatted, 23 files already formatted\n",
    passed: "24 files already formatted\n"
  },
  {
    command: "cargo fmt --check",
    error: undefined,
    failed: "Diff in /home/ada/code/shop/src/cart.rs:3:\n fn total() {\n-  1\n+    1\n }\n"
  }
]

const testRunners: ReadonlyArray<ToolOutput & { readonly count: number }> = [
  {
    command: "npx vitest run",
    count: 4,
    error: "AssertionError: expected 1 to be 2 // Object.is equality",
    failed: `
 RUN  v3.2.4 /home/ada/code/shop

 ❯ test/cart.test.ts (2 tests | 1 failed) 5ms
   × cart > adds 3ms
     → expected 1 to be 2 // Object.is equality

 FAIL  test/cart.test.ts > cart > adds
AssertionError: expected 1 to be 2 // Object.is equality
 ❯ test/cart.test.ts:5:20

 Test Files  1 failed (1)
      Tests  1 failed | 1 passed (2)
`,
    passed: `
 RUN  v3.2.4 /home/ada/code/shop

 ✓ test/cart.test.ts (4 tests) 3ms

 Test Files  1 passed (1)
      Tests  4 passed (4)
`
  },
  {
    command: "npx jest",
    count: 5,
    error: "● cart › adds",
    failed: `FAIL test/cart.test.js
  ● cart › adds

    expect(received).toBe(expected) // Object.is equality

Test Suites: 1 failed, 1 total
Tests:       1 failed, 5 passed, 6 total
`,
    passed: "PASS test/cart.test.js\n\nTest Suites: 1 passed, 1 total\nTests:       5 passed, 5 total\n"
  },
  {
    command: "npx mocha",
    count: 5,
    error: "AssertionError [ERR_ASSERTION]: 1 == 2",
    failed: `
  cart
    ✔ pays
    1) adds

  1 passing (4ms)
  1 failing

  1) cart
       adds:

      AssertionError [ERR_ASSERTION]: 1 == 2
`,
    passed: "\n  cart\n    ✔ adds\n\n  5 passing (4ms)\n"
  },
  {
    command: "node --test",
    count: 3,
    error: "not ok 1 - adds",
    failed: "TAP version 13\nnot ok 1 - adds\n1..1\n# tests 1\n# pass 0\n# fail 1\n",
    passed: "✔ adds (0.4ms)\nℹ tests 3\nℹ pass 3\nℹ fail 0\n"
  },
  {
    command: "pytest",
    count: 9,
    error: "FAILED tests/test_cart.py::test_adds - assert 1 == 2",
    failed: `=========================== short test summary info ============================
FAILED tests/test_cart.py::test_adds - assert 1 == 2
========================= 1 failed, 8 passed in 0.10s ==========================
`,
    passed:
      "tests/test_cart.py .........                                      [100%]\n\n============================== 9 passed in 0.10s ===============================\n"
  },
  {
    command: "cargo test",
    count: 2,
    error: undefined,
    failed: `
running 2 tests
test tests::pays ... ok
test tests::adds ... FAILED

failures:
    tests::adds

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

error: test failed, to rerun pass \`--lib\`
`,
    passed:
      "\nrunning 2 tests\ntest tests::adds ... ok\ntest tests::pays ... ok\n\ntest result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n"
  },
  {
    command: "bundle exec rspec",
    count: 5,
    error: undefined,
    failed:
      "Failures:\n\n  1) Cart adds\n     Failure/Error: expect(1).to eq 2\n\n5 examples, 1 failure\n\nFailed examples:\n\nrspec ./spec/cart_spec.rb:3 # Cart adds\n",
    passed: ".....\n\nFinished in 0.01 seconds (files took 0.1 seconds to load)\n5 examples, 0 failures\n"
  },
  {
    command: "vendor/bin/phpunit",
    count: 5,
    error: undefined,
    failed:
      "There was 1 failure:\n\n1) CartTest::testAdds\nFailed asserting that 1 matches expected 2.\n\nFAILURES!\nTests: 5, Assertions: 7, Failures: 1.\n",
    passed: "OK (5 tests, 7 assertions)\n"
  }
]

export const toolOutputs = { linters, typeCheckers, formatters, testRunners }
