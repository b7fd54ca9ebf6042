import { type CommandPart, narrownessOf } from "../reading/CommandNames.js"
import { checkKinds, type CommandKind, programKinds } from "../reading/CommandPrograms.js"
import { explanationOf, leftOversIn } from "../judging/Explanations.js"
import type { Failure } from "../judging/Failures.js"
import { failureLines, failureText, fixText } from "./FailureTexts.js"
import { lacksService } from "../judging/MachineErrors.js"
import { isLimit, isOpenFailure, missingProgramOf } from "../judging/Outcome.js"
import { filesReadBy } from "./Pointers.js"
import { actsOutside } from "../reading/OutsideActs.js"
import { withoutSecrets } from "../judging/Secrets.js"
import { isSessionBound } from "../reading/SessionBound.js"
import { inDirectory, isScript, shownCommand } from "./ShownCommand.js"
import type { CommandStep, RanPart } from "../reading/Steps.js"
import { cameUpOnTheWay, isUnfinished, type TaskReport } from "../judging/TaskReport.js"
import { followUpsOf, saidIn, stepsOf } from "../reading/Tasks.js"
import { addsPackage, isInstallation } from "../judging/Installations.js"
import { inCode, listed, plainLine, quoted } from "./Wording.js"

/* The reusable knowledge and the open ends of a task, for later sessions. */

const purposes: Readonly<Partial<Record<CommandKind, string>>> = {
  test: "run the tests",
  build: "build",
  lint: "lint",
  "type-check": "check the types",
  format: "format"
}

const isSyntaxCheck = /^(?:node (?:--check|-c)|(?:ba)?sh -n|python\d? -m (?:py_compile|compileall)|php -l|ruby -c)\b/

/** Returns the name of the package script that runs exactly this command; undefined if there is none. */
export const scriptOf = (part: CommandPart, report: TaskReport): string | undefined =>
  [...report.scripts].find(([, command]) => command.trim() === part.text.trim())?.[0]

/** Writes a note that names the package script which runs exactly this command; empty if there is none. */
const scriptNote = (part: CommandPart, report: TaskReport): string => {
  const name = scriptOf(part, report)
  return name === undefined ? "" : ` (the ${inCode(name, 60)} script of package.json is the same)`
}

/** Returns the first changed file that a one-off script mentions, and so tries out; undefined if it mentions none. */
const triedFile = (part: CommandPart, report: TaskReport): string | undefined =>
  [...report.changedAt.keys()].find((file) => part.pipeline.text.includes(file))

/** A command that is known to work in the project, with its purpose and the line that memory shows for it. */
export interface WorkingCommand {
  readonly part: RanPart
  readonly purpose: string
  readonly text: string
}

/**
 * Matches a command whose name says that it checks something, although it is neither a test nor a known linter:
 * `flywayValidate`, `mvn verify`.
 */
const checksOnly = /(?:check|validate|verify)(?:-\w{1,20})?(?=\s|$)/i
const isFormatter = /\b(?:fmt|format|prettier|black|isort|spotless|ktfmt|dprint|oxfmt|ormolu|fourmolu)/i

/** Matches a command that runs a file of a program, by itself or with an interpreter (`node server.js`). */
const programFile =
  /^(?:(?:python3?|node|deno run|bun|ruby|php|java|tsx|ts-node|perl|elixir)\s+(?:-\S+\s+)*)?[\w@./-]*\.\w{1,5}(?=\s|$)/
/** Matches the words with which tools and scripts start a program, such as `run` or `serve`. */
const starts =
  /\b(?:run|start|serve[r]?|dev|preview|launch|watch|bootRun)\b|\s-m\s|^java\s+-jar\b|^\.{1,2}\/(?!gradlew|mvnw)[\w./-]+(?=\s|$)/

/** True if a command starts a program of the project. A task of a build tool, or code on the command line, does not. */
const runsProgram = ({ text }: RanPart): boolean =>
  !/\s-[ce]\s/.test(text) && !text.includes("\n") && (starts.test(text) || programFile.test(text))

