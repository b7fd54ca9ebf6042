import type { CommandOutput } from "../../session/CommandOutput.js"
import type { CommandRun } from "../../session/SessionEvent.js"
import { type CheckVerdict, hasOnlySkips, readVerdict, verdictLines } from "./CheckVerdict.js"
import type { CommandPart } from "../reading/CommandNames.js"
import { isInstallation } from "../reading/Installations.js"
import { type CommandKind, checkKinds } from "../reading/CommandPrograms.js"
import { isFormatter, isSpeaker, type PartOutput, partOutputs } from "./PartOutput.js"
import { firstErrorLine } from "../../session/ErrorLine.js"

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

/** The outputs of the parts of a command, and the verdicts that these give. */
interface Told {
  readonly outputs: ReadonlyMap<CommandPart, PartOutput>
  readonly verdicts: ReadonlyMap<CommandPart, CheckVerdict>
}

const saysSomething = ({ verdicts }: Told, part: CommandPart): boolean =>
  isSpeaker(part) && (verdicts.get(part) ?? unknownVerdict).verdict !== "unknown"

/**
 * Returns the parts of a chain that may have made it fail: those that began, after the last one that reports success. A
 * part that reports a failure shows that those before it passed. Formatters that do not speak are left out if there are
 * other parts.
 */
const suspectsOf = (own: ReadonlyArray<CommandPart>, told: Told): ReadonlyArray<CommandPart> => {
  const says = (part: CommandPart, verdict: CheckVerdict["verdict"]): boolean =>
    isSpeaker(part) && told.verdicts.get(part)?.verdict === verdict
  const vouching = own.findLastIndex((part) => says(part, "passed"))
  const begun = own.findLastIndex((part) => told.outputs.get(part)?.hasBegun)
  const behind = own.slice(Math.max(vouching + 1, begun)).filter((part) => told.outputs.get(part)?.isLeftOut !== true)
  const failing = behind.findLast((part) => says(part, "failed"))
  if (failing !== undefined) {
    return [failing]
  }
  const others = behind.filter((part) => !isFormatter(part))
  return others.length > 0 ? others : behind
}

interface Suspects {
  /** The parts of the command line, joined by `&&`, of which one set its exit code; see `finalChain`. */
  readonly chain: ReadonlyArray<CommandPart>
  readonly suspects: ReadonlyArray<CommandPart>
  readonly error: string | undefined
}

/**
 * Finds the one part that failed: the program that the error names, or the only suspect that is a check. Undefined if
 * several checks are left.
 */
const guiltyOf = ({ chain, error, suspects }: Suspects): CommandPart | undefined => {
  const named = errorProgram.exec(error ?? "")?.[1]?.toLowerCase()
  const from = suspects[0] === undefined ? chain.length : chain.indexOf(suspects[0])
  return (
    chain.slice(from).find(({ program }) => program === named || (named === "fatal" && program === "git")) ??
    (isUndecided(suspects) ? undefined : suspects.at(-1))
  )
}

/**
 * True if nobody can tell which suspect failed: several checks, or a check that said nothing after an installation, which
 * may have failed before it.
 */
const isUndecided = (suspects: ReadonlyArray<CommandPart>): boolean =>
  suspects.filter(({ kind }) => checkKinds.has(kind)).length > 1 ||
  (suspects.some(({ kind }) => checkKinds.has(kind)) && suspects.some(isInstallation))

const isTest = (kind: CommandKind): boolean => kind === "test"

/**
 * Reads the verdict on each part from the output they share. A part that may share its lines with others is known by
 * the messages of its kind of tool only. A failure of a part that is no check is used only if no check ran and no other
 * part could have caused it.
 */
