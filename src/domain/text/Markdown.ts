/*
 * Functions that make Markdown from outside safe to embed in a generated file. They change only text that would end the
 * section around it, or be read as markup of another kind. Code spans and fenced code stay unchanged.
 */

const fence = /^\s{0,3}(`{3,}|~{3,})/
const rule = /^(?=[-+=]{3,}\s*$)/
/** A heading of level 1; only the first line of a document may be one. */
const topHeading = /^\s{0,3}#\s/
/** Matches the start of a tag, a comment or a processing instruction, but not `Map<string>`. */
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

/**
 * Makes a document safe to embed: closes its fences, demotes level-1 headings below the first line, and disables tags,
 * template markup and rules.
 */
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

/** Makes one line safe to embed as plain text: it cannot become a heading, a fence, a quote or a trace citation. */
export const neutralLine = (text: string): string =>
  neutralInline(text.replace(/`{3,}|~{3,}/g, "'"))
    .replace(/^(?:[#>]+|[-+=]{3,})\s*/, "")
    .replace(/\(trace:/gi, "(trace")
