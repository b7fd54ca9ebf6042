import { isJsonObject, type JsonObject } from "../session/LenientField.js"

/**
 * Matches a tag of private text. Text between `<private>` and `</private>` is for its session alone: it is removed
 * while a line is decoded, so that no later step ever sees it. A block without an end runs to the end of its message.
 */
const tag = /<(\/?)\s*private\s*>/gi

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

const withoutPrivateContent = (content: unknown): unknown => {
  if (typeof content === "string") {
    return withoutPrivateParts([content])[0]
  }
  if (!Array.isArray(content)) {
    return content
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
        : part
  )
}

/** Removes the private text from a user's message, which is a response item or the payload of an event. */
export const withoutPrivate = (message: JsonObject): JsonObject => ({
  ...message,
  ...("content" in message ? { content: withoutPrivateContent(message["content"]) } : {}),
  ...("message" in message ? { message: withoutPrivateContent(message["message"]) } : {})
})

/**
 * False if a line of a rollout cannot contain private text. This cheap test spares most lines the search of their
 * messages.
 */
export const mayHoldPrivate = (line: string): boolean => /private/i.test(line)
