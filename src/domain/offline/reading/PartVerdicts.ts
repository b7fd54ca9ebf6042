import type { CommandOutput } from "../../session/CommandOutput.js"
import type { CommandRun } from "../../session/SessionEvent.js"
import { isFormatter, ownMessage } from "./CheckMessages.js"
import { type CheckVerdict, hasOnlySkips, readVerdict, verdictLines } from "./CheckVerdict.js"
import type { CommandPart } from "./CommandNames.js"
import { type CommandKind, checkKinds } from "./CommandPrograms.js"

/* Determines the result of each part of a command, although all parts share one output and at most one exit code. */

const reexposed = /\bpipefail\b|\bPIPESTATUS\b|\bpipestatus\b/
const isOwnExit = /^exit\s+["']?\$(?:\{?PIPESTATUS|\?|\{?rc|\{?status|\{?code)/i

const echoedExit = /^(?:echo|printf)\b.{0,80}\$(?:\?|\{?PIPESTATUS|\{?rc\b)/

/**
 * Returns the exit code that a command itself printed, as in `npm test; echo "exit $?"`; undefined if it printed none.
 */
export const printedExit = (parts: ReadonlyArray<CommandPart>, output: string): number | undefined => {
  const closing = parts.at(-1)?.pipeline.text ?? ""
  const code = echoedExit.test(closing) ? /(\d{1,3})\D{0,3}$/.exec(output.trimEnd().slice(-40))?.[1] : undefined
  return code === undefined ? undefined : Number(code)
}

/** Matches `set -e`, under which every command behaves as if `&&` stood before the next one. */
const stopsAtFailure = /^set\s+-[a-z]{0,6}e|^set\s+-o\s+errexit\b/

/**
 * Returns the parts joined by `&&` after the last `;`, or from `set -e` on if no `||` follows it. One of them set the
 * exit code of the whole command. Empty if the last separator other than `&&` is `||`, since either side of it can
 * have set the code.
 */
const finalChain = (parts: ReadonlyArray<CommandPart>): ReadonlyArray<CommandPart> => {
  const closing = parts.at(-1)
  const isTold =
    closing !== undefined && (isOwnExit.test(closing.pipeline.text) || echoedExit.test(closing.pipeline.text))
  const own = isTold ? parts.slice(0, -1) : parts
  const strict = own.findIndex(({ pipeline }) => stopsAtFailure.test(pipeline.text))
  if (strict !== -1 && own.slice(strict).every(({ pipeline }) => pipeline.joint !== "||")) {
    return own.slice(strict)
  }
  const start = own.findLastIndex((part, index) => index > 0 && part.pipeline.joint !== "&&")
  return own[start]?.pipeline.joint === "||" ? [] : own.slice(Math.max(0, start))
}

const errorProgram = /^(?:(?:ba|z|da)?sh: )?(?:line \d{1,6}: )?([\w.-]{1,40}):/

/**
 * Matches the line that npm and similar tools print before they run a script. The last such line of a failed run names
 * the script that failed.
 */
const scriptHeader = /^> \S{1,200}@\S{1,60} ([\w:.-]{1,60})$/gm

interface Suspects {
  /** The parts of the command line, joined by `&&`, of which one set its exit code; see `finalChain`. */
  readonly chain: ReadonlyArray<CommandPart>
  readonly telling: ReadonlyArray<CommandPart>
  readonly told: ReadonlyMap<CommandPart, CheckVerdict>
  readonly output: string
  readonly error: string | undefined
}

/**
 * Finds the one part that failed: the program that the error names, the script that ran last, or the part whose failure
 * message was printed. A part that reports success did not fail, and no part before it did. Undefined if several checks
 * are left.
 */
const guiltyOf = ({ chain, error, output, telling, told }: Suspects): CommandPart | undefined => {
  const own = chain.filter((part) => telling.includes(part))
  const says = (part: CommandPart, verdict: CheckVerdict["verdict"]): boolean => told.get(part)?.verdict === verdict
  const named = errorProgram.exec(error ?? "")?.[1]?.toLowerCase()
  const script = [...output.slice(0, 20_000).matchAll(scriptHeader)].at(-1)?.[1]
  const complaining = chain.find(({ program }) => program === named || (named === "fatal" && program === "git"))
  const headed = script === undefined ? undefined : own.find(({ narrowing }) => narrowing.includes(script))
  const failing = own.findLast((part) => checkKinds.has(part.kind) && says(part, "failed"))
  const left = suspectsOf(own, told)
  return (
    complaining ??
    headed ??
    failing ??
    (left.filter(({ kind }) => checkKinds.has(kind)).length < 2 ? left.at(-1) : undefined)
  )
}

/**
 * Returns the parts after the last one that reports success, since only they can have failed. Formatters are left out
 * if there are other parts.
 */
const suspectsOf = (
  own: ReadonlyArray<CommandPart>,
  told: ReadonlyMap<CommandPart, CheckVerdict>
): ReadonlyArray<CommandPart> => {
  const vouching = own.findLastIndex((part) => checkKinds.has(part.kind) && told.get(part)?.verdict === "passed")
  const behind = own.slice(vouching + 1)
  const others = behind.filter((part) => !isFormatter(part))
  return others.length > 0 ? others : behind
}

const isTest = (kind: CommandKind): boolean => kind === "test"

/**
 * Reads the verdict on each part from the output they share. A message that only one program prints is that program's.
 * Any other message is used only if one check of that kind (test, or other) ran, and never for a formatter beside other
 * checks. A failure of a part that is no check is used only if no check ran and no other part could have caused it.
 */
const toldOf = (telling: ReadonlyArray<CommandPart>, output: string): ReadonlyMap<CommandPart, CheckVerdict> => {
  const checks = telling.filter(({ kind }) => checkKinds.has(kind))
  const others = telling.filter(({ kind }) => !checkKinds.has(kind))
  const lines = verdictLines(output)
  const verdictOf = (part: CommandPart): CheckVerdict => {
    const own = readVerdict(part.kind, part.program, output)
    if (!checkKinds.has(part.kind)) {
      // A crash is a program's that ran, and not that of a command that only prepared it.
      const able = others.some(({ kind }) => kind === "run") ? others.filter(({ kind }) => kind === "run") : others
      return own.verdict !== "failed" || (checks.length === 0 && able.length === 1 && able[0] === part)
        ? own
        : unknownVerdict
    }
    const said = checks.length === 1 ? undefined : ownMessage(part, lines)
    const rivals = checks.filter((other) => other !== part && isTest(other.kind) === isTest(part.kind))
    return said !== undefined
      ? { verdict: said, passedTests: said === "passed" ? own.passedTests : undefined }
      : rivals.length === 0 && !(checks.length > 1 && isFormatter(part))
        ? own
        : unknownVerdict
  }
  return new Map(telling.map((part) => [part, verdictOf(part)]))
}

/** True if the output proves that a later part of a chain with `&&` ran, so that this part passed. */
const isVouchedFor = (
  part: CommandPart,
  parts: ReadonlyArray<CommandPart>,
  told: ReadonlyMap<CommandPart, CheckVerdict>
): boolean => {
  const at = parts.indexOf(part)
  const end = parts.findIndex((other, index) => index > at && other.pipeline.joint !== "&&")
  return parts
    .slice(at + 1, end === -1 ? parts.length : end)
    .some((other) => checkKinds.has(other.kind) && (told.get(other) ?? unknownVerdict).verdict !== "unknown")
}

/**
 * Returns the verdict on a command that did not end by itself, such as one that timed out; undefined if it ended by
 * itself.
 */
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

/** A command, its parts, and those parts that memory mentions; see `NamedCommand`. */
export interface CommandReading {
  readonly run: CommandRun
  readonly parts: ReadonlyArray<CommandPart>
  readonly telling: ReadonlyArray<CommandPart>
  readonly error: string | undefined
}

/** A part of a command, with the verdict on it. */
export type JudgedPart = CommandPart & CheckVerdict

/**
 * Determines the verdict on each part of a command that memory mentions. A run of tests that only skipped some is no
 * pass.
 */
export const readParts = (reading: CommandReading): ReadonlyArray<JudgedPart> => {
  const judged = verdictsOf(reading)
  const isAlone = judged.filter(({ kind }) => isTest(kind)).length === 1
  const lines = isAlone ? verdictLines(reading.run.output?.text ?? "") : []
  return hasOnlySkips(lines)
    ? judged.map((part) => (isTest(part.kind) && part.verdict === "passed" ? { ...part, ...unknownVerdict } : part))
    : judged
}

const verdictsOf = ({ error, parts, run, telling }: CommandReading): ReadonlyArray<JudgedPart> => {
  const output = run.output?.text ?? ""
  const exitCode = printedExit(parts, output) ?? run.output?.exitCode
  const chain = finalChain(parts)
  const isReexposed = reexposed.test(run.command.slice(0, 20_000))
  const checks = telling.filter(({ kind }) => checkKinds.has(kind))
  const told = toldOf(telling, output)
  const ended = verdictOfEnd(run.output)
  const hasFailed = ended === undefined && exitCode !== undefined && exitCode !== 0
  const guilty = hasFailed ? guiltyOf({ chain, telling, told, output, error }) : undefined
  const together = suspectsOf(
    telling.filter((part) => chain.includes(part)),
    told
  )
  const last = together.at(-1)
  if (hasFailed && guilty === undefined && checks.length > 1 && last !== undefined) {
    // Nobody can say which of the checks it was, so it was all of them together.
    const key = together.map((part) => part.key).join(" && ")
    const text = together.map((part) => part.text).join(" && ")
    const vouching = telling.findLastIndex((part) => chain.includes(part) && told.get(part)?.verdict === "passed")
    const before = telling
      .filter((part) => !together.includes(part))
      .map((part) => {
        const isWell = chain.includes(part) && telling.indexOf(part) <= vouching
        return {
          ...part,
          ...(isWell ? { verdict: "passed" as const, passedTests: told.get(part)?.passedTests } : unknownVerdict)
        }
      })
    return [...before, { ...last, key, text, verdict: "failed", passedTests: undefined }]
  }
  return telling.map((part): JudgedPart => {
    const own = told.get(part) ?? unknownVerdict
    const isHeard =
      exitCode !== undefined && chain.includes(part) && (!part.isPiped || isReexposed || part.kind === "look")
    if (ended !== undefined) {
      // Tests that failed stay failed, also when nobody waited for the end of their run.
      const hasFailedTests = run.output?.end === "running" && isTest(part.kind) && own.verdict === "failed"
      return { ...part, verdict: hasFailedTests ? "failed" : ended, passedTests: undefined }
    }
    if (!isHeard) {
      const isSaid = own.verdict !== "unknown" || (part.isPiped && !isReexposed)
      return isSaid || !isVouchedFor(part, parts, told)
        ? { ...part, ...own }
        : { ...part, verdict: "passed", passedTests: undefined }
    }
    if (guilty === undefined || chain.indexOf(part) < chain.indexOf(guilty)) {
      const verdict = exitCode === 0 || guilty !== undefined ? "passed" : "unknown"
      return { ...part, verdict, passedTests: verdict === "passed" ? own.passedTests : undefined }
    }
    return { ...part, verdict: guilty === part ? "failed" : "unknown", passedTests: undefined }
  })
}

const unknownVerdict: CheckVerdict = { verdict: "unknown", passedTests: undefined }
