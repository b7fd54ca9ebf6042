import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import { pinFact } from "../../../commands/DecideFact.js"
import { asUsage, givenDirectory, runOn } from "../../RunCommand.js"
import type { CommandServices } from "../../CommandServices.js"
import type { Given } from "../../Options.js"
import { print } from "../../terminal/Screen.js"
import { decisionLines } from "./DecisionText.js"

/** Implements `pin`: keeps the line of a fact in `MEMORY.md`, even if there is little room. */
export const run = <E>(
  given: Given & { readonly json: boolean; readonly fact: string; readonly cwd: Option.Option<string> },
  { amending }: CommandServices<E>
) =>
  runOn(
    given,
    amending,
    Effect.gen(function* () {
      const cwd = yield* givenDirectory(given.cwd)
      const decided = yield* asUsage("--fact", pinFact(given.fact, cwd))
      yield* print(given.json, decided, () =>
        decisionLines(decided, { done: "is pinned", before: "was pinned before" })
      )
    })
  )
