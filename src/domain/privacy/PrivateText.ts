import * as Schema from "effect/Schema"
import { isJsonObject, type JsonObject } from "../session/LenientField.js"

/**
 * Matches a tag of private text. Text between `<private>` and `</private>` is for its session alone: it is removed
 * while a line is decoded, so that no later step ever sees it. A block without an end runs to the end of its message.
 */
const tag = /<\s{0,4}(\/?)\s{0,4}private(?:\s[^<>]{0,200})?>/gi

/** Removes the private text from the parts of one message; a block may continue from one part into the next. */
const withoutPrivateParts = (parts: ReadonlyArray<string>): ReadonlyArray<string> => {
  let depth = 0
  return parts.map((text) => {
    const kept: Array<string> = []
    let from = 0
    tag.lastIndex = 0
    for (let match = tag.exec(text); match !== null; match = tag.exec(text)) {
      if (depth === 0) {
        kept.push(text.slice(from, match.index))
      }
      depth = match[1] === "" ? depth + 1 : Math.max(0, depth - 1)
      from = tag.lastIndex
    }
    return depth === 0 ? kept.join("") + text.slice(from) : kept.join("")
  })
}

/** Removes the private text from the whole text of one message. */
export const withoutPrivateText = (text: string): string =>
  mayHoldPrivate(text) ? (withoutPrivateParts([text])[0] ?? "").trim() : text

/** The maximum depth of a value that is searched. Deeper values are dropped, since nobody can have said them. */
const deepestWords = 8

/** Removes the private text from every string of a value. The texts of one list are the parts of one message. */
const withoutPrivateContent = (content: unknown, depth = 0): unknown => {
  if (typeof content === "string") {
    return withoutPrivateParts([content])[0]
  }
  if (depth > deepestWords) {
    return undefined
  }
  if (!Array.isArray(content)) {
    return isJsonObject(content) ? withoutPrivateFields(content, depth) : content
  }
  const list: ReadonlyArray<unknown> = content
  const texts = list.map((part) =>
    typeof part === "string" ? part : isJsonObject(part) && typeof part["text"] === "string" ? part["text"] : ""
  )
  const open = withoutPrivateParts(texts)
  return list.map((part, index) =>
    typeof part === "string"
      ? open[index]
      : isJsonObject(part) && typeof part["text"] === "string"
        ? { ...part, text: open[index] }
        : withoutPrivateContent(part, depth + 1)
  )
}

const withoutPrivateFields = (object: JsonObject, depth: number): JsonObject =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, withoutPrivateContent(value, depth + 1)]))

/** Removes the private text from anything that the user said: a response item or the payload of an event. */
export const withoutPrivate = (said: JsonObject): JsonObject => withoutPrivateFields(said, 0)

/** Removes the private text from a name, a title or another text that the user gave; see {@link withoutPrivate}. */
export const withoutPrivateWords = (text: string): string =>
  mayHoldPrivate(text) ? (withoutPrivateParts([text])[0] ?? "") : text

const decodeJson = Schema.decodeUnknownOption(Schema.parseJson(Schema.Unknown))

/**
 * Removes the private text from the output of a call that asked the user something. Answers are JSON in a string,
 * unless a script printed them in another form.
 */
export const withoutPrivateAnswers = (output: unknown): unknown => {
  const json = typeof output === "string" && mayHoldPrivate(output) ? decodeJson(output) : undefined
  if (json?._tag === "Some" && typeof json.value === "object") {
    return JSON.stringify(withoutPrivateContent(json.value))
  }
  return withoutPrivateContent(
    Array.isArray(output)
      ? output.map((part: unknown) =>
          isJsonObject(part) && typeof part["text"] === "string"
            ? { ...part, text: withoutPrivateAnswers(part["text"]) }
            : part
        )
      : output
  )
}

/**
 * False if a line of a rollout cannot contain private text. This cheap test spares most lines the search of their
 * messages.
 */
export const mayHoldPrivate = (line: string): boolean => /private/i.test(line)
