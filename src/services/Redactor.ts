import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Redact, redactedBy, type SafeText } from "../domain/privacy/SafeText.js"
import { redactionKinds, Settings } from "../settings/Settings.js"

/**
 * Takes secrets out of texts, and marks them as the settings say. A text is redacted where it comes in: as a session, a file,
 * an import, an answer, an argument or an error is read. A text that comes again is not searched again.
 */
export class Redactor extends Context.Tag("rollout-memories/Redactor")<
  Redactor,
  {
    /** Loads the rules; for text that comes line by line. */
    readonly rules: Effect.Effect<Redact>
    /** Redacts a text. */
    readonly redact: (text: string) => Effect.Effect<SafeText>
    /** Makes an error's message safe to log, store and report: a server's answer or a file's name may contain a secret. */
    readonly safeMessage: (error: { readonly message: string }) => Effect.Effect<SafeText>
  }
>() {}

/** The characters of the texts that a redactor remembers; beyond them it begins anew. */
const rememberedCharacters = 1_000_000

/**
 * Applies rules once to each text: a session has most of its words in two records, and its first ones are read for the
 * index and again as a whole.
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

/** Makes a redactor of rules, which are loaded when they are first needed. */
export const make = (load: Effect.Effect<(text: string) => string>): Effect.Effect<Redactor["Type"]> =>
  Effect.map(Effect.cached(Effect.map(load, (rules) => once(redactedBy(rules)))), (rules) => {
    const redact = (text: string) => Effect.map(rules, (redactWith) => redactWith(text))
    return { rules, redact, safeMessage: ({ message }) => redact(message) }
  })

/** Loaded with the first text that needs redaction, so that a pass with nothing to do starts without the rules. */
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

/** The redactor with the rules of this package. */
export const layer: Layer.Layer<Redactor, never, Settings> = Layer.effect(
  Redactor,
  Effect.flatMap(Settings, ({ redactionKinds }) => makeOurs(redactionKinds))
)

/** Makes the redactor of a program's own lines, which are written even where other settings are not valid. */
export const makeForProgram: Effect.Effect<Redactor["Type"]> = Effect.flatMap(redactionKinds, makeOurs)

/** The redactor of a program's own lines; see {@link makeForProgram}. */
export const layerForProgram: Layer.Layer<Redactor> = Layer.effect(Redactor, makeForProgram)

/** Redacts a text with the redactor at hand. */
export const redact = (text: string) => Effect.flatMap(Redactor, (redactor) => redactor.redact(text))

/** Makes an error's message safe with the redactor at hand. */
export const safeMessage = (error: { readonly message: string }) =>
  Effect.flatMap(Redactor, (redactor) => redactor.safeMessage(error))
