import * as Effect from "effect/Effect"
import { Memories } from "rollout-memories"
import * as Layers from "rollout-memories/layers"

/** One for the host's lifetime. */
export const memoriesIn = (codexHome: string) => Layers.memories({ settings: { codexHome } })

/** A tool of an agent: the lines of this directory's memories that have every word. */
export const recall = Effect.fn("recall")(function* (cwd: string, words: ReadonlyArray<string>) {
  const { search } = yield* Memories
  const { hits } = yield* search({ words, cwd })
  return hits.map(({ place, title }) => `${title}, line ${place.line}: ${place.text}`)
})
