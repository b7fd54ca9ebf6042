import { filesOf } from "../reading/EditedFiles.js"
import { type Asked, stepsOf, type Task } from "../reading/Tasks.js"

/* Finds the answers of the assistant that a later request of the session turned into work. */

/** The verbs of an order to mend or to do something. */
const mends =
  "add|address|apply|change|clean(?: up)?|correct|do|fix|handle|implement|make|mend|patch|refactor|remove|resolve|ship|solve|update"

/** Matches an order to act on all that was said before: `fix them`, `address the findings`, `apply both`. */
const actsOnAll = new RegExp(
  `\\b(?:${mends}) (?:\\w{1,20} ){0,2}(?:everything|them|these|those|both|all)\\b|\\b(?:${mends}) (?:(?!any\\b|some\\b|most\\b|first\\b|no\\b)\\w{1,20} ){0,3}(?:findings|issues|comments|suggestions|recommendations|problems|points)\\b`,
  "i"
)

/** Matches words that take something out of all, or choose a part of it: `except the last one`, `in cart.ts`. */
const onlySome =
  /\b(?:except|but not|apart from|other than|only|first (?:\w{1,10} )?|(?:number|no\.?|#) ?\d|one|two|three|four|some|most|in|of those in|for now)\b/i

/** True if a request tells the assistant to act on all that it said before. What comes first in it decides. */
const actsOnAnswer = ({ kind, text }: Asked): boolean => {
  const [sentence = ""] = text
    .trimStart()
    .slice(0, 400)
    .split(/[.!?\n](?:\s|$)/, 1)
  return kind === "typed" && actsOnAll.test(sentence) && !onlySome.test(sentence)
}

/**
 * Returns the tasks whose answers the session acted on: the next task that changed files was requested to act on all
 * that was said. What such an answer concluded may no longer hold, whichever files were changed. Of any other answer,
 * only the conclusions about changed files are in doubt; see `findingsIn`.
 */
export const tasksActedOn = (tasks: ReadonlyArray<Task>): ReadonlySet<Task> => {
  const actedOn = new Set<Task>()
  let answered: Array<Task> = []
  for (const task of tasks) {
    const change = stepsOf(task).find((step) => filesOf(step).length > 0)
    if (change === undefined) {
      answered.push(task)
    } else {
      if (task.requests.some((request) => request.line < change.line && actsOnAnswer(request))) {
        answered.forEach((earlier) => actedOn.add(earlier))
      }
      answered = []
    }
  }
  return actedOn
}
