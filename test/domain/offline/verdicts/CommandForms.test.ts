import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { nonEmpty } from "../../../support/nonEmpty.js"
import { only, verdicts } from "./Judged.js"

const failedJest = "Tests:       2 failed, 7 passed, 9 total\n"
const passedJest = "Tests:       9 passed, 9 total\n"
const typeError = "lib/cart.ts(8,3): error TS2339: Property 'sum' does not exist.\n"

describe("filters of an output", () => {
  const silentChecks = fc.constantFrom(
    "npx tsc --noEmit",
    "npx eslint .",
    "go vet ./...",
    "npx stylelint css",
    "flake8"
  )
  const filters = fc.constantFrom(
    "grep lib/cart",
    "grep -v node_modules",
    "rg cart",
    "sed -n '/cart/p'",
    "awk '/cart/'",
    "cut -d: -f1",
    "head -0",
    "tail -n +50",
    "wc -l"
  )
  const endings = fc.constantFrom("", " || true", " | head -20", "; true", " || echo")

  it.prop("the silence of a filter is no pass", [silentChecks, filters, endings], ([check, filter, ending]) => {
    assert.deepStrictEqual(only(`${check} 2>&1 | ${filter}${ending}`, "", 0), ["unknown"])
  })

  it("silence that a filter passes on is the silence of the check", () => {
    for (const screen of nonEmpty(["head -30", "tail -5", "cat", "sort | uniq", "tee types.log"])) {
      assert.deepStrictEqual(only(`npx tsc --noEmit 2>&1 | ${screen}`, "", 0), ["passed"], screen)
    }
  })

  it("silence proves nothing where the output went elsewhere", () => {
    assert.deepStrictEqual(only("npx tsc --noEmit > types.log || true", "", 0), ["unknown"])
    assert.deepStrictEqual(only("go vet ./... 2>/dev/null | head", "", 0), ["unknown"])
    assert.deepStrictEqual(only("npx tsc --noEmit > types.log", "", 0), ["passed"])
  })

  it("passes that a filter picked prove nothing, unless their line counts failures too", () => {
    assert.deepStrictEqual(only("go test ./... | grep ok", "ok  \tshop/cart\t0.2s\n", 0), ["unknown"])
    assert.deepStrictEqual(only("node --test | grep '# pass'", "# pass 7\n", 0), ["unknown"])
    assert.deepStrictEqual(only("npm test | grep -v fail", "✓ sums\n", 0), ["unknown"])
    assert.deepStrictEqual(only("pytest | grep passed", "9 passed in 0.31s\n", 0), ["passed"])
    assert.deepStrictEqual(only("go test ./... | grep -v 'no test files'", "ok  \tshop/cart\t0.2s\n", 0), ["passed"])
  })
})

describe("commands that only start something", () => {
  it("a check that nobody waited for did not pass", () => {
    for (const command of nonEmpty([
      "npm test &",
      "nohup npm test &",
      "npm test > out 2>&1 &",
      "(npm run build && npm test) &",
      "(npm test &)",
      "setsid npm test",
      "tmux new-session -d 'npm test'",
      "screen -dmS t npm test",
      "docker compose run -d api npm test",
      "docker run --rm -itd shop npm test",
      "bash -c 'npm test &'",
      "systemd-run npm test",
      "pm2 start npm -- test"
    ])) {
      assert.deepStrictEqual([...new Set(only(command, "", 0))], ["unknown"], command)
    }
  })

  it("the output of a check in the background still tells", () => {
    assert.deepStrictEqual(only("npm test & wait", failedJest, 0), ["failed"])
    assert.deepStrictEqual(only("npm test & wait", passedJest, 0), ["passed"])
  })

  it("a check that the shell waits for passes by its exit code", () => {
    for (const command of nonEmpty(["nohup npm test", "setsid --wait npm test", "npm test 2>&1", "npm test >& out"])) {
      assert.deepStrictEqual(only(command, "", 0), ["passed"], command)
    }
    assert.deepStrictEqual(only("docker compose up -d", "Started", 0), ["passed"])
  })
})

