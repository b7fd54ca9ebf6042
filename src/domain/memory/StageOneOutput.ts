import * as Either from "effect/Either"
import * as JSONSchema from "effect/JSONSchema"
import * as Schema from "effect/Schema"

/**
 * The answer that phase one asks a model for. Strict structured output requires a closed object at the root with every
 * field required.
 */
export const StageOneOutput = Schema.Struct({
  traceMemory: Schema.String.annotations({
    description: "The detailed markdown memory of this session; empty when nothing is worth remembering."
  }),
  summary: Schema.String.annotations({
    description: "Under 120 words: the most reusable outcomes of this session; empty when traceMemory is."
  })
})

/**
 * The answer that phase one asks a model for. Decoded answers have both fields trimmed. If both are empty, there is
 * nothing worth remembering; see {@link isNothing}.
 */
export type StageOneOutput = typeof StageOneOutput.Type

/** The JSON schema of {@link StageOneOutput} that a request carries. */
export const stageOneJsonSchema = (): JSONSchema.JsonSchema7Root => JSONSchema.make(StageOneOutput)

/** True when an answer says that there is nothing to remember. */
export const isNothing = (output: StageOneOutput): boolean => output.traceMemory === "" && output.summary === ""

/**
 * A model's answer does not have the requested form. The error leaves the answer out, since it may contain anything
 * from the session. Asking again may help; nothing else does.
 */
export class MalformedAnswer extends Schema.TaggedError<MalformedAnswer>("rollout-memories/MalformedAnswer")(
  "MalformedAnswer",
  { reason: Schema.String }
) {
  override get message(): string {
    return `the model's answer cannot be used: ${this.reason}`
  }
}

const decodeObject = Schema.decodeUnknownEither(Schema.parseJson(StageOneOutput))

const fenced = /^```(?:json)?[ \t]*\r?\n([\s\S]*?)\r?\n?```$/

const candidates = (text: string): ReadonlyArray<string> => {
  const first = text.indexOf("{")
  const last = text.lastIndexOf("}")
  return [text, fenced.exec(text)?.[1] ?? "", first === -1 || last < first ? "" : text.slice(first, last + 1)]
}

/**
 * Parses an answer leniently: the whole text as a JSON object, else the inside of a fence around the whole text, else
 * the text from the first `{` to the last `}`. Ignores further properties and trims both fields.
 */
export const parseStageOneOutput = (answer: string): Either.Either<StageOneOutput, MalformedAnswer> => {
  const text = answer.trim()
  for (const candidate of candidates(text)) {
    const decoded = decodeObject(candidate)
    if (Either.isRight(decoded)) {
      const output = { traceMemory: decoded.right.traceMemory.trim(), summary: decoded.right.summary.trim() }
      return isNothing(output) || (output.traceMemory !== "" && output.summary !== "")
        ? Either.right(output)
        : Either.left(new MalformedAnswer({ reason: "one of traceMemory and summary is empty, the other is not" }))
    }
  }
  return Either.left(
    new MalformedAnswer({
      reason: text === "" ? "it is empty" : "it holds no JSON object with traceMemory and summary"
    })
  )
}
