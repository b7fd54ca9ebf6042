/**
 * The tag at the start of a block of memory, the text that a session receives when it starts. A rollout may contain
 * that text again, as a message of the harness, inside a longer message, or in the output of a command. The tags
 * identify it there, so that it is not learned again.
 */
export const openTag = "<rollout_memories>"
/** The tag at the end of a block of memory; see {@link openTag}. */
export const closeTag = "</rollout_memories>"

const anyTag = /<(?=\s*\/?\s*rollout_memories)/gi

/**
 * Wraps lines of memory in {@link openTag} and {@link closeTag}. The `<` of a tag within the lines is escaped, so that
 * no line can close the block or open another.
 */
export const wrapMemory = (lines: ReadonlyArray<string>): string =>
  [openTag, ...lines.map((line) => line.replace(anyTag, "&lt;")), closeTag].join("\n")

/** A text without its blocks of memory, and the blocks. */
export interface UnwrappedText {
  readonly rest: string
  readonly blocks: ReadonlyArray<string>
}

const isLineEnd = (text: string, at: number): boolean => /^[ \t]*(?:\r?\n|$)/.test(text.slice(at, at + 200))

/**
 * Removes the blocks of memory from a text. A block without an end runs to the end of the text. A tag in the middle of
 * a line without a closing tag is only a mention, and opens no block.
 */
export const unwrapMemory = (text: string): UnwrappedText => {
  const kept: Array<string> = []
  const blocks: Array<string> = []
  const lastClose = text.lastIndexOf(closeTag)
  let from = 0
  for (let open = text.indexOf(openTag), next = 0; open !== -1; open = text.indexOf(openTag, next)) {
    next = open + openTag.length
    if (lastClose > open || isLineEnd(text, next)) {
      kept.push(text.slice(from, open))
      next = lastClose > open ? text.indexOf(closeTag, open) + closeTag.length : text.length
      blocks.push(text.slice(open, next))
      from = next
    }
  }
  return blocks.length === 0 ? { rest: text, blocks } : { rest: [...kept, text.slice(from)].join(""), blocks }
}
