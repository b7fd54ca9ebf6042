import { confirmedLines, stepsOf, withTracedSteps, withTracedWishes } from "./Authority.js"
import { withoutCitations } from "../memory/Citation.js"
import { readTrace } from "../offline/importing/TraceReading.js"
import type { PersonEdits } from "../memory/PersonEdits.js"
import { memoryFile, type MemoryFile, skillFolder } from "../memory/Publication.js"
import { withStandingWishes } from "./StandingWishes.js"
import { quotationsIn, userWordsOf } from "./UserWords.js"

/** The evidence that files are checked against before they are published. */
interface Inputs {
  readonly edits: PersonEdits
  /** The stored trace memories of all sessions of the directory. */
  readonly traces: ReadonlyArray<string>
  /** The commands that passed, by the facts of all sessions of the directory. */
  readonly commands: ReadonlyArray<string>
  /** The `MEMORY.md` that is published now; empty if there is none. */
  readonly before: string
  /** The threads that may be cited. */
  readonly threadIds: ReadonlyArray<string>
  /** The maximum size of a published file in bytes. */
  readonly maxBytes: number
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const linePointer = /\s*\(L\d[^)]{0,40}\)\s*$/
/** Matches a line in which a trace quotes the user, although it stands outside the preferences. */
const givesWords = /\buser\b[^"“«「\n]{0,60}["“«「]/i

/** Collects the user's typed words that a trace memory contains. */
const typedIn = (lines: ReadonlyArray<string>): ReadonlyArray<string> => {
  const preferences = readTrace("", lines.join("\n")).sections.preferences
  return [
    ...preferences.flatMap((line) => {
      const quotations = quotationsIn(line)
      return quotations.length === 0 ? [line.replace(linePointer, "")] : quotations
    }),
    ...lines.filter((line) => givesWords.test(line)).flatMap(quotationsIn)
  ]
}

/**
 * Checks files before they are published. A wish of the user stays only if a trace quotes it or a person wrote it into
 * the memory, and a step of a skill or a command that works stays only if a trace or a fact contains it. Wishes in the published file that the new one
 * lacks, and that nothing contradicts, are restored.
 */
export const withOrigins = (
  published: ReadonlyArray<MemoryFile>,
  { before, commands, edits, maxBytes, threadIds, traces }: Inputs
): ReadonlyArray<MemoryFile> => {
  const confirmed = traces.map(confirmedLines)
  const own = edits.added.map(({ line }) => line)
  const bare = own.map((line) => withoutCitations(line).replace(/^\s*[-*•+]\s+/, ""))
  const words = userWordsOf([...confirmed.flatMap(typedIn), ...bare])
  const lines = confirmed.flat()
  const steps = stepsOf([...commands, ...lines], own)
  return published.map((file) => {
    const isMemory = file.path === memoryFile
    if (!isMemory && !(file.path.startsWith(`${skillFolder}/`) && file.path.endsWith(".md"))) {
      return file
    }
    const text = decoder.decode(file.bytes)
    const traced = (memory: string): string =>
      withTracedWishes(memory, { words, steps, traces: lines, own: new Set(own) })
    const checked = isMemory
      ? withStandingWishes({
          text: traced(text),
          before: traced(before),
          edits,
          traces: confirmed.map((trace) => trace.join("\n")),
          threadIds,
          maxBytes
        })
      : withTracedSteps(text, words, steps)
    return checked === text ? file : { ...file, bytes: encoder.encode(checked) }
  })
}