const toldOf = (telling: ReadonlyArray<CommandPart>, output: string): Told => {
  const speakers = telling.filter(isSpeaker)
  const others = telling.filter((part) => !isSpeaker(part))
  const outputs = partOutputs(speakers, output)
  const verdictOf = (part: CommandPart): CheckVerdict => {
    const printed = outputs.get(part)
    if (isSpeaker(part)) {
      return printed === undefined ? unknownVerdict : toldBy(part, printed)
    }
    const own = readVerdict(part.kind, part.program, output)
    // A crash is a program's that ran, and not that of a command that only prepared it.
    const able = others.some(({ kind }) => kind === "run") ? others.filter(({ kind }) => kind === "run") : others
    return own.verdict !== "failed" || (speakers.length === 0 && able.length === 1 && able[0] === part)
      ? own
      : unknownVerdict
  }
  return { outputs, verdicts: new Map(telling.map((part) => [part, verdictOf(part)])) }
}

/** Returns the verdict on a check or formatter from what it printed. A count of tests belongs to the part that printed it. */
const toldBy = (part: CommandPart, { own, possible, rivals, said, isLeftOut }: PartOutput): CheckVerdict => {
  if (isLeftOut) {
    return unknownVerdict
  }
  if (rivals.length === 0) {
    return readVerdict(part.kind, part.program, possible.join("\n"))
  }
  if (said === undefined) {
    return unknownVerdict
  }
  const lines = rivals.some(({ kind }) => isTest(kind)) ? own : possible
  return {
    verdict: said,
    passedTests:
      said === "passed" && isTest(part.kind)
        ? readVerdict(part.kind, part.program, lines.join("\n")).passedTests
        : undefined
  }
}

