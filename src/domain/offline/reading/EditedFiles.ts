import type { FileChange } from "../../session/FileChange.js"
import type { CommandPart } from "../commands/CommandNames.js"
import { pathFrom } from "../commands/Places.js"
import type { RanPart, Step } from "./Steps.js"

/* Finds the files that a command changed, if its words name them. */

const redirected = /(?:^|[^<>&\d-])(>>?)\s{0,3}(?!&|\/dev\/|\(|\$)(["']?)([^\s"'|&;<>]{1,300})\2/

const operandsOf = (part: CommandPart): ReadonlyArray<string> =>
  part.narrowing.filter((word) => !word.startsWith("-")).map(bare)

const bare = (path: string): string => path.replace(/^\.[\\/]/, "")

const update = (path: string): FileChange => ({ path, action: "update", movedTo: undefined })

/**
 * True if a path is not known to be in the project: it contains a variable or a pattern, or is in a directory for
 * temporary files.
 */
export const isPassing = (path: string): boolean => /[$*?]|%\w+%|^(?:\/private)?\/(?:tmp|var\/folders|dev)\//.test(path)

/** Returns the path of a file after a change. */
export const changedPath = ({ movedTo, path }: FileChange): string => movedTo ?? path

/**
 * Returns the files that a part of a command changed: by moving, deleting, redirecting output or editing in place. Their
 * paths are relative to the project.
 */
export const filesOfPart = (part: RanPart): ReadonlyArray<FileChange> =>
  changesOf(part)
    .map((change) => ({
      ...change,
      path: pathFrom(part.place, change.path),
      movedTo: change.movedTo === undefined ? undefined : pathFrom(part.place, change.movedTo)
    }))
    .filter((change) => !isPassing(changedPath(change)))

const changesOf = (part: CommandPart): ReadonlyArray<FileChange> => {
  if (part.kind !== "edit") {
    return []
  }
  const given = operandsOf(part)
  const isGit = part.program === "git"
  const verb = isGit ? given[0] : part.program
  const files = isGit ? given.slice(1) : given
  switch (verb) {
    case "mv":
    case "move-item":
    case "ren": {
      const [from, to] = files
      return files.length === 2 && from !== undefined && to !== undefined
        ? [{ path: from, action: "update", movedTo: to.endsWith("/") ? `${to}${from.split("/").at(-1) ?? ""}` : to }]
        : []
    }
    case "rm":
    case "unlink":
    case "remove-item":
      return files.map((path) => ({ path, action: "delete", movedTo: undefined }))
    case "cp":
    case "copy-item": {
      const [from, to] = files
      return files.length === 2 && from !== undefined && to?.endsWith("/") === true
        ? [{ path: `${to}${from.split("/").at(-1) ?? ""}`, action: "add", movedTo: undefined }]
        : files.slice(-1).map((path) => ({ path, action: "add", movedTo: undefined }))
    }
    case "touch":
    case "new-item":
      return files.slice(-1).map((path) => ({ path, action: "add", movedTo: undefined }))
    case "sed":
    case "perl":
      return files.slice(1).map(update)
    case "tee":
    case "set-content":
    case "add-content":
      return files.slice(0, 1).map(update)
    default: {
      const target = redirected.exec((part.pipeline.text.split("\n", 1)[0] ?? "").slice(0, 4_000))?.[3]
      return target === undefined ? [] : [update(bare(target))]
    }
  }
}

/** Returns the files that a step changed; empty if the record does not show that the step did it. */
export const filesOf = (step: Step): ReadonlyArray<FileChange> =>
  step._tag === "EditStep"
    ? step.end === "applied"
      ? step.changes
      : []
    : step._tag === "CommandStep"
      ? step.parts.filter(({ verdict }) => step.hasEnded && verdict !== "failed").flatMap(filesOfPart)
      : []
