/** What became of one file. */
export interface FileChange {
  readonly path: string
  readonly action: "add" | "update" | "delete"
  /** Where the file went, when the change also renamed it. */
  readonly movedTo: string | undefined
}

const headers: ReadonlyArray<readonly [string, FileChange["action"]]> = [
  ["*** Add File: ", "add"],
  ["*** Update File: ", "update"],
  ["*** Delete File: ", "delete"]
]
const moveHeader = "*** Move to: "

/** The files an `apply_patch` patch names, in its order; empty for a text that is no patch. */
export const patchedFiles = (patch: string): ReadonlyArray<FileChange> => {
  const changes: Array<FileChange> = []
  for (const line of patch.split("\n")) {
    const header = headers.find(([prefix]) => line.startsWith(prefix))
    const last = changes.at(-1)
    if (header !== undefined) {
      changes.push({ path: line.slice(header[0].length).trim(), action: header[1], movedTo: undefined })
    } else if (line.startsWith(moveHeader) && last !== undefined) {
      changes[changes.length - 1] = { ...last, movedTo: line.slice(moveHeader.length).trim() }
    }
  }
  return changes
}

/** The patch inside a shell command that calls `apply_patch` with a here-document, if that is what the command does. */
export const patchInCommand = (command: string): string | undefined =>
  /^\s*(?:cd [^\n]*&&\s*)?apply_patch\b/.test(command) && command.includes("*** Begin Patch")
    ? command.slice(command.indexOf("*** Begin Patch"))
    : undefined
