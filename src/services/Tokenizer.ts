import * as Effect from "effect/Effect"
import { byteLength } from "../domain/text/ByteBudget.js"

/**
 * Number of characters that are counted at a time. The tokenizer needs quadratic time for a long run of one character,
 * so longer texts are counted in slices.
 */
const sliceCharacters = 2_000

/** Number of slices that are counted before other fibers may run. One slice takes about half a millisecond. */
const slicesPerTurn = 16

/**
 * Options of the tokenizer. They make it count text that looks like a special token as ordinary text, instead of
 * rejecting it.
 */
const options = { disallowedSpecial: new Set<string>() }

/** True for models before GPT-4o and models named like them, which use the older tokenizer (`cl100k_base`). */
const isOlder = (model: string): boolean => /^(?:gpt-4(?!o|\.1|\.5)|gpt-3\.5|text-embedding)/.test(model)

/**
 * Factor by which a model makes more tokens of a text than the table has. Anthropic publishes no table; its newer models
 * make up to a third more of the same text.
 */
const factorOf = (model: string): number => (model.startsWith("claude") ? 1.4 : 1)

/** Loads the token table of a model when the first text is counted, since a table has several megabytes. */
const load = (model: string) =>
  isOlder(model)
    ? Effect.promise(() => import("./tokens/Cl100kBase.js"))
    : Effect.promise(() => import("./tokens/O200kBase.js"))

/**
 * Returns a function that counts a text's tokens as a model does; an unknown model counts like the newest ones. The
 * time is not bounded here: callers limit the size of the text.
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
      return Math.min(Math.ceil(tokens * factorOf(model)), byteLength(text))
    })
  )

/** Counts tokens as the newest models do, for text that goes to an unknown model. */
export const newestCounter = counterFor("gpt-5")
