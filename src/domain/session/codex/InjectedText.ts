import { isJsonObject, type JsonObject } from "../LenientField.js"
import { unwrapMemory } from "../MemoryTag.js"

/**
 * Beginnings of text that the harness sends under the user's role. Nobody typed such text: it gives no title, request
 * or preference, and its content (AGENTS.md, skills, this program's memory) must not be learned again. The beginning is
 * enough, since the harness always sends one block as one message or one content part.
 */
const injectedBeginnings: ReadonlyArray<RegExp> = [
  /^# AGENTS\.md instructions(?: for |[ \t]*(?:\r?\n|$))/,
  /^<(?:user_instructions|INSTRUCTIONS)>/,
  /^<environment_context\b/,
  /^<(?:permissions instructions|collaboration_mode|multi_agent_mode|personality_spec|model_switch)>/,
  /^<(?:skills?_instructions|skill|apps?_instructions|plugins?_instructions|recommended_plugins|app-context)\b/,
  /^# Memory(?: Summary\s*\n|: \S)/,
  /^<(?:memory|memories|memory_summary|memory_context|rollout_memories|codex_memories)\b/,
  /^<(?:codex_internal_context|user_shell_command|user_action)\b/,
  /^<(?:turn_aborted|subagent_notification|inter_agent_message|realtime_conversation|goal_context)\b/,
  /^<(?:hook_context|hook_prompt|session_context|system_reminder|system-reminder)\b/,
  /^<(?:agent_message|agent_notification|subagents?|sub_agent_notification|compaction_summary|context_summary)\b/,
  /^Another language model started to solve this problem and produced a summary\b/,
  /^Review the (?:current code changes \(staged, unstaged|code changes (?:against the base branch '|introduced by commit [0-9a-f]))[\s\S]{0,800}\bfindings\.\s*$/,
  /^Warning: (?:apply_patch was requested via|The maximum number of unified exec processes)/
]

/** True if the harness added this message or content part. */
export const isInjected = (text: string): boolean => {
  const start = text.trimStart()
  return injectedBeginnings.some((beginning) => beginning.test(start))
}

/** True for the note under the user's role which says that the user interrupted the turn. */
export const isAbortNote = (text: string): boolean => /^\s*<turn_aborted>/.test(text)

/**
 * Returns the text below a block that looks like one of the harness. A harness sends each block alone, so only a person
 * writes on after it. The last end of the block counts, since the text inside may hold the tag too.
 */
const belowBlock = (text: string): string => {
  const name = /^\s*<([a-z][\w-]*)[^<>]{0,200}>/i.exec(text)?.[1]
  const end = name === undefined ? -1 : text.lastIndexOf(`</${name}>`)
  const below = name === undefined || end === -1 ? "" : text.slice(end + name.length + 3).trim()
  return isInjected(below) || /^<[a-z]/i.test(below) ? "" : below
}

/**
 * Returns the part of a message or content part that a person may have written; empty if the harness added all of it.
 */
export const withoutInjected = (text: string): string => {
  const { rest } = unwrapMemory(text)
  return isInjected(rest) ? belowBlock(rest) : rest
}

/** Reads the origin that a message's metadata states for each of its content parts, in order. */
const statedOrigins = (item: JsonObject): ReadonlyArray<{ readonly kind: unknown; readonly provenance: unknown }> => {
  const metadata = item["internal_chat_message_metadata_passthrough"]
  if (!isJsonObject(metadata)) {
    return []
  }
  const kinds: ReadonlyArray<unknown> = Array.isArray(metadata["content_item_kinds"])
    ? metadata["content_item_kinds"]
    : []
  const details: ReadonlyArray<unknown> = Array.isArray(metadata["content_item_metadata"])
    ? metadata["content_item_metadata"]
    : []
  return Array.from({ length: Math.max(kinds.length, details.length) }, (_, index) => {
    const detail = details[index]
    const provenance = isJsonObject(detail) ? detail["provenance"] : undefined
    return { kind: kinds[index], provenance: isJsonObject(provenance) ? provenance["type"] : undefined }
  })
}

/**
 * Returns the indexes of the content parts that the harness added, as the message's metadata states them. Versions
 * before 0.150 do not state this, and later ones not for every part; {@link isInjected} then judges by the text.
 */
export const harnessParts = (item: JsonObject): ReadonlySet<number> =>
  new Set(
    statedOrigins(item).flatMap(({ kind, provenance }, index) => {
      const isOthers = typeof provenance === "string" && provenance !== "user" && provenance !== "unknown"
      const isOtherKind = typeof kind === "string" && kind !== "unknown" && !kind.startsWith("user.")
      return isOthers || isOtherKind ? [index] : []
    })
  )

const pipedBlock = /^<stdin>[ \t]*\r?$[\s\S]*?(?:^<\/stdin>[ \t]*\r?$|$(?![\s\S]))/gm

/**
 * Removes data that was piped into the program together with the request, since the user did not say it to the
 * assistant.
 */
export const withoutPiped = (text: string): string =>
  text.includes("<stdin>") ? text.replace(pipedBlock, "").trim() : text

/** True if a text is one block in a tag from its first character to its last, the form in which harnesses add text. */
export const isWrapped = (text: string): boolean => /^\s*<([a-z][\w-]*)(?:\s[^>]*)?>[\s\S]*<\/\1>\s*$/i.test(text)

/** The command in a `<user_shell_command>` block, which the user ran without the assistant, and its result. */
export interface OwnCommand {
  readonly command: string
  readonly exitCode: number | undefined
  readonly output: string
}

const ownCommandForm =
  /^\s*<user_shell_command>\s*<command>\s*([\s\S]*?)\s*<\/command>\s*(?:<result>\s*([\s\S]*?)<\/result>\s*)?<\/user_shell_command>\s*$/

/** Reads a command that the user ran; undefined for any other text. */
export const readOwnCommand = (text: string): OwnCommand | undefined => {
  const [, command, result = ""] = ownCommandForm.exec(text) ?? []
  const exitCode = /^Exit code: (-?\d{1,10})$/m.exec(result)?.[1]
  return command === undefined || command === ""
    ? undefined
    : {
        command,
        exitCode: exitCode === undefined ? undefined : Number(exitCode),
        output: /^Output:\r?\n([\s\S]*)$/m.exec(result)?.[1]?.trimEnd() ?? ""
      }
}

const requestHeading = /^## My request for Codex:/m

/**
 * Returns the text that the user typed: without the editor's preamble up to `## My request for Codex:`, and trimmed.
 */
export const withoutRequestPrefix = (text: string): string => {
  const heading = requestHeading.exec(text)
  return (heading === null ? text : text.slice(heading.index + heading[0].length)).trim()
}

/**
 * Returns the working directory in an `<environment_context>` block, the only place where the oldest rollouts have it.
 */
export const environmentCwd = (text: string): string | undefined =>
  /^\s*<environment_context\b[\s\S]*?<cwd>([^<]+)<\/cwd>/.exec(text)?.[1]?.trim() || undefined
