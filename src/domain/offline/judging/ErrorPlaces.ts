import type { FileChange } from "../../session/FileChange.js"
import { circular } from "../reading/CircularImports.js"
import { changedPath } from "../reading/EditedFiles.js"

/* Finds the changes of files that an error points to: by the file it names, or by a name that was missing. */

/** Returns the last segment of a path. */
export const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path

/** True if a text names this file, and not one with a longer path that ends in the same name. */
export const mentions = (text: string, file: string): boolean => {
  for (let at = text.indexOf(file); at !== -1; at = text.indexOf(file, at + 1)) {
    if (!/[\w/\\.-]/.test(text[at - 1] ?? " ") && !/[\w-]/.test(text[at + file.length] ?? " ")) {
      return true
    }
  }
  return false
}

/** True if a text names a file, by its path or by its name alone. */
export const names = (text: string, file: string): boolean => mentions(text, file) || mentions(text, baseName(file))

/**
 * Matches errors that occur while a file is loaded or compiled. The file at the place of such an error is wrong, even
 * if it is a test; when a test only fails, its own name is in the error although the code is wrong.
 */
const ofLoading =
  /\b(?:ModuleNotFoundError|ImportError|SyntaxError|IndentationError|CompileError|LoadError|NameError|ReferenceError)\b|\bCannot find module\b|\berror(?: TS\d{2,6}:|\[E\d{2,5}\])|\b(?:cannot find symbol|unresolved reference|undefined: |undeclared)\b/i

/** Matches the place of an error in a file: `test/a_test.py:3`, `src/a.ts(3,1)`. */
const place = /(?:^|[\s("'[])((?:[\w@.-]{1,80}[\\/]){0,12}[\w@.-]{1,80}\.\w{1,8})(?::|\()\d{1,7}\b/gm

/** Matches a frame of a Python traceback, of which the last one is the place of the error. */
const frame = /^\s{0,8}File "([^"\n]{1,300})", line \d{1,7}\b/gm

const isAt = (path: string, { path: before, ...change }: FileChange): boolean =>
  path === before || path === changedPath({ path: before, ...change })

/**
 * Returns the changes of the files in which an error of loading or compiling occurred. Of the frames of a traceback only
 * the innermost one with a changed file counts, unless the modules import each other.
 */
export const changesAtPlace = (
  changes: ReadonlyArray<FileChange>,
  error: string,
  context: string
): ReadonlyArray<FileChange> => {
  if (!ofLoading.test(error)) {
    return []
  }
  const text = `${error}\n${context}`
  const frames = [...text.matchAll(frame)].map(([, path = ""]) => path)
  const innermost = frames.findLast((path) => changes.some((change) => isAt(path, change)))
  // Each module of a circle is at fault as much as the others.
  const wrong = circular.test(error) ? frames : innermost === undefined ? [] : [innermost]
  const places = [...[...text.matchAll(place)].map(([, path = ""]) => path), ...wrong]
  return changes.filter((change) => places.some((path) => isAt(path, change)))
}

/** Matches the name of a module or a file that an error says is missing. */
const missingFiles: ReadonlyArray<RegExp> = [
  /\bNo module named '?([\w.]{1,200}?)'?(?:[;)\s]|$)/,
  /\bCannot find (?:module|package) '([^'\n]{1,300})'/,
  /\bCan't resolve '([^'\n]{1,300})'/,
  /\bENOENT\b[^'\n]{0,80}'([^'\n]{1,300})'/,
  /(?:^|[\s'"`])([\w@./\\-]{1,300}\.\w{1,8})['"`]?: No such file or directory\b/,
  /\bNo such file or directory:? ['"`]([^'"`\n]{1,300})['"`]/
]

const withoutEnding = (path: string): string =>
  path
    .replace(/[\\/](?:index|__init__|mod)(?:\.\w{1,4})?$/, "")
    .replace(/(?<=[\w-])\.(?:[cm]?[jt]sx?|py|rs|go|rb|json|ya?ml|toml|vue|svelte)$/, "")

/** True if a file is the one that an error says is missing; a path may be given from another directory. */
const isMissingOne = (file: string, missing: string): boolean => {
  const isDotted = /^\w+(?:\.\w+)*$/.test(missing) && !/\.(?:[cm]?[jt]sx?|json)$/.test(missing)
  const wanted = withoutEnding(
    (isDotted ? missing.replaceAll(".", "/") : missing).replace(/^(?:\.{1,2}[\\/]|@[\\/]|~[\\/])+/, "")
  )
  const own = withoutEnding(file)
  return (
    wanted !== "" &&
    (own === wanted || (wanted.includes("/") && (own.endsWith(`/${wanted}`) || wanted.endsWith(`/${own}`))))
  )
}

/** Returns the changes that made a file, or renamed one to it, that an error says is missing. */
export const changesThatMade = (changes: ReadonlyArray<FileChange>, error: string): ReadonlyArray<FileChange> => {
  const missing = missingFiles.flatMap((rule) => rule.exec(error)?.[1] ?? [])
  return changes.filter(
    (change) =>
      (change.action === "add" || change.movedTo !== undefined) &&
      missing.some((name) => isMissingOne(changedPath(change), name))
  )
}

/** Matches the identifier that an error says is not known. */
const missingNames: ReadonlyArray<RegExp> = [
  /\bundefined: (?:\w{1,60}\.)?(\w{2,80})\b/,
  /\bname '(\w{2,80})' is not defined\b/,
  /\bReferenceError: (\w{2,80}) is not defined\b/,
  /\bCannot find name '(\w{2,80})'/,
  /\bcannot find (?:function|value|type|macro|trait|struct|derive macro)[^`\n]{0,40}`(\w{2,80})`/,
  /\bno (?:method|field|function or associated item) named `(\w{2,80})`/,
  /\bProperty '(\w{2,80})' does not exist\b/,
  /\bhas no attribute '(\w{2,80})'/,
  /\bcannot import name '(\w{2,80})'/,
  /\bundeclared identifier '(\w{2,80})'/,
  /\bundefined reference to [`'](\w{2,80})/,
  /\bunresolved reference:? '?(\w{2,80})/i,
  /\bhas no (?:field or method|exported member)(?: named)? '?(\w{2,80})/
]

/** Returns the changes that brought in an identifier that an error says is not known. */
export const changesThatName = (changes: ReadonlyArray<FileChange>, error: string): ReadonlyArray<FileChange> => {
  const missing = missingNames.flatMap((rule) => rule.exec(error)?.[1] ?? [])
  return changes.filter(({ after = "", before = "" }) =>
    missing.some((name) => new RegExp(`\\b${name}\\b`).test(after) && !new RegExp(`\\b${name}\\b`).test(before))
  )
}
