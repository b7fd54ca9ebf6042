import { withoutCitations } from "./Citation.js"
import { parseMemorySummary } from "./MemorySummary.js"
import { isElsewhere } from "../project/PlaceMark.js"
import { isVerdict } from "../privacy/NotConfirmed.js"
import { wrapMemory } from "../session/MemoryTag.js"
import { memoryFile, skillFolder, summaryFile, traceFolder } from "./Publication.js"

/*
 * The context block: the part of a project's memory that a session receives, as lines ordered by how much they matter.
 */

/** Inputs of the context block. */
export interface ContextSources {
  readonly cwd: string
  /** The path of the session's directory below the top of its working copy; absent or empty at the top. */
  readonly place?: string
  /** The memory root; absolute. */
  readonly memoryPath: string
  /** The texts of `MEMORY.md` and `memory_summary.md`; empty for a missing file. */
  readonly memory: string
  readonly summary: string
  /** The skills of the project, by path below `memoryPath`, each with its description. */
  readonly skills: ReadonlyArray<{ readonly path: string; readonly description: string }>
}

/**
 * Lines that the context block keeps or drops together: a line with the lines indented below it, or a fenced code
 * block.
 */
export interface ContextPiece {
  /** The heading above the piece; empty when there is none. */
  readonly heading: string
  readonly lines: ReadonlyArray<string>
}

/** The line of a `MEMORY.md` that has no other content. */
export const nothingLeft = "The sessions so far left nothing that a later one could use."

/** Patterns of section headings in `MEMORY.md`, from the most to the least important section. */
const worth: ReadonlyArray<RegExp> = [
  /asked to remember/i,
  /\buser\b.*\bwants?\b|preferences?\b/i,
  /\bworks?\b/i,
  /\bfail|\bfix/i,
  /\bwhere\b/i,
  /\bopen\b/i
]

const rankOf = (heading: string): number => {
  const rank = worth.findIndex((words) => words.test(heading))
  return rank === -1 ? worth.length : rank
}

const fence = /^\s*(`{3,}|~{3,})/

/** Splits Markdown into pieces, in order, without the title and the blank lines. */
const piecesIn = (text: string): ReadonlyArray<ContextPiece> => {
  const pieces: Array<{ heading: string; lines: Array<string> }> = []
  let heading = ""
  let open: string | undefined
  for (const line of text.split(/\r?\n/)) {
    const mark = fence.exec(line)?.[1]
    const isInFence = open !== undefined
    if (mark !== undefined) {
      open = open === undefined ? mark : mark.startsWith(open) ? undefined : open
    }
    const last = pieces.at(-1)
    if (isInFence) {
      last?.lines.push(line)
    } else if (/^##\s/.test(line)) {
      heading = line.trim()
    } else if (/^\s/.test(line) && line.trim() !== "" && last?.heading === heading) {
      last.lines.push(line)
    } else if (line.trim() !== "" && !/^#\s/.test(line)) {
      pieces.push({ heading, lines: [line] })
    }
  }
  return pieces
}

const summaryHeading = "## Newest sessions, the latest first"
const skillHeading = "## Skills"

const saysNothing = ({ heading, lines: [line = ""] }: ContextPiece): boolean =>
  heading === "" && withoutCitations(line).trim() === nothingLeft

/**
 * Lists all pieces for the block, the most important first; those that hold in another subdirectory alone come last. Empty if a published `MEMORY.md` says nothing and there is
 * no skill: summaries alone are shown only as long as there is no `MEMORY.md`.
 */
export const contextPieces = (sources: ContextSources): ReadonlyArray<ContextPiece> => {
  const told = piecesIn(sources.memory).filter((piece) => !isVerdict(piece.heading) && !saysNothing(piece))
  const { place = "" } = sources
  const orderOf = ({ heading, lines: [line = ""] }: ContextPiece): number =>
    rankOf(heading) + (isElsewhere(line, place) ? worth.length + 1 : 0)
  return sources.memory !== "" && told.length === 0 && sources.skills.length === 0
    ? []
    : [...told.toSorted((one, other) => orderOf(one) - orderOf(other)), ...piecesAround(sources)]
}

/** Makes the pieces that do not come from `MEMORY.md`: the summaries of traces, and the skills. */
const piecesAround = ({ skills, summary }: ContextSources): ReadonlyArray<ContextPiece> => [
  ...Array.from(parseMemorySummary(summary), ([threadId, text]) => ({
    heading: summaryHeading,
    lines: [`- ${text} (trace: \`${threadId}\`)`]
  })),
  ...skills.map(({ description, path }) => ({
    heading: skillHeading,
    lines: [description === "" ? `- ${path}` : `- ${path}: ${description}`]
  }))
]

const lineCount = (pieces: ReadonlyArray<ContextPiece>): number =>
  pieces.reduce((sum, { lines }) => sum + lines.length, 0)

/** Renders a piece that follows another one; the heading is repeated only when it differs. */
export const pieceText = ({ heading, lines }: ContextPiece, before: ContextPiece | undefined): string =>
  [...(heading === before?.heading ? [] : ["", ...(heading === "" ? [] : [heading])]), ...lines, ""].join("\n")

/** Writes the line that names the files of the memory and the number of lines that the block has no room for. */
const pointers = ({ memory, memoryPath, skills, summary }: ContextSources, leftOut: number): string => {
  const names = [
    ...(memory === "" ? [] : [memoryFile]),
    ...(summary === "" ? [] : [summaryFile, `${traceFolder}/ (a file for each session, by its id)`]),
    ...(skills.length === 0 ? [] : [`${skillFolder}/`])
  ]
  const rest = leftOut === 0 ? "" : ` ${leftOut} ${leftOut === 1 ? "line of it" : "lines of it"} did not fit here.`
  return `All of it is in ${memoryPath}: ${names.join(", ")}.${rest}`
}

/**
 * Renders the block with the pieces that fit, in order of importance. Without any piece it still says what it is and
 * where the memory is.
 */
export const renderContext = (
  sources: ContextSources,
  all: ReadonlyArray<ContextPiece>,
  kept: ReadonlyArray<ContextPiece>
): string => {
  const where = pointers(sources, lineCount(all) - lineCount(kept))
  const body = kept.flatMap((piece, index) =>
    pieceText(piece, kept[index - 1])
      .split("\n")
      .slice(0, -1)
  )
  const cwd = sources.cwd.replace(/\s+/g, " ")
  const what = `What earlier sessions in ${cwd} left. It may be out of date: check what you rely on.`
  return wrapMemory([what, ...body, "", where])
}
