import { chinese } from "./chinese.js"
import { english } from "./english.js"
import { german } from "./german.js"
import { japanese } from "./japanese.js"
import type { OriginSession } from "./OriginSession.js"
import { spanish } from "./spanish.js"

/** All sessions with good and injected answers, in the five languages of their users. */
export const originSessions: ReadonlyArray<OriginSession> = [...english, ...german, ...chinese, ...japanese, ...spanish]
