import { unwrapMemory } from "./MemoryTag.js"

/**
 * Text that the harness puts under the user's name. Nobody typed it: it gives no title, no request and no preference,
 * and what stands in it (AGENTS.md, the skills, our own memory) must not be learned again as if it had been said.
 *
 * A block is known by how it begins, because the harness always sends one block as one message or one content part.
 */
const injectedBeginnings: ReadonlyArray<RegExp> = [
  /^# AGENTS\.md instructions(?: for |\s*\n)/,
  /^<(?:user_instructions|INSTRUCTIONS)>/,
  /^<environment_context\b/,
  /^<(?:permissions instructions|collaboration_mode|multi_agent_mode|personality_spec|model_switch)>/,
  /^<(?:skills?_instructions|skill|apps?_instructions|plugins?_instructions|recommended_plugins|app-context)\b/,
  /^# Memory(?: Summary\s*\n|: \S)/,
  /^<(?:memory|memories|memory_summary|memory_context|rollout_memories|codex_memories)\b/,
  /^<(?:turn_aborted|subagent_notification|inter_agent_message|realtime_conversation|goal_context|codex_internal_context|user_shell_command)\b/,
  /^<(?:hook_context|hook_prompt|session_context|system_reminder|system-reminder)\b/,
  /^<(?:agent_message|agent_notification|subagents?|sub_agent_notification|compaction_summary|context_summary)\b/,
  /^Another language model started to solve this problem and produced a summary\b/,
  /^Warning: (?:apply_patch was requested via|The maximum number of unified exec processes)/
]

/** Whether a message or a content part was put there by the harness. */
export const isInjected = (text: string): boolean => {
  const start = text.trimStart()
  return injectedBeginnings.some((beginning) => beginning.test(start))
}

/** What a person may have written of a message or a content part: empty where the harness put all of it there. */
export const withoutInjected = (text: string): string => {
  const { rest } = unwrapMemory(text)
  return isInjected(rest) ? "" : rest
}

const requestHeading = /^## My request for Codex:/m

/** What the user typed: the editor's preamble up to `## My request for Codex:` is cut, the rest is trimmed. */
export const withoutRequestPrefix = (text: string): string => {
  const heading = requestHeading.exec(text)
  return (heading === null ? text : text.slice(heading.index + heading[0].length)).trim()
}

/** The working directory an `<environment_context>` block names, which is all the oldest rollouts have. */
export const environmentCwd = (text: string): string | undefined =>
  /^\s*<environment_context\b[\s\S]*?<cwd>([^<]+)<\/cwd>/.exec(text)?.[1]?.trim() || undefined
