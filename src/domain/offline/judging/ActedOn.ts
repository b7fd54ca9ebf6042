import { filesOf } from "../reading/EditedFiles.js"
import { type Asked, stepsOf, type Task } from "../reading/Tasks.js"

/* Finds the answers of the assistant that a later request of the session turned into work. */

/** Matches an order whose object is what was said before: `fix it`, `make a PR to do that`, `address all findings`. */
const actsOnAnswer =
  /\b(?:add|address|apply|change|clean|correct|do|edit|fix|handle|implement|make|mend|patch|refactor|remove|resolve|ship|solve|unify|update)\b(?: \w{1,20}){0,2} (?:it|that|this|them|those|these|everything|both|all)\b|\bto (?:fix|mend|solve|resolve|address)(?: it| that| this)?(?=$|[\s,.;!?])|\b(?:fix|address|resolve|implement|apply) (?:\w{1,20} ){0,3}(?:findings?|issues?|comments?|feedback|suggestions?|recommendations?|problems?)\b/i

/** Matches a word of consent at the beginning of a request, before an order. */
const consents =
  /^(?:ok(?:ay)?|yes|yep|yeah|sure|alright|all right|great|good|perfect|cool|fine|go ahead|let['’]?s|agreed|ja|oui|sí|sim|да|はい|好的?|네)(?=$|[\s,.!;:。、])/iu

/** True if a request tells the assistant to act on what it said before. */
const refersBack = ({ kind, text, word }: Asked): boolean =>
  kind === "typed" &&
  (word.stance === "consents" || consents.test(text.trimStart()) || actsOnAnswer.test(text.slice(0, 400)))

/**
 * Returns the tasks whose answers the session acted on: the next task that changed files was requested with words that
 * refer back to what was said. What such an answer concluded may no longer hold, whichever files were changed.
 */
export const tasksActedOn = (tasks: ReadonlyArray<Task>): ReadonlySet<Task> => {
  const actedOn = new Set<Task>()
  let answered: Array<Task> = []
  for (const task of tasks) {
    const change = stepsOf(task).find((step) => filesOf(step).length > 0)
    if (change === undefined) {
      answered.push(task)
    } else {
      if (task.requests.some((request) => request.line < change.line && refersBack(request))) {
        answered.forEach((earlier) => actedOn.add(earlier))
      }
      answered = []
    }
  }
  return actedOn
}
