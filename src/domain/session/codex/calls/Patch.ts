import { type FileChange, withDiff } from "../../FileChange.js"

const headers: ReadonlyArray<readonly [string, FileChange["action"]]> = [
  ["*** Add File: ", "add"],
  ["*** Update File: ", "update"],
  ["*** Delete File: ", "delete"]
]
const moveHeader = "*** Move to: "

/** Reads the changes of an `apply_patch` patch, in order; empty for a text that is not a patch. */
export const patchedFiles = (patch: string): ReadonlyArray<FileChange> => {
  const changes: Array<{ readonly change: FileChange; readonly diff: Array<string> }> = []
  for (const line of patch.split("\n")) {
    const header = headers.find(([prefix]) => line.startsWith(prefix))
    const last = changes.at(-1)
    if (header !== undefined) {
      const path = line.slice(header[0].length).trim()
      changes.push({ change: { path, action: header[1], movedTo: undefined }, diff: [] })
    } else if (line.startsWith(moveHeader) && last !== undefined) {
      changes[changes.length - 1] = {
        ...last,
        change: { ...last.change, movedTo: line.slice(moveHeader.length).trim() }
      }
    } else {
      last?.diff.push(line)
    }
  }
  return changes.map(({ change, diff }) => withDiff(change, diff))
}

/**
 * Returns the patch in a shell command that calls `apply_patch` with a here-document; undefined for any other command.
 */
export const patchInCommand = (command: string): string | undefined =>
  /^\s*(?:cd [^\n]*&&\s*)?apply_patch\b/.test(command) && command.includes("*** Begin Patch")
    ? command.slice(command.indexOf("*** Begin Patch"))
    : undefined
