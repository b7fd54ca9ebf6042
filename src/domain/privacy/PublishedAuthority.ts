import type { FactContent } from "../facts/Fact.js"
import { actionsIn, isCommand } from "../evidence/ActionsInText.js"
import { givesWords } from "../evidence/Attribution.js"
import { commandOriginsOf, type RanCommand, saysItFails } from "../evidence/CommandOrigins.js"
import { confirmedLines, isTroubleHeading, headingRank } from "../evidence/MemoryLines.js"
import { type Origins, sayingSame } from "../evidence/Origins.js"
import { quotationsIn, userWordsOf } from "../evidence/UserWords.js"
import { withoutCitations } from "../memory/Citation.js"
import { readTrace } from "../offline/importing/TraceReading.js"
import type { PersonEdits } from "../memory/PersonEdits.js"
import { memoryFile, type MemoryFile, skillFolder } from "../memory/Publication.js"
import { withTracedLines, withTracedSteps } from "./PublishedLines.js"
import { withStandingWishes } from "./StandingWishes.js"

/** The evidence that files are checked against before they are published. */
interface Inputs {
  readonly edits: PersonEdits
  /** The stored trace memories of all sessions of the directory. */
  readonly traces: ReadonlyArray<string>
  /** The facts of all sessions of the directory. */
  readonly facts: ReadonlyArray<FactContent>
  /** The `MEMORY.md` that is published now; empty if there is none. */
  readonly before: string
  /** The threads that may be cited. */
  readonly threadIds: ReadonlyArray<string>
  /** The maximum size of a published file in bytes. */
  readonly maxBytes: number
  /** True for files that were rendered from the facts by rule: their lines have their origin in the facts. */
  readonly isMadeByRule: boolean
}

const isSkill = (path: string): boolean => path.startsWith(`${skillFolder}/`)

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const linePointer = /\s*\(L\d[^)]{0,40}\)\s*$/
/** Matches a line of a trace that reports somebody's words. It supports no order, and shows no command that was run. */
const reported = /\b(?:says?|said|claims?|tells?|asks?|instructs?|demands?|wants?|reads?)\b/i

/** Collects the user's typed words that a trace memory contains. */
const typedIn = (lines: ReadonlyArray<string>): ReadonlyArray<string> => {
  const preferences = readTrace("", lines.join("\n")).sections.preferences
  return [
    ...preferences.flatMap((line) => {
      const quotations = quotationsIn(line)
      return quotations.length === 0 ? [line.replace(linePointer, "")] : quotations
    }),
    ...lines.filter(givesWords).flatMap(quotationsIn)
  ]
}

/** Collects the words of the user that the facts have. */
const typedInFact = (fact: FactContent): ReadonlyArray<string> =>
  fact._tag === "Wish" ? [fact.words] : fact._tag === "Decision" ? [fact.answer] : []

/** Collects the commands that a fact says were run. */
const ranInFact = (fact: FactContent): ReadonlyArray<RanCommand> => {
  switch (fact._tag) {
    case "Command":
      return [{ command: fact.command, hasPassed: fact.passes > 0 ? true : fact.failures > 0 ? false : undefined }]
    case "Failure":
      return [
        { command: fact.command, hasPassed: false },
        ...[...fact.commands, ...(fact.check === null ? [] : [fact.check])].map((command) => ({
          command,
          hasPassed: true
        }))
      ]
    case "Limit":
      return isCommand(fact.subject) ? [{ command: fact.subject, hasPassed: false }] : []
    default:
      return []
  }
}

/** Matches what a trace says that a command printed: no origin, whatever it looks like. */
const output = /\bprinted (`+)[^\n]*?\1/g

/** Collects the commands that the checked lines of a trace say were run. */
const ranInTrace = (lines: ReadonlyArray<string>): ReadonlyArray<RanCommand> => {
  let isTrouble = false
  return lines.flatMap((line) => {
    const isHeading = headingRank(line) > 0 || /^\S.*:$/.test(line)
    isTrouble = isHeading ? isTroubleHeading(line) : isTrouble
    const hasFailed = isTrouble || saysItFails(line)
    return actionsIn(line.replace(output, "")).commands.map((command) => ({ command, hasPassed: !hasFailed }))
  })
}

/** The addresses and settings in the checked lines of a trace. */
const addressesIn = (lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines
    .filter((line) => !saysItFails(line))
    .flatMap((line) => {
      const { settings, urls } = actionsIn(line.replace(output, ""))
      return [...settings, ...urls]
    })

/** Collects the origins that the record of a project has for the words of an agent. */
const originsIn = (traces: ReadonlyArray<ReadonlyArray<string>>, { edits, facts }: Inputs): Origins => {
  const lines = traces.flat()
  const own = edits.added.map(({ line }) => withoutCitations(line).replace(/^\s*[-*•+]\s+/, ""))
  const typed = [...facts.flatMap(typedInFact), ...traces.flatMap(typedIn), ...own]
  const told = traces.map((trace) => trace.filter((line) => !reported.test(line)))
  const isSaid = sayingSame(() => told.flat())
  const record = [...lines, ...facts.map((fact) => JSON.stringify(fact)), ...own].join("\n")
  return {
    words: userWordsOf(typed),
    commands: commandOriginsOf(
      [...facts.flatMap(ranInFact), ...told.flatMap(ranInTrace)],
      [...typed, ...addressesIn(told.flat())],
      told.flat()
    ),
    isPrinted: () => false,
    isPrintedOrder: () => false,
    isRecorded: isSaid,
    hasPath: (path) => record.includes(path),
    isQuestion: (text) => /[?？]\s*$/.test(text) && record.includes(text.trim()),
    isStrict: true
  }
}

/**
 * Checks files before they are published. A wish of the user stays only if a trace quotes it or a person wrote it into
 * the memory, and a step of a skill or a command that works stays only if a trace or a fact contains it. Wishes in the published file that the new one
 * lacks, and that nothing contradicts, are restored.
 */
export const withOrigins = (published: ReadonlyArray<MemoryFile>, inputs: Inputs): ReadonlyArray<MemoryFile> => {
  const { before, edits, isMadeByRule, maxBytes, threadIds, traces } = inputs
  const confirmed = traces.map(confirmedLines)
  const origins = originsIn(confirmed, inputs)
  const own = new Set(edits.added.map(({ line }) => line))
  const traced = (memory: string): string => withTracedLines(memory, { origins, own, isMadeByRule })
  const checkedOf = (file: MemoryFile, text: string): string | undefined =>
    file.path === memoryFile
      ? withStandingWishes({
          text: traced(text),
          before: traced(before),
          edits,
          traces: confirmed.map((trace) => trace.join("\n")),
          threadIds,
          maxBytes
        })
      : isMadeByRule
        ? text
        : withTracedSteps(text, origins)
  const checked = published.map((file) => {
    const isText = file.path === memoryFile || (isSkill(file.path) && file.path.endsWith(".md"))
    const text = isText ? decoder.decode(file.bytes) : ""
    const left = isText ? checkedOf(file, text) : text
    return { file, left, isChanged: left !== text }
  })
  const gone = checked.flatMap(({ file, left }) =>
    left === undefined && file.path.endsWith("/SKILL.md") ? [file.path.slice(0, -"SKILL.md".length)] : []
  )
  return checked.flatMap(({ file, isChanged, left }) =>
    left === undefined || gone.some((folder) => file.path.startsWith(folder))
      ? []
      : [isChanged ? { ...file, bytes: encoder.encode(left) } : file]
  )
}
