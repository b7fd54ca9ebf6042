import * as Effect from "effect/Effect"
import type { SafeText } from "../domain/privacy/SafeText.js"
import { redact } from "./Redactor.js"

/** Logs a warning. A line takes no raw text: a log of the host's may keep it for years. */
export const logWarning = (line: SafeText): Effect.Effect<void> => Effect.logWarning(line)

/** Logs what a person may want to know. */
export const logInfo = (line: SafeText): Effect.Effect<void> => Effect.logInfo(line)

/** Logs what a developer may want to know. */
export const logDebug = (line: SafeText): Effect.Effect<void> => Effect.logDebug(line)

/** Logs a warning that holds names or words from elsewhere, with the secrets in it replaced. */
export const warn = (line: string) => Effect.flatMap(redact(line), logWarning)
