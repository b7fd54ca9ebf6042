import { type FileChange, replacedLine, type ReplacedLine } from "../../session/FileChange.js"
import { filesOf, filesOfPart } from "../reading/EditedFiles.js"
import { isFormatter } from "../reading/CheckMessages.js"
import type { RanPart, Step } from "../reading/Steps.js"

/** A command or an edit between a failure and the pass of its check, which may have fixed the failure. */
export interface Act {
  readonly line: number
  /** The command, verbatim; undefined for an edit by patch. */
  readonly command: string | undefined
  readonly files: ReadonlyArray<string>
  /**
   * True if the act had an effect outside the working copy. It may have helped, but memory must never recommend it as a
   * fix.
   */
  readonly replaced: ReadonlyMap<string, ReplacedLine>
  /**
   * True for a command that repairs only failures of its own kind, such as a formatter or `git`. Other failures are not
   * fixed by it.
   */
  readonly isOutside: boolean
  /** True for a command that repairs only failures of its own kind, such as a formatter or `git`. */
  readonly isTidying: boolean
}

const chores = /^git (?:add|commit|tag|fetch|clone|switch|config|init)\b|^mkdir\b/

const changesThings = ({ isOutside, kind, text }: RanPart): boolean =>
  isOutside || kind === "edit" || kind === "act" || kind === "format" || /\s--(?:fix|write)\b/.test(text.slice(0, 400))

/** Finds the changes of files that only reverted an earlier change. Such a change is no fix by itself. */
export const undoingChanges = (steps: ReadonlyArray<Step>): ReadonlySet<FileChange> => {
  const made = new Set<string>()
  const undoing = new Set<FileChange>()
  for (const change of steps.flatMap((step) => (step._tag === "EditStep" ? filesOf(step) : []))) {
    const { after, before, path } = change
    if (before !== undefined && after !== undefined && before !== after) {
      if (made.has(JSON.stringify([path, after, before]))) {
        undoing.add(change)
      }
      made.add(JSON.stringify([path, before, after]))
    }
  }
  return undoing
}

const actsOf = (step: Step, undone: ReadonlySet<FileChange>, upTo?: RanPart): ReadonlyArray<Act> => {
  if (step._tag === "EditStep") {
    const changes = filesOf(step).filter((change) => !undone.has(change))
    const files = changes.map((change) => change.movedTo ?? change.path)
    const replaced = new Map(
      changes.flatMap((change) => {
        const line = replacedLine(change)
        return line === undefined ? [] : [[change.path, line] as const]
      })
    )
    return files.length === 0
      ? []
      : [{ line: step.line, command: undefined, files, replaced, isOutside: false, isTidying: false }]
  }
  if (step._tag !== "CommandStep") {
    return []
  }
  const end = upTo === undefined ? step.parts.length : step.parts.indexOf(upTo)
  return step.parts
    .slice(0, end)
    .filter((part) => changesThings(part) && part.verdict !== "failed" && !chores.test(part.key))
    .map((part) => ({
      line: step.line,
      command: part.text,
      files: filesOfPart(part).map((change) => change.movedTo ?? change.path),
      replaced: new Map(),
      isOutside: part.isOutside,
      isTidying: isFormatter(part) || (part.program === "git" && filesOfPart(part).length === 0)
    }))
}

/** The maximum number of acts that are kept between a failure and the pass of its check; the newest ones stay. */
const mostActs = 40

/**
 * Lists the acts in the steps after index `from` up to index `to`, oldest first. If `upTo` is given, only the commands
 * before it count in the last step.
 */
export const actsBetween = (
  steps: ReadonlyArray<Step>,
  from: number,
  to: number,
  undone: ReadonlySet<FileChange>,
  upTo?: RanPart
): ReadonlyArray<Act> => {
  const acts: Array<Act> = []
  for (let index = to; index > from && acts.length < mostActs; index--) {
    const step = steps[index]
    acts.unshift(...(step === undefined ? [] : actsOf(step, undone, index === to ? upTo : undefined)))
  }
  return acts
}
