/** An answer that is still arriving over a stream: the text of its deltas, and the text of its first finished item. */
export interface PartialAnswer {
  readonly deltas: string
  readonly itemText: string | undefined
  readonly hasDeltas: boolean
}

/** The answer before anything has arrived. */
export const noAnswer: PartialAnswer = { deltas: "", itemText: undefined, hasDeltas: false }

/** Adds a piece of text from the stream to an answer. */
export const withDelta = (answer: PartialAnswer, text: string): PartialAnswer => ({
  ...answer,
  deltas: answer.deltas + text,
  hasDeltas: true
})

/** Adds an item that the stream reported as finished to an answer. */
export const withItem = (answer: PartialAnswer, text: string | undefined): PartialAnswer => ({
  ...answer,
  itemText: answer.itemText ?? text
})

/**
 * The text of an answer: the deltas in order or, when there were none, the text of the first finished message item.
 */
export const answerText = (answer: PartialAnswer): string =>
  answer.hasDeltas ? answer.deltas : (answer.itemText ?? "")
