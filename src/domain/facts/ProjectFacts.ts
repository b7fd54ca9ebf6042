import * as Schema from "effect/Schema"
import { FactId, type SessionFact } from "./Fact.js"

/** A fact of a session, with the id of its thread. */
export interface KnownFact extends SessionFact {
  readonly threadId: string
  /** True if `text` is a person's correction, which memory tells word for word. */
  readonly isCorrected?: boolean
}

/**
 * A wish that holds, as the facts that state it, and the older wishes that it superseded. All are ordered newest first.
 */
export interface WishChain {
  readonly standing: readonly [KnownFact, ...ReadonlyArray<KnownFact>]
  /** The superseded wishes, the newest first, each as the facts that state it. */
  readonly superseded: ReadonlyArray<ReadonlyArray<KnownFact>>
}

/** A line of memory, which merges the facts of all sessions that say the same. */
export const ProjectLine = Schema.Struct({
  /** The ids of the merged facts. The first is that of the newest fact. */
  ids: Schema.NonEmptyArray(FactId),
  text: Schema.String,
  /** The threads that the line cites: the newest sessions with one of its facts, newest first. */
  threadIds: Schema.Array(Schema.String),
  /** The time of the newest fact in Unix milliseconds; null if no session records it. */
  at: Schema.NullOr(Schema.Int),
  /**
   * The importance of the line among the lines of all sections; 0 is the highest. If a file has no room, the lines with
   * the highest numbers are dropped.
   */
  rank: Schema.Int
})

/** A line of memory, which merges the facts of all sessions that say the same. */
export type ProjectLine = typeof ProjectLine.Type

/** A sequence of commands that passed in the same order in several sessions. Memory publishes it as a skill. */
export const Procedure = Schema.Struct({
  name: Schema.String,
  steps: Schema.Array(Schema.Struct({ command: Schema.String, place: Schema.String })),
  /** The sessions in which the whole sequence passed, newest first. */
  threadIds: Schema.Array(Schema.String)
})

/** A sequence of commands that passed in the same order in several sessions. Memory publishes it as a skill. */
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

/** The facts of a project about which nothing is known. */
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

/** A list for each section of a project's memory. */
export type SectionLines<Line> = { readonly [Name in (typeof sectionHeadings)[number][0]]: ReadonlyArray<Line> }

/** Replaces the list of every section. */
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
