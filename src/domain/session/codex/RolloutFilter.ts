import type { JsonObject } from "../LenientField.js"
import { withoutInjected, withoutRequestPrefix } from "./InjectedText.js"
import { isJsonObject } from "../LenientField.js"
import { type ItemKind, itemKinds, type RolloutLine } from "./RolloutLine.js"
import { contentText, ownContent } from "./SessionText.js"

/** Selects the items of a rollout that a model is shown. */
export interface RolloutFilter {
  readonly responseItems: boolean
  readonly compactedItems: boolean
  readonly kinds: ReadonlySet<ItemKind>
  /** The maximum number of items that are kept, counted from the first; undefined keeps all. */
  readonly maxItems: number | undefined
  /** True to leave out items without evidence, and text under the user's role that nobody typed. */
  readonly evidenceOnly: boolean
}

/** Keeps every item unchanged, including injected text and encrypted reasoning. */
export const keepAll: RolloutFilter = {
  responseItems: true,
  compactedItems: true,
  kinds: new Set(itemKinds),
  maxItems: undefined,
  evidenceOnly: false
}

/** Keeps the items that show what happened. */
export const evidenceFilter: RolloutFilter = { ...keepAll, evidenceOnly: true }

/** The filters by their names in the setting `MEMORIES_ROLLOUT_FILTER`. */
export const rolloutFilters = { evidence: evidenceFilter, "keep-all": keepAll } as const

/** Returns the item of a line as it is shown; undefined if the filter leaves it out. */
export const filterLine = (filter: RolloutFilter, line: RolloutLine): JsonObject | undefined => {
  if (line._tag === "ResponseItem" && filter.responseItems && filter.kinds.has(line.kind)) {
    return filter.evidenceOnly ? evidenceOf(line.kind, line.item) : line.item
  }
  const isEmptySummary = line._tag === "Compacted" && filter.evidenceOnly && line.message.trim() === ""
  return line._tag === "Compacted" && filter.compactedItems && filter.kinds.has("message") && !isEmptySummary
    ? { type: "message", role: "assistant", content: [{ type: "output_text", text: line.message }] }
    : undefined
}

/** Fields of an item that only the harness uses, and that a model is not shown. */
const scaffolding: ReadonlySet<string> = new Set(["internal_chat_message_metadata_passthrough", "encrypted_content"])

const withoutScaffolding = (item: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(item).filter(([field]) => !scaffolding.has(field)))

const evidenceOf = (kind: ItemKind, item: JsonObject): JsonObject | undefined => {
  switch (kind) {
    case "ghost_snapshot":
    case "compaction":
      return undefined
    case "reasoning":
      return holdsText(item["summary"]) || holdsText(item["content"]) ? withoutScaffolding(item) : undefined
    case "message":
      return evidenceOfMessage(item)
    case "other":
      return item["type"] === "additional_tools" ? undefined : withoutScaffolding(item)
    default:
      return withoutScaffolding(item)
  }
}

const holdsText = (content: unknown): boolean => contentText(content) !== ""

const evidenceOfMessage = (item: JsonObject): JsonObject | undefined => {
  if (item["role"] === "assistant") {
    return withoutScaffolding(item)
  }
  const given = ownContent(item)
  const parts: ReadonlyArray<unknown> = typeof given === "string" ? [given] : Array.isArray(given) ? given : []
  const content = parts.flatMap(typedPart)
  return item["role"] === "user" && content.length > 0 ? { ...withoutScaffolding(item), content } : undefined
}

const typedPart = (part: unknown): ReadonlyArray<unknown> => {
  const text = typeof part === "string" ? part : isJsonObject(part) ? part["text"] : undefined
  if (typeof text !== "string") {
    return [part]
  }
  const typed = withoutRequestPrefix(withoutInjected(text))
  return typed === "" ? [] : [isJsonObject(part) ? { ...part, text: typed } : typed]
}
