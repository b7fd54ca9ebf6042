import { rules } from "@secretlint/secretlint-rule-preset-recommend"
import type { Span } from "./Span.js"

/*
 * Applies the rules of secretlint, https://github.com/secretlint/secretlint. They know forms that this program does
 * not, and their maintainers follow the issuers.
 */

/**
 * Rules of secretlint that are not used. `gcp` opens files on disk. `filter-comments` lets a comment in the text
 * switch rules off. The other three find private keys and URLs with credentials; this program's own rules replace
 * only the secret in them.
 */
const leftOut = new Set(["gcp", "filter-comments", "privatekey", "basicauth", "database-connection-string"])

/**
 * Sources of regular expressions for the beginnings of secrets that secretlint's rules may recognise better than
 * `KnownForms` does.
 */
export const otherBeginnings: ReadonlyArray<string> = [
  ..."AKIA,A3T[A-Z0-9],A(?:GPA|IDA|ROA|IPA|NPA|NVA|SIA)[A-Z0-9],npm_,_authToken=,xox[a-z]-,xapp-,SG\\.".split(","),
  ..."shp(?:pa|ca|at|ss)_,gh[pousr]_,github_pat_,gl[a-z][a-z]?[a-z]?[a-z]?-,GR1348,gl(?:c|sa)_,sk-,gsk_".split(","),
  ..."hf_,lin_,ntn_,ops_ey,hv[sbr]\\.,vc[piark]_,dapi,dckr_,figd_".split(",")
]

/**
 * The number of UTF-16 units before and after a beginning in which secretlint's rules search. Together they are more
 * than the longest secret of these rules.
 */
const before = 80
const after = 1_600

const prefix = "@secretlint/secretlint-rule-"

const used = rules.filter(({ meta }) => !leftOut.has(meta.id.slice(prefix.length)))

/** Runs secretlint's rules on a piece of text that starts at `offset`. All of the rules used here are synchronous. */
const findIn = (content: string, offset: number): ReadonlyArray<Span> => {
  const spans: Array<Span> = []
  for (const { create, meta } of used) {
    const kind = meta.id.slice(prefix.length)
    const { file } = create(
      {
        sharedOptions: {},
        createTranslator: () => (messageId) => ({ messageId: String(messageId), message: "", data: undefined }),
        report: ({ range: [start, end] }) => void spans.push({ start: start + offset, end: end + offset, kind }),
        ignore: () => undefined
      },
      {}
    )
    void file?.({ ...noPlace, content })
  }
  return spans
}

const nowhere = { line: 1, column: 0 }
const noPlace = {
  hasBOM: false,
  filePath: undefined,
  physicalFilePath: undefined,
  contentType: "text" as const,
  ext: "",
  getFilePath: () => undefined,
  getPhysicalFilePath: () => undefined,
  locationToRange: () => [0, 0] as const,
  rangeToLocation: () => ({ start: nowhere, end: nowhere }),
  positionToIndex: () => 0,
  indexToPosition: () => nowhere
}

/** Cuts a match of a rule to the first value in it, since a rule may include the rest of the line. */
const withinValue = (text: string, span: Span): ReadonlyArray<Span> => {
  const value = /^[^\s"'`\\,;<>[\]{}]{8,}/.exec(text.slice(span.start, span.end))?.[0]
  return value === undefined ? [] : [{ ...span, end: span.start + value.length }]
}

/** Runs secretlint's rules around the given offsets of a text, which must be in ascending order. */
export const findAround = (text: string, places: ReadonlyArray<number>): ReadonlyArray<Span> => {
  const windows: Array<{ start: number; end: number }> = []
  for (const place of places) {
    const start = Math.max(0, place - before)
    const end = Math.min(text.length, place + after)
    const last = windows.at(-1)
    if (last !== undefined && start <= last.end) {
      last.end = end
    } else {
      windows.push({ start, end })
    }
  }
  return windows
    .flatMap(({ end, start }) => findIn(text.slice(start, end), start))
    .flatMap((span) => withinValue(text, span))
}
