/** A line of a file, and the one that stands in its place now: empty where it was only added, or only taken out. */
export interface ReplacedLine {
  readonly before: string
  readonly after: string
}

/** What became of one file. */
export interface FileChange {
  readonly path: string
  readonly action: "add" | "update" | "delete"
  /** Where the file went, when the change also renamed it. */
  readonly movedTo: string | undefined
  /** Where replacing, adding or taking out one line was all that an update did. */
  readonly replaced?: ReplacedLine | undefined
}

const headers: ReadonlyArray<readonly [string, FileChange["action"]]> = [
  ["*** Add File: ", "add"],
  ["*** Update File: ", "update"],
  ["*** Delete File: ", "delete"]
]
const moveHeader = "*** Move to: "

/** Longer lines tell nobody at a glance what changed. */
const replacedCharacters = 100

/** The line that a diff replaced, added or took out, where that is all it did. */
const replacedLine = (diff: ReadonlyArray<string>): ReplacedLine | undefined => {
  const changed = diff.filter((line) => /^[-+](?![-+]{2} )\s*\S/.test(line))
  const [removed, added] = ["-", "+"].map((sign) => changed.filter((line) => line.startsWith(sign)))
  const [before, after] = [removed, added].map((lines) => lines?.[0]?.slice(1).trim() ?? "")
  const isOne = changed.length === 1 || (changed.length === 2 && removed?.length === 1)
  const isTelling = before !== undefined && after !== undefined && before !== after && isReadable(before, after)
  return isOne && isTelling ? { before, after } : undefined
}

/** A brace or a number alone tells nothing. */
const isReadable = (before: string, after: string): boolean =>
  before.length <= replacedCharacters && after.length <= replacedCharacters && /\p{L}{2}/u.test(`${before} ${after}`)

/** The files an `apply_patch` patch names, in its order; empty for a text that is no patch. */
export const patchedFiles = (patch: string): ReadonlyArray<FileChange> => {
  const changes: Array<{ readonly change: FileChange; readonly diff: Array<string> }> = []
  for (const line of patch.split("\n")) {
    const header = headers.find(([prefix]) => line.startsWith(prefix))
    const last = changes.at(-1)
    if (header !== undefined) {
      const path = line.slice(header[0].length).trim()
      changes.push({ change: { path, action: header[1], movedTo: undefined }, diff: [] })
    } else if (line.startsWith(moveHeader) && last !== undefined) {
      changes[changes.length - 1] = {
        ...last,
        change: { ...last.change, movedTo: line.slice(moveHeader.length).trim() }
      }
    } else {
      last?.diff.push(line)
    }
  }
  return changes.map(({ change, diff }) => withReplacedLine(change, diff))
}

/** A change with the line that it replaced, if it is an update that did just that. */
export const withReplacedLine = (change: FileChange, diff: ReadonlyArray<string>): FileChange => {
  const replaced = change.action === "update" ? replacedLine(diff) : undefined
  return replaced === undefined ? change : { ...change, replaced }
}

/** The patch inside a shell command that calls `apply_patch` with a here-document, if that is what the command does. */
export const patchInCommand = (command: string): string | undefined =>
  /^\s*(?:cd [^\n]*&&\s*)?apply_patch\b/.test(command) && command.includes("*** Begin Patch")
    ? command.slice(command.indexOf("*** Begin Patch"))
    : undefined
