import { posix } from "node:path"
import { placeInKey } from "../reading/CommandNames.js"
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
  /** True if the definition of the task that a command runs calls it deprecated, or an alias of another one. */
  readonly isDeprecated: (command: TaskCommand) => boolean
}

/** The files that define the tasks of a program; the first group that matched in `definition` is the task's name. */
interface TaskFile {
  readonly programs: ReadonlySet<string>
  readonly file: RegExp
  readonly definition: RegExp
}

const taskFiles: ReadonlyArray<TaskFile> = [
  {
    programs: new Set(["mise"]),
    file: /^\.?mise(?:\.\w{1,20})?\.toml$/,
    definition: /^\s*\[tasks\.(?:"([^"]{1,80})"|([\w:-]{1,80}))\]/gm
  },
  {
    programs: new Set(["npm", "pnpm", "yarn", "bun"]),
    file: /^package\.json$/,
    definition: /^\s*"([\w:./-]{1,80})"\s*:\s*"/gm
  },
  {
    programs: new Set(["make", "gmake"]),
    file: /^(?:GNU)?[Mm]akefile$/,
    definition: /^([\w./-]{1,80})\s*:(?!=)/gm
  },
  { programs: new Set(["just"]), file: /^\.?[Jj]ustfile$/, definition: /^@?([\w-]{1,80})(?: [^:=\n]{0,80})?:(?!=)/gm },
  { programs: new Set(["task"]), file: /^[Tt]askfile\.ya?ml$/, definition: /^ {2}["']?([\w:-]{1,80})["']?:\s*$/gm },
  {
    programs: new Set(["composer"]),
    file: /^composer\.json$/,
    definition: /^\s*"([\w:-]{1,80})"\s*:\s*["[]/gm
  }
]

/** Matches a file that is a task by itself, below a folder of such files. */
const ownFile = /^(.*\/)?(?:\.?mise-tasks|\.?mise\/tasks)\/(.{1,120})$/

interface Definition {
  readonly programs: ReadonlySet<string>
  readonly directory: string
  readonly name: string
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

/** Finds the tasks that the steps of a session changed, in one pass. */
export const taskDefinitions = (steps: ReadonlyArray<Step>): TaskDefinitions => {
  const changed = new Map<string, { readonly definition: Definition; line: number; isRemoved: boolean }>()
  const files = new Set<string>()
  const note = (definition: Definition, line: number, isRemoved: boolean): void => {
    changed.set(keyOf(definition), { definition, line, isRemoved })
  }
  for (const step of steps) {
    for (const change of filesOf(step)) {
      const removed = definedIn(change.path, change.before ?? "")
      const added = definedIn(changedPath(change), change.after ?? "")
      removed.forEach((definition) => note(definition, step.line, !files.has(keyOf(definition))))
      added.forEach((definition) => note(definition, step.line, false))
      if (change.action === "delete" || change.movedTo !== undefined) {
        ownTask(change.path).forEach((definition) => {
          files.delete(keyOf(definition))
          note(definition, step.line, true)
        })
      }
      if (change.action !== "delete") {
        ownTask(changedPath(change)).forEach((definition) => {
          files.add(keyOf(definition))
          note(definition, step.line, false)
        })
      }
    }
  }
  const all = [...changed.values()]
  const changeOf = ({ key, program, text }: TaskCommand, line: number) => {
    const words = new Set(text.slice(0, 2_000).split(/\s+/))
    return all.find(
      (entry) =>
        entry.line > line &&
        entry.definition.programs.has(program) &&
        words.has(entry.definition.name) &&
        entry.definition.directory === (placeInKey(key) ?? "").replace(/\/$/, "")
    )
  }
  return {
    isRemovedAfter: (command, line) => changeOf(command, line)?.isRemoved === true,
    isChangedAfter: (command, line) => changeOf(command, line) !== undefined,
    isDeprecated: (command) => {
      const change = changeOf(command, 0)
      return change?.isRemoved === false && change.definition.isDeprecated
    }
  }
}
