import { changedPath, filesOf } from "../reading/EditedFiles.js"
import { pathFrom } from "../commands/Places.js"
import type { Step } from "../reading/Steps.js"
import type { TaskCommand, TaskDefinitions } from "./TaskDefinitions.js"

/* The files and commands of a session in their state at its end, which is what a later session finds. */

/** A command with the directory in which it runs; undefined for the project's own. */
export interface PlacedCommand extends TaskCommand {
  readonly place: string | undefined
}

/** The state of a project's files and commands at the end of a session, as far as the session shows it. */
export interface StateAtEnd {
  /** Returns the path that a file has at the end; undefined if the session deleted it. */
  readonly pathOf: (path: string) => string | undefined
  /**
   * True if no later session should run the command: it names a file that was deleted or moved after its last pass, or
   * it runs a task that was removed, renamed or called deprecated.
   */
  readonly isObsolete: (command: PlacedCommand) => boolean
  /** True if a sentence names a file that is not at that path at the end, so that the sentence is out of date. */
  readonly isOutdated: (sentence: string) => boolean
}

/** The end of a file: its path there, which is undefined if it was deleted, and the line of the last change of that. */
interface FileEnd {
  path: string | undefined
  line: number
}

const bare = (word: string): string => word.replace(/^["']|["']$/g, "").replace(/^\.[\\/]/, "")

/** Matches the paths that a sentence names, without the lines of the files. */
const pathIn = /[\w@~./-]*[\w-]\/[\w@./-]*\w|[\w@-]+\.\w{1,10}/g

const isBelow = (path: string, folder: string): boolean => path.startsWith(`${folder}/`)

/** Returns the end of each file or folder that the steps of a session added, edited, moved or deleted, by its path. */
const fileEnds = (steps: ReadonlyArray<Step>): ReadonlyMap<string, FileEnd> => {
  const ends = new Map<string, FileEnd>()
  const moved = new Set<FileEnd>()
  for (const step of steps) {
    for (const change of filesOf(step)) {
      const { action, movedTo, path } = change
      const to = action === "delete" ? undefined : changedPath(change)
      if (to === undefined || movedTo !== undefined) {
        // A file that came to this path by a move goes on from here.
        for (const end of moved) {
          if (end.path === path || (end.path !== undefined && isBelow(end.path, path))) {
            end.path = to === undefined ? undefined : `${to}${end.path.slice(path.length)}`
            end.line = step.line
          }
        }
        const end = { path: to, line: step.line }
        ends.set(path, end)
        if (movedTo !== undefined) {
          moved.add(end)
        }
      }
      if (to !== undefined) {
        ends.set(to, { path: to, line: step.line })
      }
    }
  }
  return ends
}

/** The maximum number of folders above a file in which a move of the folder is searched. */
const mostFolders = 20

const foldersOf = (path: string): ReadonlyArray<string> => {
  const names = path.split("/").slice(0, mostFolders)
  return names.slice(1).map((_, index) => names.slice(0, names.length - 1 - index).join("/"))
}

/**
 * Returns the end of a path. A file without one of its own has moved with its folder. It is not taken for deleted with
 * it: what a build made is deleted often, and made again.
 */
const endOf = (ends: ReadonlyMap<string, FileEnd>, path: string): FileEnd | undefined => {
  const own = ends.get(path)
  if (own !== undefined) {
    return own
  }
  const folder = foldersOf(path).find((name) => ends.has(name))
  const end = folder === undefined ? undefined : ends.get(folder)
  return folder === undefined || end?.path === undefined || end.path === folder
    ? undefined
    : { path: `${end.path}${path.slice(folder.length)}`, line: end.line }
}

/** Finds the state of a project's files and commands at the end of a session, in one pass over its steps. */
export const stateAtEnd = (steps: ReadonlyArray<Step>, definitions: TaskDefinitions): StateAtEnd => {
  const ends = fileEnds(steps)
  const passes = new Map(
    steps.flatMap((step) =>
      step._tag === "CommandStep"
        ? step.parts.flatMap(({ key, verdict }) => (verdict === "passed" ? [[key, step.line] as const] : []))
        : []
    )
  )
  const usesGone = ({ place, text }: PlacedCommand, line: number): boolean =>
    ends.size > 0 &&
    text
      .slice(0, 4_000)
      .split(/\s+/)
      .some((word) => {
        const path = pathFrom(place, bare(word))
        const end = endOf(ends, path)
        return end !== undefined && end.path !== path && end.line > line
      })
  const pathOf = (path: string): string | undefined => {
    const end = endOf(ends, path)
    return end === undefined ? path : end.path
  }
  return {
    pathOf,
    isOutdated: (sentence) =>
      ends.size > 0 && (sentence.slice(0, 4_000).match(pathIn) ?? []).some((path) => pathOf(bare(path)) !== bare(path)),
    isObsolete: (command) => {
      const line = passes.get(command.key) ?? 0
      return definitions.isDeprecated(command) || definitions.isRemovedAfter(command, line) || usesGone(command, line)
    }
  }
}
