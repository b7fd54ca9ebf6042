import { filesOf } from "../reading/EditedFiles.js"
import type { RanPart, Step } from "../reading/Steps.js"

const bare = (path: string): string => path.replace(/^["']|["']$/g, "").replace(/^\.[\\/]/, "")

/** Returns the files that the steps of a session deleted or moved away, and that were not made again. */
const deletedIn = (steps: ReadonlyArray<Step>): ReadonlySet<string> => {
  const deleted = new Set<string>()
  for (const { action, movedTo, path } of steps.flatMap(filesOf)) {
    if (action === "delete" || movedTo !== undefined) {
      deleted.add(path)
    } else {
      deleted.delete(path)
    }
    deleted.delete(movedTo ?? "")
  }
  return deleted
}

/**
 * Returns a test for commands: true if the command names a file that is gone at the end of the session, so that no
 * later session can run it.
 */
export const usesDeleted = (steps: ReadonlyArray<Step>): ((part: RanPart) => boolean) => {
  const deleted = deletedIn(steps)
  return ({ directory, text }) => {
    const words = deleted.size === 0 ? [] : text.slice(0, 4_000).split(/\s+/).map(bare)
    return words.some(
      (word) =>
        deleted.has(word) || (directory !== undefined && deleted.has(`${directory.replace(/[/\\]$/, "")}/${word}`))
    )
  }
}
