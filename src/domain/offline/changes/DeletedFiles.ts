import type { FileChange } from "../../session/FileChange.js"
import { filesOf } from "../reading/EditedFiles.js"
import type { Step } from "../reading/Steps.js"
import type { UndoneChanges } from "./UndoneChanges.js"

const bare = (path: string): string => path.replace(/^["']|["']$/g, "").replace(/^\.[\\/]/, "")

/** The end of a file that is gone at the end of a session. */
export interface GoneFile {
  /** The line of the step that deleted it or moved it away. */
  readonly line: number
  /** The path to which it was moved; undefined if it was deleted. */
  readonly movedTo: string | undefined
  readonly change: FileChange
}

/** Returns the files that the steps of a session deleted or moved away, and that were not made again. */
const deletedIn = (steps: ReadonlyArray<Step>): ReadonlyMap<string, GoneFile> => {
  const deleted = new Map<string, GoneFile>()
  for (const step of steps) {
    for (const change of filesOf(step)) {
      const { action, movedTo, path } = change
      if (action === "delete" || movedTo !== undefined) {
        deleted.set(path, { line: step.line, movedTo, change })
      } else {
        deleted.delete(path)
      }
      deleted.delete(movedTo ?? "")
    }
  }
  return deleted
}

/**
 * Returns the files of the project that are gone at the end of a session. A file that the session itself had made, or
 * that came back, is none of them.
 */
export const goneFiles = (
  steps: ReadonlyArray<Step>,
  { isUndone }: Pick<UndoneChanges, "isUndone">
): ReadonlyMap<string, GoneFile> =>
  new Map([...deletedIn(steps)].filter(([, { change, line }]) => !isUndone(line, change)))

/** True if a command names a file by its path, from the project's directory or from the command's own. */
export const namesFile = (text: string, directory: string | undefined, isFile: (path: string) => boolean): boolean =>
  text
    .slice(0, 4_000)
    .split(/\s+/)
    .map(bare)
    .some((word) => isFile(word) || (directory !== undefined && isFile(`${directory.replace(/[/\\]$/, "")}/${word}`)))
