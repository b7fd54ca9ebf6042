import { posix } from "node:path"
import type { FileChange } from "../../session/FileChange.js"
import { changedPath, filesOf, isPassing } from "../reading/EditedFiles.js"
import type { RanPart, Step } from "../reading/Steps.js"

/*
 * Finds the changes of files that a later patch, deletion or `git` command undid. Such a change fixed nothing that
 * failed afterwards, and nothing of it is left in the project.
 */

/** The changes of files that a session undid later. */
export interface UndoneChanges {
  /**
   * True if a change was undone by the line `upTo` of the rollout, or only undid another change. Without `upTo`, the
   * whole session counts.
   */
  readonly isUndone: (line: number, change: FileChange, upTo?: number) => boolean
  /** True if a change that was made before the line `from` was undone between the lines `from` and `to`. */
  readonly areUndoneBetween: (from: number, to: number) => boolean
}

interface Standing {
  readonly line: number
  readonly change: FileChange
}

const keyOf = (line: number, change: FileChange): string => `${line} ${changedPath(change)}`

/** True if the second change undoes the first one, so that the file is as before. */
const reverses = (second: FileChange, first: FileChange): boolean =>
  first.movedTo === undefined && second.movedTo === undefined
    ? first.before !== undefined &&
      first.after !== undefined &&
      first.before !== first.after &&
      first.before === second.after &&
      first.after === second.before
    : first.movedTo === second.path && second.movedTo === first.path && (first.before ?? "") === (second.after ?? "")

/** The files that a `git` command restores. `isEvenNew` is true if it also removes files that `git` does not track. */
interface Restoring {
  readonly holds: (path: string) => boolean
  readonly isEvenNew: boolean
}

const placesOf = (words: ReadonlyArray<string>, directory: string | undefined): Restoring["holds"] => {
  const places = words.map((word) =>
    word === ":/" ? "." : posix.normalize(posix.join(directory ?? "", word)).replace(/\/$/, "")
  )
  return (path) => places.some((place) => place === "." || path === place || path.startsWith(`${place}/`))
}

const makesBranch = /\s(?:-[bB]|--orphan)\s/
const valueOptions = /^(?:-m|--message|-s|--source)$/

/** Returns the files that a `git` command restores to an earlier state; undefined if it restores none. */
const restoringOf = ({ narrowing, place, program, text }: RanPart): Restoring | undefined => {
  const [verb = "", ...words] = program === "git" ? narrowing : []
  const has = (...options: ReadonlyArray<string>): boolean => options.some((option) => words.includes(option))
  const operands = words.filter((word, index) => !word.startsWith("-") && !valueOptions.test(words[index - 1] ?? ""))
  const named = placesOf(operands, place)
  const all = placesOf([place ?? "."], undefined)
  switch (verb) {
    case "checkout":
      return makesBranch.test(text) || has("-p", "--patch") ? undefined : { holds: named, isEvenNew: false }
    case "restore":
      return (has("--staged", "-S") && !has("--worktree", "-W")) || has("-p", "--patch")
        ? undefined
        : { holds: named, isEvenNew: false }
    case "reset":
      return has("--hard") ? { holds: placesOf(["."], undefined), isEvenNew: false } : undefined
    case "stash": {
      const isPush = operands.length === 0 || operands[0] === "push" || operands[0] === "save"
      const files = operands[0] === "push" ? operands.slice(1) : []
      return isPush && !has("-p", "--patch", "--keep-index")
        ? {
            holds: files.length === 0 ? placesOf(["."], undefined) : placesOf(files, place),
            isEvenNew: has("-u", "--include-untracked", "-a", "--all")
          }
        : undefined
    }
    case "clean":
      return words.some((word) => /^-[a-z]*f|^--force$/.test(word)) && !has("-n", "--dry-run")
        ? { holds: operands.length === 0 ? all : named, isEvenNew: true }
        : undefined
    default:
      return undefined
  }
}

/** Finds the changes that were undone, in one pass over the steps of a session. */
export const undoneChanges = (steps: ReadonlyArray<Step>): UndoneChanges => {
  const undoneAt = new Map<string, number>()
  const standing = new Map<string, ReadonlyArray<Standing>>()
  let stashed: ReadonlyArray<readonly [string, ReadonlyArray<Standing>]> = []

  const undo = (line: number, undone: ReadonlyArray<Standing>): void =>
    undone.forEach((one) => undoneAt.set(keyOf(one.line, one.change), line))

  const apply = (line: number, change: FileChange): void => {
    const path = changedPath(change)
    const known = standing.get(change.path) ?? []
    if (change.action === "delete") {
      undo(line, known)
      if (known.some((one) => one.change.action === "add")) {
        undoneAt.set(keyOf(line, change), line)
      }
      standing.delete(change.path)
      return
    }
    const reversed = known.find((one) => reverses(change, one.change))
    standing.delete(change.path)
    if (reversed === undefined) {
      standing.set(path, [...known, { line, change }])
    } else {
      undo(line, [reversed])
      undoneAt.set(keyOf(line, change), line)
      standing.set(
        path,
        known.filter((one) => one !== reversed)
      )
    }
  }

  const takeBack = (line: number, { holds, isEvenNew }: Restoring, isStash: boolean, isClean: boolean): void => {
    const taken = [...standing].filter(([path, changes]) => {
      const isNew = changes.some(({ change }) => change.action === "add")
      return holds(path) && (isClean ? isNew : isEvenNew || !isNew)
    })
    for (const [path, changes] of taken) {
      undo(line, changes)
      standing.delete(path)
    }
    stashed = isStash ? taken : stashed
  }

  const control = (line: number, part: RanPart): void => {
    const verb = part.program === "git" ? part.narrowing[0] : undefined
    const restoring = restoringOf(part)
    if (restoring !== undefined) {
      takeBack(line, restoring, verb === "stash", verb === "clean")
    } else if (verb === "stash" && /^(?:pop|apply)$/.test(part.narrowing[1] ?? "")) {
      for (const [path, changes] of stashed) {
        changes.forEach((one) => undoneAt.delete(keyOf(one.line, one.change)))
        standing.set(path, [...changes, ...(standing.get(path) ?? [])])
      }
      stashed = []
    } else if (verb === "commit") {
      // What is committed stays when the working copy is restored.
      standing.clear()
    }
  }

  for (const step of steps) {
    filesOf(step).forEach((change) => apply(step.line, change))
    for (const part of step._tag === "CommandStep" && step.hasEnded ? step.parts : []) {
      // What is done in a repository elsewhere changes nothing here.
      if (part.verdict !== "failed" && !isPassing(`${part.place ?? ""}/`)) {
        control(step.line, part)
      }
    }
  }
  return {
    isUndone: (line, change, upTo = Number.POSITIVE_INFINITY) => {
      const at = undoneAt.get(keyOf(line, change))
      return at !== undefined && at <= upTo
    },
    areUndoneBetween: (from, to) =>
      [...undoneAt].some(([key, at]) => at > from && at <= to && Number.parseInt(key, 10) < from)
  }
}
