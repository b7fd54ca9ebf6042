import { withoutCitations } from "../memory/Citation.js"

const shown = (place: string): string => place.replace(/[\s`()[\]]+/g, " ").trim()

/** Marks the text of a line that holds in one subdirectory alone. */
export const withPlace = (text: string, place: string): string =>
  shown(place) === "" ? text : `${text} (only in \`${shown(place)}\`)`

/** Returns the subdirectory that a line of memory is marked with; undefined for a line that holds everywhere. */
const placeIn = (line: string): string | undefined =>
  / \(only in `([^`]+)`\)$/.exec(withoutCitations(line).trimEnd())?.[1]

/**
 * True if a line of memory holds only in a subdirectory that a session does not work in. `place` is the session's own
 * directory below the top of the working copy; empty at the top.
 */
export const isElsewhere = (line: string, place: string): boolean => {
  const only = placeIn(line)
  const own = shown(place)
  return only !== undefined && own !== only && !own.startsWith(`${only}/`)
}

/**
 * Returns the one subdirectory that all of some facts are from; empty if there is none, or if they are from several
 * directories.
 */
export const onlyPlaceOf = (facts: ReadonlyArray<{ readonly place?: string }>): string => {
  const [place = "", ...others] = new Set(facts.map((fact) => fact.place ?? ""))
  return others.length === 0 ? place : ""
}
