import type { FileChange } from "../../session/FileChange.js"
import { changedPath, filesOf } from "../reading/EditedFiles.js"
import { missingModuleIn } from "./ErrorNames.js"
import { remarkOn } from "../judging/Explanations.js"
import type { Step } from "../reading/Steps.js"
import type { TaskReport } from "../judging/TaskReport.js"
import { saidIn, stepsOf } from "../reading/Tasks.js"
import { inCode, plainLine, quoted } from "./Wording.js"

/* The files of a task, each with the reason why it matters. */

const mostPointers = 8

/** A file that a trace memory points to. */
export interface Pointer {
  readonly path: string
  /** The reason why the file is listed, in words: the change that the task made to it, or that it was read. */
  readonly note: string
  readonly line: number
  /** The assistant's remark on the file; undefined if there is none. */
  readonly remark: string | undefined
}

const noteOf = ({ action, movedTo, path }: FileChange): string =>
  movedTo !== undefined
    ? `renamed from ${inCode(path, 120)}`
    : action === "add"
      ? "added"
      : action === "delete"
        ? "deleted"
        : "edited"

/** Matches a remark that says what was done to a file, and not what the file is for. */
const history =
  /^(?:also )?(?:added|removed|deleted|switched|rewired|committed|pushed|updated|changed|edited|fixed|moved|renamed|replaced|extracted|refactored|tightened|threaded|implemented|migrated|converted|filled|bumped|reverted|cleaned|created|wrote|introduced|adjusted|tweaked|corrected|wired|simplified)\b(?!.*;)/i
const published = /\b(?:committed (?:it )?as|pushed\b|opened (?:a |the )?(?:PR|pull request|merge request))/i

/**
 * Lists the files that a task changed, with the assistant's remarks on them. A file that a later task moved has its last
 * path, and one that a later task deleted is left out.
 */
export const editedFiles = (report: TaskReport): ReadonlyArray<Pointer> => {
  const messages = saidIn(report.task)
  const found = new Map<string, Pointer>()
  for (const step of stepsOf(report.task)) {
    for (const change of filesOf(step).filter((change) => !report.undone.isUndone(step.line, change))) {
      const path = changedPath(change)
      if (change.movedTo !== undefined) {
        found.delete(change.path)
      }
      const known = found.get(path)
      const isEditedAgain = known !== undefined && change.action === "update" && change.movedTo === undefined
      const note = isEditedAgain ? known.note : noteOf(change)
      found.set(path, { path, note, line: known?.line ?? step.line, remark: undefined })
    }
  }
  const pointers = [...found.values()]
  return pointers.flatMap((pointer) => {
    const path = pointer.note === "deleted" ? pointer.path : report.atEnd.pathOf(pointer.path)
    if (path === undefined) {
      return []
    }
    if (path !== pointer.path) {
      // What the assistant said of the file was about its old path.
      return [{ ...pointer, path, note: `${pointer.note} as ${inCode(pointer.path, 120)}, moved later` }]
    }
    const said = remarkOn(
      pointer.path,
      messages.filter(({ line }) => line > pointer.line),
      report.paths
    )
    const isHistory = said !== undefined && (published.test(said) || (pointer.note === "edited" && history.test(said)))
    const isPast = isHistory || (said !== undefined && report.atEnd.isOutdated(said))
    const remark = pointer.note === "deleted" || isPast ? undefined : said
    const isMainNew =
      pointer.note === "added" &&
      pointers.length <= 3 &&
      report.task.requests.length > 0 &&
      !/^(?:added|created|wrote|implemented)\b/.test(remark ?? "")
    const purpose = isMainNew
      ? `${pointer.note} for ${quoted(report.title.split(" → ", 1)[0] ?? "", 90)}`
      : pointer.note
    return [{ ...pointer, remark, note: purpose }]
  })
}

const importers = (report: TaskReport): ReadonlyArray<Pointer> =>
  report.failures.flatMap((failure) => {
    const missing = missingModuleIn(failure.error ?? "")
    return missing?.importer === undefined
      ? []
      : [
          {
            path: missing.importer,
            note: `imports ${inCode(missing.module, 120)}`,
            line: failure.line,
            remark: undefined
          }
        ]
  })

/**
 * True for an address, and for a file of an agent's own folder such as `.codex`. Neither says anything about the
 * project.
 */
const isForeign = (word: string): boolean =>
  /:\/\/|(?:^|[\\/])\.(?:codex|claude|agents|gemini|cursor|opencode)[\\/]/.test(word) && !word.startsWith(".")

const isFile = (word: string): boolean =>
  !isForeign(word) && !word.startsWith("-") && /^[\w@~.:\\/-]{2,120}$/.test(word) && /[\w]\.[A-Za-z]\w{0,7}$/.test(word)

/** Lists the files that a command only read, as far as its arguments name them. */
export const filesReadBy = (step: Step): ReadonlyArray<string> =>
  step._tag === "CommandStep" && step.hasEnded && step.verdict !== "failed"
    ? step.parts.filter(({ kind }) => kind === "look").flatMap(({ narrowing }) => narrowing.filter(isFile))
    : []

/** Lists the last files that a task read. They are used if it changed none. */
const read = (report: TaskReport): ReadonlyArray<Pointer> => {
  const found = new Map<string, Pointer>()
  for (const step of stepsOf(report.task)) {
    for (const path of filesReadBy(step).flatMap((file) => report.atEnd.pathOf(file) ?? [])) {
      found.delete(path)
      const line = step._tag === "CommandStep" ? step.outputLine : step.line
      found.set(path, { path, note: "read for this", line, remark: undefined })
    }
  }
  return [...found.values()].slice(-3)
}

const textOf = ({ line, note, path, remark }: Pointer): string =>
  `${inCode(path, 160)} (${note}, L${line})${remark === undefined ? "" : `: ${plainLine(remark, 220)}`}`

/** Lists the files that a trace memory points to, as bullets. If there are too many, those with a remark are kept. */
export const pointersOf = (report: TaskReport): ReadonlyArray<string> => {
  const changed = editedFiles(report)
  const known = new Set(changed.map(({ path }) => path))
  const others = importers(report).filter(({ path }) => !known.has(path))
  const all = changed.length + others.length === 0 ? read(report) : [...changed, ...others]
  const ranked = [
    ...all.filter(({ remark }) => remark !== undefined),
    ...all.filter(({ remark }) => remark === undefined)
  ]
  const kept = new Set(ranked.slice(0, mostPointers))
  const said = new Set<string>()
  return all
    .filter((pointer) => kept.has(pointer))
    .map((pointer) => {
      const isRepeated = pointer.remark !== undefined && said.has(pointer.remark)
      said.add(pointer.remark ?? "")
      return textOf(isRepeated ? { ...pointer, remark: undefined } : pointer)
    })
}
