import { wrongFrontMatter } from "./FrontMatter.js"
import { unknownCitations } from "./Citation.js"
import type { Redact } from "../privacy/SafeText.js"
import { missingLines, type PersonEdits } from "./PersonEdits.js"
import {
  factsFile,
  editsFile,
  hashOf,
  memoryFile,
  type MemoryFile,
  skillFolder,
  summaryFile,
  traceFolder
} from "./Publication.js"

/** A file or another entry in a staged copy, the folder in which a new memory is prepared before it is published. */
export type StagedEntry =
  | { readonly _tag: "File"; readonly path: string; readonly size: number }
  | { readonly _tag: "Link"; readonly path: string }
  | { readonly _tag: "Special"; readonly path: string }

/** Rules that a consolidation's result must satisfy. */
export interface PublishRules {
  /** Maximum size of one published file, in bytes. */
  readonly fileBytes: number
  /** The traces that may be cited. */
  readonly threadIds: ReadonlyArray<string>
  readonly edits: PersonEdits
  /** Staged files that the agent may not change, with their staged content. */
  readonly untouchable: ReadonlyArray<MemoryFile>
  readonly deletedFiles: ReadonlyArray<string>
}

/** The maximum number of published files; no real set of skills comes near it. */
const publishedFiles = 200

const isBelow = (folder: string, path: string): boolean => path.startsWith(`${folder}/`)

const isPublishable = (path: string): boolean => path === memoryFile || isBelow(skillFolder, path)

const inputFiles: ReadonlySet<string> = new Set([summaryFile, editsFile, factsFile])

const isPhaseOne = (path: string): boolean => inputFiles.has(path) || isBelow(traceFolder, path)

/**
 * Checks the listing of a staged copy before any file is read: entries that are not regular files, files that are too
 * large, too many files, a missing `MEMORY.md`.
 */
export const wrongShape = (entries: ReadonlyArray<StagedEntry>, rules: PublishRules): ReadonlyArray<string> => {
  const published = entries.filter(({ path }) => isPublishable(path))
  return [
    ...entries.flatMap((entry) =>
      entry._tag === "Link"
        ? [`${entry.path} is a symbolic link`]
        : entry._tag === "Special"
          ? [`${entry.path} is neither a file nor a folder`]
          : isPublishable(entry.path) && entry.size > rules.fileBytes
            ? [`${entry.path} has ${entry.size} bytes, more than the ${rules.fileBytes} allowed`]
            : []
    ),
    ...(published.some(({ path }) => path === memoryFile) ? [] : [`${memoryFile} was not written`]),
    ...(published.length > publishedFiles ? [`${published.length} files, more than the ${publishedFiles} allowed`] : [])
  ]
}

/**
 * Checks the contents of a staged copy, and returns the reasons why it must not be published; empty if there are none.
 */
export const wrongContent = (files: ReadonlyArray<MemoryFile>, rules: PublishRules): ReadonlyArray<string> => {
  const published = toPublish(files, rules)
  return [
    ...changedInputs(files, rules.untouchable),
    ...published.flatMap((file) => wrongText(file, rules)),
    ...wrongSkills(published, rules.untouchable)
  ]
}

/** The files of a staged copy that are to be published, `MEMORY.md` last. */
export const toPublish = (files: ReadonlyArray<MemoryFile>, rules: PublishRules): ReadonlyArray<MemoryFile> => {
  const kept = new Set([...rules.untouchable.map(({ path }) => path), ...rules.deletedFiles])
  const skills = files
    .filter(({ path }) => isBelow(skillFolder, path) && !kept.has(path))
    .sort((left, right) => (left.path < right.path ? -1 : 1))
  return [...skills, ...files.filter(({ path }) => path === memoryFile)]
}

/**
 * Checks files to be published for secrets, and returns the reasons why they must not be published. A reason names the
 * place of a secret, never the secret.
 */
export const heldSecrets = (published: ReadonlyArray<MemoryFile>, redact: Redact): ReadonlyArray<string> =>
  published.flatMap((file) => {
    const lines = (textOf(file) ?? "").split("\n")
    const whole = lines.join("\n")
    if (redact(file.path) !== file.path) {
      return [`the name of a file in ${redact(file.path)} holds a secret`]
    }
    if (redact(whole) === whole) {
      return []
    }
    const at = lines.findIndex((line) => redact(line) !== line)
    return [`${file.path} holds a secret${at === -1 ? "" : ` in line ${at + 1}`}; take it out, and publish again`]
  })

const changedInputs = (
  files: ReadonlyArray<MemoryFile>,
  untouchable: ReadonlyArray<MemoryFile>
): ReadonlyArray<string> => {
  const staged = new Map(untouchable.map(({ bytes, path }) => [path, hashOf(bytes)]))
  const found = new Map(files.map(({ bytes, path }) => [path, hashOf(bytes)]))
  return [
    ...[...staged].flatMap(([path, hash]) =>
      found.get(path) === hash ? [] : [`${path} was ${found.has(path) ? "changed" : "deleted"}; it is not the agent's`]
    ),
    ...[...found.keys()]
      .filter((path) => isPhaseOne(path) && !staged.has(path))
      .map((path) => `${path} was added where only phase one writes`)
  ]
}

const decoder = new TextDecoder("utf-8", { fatal: true })

/** A file's text; undefined when it is not valid UTF-8. */
const textOf = (file: MemoryFile): string | undefined => {
  try {
    return decoder.decode(file.bytes)
  } catch {
    return undefined
  }
}

const wrongText = (file: MemoryFile, rules: PublishRules): ReadonlyArray<string> => {
  const text = textOf(file)
  if (text === undefined) {
    return [`${file.path} is not UTF-8`]
  }
  // A person may keep one of our lines with its citation, long after the trace has gone.
  const personal = new Set(rules.edits.added.map(({ line }) => line))
  const generated = text.split("\n").filter((line) => !personal.has(line.trimEnd()))
  const unknown = unknownCitations(generated.join("\n"), rules.threadIds)
  return [
    ...(text.trim() === "" ? [`${file.path} is empty`] : []),
    ...(unknown.length > 0 ? [`${file.path} cites traces that do not exist: ${unknown.slice(0, 3).join(", ")}`] : []),
    ...(file.path === memoryFile
      ? missingLines(rules.edits, text).map(
          (line) => `a line that a person wrote is missing from ${memoryFile}: ${line}`
        )
      : [])
  ]
}

const wrongSkills = (
  published: ReadonlyArray<MemoryFile>,
  untouchable: ReadonlyArray<MemoryFile>
): ReadonlyArray<string> => {
  const skills = new Set(
    published.flatMap(({ path }) => (isBelow(skillFolder, path) ? [path.split("/")[1] ?? ""] : []))
  )
  return [...skills].flatMap((name) => {
    const path = `${skillFolder}/${name}/SKILL.md`
    const file = published.find((file) => file.path === path)
    if (file === undefined) {
      return untouchable.some((file) => file.path === path) ? [] : [`${skillFolder}/${name} has no SKILL.md in it`]
    }
    const problem = wrongFrontMatter(textOf(file) ?? "", name)
    return problem === undefined ? [] : [`${path}: ${problem}`]
  })
}
