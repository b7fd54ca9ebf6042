import type { Asked } from "./Tasks.js"

/** The user's answer to one question of the assistant. */
export interface Answer {
  /** The message that answers: the user's own words or, if there are none, the option that the user chose. */
  readonly asked: Asked
  /** The option that was chosen beside the user's own words, which may amend or contradict it. */
  readonly choice: string | undefined
}

/** Lists the user's answers to the assistant's questions. A note outranks the option that was chosen with it. */
export const answersIn = (requests: ReadonlyArray<Asked>): ReadonlyArray<Answer> => {
  const besides = (asked: Asked, kind: Asked["kind"]): Asked | undefined =>
    requests.find((other) => other.kind === kind && other.line === asked.line && other.question === asked.question)
  return requests.flatMap((asked) =>
    asked.kind === "note"
      ? [{ asked, choice: besides(asked, "answer")?.text }]
      : asked.kind === "answer" && besides(asked, "note") === undefined
        ? [{ asked, choice: undefined }]
        : []
  )
}
