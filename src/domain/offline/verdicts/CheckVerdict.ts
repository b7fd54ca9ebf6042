import type { CommandKind } from "../commands/CommandPrograms.js"

/**
 * The verdict on a check from its own output. It does not depend on the exit code, which may be that of a filter (`npm
 * test | tail`).
 */
export interface CheckVerdict {
  readonly verdict: "passed" | "failed" | "unknown"
  /** The number of tests that passed; undefined if the output does not state it. */
  readonly passedTests: number | undefined
}

const failedTests: ReadonlyArray<RegExp> = [
  /^(?:FAILED|FAIL|FAILURES!|Failed!|--- FAIL|✗|✖|×|BUILD FAIL|FAILURE:)(?=[\s:!(]|$|ED)/,
  /^ERROR: \w{1,120} \(/,
  /^not ok \d+(?!.{0,300}# (?:TODO|SKIP))/i,
  /^[#ℹ] fail [1-9]/,
  /\b[1-9]\d{0,6} (?:tests? |specs? |examples? )?(?:failed|failing|failures?|fail)\b/,
  /(?:^|, )[1-9]\d{0,6} errors?\b(?:,| in \d|$| during)/,
  /\b(?:failures|failed|errors)[:=] {0,3}[1-9]/i,
  /^test result: FAILED/,
  /\.\.\. FAILED$/
]
const passedTests: ReadonlyArray<RegExp> = [
  /^OK\b/,
  /^ok\b/,
  /^PASS(?:ED)?\b/,
  /^Passed!/,
  /^[✓✔√] /,
  /^[#ℹ] pass [1-9]/,
  /\b[1-9]\d{0,6} (?:tests? |specs? )?(?:passed|passing|pass)\b/,
  /^test result: ok/,
  /\b[1-9]\d{0,6} (?:examples?|tests|runs), .{0,60}\b0 failures/,
  /^BUILD SUCCESS/,
  /\b100% tests passed/,
  /\bAll tests passed/i
]
const skippedTests: ReadonlyArray<RegExp> = [
  /^ok \d+\b.{0,300}# SKIP/i,
  /^[#ℹ] skipped [1-9]/,
  /^--- SKIP\b/,
  /\b[1-9]\d{0,6} (?:tests? |specs? )?(?:skipped|pending|ignored|deselected)\b/,
  /\bno tests to run\b|\[no test files\]/,
  /^OK \(skipped=[1-9]|\bSkipped: {0,3}[1-9]/
]

/** Matches lines that say how many tests passed, and of tests that passed one by one. */
const countedPass =
  /\b[1-9]\d{0,6} (?:tests? |specs? )?(?:passed|passing|pass)\b|^[#ℹ] pass [1-9]|^--- PASS\b|^[✓✔√] |\bpassed[:=] {0,6}[1-9]/i

/** Matches a line by which a runner says that no test passed, whatever it says besides. */
const nothingPassed = /^[#ℹ] pass 0$|^--- SKIP\b/

/** Matches the number of all tests and the number of those that were skipped, in one line without failures. */
const totalAndSkipped: ReadonlyArray<RegExp> = [
  /^(\d{1,7}) (?:examples?|tests|runs), .{0,60}\b0 failures.{0,60}?, (\d{1,7}) (?:pending|skip)/,
  /^(\d{1,7}) (?:examples?|tests|runs), 0 failures, (\d{1,7}) (?:pending|skip)/,
  /\bTests run: {0,3}(\d{1,7}), Failures: {0,3}0, Errors: {0,3}0, Skipped: {0,3}(\d{1,7})/
]

/** True if a line counts more tests than it says were skipped. */
const countsMore = (line: string): boolean =>
  totalAndSkipped.some((rule) => {
    const [, total, skipped] = rule.exec(line) ?? []
    return Number(total) > Number(skipped)
  })

/** Matches a line in which a runner says that all is well, whether or not a test ran. */
const wellAnyway = /^PASS$|^BUILD SUCCESS/

/** Matches the name that a task runner puts before each line of a task, as in `[test:unit] ok`. */
const taskName = /^\[[\w:./-]{1,60}\]\s{1,4}/

/**
 * True if tests were skipped and the output shows none that passed. Such a run proves nothing, although its exit code is
 * zero.
 */
export const hasOnlySkips = (printed: ReadonlyArray<string>): boolean => {
  const lines = printed.map((line) => line.replace(taskName, ""))
  const isSkip = (line: string): boolean => skippedTests.some((rule) => rule.test(line))
  const skips = lines.filter(isSkip)
  const unittest = /^OK \(skipped=(\d{1,7})\)/m.exec(skips.join("\n"))?.[1]
  if (unittest !== undefined) {
    return lines.some((line) => new RegExp(`^Ran ${unittest} tests?\\b`).test(line))
  }
  if (skips.length === 0 || lines.some((line) => countedPass.test(line) || countsMore(line))) {
    return false
  }
  return (
    lines.some((line) => nothingPassed.test(line)) ||
    !lines.some((line) => !isSkip(line) && !wellAnyway.test(line) && passedTests.some((rule) => rule.test(line)))
  )
}

/** Matches a line by which a runner says that it had no test to run. */
const noTests =
  /\b(?:no tests? (?:files? )?(?:were |was |has been |have been |is )?(?:found|ran|run|executed|available|collected|to run)|No test files found|no tests? match|no tests? matches|0 tests? (?:passed|found|collected|ran|executed)|No specs found|No test suites? found|No examples found|No tests executed)\b|^(?:Ran 0 tests?\b|running 0 tests$|collected 0 items|0 (?:examples?|tests|runs|passing|scenarios?)\b|Executed 0 tests|1\.\.0$|[#ℹ] tests 0$|Tests: +0 total|Tests run: 0,|OK \(0 tests|test result: ok\. 0 passed; 0 failed|(?:=* ?)\d{1,7} deselected\b|ok \| 0 passed \| 0 failed)/i

/**
 * True if a runner says that it ran no test, and nothing of it says that one passed or failed. Such a run neither passed
 * nor failed.
 */
export const hasRunNothing = (printed: ReadonlyArray<string>): boolean => {
  const lines = printed.map((line) => line.replace(taskName, ""))
  return (
    lines.some((line) => noTests.test(line)) &&
    !lines.some(
      (line) => countedPass.test(line) || countsMore(line) || tally.some((rule) => Number(rule.exec(line)?.[1]) > 0)
    ) &&
    !lines.some((line) => !noTests.test(line) && /^ok\b/.test(line) && !skippedTests.some((rule) => rule.test(line)))
  )
}

const failedChecks: ReadonlyArray<RegExp> = [
  /\berror(?:\[\w{1,20}\])?(?: [A-Z]{1,8}\d{2,6})?:/i,
  /^(?:Found )?[1-9]\d{0,6} (?:errors?|problems?|issues?)\b/i,
  /\bFound [1-9]\d{0,6} errors?\b/i,
  /^[✖×✗] [1-9]\d{0,6} problems?/,
  /^\S{1,300}:\d{1,9}:\d{1,9}: [A-Z]{1,5}\d{2,5} /,
  /^\s{0,8}\d{1,9}:\d{1,9} +error +\S/,
  /\bBUILD FAIL|\bBuild failed|\bFailed to compile|^npm (?:ERR!|error)|^ERROR\b|^FAILED:|^FAILURE:/,
  /^would reformat|^Code style issues|^Unformatted/i
]
const passedChecks: ReadonlyArray<RegExp> = [
  /\bAll checks passed/i,
  /\bno issues found/i,
  /\b0 errors\b/i,
  /\bNo (?:ESLint )?(?:warnings or errors|errors|problems|lint)\b/i,
  /\bBUILD SUCCESS|\bBuild succeeded|\bcompiled successfully|\bCompiled successfully|^[✓✔] built in|\bbuilt in \d/i,
  /^\s{0,8}Finished .{0,80}(?:profile|target)/,
  /\bAll (?:matched )?files (?:use|are|pass)/i,
  /\bleft unchanged\b/
]

/** Names of programs that print nothing when their check passes. */
const silentWhenWell: ReadonlySet<string> = new Set([
  "tsc",
  "tsgo",
  "eslint",
  "stylelint",
  "flake8",
  "go",
  "gcc",
  "g++",
  "cc",
  "c++",
  "clang",
  "clang++",
  "javac",
  "rustc",
  "gofmt",
  "py_compile"
])

const lineCharacters = 400

const tally: ReadonlyArray<RegExp> = [
  /^[#ℹ] pass (\d{1,7})/,
  /\b(\d{1,7}) (?:tests? |specs? )?(?:passed|passing|pass)\b/,
  /^Ran (\d{1,7}) tests?\b/,
  /\bpassed[:=] {0,6}(\d{1,7})/i,
  /^OK \((\d{1,7}) tests?/,
  /\b(\d{1,7}) (?:examples?|tests|runs), .{0,60}\b0 failures/,
  /\bTests run: {0,3}(\d{1,7}), Failures: {0,3}0, Errors: {0,3}0/,
  /\bExecuted (\d{1,7}) tests?, with 0 failures/
]
const countsOtherThings = /^\W{0,4}(?:Test Suites|Test Files|Suites|Snapshots|# suites|Tests run:.{0,80}Time elapsed)/i

const readTests = (lines: ReadonlyArray<string>): CheckVerdict => {
  let hasFailed = false
  let hasPassed = false
  let count: number | undefined
  for (const line of lines) {
    hasFailed ||= failedTests.some((rule) => rule.test(line))
    hasPassed ||= passedTests.some((rule) => rule.test(line))
    if (!countsOtherThings.test(line)) {
      const found = tally.map((rule) => rule.exec(line)?.[1]).find((number) => number !== undefined)
      count = found === undefined ? count : (count ?? 0) + Number(found)
    }
  }
  return {
    verdict: hasFailed ? "failed" : hasPassed && !hasOnlySkips(lines) ? "passed" : "unknown",
    passedTests: hasFailed || count === 0 ? undefined : count
  }
}

const readChecks = (lines: ReadonlyArray<string>, program: string): CheckVerdict => {
  const hasFailed = lines.some((line) => failedChecks.some((rule) => rule.test(line)))
  const hasPassed = lines.some((line) => passedChecks.some((rule) => rule.test(line)))
  const isSilent = lines.length === 0 && silentWhenWell.has(program)
  return { verdict: hasFailed ? "failed" : hasPassed || isSilent ? "passed" : "unknown", passedTests: undefined }
}

/** Matches the message of a program that crashed. It is used for programs that are no checks. */
const crashed =
  /^(?:Traceback \(most recent call last\)|Segmentation fault|panic: |thread '[^']{0,120}'(?: \(\d{1,12}\))? panicked at|Uncaught |Unhandled |fatal: |fatal error|npm (?:ERR!|error) )|^(?:[A-Za-z_][\w.]{0,80})?(?:Error|Exception)(?: \[\w{1,60}\])?: /

/**
 * Splits an output into the lines that {@link readVerdict} examines: trimmed, cut to a maximum length, without blank
 * ones.
 */
export const verdictLines = (output: string): ReadonlyArray<string> =>
  output
    .split("\n")
    .map((line) => line.slice(0, lineCharacters).trim())
    .filter((line) => line !== "")

/** Reads the verdict on a check from an output. A caller that knows a reliable exit code should prefer that. */
export const readVerdict = (kind: CommandKind, program: string, output: string): CheckVerdict => {
  const lines = verdictLines(output)
  switch (kind) {
    case "test":
      return readTests(lines)
    case "lint":
    case "type-check":
    case "format":
      return readChecks(lines, program)
    case "build": {
      const asCheck = readChecks(lines, program)
      return asCheck.verdict === "unknown" ? { ...readTests(lines), passedTests: undefined } : asCheck
    }
    default:
      return { verdict: lines.some((line) => crashed.test(line)) ? "failed" : "unknown", passedTests: undefined }
  }
}
