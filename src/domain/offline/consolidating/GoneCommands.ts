import type { KnownFact } from "../../facts/ProjectFacts.js"
import { namesFile } from "../changes/DeletedFiles.js"
import { runsTask, tasksLostWith } from "../changes/TaskDefinitions.js"
import { placeInKey } from "../commands/CommandNames.js"
import { ageIn, type FactOf, type Sorted } from "./SortedFacts.js"

/* Finds the commands that no session can run any more, since a newer one removed the file or the task that they need. */

/** Returns a test for facts of commands: true if a newer session removed what the command needs. */
export const goneSince = (facts: Sorted): ((fact: FactOf<"Command">) => boolean) => {
  const ageOf = ageIn(facts)
  const newest = new Map<string, KnownFact & FactOf<"File">>()
  for (const fact of facts.changedFiles) {
    newest.set(fact.content.path, newest.get(fact.content.path) ?? fact)
  }
  const gone = new Map(
    [...newest].flatMap(([path, fact]) => (fact.content.isGone === true ? [[path, ageOf(fact)] as const] : []))
  )
  const tasks = facts.changedFiles.flatMap((fact) => {
    const { isGone, path, removedTasks = [] } = fact.content
    return tasksLostWith(path, isGone === true && gone.has(path), removedTasks).map((definition) => ({
      definition,
      age: ageOf(fact)
    }))
  })
  return (fact) => {
    const { command, key, program } = fact.content
    const age = ageOf(fact)
    const isGone = (path: string): boolean => (gone.get(path) ?? age) < age
    return (
      (gone.size > 0 && namesFile(command, placeInKey(key), isGone)) ||
      tasks.some((task) => task.age < age && runsTask({ key, program, text: command }, task.definition))
    )
  }
}
