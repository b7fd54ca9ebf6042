import type { SessionLine } from "../SessionLine.js"
import { eventLineTypes, isOfRollout, itemKinds, type RolloutLine } from "./RolloutLine.js"
import { completedItem } from "./SessionText.js"

/** Makes a set from the words in a text. The sets below have the type names that Codex is known to write. */
const names = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

const lineTypes = names(`
  session_meta turn_context response_item event_msg compacted ${eventLineTypes.join(" ")} world_state
  inter_agent_communication inter_agent_communication_metadata security_risk_score realtime_item record_type/state`)

const responseItems = names(`
  ${itemKinds.join(" ")} additional_tools agent_message compaction_summary context_compaction image_generation_call
  tool_search_call tool_search_output`)

const completedItems = names(`
  UserMessage AgentMessage HookPrompt Plan Reasoning CommandExecution FileChange McpToolCall DynamicToolCall
  CollabAgentToolCall Extension WebSearch ImageView ImageGeneration ContextCompaction EnteredReviewMode ExitedReviewMode`)

const events = names(`
  ${eventLineTypes.join(" ")} agent_message agent_message_content_delta agent_message_delta agent_reasoning agent_reasoning_delta
  agent_reasoning_raw_content agent_reasoning_raw_content_delta agent_reasoning_section_break
  apply_patch_approval_request background_event collab_agent_interaction_begin collab_agent_interaction_end
  collab_agent_spawn_begin collab_agent_spawn_end collab_close_begin collab_close_end collab_resume_begin
  collab_resume_end collab_waiting_begin collab_waiting_end context_compacted deprecation_notice
  dynamic_tool_call_request dynamic_tool_call_response elicitation_request entered_review_mode error
  exec_approval_request exec_command_begin exec_command_end exec_command_output_delta exited_review_mode
  guardian_assessment hook_completed hook_started image_generation_begin image_generation_end item_completed
  item_started mcp_startup_complete mcp_startup_update mcp_tool_call_begin mcp_tool_call_end model_reroute
  model_verification patch_apply_begin patch_apply_end patch_apply_updated plan_delta plan_update raw_response_item
  realtime_conversation_closed realtime_conversation_realtime realtime_conversation_started reasoning_content_delta
  reasoning_raw_content_delta request_permissions request_user_input session_configured shutdown_complete
  skills_update_available stream_error sub_agent_activity task_complete task_started terminal_interaction thread_goal_updated
  thread_name_updated thread_rolled_back thread_settings_applied token_count turn_aborted
  turn_complete turn_diff turn_started undo_completed undo_started user_message view_image_tool_call warning
  web_search_begin web_search_end`)

/**
 * Returns a type name in a form that may be shown. Types of Codex are short words; any other text is withheld, since it
 * might be private.
 */
const shown = (name: unknown): string =>
  name === undefined ? "(no type)" : typeof name === "string" && /^[\w./-]{1,64}$/.test(name) ? name : "(no name)"

const unless = (known: ReadonlySet<string>, place: string, name: unknown): string | undefined =>
  typeof name === "string" && known.has(name) ? undefined : `${place}${shown(name)}`

/**
 * Returns the type of a line that this version does not know, as `response_item/<type>`, `event_msg/<type>`,
 * `item_completed/<type>`, or the type of the line itself; undefined for a line of a known type. Such a line is
 * skipped, although it may contain something to learn.
 */
const unknownType = (line: RolloutLine): string | undefined => {
  switch (line._tag) {
    case "ResponseItem":
      return unless(responseItems, "response_item/", line.item["type"])
    case "Event": {
      const item = completedItem(line)
      return item === undefined
        ? unless(events, "event_msg/", line.kind === "" ? undefined : line.kind)
        : unless(completedItems, "item_completed/", item["type"])
    }
    case "Unrecognised":
      return unless(lineTypes, "", line.type)
    default:
      return undefined
  }
}

/** The number of lines of each unknown type. */
export type UnknownLines = ReadonlyMap<string, number>

/** The maximum number of types that are counted separately. Lines of any further types are counted together. */
const types = 100
const others = "(others)"

/** Adds two counts of unknown lines. */
export const joinUnknown = (left: UnknownLines, right: UnknownLines): UnknownLines => {
  const joined = new Map(left)
  for (const [type, lines] of right) {
    const name = joined.has(type) || joined.size < types ? type : others
    joined.set(name, (joined.get(name) ?? 0) + lines)
  }
  return joined
}

/** Counts the lines of unknown types in one session. */
export class UnknownLineCounter {
  private isRollout = false
  private readonly counts: Map<string, number> = new Map()

  /** Adds the next line. */
  add(line: SessionLine): void {
    if (line._tag === "MalformedLine") {
      return
    }
    if (line._tag === "SessionRecord") {
      this.isRollout ||= line.entry._tag === "SessionDetails"
      return this.count(line.entry._tag === "Unread" ? shown(line.entry.type) : undefined)
    }
    this.isRollout ||= isOfRollout(line)
    this.count(unknownType(line))
  }

  private count(type: string | undefined): void {
    if (type !== undefined) {
      const name = this.counts.has(type) || this.counts.size < types ? type : others
      this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
    }
  }

  /** Returns the counts so far; empty for a file that is no session's. */
  result(): UnknownLines {
    return this.isRollout ? this.counts : new Map()
  }
}

/** The number of lines of one unknown type. */
export interface UnknownTypeCount {
  readonly type: string
  readonly lines: number
}

/** Lists counts, the most frequent types first. */
export const listUnknown = (unknown: UnknownLines): ReadonlyArray<UnknownTypeCount> =>
  [...unknown]
    .map(([type, lines]) => ({ type, lines }))
    .sort((left, right) => right.lines - left.lines || (left.type < right.type ? -1 : 1))

/** Renders a list of counts for people. */
export const renderUnknown = (unknown: ReadonlyArray<UnknownTypeCount>): string =>
  unknown.map(({ lines, type }) => `${type} (${lines})`).join(", ")
