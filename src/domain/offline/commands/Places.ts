import { posix } from "node:path"

/* Follows the changes of directory in a command, such as `cd web && npm test`. */

/** Matches the words that stand for the directory in which a command is. */
const stays = /^(?:\.\/?|\$\{?PWD\}?|\$\(pwd\))$/
/** Matches the words that stand for the top of the project. Few commands begin anywhere else. */
const top = /^\$\(git rev-parse --show-toplevel\)\/?$/

/** The place that nobody can tell. It contains a `$`, like any other place that only the shell knows. */
const unknownPlace = "$OLDPWD"

/** True if a path does not depend on the directory of the command that names it. */
const isAbsolute = (path: string): boolean => /^(?:[/\\~]|[A-Za-z]:)/.test(path)

/** Returns a path that is given from a place; an undefined place is the one that the result is relative to. */
export const pathFrom = (place: string | undefined, path: string): string =>
  place === undefined || isAbsolute(path) || path.startsWith("$") ? path : posix.join(place, path)

const moved = (place: string | undefined, to: string): string | undefined =>
  stays.test(to) || (place === undefined && top.test(to)) ? place : pathFrom(place, to.replace(/(?<=.)[/\\]$/, ""))

interface Part {
  readonly program: string
  readonly narrowing: ReadonlyArray<string>
  readonly pipeline: { readonly group: number | undefined }
}

/**
 * Adds to each part of a command the directory that the command had changed to before it. A `cd` inside of brackets does
 * not count for what follows them.
 */
export const withPlaces = <A extends Part>(
  parts: ReadonlyArray<A>
): ReadonlyArray<A & { readonly place: string | undefined }> => {
  let place: string | undefined
  let before: string | undefined = unknownPlace
  let pushed: Array<string | undefined> = []
  let group: number | undefined
  let outside: { place: string | undefined; before: string | undefined; pushed: Array<string | undefined> } = {
    place,
    before,
    pushed
  }
  return parts.map((part) => {
    if (part.pipeline.group !== group) {
      if (group !== undefined) {
        ;({ place, before, pushed } = outside)
      }
      group = part.pipeline.group
      outside = { place, before, pushed: [...pushed] }
    }
    const here = { ...part, place }
    const to = part.narrowing.find((word) => !/^-./.test(word)) ?? "~"
    switch (part.program) {
      case "pushd":
        pushed.push(place)
        before = place
        place = moved(place, to)
        break
      case "popd":
        before = place
        place = pushed.length === 0 ? unknownPlace : pushed.pop()
        break
      case "cd":
      case "chdir":
      case "set-location": {
        const next = to === "-" ? before : moved(place, to)
        before = place
        place = next
        break
      }
      default:
    }
    return here
  })
}