/** Returns the purpose of a command in words, such as `run the tests`. */
const purposeOf = (part: RanPart, report: TaskReport): string => {
  const isTrial = part.kind === "run" && (isScript(part.pipeline.text) || inlineScript.test(part.text))
  const tried = isTrial ? triedFile(part, report) : undefined
  if (tried !== undefined) {
    return `try ${inCode(tried, 120)}`
  }
  if (part.kind === "run") {
    return isRehearsal.test(part.text) ? "dry run" : runsProgram(part) ? "run the program" : "worked here"
  }
  return part.kind === "test" && narrownessOf(part) > 0
    ? "run these tests"
    : part.kind === "act" && isInstallation(part)
      ? "install"
      : isSyntaxCheck.test(part.text)
        ? "check the syntax"
        : isRehearsal.test(part.text)
          ? "dry run"
          : part.kind === "lint" && isFormatter.test(part.text)
            ? "check the formatting"
            : part.kind === "lint" && programKinds.get(part.program) !== "lint" && checksOnly.test(part.text)
              ? "check"
              : (purposes[part.kind] ?? "worked here")
}

const workingCommand = (part: RanPart, report: TaskReport): WorkingCommand => {
  const purpose = purposeOf(part, report)
  const text = `${purpose}: ${shownCommand(part.text)}${inDirectory(part.directory)}${scriptNote(part, report)}`
  return { part, purpose, text }
}

const chores =
  /^(?:git|go mod tidy|kill|pkill|killall|open|xdg-open|start-process)\b|\b(?:stop|down|rm|remove|uninstall|delete|prune|login|logout)\b/
const isRehearsal = /\s--dry-run\b/

/** Drops a check if a wider check of the same program and kind passed too. */
const widest = (parts: ReadonlyArray<RanPart>): ReadonlyArray<RanPart> =>
  parts.filter(
    (part) =>
      !checkKinds.has(part.kind) ||
      !parts.some(
        (other) =>
          other.program === part.program && other.kind === part.kind && narrownessOf(other) < narrownessOf(part)
      )
  )

/** True if a command runs a program of the project: no one-off script, and no file outside the project. */
const isOwnProgram = (part: RanPart): boolean =>
  part.kind === "run" &&
  !isScript(part.pipeline.text) &&
  /^(?:python|node|deno|bun|npm|pnpm|yarn|make|just|cargo|go|ruby|php|java|dotnet|\.{1,2}\/)/.test(part.text) &&
  !/\s-[ce]\s|\s[~/]/.test(part.text)

const inlineScript = /^(?:\S+ ){0,3}(?:python3?|node|ruby|perl|php|deno|bun|elixir|bash|sh)(?: -\w)* (?:-[ce]|eval)\s/

/**
 * True for a one-off script that tries none of the changed files. It only answered one question, and is not worth
 * repeating.
 */
const isOneOff = (part: RanPart, report: TaskReport): boolean =>
  part.kind === "run" &&
  (isScript(part.pipeline.text) || inlineScript.test(part.text)) &&
  triedFile(part, report) === undefined

/** Lists the commands of a task that are known to work in the project, each in its newest form. */
export const workingCommands = (report: TaskReport): ReadonlyArray<WorkingCommand> => {
  const rejectedAt = followUpsOf(report.task).findLast(({ word }) => word.stance === "rejects")?.line ?? 0
  const verifying = new Set(report.verifications.map(({ part }) => part))
  // An act that passes outside of the sandbox only is a limit; a check is worth running there.
  const outside = new Set(
    report.failures.flatMap(({ key, resolution }) => (resolution?.isByEscalation === true ? [key] : []))
  )
  const isKept = (part: RanPart, line: number): boolean =>
    part.verdict === "passed" &&
    !part.isOutside &&
    !isSessionBound(part.text) &&
    (verifying.has(part) ||
      checkKinds.has(part.kind) ||
      isOwnProgram(part) ||
      // A command before the user's correction may have passed, but must not be repeated.
      (part.kind === "act" &&
        line > rejectedAt &&
        !addsPackage(part) &&
        !outside.has(part.key) &&
        (!chores.test(part.key) || isRehearsal.test(part.text))))
  const newest = new Map<string, RanPart>()
  for (const step of stepsOf(report.task)) {
    for (const part of step._tag === "CommandStep" ? step.parts.filter((part) => isKept(part, step.line)) : []) {
      newest.set(isOwnProgram(part) ? `${part.program} ${part.narrowing[0] ?? ""}` : part.key, part)
    }
  }
  const ranked = widest([...newest.values()].filter((part) => !isOneOff(part, report)))
  const programs = ranked.filter(({ kind, pipeline }) => kind === "run" && !isScript(pipeline.text))
  return ranked.filter((part) => !programs.slice(0, -2).includes(part)).map((part) => workingCommand(part, report))
}

