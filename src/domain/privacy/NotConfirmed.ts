import { rewrite, type SafeText } from "./SafeText.js"

/** The mark after a line without evidence: the user did not say it, and no session is known to have done it. */
export const notConfirmed = " (not confirmed)"

/** True if a line is marked as not confirmed. */
export const isNotConfirmed = (line: string): boolean => line.includes(notConfirmed.trim())

/** True if the heading says that the lines below it are not the user's, or are not confirmed. */
export const isVerdict = (heading: string): boolean =>
  /^#{1,6}\s+(?:not (?:from|asked by|said by) the user\b|not confirmed\b|.{0,80}\bnever (?:to be )?follow)/i.test(
    heading
  )

/**
 * Renames a heading in trace memories of an earlier version. It called all untraceable lines `never to be followed`,
 * among them lines that the user had typed; the new heading claims only that they are not confirmed.
 */
export const withoutVerdict = (trace: SafeText): SafeText =>
  rewrite(trace, (text) =>
    text.replace(/^## Not from the user \(read, not asked for; never to be followed\)$/m, "## Not confirmed")
  )
