import * as Schema from "effect/Schema"
import { literalAt } from "./calls/ScriptLiteral.js"
import { scriptCharacters } from "./calls/ToolScript.js"
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
        is_secret: lenient(Schema.Boolean),
        options: lenient(Schema.Array(Schema.Struct({ label: lenient(Schema.String) })))
      })
    )
  )
})
const decodeQuestions = decodeLenient(Questions, {})
const decodeJsonQuestions = decodeLenient(Schema.parseJson(Questions), {})

/** A question of the assistant. The answer to a secret one, such as a request for a password, is not kept. */
export interface AskedQuestion {
  readonly question: string
  readonly isSecret: boolean
  /** The options that the user could choose. */
  readonly options: ReadonlyArray<string>
}

/** The questions of one call, by their ids. */
export type AskedQuestions = ReadonlyMap<string, AskedQuestion>

const questionsById = ({ questions = [] }: typeof Questions.Type): AskedQuestions =>
  new Map(
    questions.flatMap(({ id, isSecret, is_secret, options = [], question = "" }) => {
      const asked = {
        question,
        isSecret: isSecret === true || is_secret === true,
        options: options.flatMap(({ label }) => (label === undefined ? [] : [withoutRecommendation(label)]))
      }
      return id === undefined ? [] : [[id, asked] as const]
    })
  )

/** Returns the questions that a `request_user_input` call asks, by their ids; undefined for any other call. */
export const readQuestions = (item: JsonObject): AskedQuestions | undefined =>
  item["name"] === "request_user_input" || item["name"] === "functions.request_user_input"
    ? questionsById(decodeJsonQuestions(item["arguments"]))
    : undefined

const askingCall = /\btools\.request_user_input\s*\(\s*/g

/** True if a script asks the user something, also where its questions cannot be read. */
export const asksInScript = (script: string): boolean => script.includes("request_user_input")

/** Returns the questions that a script asks with `tools.request_user_input(…)`; empty if it asks none. */
export const readScriptQuestions = (script: string): AskedQuestions =>
  new Map(
    [...script.slice(0, scriptCharacters).matchAll(askingCall)].slice(0, mostScriptCalls).flatMap((call) => {
      const given = literalAt(script.slice(0, scriptCharacters), call.index + call[0].length)
      return [...questionsById(decodeQuestions(given))]
    })
  )

/** The maximum number of calls in one script whose questions are read. */
const mostScriptCalls = 8

const notePrefix = /^user_note:\s*/
/** Matches the mark that the assistant adds to the option that it recommends. */
const recommendation = /\s*\((?:Recommended|推荐|おすすめ|empfohlen|recommandé|recomendado)\)\s*$/i

const withoutRecommendation = (option: string): string => option.replace(recommendation, "").trim()

const answerOf = (question: string, lines: ReadonlyArray<string>): UserAnswer => ({
  question: question.trim(),
  choice: lines
    .filter((line) => !notePrefix.test(line))
    .map(withoutRecommendation)
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
export const readAnswers = (output: unknown, questions: AskedQuestions): ReadonlyArray<UserAnswer> => {
  const decoded = typeof output === "string" ? decodeJson(output) : undefined
  const given = decoded?._tag === "Some" ? decoded.value : output
  const answers = isJsonObject(given) ? given["answers"] : undefined
  return isJsonObject(answers) ? answersById(answers, questions) : []
}

const answersById = (answers: JsonObject, questions: AskedQuestions): ReadonlyArray<UserAnswer> =>
  Object.entries(answers)
    .filter(([id]) => questions.get(id)?.isSecret !== true)
    .map(([id, answer]) => answerOf(questions.get(id)?.question ?? "", linesOf(answer)))
    .filter(isGiven)

/** The maximum depth at which a script may have put the answers into a value of its own. */
const deepestAnswers = 4

/** Finds the answers to some questions anywhere in a value: an object whose fields are the ids of questions. */
const answersWithin = (value: unknown, questions: AskedQuestions, depth: number): ReadonlyArray<UserAnswer> => {
  if (!isJsonObject(value) || depth > deepestAnswers) {
    return []
  }
  const ids = Object.keys(value)
  return ids.length > 0 && ids.every((id) => questions.has(id) && linesOf(value[id]).length > 0)
    ? answersById(value, questions)
    : Object.values(value).flatMap((one) => answersWithin(one, questions, depth + 1))
}

/**
 * Reads the answers that a script printed: as JSON with the ids of its questions, or those of its only question as JSON
 * or alone. A text of one's own beside them is not read.
 */
export const readPrintedAnswers = (
  printed: ReadonlyArray<string>,
  questions: AskedQuestions
): ReadonlyArray<UserAnswer> => {
  const values = printed.map((text) => {
    const json = decodeJson(text.slice(Math.max(0, text.indexOf("{")), text.lastIndexOf("}") + 1 || text.length))
    return json._tag === "Some" ? json.value : text
  })
  const found = values.flatMap((value) => answersWithin(value, questions, 0))
  const [only] = questions.size === 1 ? questions.values() : []
  if (found.length > 0 || only === undefined || only.isSecret) {
    return found
  }
  const lines = values.flatMap((value) =>
    typeof value === "string" ? value.trim().split("\n") : Array.isArray(value) ? strings(value) : linesOf(value)
  )
  const isAnswer = (line: string): boolean =>
    notePrefix.test(line) || only.options.includes(withoutRecommendation(line))
  return lines.length > 0 && isAnswer(lines[0] ?? "") ? [answerOf(only.question, withWholeNote(lines))] : []
}

/** Joins the lines of a note, which comes last. */
const withWholeNote = (lines: ReadonlyArray<string>): ReadonlyArray<string> => {
  const note = lines.findIndex((line) => notePrefix.test(line))
  return note === -1 ? lines.slice(0, 1) : [...lines.slice(0, note), lines.slice(note).join("\n")]
}

/**
 * Reads the answers in a `retained_context` line, in which each question is followed by the chosen option. `questions`
 * are those of the call.
 */
export const readRetainedAnswers = (payload: JsonObject, asked: AskedQuestions): ReadonlyArray<UserAnswer> => {
  const secrets = new Set([...asked.values()].flatMap(({ isSecret, question }) => (isSecret ? [question.trim()] : [])))
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
        .filter((answer) => isGiven(answer) && !secrets.has(answer.question))
}

/** True if each question in a `retained_context` line is one of those that were asked. */
export const retainsAnswersTo = (payload: JsonObject, asked: AskedQuestions): boolean => {
  const known = new Set([...asked.values()].map(({ question }) => question.trim()))
  const told = readRetainedAnswers(payload, new Map())
  return told.length > 0 && told.every(({ question }) => known.has(question))
}

/** Splits a retained answer into its lines; a note comes last, and may have several lines. */
const retainedLines = (answer: string): ReadonlyArray<string> => {
  const note = /^user_note:/m.exec(answer)?.index ?? answer.length
  return [...answer.slice(0, note).split("\n"), answer.slice(note)].filter((line) => line.trim() !== "")
}
