import type { SkipReason } from "./Selection.js"
import { Thread, unchecked, unsaid } from "./Thread.js"

/**
 * Sessions that are not to become memory: of such a one the index knows the id, its file and its times, and nothing that was
 * said or where. Why stands where its source would.
 */
const mark = "withheld:"

/** Why a session is withheld. */
export type Withholding = "ignored" | "memory-disabled"

/** The source that the threads have which are withheld for a reason, so that a listing can ask for them. */
export const withheldSource = (reason: Withholding): string => `${mark}${reason}`

/** Why a thread is withheld; undefined for one that is not. */
export const withheldFor = ({ source }: Thread): SkipReason | undefined =>
  source === withheldSource("ignored")
    ? "ignored"
    : source === withheldSource("memory-disabled")
      ? "memory-disabled"
      : undefined

/** The row of a thread that is withheld. */
export const withheld = (thread: Thread, reason: Withholding): Thread =>
  new Thread({ ...thread, ...unsaid, source: withheldSource(reason) }, unchecked)
