import { posix } from "node:path"
import { withoutTerminalControl } from "../../session/ErrorLine.js"
import type { FileChange } from "../../session/FileChange.js"
import type { CommandOutput } from "../../session/CommandOutput.js"
import type { CommandRun, FileEdit, SessionEvent } from "../../session/SessionEvent.js"
import { type CheckVerdict, readVerdict } from "./CheckVerdict.js"
import { type CommandPart, nameCommand } from "./CommandNames.js"
import { checkKinds } from "./CommandPrograms.js"
import type { PackageScripts } from "./PackageScripts.js"
import type { ProjectPaths } from "./ProjectPaths.js"
import { withoutSecrets } from "../judging/Secrets.js"

/** One part of a command, and how it went. */
export interface RanPart extends CommandPart {
  /** Where it ran, when that was not the project's directory. */
  readonly directory: string | undefined
  readonly verdict: "passed" | "failed" | "unknown"
  readonly passedTests: number | undefined
}

/** A command that was run, read for what it says of the project. */
export interface CommandStep {
  readonly _tag: "CommandStep"
  /** The rollout's line of the call, and of its end. */
  readonly line: number
  readonly outputLine: number
  /** The command as it is shown: undressed, its paths the project's, without secrets. */
  readonly shown: string
  /** Where it ran, when that was not the project's directory. */
  readonly directory: string | undefined
  /** What it did; a command that only looked around has only parts of that kind. */
  readonly parts: ReadonlyArray<RanPart>
  readonly isLook: boolean
  /** Undefined where it is not known, or is a filter's. */
  readonly exitCode: number | undefined
  readonly verdict: "passed" | "failed" | "unknown"
  readonly error: string | undefined
  /** What it printed, cut to what evidence holds. */
  readonly output: string
  /** Whether only what is shown of it printed that. */
  readonly isOutputOwn: boolean
  /** Whether it may have changed something: it was run, and something came back. */
  readonly hasEnded: boolean
  /** Whether it was to run outside of the sandbox. */
  readonly isEscalated: boolean
}

/** A patch. */
export interface EditStep {
  readonly _tag: "EditStep"
  readonly line: number
  readonly outputLine: number
  /** With the project's paths. */
  readonly changes: ReadonlyArray<FileChange>
  readonly error: string | undefined
}

/** A call of another tool. */
export interface ToolStep {
  readonly _tag: "ToolStep"
  readonly line: number
  readonly tool: string
  readonly error: string | undefined
}

/** Something that was done, as opposed to said. */
export type Step = CommandStep | EditStep | ToolStep

/** What reading a session's steps depends on. */
export interface StepContext {
  /** The directory that the session began in, as its record has it. */
  readonly directory: string | undefined
  readonly paths: ProjectPaths
  readonly scripts: PackageScripts
}

