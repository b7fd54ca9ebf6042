import type { Decided, Republished } from "../../../services/Memories.js"

/** Sentences for the user that say when a decision about a fact reaches `MEMORY.md`. */
const memoryText: { readonly [State in Republished]: string } = {
  written: "MEMORY.md is written anew.",
  "running pass": "A pass works on the project now, and takes it into MEMORY.md.",
  "next pass": "The next pass writes it into MEMORY.md.",
  failed: "MEMORY.md could not be written anew; the next pass tries it again."
}

/**
 * Renders the result of a decision about a fact, such as a pin, for each directory. `done` completes the sentence for a
 * directory that changed ("is pinned"), `before` for one that did not ("was pinned before").
 */
export const decisionLines = (
  { directories, id }: Decided,
  { before, done }: { readonly done: string; readonly before: string }
): ReadonlyArray<string> =>
  directories.flatMap(({ cwd, facts, isChanged, memory }) => {
    const others = facts.filter((other) => other !== id)
    return [
      `The fact ${id} of ${cwd} ${isChanged ? done : before}.`,
      ...(isChanged && others.length > 0 ? [`So are those that its line merges: ${others.join(", ")}.`] : []),
      ...(isChanged ? [memoryText[memory]] : [])
    ]
  })
