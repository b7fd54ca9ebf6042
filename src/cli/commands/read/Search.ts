import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { readableTime } from "../../terminal/ReadableTime.js"
import { exactTime } from "../../terminal/ReadableTime.js"
import {
  answers,
  byScore,
  type Excerpt,
  excerptOf,
  queryOf,
  scoreOf,
  type SearchDocument,
  type SearchQuery
} from "../../../domain/memory/Search.js"
import { shortId } from "../../../domain/thread/ThreadPrefix.js"
import { fitText } from "../../terminal/TextTable.js"
import { type Directory, projectName } from "../../../domain/thread/WorkingDirectory.js"
import { MemoryInspection } from "../../../services/MemoryInspection.js"
import { Consolidations } from "../../../services/state/Consolidations.js"
import { ThreadMemories } from "../../../services/state/ThreadMemories.js"
import { SettingInvalid } from "../../../settings/Settings.js"
import { safeMessage } from "../../../services/Redactor.js"
import { directoryOf, runOn } from "../../RunCommand.js"
import type { CommandServices } from "../../CommandServices.js"
import type { Given } from "../../Options.js"
import { print, type Screen } from "../../terminal/Screen.js"

/** More hits than these nobody reads; the number of all is told. */
const mostHits = 20

/** The `MEMORY.md` files that answer a query: few and short, they are read one by one. */
const memoryFiles = Effect.fnUntraced(function* (query: SearchQuery, cwds: ReadonlyArray<Directory>, traces: number) {
  const inspection = yield* MemoryInspection
  const texts = (yield* Effect.forEach(cwds, (cwd) =>
    inspection.memoryText(cwd).pipe(
      Effect.map((text) => Option.toArray(Option.map(text, (text) => ({ cwd, text })))),
      // One that cannot be read hides nothing of the others.
      Effect.catchAll((error) => Effect.as(Effect.flatMap(safeMessage(error), Effect.logWarning), []))
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

const find = Effect.fnUntraced(function* (query: SearchQuery, cwd: Directory | undefined) {
  const threadMemories = yield* ThreadMemories
  const { documents, hits, total } = yield* threadMemories.search(query, cwd, mostHits)
  const cwds = cwd === undefined ? (yield* (yield* Consolidations).all).map((entry) => entry.cwd) : [cwd]
  const files = yield* memoryFiles(query, cwds, documents)
  return { total: total + files.length, hits: [...hits, ...files].sort(byScore).slice(0, mostHits) }
})

const highlighted = ({ places, text }: Excerpt, mark: (text: string) => string): string => {
  let end = 0
  const pieces = places.map(([start, stop]) => {
    const piece = text.slice(end, start) + mark(text.slice(start, stop))
    end = stop
    return piece
  })
  return pieces.join("") + text.slice(end)
}

/** Where in a hit the place is that best answers: of the summary only when the trace has less of it. */
const placeIn = (query: SearchQuery, { summary, text }: SearchDocument): Excerpt & { readonly field: string } => {
  const inText = excerptOf(query, text)
  const inSummary = excerptOf(query, summary)
  return inText.places.length === 0 && inSummary.places.length > 0
    ? { ...inSummary, field: "summary" }
    : { ...inText, field: "text" }
}

const render = (
  query: SearchQuery,
  cwd: Directory | undefined,
  { hits, total }: { readonly hits: ReadonlyArray<SearchDocument>; readonly total: number },
  { bold, dim, mark, width }: Screen
): ReadonlyArray<string> =>
  hits.length === 0
    ? [`Nothing was found for ${query.terms.join(", ")}${cwd === undefined ? "" : ` in ${cwd}`}.`]
    : [
        ...hits.flatMap((hit) => {
          const excerpt = placeIn(query, hit)
          const about = [
            hit.threadId === undefined ? "" : shortId(hit.threadId),
            hit.updatedAt === undefined ? "" : readableTime(hit.updatedAt),
            hit.cwd
          ]
          return [
            bold(fitText(hit.title, width)),
            dim(`  ${about.filter((part) => part !== "").join("  ")}`),
            `  ${highlighted(excerpt, mark)}`
          ]
        }),
        ...(total > hits.length ? ["", `${total} hits, the best ${hits.length} shown.`] : [])
      ]

/** `search`: the memories that have every word. */
export const run = <E>(
  given: Given & {
    readonly json: boolean
    readonly cwd: Option.Option<string>
    readonly words: ReadonlyArray<string>
  },
  { looking }: CommandServices<E>
) =>
  runOn(
    given,
    looking,
    Effect.gen(function* () {
      const query = queryOf(given.words)
      if (query.terms.length === 0) {
        return yield* new SettingInvalid({
          source: "search",
          value: given.words.join(" "),
          expected: "a word at least"
        })
      }
      const cwd = Option.isSome(given.cwd) ? yield* directoryOf(given.cwd.value) : undefined
      const found = yield* find(query, cwd)
      const json = {
        total: found.total,
        hits: found.hits.map((hit) => {
          const { field, line, places, text } = placeIn(query, hit)
          return {
            kind: hit._tag === "Trace" ? "trace" : "memory",
            cwd: hit.cwd,
            threadId: hit.threadId ?? null,
            title: hit.title,
            updatedAt: exactTime(hit.updatedAt ?? null),
            score: hit.score,
            place: { field, line, text, highlights: places }
          }
        })
      }
      yield* print(given.json, json, (screen) => render(query, cwd, found, screen))
    })
  )
