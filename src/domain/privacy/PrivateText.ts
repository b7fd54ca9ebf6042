import { isJsonObject, type JsonObject } from "../session/LenientField.js"

/**
 * What a person put between `<private>` and `</private>` is for that session alone: it is taken out as a line is decoded,
 * so that nothing behind that ever sees it. A block that is not closed runs to the end of its message.
 */
const tag = /<(\/?)\s*private\s*>/gi

/** The parts of one message without what is private; a block may run from one part into the next. */
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

/** A user's message, as an item or as what an event tells of, without what is private in it. */
export const withoutPrivate = (message: JsonObject): JsonObject => ({
  ...message,
  ...("content" in message ? { content: withoutPrivateContent(message["content"]) } : {}),
  ...("message" in message ? { message: withoutPrivateContent(message["message"]) } : {})
})

/** Whether a line of a rollout can hold anything private. */
export const mayHoldPrivate = (line: string): boolean => /private/i.test(line)
