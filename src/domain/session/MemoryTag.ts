/**
 * The wrapper around memory that a session is given at its start. A rollout shows it again, as a message of the harness,
 * inside a longer one, or in what a command printed: by its tags it is known there, and nothing in it is learned.
 */
export const openTag = "<rollout_memories>"
export const closeTag = "</rollout_memories>"

const anyTag = /<(?=\s*\/?\s*rollout_memories)/gi

/** Lines between the tags; none of them can end the block before its end, nor begin another. */
export const wrapMemory = (lines: ReadonlyArray<string>): string =>
  [openTag, ...lines.map((line) => line.replace(anyTag, "&lt;")), closeTag].join("\n")

/** A text without the blocks of memory in it, and those blocks. */
export interface UnwrappedText {
  readonly rest: string
  readonly blocks: ReadonlyArray<string>
}

const isLineEnd = (text: string, at: number): boolean => /^[ \t]*(?:\r?\n|$)/.test(text.slice(at, at + 200))

/**
 * Takes the blocks of memory out of a text. One that is not closed runs to the text's end; somebody who only writes of the
 * tag, in the middle of a line and without closing it, has begun none.
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
