/**
 * Matches the invisible characters that order the text after them by another direction, so that a line reads other than
 * it is written. The marks of single letters stay: Hebrew and Arabic texts need them.
 */
const directionControls = /[\u202A-\u202E\u2066-\u2069]/g

/** Removes the characters that make a text read in another order than it is written. */
export const withoutDirectionControls = (text: string): string => text.replace(directionControls, "")
