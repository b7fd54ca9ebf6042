import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import {
  answers,
  byScore,
  excerptOf,
  queryOf,
  scoreOf,
  type SearchDocument,
  type SearchQuery
} from "../domain/memory/Search.js"
import { supersededIn } from "../domain/facts/FactLines.js"
import { exactTime } from "../domain/text/ExactTime.js"
import { type Directory, projectName } from "../domain/thread/WorkingDirectory.js"
import { wishChains } from "../pass/facts/ReadFacts.js"
import { type FoundFact, InputInvalid, type SearchHit, type SearchResults } from "../services/Memories.js"
import { redact } from "../services/Redactor.js"
import { MemoryInspection } from "../services/MemoryInspection.js"
import { Consolidations } from "../services/state/Consolidations.js"
import { Facts } from "../services/state/Facts.js"
import { ThreadMemories } from "../services/state/ThreadMemories.js"
import { warn } from "../services/Logging.js"

/** Maximum number of traces and files in a result. The total number is given too. */
const mostHits = 20
const mostFacts = 20

/** Finds the `MEMORY.md` files that match a query. They are few and short, so they are read one by one. */
const memoryFiles = Effect.fnUntraced(function* (query: SearchQuery, cwds: ReadonlyArray<Directory>, traces: number) {
  const inspection = yield* MemoryInspection
  const texts = (yield* Effect.forEach(cwds, (cwd) =>
    inspection.memoryText(cwd).pipe(
      Effect.map(Option.toArray),
      // A person may have typed a secret into it.
      Effect.flatMap(Effect.forEach((text) => Effect.map(redact(text), (shown) => ({ cwd, text: shown })))),
      // One that cannot be read hides nothing of the others.
      Effect.catchAll((error) => Effect.as(warn(error.message), []))
    )
  )).flat()
  const found = texts.filter(({ text }) => answers(query, text))
  const averageLength = texts.reduce((sum, { text }) => sum + text.length, 0) / Math.max(1, texts.length)
  const corpus = { documents: texts.length + traces, matching: found.length, averageLength }
  return found.map(({ cwd, text }): SearchDocument => ({
    _tag: "Memory",
    cwd,
    threadId: undefined,
    title: `MEMORY.md of ${projectName(cwd)}`,
    updatedAt: undefined,
    summary: "",
    text,
    score: scoreOf(query, text, corpus)
  }))
})

/**
 * Returns the line that matches a query best. It is a line of the summary only if the trace contains none of the terms.
 */
const placeIn = (query: SearchQuery, { summary, text }: SearchDocument): SearchHit["place"] => {
  const inText = excerptOf(query, text)
  const inSummary = excerptOf(query, summary)
  const isInSummary = inText.places.length === 0 && inSummary.places.length > 0
  const { line, places, text: shown } = isInSummary ? inSummary : inText
  return { field: isInSummary ? "summary" : "text", line, text: shown, highlights: places }
}

/** The wishes of a directory that newer ones superseded, with the ids of these. */
const supersededWishes = Effect.fnUntraced(function* (cwd: Directory) {
  const facts = yield* Facts
  const chains = yield* wishChains(yield* facts.of(cwd))
  const standing = new Set(chains.flatMap((chain) => chain.standing.map(({ id }) => id)))
  return new Map(
    supersededIn(chains).flatMap(({ by, old }) => (standing.has(old.id) ? [] : [[`${old.id} ${cwd}`, by.id] as const]))
  )
})

/** The facts that answer, with the words of people where those corrected them. */
const foundFacts = Effect.fnUntraced(function* (words: ReadonlyArray<string>, cwd: Directory | undefined) {
  const facts = yield* Facts
  const found = yield* facts.search(words, cwd, mostFacts)
  const cwds = [...new Set(found.map((fact) => fact.cwd))]
  const marks = (yield* Effect.forEach(cwds, facts.marks)).flat()
  const wishes = found.filter(({ content }) => content._tag === "Wish")
  const superseded = new Map(
    (yield* Effect.forEach(new Set(wishes.map((wish) => wish.cwd)), supersededWishes)).flatMap((ids) => [...ids])
  )
  return found.map((fact): FoundFact => {
    const correction = marks
      .flatMap(({ cwd: of, id, mark }) =>
        id === fact.id && of === fact.cwd && mark._tag === "Corrected" ? [mark.text] : []
      )
      .at(0)
    return {
      id: fact.id,
      kind: fact.content._tag,
      text: correction ?? fact.text,
      isCorrected: correction !== undefined,
      supersededBy: superseded.get(`${fact.id} ${fact.cwd}`) ?? null,
      basis: fact.basis,
      cwd: fact.cwd,
      threadId: fact.threadId,
      line: fact.line,
      at: exactTime(fact.at)
    }
  })
})

/**
 * Finds the facts that contain the words in any inflection, and the memories that contain every word, in one directory
 * or in all.
 */
export const search = Effect.fn("Search.find")(function* (words: ReadonlyArray<string>, cwd: Directory | undefined) {
  const query = queryOf(words)
  if (query.terms.length === 0) {
    return yield* new InputInvalid({ input: "words", value: words.join(" "), expected: "a word at least" })
  }
  const threadMemories = yield* ThreadMemories
  const { documents, hits, total } = yield* threadMemories.search(query, cwd, mostHits)
  const cwds = cwd === undefined ? (yield* (yield* Consolidations).all).map((entry) => entry.cwd) : [cwd]
  const files = yield* memoryFiles(query, cwds, documents)
  const best = [...hits, ...files].sort(byScore).slice(0, mostHits)
  const results: SearchResults = {
    facts: yield* foundFacts(words, cwd),
    total: total + files.length,
    hits: best.map((hit) => ({
      kind: hit._tag === "Trace" ? "trace" : "memory",
      cwd: hit.cwd,
      threadId: hit.threadId ?? null,
      title: hit.title,
      updatedAt: exactTime(hit.updatedAt ?? null),
      score: hit.score,
      place: placeIn(query, hit)
    }))
  }
  return { terms: query.terms, results }
})
