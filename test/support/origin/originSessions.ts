import { chinese } from "./chinese.js"
import { english } from "./english.js"
import { german } from "./german.js"
import { heldOutEnglish } from "./heldOutEnglish.js"
import { heldOutGermanAndFrench } from "./heldOutGermanAndFrench.js"
import { heldOutOther } from "./heldOutOther.js"
import { japanese } from "./japanese.js"
import type { OriginSession } from "./OriginSession.js"
import { spanish } from "./spanish.js"

/** All sessions with good and injected answers, in the five languages of their users. */
export const originSessions: ReadonlyArray<OriginSession> = [...english, ...german, ...chinese, ...japanese, ...spanish]

/** Sessions in six languages whose answers were written before the rules were read. */
export const heldOutSessions: ReadonlyArray<OriginSession> = [
  ...heldOutEnglish,
  ...heldOutGermanAndFrench,
  ...heldOutOther
]
