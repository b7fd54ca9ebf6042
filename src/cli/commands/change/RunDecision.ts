import * as Effect from "effect/Effect"
import type { pinFact } from "../../../commands/DecideFact.js"
import type { CommandServices } from "../../CommandServices.js"
import type { GivenTo } from "../../CommandTable.js"
import { asUsage, givenProject, runOn } from "../../RunCommand.js"
import { print } from "../../terminal/Screen.js"
import { decisionLines } from "./DecisionText.js"

/** Runs a command that decides about the fact of `--fact`, and prints the result in the given words. */
export const runDecision = <E>(
  given: GivenTo<"pin">,
  { amending }: CommandServices<E>,
  decide: typeof pinFact,
  words: Parameters<typeof decisionLines>[1]
) =>
  runOn(
    given,
    amending,
    Effect.gen(function* () {
      const cwd = yield* givenProject(given.cwd)
      const decided = yield* asUsage("--fact", decide(given.fact, cwd))
      yield* print(given.json, decided, () => decisionLines(decided, words))
    })
  )
