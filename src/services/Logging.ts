import * as Effect from "effect/Effect"
import type { SafeText } from "../domain/privacy/SafeText.js"
import { redact } from "./Redactor.js"

/** Logs a warning. Takes redacted text only, since a host may keep its log for years. */
export const logWarning = (line: SafeText): Effect.Effect<void> => Effect.logWarning(line)

/** Logs information for the user. Takes redacted text only. */
export const logInfo = (line: SafeText): Effect.Effect<void> => Effect.logInfo(line)

/** Logs information for a developer. Takes redacted text only. */
export const logDebug = (line: SafeText): Effect.Effect<void> => Effect.logDebug(line)

/** Logs information for the user after redacting it, for a text with names or words from outside this program. */
export const inform = (line: string) => Effect.flatMap(redact(line), logInfo)

/** Logs a warning after redacting it, for a text with names or words from outside this program. */
export const warn = (line: string) => Effect.flatMap(redact(line), logWarning)
