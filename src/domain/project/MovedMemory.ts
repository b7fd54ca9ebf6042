import { detectEdits, noEdits, type PersonEdits } from "../memory/PersonEdits.js"
import { legacyFile, memoryFile, summaryFile, traceFolder } from "../memory/Publication.js"
import { rewrite, safe, type SafeText } from "../privacy/SafeText.js"
import { bucketOf, type Directory } from "../thread/WorkingDirectory.js"

/** The file that stands in the memory folder of a directory whose memory went to a project. */
export const movedFile = "MOVED.md"

/** Renders the file that leads from a directory's old memory folder to that of its project. */
export const renderMoved = (from: Directory, to: Directory): SafeText =>
  rewrite(safe`# This memory has moved`, (title) =>
    [
      title,
      "",
      `${from.replace(/\s+/g, " ")} belongs to the project ${to.replace(/\s+/g, " ")}, and shares its memory:`,
      `\`../../${bucketOf(to)}/memory/MEMORY.md\``,
      ""
    ].join("\n")
  )

/** True for a file of a memory folder that the program writes from its rows, so that it need not be kept. */
export const isMadeFromRows = (path: string): boolean =>
  path === memoryFile ||
  path === legacyFile ||
  path === summaryFile ||
  path === movedFile ||
  path.startsWith(`${traceFolder}/`)

/** A published file as it was written, with the changes of people that were known then. */
export interface Published {
  readonly memoryText: string
  readonly edits: PersonEdits
}

/** Determines all changes of people in a `MEMORY.md`, from the file and the record of its publish. */
export const editsIn = (published: Published | undefined, text: string): PersonEdits =>
  detectEdits(published?.memoryText ?? "", text, published?.edits ?? noEdits)

/**
 * Adds the lines that people wrote in one `MEMORY.md` to the text of another one, each below its heading. A line that is
 * there stays the only one.
 */
export const withLinesOf = (text: string, { added }: PersonEdits): string => {
  const lines = text.split("\n")
  const present = new Set(lines.map((line) => line.trimEnd()))
  for (const { heading, line } of added) {
    if (present.has(line)) {
      continue
    }
    present.add(line)
    const place = heading === null ? -1 : lines.findIndex((other) => other.trimEnd() === heading)
    if (place !== -1) {
      const next = lines.findIndex((other, index) => index > place && /^#{1,6} /.test(other))
      const end = next === -1 ? lines.length : next
      const last = lines.findLastIndex((other, index) => index < end && other.trim() !== "")
      lines.splice(last + 1, 0, line)
    } else {
      const end = lines.findLastIndex((other) => other.trim() !== "") + 1
      lines.splice(end, 0, ...(heading === null ? [line] : ["", heading, "", line]))
      present.add(heading ?? line)
    }
  }
  const joined = lines.join("\n")
  return joined.endsWith("\n") ? joined : `${joined}\n`
}

/** Joins the changes of people in two files of one project; a line that one of them wrote is not removed by the other. */
export const joinEdits = (edits: PersonEdits, other: PersonEdits): PersonEdits => {
  const added = new Set([...edits.added, ...other.added].map(({ line }) => line))
  return {
    added: edits.added,
    removed: [...new Set([...edits.removed, ...other.removed])].filter((line) => !added.has(line))
  }
}

/** Names a file that people wrote in two memories differently, in the memory that both become. */
export const besideName = (path: string, from: Directory): string => {
  const mark = bucketOf(from).slice(0, 8)
  const [, folder, name, rest] = /^(skills\/)([^/]+)(\/.+)$/.exec(path) ?? []
  if (folder !== undefined) {
    return `${folder}${name}-${mark}${rest}`
  }
  const dot = path.lastIndexOf(".")
  return dot > path.lastIndexOf("/") + 1 ? `${path.slice(0, dot)}-${mark}${path.slice(dot)}` : `${path}-${mark}`
}
