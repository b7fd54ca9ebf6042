import { type CommandKind, checkKinds } from "../commands/CommandPrograms.js"
import { testNamesIn } from "../verdicts/TestNames.js"

/* The rule for whether a check that passed left out what had failed before: it did not run it, or did not look at it. */

/** A check that ran, as far as the rule needs it. */
export interface Run {
  readonly kind: CommandKind | "patch" | "tool"
  readonly program: string
  /** The operands and options of the check; see `CommandPart.narrowing`. */
  readonly narrowing: ReadonlyArray<string>
}

/** Matches options whose value names what is left out. */
const leavesOut =
  /^-{1,2}(?:deselect|ignore|ignore-glob|ignore-patterns?|skip|test\.skip|exclude|exclude-(?:tags?|task|group|testsuite|from-file)|invert|grep-invert|testPathIgnorePatterns|skip-tags?|skip-testing|x|E)(?:[=:](.*))?$/

/** Matches options whose value selects tests by their names. */
const selects =
  /^-{1,2}(?:k|m|t|g|f|n|e|R|L|run|test\.run|testNamePattern|test-name-pattern|grep|fgrep|filter|tests|testPathPatterns?|test-path-patterns?|example|name|tag|tags|only|only-testing|match|group|case|Dtest)(?:[=:](.*))?$/

/** Matches options that leave out tests without naming them, or that tolerate what was found. */
const runsLess =
  /^(?:-short|-test\.short|--doc|--lib|--bins?|--examples?|--benches|--changed(?:=.*)?|--onlyChanged|--only-changed|--changedSince(?:=.*)?|--affected|--shard(?:=.*)?|--no-typecheck|--exit-zero|--no-error-on-unmatched-pattern|--warn-only|--sw|--stepwise|--stepwise-skip)$/

const isWordOf = (value: string, text: string): boolean =>
  new RegExp(`(?<![\\w])${value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w])`).test(text)

/** Returns the names in a pattern, such as `total` and `sum` in `total or sum`, or `TestA` in `^TestA$`. */
const namesIn = (pattern: string): ReadonlyArray<string> =>
  pattern.split(/\s+(?:or|and)\s+|[|,\s]+/).flatMap((name) => {
    const bare = name.replace(/^[\^("'/]+|[$)"'/*]+$/g, "")
    return bare === "" || bare === "not" ? [] : [bare]
  })

/** The names of the tests that failed, with the output of the failure. */
interface FailedTests {
  readonly names: ReadonlyArray<string>
  readonly output: string
}

/** True if the output of the failure names what a pattern names. */
const isAbout = (pattern: string, { names, output }: FailedTests): boolean =>
  namesIn(pattern).some(
    (name) => names.some((failed) => failed.includes(name)) || (name.length > 2 && isWordOf(name, output))
  )

/** True if nothing that a pattern names is among the tests that the output names as failed. */
const isAboutOthers = (pattern: string, { names, output }: FailedTests): boolean =>
  names.length > 0 && namesIn(pattern).every((name) => !output.includes(name))

interface Option {
  readonly name: string
  readonly value: string
}

const optionsOf = (words: ReadonlyArray<string>): ReadonlyArray<Option> =>
  words.flatMap((word, index) => {
    const given = leavesOut.exec(word) ?? selects.exec(word)
    return given === null ? [] : [{ name: word, value: given[1] ?? words[index + 1] ?? "" }]
  })

/** Returns the number of warnings that a linter tolerates; undefined if the command does not say it. */
const tolerated = ({ narrowing }: Run): number | undefined => {
  const at = narrowing.findIndex((word) => /^--max-warnings(?:=|$)/.test(word))
  const value = at === -1 ? undefined : (/=(\d{1,7})$/.exec(narrowing[at] ?? "")?.[1] ?? narrowing[at + 1])
  return value === undefined ? undefined : Number(value)
}

/** Returns the operands that select tests by name, as in `cargo test parser`: paths and values of options are none. */
const namedTests = ({ kind, narrowing }: Run): ReadonlyArray<string> =>
  kind === "test"
    ? narrowing.filter(
        (word, index) =>
          index > 0 && !word.startsWith("-") && !/[/.:\\]/.test(word) && !(narrowing[index - 1] ?? "").startsWith("-")
      )
    : []

const sumOf = (output: string, form: RegExp): number =>
  output
    .split("\n")
    .filter((line) => !/^\W{0,4}(?:Test Suites|Test Files|Suites|Snapshots)\b/i.test(line.slice(0, 400)))
    .reduce((sum, line) => {
      const count = form.exec(line.slice(0, 400))?.[1]
      return sum + Number(count ?? 0)
    }, 0)

const passedCount = /\b(\d{1,7}) (?:tests? |specs? )?(?:passed|passing)\b/
const skippedCount = /\b(\d{1,7}) (?:tests? |specs? )?(?:skipped|xfailed|ignored|pending|todo)\b/

/** True if a run skips more tests than the failed one did, and no more of them passed: the failed test is skipped now. */
export const skipsInstead = (output: string, failedOutput: string): boolean =>
  sumOf(output, skippedCount) > sumOf(failedOutput, skippedCount) &&
  sumOf(failedOutput, passedCount) > 0 &&
  sumOf(output, passedCount) <= sumOf(failedOutput, passedCount)

/**
 * True if a check that passed may have left out what failed: it selects tests, or leaves some out, in a way that the
 * failed one did not, and the output of the failure does not show that the failed tests were run all the same.
 */
export const mayLeaveOut = (passed: Run, failed: Run, failedOutput: string): boolean => {
  if (passed.program !== failed.program || passed.kind !== failed.kind) {
    return false
  }
  const isNew = (word: string): boolean => !failed.narrowing.includes(word)
  if (passed.kind === "act") {
    return passed.narrowing.some((word) => isNew(word) && /^(?:-d|--detach)$/.test(word))
  }
  if (passed.kind === "patch" || passed.kind === "tool" || !checkKinds.has(passed.kind)) {
    return false
  }
  const found = testNamesIn(failedOutput)
  const tests = { names: [...found.failed, ...found.failedGroups], output: failedOutput }
  const more = tolerated(passed)
  return (
    (more !== undefined && more > (tolerated(failed) ?? 0)) ||
    passed.narrowing.some((word) => isNew(word) && runsLess.test(word) && !failedOutput.includes(word)) ||
    (passed.kind === "test" &&
      (optionsOf(passed.narrowing).some(({ name, value }) => {
        const isOut = leavesOut.test(name) || /^not\s|\snot\s/.test(` ${value}`)
        const isSame = !isNew(name) && !isNew(value)
        return !isSame && (isOut ? !isAboutOthers(value, tests) : !isAbout(value, tests))
      }) ||
        (passed.narrowing[0] === failed.narrowing[0] &&
          namedTests(passed).some((name) => isNew(name) && !isAbout(name, tests)))))
  )
}
