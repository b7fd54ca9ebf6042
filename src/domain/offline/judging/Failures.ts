import { type Act, actsBetween, makersBetween } from "./Acts.js"
import { avoids, covers, isNarrower, standsBeside } from "./CheckCoverage.js"
import type { CommandKind } from "../commands/CommandPrograms.js"
import { deliveryOf, isDelivery } from "./Deliveries.js"
import { mayLeaveOut, skipsInstead } from "./LeftOutTests.js"
import { isRefusal } from "./MachineErrors.js"
import { errorSignature } from "../writing/ErrorNames.js"
import { isScript } from "../writing/ShownCommand.js"
import { type CommandStep, isRefused, type RanPart, type Step } from "../reading/Steps.js"
import { type TestNames, testNamesIn, vouchesFor } from "../verdicts/TestNames.js"
import type { UndoneChanges } from "../changes/UndoneChanges.js"

/** The end of a failure: the check that passed at last, and the acts before that. */
export interface Resolution {
  /** The line of the output that shows the pass. */
  readonly line: number
  /** The check that passed, as it was run. */
  readonly check: string
  /** The directory in which the check ran; undefined for the project's own. */
  readonly directory: string | undefined
  /** The part of a command that is the check; undefined if the check is a patch or a tool. */
  readonly part: RanPart | undefined
  readonly passedTests: number | undefined
  /**
   * The acts between the failure and the pass, oldest first; empty if the check passed when it was simply run again.
   */
  readonly acts: ReadonlyArray<Act>
  /** The commands between the failure and the pass that made files which others need, such as a build. */
  readonly makers: ReadonlyArray<string>
  /** True if the check passed only because it ran outside the sandbox. That is a fact about the machine, and no fix. */
  readonly isByEscalation: boolean
  /** True if the same command passed outside the sandbox, and not only got past this error there. */
  readonly passedOutside: boolean
  /** The error that came in place of this one when the command ran outside the sandbox; undefined if none did. */
  readonly errorOutside: string | undefined
  /** True if a change from before the failure was undone before the pass. That change may have caused the failure. */
  readonly isByUndoing: boolean
}

/** A command, a patch or a tool call that failed, and its resolution. */
export interface Failure {
  /** The line of the output that shows the failure; `callLine` is the line of the call. */
  readonly line: number
  readonly callLine: number
  readonly kind: CommandKind | "patch" | "tool"
  readonly program: string
  /** The command, the files of the patch, or the name of the tool. */
  readonly what: string
  readonly key: string
  readonly directory: string | undefined
  readonly exitCode: number | undefined
  readonly error: string | undefined
  /** The lines of the output that say more about the error: its place, and the expected and received values. */
  readonly details: ReadonlyArray<string>
  /** The lines of the output around the error. */
  readonly context: string
  /** The operands and options that limit what the command applies to, such as the path of a test. */
  readonly aims: ReadonlyArray<string>
  /** True if the command is known to have run inside a sandbox. */
  readonly isSandboxed: boolean
  /** The sandbox mode of its turn; undefined if the record does not have it. */
  readonly sandbox: string | undefined
  /** True if the same command passed later in the same sandbox, so that the sandbox does not refuse it any more. */
  readonly passedInside: boolean
  /** The tests that the output names as failed; undefined if it names none. */
  readonly tests: TestNames | undefined
  /**
   * True if the command itself never passed, but a later check that does the same in another way did, or a later output
   * names what failed as passed.
   */
  readonly passedBeside: boolean
  /** True if the user gave up the request after the failure, so that nobody needs a fix. */
  readonly isDropped: boolean
  /** True if the failure was a step of the work, such as a test that was written before the code; see `isStepOfWork`. */
  readonly isStep: boolean
  /** True if the command can be run again as it is; a one-off script cannot. */
  readonly isRepeatable: boolean
  /** The line of the last output that shows the same error again; undefined if only one output shows it. */
  readonly againLine: number | undefined
  /** The line of a later run of the command whose result is unknown; undefined if there is none. */
  readonly retriedLine: number | undefined
  readonly resolution: Resolution | undefined
}

/** The maximum number of failures that are kept for one session. */
const mostFailures = 200

/** The number of a line before the first one. With it, {@link UndoneChanges} counts no change as undone. */
const beforeAnyLine = -1

