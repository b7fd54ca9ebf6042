import * as Schema from "effect/Schema"
import { decodeLenient, isJsonObject, type JsonObject, lenient } from "../LenientField.js"

/** The user's answer to one question of the assistant. */
export interface UserAnswer {
  /** The text of the question; empty if the record does not have it. */
  readonly question: string
  /** The chosen option, or the user's free answer; empty if only a note was given. */
  readonly choice: string
  /** The note beside the choice; empty if there is none. */
  readonly note: string
}

const Questions = Schema.Struct({
  questions: lenient(
    Schema.Array(
      Schema.Struct({
        id: lenient(Schema.String),
        question: lenient(Schema.String),
        isSecret: lenient(Schema.Boolean),
        is_secret: lenient(Schema.Boolean)
      })
    )
  )
})
const decodeQuestions = decodeLenient(Schema.parseJson(Questions), {})

/** A question of the assistant. The answer to a secret one, such as a request for a password, is not kept. */
export interface AskedQuestion {
  readonly question: string
  readonly isSecret: boolean
}

/** Returns the questions that a `request_user_input` call asks, by their ids; undefined for any other call. */
export const readQuestions = (item: JsonObject): ReadonlyMap<string, AskedQuestion> | undefined =>
  item["name"] === "request_user_input"
    ? new Map(
        (decodeQuestions(item["arguments"]).questions ?? []).flatMap(({ id, isSecret, is_secret, question = "" }) =>
          id === undefined ? [] : [[id, { question, isSecret: isSecret === true || is_secret === true }]]
        )
      )
    : undefined

const notePrefix = /^user_note:\s*/
/** Matches the mark that the assistant adds to the option that it recommends. */
const recommendation = /\s*\((?:Recommended|推荐|おすすめ|empfohlen|recommandé|recomendado)\)\s*$/i

const answerOf = (question: string, lines: ReadonlyArray<string>): UserAnswer => ({
  question: question.trim(),
  choice: lines
    .filter((line) => !notePrefix.test(line))
    .map((line) => line.replace(recommendation, "").trim())
    .filter((line) => line !== "")
    .join(", "),
  note: lines
    .filter((line) => notePrefix.test(line))
    .map((line) => line.replace(notePrefix, "").trim())
    .join("\n")
})

const strings = (value: unknown): ReadonlyArray<string> =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : []

/** Returns the lines of one answer, given as a list, or in older versions as selected options and a free answer. */
const linesOf = (answer: unknown): ReadonlyArray<string> => {
  if (!isJsonObject(answer)) {
    return []
  }
  const { other } = answer
  const free = typeof other === "string" && other.trim() !== "" ? [`user_note: ${other}`] : []
  return [...strings(answer["answers"]), ...strings(answer["selected"]), ...free]
}

const isGiven = ({ choice, note }: UserAnswer): boolean => choice !== "" || note !== ""

const decodeJson = Schema.decodeUnknownOption(Schema.parseJson(Schema.Unknown))

/** Reads the answers in the output of a `request_user_input` call; `questions` are those of the call. */
export const readAnswers = (
  output: unknown,
  questions: ReadonlyMap<string, AskedQuestion>
): ReadonlyArray<UserAnswer> => {
  const decoded = typeof output === "string" ? decodeJson(output) : undefined
  const given = decoded?._tag === "Some" ? decoded.value : output
  const answers = isJsonObject(given) ? given["answers"] : undefined
  return isJsonObject(answers)
    ? Object.entries(answers)
        .filter(([id]) => questions.get(id)?.isSecret !== true)
        .map(([id, answer]) => answerOf(questions.get(id)?.question ?? "", linesOf(answer)))
        .filter(isGiven)
    : []
}

/** Reads the answers in a `retained_context` line, in which each question is followed by the chosen option. */
export const readRetainedAnswers = (payload: JsonObject): ReadonlyArray<UserAnswer> => {
  const questions: ReadonlyArray<unknown> = Array.isArray(payload["questions"]) ? payload["questions"] : []
  return payload["type"] !== "verified_answer"
    ? []
    : questions
        .flatMap((one) => {
          const question = isJsonObject(one) ? one["question"] : undefined
          const answer = isJsonObject(one) ? one["answer"] : undefined
          return typeof question === "string" && typeof answer === "string"
            ? [answerOf(question.split("\n", 1)[0] ?? "", retainedLines(answer))]
            : []
        })
        .filter(isGiven)
}

/** Splits a retained answer into its lines; a note comes last, and may have several lines. */
const retainedLines = (answer: string): ReadonlyArray<string> => {
  const note = /^user_note:/m.exec(answer)?.index ?? answer.length
  return [...answer.slice(0, note).split("\n"), answer.slice(note)].filter((line) => line.trim() !== "")
}
