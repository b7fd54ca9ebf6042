import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Basis, FactId, FactKind } from "../domain/facts/Fact.js"
import { supersededIn } from "../domain/facts/FactLines.js"
import type { KnownFact } from "../domain/facts/ProjectFacts.js"
import { exactTime } from "../domain/text/ExactTime.js"
import type { Directory } from "../domain/thread/WorkingDirectory.js"
import { wishChains } from "../pass/facts/ReadFacts.js"
import type { HistoryLine } from "../services/Memories.js"
import { MemoryInspection } from "../services/MemoryInspection.js"
import type { StoredFact } from "../services/state/Facts.js"
import { type FactGroup, findFact } from "./FindFact.js"
import { historyLines } from "./History.js"

/** A session from which a fact was extracted, with the lines of its file that prove it. Times are RFC 3339 in UTC. */
export interface Evidence {
  readonly threadId: string
  readonly line: number
  readonly lastLine: number
  readonly at: string | null
  readonly basis: Basis
  readonly text: string
}

/** A wish in a chain of wishes of the user. Each wish superseded the one that follows it in the chain. */
export interface ChainLink {
  readonly id: FactId
  readonly text: string
  readonly threadId: string
  readonly at: string | null
}

/** The details of a fact in one directory, as `why --fact` shows them. */
export interface ExplainedFact {
  readonly cwd: Directory
  readonly id: FactId
  readonly kind: FactKind
  readonly text: string
  /** The decisions of people about the fact, such as a pin. */
  readonly marks: ReadonlyArray<{ readonly mark: string; readonly text: string | null; readonly at: string | null }>
  /** The lines of `MEMORY.md` that state the fact, as the file has them now; empty if none does. */
  readonly memoryLines: ReadonlyArray<{ readonly heading: string; readonly text: string }>
  /** The ids of the other facts that are merged into the same lines. */
  readonly mergedWith: ReadonlyArray<FactId>
  readonly evidence: ReadonlyArray<Evidence>
  /** The wish that holds now, then those that it superseded; empty if the fact is in no chain. */
  readonly chain: ReadonlyArray<ChainLink>
  readonly history: ReadonlyArray<HistoryLine>
}

const evidenceOf = ({ at, basis, lastLine, line, text, threadId }: StoredFact): Evidence => ({
  threadId,
  line,
  lastLine,
  at: exactTime(at),
  basis,
  text
})

const linkOf = ({ at, id, text, threadId }: KnownFact): ChainLink => ({ id, text, threadId, at: exactTime(at) })

/** Loads the code that writes and compares lines. */
const loadLines = Effect.promise(() =>
  Promise.all([
    import("../domain/offline/consolidating/Merging.js"),
    import("../domain/offline/consolidating/PersonLines.js")
  ])
)

/**
 * Finds the lines of the fact in the file. A line that the facts give may be missing there: there was no room for it, a
 * person took it out or words it otherwise, a model writes the file, or an earlier generation was restored.
 */
const linesInFile = Effect.fnUntraced(function* (cwd: Directory, lines: FactGroup["lines"]) {
  const inspection = yield* MemoryInspection
  const text = Option.getOrElse(yield* inspection.memoryText(cwd), () => "")
  const [{ lineText }, { newest }] = yield* loadLines
  const present = new Set(text.split("\n").map(newest))
  return lines
    .filter(({ line }) => present.has(newest(lineText(line))))
    .map(({ heading, line }) => ({ heading: heading.replace(/^#+ /, ""), text: line.text }))
})

/** Maximum number of history entries shown for one fact. */
const mostEntries = 50

const explainIn = Effect.fnUntraced(function* (id: FactId, { all, cwd, facts, ids, kind, lines, marks }: FactGroup) {
  const own = facts.filter((fact) => fact.id === id)
  const chains = (yield* wishChains(all)).filter(({ standing, superseded }) =>
    [...standing, ...superseded.flat()].some((fact) => fact.id === id)
  )
  const links = chains.flatMap((chain) => [chain.standing[0], ...supersededIn([chain]).map(({ old }) => old)])
  const explained: ExplainedFact = {
    cwd,
    id,
    kind,
    text: own[0]?.text ?? "",
    marks: marks
      .filter((mark) => mark.id === id)
      .map(({ at, mark }) => ({
        mark: mark._tag.toLowerCase(),
        text: mark._tag === "Corrected" ? mark.text : null,
        at: exactTime(at)
      })),
    memoryLines: yield* linesInFile(cwd, lines),
    mergedWith: ids.filter((other) => other !== id),
    evidence: own.map(evidenceOf),
    chain: links.map(linkOf),
    history: yield* historyLines({ cwd, id }, mostEntries)
  }
  return explained
})

/**
 * Explains a fact in each directory that has it: the sessions and lines that prove it, the decisions of people, the
 * wishes that it superseded, and its history.
 */
export const explainFact = Effect.fn("ExplainFact.explain")(function* (given: string, cwd: Directory | undefined) {
  const { groups, id } = yield* findFact(given, cwd)
  return yield* Effect.forEach(groups, (group) => explainIn(id, group))
})
