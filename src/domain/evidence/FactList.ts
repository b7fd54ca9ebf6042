import type { FactKind, SessionFact } from "../facts/Fact.js"
import { byteLength } from "../text/ByteBudget.js"
import { counted } from "../text/Counted.js"

/** The kinds of facts that a model is told beside the session, in this order, each with its name. */
const told: ReadonlyArray<readonly [FactKind, string]> = [
  ["Wish", "wish"],
  ["Decision", "decision"],
  ["Failure", "failure"],
  ["Limit", "limit"],
  ["Outcome", "outcome"],
  ["Open", "open"],
  ["Command", "works"]
]

/** The facts of a session as lines of a request, and the number of those for which there was no room. */
export interface FactList {
  readonly text: string
  readonly leftOut: number
}

/**
 * True for a fact that says nothing to rely on: a claim of the assistant, an outcome that nothing decides, and a command
 * that did not pass, which its failure tells.
 */
const isUnsure = ({ basis, content }: SessionFact): boolean =>
  basis === "assistant" ||
  (content._tag === "Command" && !content.isReusable) ||
  (content._tag === "Outcome" && content.outcome === "uncertain")

/**
 * Lists the facts of a session that are sure, in at most this many UTF-8 bytes, one line each with the lines of the
 * session that show it. Edited files stand in the events.
 */
export const factList = (facts: ReadonlyArray<SessionFact>, bytes: number): FactList => {
  const sure = facts.filter((fact) => !isUnsure(fact))
  const lines = told.flatMap(([kind, name]) =>
    sure
      .filter(({ content }) => content._tag === kind)
      .map(({ lastLine, line, text }) => `- ${name}, line ${line}${lastLine > line ? ` to ${lastLine}` : ""}: ${text}`)
  )
  const shown: Array<string> = []
  let room = bytes
  for (const line of lines) {
    room -= byteLength(line) + 1
    if (room < 0) {
      break
    }
    shown.push(line)
  }
  const leftOut = lines.length - shown.length
  return {
    text: [
      ...(lines.length === 0 ? ["- none"] : shown),
      ...(leftOut === 0 ? [] : [`- [... ${counted(leftOut, "fact", "facts")} left out ...]`])
    ].join("\n"),
    leftOut
  }
}
