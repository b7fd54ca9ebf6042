/** The minimum number of characters of an id that a person must type. */
const shortestPrefix = 8

/** True if the text has the form of a thread's id, or of its first eight or more characters. */
export const isThreadPrefix = (text: string): boolean =>
  text.length >= shortestPrefix && /^[0-9a-f]{8}(?:-[0-9a-f]{0,4}){0,3}(?:-[0-9a-f]{0,12})?$/i.test(text)

/** Shortens an id for a table: 13 characters also tell apart ids that were made within the same minute. */
export const shortId = (id: string): string => id.slice(0, 13)
