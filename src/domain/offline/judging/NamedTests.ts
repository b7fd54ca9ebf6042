/* Finds the tests that an output names, to know that they passed when another command ran them. */

/** A runner's line about tests that failed, and its line about the same tests when they pass; each captures their name. */
interface Runner {
  readonly failed: RegExp
  readonly passed: RegExp
}

const runners: ReadonlyArray<Runner> = [
  // Go: a package.
  { failed: /^FAIL\t(\S+\/\S+)/, passed: /^ok {2}\t(\S+\/\S+)\t/ },
  // pytest and its kin: a test.
  { failed: /^FAILED (\S+::\S+)/, passed: /^(\S+::\S+) PASSED\b/ },
  // Rust: a test.
  { failed: /^test (\S+) \.\.\. FAILED$/, passed: /^test (\S+) \.\.\. ok$/ },
  // Jest and Vitest: a file.
  {
    failed: /^(?:FAIL|❯)\s{1,3}(?:\|[^|]{1,40}\| )?(\S+\.[cm]?[jt]sx?)\b/,
    passed: /^(?:PASS|✓)\s{1,3}(?:\|[^|]{1,40}\| )?(\S+\.[cm]?[jt]sx?)\b/
  },
  // TAP: a test.
  { failed: /^not ok \d{1,6} (?:- )?(\S.{3,200})$/, passed: /^ok \d{1,6} (?:- )?(\S.{3,200}?)(?: # .{0,80})?$/ }
]

/** Matches the name that a task runner puts before each line of a task, as in `[test:unit] ok`. */
const taskName = /^\[[\w:./-]{1,60}\]\s{1,4}/

const namesIn = (output: string, rule: RegExp): ReadonlySet<string> =>
  new Set(
    output
      .split("\n")
      .flatMap((line) => rule.exec(line.slice(0, 400).replace(taskName, "").trimEnd())?.[1]?.trim() ?? [])
  )

/** True if an output says that each test passed that another output says failed; false if that one names none. */
export const passesAgain = (output: string, failedOutput: string): boolean => {
  const failed = runners.map((runner) => ({ runner, names: namesIn(failedOutput, runner.failed) }))
  const named = failed.filter(({ names }) => names.size > 0)
  return (
    named.length > 0 &&
    named.every(({ names, runner }) => {
      const passed = namesIn(output, runner.passed)
      return [...names].every((name) => passed.has(name))
    })
  )
}
