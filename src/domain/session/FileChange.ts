/** A change to one file. */
export interface FileChange {
  readonly path: string
  readonly action: "add" | "update" | "delete"
  /** The new path, if the change also renamed the file. */
  readonly movedTo: string | undefined
  /**
   * The lines that an update removed (`before`) and added (`after`), without the lines around them; undefined if the
   * record does not have them.
   */
  readonly before?: string | undefined
  readonly after?: string | undefined
}

/** A line that was replaced by another one; `before` is empty for an added line, `after` for a removed one. */
export interface ReplacedLine {
  readonly before: string
  readonly after: string
}

/**
 * The maximum number of characters of the removed lines, and of the added lines, that are kept. A file that was
 * rewritten is not kept as a whole.
 */
const keptCharacters = 4_000

/** Adds the removed and added lines of a diff, given as its lines, to a change. */
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

/**
 * The maximum number of characters of a line that memory shows as replaced; a longer one does not show at a glance what
 * changed.
 */
const replacedCharacters = 100

const linesOf = (text: string): ReadonlyArray<string> => text.split("\n").filter((line) => line.trim() !== "")

/** Returns the one line that a change replaced, added or removed; undefined if it changed more than that. */
export const replacedLine = ({ after = "", before = "" }: FileChange): ReplacedLine | undefined => {
  const [removed, added] = [linesOf(before), linesOf(after)]
  const replaced = { before: removed[0]?.trim() ?? "", after: added[0]?.trim() ?? "" }
  return removed.length <= 1 && added.length <= 1 && replaced.before !== replaced.after && isReadable(replaced)
    ? replaced
    : undefined
}

/** True if both lines of a replacement are short and contain a word; a brace or a number alone shows nothing. */
const isReadable = ({ after, before }: ReplacedLine): boolean =>
  before.length <= replacedCharacters && after.length <= replacedCharacters && /\p{L}{2}/u.test(`${before} ${after}`)
