import { isUnderWay } from "../../evidence/SessionEvidence.js"
import { errorDetails } from "../../session/ErrorDetails.js"
import { withoutTerminalControl } from "../../session/ErrorLine.js"
import type { FileChange } from "../../session/FileChange.js"
import type { CommandRun, EditEnd, FileEdit, SessionEvent } from "../../session/SessionEvent.js"
import { type CommandPart, nameCommand } from "../commands/CommandNames.js"
import { innerChecks } from "../commands/InnerCommands.js"
import type { PackageScripts } from "../commands/PackageScripts.js"
import { printedExit, readParts } from "../verdicts/PartVerdicts.js"
import { pathFrom } from "../commands/Places.js"
import type { ProjectPaths } from "./ProjectPaths.js"
import { circular } from "./CircularImports.js"
import { withoutSecrets } from "../judging/Secrets.js"

/** One part of a command that was run, with the verdict on it. */
export interface RanPart extends CommandPart {
  /** The directory in which the whole command was started; undefined for the project's own. */
  readonly directory: string | undefined
  /**
   * The directory in which the part itself ran, after each `cd` before it; undefined for the project's own. It contains a
   * `$` if only the shell knows it.
   */
  readonly place: string | undefined
  readonly verdict: "passed" | "failed" | "unknown"
  /** The checks that it ran inside itself; see `innerChecks`. */
  readonly inner: ReadonlyArray<CommandPart>
  readonly passedTests: number | undefined
  /** The line of the output that names the part's error; undefined if it did not fail, or if no line is known to be its. */
  readonly error: string | undefined
  /** The lines of the output that say more about the error; empty if there is no error. */
  readonly errorDetails: ReadonlyArray<string>
  /** The lines of the output around the error, with paths relative to the project, and without secrets. */
  readonly errorContext: string
}

/** A command that was run, with the results of its parts. */
export interface CommandStep {
  readonly _tag: "CommandStep"
  /** The line of the call in the rollout; `outputLine` is the line that records the end. */
  readonly line: number
  readonly outputLine: number
  /**
   * The command as memory shows it: without filters of its output, with paths relative to the project, and without
   * secrets.
   */
  readonly shown: string
  /** The directory in which it ran; undefined for the project's own. */
  readonly directory: string | undefined
  /**
   * The parts that memory mentions; see `NamedCommand`. Parts that only show something are among them only if the
   * command has no others.
   */
  readonly parts: ReadonlyArray<RanPart>
  readonly isLook: boolean
  /** The exit code of the command; undefined if it is not known, or if it is that of a filter. */
  readonly exitCode: number | undefined
  readonly verdict: "passed" | "failed" | "unknown"
  readonly error: string | undefined
  /** The output of the command, cut to the length that is kept of it. */
  readonly output: string
  /** True if only the parts that memory mentions can have printed the output. */
  readonly isOutputOwn: boolean
  /**
   * True if the record has an output and the command was not refused, so that the command may have changed something.
   */
  readonly hasEnded: boolean
  /** True if the record does not show the end of the command. */
  readonly isUnderWay: boolean
  /** True if the assistant asked to run the command outside the sandbox. */
  readonly isEscalated: boolean
  /** The sandbox mode of its turn; undefined if the record does not have it. */
  readonly sandbox: string | undefined
  /** True if the user did not allow the command, or stopped it while it ran outside the sandbox. */
  readonly isRefused: boolean
}

/** An edit of files by a patch. */
export interface EditStep {
  readonly _tag: "EditStep"
  readonly line: number
  readonly outputLine: number
  /** The changes of files, with paths relative to the project. */
  readonly changes: ReadonlyArray<FileChange>
  /** The way in which it ended; only an applied edit changed anything for sure. */
  readonly end: EditEnd
  /** True if the record does not show the end of the edit. */
  readonly isUnderWay: boolean
  readonly error: string | undefined
}

/** A call of a tool that is neither a command nor a patch. */
export interface ToolStep {
  readonly _tag: "ToolStep"
  readonly line: number
  readonly tool: string
  /** True if the record has no result of the call. */
  readonly isUnderWay: boolean
  readonly error: string | undefined
}

/** A command, an edit or a tool call in a session, as opposed to a message. */
export type Step = CommandStep | EditStep | ToolStep

/** True if a command or an edit was not allowed. It did nothing, so it neither passed nor failed. */
export const isRefused = (step: Step): boolean =>
  step._tag === "CommandStep" ? step.isRefused : step._tag === "EditStep" && step.end === "refused"

/** The properties of a session that {@link stepOf} needs to convert its events. */
export interface StepContext {
  /** The directory that the session began in, as the record names it. */
  readonly directory: string | undefined
  readonly paths: ProjectPaths
  readonly scripts: PackageScripts
}

/** Matches a frame of a Python traceback. */
const frame = /^\s{0,8}File "[^"]{1,300}", line \d{1,7}\b/