interface TrackedFailure {
  readonly failure: Failure
  readonly signature: string
  readonly part: RanPart | undefined
  /** The index of the last step in which the command failed; `lastLine` is the line of that step's output. */
  last: number
  lastLine: number
  retriedLine: number | undefined
  /** The index of the step in which the same check failed with another error, so that this error no longer occurred. */
  replacedAt: number | undefined
  /** True if the step at `replacedAt` ran outside the sandbox; `replacement` is the error there. */
  isReplacedOutside: boolean
  replacement: string | undefined
  readonly output: string
  /** The tests that the output names as failed; undefined if it names none. */
  readonly tests: TestNames | undefined
  passedBeside: boolean
  /** False if a run that passed printed the same error line. The line then does not explain the failure. */
  isNamed: boolean
  resolution: Resolution | undefined
}

/**
 * Drops further failures with the same error. A repeatable command is kept before a one-off script, and a resolved
 * failure before one that is not resolved.
 */
export const distinctFailures = (failures: ReadonlyArray<Failure>): ReadonlyArray<Failure> => {
  const rank = ({ isRepeatable, resolution }: Failure): number =>
    (isRepeatable ? 2 : 0) + (resolution === undefined ? 0 : 1)
  const best = new Map<string, Failure>()
  for (const failure of failures) {
    const signature = failure.error === undefined ? `${failure.key} ${failure.line}` : errorSignature(failure.error)
    const known = best.get(signature)
    if (known === undefined || rank(failure) > rank(known)) {
      best.set(signature, failure)
    }
  }
  const kept = new Set(best.values())
  return failures.filter((failure) => kept.has(failure))
}

const missingPath =
  /bad (?:object|revision)|unknown revision|invalid object name|exists on disk, but not in|is outside repository|no upstream configured|no such file|cannot find path|does not exist|can't read|cannot access|cannot stat|no matches found|not a directory|is a directory|could not find|no files were searched/i

/**
 * Matches the beginning of an error message of a program or the shell. A line that a search found in a file begins
 * otherwise.
 */
const complaint =
  /^(?:(?:ba|z|da)?sh|fatal|error|err!?|E|npm (?:ERR!|error)|curl|HTTP \d{3}|Traceback|\w{0,40}Error)\b/i

/**
 * True if the failure of a command that only shows something says something about the machine. A search without
 * results, for example, does not.
 */
const isTellingLook = ({ error }: CommandStep, { program }: RanPart): boolean =>
  error !== undefined &&
  !missingPath.test(error) &&
  (complaint.test(error) || (program !== "" && error.toLowerCase().startsWith(`${program}: `)))

const withoutNumbers = (text: string): string => text.replace(/\d{1,20}/g, "0")

/**
 * True if a later output of the same check still contains the error, though not as its error line. The error had not
 * gone then.
 */
const isStillPrinted = (error: string | undefined, output: string): boolean =>
  error !== undefined && withoutNumbers(output).includes(withoutNumbers(error))

const failedTestsIn = (output: string): TestNames | undefined => {
  const names = testNamesIn(output)
  return names.failed.size + names.failedGroups.size === 0 ? undefined : names
}

const partFailure = (step: CommandStep, part: RanPart): Failure => ({
  line: step.outputLine,
  callLine: step.line,
  kind: part.kind,
  program: part.program,
  what: part.text,
  key: part.key,
  directory: step.directory,
  exitCode: step.exitCode,
  error: part.error,
  details: part.errorDetails,
  context: part.errorContext,
  aims: part.narrowing,
  isSandboxed: !step.isEscalated,
  sandbox: step.sandbox,
  passedInside: false,
  tests: undefined,
  passedBeside: false,
  isDropped: false,
  isStep: false,
  isRepeatable: !isScript(part.pipeline.text) && !/\s-[ce]\s/.test(part.text.slice(0, 200)),
  againLine: undefined,
  retriedLine: undefined,
  resolution: undefined
})

const plainFailure = (step: Step, key: string, error: string): Failure => ({
  line: step._tag === "EditStep" ? step.outputLine : step.line,
  callLine: step.line,
  kind: step._tag === "EditStep" ? "patch" : "tool",
  program: "",
  what: key,
  key,
  directory: undefined,
  exitCode: undefined,
  error,
  details: [],
  context: "",
  aims: [],
  isSandboxed: false,
  sandbox: undefined,
  passedInside: false,
  tests: undefined,
  passedBeside: false,
  isDropped: false,
  isStep: false,
  isRepeatable: false,
  againLine: undefined,
  retriedLine: undefined,
  resolution: undefined
})

/** The kinds of commands that may have printed the result of a test: a script of the project may run the tests. */
export const runsTests: ReadonlySet<string> = new Set(["test", "run"])

/**
 * Matches a command that sets changes aside, runs something without them, and takes them back. What fails in between was
 * meant to fail.
 */
