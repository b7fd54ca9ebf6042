import { sourcesOf, withoutDemoted, withTracedSteps, withTracedWishes } from "./Authority.js"
import { readTrace } from "../offline/consolidating/TraceReading.js"
import type { PersonEdits } from "../memory/PersonEdits.js"
import { memoryFile, type MemoryFile, skillFolder, traceFolder } from "../memory/Publication.js"
import { parseTraceFile } from "../memory/TraceMemory.js"

/** What the files of a publish were made from. */
interface Inputs {
  readonly edits: PersonEdits
  readonly untouchable: ReadonlyArray<MemoryFile>
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/**
 * Files that are to be published, with everything demoted that no origin bears out: a wish must stand among a trace's
 * preferences, or be a person's own; a step of a skill must stand in a trace.
 */
export const withOrigins = (
  published: ReadonlyArray<MemoryFile>,
  { edits, untouchable }: Inputs
): ReadonlyArray<MemoryFile> => {
  const traces = untouchable
    .filter(({ path }) => path.startsWith(`${traceFolder}/`))
    .map(({ bytes }) => withoutDemoted(parseTraceFile(decoder.decode(bytes)).trace))
  const own = edits.added.map(({ line }) => line)
  const wishes = sourcesOf([...traces.flatMap((trace) => readTrace("", trace).sections.preferences), ...own], [])
  const steps = sourcesOf(own, traces)
  return published.map((file) => {
    const isMemory = file.path === memoryFile
    if (!isMemory && !(file.path.startsWith(`${skillFolder}/`) && file.path.endsWith(".md"))) {
      return file
    }
    const text = decoder.decode(file.bytes)
    const checked = isMemory ? withTracedWishes(text, wishes) : withTracedSteps(text, steps)
    return checked === text ? file : { ...file, bytes: encoder.encode(checked) }
  })
}
