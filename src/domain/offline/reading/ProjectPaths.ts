/**
 * Converts absolute paths to paths relative to the project's directory, as people of the project know them. Paths
 * outside the project stay unchanged.
 */
export interface ProjectPaths {
  /** Converts the path of a file or a directory. */
  readonly path: (path: string) => string
  /** Converts the paths in any text, such as an error line. */
  readonly text: (text: string) => string
  /**
   * Converts the paths in a command, where the shorter path means the same. The project's directory itself becomes `.`.
   */
  readonly command: (command: string) => string
  /** True for the project's own directory, and for an unknown one (undefined). */
  readonly isRoot: (directory: string | undefined) => boolean
}

const isWindows = (path: string): boolean => /^[a-z]:[\\/]/i.test(path)

/**
 * Normalises a text for a search, without changing its length. On Windows, case and the kind of slashes do not count.
 */
const folded = (text: string, windows: boolean): string =>
  windows ? text.replaceAll("\\", "/").replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : text

const pathCharacter = /[\w.~/\\-]/
const nameCharacter = /[\w.~-]/

/**
 * Replaces a directory in a text. `replacement` returns the new text for each place, or undefined where the directory
 * is only part of another name.
 */
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

/**
 * The maximum number of characters of a text in which paths are replaced. Only a far shorter part of it is ever shown.
 */
const searchedCharacters = 20_000

const unsafeCommand = /\b(?:cd|pushd|docker|podman|ssh|scp|rsync|chroot|sudo)\b/

/** Makes the converter for a project's directory. It changes no path if the directory is empty or is `/`. */
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
