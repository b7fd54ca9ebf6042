import * as Effect from "effect/Effect"
import type { Redact } from "../domain/privacy/redaction/Marker.js"
import { Settings } from "../settings/Settings.js"

/** The rules, loaded with the first text that needs them: a pass with nothing to do starts without them. */
const loadRules = Effect.promise(() => import("../domain/privacy/Redaction.js"))

/** Takes secrets out of text, marked as the settings want it. */
export const loadRedact: Effect.Effect<Redact, never, Settings> = Effect.gen(function* () {
  const { redactionKinds } = yield* Settings
  const { redactText } = yield* loadRules
  return (text) => redactText(text, { withKinds: redactionKinds }).text
})

/** What an error says, fit to be logged, stored and reported: a server's answer or a file's name may hold a secret. */
export const safeMessageOf = (error: { readonly message: string }): Effect.Effect<string, never, Settings> =>
  Effect.map(loadRedact, (redact) => redact(error.message))
