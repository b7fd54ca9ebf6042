/*
 * Functions that cut text to a number of UTF-8 bytes and never split a character. All limits are bytes; a marker counts
 * towards the limit.
 */

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** The length of a text in UTF-8 bytes. */
export const byteLength = (text: string): number => Buffer.byteLength(text, "utf8")

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0b1100_0000) === 0b1000_0000

/** The first `limit` bytes of an encoded text, rounded down to a whole character. */
const headBytes = (bytes: Uint8Array, limit: number): Uint8Array => {
  if (bytes.length <= limit) {
    return bytes
  }
  let end = Math.max(0, limit)
  while (end > 0 && isContinuation(bytes[end])) {
    end--
  }
  return bytes.subarray(0, end)
}

/** The last `limit` bytes of an encoded text; starts later where that would split a character. */
const tailBytes = (bytes: Uint8Array, limit: number): Uint8Array => {
  if (bytes.length <= limit) {
    return bytes
  }
  let start = bytes.length - Math.max(0, limit)
  while (isContinuation(bytes[start])) {
    start++
  }
  return bytes.subarray(start)
}

/**
 * A way to shorten a text: the marker that replaces the cut, and the share of the remaining bytes that the head gets.
 * The tail gets the rest.
 */
export interface Split {
  readonly marker: string
  readonly headShare: number
}

/**
 * Joins the head of one text and the tail of another around a marker, in at most `limit` bytes. When the limit is
 * smaller than the marker, only the head is kept.
 */
export const joinAround = (start: string, end: string, limit: number, split: Split): string => {
  const room = limit - byteLength(split.marker)
  if (room < 0) {
    return cutEnd(start, limit)
  }
  const head = headBytes(encoder.encode(start), Math.floor(room * split.headShare))
  const tail = tailBytes(encoder.encode(end), room - head.length)
  return decoder.decode(head) + split.marker + decoder.decode(tail)
}

/** Keeps the head and the tail of a text around a marker when it is over `limit` bytes; see {@link joinAround}. */
export const cutMiddle = (text: string, limit: number, split: Split): string =>
  text.length <= limit / 3 || byteLength(text) <= limit ? text : joinAround(text, text, limit, split)

/** Keeps the head of a text when it is over `limit` bytes. */
export const cutEnd = (text: string, limit: number): string =>
  byteLength(text) <= limit ? text : decoder.decode(headBytes(encoder.encode(text), limit))

/** Removes NUL characters and replaces unpaired surrogates, so that any store returns the text unchanged. */
export const keptText = (text: string): string => text.replaceAll("\0", "").replace(/\p{Surrogate}/gu, "\ufffd")
