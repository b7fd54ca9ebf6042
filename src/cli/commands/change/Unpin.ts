import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import { unpinFact } from "../../../commands/DecideFact.js"
import { asUsage, givenDirectory, runOn } from "../../RunCommand.js"
import type { CommandServices } from "../../CommandServices.js"
import type { Given } from "../../Options.js"
import { print } from "../../terminal/Screen.js"
import { decisionLines } from "./DecisionText.js"

/**
 * Implements `unpin`: removes the pin of a fact, so that its line may be left out of `MEMORY.md` again if there is no
 * room.
 */
export const run = <E>(
  given: Given & { readonly json: boolean; readonly fact: string; readonly cwd: Option.Option<string> },
  { amending }: CommandServices<E>
) =>
  runOn(
    given,
    amending,
    Effect.gen(function* () {
      const cwd = yield* givenDirectory(given.cwd)
      const decided = yield* asUsage("--fact", unpinFact(given.fact, cwd))
      yield* print(given.json, decided, () =>
        decisionLines(decided, { done: "is no longer pinned", before: "was not pinned" })
      )
    })
  )
