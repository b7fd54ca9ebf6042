import { type FileChange, replacedLine, type ReplacedLine } from "../../session/FileChange.js"
import { changedPath, filesOf, filesOfPart } from "../reading/EditedFiles.js"
import { isFormatter } from "../verdicts/PartOutput.js"
import { isRefused, type RanPart, type Step } from "../reading/Steps.js"
import type { UndoneChanges } from "../changes/UndoneChanges.js"

/** A command or an edit between a failure and the pass of its check, which may have fixed the failure. */
export interface Act {
  readonly line: number
  /** The command, verbatim; undefined for an edit by patch. */
  readonly command: string | undefined
  readonly files: ReadonlyArray<string>
  readonly changes: ReadonlyArray<FileChange>
  /** The one line that a patch replaced, by file; a file that it changed in any other way is absent. */
  readonly replaced: ReadonlyMap<string, ReplacedLine>
  /**
   * True if the act had an effect outside the working copy. It may have helped, but memory must never recommend it as a
   * fix.
   */
  readonly isOutside: boolean
  /** True for a command that mends only failures of its own kind, such as a formatter or `git`. */
  readonly isTidying: boolean
  /** True for a check that repairs what it finds, such as `lint:fix`. It mends only what checks of its kind find. */
  readonly isRepair: boolean
}

const chores = /^git (?:-C \S{1,200} )?(?:add|commit|tag|fetch|clone|switch|config|init)\b|^mkdir\b/

/** Matches the option, or the name of a script, by which a check repairs what it finds: `--fix`, `lint:fix`, `pnpm fix`. */
const repairs = /\s--(?:fix|write)\b|(?:^|[\s:])(?:auto-?)?fix(?=$|[\s:])/

const isRepairing = ({ text }: RanPart): boolean => repairs.test(text.slice(0, 400))

const changesThings = (part: RanPart): boolean =>
  part.isOutside || part.kind === "edit" || part.kind === "act" || part.kind === "format" || isRepairing(part)

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
            changes,
            replaced,
            isOutside: false,
            isTidying: false,
            isRepair: false
          }
        ]
  }
  if (step._tag !== "CommandStep" || isRefused(step)) {
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
      changes,
      replaced: new Map(),
      isOutside: part.isOutside,
      isTidying: isFormatter(part) || (part.program === "git" && changes.length === 0),
      isRepair: isRepairing(part)
    }))
}

/** Matches a command that generates files, such as code from a schema. */
const generates = /\b(?:generate|codegen|gen)\b/

/** True if a command makes files that others need: a build, or a generator of code. */
const isMaker = ({ isOutside, kind, text, verdict }: RanPart): boolean =>
  verdict === "passed" && !isOutside && (kind === "build" || (kind === "run" && generates.test(text.slice(0, 400))))

/**
 * Lists the commands after index `from` up to index `to` that made files which others need, oldest first, such as a
 * build. They are no acts, since most builds only check.
 */
export const makersBetween = (
  steps: ReadonlyArray<Step>,
  from: number,
  to: number,
  upTo: RanPart | undefined
): ReadonlyArray<string> => {
  const parts = steps.slice(from + 1, to + 1).flatMap((step) => (step._tag === "CommandStep" ? step.parts : []))
  const end = upTo === undefined ? -1 : parts.indexOf(upTo)
  return [
    ...new Set(
      parts
        .slice(0, end === -1 ? parts.length : end)
        .filter(isMaker)
        .map(({ text }) => text)
    )
  ]
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
