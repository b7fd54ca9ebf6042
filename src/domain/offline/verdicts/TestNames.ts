import type { NamedTests } from "../../facts/Fact.js"

/*
 * Reads which tests, packages and targets an output names as passed or failed. With that, a run from another directory
 * or with other arguments shows what became of a test.
 */

/** The names in an output. `groups` has packages, files and targets, each of which stands for all of its tests. */
export interface TestNames {
  readonly passed: ReadonlySet<string>
  readonly failed: ReadonlySet<string>
  readonly passedGroups: ReadonlySet<string>
  readonly failedGroups: ReadonlySet<string>
}

type List = keyof TestNames

/** The forms in which test tools name what they ran; the first group of each pattern is the name. */
const forms: ReadonlyArray<readonly [List, RegExp]> = [
  // Go
  ["passed", /^--- PASS: (\S{1,300}) \(/],
  ["failed", /^--- FAIL: (\S{1,300}) \(/],
  ["passedGroups", /^ok {1,2}\t?\s{0,4}([\w.~-]{1,80}(?:\/[\w.~-]{1,80}){1,20})(?=\s|$)/],
  ["failedGroups", /^FAIL\s{1,4}([\w.~-]{1,80}(?:\/[\w.~-]{1,80}){1,20})\s{1,4}(?:\[|\d|\()/],
  // Cargo, and its nextest
  ["passed", /^test (\S{1,300})(?: - should panic)? \.\.\. ok$/],
  ["failed", /^test (\S{1,300})(?: - should panic)? \.\.\. FAILED$/],
  ["passed", /^PASS \[[^\]]{1,20}\] (?:\([^)]{1,20}\) )?\S{1,160} (\S{1,300})$/],
  ["failed", /^FAIL \[[^\]]{1,20}\] (?:\([^)]{1,20}\) )?\S{1,160} (\S{1,300})$/],
  // Pytest
  ["passed", /^([^\s:]{1,300}::\S{1,300}) PASSED\b/],
  ["failed", /^([^\s:]{1,300}::\S{1,300}) (?:FAILED|ERROR)\b/],
  ["passed", /^PASSED ([^\s:]{1,300}::\S{1,300})/],
  ["failed", /^(?:FAILED|ERROR) ([^\s:]{1,300}::\S{1,300})/],
  // TAP, as bats and Node.js print it
  ["passed", /^ok \d{1,6}(?: -)? (?!.*# (?:SKIP|TODO))(.{3,300})$/i],
  ["failed", /^not ok \d{1,6}(?: -)? (?!.*# TODO)(.{3,300})$/i],
  // Jest and Vitest: files; then single tests of these and of others
  [
    "passedGroups",
    /^(?:PASS|[✓✔]) {1,4}(?:\|[^|]{1,40}\| )?([\w.@/-]{1,200}\/[\w.@-]{1,120}\.[\w.]{1,20})(?: \(\d.*)?$/
  ],
  [
    "failedGroups",
    /^(?:FAIL|[✗✖×✕❯]) {1,4}(?:\|[^|]{1,40}\| )?([\w.@/-]{1,200}\/[\w.@-]{1,120}\.[\w.]{1,20})(?= >| \(|$)/
  ],
  ["passed", /^[✓✔√] (?![\w.@/-]{1,200}\.[\w.]{1,20}(?: |$))(.{3,300})$/],
  ["failed", /^[✗✖×✕✘] (?![\w.@/-]{1,200}\.[\w.]{1,20}(?: |$))(.{3,300})$/],
  // Gradle and Bazel
  ["passed", /^([\w.$]{1,200} > .{1,200}) PASSED$/],
  ["failed", /^([\w.$]{1,200} > .{1,200}) FAILED$/],
  ["passedGroups", /^> Task (:[\w:.-]{1,200})(?: UP-TO-DATE| FROM-CACHE)?$/],
  ["failedGroups", /^> Task (:[\w:.-]{1,200}) FAILED$/],
  ["passedGroups", /^(\/\/[\w/.-]{0,200}:[\w.-]{1,100}) {1,200}(?:\(cached\) )?PASSED\b/],
  ["failedGroups", /^(\/\/[\w/.-]{0,200}:[\w.-]{1,100}) {1,200}(?:FAILED|TIMEOUT)\b/]
]

/** Matches the note of Go that a package had no test to run, beside its `ok`. */
const ranNoTest = /\[no tests? (?:to run|files)\]/

/** Matches the name of a task that a runner prints before each line of the task's output: `[test:unit] ok …`. */
const taskPrefix = /^(?:\[[\w:./-]{1,60}\]|[\w:./-]{1,60} \|)\s{1,4}(?=\S)/

/** Matches the time that a run took, after the name of a test. */
const duration = /\s{1,4}(?:\(\d[\d.,]{0,12} ?m?s\)|\d[\d.,]{0,12} ?m?s|# .{1,80})$/

/** The maximum number of lines that are read, from the end of the output. */
const mostLines = 4_000
/** The maximum length of a line that is read, in characters. */
const longestLine = 1_000

/** Reads the names of tests in the output of a command. */
export const testNamesIn = (output: string): TestNames => {
  const found = {
    passed: new Set<string>(),
    failed: new Set<string>(),
    passedGroups: new Set<string>(),
    failedGroups: new Set<string>()
  }
  for (const line of output.split("\n").slice(-mostLines)) {
    const text =
      line.length > longestLine || ranNoTest.test(line) ? "" : line.trim().replace(taskPrefix, "").trimStart()
    for (const [list, form] of forms) {
      const name = form.exec(text)?.[1]
      if (name !== undefined) {
        found[list].add(name.replace(duration, "").trim())
      }
    }
  }
  return found
}

/** The maximum number of names of one list that a fact carries. */
const mostListed = 200

const firstOf = (names: ReadonlySet<string>): ReadonlyArray<string> => [...names].slice(0, mostListed)

/**
 * Lists names for a fact; undefined if there are none, or more failed ones than a fact carries. A list of failed tests
 * that was cut would let a run of some of them speak for all.
 */
export const listedNames = ({ failed, failedGroups, passed, passedGroups }: TestNames): NamedTests | undefined =>
  failed.size + failedGroups.size + passed.size + passedGroups.size === 0 ||
  failed.size > mostListed ||
  failedGroups.size > mostListed
    ? undefined
    : {
        passed: firstOf(passed),
        failed: [...failed],
        passedGroups: firstOf(passedGroups),
        failedGroups: [...failedGroups]
      }

/** Returns the names that a fact carries. */
export const namesOf = ({ failed, failedGroups, passed, passedGroups }: NamedTests): TestNames => ({
  passed: new Set(passed),
  failed: new Set(failed),
  passedGroups: new Set(passedGroups),
  failedGroups: new Set(failedGroups)
})

/** Returns the failed tests without those that only contain other failed ones, such as `TestA` beside `TestA/one`. */
const leavesOf = (failed: ReadonlySet<string>): ReadonlyArray<string> =>
  [...failed].filter((name) => ![...failed].some((other) => other.startsWith(`${name}/`)))

/**
 * True if an output names all that failed before as passed: each failed test, or each package, file or target with a
 * failed test. An output that is only about other packages says nothing, since tests of two packages may have one name.
 */
export const vouchesFor = (later: TestNames, failed: TestNames): boolean => {
  const hasPassed = (names: ReadonlyArray<string>, passed: ReadonlySet<string>, again: ReadonlySet<string>): boolean =>
    names.length > 0 && names.every((name) => passed.has(name) && !again.has(name))
  const groups = [...failed.failedGroups]
  const isOfOthers =
    groups.length > 0 &&
    later.passedGroups.size + later.failedGroups.size > 0 &&
    !groups.every((name) => later.passedGroups.has(name) || later.failedGroups.has(name))
  return (
    hasPassed(groups, later.passedGroups, later.failedGroups) ||
    (!isOfOthers && hasPassed(leavesOf(failed.failed), later.passed, later.failed))
  )
}
