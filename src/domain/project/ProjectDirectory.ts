import * as Schema from "effect/Schema"
import { Directory } from "../thread/WorkingDirectory.js"

/**
 * The ground on which a directory belongs to its project: `repository` for the repository's own folders, `moved` for a
 * repository that was found again under another path, `origin` for the URL that a session recorded, `directory` when
 * nothing but the directory itself is known, and `person` when a person said so.
 */
export const ProjectGround = Schema.Literal("repository", "moved", "origin", "directory", "person")

/** The ground on which a directory belongs to its project; see the schema of the same name. */
export type ProjectGround = typeof ProjectGround.Type

/** A directory that is known to belong to a project. */
export const ProjectDirectory = Schema.Struct({
  directory: Directory,
  /** The project's root: the directory under which the project's memory is stored. */
  project: Directory,
  /** The path of `directory` below the top of its working copy, with `/`; empty at the top. */
  place: Schema.String,
  /** The normalised URL of the repository's origin; null if none is known. See `normaliseOrigin`. */
  origin: Schema.NullOr(Schema.String),
  /** The identity of the repository on this machine's disk; null for any other directory. See `Checkout`. */
  identity: Schema.NullOr(Schema.String),
  ground: ProjectGround,
  /** The time of the decision in Unix milliseconds. */
  decidedAt: Schema.Int
})

/** A directory that is known to belong to a project. */
export type ProjectDirectory = typeof ProjectDirectory.Type
