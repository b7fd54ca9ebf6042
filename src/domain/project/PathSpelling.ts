/**
 * The kind of machine on which a path is read: `wsl` and `windows` have Windows drives, which WSL mounts below `/mnt`.
 */
export type Machine = "linux" | "wsl" | "windows"

/** True if the path begins with a drive letter. */
export const isDrivePath = (path: string): boolean => /^[A-Za-z]:(?:[\\/]|$)/.test(path)

/** Removes the prefixes that make Windows take a path literally: `\\?\`, `\\.\` and `\\?\UNC\`. */
const withoutLiteralPrefix = (path: string): string => {
  const slashed = path.replaceAll("\\", "/")
  const rest = /^\/\/[?.]\/(.*)$/s.exec(slashed)?.[1]
  if (rest === undefined) {
    return path
  }
  const share = /^UNC\/(.*)$/is.exec(rest)?.[1]
  return share === undefined ? rest : `//${share}`
}

/** Removes slashes at the end, but not the one that is the root. */
const withoutLastSlash = (path: string): string => path.replace(/(?<=[^/:])\/+$/, "")

/** Spells a path on a Windows drive, where case and the kind of slashes do not count. */
const onDrive = (letter: string, rest: string, machine: Machine): string => {
  const below = withoutLastSlash(`/${rest.replaceAll("\\", "/").replace(/^\/+/, "")}`)
  const drive = machine === "wsl" ? `/mnt/${letter}` : `${letter}:`
  return `${drive}${machine === "wsl" && below === "/" ? "" : below}`.toLowerCase()
}

/**
 * Spells a path to a distribution of WSL, as Windows sees it: the name of the server and the case of the distribution do
 * not count.
 */
const inDistribution = (path: string): string | undefined => {
  const [, name, rest = ""] = /^\/\/wsl(?:\$|\.localhost)\/([^/]+)(\/.*)?$/is.exec(path.replaceAll("\\", "/")) ?? []
  return name === undefined
    ? undefined
    : `//wsl.localhost/${name.toLowerCase()}${withoutLastSlash(rest.replace(/^\/+$/, ""))}`
}

/**
 * Returns the one spelling of all spellings that Windows and WSL have for a directory; any other path stays as it is,
 * without a slash at the end. `/mnt/c` is drive C on a machine that has Windows drives, and a folder like any other
 * elsewhere. `distribution` is the name of the WSL distribution that the program runs in.
 */
export const oneSpelling = (path: string, machine: Machine, distribution?: string): string => {
  const plain = withoutLiteralPrefix(path)
  if (isDrivePath(plain)) {
    return onDrive(plain.slice(0, 1), plain.slice(2), machine)
  }
  const inside = inDistribution(plain)
  if (inside !== undefined) {
    const own = distribution === undefined ? undefined : `//wsl.localhost/${distribution.toLowerCase()}`
    return own !== undefined && machine === "wsl" && (inside === own || inside.startsWith(`${own}/`))
      ? inside.slice(own.length) || "/"
      : inside
  }
  const mounted = machine === "linux" ? null : /^\/mnt\/([A-Za-z])(?:\/(.*))?$/s.exec(plain)
  return mounted === null ? withoutLastSlash(plain) : onDrive(mounted[1] ?? "", mounted[2] ?? "", machine)
}