/** True if the output proves that a later part of a chain with `&&` ran, so that this part passed. */
const isVouchedFor = (part: CommandPart, parts: ReadonlyArray<CommandPart>, told: Told): boolean => {
  const at = parts.indexOf(part)
  const end = parts.findIndex((other, index) => index > at && other.pipeline.joint !== "&&")
  return parts
    .slice(at + 1, end === -1 ? parts.length : end)
    .some((other) => saysSomething(told, other) || told.outputs.get(other)?.hasBegun === true)
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
export type JudgedPart = CommandPart &
  CheckVerdict & {
    /** The line of the output that names the error of the part; undefined if it did not fail or none is known to be its. */
    readonly error: string | undefined
  }

/**
 * Determines the verdict on each part of a command that memory mentions. A run of tests that only skipped some is no
 * pass.
 */
export const readParts = (reading: CommandReading): ReadonlyArray<JudgedPart> => {
  const told = toldOf(reading.telling, reading.run.output?.text ?? "")
  const judged = verdictsOf(reading, told).map((part) => {
    const printed = told.outputs.get(part.part)
    const isAlone = printed !== undefined && !printed.rivals.some(({ kind }) => isTest(kind))
    return isTest(part.kind) &&
      part.verdict === "passed" &&
      isAlone &&
      hasOnlySkips(verdictLines(printed.possible.join("\n")))
      ? { ...part, ...unknownVerdict }
      : part
  })
  return judged.map(({ part: own, ...part }) => ({ ...part, error: errorOf(own, part, judged, told, reading) }))
}

/** A part with the verdict on it. `part` is the part as the command has it, which other parts may have joined. */
type Verdict = CommandPart & CheckVerdict & { readonly part: CommandPart }

/**
 * Returns the line that names the error of a part that failed. If other parts may have printed it, only a line of the
 * part's own kind of messages counts.
 */
const errorOf = (
  own: CommandPart,
  { key, verdict }: CommandPart & CheckVerdict,
  judged: ReadonlyArray<Verdict>,
  { outputs }: Told,
  { error }: CommandReading
): string | undefined => {
  const printed = outputs.get(own)
  if (verdict !== "failed") {
    return undefined
  }
  if (printed === undefined || outputs.size === 1 || key !== own.key) {
    return error
  }
  const ownError = firstErrorLine(printed.own.join("\n"))
  const hasRival = printed.rivals.some((rival) => {
    const other = judged.find(({ part }) => part === rival)
    const isTold = !isTest(rival.kind) && firstErrorLine(outputs.get(rival)?.own.join("\n") ?? "") !== undefined
    return other !== undefined && other.verdict !== "passed" && !isTold && !followsInChain(own, rival, judged)
  })
  return hasRival || (ownError !== undefined && !isTest(own.kind) && own.kind !== "build")
    ? ownError
    : firstErrorLine(printed.possible.join("\n"))
}

/** True if a part ran only if another one passed, since `&&` joins them. */
const followsInChain = (own: CommandPart, later: CommandPart, judged: ReadonlyArray<Verdict>): boolean => {
  const parts = judged.map(({ part }) => part)
  const at = parts.indexOf(own)
  const to = parts.indexOf(later)
  return to > at && parts.slice(at + 1, to + 1).every(({ pipeline }) => pipeline.joint === "&&")
}

const verdictsOf = ({ error, parts, run, telling }: CommandReading, told: Told): ReadonlyArray<Verdict> => {
  const output = run.output?.text ?? ""
  const exitCode = printedExit(parts, output) ?? run.output?.exitCode
  const chain = finalChain(parts)
  const isReexposed = reexposed.test(run.command.slice(0, 20_000))
  const ended = verdictOfEnd(run.output)
  const hasFailed = ended === undefined && exitCode !== undefined && exitCode !== 0
  const own = telling.filter((part) => chain.includes(part))
  const suspects = suspectsOf(own, told)
  const guilty = hasFailed ? guiltyOf({ chain, suspects, error }) : undefined
  const last = suspects.at(-1)
  /** The last part that surely began: all of those before it passed. */
  const reached = own.findLastIndex((part) => saysSomething(told, part) || told.outputs.get(part)?.hasBegun === true)
  const saidOf = (part: CommandPart): CheckVerdict => told.verdicts.get(part) ?? unknownVerdict
  if (hasFailed && guilty === undefined && isUndecided(suspects) && last !== undefined) {
    // Nobody can say which of the parts it was, so it was all of them together.
    const key = suspects.map((part) => part.key).join(" && ")
    const text = suspects.map((part) => part.text).join(" && ")
    const before = telling
      .filter((part) => !suspects.includes(part))
      .map((part) => {
        const isWell = own.includes(part) && (own.indexOf(part) < reached || saidOf(part).verdict === "passed")
        return {
          ...part,
          ...(isWell ? { verdict: "passed" as const, passedTests: saidOf(part).passedTests } : unknownVerdict),
          part
        }
      })
    return [...before, { ...last, key, text, verdict: "failed", passedTests: undefined, part: last }]
  }
  return telling.map((part): Verdict => {
    const said = saidOf(part)
    const isHeard =
      exitCode !== undefined && chain.includes(part) && (!part.isPiped || isReexposed || part.kind === "look")
    if (ended !== undefined) {
      // Tests that failed stay failed, also when nobody waited for the end of their run.
      const hasFailedTests = run.output?.end === "running" && isTest(part.kind) && said.verdict === "failed"
      return { ...part, verdict: hasFailedTests ? "failed" : ended, passedTests: undefined, part }
    }
    if (!isHeard) {
      const isSure = !(part.isPiped && !isReexposed) && isVouchedFor(part, parts, told)
      return isSure ? { ...part, verdict: "passed", passedTests: said.passedTests, part } : { ...part, ...said, part }
    }
    const at = own.indexOf(part)
    if (guilty === undefined || chain.indexOf(part) < chain.indexOf(guilty)) {
      const verdict = exitCode === 0 || guilty !== undefined || at < reached ? "passed" : "unknown"
      return { ...part, verdict, passedTests: verdict === "passed" ? said.passedTests : undefined, part }
    }
    return { ...part, verdict: guilty === part ? "failed" : "unknown", passedTests: undefined, part }
  })
}

const unknownVerdict: CheckVerdict = { verdict: "unknown", passedTests: undefined }
