import type { CommandKind } from "../commands/CommandPrograms.js"

/*
 * The messages by which a tool is known in an output that several commands share. To teach a tool, add a row here, and an
 * output of it to the outputs that the tests have. Data alone: `PartOutput.ts` reads outputs.
 */

/** A message that only the tools of this row print, matched against one line without the space around it. */
export interface ToolMessages {
  /** The kind of work that the message reports. A script of that kind may run any of the tools. */
  readonly kind: Extract<CommandKind, "test" | "lint" | "type-check" | "format" | "build">
  /** The names of the programs, with the first argument where that decides what the program does. */
  readonly tools: ReadonlyArray<string>
  readonly failed?: RegExp
  readonly passed?: RegExp
}

const row = (
  kind: ToolMessages["kind"],
  tools: string,
  patterns: Pick<ToolMessages, "failed" | "passed">
): ToolMessages => ({ kind, tools: tools.split(", "), ...patterns })

const ruby = "rspec, rake, rails test, minitest, ruby"
const rustBuilds = "cargo build, cargo check, cargo clippy, cargo test, cargo nextest, cargo run, rustc"
const goBuilds = "go build, go vet, go test, go run, golangci-lint"
const java = "mvn, mvnw, gradle, gradlew"

/** The rows of all tools that are known. One line may match rows of several tools. */
export const toolMessages: ReadonlyArray<ToolMessages> = [
  // Tests
  row("test", "vitest", {
    failed: /^(?:Test Files|Tests) +(?:.{0,40}\| )?[1-9]\d{0,6} failed|^FAIL +(?:\|[^|]{1,60}\| )?\S+ (?:>|\[)/,
    passed: /^(?:Test Files|Tests) +[1-9]\d{0,6} passed/
  }),
  row("test", "jest", {
    failed: /^(?:Test Suites|Tests): +(?:.{0,40}, )?[1-9]\d{0,6} failed|^FAIL \S+\.[cm]?[jt]sx?\b/,
    passed: /^(?:Test Suites|Tests): +(?:.{0,40}, )?[1-9]\d{0,6} passed|^PASS \S+\.[cm]?[jt]sx?\b/
  }),
  row("test", "mocha, cypress, jasmine", {
    failed: /^[1-9]\d{0,6} failing\b|^[1-9]\d{0,6} specs?, [1-9]\d{0,6} failures?\b/,
    passed: /^[1-9]\d{0,6} passing\b|^[1-9]\d{0,6} specs?, 0 failures/
  }),
  row("test", "node, tap, tape, ava, tsx, bats", {
    failed: /^[#ℹ] fail {1,3}[1-9]|^not ok \d+(?!.{0,300}# (?:TODO|SKIP))/i,
    passed: /^[#ℹ] pass {1,3}[1-9]|^ok \d+\b(?!.{0,300}# SKIP)/i
  }),
  row("test", "ava", {
    failed: /^[1-9]\d{0,6} tests? failed$|^[1-9]\d{0,6} uncaught exceptions?$/,
    passed: /^[1-9]\d{0,6} tests? passed$/
  }),
  row("test", "playwright", { failed: /^[1-9]\d{0,6} failed$/, passed: /^[1-9]\d{0,6} passed \([\d.]+m?s\)$/ }),
  row("test", "bun test", { failed: /^[1-9]\d{0,6} fail$/, passed: /^[1-9]\d{0,6} pass$/ }),
  row("test", "deno, deno test", {
    failed: /^FAILED \| \d{1,7} passed/,
    passed: /^ok \| [1-9]\d{0,6} passed/
  }),
  row("test", "pytest, py.test, tox, nox", {
    failed:
      /^=* ?[1-9]\d{0,6} (?:failed|errors?)\b.{0,120} in [\d.]+s|^FAILED \S+\.py(?:::| )|^ERROR \S+\.py(?:::| - |$)|^!{5,} .{0,60}errors? during collection/,
    passed: /^=* ?[1-9]\d{0,6} passed\b(?!.{0,80}(?:failed|error)).{0,120} in [\d.]+s/
  }),
  row("test", "unittest, manage.py, python, django-admin, nose2", {
    failed: /^FAILED \((?:failures|errors|unexpected successes)=|^(?:FAIL|ERROR): \w{1,120} \(/,
    passed: /^Ran [1-9]\d{0,6} tests? in |^OK(?: \((?:skipped|expected failures)=.{1,60}\))?$/
  }),
  row("test", "cargo test, cargo nextest, nextest", {
    failed:
      /^test result: FAILED|^test \S.{0,200} \.\.\. FAILED$|^error: test (?:failed|run failed)|^error: \d+ targets? failed|\((?:lib|bin|test) (?:"[^"]{1,80}" )?test\) due to|^Summary \[.{1,80} [1-9]\d{0,6} failed/,
    passed: /^test result: ok|^Summary \[.{1,40}\] +\d{1,7} tests? run: [1-9]\d{0,6} passed(?!.{0,60} failed)/
  }),
  row("test", "go test, gotestsum", {
    failed: /^(?:--- FAIL:|FAIL(?:\s+\S+|$))/,
    passed: /^ok {1,4}\t?\S+\s+(?:\(cached\)|[\d.]+s)|^--- PASS:/
  }),
  row("test", ruby, {
    failed:
      /^\d{1,7} (?:examples?|runs|tests), .{0,60}?[1-9]\d{0,6} (?:failures?|errors?)|^rspec \.\/\S+:\d+ # |^An error occurred while loading \.\//,
    passed: /^[1-9]\d{0,6} (?:examples?|runs|tests), (?:\d{1,7} assertions, )?0 failures(?!, [1-9]\d{0,6} errors?)/
  }),
  row("test", "phpunit, pest", {
    failed:
      /^(?:FAILURES|ERRORS)!$|^Tests: +(?:\d+, Assertions: .{0,80}(?:Failures|Errors): [1-9]|[1-9]\d{0,6} failed.{0,60} assertions?\))/,
    passed: /^OK \([1-9]\d{0,6} tests?, \d{1,7} assertions?\)|^Tests: +[1-9]\d{0,6} passed.{0,60} assertions?\)/
  }),
  row("test", java, {
    failed:
      /^(?:\[\w{4,7}\] +)?Tests run: \d+, (?:Failures: [1-9]|Failures: \d+, Errors: [1-9])|^\d{1,7} tests? completed, [1-9]\d{0,6} failed|^> Task :\S*[tT]est\S* FAILED/,
    passed: /^(?:\[\w{4,7}\] +)?Tests run: [1-9]\d{0,6}, Failures: 0, Errors: 0/
  }),
  row("test", "dotnet test, dotnet", {
    failed: /^Failed! {1,3}- Failed: {1,6}[1-9]|^Test Run Failed\./,
    passed: /^Passed! {1,3}- Failed: {1,6}0|^Test Run Successful\./
  }),
  row("test", "sbt", {
    failed: /^\[error\] (?:Failed: Total \d|\(.{0,60}[tT]est\S*\) sbt\.TestsFailedException)/,
    passed: /^\[info\] (?:Passed: Total [1-9]|All tests passed\.)/
  }),
  row("test", "flutter test, dart test", {
    failed: /^\d{2}:\d{2} \+\d{1,6}(?: ~\d{1,6})? -[1-9]\d{0,5}: Some tests failed\./,
    passed: /^\d{2}:\d{2} \+[1-9]\d{0,5}(?: ~\d{1,6})?: All tests passed!/
  }),
  row("test", "zig build, zig test", {
    failed:
      /^Build Summary: .{0,80}\b[1-9]\d{0,6} failed|^[1-9]\d{0,6} of \d{1,7} tests? (?:failed|passed[.;] .{0,40}[1-9]\d{0,6} failed)/,
    passed: /^All [1-9]\d{0,6} tests passed\.$/
  }),
  row("test", "gleam test", {
    failed: /^\d{1,7} (?:tests?|passed), [1-9]\d{0,6} failures?$/,
    passed: /^[1-9]\d{0,6} (?:tests?|passed), no failures$/
  }),
  row("test", "forge test", {
    failed: /^Suite result: FAILED\./,
    passed: /^Suite result: ok\. [1-9]/
  }),
  row("test", "lein test, clojure, clj", {
    failed: /^(?:[1-9]\d{0,6} failures?, \d{1,7} errors?|\d{1,7} failures?, [1-9]\d{0,6} errors?)\.$/,
    passed: /^0 failures, 0 errors\.$/
  }),
  row("test", "busted", {
    failed: /^\d{1,7} success(?:es)? \/ (?:[1-9]\d{0,6} failures?|\d{1,7} failures? \/ [1-9]\d{0,6} errors?)\b/,
    passed: /^[1-9]\d{0,6} success(?:es)? \/ 0 failures \/ 0 errors\b/
  }),
  row("test", "cucumber, cucumber-js, behave", {
    failed: /^\d{1,7} scenarios? \(.{0,40}[1-9]\d{0,6} failed|^\d{1,7} scenarios? passed, [1-9]\d{0,6} failed/,
    passed: /^[1-9]\d{0,6} scenarios? \([1-9]\d{0,6} passed\)$|^[1-9]\d{0,6} scenarios? passed, 0 failed/
  }),
  row("test", "robot", {
    failed: /^\d{1,7} tests?, \d{1,7} passed, [1-9]\d{0,6} failed/,
    passed: /^[1-9]\d{0,6} tests?, [1-9]\d{0,6} passed, 0 failed/
  }),
  row("test", "invoke-pester", {
    failed: /^Tests Passed: \d{1,7}, Failed: [1-9]/,
    passed: /^Tests Passed: [1-9]\d{0,6}, Failed: 0\b/
  }),
  row("test", "stack test, cabal test", {
    failed:
      /^Test suite \S{1,80}: FAIL|^\S{1,80}> Test suite \S{1,80} failed|^\d{1,7} examples?, [1-9]\d{0,6} failures?/,
    passed: /^Test suite \S{1,80}: PASS|^\S{1,80}> Test suite \S{1,80} passed|^[1-9]\d{0,6} examples?, 0 failures/
  }),
  row("test", "rscript", {
    failed: /^\[ FAIL [1-9]\d{0,6} \|/,
    passed: /^\[ FAIL 0 \| WARN \d{1,7} \| SKIP \d{1,7} \| PASS [1-9]/
  }),
  row("test", "ctest", { failed: /^\d{1,2}% tests passed, /, passed: /^100% tests passed, / }),
  row("test", "mix test, bats, elixir", {
    failed: /^\d{1,7} tests?, [1-9]\d{0,6} failures?\b/,
    passed: /^[1-9]\d{0,6} tests?, 0 failures\b/
  }),
  row("test", "swift test, xcodebuild", {
    failed: /^Executed \d{1,7} tests?, with [1-9]|^\*\* TEST FAILED \*\*/,
    passed: /^Executed [1-9]\d{0,6} tests?, with 0 failures|^\*\* TEST SUCCEEDED \*\*/
  }),

  // Linters
  row("lint", "eslint, stylelint, xo, next lint", {
    failed: /^[✖×✗] [1-9]\d{0,6} problems?(?! \(0 errors)/
  }),
  row("lint", "eslint, xo, next lint, yamllint", { failed: /^\d{1,9}:\d{1,9} +error +\S/ }),
  row("lint", "eslint", {
    failed:
      /^ESLint: \d+\.\d+|^ESLint couldn't find |^Oops! Something went wrong! :\(|^ESLint found too many warnings|^\d{1,7} errors? and \d{1,7} warnings? potentially fixable with the `--fix`/
  }),
  row("lint", "stylelint", { failed: /^\d{1,9}:\d{1,9} +[✖×] +\S/ }),
  row("lint", "standard", {
    failed: /^standard: |^\S{1,300}\.[cm]?[jt]sx?:\d{1,9}:\d{1,9}: \S.{1,300} \([\w/@-]{3,60}\)$/
  }),
  row("lint", "oxlint", {
    failed: /^[×✖] [a-z][a-z0-9_-]{1,40}\([\w/-]{2,80}\): |^Found \d{1,6} warnings? and [1-9]\d{0,6} errors?/,
    passed: /^Found \d{1,6} warnings? and 0 errors/
  }),
  row("lint", "biome", {
    failed:
      /^\S{1,300} (?:lint|assist|format|parse|organizeImports|suppressions|internalError)\b.{0,120}━{3}|^[×✖] Some errors were emitted while|^Found [1-9]\d{0,6} errors?\.$/,
    passed: /^Checked \d{1,7} files? in .{1,40}\. (?:No fixes applied|Fixed \d{1,7} files?)\./
  }),
  row("lint", "ruff, ruff check", {
    failed:
      /^\S{1,300}:\d{1,9}:\d{1,9}: (?:[A-Z]{1,5}\d{2,5} |SyntaxError: )|^[A-Z]{1,5}\d{3,5} (?:\[\*\] )?\S.{1,200}|^Found [1-9]\d{0,6} errors?(?: \(\d+ fixed, \d+ remaining\))?\.$|^ruff failed$/,
    passed: /^All checks passed!/
  }),
  row("lint", "flake8, pylint, pycodestyle", {
    failed: /^\S{1,300}:\d{1,9}:\d{1,9}: [A-Z]{1,5}\d{2,5}:? /
  }),
  row("lint", "pylint", {
    failed: /^\*{5,} Module \S+$/,
    passed: /^Your code has been rated at 10\.00\/10/
  }),
  row("lint", "bandit", { failed: /^>> Issue: \[B\d+:/, passed: /^No issues identified\./ }),
  row("lint", "cargo clippy, clippy", {
    failed: /\bclippy::\w|rust-clippy\/|^error: (?!test (?:failed|run failed)|\d+ targets? failed)\S/
  }),
  row("lint", "deno lint", {
    failed: /^Found [1-9]\d{0,6} problems?$|^error\[[a-z-]{2,60}\]: /,
    passed: /^Checked \d{1,7} files?$/
  }),
  row("lint", "pre-commit, prek", {
    failed: /^\S.{0,78}\.{3,}(?:\(.{1,60}\))?Failed$/,
    passed: /^\S.{0,78}\.{3,}Passed$/
  }),
  row("lint", "mvn checkstyle:check, mvnw checkstyle:check, mvn spotbugs:check, mvn pmd:check", {
    failed:
      /^\[(?:ERROR|WARN(?:ING)?)\] \S{1,300}\.java:(?:\[?\d{1,9}(?:,\d{1,9})?\]?):? |^\[ERROR\] Failed to execute goal /,
    passed: /^\[INFO\] You have 0 Checkstyle violations\./
  }),
  row("lint", "ansible-lint", {
    failed: /^Failed: [1-9]\d{0,6} failure\(s\)/,
    passed: /^Passed: 0 failure\(s\)/
  }),
  row("lint", "tflint", { failed: /^[1-9]\d{0,6} issue\(s\) found:$/ }),
  row("lint", "sqlfluff", {
    failed: /^== \[.{1,300}\] FAIL$/,
    passed: /^== \[.{1,300}\] PASS$|^All Finished .{0,4}!$/
  }),
  row("lint", "cspell", {
    failed: /^CSpell: Files checked: \d{1,7}, Issues found: [1-9]/,
    passed: /^CSpell: Files checked: [1-9]\d{0,6}, Issues found: 0\b/
  }),
  row("lint", "codespell", { failed: /^\S{1,300}:\d{1,9}: \S{1,60} ==> \S/ }),
  row("lint", "typos", { failed: /^error: `[^`]{1,80}` should be / }),
  row("lint", "djlint", {
    failed: /^Linted \d{1,7} files?, found [1-9]/,
    passed: /^Linted [1-9]\d{0,6} files?, found 0 errors/
  }),
  row("lint", "brakeman", {
    failed: /^Security Warnings: [1-9]/,
    passed: /^Security Warnings: 0$|^No warnings found$/
  }),
  row("lint", "php-cs-fixer", {
    failed: /^Found [1-9]\d{0,6} of \d{1,7} files? that can be fixed/,
    passed: /^Found 0 of \d{1,7} files? that can be fixed/
  }),
  row("lint", "phpcs", { failed: /^FOUND [1-9]\d{0,6} ERRORS? / }),
  row("lint", "pint", {
    failed: /^FAIL {2,}\.{5,} \d{1,7} files?, [1-9]\d{0,6} style issues?/,
    passed: /^PASS {2,}\.{5,} \d{1,7} files?/
  }),
  row("lint", "mix credo", {
    failed: /^\d{1,7} mods\/funs, found (?!no issues)/,
    passed: /^\d{1,7} mods\/funs, found no issues\./
  }),
  row("lint", "cargo deny", {
    failed: /^(?=.{0,120}\bFAILED\b)(?:(?:advisories|bans|licenses|sources) (?:ok|FAILED)(?:, |$)){1,4}/,
    passed: /^(?:(?:advisories|bans|licenses|sources) ok(?:, |$)){1,4}$/
  }),
  row("lint", "cargo audit", { failed: /^error: [1-9]\d{0,6} (?:vulnerabilit|denied)/ }),
  row("lint", "detekt, gradle, gradlew", { failed: /^(?:> )?Analysis failed with [1-9]\d{0,6} (?:weighted )?issues/ }),
  row("lint", "hlint", { failed: /^[1-9]\d{0,6} hints?$/, passed: /^No hints$/ }),
  row("lint", "helm lint", {
    failed: /^\d{1,7} chart\(s\) linted, [1-9]/,
    passed: /^[1-9]\d{0,6} chart\(s\) linted, 0 chart\(s\) failed/
  }),
  row("lint", "kubeconform", {
    failed: /^Summary: .{1,80}(?:Invalid: [1-9]|Errors: [1-9])/,
    passed: /^Summary: .{1,60}Invalid: 0, Errors: 0\b/
  }),
  row("lint", "commitlint", {
    failed: /^[✖×✗] +found [1-9]\d{0,6} problems?, /,
    passed: /^[✔✓√] +found 0 problems, /
  }),
  row("lint", "terraform validate, tofu validate", {
    failed: /^(?:[│|] )?Error: /,
    passed: /^Success! The configuration is valid\b/
  }),
  row("lint", "actionlint", { failed: /^\S{1,300}\.ya?ml:\d{1,9}:\d{1,9}: .{1,300} \[[a-z-]{3,40}\]$/ }),
  row("lint", "golangci-lint", {
    failed:
      /^\S{1,300}\.go:\d{1,9}(?::\d{1,9})?: .{1,400} \([a-z]{2,30}\)$|^[1-9]\d{0,6} issues:$|^\* [a-z]{2,30}: [1-9]\d{0,6}$|\bcan't load config: |^level=error msg="Running error|^Error: can't load config/,
    passed: /^0 issues\.$/
  }),
  row("lint", "staticcheck", { failed: /^\S{1,300}\.go:\d{1,9}:\d{1,9}: .{1,400} \((?:SA|ST|S|QF|U)\d{3,4}\)$/ }),
  row("lint", "go vet", { failed: /^vet: / }),
  row("lint", "rubocop, standardrb", {
    failed: /^\S{1,300}\.\w{1,8}:\d{1,9}:\d{1,9}: [CWEFR]: |^\d{1,7} files? inspected, [1-9]\d{0,6} offenses?/,
    passed: /^\d{1,7} files? inspected, no offenses detected/
  }),
  row("lint", "phpstan", { failed: /^\[ERROR\] Found [1-9]\d{0,6} errors?/, passed: /^\[OK\] No errors/ }),
  row("lint", "psalm", {
    failed: /^ERROR: [A-Z]\w{3,60} - \S+:\d+|^[1-9]\d{0,6} errors? found$/,
    passed: /^No errors found!$/
  }),
  row("lint", "shellcheck", { failed: /^In \S{1,300} line \d{1,9}:$|\bSC\d{4} \((?:error|warning|info|style)\)/ }),
  row("lint", "hadolint", { failed: /^\S{1,300}:\d{1,9} (?:DL|SC)\d{4} / }),
  row("lint", "markdownlint, markdownlint-cli2", {
    failed: /^\S{1,300}:\d{1,9}(?::\d{1,9})? (?:error )?MD\d{3}\/|^Summary: [1-9]\d{0,6} errors?/,
    passed: /^Summary: 0 errors?/
  }),
  row("lint", "ktlint", { failed: /^\S{1,300}\.kts?:\d{1,9}:\d{1,9}: .{1,300} \([a-z][\w:-]{3,80}\)$/ }),
  row("lint", "swiftlint", {
    failed: /^Done linting! Found [1-9]\d{0,6} violations?/,
    passed: /^Done linting! Found 0 violations/
  }),

  // Type checkers
  row("type-check", "tsc, tsgo, vue-tsc, svelte-check", { failed: /\berror TS\d{2,6}:/ }),
  row("type-check", "tsc, tsgo, vue-tsc", {
    failed: /^Found [1-9]\d{0,6} errors?(?: in \d{1,6} files\.| in \S{1,300}:\d{1,9}$|\. Watching)/,
    passed: /^Found 0 errors\./
  }),
  row("type-check", "svelte-check", {
    failed: /^svelte-check found [1-9]\d{0,6} errors?/,
    passed: /^svelte-check found 0 errors/
  }),
  row("type-check", "mypy, dmypy", {
    failed:
      /^\S{1,300}:\d{1,9}(?::\d{1,9})?: error: .{1,400}\[[a-z-]{2,40}\]$|^Found [1-9]\d{0,6} errors? in \d{1,6} files? \((?:checked|errors prevented)/,
    passed: /^Success: no issues found/
  }),
  row("type-check", "pyright, basedpyright", {
    failed: /^\S{1,300}:\d{1,9}:\d{1,9} - error: |^[1-9]\d{0,6} errors?, \d{1,7} warnings?,/,
    passed: /^0 errors, \d{1,7} warnings?,/
  }),
  row("type-check", "ty", {
    failed: /^error\[[a-z][a-z-]{2,60}\]: |^Found [1-9]\d{0,6} diagnostics?$/,
    passed: /^All checks passed!/
  }),
  row("type-check", "dart analyze, flutter analyze", {
    failed: /^(?:error|warning|info) (?:•|-) .{1,300} (?:•|-) |^[1-9]\d{0,6} issues? found\./,
    passed: /^No issues found!/
  }),
  row("type-check", "mix dialyzer", {
    failed: /^Total errors: [1-9]/,
    passed: /^done \(passed successfully\)$|^Total errors: 0, /
  }),
  row("type-check", "pytype", {
    failed: /^\S{1,300}:\d{1,9}:\d{1,9}: error: .{1,300}\[[a-z-]{3,40}\]$/,
    passed: /^Success: no errors found$/
  }),
  row("type-check", "astro check", { failed: /^- [1-9]\d{0,6} errors?$/, passed: /^- 0 errors$/ }),
  row("type-check", "pyre", { failed: /^ƛ Found [1-9]\d{0,6} type errors?/, passed: /^ƛ No type errors found/ }),

  // Formatters
  row("format", "prettier", {
    failed: /^\[warn\] \S|^\[error\] \S|^Code style issues/,
    passed: /^All matched files use Prettier code style!/
  }),
  row("format", "oxfmt", { failed: /^Format issues found/, passed: /^All matched files use the correct format/ }),
  row("format", "black", {
    failed: /^would reformat \S|^Oh no! |^error: cannot format |^\d{1,7} files? would be reformatted/,
    passed: /^All done! |^\d{1,7} files? (?:would be )?left unchanged\.?$/
  }),
  row("format", "ruff, ruff format", {
    failed:
      /^Would reformat: \S|^Unformatted: |^\d{1,7} files? would be reformatted|^error: Failed to (?:parse|format) /,
    passed: /^\d{1,7} files? (?:already formatted|left unchanged)/
  }),
  row("format", "isort", { failed: /^ERROR: \S{1,300} Imports are incorrectly sorted/ }),
  row("format", "cargo fmt, rustfmt", { failed: /^Diff in \S/ }),
  row("format", "dprint", { failed: /^Found [1-9]\d{0,6} not formatted files?\./ }),
  row("format", "clang-format", { failed: /\[-Wclang-format-violations\]$/ }),
  row("format", "terraform fmt", { failed: /^Error: .{0,40}\bformatting\b/ }),
  // With an option to check, these print nothing but the names of the files that they would change.
  row("format", "gofmt --check, goimports --check, gofumpt --check", { failed: /^\S{1,300}\.go$/ }),
  row("format", "terraform fmt --check, tofu fmt --check", { failed: /^\S{1,300}\.(?:tf|tfvars|tftest\.hcl)$/ }),
  row("format", "zig fmt --check", { failed: /^\S{1,300}\.zig$/ }),
  row("format", "shfmt --check", { failed: /^\S{1,300}\.(?:sh|bash|bats)$|^--- \S{1,300}\.orig$/ }),
  row("format", "mix format", { failed: /^\*\* \(Mix\) mix format failed due to --check-formatted/ }),
  row("format", "dart format, flutter format", {
    failed: /^Changed \S{1,300}\.dart$|^Formatted \d{1,7} files? \([1-9]\d{0,6} changed\)/,
    passed: /^Formatted \d{1,7} files? \(0 changed\)/
  }),
  row("format", "scalafmt, sbt", {
    failed: /^error: --test failed$|^\[error\] .{1,300} (?:isn't|must be) formatted(?: properly)?/
  }),
  row("format", "taplo fmt, taplo format", {
    failed: /^ERROR taplo:.{0,40} the file is not properly formatted/
  }),
  row("format", "deno fmt", {
    failed: /^error: Found [1-9]\d{0,6} not formatted files?/,
    passed: /^Checked \d{1,7} files?$/
  }),

  // Builds
  row("build", rustBuilds, {
    failed: /^error\[E\d{4}\]: |^error: could not compile (?!.{1,120} test\) due to)/,
    passed: /^Finished .{0,80}(?:profile|target)/
  }),
  row("build", goBuilds, {
    failed: /^\S{1,300}\.go:\d{1,9}:\d{1,9}: (?!.{1,400} \((?:[a-z]{2,30}|[A-Z]{1,2}\d{3,4})\)$)\S/
  }),
  row("build", "vite, vite build", { failed: /^error during build:/, passed: /^[✓✔] built in / }),
  row("build", "next, next build, react-scripts", {
    failed: /^Failed to compile\.?$/,
    passed: /^(?:[✓✔] )?Compiled successfully/
  }),
  row("build", "webpack", {
    failed: /^webpack .{0,40}compiled with [1-9]\d{0,6} errors?/,
    passed: /^webpack .{0,40}compiled (?:successfully|with [1-9]\d{0,6} warnings?)/
  }),
  row("build", "esbuild, tsup", { failed: /^[✘✖×] \[ERROR\] /, passed: /^⚡️? ?(?:Done|Build success) in/ }),
  row("build", "rollup", { failed: /^\[!\] (?:\(.{1,60}\) )?\w*Error/, passed: /^created \S.{0,200} in / }),
  row("build", java, {
    failed:
      /^(?:\[\w{4,7}\] +)?BUILD FAIL(?:ED|URE)|^(?:\[ERROR\] )?COMPILATION ERROR|^> Task :\S*[cC]ompile\S* FAILED/,
    passed: /^(?:\[\w{4,7}\] +)?BUILD SUCCESS/
  }),
  row("build", "dotnet build, dotnet test, dotnet publish", {
    failed: /^Build FAILED\./,
    passed: /^Build succeeded\./
  }),
  row("build", "make, gmake", { failed: /^g?make(?:\[\d+\])?: \*\*\* / }),
  row("build", "ninja", { failed: /^ninja: build stopped|^FAILED: \S/ }),
  row("build", "gcc, g++, cc, c++, clang, clang++, make, gmake, cmake, ninja", {
    failed: /^\S{1,300}\.[ch](?:c|pp|xx|h)?:\d{1,9}:\d{1,9}: (?:fatal )?error: /
  })
]
