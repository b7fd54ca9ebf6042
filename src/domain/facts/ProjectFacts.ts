import * as Schema from "effect/Schema"
import { FactId, type SessionFact } from "./Fact.js"

/** A fact of a session, with its place in the project. */
export interface KnownFact extends SessionFact {
  readonly threadId: string
  /** True if `text` is a person's correction, which memory tells word for word. */
  readonly isCorrected?: boolean
}

/** A wish that stands, and those that it superseded: the facts that say each, newest first. */
export interface WishChain {
  readonly standing: readonly [KnownFact, ...ReadonlyArray<KnownFact>]
  /** The newest wish first. */
  readonly superseded: ReadonlyArray<ReadonlyArray<KnownFact>>
}

/** A line of memory: the facts of all sessions that say the same. */
export const ProjectLine = Schema.Struct({
  /** The facts that the line tells, the one that it is worded after first. */
  ids: Schema.NonEmptyArray(FactId),
  text: Schema.String,
  /** The newest sessions that gave the facts, newest first; as many as a line cites. */
  threadIds: Schema.Array(Schema.String),
  /** The time of the newest fact; null where no record says it. Unix milliseconds. */
  at: Schema.NullOr(Schema.Int),
  /** The place of the line among all lines, from 0; where a file has no room, the last ones are left out. */
  rank: Schema.Int
})

/** A line of memory. */
export type ProjectLine = typeof ProjectLine.Type

/** A sequence of commands that passed in the same order in enough sessions to be a procedure. */
export const Procedure = Schema.Struct({
  name: Schema.String,
  steps: Schema.Array(Schema.Struct({ command: Schema.String, place: Schema.String })),
  /** The sessions in which the whole sequence passed, newest first. */
  threadIds: Schema.Array(Schema.String)
})

/** A sequence of commands that passed in the same order in enough sessions to be a procedure. */
export type Procedure = typeof Procedure.Type

/** The facts of all sessions of a project, merged into the sections of its memory; the best lines come first. */
export const ProjectFacts = Schema.Struct({
  wants: Schema.Array(ProjectLine),
  decided: Schema.Array(ProjectLine),
  works: Schema.Array(ProjectLine),
  failures: Schema.Array(ProjectLine),
  limits: Schema.Array(ProjectLine),
  places: Schema.Array(ProjectLine),
  findings: Schema.Array(ProjectLine),
  open: Schema.Array(ProjectLine),
  procedures: Schema.Array(Procedure)
})

/** The facts of all sessions of a project, merged. */
export type ProjectFacts = typeof ProjectFacts.Type

/** The facts of a project of which nothing is known. */
export const noFacts: ProjectFacts = {
  wants: [],
  decided: [],
  works: [],
  failures: [],
  limits: [],
  places: [],
  findings: [],
  open: [],
  procedures: []
}

/** The lines of each section. */
export type SectionLines<Line> = { readonly [Name in (typeof sectionHeadings)[number][0]]: ReadonlyArray<Line> }

/** Replaces each section's lines; the order of the sections is that of the file. */
export const mapSections = <A, B>(
  sections: SectionLines<A>,
  change: (lines: ReadonlyArray<A>) => ReadonlyArray<B>
): SectionLines<B> => ({
  wants: change(sections.wants),
  works: change(sections.works),
  failures: change(sections.failures),
  limits: change(sections.limits),
  places: change(sections.places),
  decided: change(sections.decided),
  findings: change(sections.findings),
  open: change(sections.open)
})

/** The sections of a project's memory in the order in which they are published, with their headings. */
export const sectionHeadings = [
  ["wants", "## What the user wants"],
  ["works", "## What works here"],
  ["failures", "## Known failures and their fixes"],
  ["limits", "## Limits of this machine"],
  ["places", "## Where things are"],
  ["decided", "## Decided"],
  ["findings", "## Findings"],
  ["open", "## Open"]
] as const satisfies ReadonlyArray<readonly [keyof ProjectFacts, string]>