/**
 * True if memory should mention the fix of a failure. A failure without a known error cannot be recognised when it
 * occurs again.
 */
const isWorthFixing = (failure: Failure): boolean =>
  failure.kind !== "patch" && failure.kind !== "tool" && failure.error !== undefined

/** The maximum number of edits after which a failure still counts as fixed at once; see {@link isOwnSlip}. */
const editsOfSlip = 2

/**
 * True if the task caused a failure by its own changes, fixed it at once in those files, and did not meet it again.
 * Such a failure will not occur again, so it is not mentioned.
 */
const isOwnSlip = (failure: Failure, report: TaskReport): boolean => {
  const acts = failure.resolution?.acts ?? []
  const wasChanged = (file: string): boolean => (report.changedAt.get(file) ?? failure.callLine) < failure.callLine
  return (
    cameUpOnTheWay(report, failure) &&
    failure.againLine === undefined &&
    acts.length > 0 &&
    acts.length <= editsOfSlip &&
    acts.every(({ command, files }) => command === undefined && files.every(wasChanged))
  )
}

/** True if a command failed for lack of a service, and then passed in a form that does not need the service. */
const passedWithout = ({ error, resolution, what }: Failure): boolean =>
  resolution !== undefined && resolution.check !== what && lacksService(error ?? "")

/** True if a failure says something about the machine: something is missing, or the sandbox refuses an action. */
const isOfPlace = (failure: Failure): boolean =>
  failure.resolution === undefined ? isLimit(failure) : failure.resolution.isByEscalation || passedWithout(failure)

/**
 * Returns how a failed command can pass in spite of a limit of the machine, as a clause; undefined if that is not
 * known.
 */
export const wayAround = (failure: Failure): string | undefined =>
  failure.resolution === undefined
    ? undefined
    : passedWithout(failure)
      ? `${shownCommand(failure.resolution.check)} passes`
      : failure.resolution.passedOutside
        ? "it passes outside of the sandbox"
        : "asking for escalation gets past this"

/**
 * Matches commands that compute something from files, such as a count with `awk`. Their form is worth keeping; merely
 * printing a file is not.
 */
const computes = /\b(?:awk|jq|uniq|xargs|sqlite3|psql|column)\b|\bsort\b.{0,40}\|/

/** A command that only read, and computed something from a file; `file` is that file. */
export interface Look {
  readonly step: CommandStep
  readonly file: string
}

/**
 * Returns the last command of a task that computed something from files it read. Empty if the task did anything but
 * read.
 */
export const looksOf = (report: TaskReport): ReadonlyArray<Look> => {
  const steps = stepsOf(report.task)
  const isComputing = (step: CommandStep): boolean =>
    step.verdict !== "failed" && computes.test(step.shown.slice(0, 400)) && !actsOutside(step.shown)
  const looks = steps.flatMap((step) => (step._tag === "CommandStep" && step.isLook ? [step] : []))
  return looks.length < steps.length
    ? []
    : looks
        .filter(isComputing)
        .flatMap((step) =>
          filesReadBy(step)
            .slice(0, 1)
            .map((file) => ({ step, file }))
        )
        .slice(-1)
}

const lookBullet = ({ file, step }: Look): string => `look into ${inCode(file, 120)}: ${shownCommand(step.shown)}`

/** The maximum number of bullets about reusable knowledge from one task. */
const mostBullets = 10

/**
 * Lists the bullets about reusable knowledge: the commands that worked, failures with their fixes, and limits of the
 * machine. `told` has the keys of the commands that earlier tasks of the session listed; the keys of this task's
 * commands are added to it.
 */