describe("codes that are turned round", () => {
  it("a command behind an exclamation mark failed if the shell says that all is well", () => {
    assert.deepStrictEqual(verdicts("! npm test", failedJest, 0), ["npm test: failed"])
    assert.deepStrictEqual(verdicts("! npm run build", "", 0), ["npm run build: failed"])
    assert.deepStrictEqual(verdicts("! npm test", passedJest, 1), ["npm test: passed"])
    assert.deepStrictEqual(verdicts("! ! npm test", "", 0), ["npm test: passed"])
  })

  it("a chain that failed says nothing about a command behind an exclamation mark", () => {
    assert.deepStrictEqual(only("! npx tsc --noEmit && npm test", "", 0), ["failed", "passed"])
    assert.deepStrictEqual(only("! npm run build && npm test", "", 1), ["unknown", "unknown"])
  })
})

describe("runs without a test", () => {
  it("a run that had no test to run neither passed nor failed", () => {
    for (const [command, output, code] of nonEmpty([
      ["pytest", "no tests ran in 0.01s", 5],
      ["pytest -k x", "9 deselected in 0.02s", 5],
      ["npx jest cart", "No tests found, exiting with code 1", 1],
      ["npx vitest run cart", "No test files found, exiting with code 1", 1],
      [
        "cargo test x",
        "running 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 9 filtered out",
        0
      ],
      ["go test -run X ./cart", "ok  \tshop/cart\t0.2s [no tests to run]", 0],
      ["python -m unittest", "Ran 0 tests in 0.000s\n\nOK", 0],
      ["bundle exec rspec x", "0 examples, 0 failures", 0],
      ["node --test", "# tests 0\n# pass 0\n# fail 0", 0],
      ["npm test --if-present", "", 0]
    ] as const)) {
      assert.deepStrictEqual(only(command, output, code), ["unknown"], command)
    }
  })

  it("a target without tests does not matter beside one that has some", () => {
    const both =
      "running 0 tests\ntest result: ok. 0 passed; 0 failed\nrunning 2 tests\ntest result: ok. 2 passed; 0 failed"
    assert.deepStrictEqual(only("cargo test", both, 0), ["passed"])
    assert.deepStrictEqual(only("pytest", "1 failed, 3 deselected in 0.1s", 1), ["failed"])
  })
})

describe("checks beside other commands", () => {
  it("a check is not blamed for the exit code of a search or comparison after it", () => {
    for (const later of nonEmpty(["grep -rn debugger src", "git diff --exit-code", "npm audit", "test -f dist/a.js"])) {
      assert.deepStrictEqual(only(`npm run lint && ${later}`, "> eslint .\n", 1), ["unknown"], later)
      assert.deepStrictEqual(only(`npm run lint && npm test && ${later}`, passedJest, 1), ["passed", "passed"], later)
    }
    assert.deepStrictEqual(only("npx eslint . && grep -rn debugger src", "✖ 2 problems (2 errors, 0 warnings)", 1), [
      "failed"
    ])
  })

  it("an error that a check and a program after it may have had is of both together", () => {
    const error = "Error: connect ECONNREFUSED 127.0.0.1:6379\n"
    assert.deepStrictEqual(verdicts("npx tsc --noEmit && node dist/serve.js", error, 1), [
      "npx tsc --noEmit && node dist/serve.js: failed"
    ])
    assert.deepStrictEqual(only("npx tsc --noEmit && node dist/serve.js", typeError, 2), ["failed", "unknown"])
  })

  it("a message of git is of the git command that it is about", () => {
    assert.deepStrictEqual(only("npm run build && git push", "error: failed to push some refs to 'x'", 1), [
      "passed",
      "failed"
    ])
    assert.deepStrictEqual(
      verdicts("git add -A && git commit -m cart && git push", "husky - pre-commit script failed (code 1)", 1),
      ["git add -A: passed", "git commit -m cart: failed", "git push: unknown"]
    )
    assert.deepStrictEqual(only("git commit -m cart", "nothing to commit, working tree clean", 1), ["unknown"])
  })

  it("the summary of a log that was printed is not that of the run", () => {
    assert.deepStrictEqual(only("npm test; cat old.log", passedJest + failedJest, 0), ["passed"])
    assert.deepStrictEqual(only("npm test; tail -4 old.log", failedJest + passedJest, 0), ["failed"])
    assert.deepStrictEqual(only("cat old.log; npm test || true", failedJest + passedJest, 0), ["passed"])
    assert.deepStrictEqual(only("cat a.log; npm test; cat b.log", passedJest + failedJest, 0), ["unknown"])
    assert.deepStrictEqual(only("npm test; cat old.log", failedJest, 0), ["failed"])
  })

  it("a command that was stopped by a signal did not fail", () => {
    assert.deepStrictEqual([only("npm start", "", 143), only("npm run dev", "", 130)], [["unknown"], ["unknown"]])
    assert.deepStrictEqual(only("timeout -s KILL 9 npm test", "", 137), ["unknown"])
    assert.deepStrictEqual(only("npm run build", "Killed", 137), ["failed"])
    assert.deepStrictEqual(only("npm test", failedJest, 143), ["failed"])
  })
})

