import { type CommandPart, narrownessOf } from "../commands/CommandNames.js"
import { checkKinds, type CommandKind, programKinds } from "../commands/CommandPrograms.js"
import { showsHostedChecks } from "../judging/HostedChecks.js"
import { isSessionBound } from "../commands/SessionBound.js"
import { inDirectory, isScript, shownCommand } from "./ShownCommand.js"
import type { RanPart } from "../reading/Steps.js"
import { type TaskReport } from "../judging/TaskReport.js"
import { followUpsOf, stepsOf } from "../reading/Tasks.js"
import { addsPackage, isInstallation } from "../commands/Installations.js"
import { inCode } from "./Wording.js"

/* The commands of a task that are known to work, for later sessions. */

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

const isRehearsal = /\s--dry-run\b/

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
  if (part.kind === "test" && narrownessOf(part) > 0) {
    return "run these tests"
  }
  if (part.kind === "act" && isInstallation(part)) {
    return "install"
  }
  if (isSyntaxCheck.test(part.text)) {
    return "check the syntax"
  }
  if (isRehearsal.test(part.text)) {
    return "dry run"
  }
  if (part.kind === "lint" && isFormatter.test(part.text)) {
    return "check the formatting"
  }
  if (part.kind === "lint" && programKinds.get(part.program) !== "lint" && checksOnly.test(part.text)) {
    return "check"
  }
  return purposes[part.kind] ?? "worked here"
}

const workingCommand = (part: RanPart, report: TaskReport): WorkingCommand => {
  const purpose = purposeOf(part, report)
  const text = `${purpose}: ${shownCommand(part.text)}${inDirectory(part.directory)}${scriptNote(part, report)}`
  return { part, purpose, text }
}

const chores =
  /^(?:git|go mod tidy|kill|pkill|killall|open|xdg-open|start-process)\b|\b(?:stop|down|rm|remove|uninstall|delete|prune|login|logout)\b/

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

/** Matches a `for` loop: its variable, and the commands in it. */
const forLoop = /^for (\w{1,40}) in .{0,400}?\bdo\b(.{0,4000})/s

/**
 * True for a loop that runs the same command again and again, as one does to see whether a test is flaky. It answered
 * one question, and is not worth repeating.
 */
const onlyRepeats = ({ pipeline: { text } }: RanPart): boolean => {
  const [, variable, body = ""] = forLoop.exec(text) ?? []
  return (
    /^(?:while|until) /.test(text) || (variable !== undefined && !new RegExp(`\\$\\{?${variable}(?!\\w)`).test(body))
  )
}

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
    !showsHostedChecks(part) &&
    !report.atEnd.isObsolete(part) &&
    !onlyRepeats(part) &&
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
