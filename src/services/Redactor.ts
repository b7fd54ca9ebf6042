import * as Effect from "effect/Effect"
import type { Redact } from "../domain/privacy/redaction/Marker.js"
import { Settings } from "../settings/Settings.js"

/** Loaded with the first text that needs redaction, so that a pass with nothing to do starts without the rules. */
const loadRules = Effect.promise(() => import("../domain/privacy/Redaction.js"))

/** Loads the function that removes secrets from text and marks them as the settings say. */
export const loadRedact: Effect.Effect<Redact, never, Settings> = Effect.gen(function* () {
  const { redactionKinds } = yield* Settings
  const { redactText } = yield* loadRules
  return (text) => redactText(text, { withKinds: redactionKinds }).text
})

/**
 * An error's message, safe to be logged, stored and reported: a server's answer or a file's name may contain a secret.
 */
export const safeMessageOf = (error: { readonly message: string }): Effect.Effect<string, never, Settings> =>
  Effect.map(loadRedact, (redact) => redact(error.message))
