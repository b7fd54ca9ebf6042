import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { search } from "../../../commands/Search.js"
import { shortId } from "../../../domain/thread/ThreadPrefix.js"
import type { Directory } from "../../../domain/thread/WorkingDirectory.js"
import type { SearchHit, SearchResults } from "../../../services/Memories.js"
import { asUsage, directoryOf, runOn } from "../../RunCommand.js"
import type { CommandServices } from "../../CommandServices.js"
import type { Given } from "../../Options.js"
import { readableTime } from "../../terminal/ReadableTime.js"
import { print, type Screen } from "../../terminal/Screen.js"
import { fitText } from "../../terminal/TextWidth.js"

const highlighted = ({ highlights, text }: SearchHit["place"], mark: (text: string) => string): string => {
  let end = 0
  const pieces = highlights.map(([start, stop]) => {
    const piece = text.slice(end, start) + mark(text.slice(start, stop))
    end = stop
    return piece
  })
  return pieces.join("") + text.slice(end)
}

const render = (
  terms: ReadonlyArray<string>,
  cwd: Directory | undefined,
  { hits, total }: SearchResults,
  { bold, dim, mark, width }: Screen
): ReadonlyArray<string> =>
  hits.length === 0
    ? [`Nothing was found for ${terms.join(", ")}${cwd === undefined ? "" : ` in ${cwd}`}.`]
    : [
        ...hits.flatMap((hit) => {
          const about = [
            hit.threadId === null ? "" : shortId(hit.threadId),
            hit.updatedAt === null ? "" : readableTime(Date.parse(hit.updatedAt)),
            hit.cwd
          ]
          return [
            bold(fitText(hit.title, width)),
            dim(`  ${about.filter((part) => part !== "").join("  ")}`),
            `  ${highlighted(hit.place, mark)}`
          ]
        }),
        ...(total > hits.length ? ["", `${total} hits, the best ${hits.length} shown.`] : [])
      ]

/** Implements `search`: finds the memories that contain every word. */
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
      const cwd = Option.isSome(given.cwd) ? yield* directoryOf(given.cwd.value) : undefined
      const { results, terms } = yield* asUsage("search", search(given.words, cwd))
      yield* print(given.json, results, (screen) => render(terms, cwd, results, screen))
    })
  )
