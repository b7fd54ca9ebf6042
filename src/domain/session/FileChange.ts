/** The change of one file. */
export interface FileChange {
  readonly path: string
  readonly action: "add" | "update" | "delete"
  /** Where the file went, when the change also renamed it. */
  readonly movedTo: string | undefined
  /** The lines that an update took out and put in, without those around them; undefined where the record does not hold them. */
  readonly before?: string | undefined
  readonly after?: string | undefined
}

/** A line of a file, and the one that stands in its place now: empty where it was only added, or only taken out. */
export interface ReplacedLine {
  readonly before: string
  readonly after: string
}

/** Longer texts are kept by their beginning; nobody reads a whole rewritten file again. In characters. */
const keptCharacters = 4_000

/** The change with the lines that a diff, given line by line, takes out and puts in. */
export const withDiff = (change: FileChange, diff: ReadonlyArray<string>): FileChange => {
  const changed = diff.filter((line) => /^[-+](?![-+]{2} )/.test(line))
  const side = (sign: string): string =>
    changed
      .filter((line) => line.startsWith(sign))
      .map((line) => line.slice(1).replace(/\r$/, ""))
      .join("\n")
      .slice(0, keptCharacters)
  return change.action === "update" && changed.length > 0 ? { ...change, before: side("-"), after: side("+") } : change
}

/** Longer lines do not show at a glance what changed. In characters. */
const replacedCharacters = 100

const linesOf = (text: string): ReadonlyArray<string> => text.split("\n").filter((line) => line.trim() !== "")

/** The line that a change replaced, added or took out, where that is all it did. */
export const replacedLine = ({ after = "", before = "" }: FileChange): ReplacedLine | undefined => {
  const [removed, added] = [linesOf(before), linesOf(after)]
  const replaced = { before: removed[0]?.trim() ?? "", after: added[0]?.trim() ?? "" }
  return removed.length <= 1 && added.length <= 1 && replaced.before !== replaced.after && isReadable(replaced)
    ? replaced
    : undefined
}

/** A brace or a number alone shows nothing. */
const isReadable = ({ after, before }: ReplacedLine): boolean =>
  before.length <= replacedCharacters && after.length <= replacedCharacters && /\p{L}{2}/u.test(`${before} ${after}`)