export const reusableKnowledge = (report: TaskReport, told: Set<string>): ReadonlyArray<string> => {
  const fixes = fixesIn(report).map(({ text }) => text)
  const isInFix = (line: string): boolean =>
    line.startsWith("worked here: ") && fixes.some((fix) => fix.includes(line.slice("worked here: ".length)))
  const commands = workingCommands(report).filter(({ part, text }) => !told.has(part.key) && !isInFix(text))
  commands.forEach(({ part }) => told.add(part.key))
  const all = [
    ...commands.slice(0, 6).map(({ text }) => text),
    ...fixes.slice(0, 6),
    ...limitsIn(report)
      .slice(0, 3)
      .map(({ text }) => text),
    ...looksOf(report).map(lookBullet),
    ...report.findings.map(({ line, text }) => `the assistant concluded: ${quoted(text, 300)} (L${line})`)
  ]
  return [...new Set(all)].slice(0, mostBullets)
}

/** A failure with the line that memory shows for it. */
export interface FailureLine {
  readonly failure: Failure
  readonly text: string
}

/**
 * Lists the failures of a task with their fixes, those of repeatable commands first. `isFixed` is false if it is only
 * known what was done before the check passed, and not what of it was the fix.
 */
export const fixesIn = (report: TaskReport): ReadonlyArray<FailureLine & { readonly isFixed: boolean }> => {
  const said = saidIn(report.task)
  return report.failures
    .filter((failure) => failure.resolution !== undefined && isWorthFixing(failure) && !passedWithout(failure))
    .toSorted((one, other) => Number(other.isRepeatable) - Number(one.isRepeatable))
    .flatMap((failure) => {
      const explanation = explanationOf(failure, said, report.paths)
      const text = isOwnSlip(failure, report) ? undefined : fixText(failure, explanation)
      return text === undefined ? [] : [{ failure, text, isFixed: text.includes(": fixed by ") }]
    })
}

/**
 * Matches a `git`, `gh` or `glab` command with its subcommand. Its failure is about one branch, commit or request, so
 * the limit names only the matched words.
 */
const actsOnOneThing = /^(?:git|gh|glab)(?: -C \S+)? [a-z][\w-]*/

const sortedLetters = (word: string): string => [...word].toSorted().join("")

/**
 * True if a word may be a misspelling of another one: two letters are exchanged, or one letter is different, missing or
 * added.
 */
const isMistyped = (word: string, meant: string): boolean => {
  const start = [...word].findIndex((letter, index) => letter !== meant[index])
  const rest = start === -1 ? word.length : start
  return (
    word !== meant &&
    Math.min(word.length, meant.length) >= 3 &&
    (word.slice(rest + 1) === meant.slice(rest + 1) ||
      word.slice(rest) === meant.slice(rest + 1) ||
      word.slice(rest + 1) === meant.slice(rest) ||
      (word.slice(rest + 2) === meant.slice(rest + 2) &&
        sortedLetters(word.slice(rest, rest + 2)) === sortedLetters(meant.slice(rest, rest + 2))))
  )
}

/**
 * True if a program is missing only because its name was mistyped: another command of the task contains nearly the same
 * name.
 */
const isSlip = (missing: string | undefined, report: TaskReport): boolean =>
  missing !== undefined &&
  stepsOf(report.task).some(
    (step) =>
      step._tag === "CommandStep" &&
      step.verdict !== "failed" &&
      step.parts.some(({ pipeline }) =>
        pipeline.text
          .slice(0, 400)
          .split(/\s+/)
          .some((word) => isMistyped(missing, word))
      )
  )

