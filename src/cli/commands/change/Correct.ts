import * as Effect from "effect/Effect"
import { correctFact, uncorrectFact } from "../../../commands/DecideFact.js"
import { asUsage, givenProject, runOn } from "../../RunCommand.js"
import type { CommandServices } from "../../CommandServices.js"
import type { GivenTo } from "../../CommandTable.js"
import { print } from "../../terminal/Screen.js"
import { UsageError } from "../../UsageError.js"
import { decisionLines } from "./DecisionText.js"

type CorrectGiven = GivenTo<"correct"> & { readonly words: ReadonlyArray<string> }

const correct = Effect.fnUntraced(function* (given: CorrectGiven) {
  const text = given.words.join(" ")
  if (given.undo === (text !== "")) {
    return yield* new UsageError({
      problem: `correct was given ${given.undo ? "a text to take back" : "no text"}`,
      todo: 'give the right line, `correct --fact ID "TEXT"`, or take it back with `correct --fact ID --undo`'
    })
  }
  const cwd = yield* givenProject(given.cwd)
  if (given.undo) {
    const decided = yield* asUsage("--fact", uncorrectFact(given.fact, cwd))
    return yield* print(given.json, { ...decided, text: null }, () =>
      decisionLines(decided, { done: "is told as its sessions say it", before: "was not corrected" })
    )
  }
  const { decided, isRedacted, text: line } = yield* asUsage("correct", correctFact(given.fact, cwd, text))
  yield* print(given.json, { ...decided, text: line }, () => [
    ...decisionLines(decided, { done: `now says: ${line}`, before: "was corrected so before" }),
    ...(isRedacted ? ["What looks like a secret in it was left out."] : []),
    "`correct --fact ID --undo` takes it back."
  ])
})

/** Implements `correct`: replaces the line of a fact in `MEMORY.md` by a line of the user, or undoes this. */
export const run = <E>(given: CorrectGiven, { amending }: CommandServices<E>) => runOn(given, amending, correct(given))
