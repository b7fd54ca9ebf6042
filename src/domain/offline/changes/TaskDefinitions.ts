import { posix } from "node:path"
import { placeInKey } from "../commands/CommandNames.js"
import { changedPath, filesOf } from "../reading/EditedFiles.js"
import type { Step } from "../reading/Steps.js"

/* Finds the tasks of a project, such as targets of a makefile or scripts of a package, that a session changed. */

/** A command that may run a task: its program, its key, and its words. */
export interface TaskCommand {
  readonly program: string
  readonly key: string
  readonly text: string
}

/** The tasks that a session changed. */
export interface TaskDefinitions {
  /** True if the task that a command runs was removed or renamed after a line of the rollout, and not defined again. */
  readonly isRemovedAfter: (command: TaskCommand, line: number) => boolean
  /** True if the definition of the task that a command runs was changed after a line of the rollout. */
  readonly isChangedAfter: (command: TaskCommand, line: number) => boolean
  /** Returns the names of the tasks that the session removed from a file that defines tasks, and defined nowhere again. */
  readonly removedFrom: (file: string) => ReadonlyArray<string>
  /** True if the definition of the task that a command runs calls it deprecated, or an alias of another one. */
  readonly isDeprecated: (command: TaskCommand) => boolean
}

/** The files that define the tasks of a program; the first group that matched in `definition` is the task's name. */
interface TaskFile {
  readonly programs: ReadonlySet<string>
  readonly file: RegExp
  readonly definition: RegExp
  /** True if a directory has only one such file, so that the tasks are gone with it. */
  readonly isOnlyOne: boolean
}