const isWithoutChanges =
  /\bgit (?:stash(?! (?:pop|apply|list|show|drop))|show \S{1,300} ?> ?\S)[^]{1,4000}\bgit (?:stash (?:pop|apply)|checkout|restore)\b/

/** True if a step is the pass of a command that failed before, in the same sandbox and without escalation. */
const passesInside = (step: Step, { key, sandbox }: Failure): boolean =>
  step._tag === "CommandStep" &&
  !step.isEscalated &&
  step.sandbox === sandbox &&
  step.parts.some((part) => part.verdict === "passed" && part.key === key)

/** True if the pass of a command proves that a command that failed passes now, or passes in a form that avoids the error. */
const proves = (part: RanPart, passedOutput: string, { failure, output, part: failed }: TrackedFailure): boolean =>
  failed !== undefined &&
  (covers(part, failed, output) || avoids(part, failed, failure.error ?? "")) &&
  !mayLeaveOut(part, failed, output) &&
  !skipsInstead(passedOutput, output)

/**
 * True if a check passed in the command in which another one failed, and nothing between them changed anything: it passed
 * beside the failure, and not after it.
 */
const isSameRun = (
  at: number,
  step: CommandStep,
  part: RanPart,
  { failure, last, part: failed }: TrackedFailure
): boolean =>
  last === at &&
  failed !== undefined &&
  part.key !== failure.key &&
  step.parts
    .slice(step.parts.indexOf(failed) + 1, step.parts.indexOf(part))
    .every(({ kind }) => kind !== "edit" && kind !== "act" && kind !== "format")

/** Returns the names in an output, without the packages and files of which a run may have left out tests. */
const namesFor = (names: TestNames, step: CommandStep, { output, part: failed }: TrackedFailure): TestNames =>
  failed !== undefined &&
  step.parts.some(
    (part) => mayLeaveOut(part, failed, output) || (part.kind === "look" && part.program === failed.program)
  )
    ? { ...names, passedGroups: new Set() }
    : names

/**
 * True if a pass leaves it open whether an earlier failure still stands. What was to be delivered is not delivered since
 * tests pass, but it is when a later attempt passes, such as another commit.
 */
const isBeside = (part: RanPart, passedOutput: string, { output, part: failed }: TrackedFailure): boolean =>
  failed !== undefined &&
  (isDelivery(failed.key)
    ? deliveryOf(part.key) === deliveryOf(failed.key)
    : standsBeside(part, failed) && !mayLeaveOut(part, failed, output) && !skipsInstead(passedOutput, output))

/**
 * Lists the failures of a session with their resolutions, in one pass over the steps. If a check failed first with one
 * error and then with another, the first counts only if the check passed in the end.
 */
