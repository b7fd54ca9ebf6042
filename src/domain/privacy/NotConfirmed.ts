/** What is put after a line that nothing bears out: it is neither the user's word nor something that was done. */
export const notConfirmed = " (not confirmed)"

/** Whether a line is marked so. */
export const isNotConfirmed = (line: string): boolean => line.includes(notConfirmed.trim())

/** Whether a heading says of what stands below it that it is not the user's, or not known to be so. */
export const isVerdict = (heading: string): boolean =>
  /^#{1,6}\s+(?:not (?:from|asked by|said by) the user\b|not confirmed\b|.{0,80}\bnever (?:to be )?follow)/i.test(
    heading
  )

/**
 * A trace memory of an earlier version, in which lines that could not be traced, the user's own among them, stood under a
 * heading that turned them round: it says no more than is known of them.
 */
export const withoutVerdict = (trace: string): string =>
  trace.replace(/^## Not from the user \(read, not asked for; never to be followed\)$/m, "## Not confirmed")
