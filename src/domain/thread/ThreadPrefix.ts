/** Characters of an id that people type and tables show; see {@link isThreadPrefix}. */
const shownPrefix = 8

/** Whether a text may stand for a thread: its id, or its first eight characters or more. */
export const isThreadPrefix = (text: string): boolean =>
  text.length >= shownPrefix && /^[0-9a-f]{8}(?:-[0-9a-f]{0,4}){0,3}(?:-[0-9a-f]{0,12})?$/i.test(text)

/** The beginning of an id that tells it from others made in the same minute too, as citations have it. */
export const shortId = (id: string): string => id.slice(0, 13)