export const failuresOf = (steps: ReadonlyArray<Step>, undone: UndoneChanges): ReadonlyArray<Failure> => {
  const all: Array<TrackedFailure> = []
  let open: Array<TrackedFailure> = []
  const fail = (at: number, failure: Failure, part: RanPart | undefined, output: string): void => {
    const signature = errorSignature(failure.error ?? "")
    const same = open.filter((known) => known.failure.key === failure.key && known.failure.kind === failure.kind)
    const again = same.find((known) => known.signature === signature)
    for (const known of same) {
      if (known !== again && isStillPrinted(known.failure.error, output)) {
        known.last = at
        known.lastLine = failure.line
        continue
      }
      known.isReplacedOutside =
        known !== again && (known.replacedAt === undefined ? !failure.isSandboxed : known.isReplacedOutside)
      known.replacement = known === again ? undefined : (known.replacement ?? failure.error)
      known.replacedAt = known === again ? undefined : (known.replacedAt ?? at)
    }
    if (again !== undefined) {
      again.last = at
      again.lastLine = failure.line
      again.retriedLine = undefined
      again.passedBeside = false
    } else if (all.length < mostFailures) {
      const entry: TrackedFailure = {
        failure,
        signature,
        part,
        last: at,
        lastLine: failure.line,
        retriedLine: undefined,
        replacedAt: undefined,
        isReplacedOutside: false,
        replacement: undefined,
        output,
        tests: part === undefined ? undefined : failedTestsIn(output),
        passedBeside: false,
        isNamed: true,
        resolution: undefined
      }
      all.push(entry)
      open.push(entry)
    }
  }
  const pass = (
    at: number,
    step: Step,
    check: string,
    part: RanPart | undefined,
    test: (known: TrackedFailure) => boolean
  ): void => {
    const isEscalated = step._tag === "CommandStep" && step.isEscalated
    const line = step._tag === "CommandStep" ? step.outputLine : step.line
    for (const known of open.filter(test)) {
      const { last, replacedAt } = known
      const lasting = replacedAt === undefined ? [] : actsBetween(steps, last, replacedAt, undone, line)
      // If all that was done before another error came was taken back, what was done after it helped.
      const isByReplacement =
        replacedAt !== undefined &&
        (lasting.length > 0 || actsBetween(steps, last, replacedAt, undone, beforeAnyLine).length === 0)
      const acts = isByReplacement ? lasting : actsBetween(steps, last, at, undone, line, part)
      // Fewer tests, or the same ones in another run, may have passed by chance if nothing was done.
      const isWeak =
        part !== undefined &&
        known.part !== undefined &&
        (isNarrower(part, known.part) || !proves(part, step._tag === "CommandStep" ? step.output : "", known))
      if (acts.length === 0 && isWeak) {
        continue
      }
      const isByEscalation =
        (known.replacedAt === undefined ? isEscalated : known.isReplacedOutside) &&
        known.failure.isSandboxed &&
        (acts.length === 0 || isRefusal(`${known.failure.error ?? ""}\n${known.output}`))
      const isByUndoing = undone.areUndoneBetween(known.failure.callLine, line)
      const passedOutside = isByEscalation && isEscalated && part?.key === known.failure.key
      known.resolution = {
        line,
        check,
        directory: part?.directory,
        part,
        passedTests: part?.passedTests,
        acts,
        makers: makersBetween(steps, last, at, part),
        isByEscalation,
        passedOutside,
        errorOutside: known.isReplacedOutside ? known.replacement : undefined,
        isByUndoing
      }
      // What a run prints that passed is not what made another one fail.
      known.isNamed = known.failure.error !== step.error
    }
    open = open.filter((known) => known.resolution === undefined)
  }
  for (const [at, step] of steps.entries()) {
    if (isRefused(step)) {
      continue
    }
    if (step._tag === "EditStep") {
      const files = step.changes.map((change) => change.path)
      if (step.error !== undefined) {
        fail(at, plainFailure(step, files.join(", "), step.error), undefined, step.error)
      } else if (step.end === "applied") {
        pass(
          at,
          step,
          "the next patch",
          undefined,
          ({ failure }) => failure.kind === "patch" && failure.key.split(", ").some((file) => files.includes(file))
        )
      }
    } else if (step._tag === "ToolStep") {
      if (step.error !== undefined) {
        fail(at, plainFailure(step, step.tool, step.error), undefined, "")
      } else {
        pass(at, step, step.tool, undefined, ({ failure }) => failure.kind === "tool" && failure.key === step.tool)
      }
    } else {
      const names = open.some(({ tests }) => tests !== undefined) ? testNamesIn(step.output) : undefined
      const isNamedPassed = (known: TrackedFailure): boolean =>
        names !== undefined && known.tests !== undefined && vouchesFor(namesFor(names, step, known), known.tests)
      for (const part of step.parts) {
        if (part.verdict === "passed" && open.length > 0) {
          pass(
            at,
            step,
            part.text,
            part,
            (known) =>
              !isSameRun(at, step, part, known) &&
              (proves(part, step.output, known) ||
                (known.part?.kind === "test" && runsTests.has(part.kind) && isNamedPassed(known)))
          )
          open
            .filter((known) => !isSameRun(at, step, part, known) && isBeside(part, step.output, known))
            .forEach((known) => (known.passedBeside = true))
        } else if (
          part.verdict === "failed" &&
          (part.kind !== "look" || isTellingLook(step, part)) &&
          !isWithoutChanges.test(step.shown.slice(0, 8_000))
        ) {
          fail(at, partFailure(step, part), part, step.output)
        } else {
          open.filter(({ part: known }) => known?.key === part.key).forEach((known) => (known.retriedLine = step.line))
        }
      }
      // An output that names the failed tests as passed speaks for them, whichever command printed it, from wherever.
      open.filter((known) => known.last < at && isNamedPassed(known)).forEach((known) => (known.passedBeside = true))
    }
  }
  return all
    .filter(({ replacedAt, resolution }) => resolution !== undefined || replacedAt === undefined)
    .map(({ failure, isNamed, last, lastLine, passedBeside, resolution, retriedLine, tests }) => ({
      ...failure,
      tests,
      passedInside: steps.slice(last + 1).some((step) => passesInside(step, failure)),
      passedBeside: passedBeside && resolution === undefined,
      error: isNamed ? failure.error : undefined,
      details: isNamed ? failure.details : [],
      retriedLine,
      againLine: lastLine === failure.line ? undefined : lastLine,
      resolution
    }))
}
