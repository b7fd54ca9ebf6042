import { assert, describe, it } from "@effect/vitest"
import { answerText, noAnswer, withDelta, withItem } from "../../../src/domain/model/ModelAnswer.js"

const item = (text: string | undefined) => (answer: typeof noAnswer) => withItem(answer, text)
const delta = (text: string) => (answer: typeof noAnswer) => withDelta(answer, text)

const textOf = (...events: ReadonlyArray<(answer: typeof noAnswer) => typeof noAnswer>): string =>
  answerText(events.reduce((answer, take) => take(answer), noAnswer))

describe("the text of a streamed answer", () => {
  it("the text of an answer is its deltas in order", () => {
    assert.strictEqual(textOf(delta('{"a":'), delta("1"), delta("}")), '{"a":1}')
  })

  it("the text of an answer ignores finished items when there are deltas", () => {
    assert.strictEqual(textOf(item("early"), delta("a"), item("late"), delta("b")), "ab")
  })

  it("the text of an answer without deltas is that of the first finished item with text", () => {
    assert.strictEqual(textOf(item(undefined), item("first"), item("second")), "first")
  })

  it("the text of an answer is empty if nothing arrived", () => {
    assert.strictEqual(textOf(), "")
    assert.strictEqual(textOf(item(undefined)), "")
  })
})
