import { rewrite, type SafeText } from "./SafeText.js"

/** The mark after a line without evidence: the user did not say it, and no session is known to have done it. */
export const notConfirmed = " (not confirmed)"

/** True if a line is marked as not confirmed. */
export const isNotConfirmed = (line: string): boolean => line.includes(notConfirmed.trim())

/** True if a heading says that the lines below it are not the user's, or are not confirmed. */
export const isVerdict = (heading: string): boolean =>
  /^#{1,6}\s+(?:not (?:from|asked by|said by) the user\b|not confirmed\b|.{0,80}\bnever (?:to be )?follow)/i.test(
    heading
  )

/**
 * Corrects a heading in trace memories of an earlier version, `never to be followed`, which stood above lines without
 * evidence even if the user had typed them. The new heading says only that they are not confirmed.
 */
export const withoutVerdict = (trace: SafeText): SafeText =>
  rewrite(trace, (text) =>
    text.replace(/^## Not from the user \(read, not asked for; never to be followed\)$/m, "## Not confirmed")
  )