const reexposed = /\bpipefail\b|\bPIPESTATUS\b|\bpipestatus\b/
const isOwnExit = /^exit\s+["']?\$(?:\{?PIPESTATUS|\?|\{?rc|\{?status|\{?code)/i

const echoedExit = /^(?:echo|printf)\b.{0,80}\$(?:\?|\{?PIPESTATUS|\{?rc\b)/

/** The exit code that a command printed of itself: `npm test; echo "exit $?"`. */
const printedExit = (parts: ReadonlyArray<CommandPart>, output: string): number | undefined => {
  const closing = parts.at(-1)?.pipeline.text ?? ""
  const code = echoedExit.test(closing) ? /(\d{1,3})\D{0,3}$/.exec(output.trimEnd().slice(-40))?.[1] : undefined
  return code === undefined ? undefined : Number(code)
}

/** The parts from the last `;` or `||` on: those that the whole command's exit code can speak of. */
const finalChain = (parts: ReadonlyArray<CommandPart>): ReadonlyArray<CommandPart> => {
  const closing = parts.at(-1)
  const isTold =
    closing !== undefined && (isOwnExit.test(closing.pipeline.text) || echoedExit.test(closing.pipeline.text))
  const own = isTold ? parts.slice(0, -1) : parts
  const start = own.findLastIndex((part, index) => index > 0 && part.pipeline.joint !== "&&")
  return own[start]?.pipeline.joint === "||" ? [] : own.slice(Math.max(0, start))
}

const errorProgram = /^(?:(?:ba|z|da)?sh: )?(?:line \d{1,6}: )?([\w.-]{1,40}):/

/** The header that npm and its kin print before a script: the last one is the script that failed. */
const scriptHeader = /^> \S{1,200}@\S{1,60} ([\w:.-]{1,60})$/gm

interface Suspects {
  /** The parts that the exit code speaks of. */
  readonly chain: ReadonlyArray<CommandPart>
  readonly telling: ReadonlyArray<CommandPart>
  readonly told: ReadonlyMap<CommandPart, CheckVerdict>
  readonly output: string
  readonly error: string | undefined
}

/**
 * Of several parts one of which failed, the one that did: whose program complains, whose script came last, whose tests
 * failed. Where several checks come into question and nothing tells them apart, none.
 */
const guiltyOf = ({ chain, error, output, telling, told }: Suspects): CommandPart | undefined => {
  const own = chain.filter((part) => telling.includes(part))
  const checks = own.filter(({ kind }) => checkKinds.has(kind))
  const named = errorProgram.exec(error ?? "")?.[1]?.toLowerCase()
  const script = [...output.slice(0, 20_000).matchAll(scriptHeader)].at(-1)?.[1]
  const complaining = chain.find(({ program }) => program === named || (named === "fatal" && program === "git"))
  const headed = script === undefined ? undefined : own.find(({ narrowing }) => narrowing.includes(script))
  const failedTests = checks.find((part) => part.kind === "test" && told.get(part)?.verdict === "failed")
  const onlyFailed = checks.length === 1 ? checks.find((part) => told.get(part)?.verdict === "failed") : undefined
  return complaining ?? headed ?? failedTests ?? onlyFailed ?? (checks.length < 2 ? own.at(-1) : undefined)
}

/** The verdict on a command that did not end by itself; undefined for one that did. */
const verdictOfEnd = (output: CommandOutput | undefined): CheckVerdict["verdict"] | undefined => {
  switch (output?.end) {
    case "exited":
      return undefined
    case "not started":
    case "timed out":
      return "failed"
    default:
      return "unknown"
  }
}

interface Reading {
  readonly run: CommandRun
  readonly parts: ReadonlyArray<CommandPart>
  readonly telling: ReadonlyArray<CommandPart>
  readonly error: string | undefined
}

/** A part with its verdict, before it is known where it ran. */
type Judged = CommandPart & Pick<RanPart, "verdict" | "passedTests">

const readParts = ({ error, parts, run, telling }: Reading): ReadonlyArray<Judged> => {
  const output = run.output?.text ?? ""
  const exitCode = printedExit(parts, output) ?? run.output?.exitCode
  const chain = finalChain(parts)
  const isReexposed = reexposed.test(run.command.slice(0, 20_000))
  const checks = telling.filter(({ kind }) => checkKinds.has(kind))
  const told = new Map(telling.map((part) => [part, readVerdict(part.kind, part.program, output)]))
  const ended = verdictOfEnd(run.output)
  const hasFailed = ended === undefined && exitCode !== undefined && exitCode !== 0
  const guilty = hasFailed ? guiltyOf({ chain, telling, told, output, error }) : undefined
  const together = telling.filter((part) => chain.includes(part))
  const last = together.at(-1)
  if (hasFailed && guilty === undefined && checks.length > 1 && last !== undefined) {
    // Nobody can say which of the checks it was, so it was all of them together.
    const key = together.map((part) => part.key).join(" && ")
    const text = together.map((part) => part.text).join(" && ")
    const before = telling.filter((part) => !chain.includes(part)).map((part) => ({ ...part, ...unknownVerdict }))
    return [...before, { ...last, key, text, verdict: "failed", passedTests: undefined }]
  }
  return telling.map((part): Judged => {
    const own = told.get(part) ?? unknownVerdict
    const isHeard =
      exitCode !== undefined && chain.includes(part) && (!part.isPiped || isReexposed || part.kind === "look")
    if (ended !== undefined) {
      return { ...part, verdict: ended, passedTests: undefined }
    }
    if (!isHeard) {
      return { ...part, ...(checks.length === 1 || !checkKinds.has(part.kind) ? own : unknownVerdict) }
    }
    if (guilty === undefined || chain.indexOf(part) < chain.indexOf(guilty)) {
      const verdict = exitCode === 0 || guilty !== undefined ? "passed" : "unknown"
      return { ...part, verdict, passedTests: verdict === "passed" ? own.passedTests : undefined }
    }
    return { ...part, verdict: guilty === part ? "failed" : "unknown", passedTests: undefined }
  })
}

const unknownVerdict: CheckVerdict = { verdict: "unknown", passedTests: undefined }

const commandStep = (run: CommandRun, { directory: home, paths, scripts }: StepContext): CommandStep => {
  const isHere = run.directory === home || paths.isRoot(run.directory)
  const isShortened = isHere && !run.command.trim().includes("\n")
  const command = withoutSecrets(isShortened ? paths.command(run.command) : run.command)
  const { parts, shown, telling } = nameCommand(command, scripts, (given) => given === "." || paths.isRoot(given))
  const output = run.output?.text ?? ""
  const error = run.output?.errorLine
  const directory = isHere ? undefined : paths.path(run.directory ?? "")
  const ran = readParts({ run, parts, telling, error }).map((part) => ({
    ...part,
    directory,
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
    error: error === undefined ? undefined : withoutSecrets(paths.text(error)),
    output,
    isOutputOwn: parts.every((part) => part.kind === "scene" || telling.includes(part)),
    hasEnded: run.output !== undefined && run.output.end !== "refused",
    isEscalated: run.isEscalated
  }
}

/** The path of an edit as the project knows it; a relative one is of the directory that the session worked in then. */
const pathOf = (path: string, { directory }: FileEdit, context: StepContext): string =>
  context.paths.path(
    directory === undefined || directory === context.directory || /^(?:[/\\~]|[A-Za-z]:)/.test(path)
      ? path
      : posix.join(directory, path)
  )

/** What an event did; undefined for one that says something, or ends a turn. */
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
        error:
          event.error === undefined
            ? undefined
            : withoutSecrets(context.paths.text(withoutTerminalControl(event.error.slice(0, 2_000))))
      }
    case "ToolUse":
      return { _tag: "ToolStep", line: event.line, tool: event.tool, error: event.error }
    default:
      return undefined
  }
}
