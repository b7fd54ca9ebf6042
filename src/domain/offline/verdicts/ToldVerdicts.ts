import type { CommandPart } from "../commands/CommandNames.js"
import type { CommandKind } from "../commands/CommandPrograms.js"
import { type CheckVerdict, readVerdict } from "./CheckVerdict.js"
import { hidesAll, hidesFailures, reportsAll } from "./HiddenOutput.js"
import { isKnownTool, isSpeaker, isTwin, type PartOutput, partOutputs, saidIn } from "./PartOutput.js"
import { summariesOfRuns, summaryBeside } from "./RunSummaries.js"

/* Reads the verdict on each part of a command from the output that they share. */

/** The outputs of the parts of a command, and the verdicts that these give. */
export interface Told {
  readonly outputs: ReadonlyMap<CommandPart, PartOutput>
  readonly verdicts: ReadonlyMap<CommandPart, CheckVerdict>
  /**
   * The checks whose output has what may be their failure, or an error of a command that `&&` joins to them: nobody can
   * tell which of the two failed.
   */
  readonly unclear: ReadonlySet<CommandPart>
}

/** The verdict on a part of which nothing is known. */
export const unknownVerdict: CheckVerdict = { verdict: "unknown", passedTests: undefined }

/** True for the kind of commands that run tests. */
export const isTest = (kind: CommandKind): boolean => kind === "test"

/** Matches commands that print files, logs or answers of others, in which the messages of any tool may stand. */
const printsAnything =
  /^(?:cat|bat|tac|nl|head|tail|less|more|e?grep|rg|ag|sed|awk|jq|xxd|strings|curl|wget|get-content|select-string|journalctl)$/
const printsLogs = /^(?:git (?:log|show|diff|grep|blame)|(?:docker|podman|kubectl|gh|docker-compose) |npm audit)/

/** True if a part may print the messages of any tool, although it is no check. */
const isStranger = (part: CommandPart): boolean =>
  !isSpeaker(part) &&
  (part.kind === "run" ||
    part.kind === "act" ||
    (part.kind === "look" && (printsAnything.test(part.program) || printsLogs.test(part.key))))

/**
 * Reads the verdict on each part from the output they share. A part that may share its lines with others is known by
 * the messages of its kind of tool only. A failure of a part that is no check is used only if no check ran and no other
 * part could have caused it.
 */
export const toldOf = (
  parts: ReadonlyArray<CommandPart>,
  telling: ReadonlyArray<CommandPart>,
  output: string
): Told => {
  const speakers = telling.filter(isSpeaker)
  const others = telling.filter((part) => !isSpeaker(part))
  const outputs = partOutputs(speakers, output)
  const unclear = new Set<CommandPart>()
  const verdictOf = (part: CommandPart): CheckVerdict => {
    const printed = outputs.get(part)
    if (isSpeaker(part)) {
      const told = printed === undefined ? unknownVerdict : besideOthers(part, printed, parts)
      if (told === "unclear") {
        unclear.add(part)
        return unknownVerdict
      }
      return told
    }
    const own = readVerdict(part.kind, part.program, output)
    // A crash is a program's that ran, and not that of a command that only prepared it.
    const able = others.some(({ kind }) => kind === "run") ? others.filter(({ kind }) => kind === "run") : others
    return own.verdict !== "failed" || (speakers.length === 0 && able.length === 1 && able[0] === part)
      ? own
      : unknownVerdict
  }
  const verdicts = new Map(telling.map((part) => [part, verdictOf(part)]))
  return { outputs, verdicts: new Map([...verdicts, ...ofTwins(speakers, verdicts, output)]), unclear }
}

/** Returns the verdicts on runs of one test tool, where the output has a summary for each of them. */
const ofTwins = (
  speakers: ReadonlyArray<CommandPart>,
  verdicts: ReadonlyMap<CommandPart, CheckVerdict>,
  output: string
): ReadonlyArray<readonly [CommandPart, CheckVerdict]> =>
  speakers.flatMap((part) => {
    const runs = speakers.filter((other) => other === part || isTwin(other, part))
    const isOpen = isTest(part.kind) && runs.some((other) => verdicts.get(other)?.verdict === "unknown")
    const summary =
      runs.length < 2 || !isOpen ? undefined : summariesOfRuns(output.split("\n"), runs.length)?.[runs.indexOf(part)]
    return summary === undefined ? [] : [[part, summary] as const]
  })

/**
 * Returns the verdict on a check or formatter that may share its output with commands of other kinds, such as the
 * `cat` of a log: those can print the message of any tool.
 */
const besideOthers = (
  part: CommandPart,
  printed: PartOutput,
  parts: ReadonlyArray<CommandPart>
): CheckVerdict | "unclear" => {
  const at = parts.indexOf(part)
  const before = parts.slice(0, at).some(isStranger)
  const later = parts.slice(at + 1).filter(isStranger)
  const told = toldBy(part, printed)
  if (told.verdict === "unknown" || printed.rivals.length > 0 || (!before && later.length === 0)) {
    return told
  }
  if (isTest(part.kind)) {
    const place = later.length === 0 ? "after others" : before ? "between others" : "before others"
    return summaryBeside(printed.possible, place) ?? told
  }
  const said = saidIn(part, printed.possible)
  if (told.verdict === "passed" || said !== undefined) {
    return said === undefined ? told : { verdict: said, passedTests: undefined }
  }
  const next = parts.findIndex((other, index) => index > at && other.pipeline.joint !== "&&")
  const isChained = later.some((other) => other.kind !== "look" && (next === -1 || parts.indexOf(other) < next))
  return isChained ? "unclear" : isKnownTool(part) ? unknownVerdict : told
}

/** Returns the verdict on a check or formatter from what it printed. A count of tests belongs to the part that printed it. */
const toldBy = (part: CommandPart, printed: PartOutput): CheckVerdict => {
  const { own, possible, rivals, said, isLeftOut } = printed
  if (isLeftOut) {
    return unknownVerdict
  }
  if (rivals.length === 0) {
    const told = readVerdict(part.kind, part.program, possible.join("\n"))
    const isSilent = possible.every((line) => line.trim() === "")
    const isHidden = isSilent ? part.isOnlyStarted || hidesAll(part) : hidesFailures(part) && !reportsAll(possible)
    return told.verdict === "passed" && isHidden ? unknownVerdict : told
  }
  if (said === undefined || (said === "passed" && hidesFailures(part) && !reportsAll(own))) {
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