describe("several runs of one tool", () => {
  const run = fc.record({ failed: fc.integer({ min: 0, max: 5 }), passed: fc.integer({ min: 1, max: 99 }) })

  it.prop("each run is told by its own summary", [fc.array(run, { minLength: 2, maxLength: 4 })], ([runs]) => {
    const command = runs.map((_, index) => `pytest tests/part${index}`).join("; ")
    const output = runs.map(({ failed, passed }) => `${failed > 0 ? `${failed} failed, ` : ""}${passed} passed in 0.1s`)
    const last = (runs.at(-1)?.failed ?? 0) > 0 ? 1 : 0
    assert.deepStrictEqual(
      only(command, output.join("\n"), last),
      runs.map(({ failed }) => (failed > 0 ? "failed" : "passed"))
    )
  })

  it("a failure that no run is known to have had is not lost", () => {
    const eslint = "✖ 1 problem (1 error, 0 warnings)\n"
    assert.deepStrictEqual(only("npx eslint web; npx eslint api", eslint, 0), ["failed", "passed"])
    assert.deepStrictEqual(verdicts("npx eslint web; npx eslint api; true", eslint, 0), [
      "npx eslint web; npx eslint api: failed"
    ])
    assert.deepStrictEqual(only("npx eslint web; npx eslint api", "", 0), ["unknown", "passed"])
  })

  it("commands in brackets are read one by one", () => {
    assert.deepStrictEqual(verdicts("(cd api && go test ./...) && (cd web && npm test)", passedJest, 0), [
      "cd api && go test ./...: passed",
      "cd web && npm test: passed"
    ])
    assert.deepStrictEqual(verdicts("( go test ./... )", "", 0), ["go test ./...: passed"])
    assert.deepStrictEqual(only("npm run lint && (npm test; npm run build)", "", 0), ["passed", "passed"])
  })
})

