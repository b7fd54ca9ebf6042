import { isJsonObject } from "../LenientField.js"

/** The user's answer to a question of the assistant. */
export interface ClaudeAnswer {
  readonly question: string
  readonly answer: string
}

const quoted = /"((?:[^"\\]|\\.)+)"\s*=\s*"((?:[^"\\]|\\.)*)"/g

const unescaped = (text: string): string => text.replace(/\\(["\\])/g, "$1")

/**
 * Returns the user's answers in the result of a question. The result has them by question; in versions that record no
 * such object, the text has them.
 */
export const answersIn = (result: unknown, text: string): ReadonlyArray<ClaudeAnswer> => {
  const told = isJsonObject(result) ? result["answers"] : undefined
  const answers = isJsonObject(told)
    ? Object.entries(told).flatMap(([question, value]) => {
        const list: ReadonlyArray<unknown> = Array.isArray(value) ? value : [value]
        return list.flatMap((answer) => (typeof answer === "string" ? [{ question, answer }] : []))
      })
    : [...text.matchAll(quoted)].map(([, question = "", answer = ""]) => ({
        question: unescaped(question),
        answer: unescaped(answer)
      }))
  return answers
    .map(({ answer, question }) => ({ question, answer: answer.trim() }))
    .filter(({ answer }) => answer !== "")
}
