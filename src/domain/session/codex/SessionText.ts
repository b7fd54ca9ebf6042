import { harnessParts, withoutInjected, withoutPiped, withoutRequestPrefix } from "./InjectedText.js"
import { isJsonObject, type JsonObject } from "../LenientField.js"
import type { Event, RolloutLine } from "./RolloutLine.js"

/** Returns the text of each content part of a message. */
export const contentParts = (content: unknown): ReadonlyArray<string> =>
  typeof content === "string"
    ? [content]
    : Array.isArray(content)
      ? content.flatMap((part) => (isJsonObject(part) && typeof part["text"] === "string" ? [part["text"]] : []))
      : []

/** Returns the whole text of a message's content. */
export const contentText = (content: unknown): string => contentParts(content).join("\n").trim()

/** Returns the content parts of a message that the harness did not add, according to the message itself. */
export const ownContent = (item: JsonObject): unknown => {
  const content = item["content"]
  const others = harnessParts(item)
  return Array.isArray(content) && others.size > 0 ? content.filter((_, index) => !others.has(index)) : content
}

/** Returns the text that a person typed in a user-role message; empty if the harness added all of it. */
export const typedText = (item: JsonObject): string =>
  withoutPiped(
    withoutRequestPrefix(
      contentParts(ownContent(item))
        .map(withoutInjected)
        .filter((part) => part !== "")
        .join("\n")
    )
  )

/** Returns the goal that a line sets or repeats, in an event or in an output without a call; else undefined. */
export const goalText = (line: RolloutLine): string | undefined => {
  const goal = line._tag === "Event" && line.kind === "thread_goal_updated" ? line.payload["goal"] : undefined
  const isOutput =
    line._tag === "ResponseItem" &&
    line.kind === "function_call_output" &&
    line.item["name"] === "goal_objective" &&
    line.item["call_id"] === undefined
  const objective = isJsonObject(goal) ? goal["objective"] : isOutput ? line.item["output"] : undefined
  return typeof objective === "string" && objective.trim() !== "" ? objective.trim() : undefined
}

/** Returns the item in an `item_completed` event, which since about 0.150 replaces several older events. */
export const completedItem = (event: Event): JsonObject | undefined =>
  event.kind === "item_completed" && isJsonObject(event.payload["item"]) ? event.payload["item"] : undefined

const isNonEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length > 0

const isImage = (part: unknown): boolean =>
  isJsonObject(part) && typeof part["type"] === "string" && part["type"].includes("image")

/**
 * Returns the text of a `user_message` event or a `UserMessage` item, without its prefix. Empty for an image alone;
 * undefined for any other event, and for one without anything from a person.
 */
export const typedEventText = (event: Event): string | undefined => {
  if (event.kind === "user_message") {
    const { images, local_images: localImages, message } = event.payload
    const text = typeof message === "string" ? withoutPiped(withoutRequestPrefix(withoutInjected(message))) : ""
    return text !== "" || isNonEmptyList(images) || isNonEmptyList(localImages) ? text : undefined
  }
  const item = completedItem(event)
  if (item?.["type"] !== "UserMessage") {
    return undefined
  }
  const text = typedText(item)
  return text !== "" || (Array.isArray(item["content"]) && item["content"].some(isImage)) ? text : undefined
}
