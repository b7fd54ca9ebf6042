import { factIdOf, type FactId, type SessionFact } from "./Fact.js"

/** The title of a task is lengthened by the requests that carry it on. */
const carriedOn = " → "

const titleIn = ({ content }: SessionFact): string =>
  content._tag === "Outcome" || content._tag === "Open" ? (content.title ?? "") : ""

/** Lists the titles that a task had before it was carried on, the shortest first, and its own. */
const titlesBefore = (title: string): ReadonlyArray<string> => {
  const parts = title.split(carriedOn)
  return parts.map((_, at) => parts.slice(0, at + 1).join(carriedOn))
}

/**
 * Finds the facts that repeat the title of a forgotten task. A session that goes on lengthens the title, and so gives the
 * task another id. Each is returned as the task with the forgotten title, whose words have to be taken out.
 */
export const withForgottenTitle = (
  facts: ReadonlyArray<SessionFact>,
  forgotten: ReadonlySet<FactId>
): ReadonlyArray<{ readonly fact: SessionFact; readonly told: SessionFact }> =>
  facts.flatMap((fact) =>
    titlesBefore(titleIn(fact)).flatMap((title) => {
      const content = { _tag: "Outcome", title, outcome: "uncertain" } as const
      return title !== "" && forgotten.has(factIdOf(content)) ? [{ fact, told: { ...fact, content, text: title } }] : []
    })
  )
