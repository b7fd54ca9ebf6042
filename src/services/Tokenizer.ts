import * as Effect from "effect/Effect"
import { byteLength } from "../domain/text/ByteBudget.js"

/** Characters counted at a time: a long run of one character takes the tokenizer longer the longer it is, quadratically. */
const sliceCharacters = 2_000

/** Slices between which other fibers get their turn: a slice takes about half a millisecond. */
const slicesPerTurn = 16

/** Text that only looks like a special token is text. */
const options = { disallowedSpecial: new Set<string>() }

/** The models before GPT-4o, and what is named like them, have the older tokenizer. */
const isOlder = (model: string): boolean => /^(?:gpt-4(?!o|\.1|\.5)|gpt-3\.5|text-embedding)/.test(model)

/** The tables are megabytes: loaded with the first text that must be counted. */
const load = (model: string) =>
  isOlder(model)
    ? Effect.promise(() => import("./tokens/Cl100kBase.js"))
    : Effect.promise(() => import("./tokens/O200kBase.js"))

/**
 * Counts a text's tokens as a model does; a model that is not known is taken for one of the newest. A text whose bytes
 * would take unreasonably long to count cannot occur: callers bound what they count.
 */
export const counterFor = (model: string): Effect.Effect<(text: string) => Effect.Effect<number>> =>
  Effect.map(Effect.cached(load(model)), (loaded) =>
    Effect.fnUntraced(function* (text: string) {
      if (text === "") {
        return 0
      }
      const { countTokens } = yield* loaded
      let tokens = 0
      for (let start = 0, slices = 1; start < text.length; start += sliceCharacters, slices++) {
        tokens += countTokens(text.slice(start, start + sliceCharacters), options)
        if (slices % slicesPerTurn === 0) {
          yield* Effect.yieldNow()
        }
      }
      // Cutting a character in two makes more of it than it is.
      return Math.min(tokens, byteLength(text))
    })
  )

/** Counts as the newest models do, for a text that goes to a model nobody has named. */
export const newestCounter = counterFor("gpt-5")
