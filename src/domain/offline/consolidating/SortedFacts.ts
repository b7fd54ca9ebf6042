import type { FactContent } from "../../facts/Fact.js"
import type { KnownFact } from "../../facts/ProjectFacts.js"
import { checkKinds } from "../commands/CommandPrograms.js"
import { sessionOrder } from "./ProjectLines.js"
import { meaningfulWords, similarity } from "./SameMeaning.js"

/* The facts of a project by kind, and what the sections of its memory need to compare them. */

/** The base worth of a line by its kind, from which `projectLine` computes the worth that ranks it among all lines. */
export const worth = {
  wish: 100,
  check: 92,
  fix: 82,
  files: 78,
  limit: 70,
  open: 62,
  decision: 60,
  command: 56,
  passedAfter: 46,
  place: 40,
  finding: 36
}

type ContentOf<K extends FactContent["_tag"]> = Extract<FactContent, { readonly _tag: K }>

/** A fact of a project whose content is of one kind. */
export type FactOf<K extends FactContent["_tag"]> = KnownFact & { readonly content: ContentOf<K> }

/** Facts that are merged into one line, newest first. All are of one kind. */
export type Group<K extends FactContent["_tag"]> = [FactOf<K>, ...Array<FactOf<K>>]

/** Returns a test for facts of one kind. */
export const isOf =
  <K extends FactContent["_tag"]>(kind: K) =>
  (fact: KnownFact): fact is FactOf<K> =>
    fact.content._tag === kind

/** Groups facts of one kind by a key; both the groups and their facts stay in the order of the facts. */
export const groupsOf = <K extends FactContent["_tag"]>(
  facts: ReadonlyArray<FactOf<K>>,
  keyOf: (fact: FactOf<K>) => string
): ReadonlyArray<Group<K>> => {
  const groups = new Map<string, Group<K>>()
  for (const fact of facts) {
    const key = keyOf(fact)
    const known = groups.get(key)
    if (known === undefined) {
      groups.set(key, [fact])
    } else {
      known.push(fact)
    }
  }
  return [...groups.values()]
}

/** The facts of a project, sorted by kind, and the order of its sessions. */
export interface Sorted {
  readonly order: ReadonlyMap<string, number>
  readonly wishes: ReadonlyArray<FactOf<"Wish">>
  readonly decisions: ReadonlyArray<FactOf<"Decision">>
  readonly commands: ReadonlyArray<FactOf<"Command">>
  readonly failures: ReadonlyArray<FactOf<"Failure">>
  readonly limits: ReadonlyArray<FactOf<"Limit">>
  /** The files that are there, as far as the sessions tell. */
  readonly files: ReadonlyArray<FactOf<"File">>
  /** All files that sessions changed, with those that are gone. */
  readonly changedFiles: ReadonlyArray<FactOf<"File">>
  readonly findings: ReadonlyArray<FactOf<"Finding">>
  readonly open: ReadonlyArray<FactOf<"Open">>
  readonly outcomes: ReadonlyArray<FactOf<"Outcome">>
}

/** Drops the files whose newest fact says that they are gone. */
const withoutGone = (files: ReadonlyArray<FactOf<"File">>): ReadonlyArray<FactOf<"File">> => {
  const isGone = new Map(files.toReversed().map(({ content }) => [content.path, content.isGone === true]))
  return files.filter(({ content }) => content.isGone !== true && isGone.get(content.path) !== true)
}

/** Sorts the facts of a project by kind. The facts are given newest session first. */
export const sorted = (facts: ReadonlyArray<KnownFact>): Sorted => ({
  order: sessionOrder(facts),
  wishes: facts.filter(isOf("Wish")),
  decisions: facts.filter(isOf("Decision")),
  commands: facts.filter(isOf("Command")),
  failures: facts.filter(isOf("Failure")),
  limits: facts.filter(isOf("Limit")),
  files: withoutGone(facts.filter(isOf("File"))),
  changedFiles: facts.filter(isOf("File")),
  findings: facts.filter(isOf("Finding")),
  open: facts.filter(isOf("Open")),
  outcomes: facts.filter(isOf("Outcome"))
})

/** Groups facts by their session; returns each session's thread id with its facts. */
export const groupsBySession = <K extends FactContent["_tag"]>(
  facts: ReadonlyArray<FactOf<K>>
): ReadonlyArray<readonly [string, Group<K>]> =>
  groupsOf(facts, ({ threadId }) => threadId).map((group) => [group[0].threadId, group] as const)

/** Returns a function that counts the sessions of the project that are newer than the session of a fact. */
export const ageIn =
  ({ order }: Sorted) =>
  ({ threadId }: KnownFact): number =>
    order.get(threadId) ?? 0

/** Returns the age of the newest fact with each key. The pairs of key and age are given newest first. */
export const newestAges = (keyed: ReadonlyArray<readonly [string, number]>): ReadonlyMap<string, number> =>
  new Map(keyed.toReversed())

/** Returns the words of a title by which titles are compared. The title may have been cut. */
export const titleWords = (title: string): ReadonlySet<string> => meaningfulWords(title.split(" → ", 1)[0] ?? "")

/** The minimum similarity, from 0 to 1, of two titles that name the same task. */
export const sameTaskFrom = 0.6

/** True if two titles, given as their words, are so similar that they name the same task. */
export const isSameTask = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  one.size > 0 && similarity(one, other) >= sameTaskFrom

/**
 * True if one command is another one in the same directory with further arguments, as `pytest tests` is `pytest` with
 * an argument.
 */
export const isPartOf = (key: string, wider: string): boolean =>
  key.startsWith(`${wider} `) && !key.slice(wider.length).includes("@")

/** True if the command is a test, a build or another check. */
export const isCheck = ({ content }: FactOf<"Command">): boolean =>
  [...checkKinds].some((kind) => kind === content.kind)
