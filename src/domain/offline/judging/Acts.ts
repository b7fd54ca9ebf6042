import { type FileChange, replacedLine, type ReplacedLine } from "../../session/FileChange.js"
import { changedPath, filesOf, filesOfPart } from "../reading/EditedFiles.js"
import { isFormatter } from "../reading/PartOutput.js"
import type { RanPart, Step } from "../reading/Steps.js"
import type { UndoneChanges } from "./UndoneChanges.js"

/** A command or an edit between a failure and the pass of its check, which may have fixed the failure. */
export interface Act {
  readonly line: number
  /** The command, verbatim; undefined for an edit by patch. */
  readonly command: string | undefined
  readonly files: ReadonlyArray<string>
  /** The earlier names of the files that were renamed, by their new names. */
  readonly renamed: ReadonlyMap<string, string>
  /** The one line that a patch replaced, by file; a file that it changed in any other way is absent. */
  readonly replaced: ReadonlyMap<string, ReplacedLine>
  /**
   * True if the act had an effect outside the working copy. It may have helped, but memory must never recommend it as a
   * fix.
   */
  readonly isOutside: boolean
  /** True for a command that repairs only failures of its own kind, such as a formatter or `git`. */
  readonly isTidying: boolean
}

const chores = /^git (?:add|commit|tag|fetch|clone|switch|config|init)\b|^mkdir\b/

const changesThings = ({ isOutside, kind, text }: RanPart): boolean =>
  isOutside || kind === "edit" || kind === "act" || kind === "format" || /\s--(?:fix|write)\b/.test(text.slice(0, 400))

const renamesIn = (changes: ReadonlyArray<FileChange>): ReadonlyMap<string, string> =>
  new Map(changes.flatMap(({ movedTo, path }) => (movedTo === undefined ? [] : [[movedTo, path] as const])))

const actsOf = (step: Step, { isUndone }: UndoneChanges, by: number, upTo?: RanPart): ReadonlyArray<Act> => {
  if (step._tag === "EditStep") {
    const changes = filesOf(step).filter((change) => !isUndone(step.line, change, by))
    const files = changes.map(changedPath)
    const replaced = new Map(
      changes.flatMap((change) => {
        const line = replacedLine(change)
        return line === undefined ? [] : [[change.path, line] as const]
      })
    )
    return files.length === 0
      ? []
      : [
          {
            line: step.line,
            command: undefined,
            files,
            renamed: renamesIn(changes),
            replaced,
            isOutside: false,
            isTidying: false
          }
        ]
  }
  if (step._tag !== "CommandStep") {
    return []
  }
  const end = upTo === undefined ? step.parts.length : step.parts.indexOf(upTo)
  return step.parts
    .slice(0, end)
    .filter((part) => changesThings(part) && part.verdict !== "failed" && !chores.test(part.key))
    .map((part) => ({ part, changes: filesOfPart(part) }))
    .filter(({ changes }) => changes.length === 0 || changes.some((change) => !isUndone(step.line, change, by)))
    .map(({ changes, part }) => ({
      line: step.line,
      command: part.text,
      files: changes.map(changedPath),
      renamed: renamesIn(changes),
      replaced: new Map(),
      isOutside: part.isOutside,
      isTidying: isFormatter(part) || (part.program === "git" && changes.length === 0)
    }))
}

/** The maximum number of acts that are kept between a failure and the pass of its check; the newest ones stay. */
const mostActs = 40

/**
 * Lists the acts in the steps after index `from` up to index `to`, oldest first, without changes that were undone
 * before line `by`. If `upTo` is given, only the commands before it count in the last step.
 */
export const actsBetween = (
  steps: ReadonlyArray<Step>,
  from: number,
  to: number,
  undone: UndoneChanges,
  by: number,
  upTo?: RanPart
): ReadonlyArray<Act> => {
  const acts: Array<Act> = []
  for (let index = to; index > from && acts.length < mostActs; index--) {
    const step = steps[index]
    acts.unshift(...(step === undefined ? [] : actsOf(step, undone, by, index === to ? upTo : undefined)))
  }
  return acts
}
