import { confirmedLines, stepsOf, withTracedSteps, withTracedWishes } from "./Authority.js"
import { withoutCitations } from "../memory/Citation.js"
import { readTrace } from "../offline/consolidating/TraceReading.js"
import type { PersonEdits } from "../memory/PersonEdits.js"
import { memoryFile, type MemoryFile, skillFolder } from "../memory/Publication.js"
import { quotationsIn, userWordsOf } from "./UserWords.js"

/** What the files of a publish are held against. */
interface Inputs {
  readonly edits: PersonEdits
  /** The trace memories of every session of the directory that is on record. */
  readonly traces: ReadonlyArray<string>
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const linePointer = /\s*\(L\d[^)]{0,40}\)\s*$/
/** The words with which a trace gives what the user typed outside its preferences. */
const givesWords = /\buser\b[^"“«「\n]{0,60}["“«「]/i

/** What the user typed, as a trace memory holds it. */
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
 * Files that are to be published, in which nothing is told as the user's wish but what a trace quotes of the user, or what
 * a person wrote into the memory; in a skill no step that stands in no trace.
 */
export const withOrigins = (
  published: ReadonlyArray<MemoryFile>,
  { edits, traces }: Inputs
): ReadonlyArray<MemoryFile> => {
  const confirmed = traces.map(confirmedLines)
  const own = edits.added.map(({ line }) => line)
  const bare = own.map((line) => withoutCitations(line).replace(/^\s*[-*•+]\s+/, ""))
  const words = userWordsOf([...confirmed.flatMap(typedIn), ...bare])
  const lines = confirmed.flat()
  const steps = stepsOf(lines, own)
  return published.map((file) => {
    const isMemory = file.path === memoryFile
    if (!isMemory && !(file.path.startsWith(`${skillFolder}/`) && file.path.endsWith(".md"))) {
      return file
    }
    const text = decoder.decode(file.bytes)
    const checked = isMemory
      ? withTracedWishes(text, { words, steps, traces: lines, own: new Set(own) })
      : withTracedSteps(text, words, steps)
    return checked === text ? file : { ...file, bytes: encoder.encode(checked) }
  })
}
