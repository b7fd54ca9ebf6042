import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Redact, redactedBy, type SafeText } from "../domain/privacy/SafeText.js"
import { redactionKinds, Settings } from "../settings/Settings.js"

/**
 * Replaces secrets in texts by a marker, in the form that the settings choose. Every text from outside is redacted when
 * it is read: sessions, files, imports, answers, arguments and errors. A text that was redacted before is not searched
 * again.
 */
export class Redactor extends Context.Tag("rollout-memories/Redactor")<
  Redactor,
  {
    /** Loads the rules as a plain function, for callers that redact line by line. */
    readonly rules: Effect.Effect<Redact>
    /** Redacts a text. */
    readonly redact: (text: string) => Effect.Effect<SafeText>
    /**
     * Makes an error's message safe to log, store and report. It may contain a secret, for example in a server's answer
     * or a file's name.
     */
    readonly safeMessage: (error: { readonly message: string }) => Effect.Effect<SafeText>
  }
>() {}

/**
 * Maximum number of characters of redacted texts that are cached for reuse. When it is reached, the cache is emptied.
 */
const rememberedCharacters = 1_000_000

/**
 * Caches the result for each text. Most texts of a session occur in two records, and the first ones are read again for
 * the index.
 */
const once = (rules: Redact): Redact => {
  const known = new Map<string, SafeText>()
  let characters = 0
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) {
      return before
    }
    const redacted = rules(text)
    characters += text.length
    if (characters > rememberedCharacters) {
      known.clear()
      characters = text.length
    }
    known.set(text, redacted).set(redacted, redacted)
    return redacted
  }
}

/** Makes a redactor from rules, which are loaded when they are first used. */
export const make = (load: Effect.Effect<(text: string) => string>): Effect.Effect<Redactor["Type"]> =>
  Effect.map(Effect.cached(Effect.map(load, (rules) => once(redactedBy(rules)))), (rules) => {
    const redact = (text: string) => Effect.map(rules, (redactWith) => redactWith(text))
    return { rules, redact, safeMessage: ({ message }) => redact(message) }
  })

/** Loads the redaction rules with the first text that needs them, so that a pass with nothing to do starts faster. */
const loadRules = Effect.promise(() => import("../domain/privacy/Redaction.js"))

const makeOurs = (withKinds: boolean) =>
  make(
    Effect.map(
      loadRules,
      ({ redactText }) =>
        (text: string) =>
          redactText(text, { withKinds }).text
    )
  )

/** Provides the redactor with the rules of this package, and the form of markers that the settings choose. */
export const layer: Layer.Layer<Redactor, never, Settings> = Layer.effect(
  Redactor,
  Effect.flatMap(Settings, ({ redactionKinds }) => makeOurs(redactionKinds))
)

/** Makes the redactor for this program's messages and log. It works even if other settings are invalid. */
export const makeForProgram: Effect.Effect<Redactor["Type"]> = Effect.flatMap(redactionKinds, makeOurs)

/** Provides the redactor for this program's messages and log; see {@link makeForProgram}. */
export const layerForProgram: Layer.Layer<Redactor> = Layer.effect(Redactor, makeForProgram)

/** Redacts a text with the `Redactor` in the context. */
export const redact = (text: string) => Effect.flatMap(Redactor, (redactor) => redactor.redact(text))

/** Makes an error's message safe with the `Redactor` in the context. */
export const safeMessage = (error: { readonly message: string }) =>
  Effect.flatMap(Redactor, (redactor) => redactor.safeMessage(error))
