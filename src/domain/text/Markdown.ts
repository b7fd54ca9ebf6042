/**
 * Keeps Markdown that others wrote in its place: what would end the part of our file that it stands in, or be taken for
 * markup of another kind, is changed as little as that takes. Code, in spans and in fences, stays as it is.
 */

const fence = /^\s{0,3}(`{3,}|~{3,})/
const rule = /^(?=[-+=]{3,}\s*$)/
/** Only a file's first line is a heading of the first rank. */
const topHeading = /^\s{0,3}#\s/
/** A tag, a comment or an instruction; `Map<string>` is none. */
const markup = /(?<!\w)<(?=!|\?|\/?[a-z][\w-]*(?:[\s/>]|$))/gi

const neutralInline = (text: string): string =>
  text
    .split(/(`+[^`\n]*`+)/)
    .map((part, index) =>
      index % 2 === 1
        ? part
        : part
            .replace(markup, "< ")
            .replace(/\{(?=[{%#])/g, "{ ")
            .replace(/(?<=[}%#])\}/g, " }")
    )
    .join("")

/** A document that cannot break out of the file it is put into: its fences are closed, its first heading is its only one. */
export const neutralDocument = (text: string): string => {
  let open: string | undefined
  const lines = text.split("\n").map((line, index) => {
    const mark = fence.exec(line)?.[1]
    if (mark !== undefined && (open === undefined || (mark[0] === open[0] && mark.length >= open.length))) {
      open = open === undefined ? mark : undefined
      return line
    }
    if (open !== undefined) {
      return line
    }
    const placed = index > 0 && topHeading.test(line) ? line.replace("#", "####") : line
    return neutralInline(placed.replace(rule, "\\"))
  })
  return open === undefined ? lines.join("\n") : `${lines.join("\n")}\n${open}`
}

/** One line that cannot be taken for more than text. */
export const neutralLine = (text: string): string =>
  neutralInline(text.replace(/`{3,}|~{3,}/g, "'"))
    .replace(/^(?:[#>]+|[-+=]{3,})\s*/, "")
    .replace(/\(trace:/gi, "(trace")
