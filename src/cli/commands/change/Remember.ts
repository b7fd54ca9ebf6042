import * as Effect from "effect/Effect"
import { remember } from "../../../commands/Remember.js"
import { asUsage, projectOf, runOn } from "../../RunCommand.js"
import type { CommandServices } from "../../CommandServices.js"
import type { Given } from "../../Options.js"
import { print } from "../../terminal/Screen.js"

/** Implements `remember`: stores a note of the user, which every consolidation of the directory includes. */
export const run = <E>(
  given: Given & { readonly json: boolean; readonly cwd: string; readonly words: ReadonlyArray<string> },
  { amending }: CommandServices<E>
) =>
  runOn(
    given,
    amending,
    Effect.gen(function* () {
      const cwd = yield* projectOf(given.cwd)
      const { isRedacted, remembered } = yield* asUsage("remember", remember(cwd, given.words.join(" ")))
      yield* print(given.json, remembered, () => [
        `Noted for ${cwd}: ${remembered.note}`,
        ...(!isRedacted ? [] : ["What looks like a secret in it was left out."]),
        "It stands in MEMORY.md from the next pass on; `rollout-memories forget --match TEXT` takes it away."
      ])
    })
  )