describe("tools beside a formatter that is not chained", () => {
  const outputs: ReadonlyArray<readonly [command: string, failed: string, passed?: string]> = [
    ["bun test", " 7 pass\n 2 fail\n", " 9 pass\n 0 fail\n"],
    ["deno lint", "error[no-unused-vars]: `cart` is never used\nFound 1 problem\n"],
    ["cargo clippy", "error: unused variable: `cart`\n --> src/cart.rs:3:9\n"],
    ["pre-commit run -a", "ruff.....Passed\nmypy.....Failed\n- hook id: mypy\n", "ruff.....Passed\n"],
    ["mix format --check-formatted", "** (Mix) mix format failed due to --check-formatted.\n"],
    ["mix credo", "12 mods/funs, found 1 warning, 2 code readability issues.\n", "12 mods/funs, found no issues.\n"],
    ["mix dialyzer", "Total errors: 2, Skipped: 0\n", "done (passed successfully)\n"],
    ["dart analyze", "  error • lib/a.dart:3:1 • Undefined name 'x' • undefined_identifier\n", "No issues found!\n"],
    ["flutter analyze", "1 issue found. (ran in 1.2s)\n", "No issues found! (ran in 1.1s)\n"],
    ["flutter test", "00:02 +4 -1: Some tests failed.\n", "00:02 +5: All tests passed!\n"],
    [
      "mvn checkstyle:check",
      "[ERROR] src/Cart.java:[3,5] (javadoc) Missing\n",
      "[INFO] You have 0 Checkstyle violations.\n"
    ],
    ["terraform fmt -check", "main.tf\n"],
    ["gofmt -l .", "cart.go\n"],
    ["zig fmt --check src", "src/cart.zig\n"],
    ["docker compose exec api pytest", "1 failed, 6 passed in 0.3s\n", "7 passed in 0.3s\n"],
    [
      "ansible-lint",
      "Failed: 2 failure(s), 0 warning(s) on 9 files.\n",
      "Passed: 0 failure(s), 0 warning(s) on 9 files.\n"
    ],
    ["tflint", "2 issue(s) found:\n"],
    ["sqlfluff lint models", "== [models/cart.sql] FAIL\n", "== [models/cart.sql] PASS\n"],
    [
      "cspell .",
      "CSpell: Files checked: 9, Issues found: 2 in 1 files.\n",
      "CSpell: Files checked: 9, Issues found: 0 in 0 files.\n"
    ],
    ["codespell docs", "docs/a.md:3: teh ==> the\n"],
    ["typos", "error: `teh` should be `the`\n"],
    ["djlint templates", "Linted 9 files, found 2 errors.\n", "Linted 9 files, found 0 errors.\n"],
    ["phpcs src", "FOUND 2 ERRORS AFFECTING 1 LINE\n"],
    ["php-cs-fixer fix --dry-run", "Found 1 of 9 files that can be fixed in 0.1 seconds\n"],
    [
      "cargo deny check",
      "advisories FAILED, bans ok, licenses ok, sources ok\n",
      "advisories ok, bans ok, licenses ok, sources ok\n"
    ],
    ["hlint src", "2 hints\n", "No hints\n"],
    ["helm lint chart", "1 chart(s) linted, 1 chart(s) failed\n", "1 chart(s) linted, 0 chart(s) failed\n"],
    ["kubeconform k8s", "Summary: 9 resources found in 3 files - Valid: 8, Invalid: 1, Errors: 0, Skipped: 0\n"],
    ["npx commitlint --last", "✖   found 1 problems, 0 warnings\n", "✔   found 0 problems, 0 warnings\n"],
    ["terraform validate", "│ Error: Unsupported argument\n", "Success! The configuration is valid.\n"],
    [
      "forge test",
      "Suite result: FAILED. 1 passed; 1 failed; 0 skipped\n",
      "Suite result: ok. 2 passed; 0 failed; 0 skipped\n"
    ],
    ["busted", "8 successes / 1 failure / 0 errors / 0 pending\n", "9 successes / 0 failures / 0 errors / 0 pending\n"],
    ["npx cucumber-js", "9 scenarios (1 failed, 8 passed)\n", "9 scenarios (9 passed)\n"],
    ["robot tests", "9 tests, 8 passed, 1 failed\n", "9 tests, 9 passed, 0 failed\n"],
    ["pytype src", "src/cart.py:3:1: error: in total: bad [wrong-arg-types]\n", "Success: no errors found\n"]
  ]

  it.each(outputs)("the output of %s is known", (command, failed, passed) => {
    const chain = `${command}; npx prettier --check .; true`
    const formatter = "All matched files use Prettier code style!\n"
    assert.strictEqual(only(chain, failed + formatter, 0)[0], "failed")
    assert.strictEqual(only(chain, (passed ?? "") + formatter, 0)[0], passed === undefined ? "unknown" : "passed")
  })
})
