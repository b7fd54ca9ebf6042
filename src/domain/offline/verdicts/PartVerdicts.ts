import type { CommandOutput } from "../../session/CommandOutput.js"
import { firstErrorLine } from "../../session/ErrorLine.js"
import type { CommandRun } from "../../session/SessionEvent.js"
import type { CommandPart } from "../commands/CommandNames.js"
import { checkKinds } from "../commands/CommandPrograms.js"
import { isInstallation } from "../commands/Installations.js"
import { type CheckVerdict, hasOnlySkips, hasRunNothing, verdictLines } from "./CheckVerdict.js"
import { isFormatter, isSpeaker, isTwin, saidIn } from "./PartOutput.js"
import { isTest, type Told, toldOf, unknownVerdict } from "./ToldVerdicts.js"

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
  readonly told: Told
}

/** Matches the messages of git, and of the hooks that it runs. */
const ofGit =
  /^(?:fatal: |error: (?:failed to push some refs|pathspec '|Your local changes|cannot pull|could not (?:apply|lock))|!? ?\[(?:remote )?rejected\]|husky - \S{1,40} (?:hook|script)\b|CONFLICT \()/

/** Returns the git command that a message is about: the one whose hook or remote it names, or the first; undefined if none. */
const gitCommandOf = (error: string, chain: ReadonlyArray<CommandPart>): CommandPart | undefined => {
  const commands = ofGit.test(error) ? chain.filter(({ program }) => program === "git") : []
  const act = /\b(?:pre-commit|commit-msg)\b/.test(error)
    ? "commit"
    : /\bpush\b|pre-push|rejected\]/.test(error)
      ? "push"
      : undefined
  return commands.find(({ narrowing }) => narrowing[0] === act) ?? commands[0]
}

/** True if a part of a command that memory does not mention may set the exit code: a search, a comparison, a test. */
const canFail = ({ kind, program }: CommandPart): boolean => kind !== "scene" || /^(?:false|exit|return)$/.test(program)

/** Matches programs that only show something, and that print no error of another program when they fail. */
const failsSilently = /^(?:e?grep|rg|ag|ack|test|\[|\[\[|ls|dir|cmp|which|find|fd|wc|type|command|pgrep|lsof)$/

/**
 * Finds the one part that failed: the program that the error names, or the only suspect that is a check. Undefined if
 * several checks are left, or if a command behind the suspect may have failed, which memory does not mention.
 */
const guiltyOf = ({ chain, error, suspects, told }: Suspects): CommandPart | undefined => {
  const named = errorProgram.exec(error ?? "")?.[1]?.toLowerCase()
  const from = suspects[0] === undefined ? chain.length : chain.indexOf(suspects[0])
  const last = suspects.at(-1)
  const behind =
    last === undefined
      ? []
      : chain.slice(chain.indexOf(last) + 1).filter((part) => canFail(part) && !told.verdicts.has(part))
  const isAble =
    last === undefined ||
    behind.length === 0 ||
    told.verdicts.get(last)?.verdict === "failed" ||
    (error !== undefined && behind.every(({ program }) => failsSilently.test(program)))
  return (
    gitCommandOf(error ?? "", chain.slice(from)) ??
    chain.slice(from).find(({ program }) => program === named) ??
    (isUndecided(suspects, told) || !isAble ? undefined : last)
  )
}

/**
 * True if nobody can tell which suspect failed: several checks, a check that said nothing after an installation, which
 * may have failed before it, or a check and a command whose error the output may have.
 */
const isUndecided = (suspects: ReadonlyArray<CommandPart>, { unclear }: Told): boolean =>
  suspects.filter(({ kind }) => checkKinds.has(kind)).length > 1 ||
  (suspects.some(({ kind }) => checkKinds.has(kind)) && suspects.some(isInstallation)) ||
  (suspects.length > 1 && suspects.some((part) => unclear.has(part)))

/** True if the output proves that a later part of a chain with `&&` ran, so that this part passed. */
const isVouchedFor = (part: CommandPart, parts: ReadonlyArray<CommandPart>, told: Told): boolean => {
  const at = parts.indexOf(part)
  const end = parts.findIndex((other, index) => index > at && other.pipeline.joint !== "&&")
  return parts
    .slice(at + 1, end === -1 ? parts.length : end)
    .some((other) => saysSomething(told, other) || told.outputs.get(other)?.hasBegun === true)
}

/** Matches commands that stop others, or themselves after some time. */
const stopsOthers = /\b(?:kill|pkill|killall|timeout)\b/

/** True for the exit codes of a program that a signal stopped: nobody sends SIGINT or SIGTERM by accident. */
const isStopped = (exitCode: number | undefined, command: string): boolean =>
  exitCode === 130 || exitCode === 143 || (exitCode === 137 && stopsOthers.test(command))

/**
 * Returns the verdict on a command that did not end by itself, such as one that timed out or was killed; undefined if it
 * ended by itself.
 */
const verdictOfEnd = (
  output: CommandOutput | undefined,
  exitCode: number | undefined,
  command: string
): CheckVerdict["verdict"] | undefined => {
  switch (output?.end) {
    case "exited":
      return isStopped(exitCode, command) ? "unknown" : undefined
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

/** Matches options with which a run passes although there was nothing to run. */
const passesWithNothing = /\s--(?:if-present|passWithNoTests|pass-with-no-tests)\b/

/**
 * Determines the verdict on each part of a command that memory mentions. A run of tests that only skipped some, or had
 * none to run, neither passed nor failed.
 */
export const readParts = (reading: CommandReading): ReadonlyArray<JudgedPart> => {
  const told = toldOf(reading.parts, reading.telling, reading.run.output?.text ?? "")
  const judged = ofLostFailures(verdictsOf(reading, told), told).map((part) =>
    provesNothing(part, told) || hadNothingToDo(part, reading.run.output?.text ?? "")
      ? { ...part, ...unknownVerdict }
      : part
  )
  return judged.map(({ part: own, ...part }) => ({ ...part, error: errorOf(own, part, judged, told, reading) }))
}

/** True if a commit or a push failed only since there was nothing new. */
const hadNothingToDo = ({ part: { narrowing, program }, verdict }: Verdict, output: string): boolean =>
  program === "git" &&
  verdict === "failed" &&
  /^(?:commit|push)$/.test(narrowing[0] ?? "") &&
  /^(?:nothing (?:added )?to commit|no changes added to commit|Everything up-to-date)/m.test(output)

/** True if the output shows that a run checked nothing. */
const provesNothing = ({ part, verdict }: Verdict, { outputs, verdicts }: Told): boolean => {
  const printed = outputs.get(part)
  if (printed === undefined || verdict === "unknown") {
    return false
  }
  const lines = verdictLines(
    (printed.rivals.some(({ kind }) => isTest(kind)) ? printed.own : printed.possible).join("\n")
  )
  return (
    (verdict === "passed" && lines.length === 0 && passesWithNothing.test(part.pipeline.text)) ||
    (isTest(part.kind) &&
      ((verdict === "passed" && hasOnlySkips(lines)) ||
        (verdicts.get(part)?.verdict !== "failed" && hasRunNothing(lines))))
  )
}

/**
 * Adds the failures that runs of one tool reported and that no run is known to have had: all but one of the runs passed,
 * so it was that one; or several are left, so it was all of them together.
 */
const ofLostFailures = (judged: ReadonlyArray<Verdict>, told: Told): ReadonlyArray<Verdict> => {
  const lost = judged.find(({ part, verdict }) => {
    const twins = judged.filter((other) => isTwin(other.part, part))
    return (
      verdict === "unknown" &&
      isSpeaker(part) &&
      twins.length > 0 &&
      twins.every((other) => other.verdict !== "failed") &&
      saidIn(part, told.outputs.get(part)?.possible ?? []) === "failed"
    )
  })
  if (lost === undefined) {
    return judged
  }
  const runs = judged.filter(
    ({ part, verdict }) => verdict === "unknown" && (part === lost.part || isTwin(part, lost.part))
  )
  const failed = {
    verdict: "failed" as const,
    passedTests: undefined,
    key: runs.map(({ key }) => key).join("; "),
    text: runs.map(({ text }) => text).join("; ")
  }
  const last = runs.at(-1)
  return judged.flatMap((part) => (part === last ? [{ ...part, ...failed }] : runs.includes(part) ? [] : [part]))
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

/**
 * Returns the exit code of the commands of a chain in which `!` turns codes round: that of a single command is turned
 * back, and a failed chain of several says nothing about any of them.
 */
const turnedRound = (exitCode: number | undefined, chain: ReadonlyArray<CommandPart>): number | undefined =>
  exitCode === undefined ? undefined : chain.length === 1 ? (exitCode === 0 ? 1 : 0) : exitCode === 0 ? 0 : undefined

const verdictsOf = ({ error, parts, run, telling }: CommandReading, told: Told): ReadonlyArray<Verdict> => {
  const output = run.output?.text ?? ""
  const chain = finalChain(parts)
  const given = printedExit(parts, output) ?? run.output?.exitCode
  const exitCode = chain.some((part) => part.isTurnedRound) ? turnedRound(given, chain) : given
  const isReexposed = reexposed.test(run.command.slice(0, 20_000))
  const ended = verdictOfEnd(run.output, given, run.command.slice(0, 20_000))
  const hasFailed = ended === undefined && exitCode !== undefined && exitCode !== 0
  const own = telling.filter((part) => chain.includes(part))
  const suspects = suspectsOf(own, told)
  const guilty = hasFailed ? guiltyOf({ chain, suspects, error, told }) : undefined
  const last = suspects.at(-1)
  /** The last part that surely began: all of those before it passed. */
  const reached = own.findLastIndex((part) => saysSomething(told, part) || told.outputs.get(part)?.hasBegun === true)
  const saidOf = (part: CommandPart): CheckVerdict => told.verdicts.get(part) ?? unknownVerdict
  if (hasFailed && guilty === undefined && isUndecided(suspects, told) && last !== undefined) {
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
    const isStarted = part.isOnlyStarted && (part.kind !== "act" || part.pipeline.isBackground)
    const isHeard =
      exitCode !== undefined &&
      chain.includes(part) &&
      (!part.isPiped || isReexposed || part.kind === "look") &&
      !isStarted &&
      !(part.isTurnedRound && chain.length > 1)
    if (ended !== undefined) {
      // Tests that failed stay failed, also when nobody waited for the end of their run.
      const isOwn = run.output?.end === "running" || run.output?.end === "exited"
      const hasFailedTests = isOwn && isTest(part.kind) && said.verdict === "failed"
      return { ...part, verdict: hasFailedTests ? "failed" : ended, passedTests: undefined, part }
    }
    if (!isHeard) {
      if (part.isTurnedRound && exitCode === 0 && said.verdict !== "passed" && chain.includes(part)) {
        return { ...part, verdict: "failed", passedTests: undefined, part }
      }
      const isWaitedFor = !(part.isPiped && !isReexposed) && !(isStarted && !part.pipeline.isBackground)
      const isSure = isWaitedFor && !part.isTurnedRound && isVouchedFor(part, parts, told)
      return isSure ? { ...part, verdict: "passed", passedTests: said.passedTests, part } : { ...part, ...said, part }
    }
    const at = own.indexOf(part)
    if (guilty === undefined || chain.indexOf(part) < chain.indexOf(guilty)) {
      const isFollowed = said.verdict === "passed" && chain.slice(chain.indexOf(part) + 1).some(canFail)
      const verdict = exitCode === 0 || guilty !== undefined || at < reached || isFollowed ? "passed" : "unknown"
      return { ...part, verdict, passedTests: verdict === "passed" ? said.passedTests : undefined, part }
    }
    return { ...part, verdict: guilty === part ? "failed" : "unknown", passedTests: undefined, part }
  })
}
