import { createHash } from "node:crypto"
import { type ProjectFacts, sectionHeadings } from "../facts/ProjectFacts.js"
import { cite } from "../memory/Citation.js"
import type { ConsolidationInput } from "../memory/Consolidation.js"
import type { ConsolidatedInputs } from "../memory/Publication.js"
import { byteLength } from "../text/ByteBudget.js"
import { counted } from "../text/Counted.js"

/*
 * The inputs of a consolidation, and what changed in them since the last publish. A record of a publish keeps ids and
 * hashes alone, so that it holds no word of a session.
 */

/** A line of facts or a procedure, as an agent is told it. */
interface ToldLine {
  readonly heading: string
  /** The ids of the facts that the line merges, or the name of the procedure. */
  readonly keys: ReadonlyArray<string>
  readonly text: string
  readonly threadIds: ReadonlyArray<string>
  readonly rank: number
}

/** Lists the facts of a project as lines. Procedures come last, and give way first. */
const toldLines = (facts: ProjectFacts): ReadonlyArray<ToldLine> => [
  ...sectionHeadings.flatMap(([name, heading]) =>
    facts[name].map(({ ids, rank, text, threadIds }): ToldLine => ({ heading, keys: ids, text, threadIds, rank }))
  ),
  ...facts.procedures.map(({ name, steps, threadIds }): ToldLine => ({
    heading: "## Procedures",
    keys: [`procedure ${name}`],
    text: `${name}: ${steps.map(({ command, place }) => `\`${command}\`${place}`).join(", then ")}`,
    threadIds,
    rank: Infinity
  }))
]

const hashOf = ({ heading, text }: ToldLine): string =>
  createHash("sha256").update(heading).update("\0").update(text).digest("hex").slice(0, 16)

/** Returns the inputs of a consolidation for the record of its publish. */
export const consolidatedInputs = (
  traces: ReadonlyArray<ConsolidationInput>,
  facts: ProjectFacts
): ConsolidatedInputs => ({
  traces: traces.map(({ threadId, version }) => ({ threadId, version })),
  lines: toldLines(facts).map((line) => ({ keys: line.keys, hash: hashOf(line) }))
})

/**
 * Returns a text that is equal for inputs of the same substance. The order of lines and traces, and the sessions that a
 * line cites, do not count.
 */
export const substanceOf = (facts: ProjectFacts): string => {
  const lines = toldLines(facts).map(hashOf)
  return lines.length === 0 ? "" : lines.toSorted().join(" ")
}

/** The changes of one kind of input. */
interface Changed<A> {
  readonly added: ReadonlyArray<A>
  readonly changed: ReadonlyArray<A>
}

/** The changes of a consolidation's inputs since the last publish. */
export interface InputChanges {
  /** The ids of the threads whose traces changed. */
  readonly traces: Changed<string> & { readonly gone: ReadonlyArray<string> }
  /** Lines of facts; of those that are gone the keys. */
  readonly facts: Changed<ToldLine> & { readonly gone: ReadonlyArray<ReadonlyArray<string>> }
}

/**
 * Compares the inputs of a consolidation with those of the last publish. A line is the same line as long as it shares a
 * fact with it. A trace is gone if its thread is not `known` any more; one that is only too old for a file is not.
 */
export const changesSince = (
  before: ConsolidatedInputs,
  traces: ReadonlyArray<ConsolidationInput>,
  facts: ProjectFacts,
  known: ReadonlySet<string>
): InputChanges => {
  const lines = toldLines(facts)
  const versions = new Map(before.traces.map(({ threadId, version }) => [threadId, version]))
  const lineOf = new Map(before.lines.flatMap((line) => line.keys.map((key) => [key, line] as const)))
  const keys = new Set(lines.flatMap((line) => line.keys))
  const earlierOf = (line: ToldLine) => line.keys.flatMap((key) => lineOf.get(key) ?? [])
  return {
    traces: {
      added: traces.filter(({ threadId }) => !versions.has(threadId)).map(({ threadId }) => threadId),
      changed: traces
        .filter(({ threadId, version }) => versions.has(threadId) && versions.get(threadId) !== version)
        .map(({ threadId }) => threadId),
      gone: before.traces.map(({ threadId }) => threadId).filter((threadId) => !known.has(threadId))
    },
    facts: {
      added: lines.filter((line) => earlierOf(line).length === 0),
      changed: lines.filter((line) => {
        const earlier = earlierOf(line)
        return earlier.length > 0 && earlier.every(({ hash }) => hash !== hashOf(line))
      }),
      gone: before.lines.map((line) => line.keys).filter((known) => !known.some((key) => keys.has(key)))
    }
  }
}

const lineText = ({ heading, text, threadIds }: ToldLine): string =>
  `under "${heading.replace(/^#+ /, "")}": ${text} ${cite(threadIds)}`

/** Cuts a list of lines to a number of UTF-8 bytes, and says how many lines are missing and where they are. */
const withinBytes = (lines: ReadonlyArray<string>, bytes: number, elsewhere: string): ReadonlyArray<string> => {
  let room = bytes
  const shown = lines.filter((line) => {
    room -= byteLength(line) + 1
    return room >= 0
  })
  const left = lines.length - shown.length
  return left === 0 ? shown : [...shown, `- (${counted(left, "more line", "more lines")}; ${elsewhere})`]
}

/**
 * Tells an agent what changed, in at most about this many UTF-8 bytes. `textOf` returns the text of a fact that no line
 * has any more; undefined for one that is unknown.
 */
export const changesText = (
  { facts, traces }: InputChanges,
  textOf: (key: string) => string | undefined,
  bytes: number
): string => {
  const threads = (what: string, ids: ReadonlyArray<string>) => ids.map((id) => `- trace ${what}: ${id}`)
  const gone = facts.gone.flatMap((keys) => keys.flatMap((key) => textOf(key) ?? []).slice(0, 1))
  const lines = [
    ...threads("added", traces.added),
    ...threads("changed", traces.changed),
    ...threads("gone", traces.gone),
    ...facts.added.map((line) => `- fact added, ${lineText(line)}`),
    ...facts.changed.map((line) => `- fact changed, ${lineText(line)}`),
    ...gone.map((text) => `- fact gone: ${text}`)
  ]
  return withinBytes(
    lines.length === 0 ? ["- nothing but what people wrote"] : lines,
    bytes,
    "read project_facts.json"
  ).join("\n")
}

/**
 * Tells an agent the facts of a project, section by section, in at most about this many UTF-8 bytes: those of the best
 * rank. After `changes` the lines that it tells are left out, and the others have no citations: a published memory has
 * them already.
 */
export const factsText = (facts: ProjectFacts, changes: InputChanges | undefined, bytes: number): string => {
  const isTold = new Set([...(changes?.facts.added ?? []), ...(changes?.facts.changed ?? [])].map(hashOf))
  const lines = toldLines(facts).filter((line) => !isTold.has(hashOf(line)))
  let room = bytes
  const best = new Set(
    lines
      .toSorted((one, other) => one.rank - other.rank)
      .filter(({ text }) => {
        room -= byteLength(text) + 24
        return room >= 0
      })
  )
  const headings = [...new Set(lines.map(({ heading }) => heading))]
  const left = lines.length - best.size
  return [
    ...headings.flatMap((heading) => {
      const shown = lines.filter((line) => line.heading === heading && best.has(line))
      return shown.length === 0
        ? []
        : [
            heading,
            ...shown.map(({ text, threadIds }) =>
              changes === undefined ? `- ${text} ${cite(threadIds)}` : `- ${text}`
            )
          ]
    }),
    ...(left === 0 ? [] : [`(${counted(left, "more line", "more lines")}; read project_facts.json)`])
  ].join("\n")
}
