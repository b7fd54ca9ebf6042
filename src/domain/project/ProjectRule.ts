import type { Directory } from "../thread/WorkingDirectory.js"
import { type Found, placeBelow } from "./Checkout.js"
import type { KnownProjects } from "./KnownProjects.js"
import { normaliseOrigin } from "./OriginUrl.js"
import type { ProjectDirectory } from "./ProjectDirectory.js"

/** A directory whose project is to be decided, with everything that speaks for one. */
export interface ProjectQuestion {
  /** The directory as it is recorded. */
  readonly given: Directory
  /** The directory in its one spelling; see `oneSpelling`. */
  readonly directory: Directory
  readonly found: Found
  /** The origin that a session in this directory recorded; undefined if none did. Any spelling. */
  readonly recorded: string | undefined
}

/** The project of a directory, without the time of the decision. */
export type Decision = Omit<ProjectDirectory, "decidedAt">

/**
 * Decides which project a directory belongs to: what a person said; else the repository that the disk proves, under the
 * name by which it is known; else, for a directory that is gone, what was decided while it was there; else a known
 * project of the same origin, if a session recorded that origin; else the directory itself.
 *
 * An origin that only the repository's own configuration tells decides nothing. Who reads by an origin alone needs a
 * person's word; see {@link offeredProject}.
 */
export const decideProject = (
  { directory, found, given, recorded }: ProjectQuestion,
  known: KnownProjects
): Decision => {
  const stored = known.ofDirectory(given) ?? known.ofDirectory(directory)
  const origin = normaliseOrigin(recorded) ?? null
  if (found._tag === "Checkout") {
    const { checkout } = found
    const { identity = null, main, root } = checkout
    const own = known.ofDirectory(main)
    const decision: Decision = {
      directory: given,
      project: main,
      place: placeBelow(root, directory),
      origin: origin ?? normaliseOrigin(checkout.origin) ?? null,
      identity,
      ground: "repository"
    }
    if (stored?.ground === "person") {
      return { ...decision, project: stored.project, ground: "person" }
    }
    if (own !== undefined && (own.project === main || own.ground === "person")) {
      return { ...decision, project: own.project }
    }
    const moved = identity === null ? undefined : known.ofIdentity(identity)
    const same = moved ?? own?.project ?? (origin === null ? undefined : known.ofOrigin(origin))
    return same === undefined
      ? decision
      : { ...decision, project: same, ground: moved === undefined ? "origin" : "moved" }
  }
  if (stored !== undefined && (found._tag === "Gone" || stored.ground === "person")) {
    return { ...stored, directory: given, origin: origin ?? stored.origin }
  }
  const same = origin === null ? undefined : known.ofOrigin(origin)
  return {
    directory: given,
    project: same ?? directory,
    place: "",
    origin,
    identity: null,
    ground: same === undefined || same === directory ? "directory" : "origin"
  }
}

/**
 * Returns the known project that has the same origin as the repository at a directory, where nothing but that origin
 * speaks for it, whether a session recorded it or the repository's configuration names it: anyone may write one. A person
 * has to agree before the directory's sessions are given that project's memory.
 */
export const offeredProject = (
  { found }: ProjectQuestion,
  known: KnownProjects,
  decided: Decision
): Directory | undefined => {
  if (decided.ground === "origin" && found._tag !== "Gone") {
    return decided.project
  }
  const origin = found._tag === "Checkout" ? normaliseOrigin(found.checkout.origin) : undefined
  const same = origin === undefined ? undefined : known.ofOrigin(origin)
  return same === decided.project || decided.ground === "person" ? undefined : same
}
