/** An answer as it comes in: the deltas' text, and of the finished items the first text. */
export interface PartialAnswer {
  readonly deltas: string
  readonly itemText: string | undefined
  readonly hasDeltas: boolean
}

/** Nothing came yet. */
export const noAnswer: PartialAnswer = { deltas: "", itemText: undefined, hasDeltas: false }

/** The answer after one more text delta. */
export const withDelta = (answer: PartialAnswer, text: string): PartialAnswer => ({
  ...answer,
  deltas: answer.deltas + text,
  hasDeltas: true
})

/** The answer after one more finished item. */
export const withItem = (answer: PartialAnswer, text: string | undefined): PartialAnswer => ({
  ...answer,
  itemText: answer.itemText ?? text
})

/** The whole text: the deltas in order; only when no delta came, that of the first finished message item. */
export const answerText = (answer: PartialAnswer): string =>
  answer.hasDeltas ? answer.deltas : (answer.itemText ?? "")