/** Lists the failures that show a limit of the machine: a missing program or service, or a refusal of the sandbox. */
export const limitsIn = (report: TaskReport): ReadonlyArray<FailureLine & { readonly subject: string }> =>
  report.failures
    .filter((failure) => failure.error !== undefined && !actsOutside(failure.what) && isOfPlace(failure))
    .filter((failure) => failure.resolution !== undefined || !isSlip(missingProgramOf(failure), report))
    .map((failure) => {
      const missing = failure.resolution === undefined ? missingProgramOf(failure) : undefined
      const subject = missing ?? (actsOnOneThing.exec(failure.what)?.[0] || failure.what)
      const around = wayAround(failure)
      const end =
        around !== undefined
          ? `; ${around}`
          : missing === undefined
            ? lacksService(failure.error ?? "")
              ? "; this machine does not have it"
              : "; the machine or its sandbox refuses it"
            : missing === failure.program
              ? ""
              : `, which ${shownCommand(failure.what)} needs`
      return {
        failure,
        subject,
        text: `${shownCommand(subject)} does not work here: ${inCode(failure.error ?? "", 240)}${end}`
      }
    })

/** Lists the last five failures of a task that have no fix and that a later session should know of. */
export const openFailuresIn = (report: TaskReport): ReadonlyArray<Failure> =>
  report.failures
    .filter((failure) => failure.resolution === undefined && failure.kind !== "look" && !isLimit(failure))
    .filter(({ isDropped, passedBeside, what }) => !isDropped && !passedBeside && !actsOutside(what))
    .filter(
      (failure) =>
        failure.isRepeatable ||
        failure.kind === "patch" ||
        (failure.error !== undefined && report.outcome !== "success")
    )
    .slice(-5)

const openFailureText = (failure: Failure): string =>
  isOpenFailure(failure)
    ? `open: ${failureText(failure)} (${failureLines(failure)})`
    : `${failure.kind === "patch" ? `the patch to ${inCode(failure.what, 160)}` : shownCommand(failure.what)} was not made to work${failure.error === undefined || failure.kind === "patch" ? "" : `: ${inCode(failure.error, 240)}`} (L${failure.line})`

/**
 * Quotes the open steps of the plan of an interrupted task, in words that follow the task's title; empty if there are
 * none.
 */
export const planLeftText = (report: TaskReport): string => {
  const left = report.planLeft.slice(0, 2).map((step) => quoted(withoutSecrets(report.paths.text(step)), 120))
  const more = report.planLeft.length - left.length
  return left.length === 0 ? "" : `; the plan had left: ${listed(more > 0 ? [...left, `${more} more`] : left)}`
}

const cutOff = (report: TaskReport): ReadonlyArray<string> => {
  const line = report.task.items.at(-1)?.line ?? 0
  const isBegun = saidIn(report.task).length > 0 || stepsOf(report.task).length > 0
  const plan = planLeftText(report)
  const title = quoted(report.title, 120)
  switch (report.cutOff) {
    case undefined:
      return []
    case "record":
      return [
        `open: the session broke off ${isBegun ? "in the middle of" : "before any answer to"} ${title} (L${line})${plan}`
      ]
    default: {
      const who = report.cutOff === "user" ? "the user interrupted" : "the harness stopped"
      return isUnfinished(report)
        ? [`open: ${who} ${title} ${isBegun ? "before it was done" : "before any answer"} (L${line})${plan}`]
        : [`${who} ${title} (L${line})`]
    }
  }
}

const corrections = (report: TaskReport): ReadonlyArray<string> =>
  followUpsOf(report.task)
    .filter(({ word }) => word.stance === "rejects" || word.stance === "drops")
    .slice(0, 3)
    .map(({ line, text, word }) => {
      const did = word.stance === "drops" ? "the user gave it up" : "the user corrected"
      return `${did}: ${quoted(plainLine(text, 140), 140)} (L${line})`
    })

/**
 * Lists the bullets about open ends: pasted secrets, failures without a fix, the user's corrections, and work that is
 * left to do.
 */
export const openEnds = (report: TaskReport): ReadonlyArray<string> => [
  ...report.secrets.map(
    ({ kinds, line }) =>
      `open: the user pasted live-looking secrets into the session (L${line}): ${listed(kinds)}; rotate them`
  ),
  ...openFailuresIn(report).map(openFailureText),
  ...corrections(report),
  ...leftOversIn(saidIn(report.task), report.paths).map((left) => `open, the assistant said: ${quoted(left, 200)}`),
  ...cutOff(report)
]
