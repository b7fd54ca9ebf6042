import { rules } from "@secretlint/secretlint-rule-preset-recommend"
import type { Span } from "./Span.js"

/**
 * The rules that secretlint maintains, https://github.com/secretlint/secretlint: they know forms that we do not, and are
 * brought up to date by whoever follows the issuers.
 */

/**
 * Left out: `gcp` reads files by name, `filter-comments` lets the text switch the rules off, and what a private key or a
 * URL with credentials is, is told more finely beside this, where only the secret itself goes.
 */
const leftOut = new Set(["gcp", "filter-comments", "privatekey", "basicauth", "database-connection-string"])

/** How the secrets begin that these rules may know better than our own forms do: a regular expression's alternatives. */
export const otherBeginnings: ReadonlyArray<string> = [
  ..."AKIA,A3T[A-Z0-9],A(?:GPA|IDA|ROA|IPA|NPA|NVA|SIA)[A-Z0-9],npm_,_authToken=,xox[a-z]-,xapp-,SG\\.".split(","),
  ..."shp(?:pa|ca|at|ss)_,gh[pousr]_,github_pat_,gl[a-z][a-z]?[a-z]?[a-z]?-,GR1348,gl(?:c|sa)_,sk-,gsk_".split(","),
  ..."hf_,lin_,ntn_,ops_ey,hv[sbr]\\.,vc[piark]_,dapi,dckr_,figd_".split(",")
]

/** How far around a beginning the rules look, in UTF-16 units: the longest secret they know is shorter. */
const before = 80
const after = 1_600

const prefix = "@secretlint/secretlint-rule-"

const used = rules.filter(({ meta }) => !leftOut.has(meta.id.slice(prefix.length)))

/** What the rules say of a piece of text. The rules used here answer at once. */
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

/** Of what a rule took for a secret, what cannot be more than one value: a rule may take the rest of the line with it. */
const withinValue = (text: string, span: Span): ReadonlyArray<Span> => {
  const value = /^[^\s"'`\\,;<>[\]{}]{8,}/.exec(text.slice(span.start, span.end))?.[0]
  return value === undefined ? [] : [{ ...span, end: span.start + value.length }]
}

/** Finds what secretlint's rules find around the given places, which are in order. */
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
