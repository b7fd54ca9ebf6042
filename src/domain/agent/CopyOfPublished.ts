import { unknownCitations } from "../memory/Citation.js"
import { forgottenSkillFiles, personalLines, withoutForgotten } from "../memory/Forgetting.js"
import { memoryFile, type PublicationRecord, skillFolder } from "../memory/Publication.js"

/** The published files that people see, and what is known about them. */
export interface Published {
  /** The texts of the files by their paths below the memory root. */
  readonly texts: ReadonlyMap<string, string>
  /** The record of the last publish; undefined if nothing was published. */
  readonly record: PublicationRecord | undefined
  /** The paths of the skill files that belong to people. */
  readonly personal: ReadonlySet<string>
  /** True for a line of a person that was taken back since the last publish. */
  readonly isTakenBack: (line: string) => boolean
  /** The threads that may be cited; undefined if any may. */
  readonly threadIds: ReadonlyArray<string> | undefined
}

/**
 * Copies the published memory for an agent that edits it: `MEMORY.md`, unless it is blank, and the skills that no person
 * took over. A line of the program that cites a session without a memory goes, as if it was forgotten, and so does a
 * skill with such a line; otherwise no result could be published with it.
 */
export const copyOfPublished = ({
  isTakenBack,
  personal,
  record,
  texts,
  threadIds
}: Published): ReadonlyArray<{ readonly path: string; readonly text: string }> => {
  const current = texts.get(memoryFile) ?? ""
  const kept = current.split("\n").filter((line) => !isTakenBack(line))
  const isPersonal = personalLines(record, current)
  const skills = [...texts].filter(([path]) => path.startsWith(`${skillFolder}/`) && !personal.has(path))
  const isStale = (line: string): boolean =>
    threadIds !== undefined && unknownCitations(line, threadIds).length > 0 && !isPersonal(line.trimEnd())
  const lines = [...kept, ...skills.flatMap(([, text]) => text.split("\n"))]
  const stale = new Set(lines.filter(isStale).map((line) => line.trimEnd()))
  const rule = { threadIds: new Set<string>(), lines: stale, text: undefined }
  const memory = stale.size === 0 ? kept.join("\n") : withoutForgotten(kept.join("\n"), rule, isPersonal)
  const gone = new Set(record === undefined || stale.size === 0 ? [] : forgottenSkillFiles(record, texts, rule))
  return [
    ...(memory.trim() === "" ? [] : [{ path: memoryFile, text: memory }]),
    ...skills.flatMap(([path, text]) => (gone.has(path) ? [] : [{ path, text }]))
  ]
}
