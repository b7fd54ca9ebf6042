import * as Effect from "effect/Effect"
import { search } from "../../../commands/Search.js"
import { withoutDirectionControls } from "../../../domain/text/WritingDirection.js"
import { shortId } from "../../../domain/thread/ThreadPrefix.js"
import type { Directory } from "../../../domain/thread/WorkingDirectory.js"
import type { SearchHit, SearchResults } from "../../../services/Memories.js"
import { asUsage, givenProject, runOn } from "../../RunCommand.js"
import type { CommandServices } from "../../CommandServices.js"
import type { GivenTo } from "../../CommandTable.js"
import { readableStamp } from "../../terminal/ReadableTime.js"
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

const factLines = (
  facts: SearchResults["facts"],
  { bold, dim, width }: Pick<Screen, "bold" | "dim" | "width">
): ReadonlyArray<string> =>
  facts.flatMap((fact) => {
    const about = [
      `${fact.kind}${fact.isCorrected ? ", corrected" : ""}${fact.supersededBy === null ? "" : `, superseded by ${fact.supersededBy}`}`,
      `${shortId(fact.threadId)} line ${fact.line}`,
      readableStamp(fact.at),
      fact.cwd
    ]
    return [
      `${bold(fact.id)}  ${fitText(withoutDirectionControls(fact.text).replace(/\p{Cc}+/gu, " "), width - fact.id.length - 2)}`,
      dim(`  ${about.filter((part) => part !== "").join("  ")}`)
    ]
  })

const render = (
  terms: ReadonlyArray<string>,
  cwd: Directory | undefined,
  { facts, hits, total }: SearchResults,
  { bold, dim, mark, width }: Screen
): ReadonlyArray<string> =>
  facts.length + hits.length === 0
    ? [`Nothing was found for ${terms.join(", ")}${cwd === undefined ? "" : ` in ${cwd}`}.`]
    : [
        ...(facts.length === 0 ? [] : [bold("Facts"), ...factLines(facts, { bold, dim, width })]),
        ...(facts.length === 0 || hits.length === 0 ? [] : ["", bold("Traces and files")]),
        ...hits.flatMap((hit) => {
          const about = [hit.threadId === null ? "" : shortId(hit.threadId), readableStamp(hit.updatedAt), hit.cwd]
          return [
            bold(fitText(hit.title, width)),
            dim(`  ${about.filter((part) => part !== "").join("  ")}`),
            `  ${highlighted(hit.place, mark)}`
          ]
        }),
        ...(total > hits.length ? ["", `${total} hits, the best ${hits.length} shown.`] : [])
      ]

/**
 * Implements `search`: finds the facts that contain the words in any inflection, and the memories that contain every
 * word.
 */
export const run = <E>(
  given: GivenTo<"search"> & { readonly words: ReadonlyArray<string> },
  { looking }: CommandServices<E>
) =>
  runOn(
    given,
    looking,
    Effect.gen(function* () {
      const cwd = yield* givenProject(given.cwd)
      const { results, terms } = yield* asUsage("search", search(given.words, cwd))
      yield* print(given.json, results, (screen) => render(terms, cwd, results, screen))
    })
  )
