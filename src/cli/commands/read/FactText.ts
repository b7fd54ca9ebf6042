/* Renders facts and their history for the terminal. */
import type { Basis } from "../../../domain/facts/Fact.js"
import { shortId } from "../../../domain/thread/ThreadPrefix.js"
import type { ExplainedFact } from "../../../commands/ExplainFact.js"
import type { HistoryLine } from "../../../services/Memories.js"
import { readableStamp } from "../../terminal/ReadableTime.js"
import type { Screen } from "../../terminal/Screen.js"

const grounds: { readonly [Ground in Basis]: string } = {
  user: "the user said it",
  ran: "the session ran it",
  assistant: "the assistant claimed it",
  trace: "an older memory told it",
  team: "it was imported"
}

const eventText = ({ by, event }: HistoryLine): string => (by === null ? event : `${event} by ${by}`)

/** Renders entries of the history of facts as a table. */
export const renderHistory = (entries: ReadonlyArray<HistoryLine>, { table }: Screen): ReadonlyArray<string> =>
  table(
    [
      { heading: "when" },
      { heading: "what" },
      { heading: "fact" },
      { heading: "from" },
      { heading: "line", isFlexible: true }
    ],
    entries.map((entry) => [
      readableStamp(entry.at),
      eventText(entry),
      entry.id,
      entry.threadId === null ? (entry.event === "withdrawn" ? "" : "a person") : shortId(entry.threadId),
      entry.text ?? ""
    ])
  )

const renderIn = (fact: ExplainedFact, screen: Screen): ReadonlyArray<string> => {
  const { bold, dim, table } = screen
  return [
    bold(fact.text),
    dim(`${fact.id}  ${fact.kind}  ${fact.cwd}`),
    ...fact.marks.map(({ at, mark, text }) => `${mark} ${readableStamp(at)}${text === null ? "" : `: ${text}`}`),
    "",
    bold("Evidence"),
    ...table(
      [{ heading: "session" }, { heading: "lines" }, { heading: "when" }, { heading: "ground" }],
      fact.evidence.map(({ at, basis, lastLine, line, threadId }) => [
        shortId(threadId),
        line === lastLine ? String(line) : `${line}-${lastLine}`,
        readableStamp(at),
        grounds[basis]
      ])
    ),
    ...(fact.chain.length === 0
      ? []
      : [
          "",
          bold("The newest wish stands, and superseded those below it"),
          ...table(
            [{ heading: "fact" }, { heading: "session" }, { heading: "when" }, { heading: "wish", isFlexible: true }],
            fact.chain.map(({ at, id, text, threadId }) => [id, shortId(threadId), readableStamp(at), text])
          )
        ]),
    "",
    bold("In MEMORY.md"),
    ...(fact.memoryLines.length === 0
      ? ["  no line tells it"]
      : fact.memoryLines.map(({ heading, text }) => `  ${heading}: ${text}`)),
    ...(fact.mergedWith.length === 0 ? [] : [`  merged with ${fact.mergedWith.join(", ")}`]),
    "",
    bold("History"),
    ...renderHistory(fact.history, screen)
  ]
}

/** Renders the details of a fact (decisions, evidence, history), one section for each directory that has it. */
export const renderFact = (facts: ReadonlyArray<ExplainedFact>, screen: Screen): ReadonlyArray<string> =>
  facts.flatMap((fact, index) => [...(index === 0 ? [] : [""]), ...renderIn(fact, screen)])
