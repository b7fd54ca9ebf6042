import { checkKinds, type CommandKind } from "../commands/CommandPrograms.js"
import { isAvoidable } from "./MachineErrors.js"
import { isInContainer } from "../commands/InnerCommands.js"
import { placeInKey } from "../commands/CommandNames.js"
import { narrowness } from "../commands/InvocationWords.js"
import type { RanPart } from "../reading/Steps.js"

/* The rule for whether a check that passed resolves another check that failed before it. */

const scriptTools = /^(?:npm|pnpm|yarn|bun|make|just|rake|task|mise)$/

/** True for a program that runs the tasks of a project, such as the scripts of a package or the targets of a makefile. */
export const isTaskRunner = (program: string): boolean => scriptTools.test(program)

const isPlace = (word: string): boolean => !word.startsWith("-") && /[/.:]/.test(word)

/**
 * Families of tools whose tests start only after everything was compiled. A passed test run therefore proves that the
 * build passes too.
 */
const compiled: ReadonlySet<string> = new Set(["rust", "go", "java", "dotnet", "c"])
const implied: Readonly<Partial<Record<CommandKind, ReadonlyArray<CommandKind>>>> = {
  test: ["build", "type-check"],
  build: ["type-check"]
}

const isFile = (word: string): boolean => !word.startsWith("-") && /[\\/]/.test(word)

/** True if one of two checks of a kind is a task of the project, and both were run for the same files. */
const runsSameFiles = (one: RanPart, other: RanPart): boolean => {
  const files = one.narrowing.filter(isFile)
  return (
    checkKinds.has(one.kind) &&
    one.kind === other.kind &&
    isTaskRunner(one.program) !== isTaskRunner(other.program) &&
    placeOf(one) === placeOf(other) &&
    files.length > 0 &&
    files.every((file) => other.narrowing.includes(file)) &&
    other.narrowing.filter(isFile).length === files.length
  )
}

/** The forms of a part by which it is compared: its own, and those of the checks inside it. */
const withInner = (part: RanPart): ReadonlyArray<RanPart> => [
  part,
  ...part.inner.map((inner) => ({ ...part, ...inner }))
]

/**
 * True if a check that passed proves that a failed check passes now: it is the same check, a wider one, or one that
 * includes the place that failed. A task that passed also proves what the checks that it ran prove. Of a check that
 * failed only the one in a container stands for the whole.
 */
export const covers = (passed: RanPart, failed: RanPart, failedOutput: string): boolean =>
  withInner(passed).some((one) =>
    (isInContainer(failed) ? withInner(failed) : [failed]).some((other) => coversItself(one, other, failedOutput))
  )

const coversItself = (passed: RanPart, failed: RanPart, failedOutput: string): boolean => {
  if (passed.key === failed.key) {
    return true
  }
  // `npm install x --legacy-peer-deps` does the same as `npm install x`.
  if (passed.kind === "act" && passed.kind === failed.kind && passed.program === failed.program) {
    return failed.narrowing.every((word) => passed.narrowing.includes(word))
  }
  if (runsSameFiles(passed, failed)) {
    return true
  }
  const isImplied = compiled.has(passed.family) && (implied[passed.kind] ?? []).includes(failed.kind)
  if (!checkKinds.has(passed.kind) || passed.family !== failed.family || (passed.kind !== failed.kind && !isImplied)) {
    return false
  }
  if (placeOf(passed) !== placeOf(failed)) {
    return false
  }
  const places = passed.narrowing.filter(isPlace)
  if (passed.program !== failed.program && !isTaskRunner(passed.program) && !isTaskRunner(failed.program)) {
    return false
  }
  if (passed.kind !== failed.kind) {
    return true
  }
  return passed.program === failed.program
    ? passed.narrowing.every((word) => failed.narrowing.includes(word)) ||
        (places.length > 0 && places.every((place) => failedOutput.includes(place)))
    : places.every((place) => failedOutput.includes(place))
}

/**
 * True if a check that passed ran less than the check that failed: fewer tests, or another target. Its pass proves
 * something only if the assistant did something between the two.
 */
export const isNarrower = (passed: RanPart, failed: RanPart): boolean =>
  checkKinds.has(passed.kind) &&
  passed.kind === failed.kind &&
  passed.key !== failed.key &&
  passed.narrowing.some((word) => isPlace(word) && !failed.narrowing.includes(word))

/**
 * Matches options with which a command only shows something or only tries, such as `--help`. Its pass proves nothing.
 */
const provesNothing = /^(?:-h|-n|-V|--help|--version|--dry-run|--list|--collect-only|--list-tests|--check-config)$/

/**
 * True if a command that passed is the failed one with more options, and such options can avoid the error: a port in
 * use, or a service that does not run.
 */
export const avoids = (passed: RanPart, failed: RanPart, error: string): boolean =>
  passed.program === failed.program &&
  passed.kind === failed.kind &&
  placeOf(passed) === placeOf(failed) &&
  failed.narrowing.every((word) => passed.narrowing.includes(word)) &&
  passed.narrowing.every((word, index) => {
    const isOfOption = word.startsWith("-") || (passed.narrowing[index - 1] ?? "").startsWith("-")
    return failed.narrowing.includes(word) || (isOfOption && !provesNothing.test(word))
  }) &&
  isAvoidable(error)

const placeOf = ({ key }: RanPart): string | undefined => placeInKey(key)

/** Matches commands that a merge conflict may stop, and that `git commit` then completes. */
const joins = /^git (?:merge|pull|rebase|cherry-pick|revert|am|stash)\b/

/**
 * True if a pass leaves it open whether an earlier failure still stands: a check of the same kind by another program
 * passed, in the same or a wider scope; a test or build passed after a command failed that may only have prepared it;
 * or `git commit` passed after a merge that stopped.
 */
export const standsBeside = (passed: RanPart, failed: RanPart): boolean => {
  if (joins.test(failed.key)) {
    return passed.program === "git" && passed.narrowing[0] === "commit"
  }
  if (failed.kind === "act" || failed.kind === "edit") {
    return passed.kind === "test" || passed.kind === "build"
  }
  if (!checkKinds.has(failed.kind) || passed.kind !== failed.kind) {
    return false
  }
  const places = failed.narrowing.filter(isPlace)
  return places.length > 0 && places.every((place) => passed.text.includes(place))
    ? true
    : placeOf(passed) === placeOf(failed) &&
        (passed.family === failed.family || isTaskRunner(passed.program) || isTaskRunner(failed.program)) &&
        narrowness(passed.narrowing) <= narrowness(failed.narrowing)
}
