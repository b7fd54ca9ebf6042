import type { Finder, Span } from "./Span.js"

const begin = /-----BEGIN ([A-Z0-9 ]{0,30})PRIVATE KEY(?: BLOCK)?-----/g
const end = /-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----/g

/**
 * Matches the characters of a private key: base64, escaped line ends, and what a patch or a quotation puts before a
 * line.
 */
const body = /(?:[A-Za-z0-9+/=\s.,:>|-]|\\+[nrt])*/y
/** Matches one line of a private key. It is used when other text interrupts the key. */
const keyLine = /[A-Za-z0-9+/=]{16,}/g
/** Matches the characters that may surround a private key but never end it. */
const between = /[\s.,:>|-]/

/** Returns the end of a private key that has no end marker: `stop`, moved back over the characters that end no key. */
const withoutEnd = (text: string, start: number, stop: number): number => {
  let end = stop
  while (end > start && between.test(text.charAt(end - 1))) {
    end--
  }
  return Math.max(start, end)
}

/** The maximum length of a private key. */
const longestKey = 65_536

/**
 * Finds private keys in PEM and OpenSSH format. If quotes or other characters interrupt a key, its lines are found one
 * by one, so that the text around them stays. A key without an end marker ends where the text can no longer belong to
 * it.
 */
export const findPrivateKeys: Finder = (text) => {
  const spans: Array<Span> = []
  let nextEnd: RegExpExecArray | null | undefined
  begin.lastIndex = 0
  for (let match = begin.exec(text); match !== null; match = begin.exec(text)) {
    const start = begin.lastIndex
    if (nextEnd === undefined || (nextEnd !== null && nextEnd.index < start)) {
      end.lastIndex = start
      nextEnd = end.exec(text)
    }
    const isClosed = nextEnd !== null && nextEnd.index - start <= longestKey
    const limit = isClosed && nextEnd !== null ? nextEnd.index : Math.min(text.length, start + longestKey)
    body.lastIndex = start
    const inside = body.exec(text)?.[0].length ?? 0
    const stop = Math.min(start + inside, limit)
    if (isClosed && nextEnd !== null && start + inside >= nextEnd.index) {
      const last = nextEnd.index + nextEnd[0].length
      spans.push({ start: match.index, end: last, kind: "private-key" })
      begin.lastIndex = last
    } else if (isClosed) {
      spans.push(...keyLines(text, start, limit))
      begin.lastIndex = limit
    } else {
      spans.push({ start: match.index, end: withoutEnd(text, start, stop), kind: "private-key" })
      begin.lastIndex = Math.max(start, stop)
    }
  }
  return spans
}

const keyLines = (text: string, start: number, limit: number): ReadonlyArray<Span> => {
  const spans: Array<Span> = []
  keyLine.lastIndex = start
  for (let line = keyLine.exec(text); line !== null && line.index < limit; line = keyLine.exec(text)) {
    spans.push({ start: line.index, end: Math.min(limit, line.index + line[0].length), kind: "private-key" })
  }
  return spans
}
