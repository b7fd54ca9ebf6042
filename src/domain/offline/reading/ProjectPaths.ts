/**
 * Paths as a reader of the project knows them: relative to its directory. What lies outside stays as it is.
 */
export interface ProjectPaths {
  /** A path of a file or a directory. */
  readonly path: (path: string) => string
  /** Any text that mentions paths, such as an error line. */
  readonly text: (text: string) => string
  /** A command, where the shorter path means the same; the directory itself becomes `.`. */
  readonly command: (command: string) => string
  /** Whether a directory is the project's own; one that is not known counts as it. */
  readonly isRoot: (directory: string | undefined) => boolean
}

const isWindows = (path: string): boolean => /^[a-z]:[\\/]/i.test(path)

/** For comparing only, character by character as long as the original. */
const folded = (text: string, windows: boolean): string =>
  windows ? text.replaceAll("\\", "/").replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : text

const pathCharacter = /[\w.~/\\-]/
const nameCharacter = /[\w.~-]/

/** Replaces the directory wherever `accepts` says that it stands for itself and not inside another name. */
const replaceDirectory = (
  text: string,
  directory: string,
  windows: boolean,
  replacement: (start: number, end: number) => string | undefined
): string => {
  const searched = folded(text, windows)
  let result = ""
  let done = 0
  for (let start = searched.indexOf(directory); start !== -1; start = searched.indexOf(directory, start + 1)) {
    const end = start + directory.length
    const replaced = start < done ? undefined : replacement(start, end)
    if (replaced !== undefined) {
      result += text.slice(done, start) + replaced
      done = /[/\\]/.test(text[end] ?? "") ? end + 1 : end
    }
  }
  return result + text.slice(done)
}

/** Beyond this a text is not looked through for paths: what is shown of it is shorter by far. */
const searchedCharacters = 20_000

const unsafeCommand = /\b(?:cd|pushd|docker|podman|ssh|scp|rsync|chroot|sudo)\b/

/** The paths of the project in a directory. A root directory or none at all leaves every path as it is. */
export const projectPaths = (cwd: string): ProjectPaths => {
  const windows = isWindows(cwd)
  const directory = folded(cwd, windows).replace(/[/\\]+$/, "")
  const isUsable = directory.length > 1 && !/^[a-z]:$/i.test(directory)
  const text = (given: string): string => {
    if (!isUsable || given.length > searchedCharacters) {
      return given
    }
    const plain = given.includes("file://") ? given.replaceAll("file://", "") : given
    return replaceDirectory(plain, directory, windows, (start, end) => {
      const isInside = pathCharacter.test(plain[start - 1] ?? " ") || nameCharacter.test(plain[end] ?? " ")
      return isInside
        ? undefined
        : /[/\\]/.test(plain[end] ?? "") && pathCharacter.test(plain[end + 1] ?? "")
          ? ""
          : "."
    })
  }
  const command = (given: string): string => {
    if (!isUsable || given.length > searchedCharacters || unsafeCommand.test(given)) {
      return given
    }
    return replaceDirectory(given, directory, windows, (start, end) => {
      const before = given[start - 1]
      const rest = /^[^\s"'|&;)]{0,1000}/.exec(given.slice(end, end + 1000))?.[0] ?? ""
      const isWord = before === undefined || /[\s"'=]/.test(before)
      if (!isWord || rest.includes(":") || nameCharacter.test(rest[0] ?? " ")) {
        return undefined
      }
      const isProgram = before === undefined || /[|&;]\s{0,3}$/.test(given.slice(Math.max(0, start - 5), start))
      return rest.length > 1 ? (isProgram ? "./" : "") : "."
    })
  }
  return {
    path: (path) => text(path).replace(/^\.\//, ""),
    text,
    command,
    isRoot: (given) => given === undefined || folded(given, windows).replace(/[/\\]+$/, "") === directory
  }
}