/** Returns the lines above an error. Of modules that import each other, each one's frame belongs to the error. */
const linesAbove = (before: string, error: string): ReadonlyArray<string> =>
  circular.test(error)
    ? before
        .slice(-8_000)
        .split("\n")
        .filter((line) => frame.test(line))
        .slice(-12)
    : before.slice(-600).split("\n").slice(-3)

/** Returns the lines of an output around an error. Some programs print the file above or below the message. */
const linesAround = (output: string, error: string): string => {
  const at = output.indexOf(error.slice(0, 40).trimEnd())
  return at === -1
    ? ""
    : [
        ...linesAbove(output.slice(0, at), error),
        "\n",
        ...output
          .slice(at, at + 1_200)
          .split("\n")
          .slice(0, 8)
      ].join("\n")
}

const projectPlace = (place: string, paths: ProjectPaths): string | undefined => {
  const path = paths.path(place)
  return path === "." || paths.isRoot(path) ? undefined : path
}

const commandStep = (run: CommandRun, { directory: home, paths, scripts }: StepContext): CommandStep => {
  const isHere = run.directory === home || paths.isRoot(run.directory)
  const isShortened = isHere && !run.command.trim().includes("\n")
  const command = withoutSecrets(isShortened ? paths.command(run.command) : run.command)
  const { parts, shown, telling } = nameCommand(command, scripts, (given) => given === "." || paths.isRoot(given))
  const output = run.output?.text ?? ""
  const error = run.output?.errorLine
  const directory = isHere ? undefined : paths.path(run.directory ?? "")
  const safe = (line: string): string => withoutSecrets(paths.text(line))
  const ran = readParts({ run, parts, telling, error }).map((part) => ({
    ...part,
    directory,
    inner: innerChecks(
      directory === undefined ? part : { ...part, key: `${part.key} @${directory.replace(/[/\\]$/, "")}` },
      parts.length === 1 ? output : "",
      scripts
    ),
    place: part.place === undefined ? directory : projectPlace(pathFrom(directory, part.place), paths),
    error: part.error === undefined ? undefined : safe(part.error),
    errorDetails: part.error === undefined ? [] : errorDetails(output, part.error).map(safe),
    errorContext: part.error === undefined ? "" : safe(linesAround(output, part.error)),
    key: directory === undefined ? part.key : `${part.key} @${directory.replace(/[/\\]$/, "")}`
  }))
  const isLook = telling.every(({ kind }) => kind === "look" || kind === "scene")
  const exitCode = printedExit(parts, output) ?? run.output?.exitCode
  const hasFailed =
    ran.some(({ verdict }) => verdict === "failed") ||
    (isLook && exitCode !== undefined && exitCode !== 0 && error !== undefined)
  return {
    _tag: "CommandStep",
    line: run.line,
    outputLine: run.outputLine,
    shown,
    directory,
    parts: ran,
    isLook,
    exitCode: exitCode === 0 && ran.some(({ verdict }) => verdict === "failed") ? undefined : exitCode,
    verdict: hasFailed
      ? "failed"
      : ran.length > 0 && ran.every(({ verdict }) => verdict === "passed")
        ? "passed"
        : "unknown",
    error: error === undefined ? undefined : safe(error),
    output,
    isOutputOwn: parts.every((part) => part.kind === "scene" || telling.includes(part)),
    hasEnded: run.output !== undefined && run.output.end !== "refused",
    isUnderWay: isUnderWay(run),
    isEscalated: run.isEscalated,
    sandbox: run.sandbox,
    isRefused: run.output?.end === "refused" || (run.isEscalated && run.output?.end === "interrupted")
  }
}

/**
 * Returns the path of an edit relative to the project. A relative path starts at the session's directory at that time.
 */
const pathOf = (path: string, { directory }: FileEdit, context: StepContext): string =>
  context.paths.path(pathFrom(directory === context.directory ? undefined : directory, path))

/** Converts an event to a step; undefined for messages, compactions and ends of turns. */
export const stepOf = (event: SessionEvent, context: StepContext): Step | undefined => {
  switch (event._tag) {
    case "CommandRun":
      return commandStep(event, context)
    case "FileEdit":
      return {
        _tag: "EditStep",
        line: event.line,
        outputLine: event.outputLine,
        changes: event.changes.map((change) => ({
          path: pathOf(change.path, event, context),
          action: change.action,
          movedTo: change.movedTo === undefined ? undefined : pathOf(change.movedTo, event, context),
          before: change.before === undefined ? undefined : withoutSecrets(change.before),
          after: change.after === undefined ? undefined : withoutSecrets(change.after)
        })),
        end: event.end,
        isUnderWay: isUnderWay(event),
        error:
          event.error === undefined
            ? undefined
            : withoutSecrets(context.paths.text(withoutTerminalControl(event.error.slice(0, 2_000))))
      }
    case "ToolUse":
      return { _tag: "ToolStep", line: event.line, tool: event.tool, isUnderWay: isUnderWay(event), error: event.error }
    default:
      return undefined
  }
}