const taskFiles: ReadonlyArray<TaskFile> = [
  {
    programs: new Set(["mise"]),
    file: /^\.?mise(?:\.\w{1,20})?\.toml$/,
    isOnlyOne: false,
    definition: /^\s*\[tasks\.(?:"([^"]{1,80})"|([\w:-]{1,80}))\]/gm
  },
  {
    programs: new Set(["npm", "pnpm", "yarn", "bun"]),
    file: /^package\.json$/,
    isOnlyOne: true,
    definition: /^\s*"([\w:./-]{1,80})"\s*:\s*"/gm
  },
  {
    programs: new Set(["make", "gmake"]),
    file: /^(?:GNU)?[Mm]akefile$/,
    isOnlyOne: true,
    definition: /^([\w./-]{1,80})\s*:(?!=)/gm
  },
  {
    programs: new Set(["just"]),
    isOnlyOne: true,
    file: /^\.?[Jj]ustfile$/,
    definition: /^@?([\w-]{1,80})(?: [^:=\n]{0,80})?:(?!=)/gm
  },
  {
    programs: new Set(["task"]),
    isOnlyOne: true,
    file: /^[Tt]askfile\.ya?ml$/,
    definition: /^ {2}["']?([\w:-]{1,80})["']?:\s*$/gm
  },
  {
    programs: new Set(["composer"]),
    file: /^composer\.json$/,
    isOnlyOne: true,
    definition: /^\s*"([\w:-]{1,80})"\s*:\s*["[]/gm
  }
]

/** Matches a file that is a task by itself, below a folder of such files. */
const ownFile = /^(.*\/)?(?:\.?mise-tasks|\.?mise\/tasks)\/(.{1,120})$/

/** A task of a project. */
export interface Definition {
  readonly programs: ReadonlySet<string>
  readonly directory: string
  /** The name of the task; undefined stands for every task of the file that defined them. */
  readonly name: string | undefined
  readonly isDeprecated: boolean
}

/** Matches the words with which a definition, or a comment on it, says that another task is to be used. */
const deprecated = /\bdeprecated\b|\balias (?:for|of)\b/i

/** Returns the text of one definition, up to the next one, with a comment above it. */
const definitionText = (text: string, start: number, end: number): string => {
  const [above = ""] = /(?:^|\n)[ \t]*#[^\n]{0,400}\n$/.exec(text.slice(Math.max(0, start - 402), start)) ?? []
  const [own = ""] = text.slice(start, end).split(/\n[ \t]*#[^\n]*\n?$/, 1)
  return `${above}${own}`
}

const keyOf = ({ directory, name }: Definition): string => `${directory}\0${name}`

const inDirectoryOf = (path: string): string => {
  const directory = posix.dirname(path)
  return directory === "." ? "" : directory
}

const definedIn = (path: string, text: string): ReadonlyArray<Definition> => {
  const kind = taskFiles.find(({ file }) => file.test(posix.basename(path)))
  const matches = kind === undefined ? [] : [...text.matchAll(kind.definition)]
  return matches.map(({ 1: name = "", 2: other = "", index }, at) => ({
    programs: kind?.programs ?? new Set(),
    directory: inDirectoryOf(path),
    name: name || other,
    isDeprecated: deprecated.test(definitionText(text, index, matches[at + 1]?.index ?? text.length))
  }))
}

/** Returns the task that a file is by itself; none if it is no such file. */
const ownTask = (path: string): ReadonlyArray<Definition> => {
  const [, directory = "", name] = ownFile.exec(path) ?? []
  return name === undefined
    ? []
    : [
        {
          programs: new Set(["mise"]),
          directory: directory.replace(/\/$/, ""),
          name: name.replace(/\/_default$/, "").replaceAll("/", ":"),
          isDeprecated: false
        }
      ]
}

/** True if a command runs a task. */
export const runsTask = ({ key, program, text }: TaskCommand, { directory, name, programs }: Definition): boolean =>
  programs.has(program) &&
  directory === (placeInKey(key) ?? "").replace(/\/$/, "") &&
  (name === undefined || text.slice(0, 2_000).split(/\s+/).includes(name))

/**
 * Returns the tasks that a project lost with a file, or with some of what the file defined. `isGone` is true if the
 * whole file is gone.
 */
export const tasksLostWith = (
  path: string,
  isGone: boolean,
  removed: ReadonlyArray<string>
): ReadonlyArray<Definition> => {
  const kind = taskFiles.find(({ file }) => file.test(posix.basename(path)))
  const names = isGone && kind?.isOnlyOne === true ? [undefined] : removed
  const own =
    kind === undefined
      ? []
      : names.map((name) => ({ ...kind, directory: inDirectoryOf(path), name, isDeprecated: false }))
  return [...own, ...(isGone ? ownTask(path) : [])]
}

/** Finds the tasks that the steps of a session changed, in one pass. */
export const taskDefinitions = (steps: ReadonlyArray<Step>): TaskDefinitions => {
  const changed = new Map<string, { readonly definition: Definition; file: string; line: number; isRemoved: boolean }>()
  const files = new Set<string>()
  const note = (definition: Definition, file: string, line: number, isRemoved: boolean): void => {
    changed.set(keyOf(definition), { definition, file, line, isRemoved })
  }
  for (const step of steps) {
    for (const change of filesOf(step)) {
      const removed = definedIn(change.path, change.before ?? "")
      const added = definedIn(changedPath(change), change.after ?? "")
      removed.forEach((definition) => note(definition, changedPath(change), step.line, !files.has(keyOf(definition))))
      added.forEach((definition) => note(definition, changedPath(change), step.line, false))
      if (change.action === "delete" || change.movedTo !== undefined) {
        ownTask(change.path).forEach((definition) => {
          files.delete(keyOf(definition))
          note(definition, change.path, step.line, true)
        })
      }
      if (change.action !== "delete") {
        ownTask(changedPath(change)).forEach((definition) => {
          files.add(keyOf(definition))
          note(definition, changedPath(change), step.line, false)
        })
      }
    }
  }
  const all = [...changed.values()]
  const changeOf = (command: TaskCommand, line: number) =>
    all.find((entry) => entry.line > line && runsTask(command, entry.definition))
  return {
    removedFrom: (path) =>
      all.flatMap(({ definition: { name }, file, isRemoved }) =>
        isRemoved && file === path && name !== undefined ? [name] : []
      ),
    isRemovedAfter: (command, line) => changeOf(command, line)?.isRemoved === true,
    isChangedAfter: (command, line) => changeOf(command, line) !== undefined,
    isDeprecated: (command) => {
      const change = changeOf(command, 0)
      return change?.isRemoved === false && change.definition.isDeprecated
    }
  }
}
