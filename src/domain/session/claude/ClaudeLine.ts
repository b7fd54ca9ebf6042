import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { isJsonObject, type JsonObject } from "../LenientField.js"
import type { NumberedLine } from "../LineSplitter.js"
import { timestampOf } from "../Timestamp.js"

/*
 * Most bytes of a transcript of Claude Code are no conversation: copies of requests, system prompts, lists of skills,
 * outputs of hooks. The type stands in the first characters of a line, so such a line is skipped without being parsed.
 */

/** A line of a transcript. */
export type ClaudeLine =
  | {
      readonly _tag: "Told"
      readonly line: number
      readonly timestamp: number | undefined
      readonly record: JsonObject
    }
  /** A line that tells nothing. It may still be a link in the chain of records. */
  | { readonly _tag: "Skipped"; readonly line: number; readonly uuid: string | undefined }
  | { readonly _tag: "Unknown"; readonly line: number; readonly type: string }
  | { readonly _tag: "Malformed"; readonly line: number }

const names = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** Types of lines that are parsed. */
const told = names("user assistant system attachment custom-title")

/** Types of lines that tell nothing about the conversation, or tell it again. */
const bookkeeping = names(`
  agent-name ai-title api-request api-request-blob api-request-shape atis-latch bridge-session cost-state
  file-history-delta file-history-snapshot last-prompt mode permission-mode pr-link progress queue-operation summary tag
  tools-used worktree-state`)

/** The number of characters at the start of a line in which its type is searched. */
const headCharacters = 700
/** The number of characters at the end of a line in which the id of a skipped record is searched. */
const tailCharacters = 2_000

const leadingType = /^\{"type":"([^"]{1,64})"/
const attachmentType = /"attachment":\{"type":"(\w{1,64})"/
const progressType = /"type":"progress"/

/** The one kind of attachment that has the user's words: a message that was typed while the assistant worked. */
const queuedCommand = "queued_command"

/** Returns the id of a record from the end of its line, where it stands behind the content. */
const idAtEnd = (text: string): string | undefined => {
  const at = text.lastIndexOf('"uuid":"')
  const id = at < text.length - tailCharacters ? undefined : /^"uuid":"([^"]{1,64})"/.exec(text.slice(at, at + 80))?.[1]
  return at === -1 ? undefined : id
}

/** Skips a line by its first characters; undefined for one that must be parsed. */
const skipped = (text: string, line: number): ClaudeLine | undefined => {
  const head = text.slice(0, headCharacters)
  const type = leadingType.exec(head)?.[1]
  if (type !== undefined && !told.has(type)) {
    return bookkeeping.has(type) ? { _tag: "Skipped", line, uuid: undefined } : { _tag: "Unknown", line, type }
  }
  const attachment = attachmentType.exec(head)?.[1]
  const isSkipped = attachment === undefined ? progressType.test(head) : attachment !== queuedCommand
  return isSkipped ? { _tag: "Skipped", line, uuid: idAtEnd(text) } : undefined
}

const parseJson = Schema.decodeUnknownEither(Schema.parseJson())

/** Decodes a line of a transcript. Never fails. */
export const decodeClaudeLine = ({ line, text }: NumberedLine): ClaudeLine => {
  if (text === undefined) {
    return { _tag: "Malformed", line }
  }
  const known = skipped(text, line)
  if (known !== undefined) {
    return known
  }
  const parsed = Either.getOrUndefined(parseJson(text))
  if (!isJsonObject(parsed)) {
    return { _tag: "Malformed", line }
  }
  const type = typeof parsed["type"] === "string" ? parsed["type"] : ""
  return told.has(type)
    ? { _tag: "Told", line, timestamp: timestampOf(parsed["timestamp"]), record: parsed }
    : bookkeeping.has(type)
      ? { _tag: "Skipped", line, uuid: undefined }
      : { _tag: "Unknown", line, type }
}
