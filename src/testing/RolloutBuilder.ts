import * as DateTime from "effect/DateTime"

/** A time that all fixtures start from. Unix milliseconds. */
export const startOfFixtures = Date.parse("2026-03-02T09:00:00.000Z")

/** A thread id, by number: UUIDv7s that sort as their numbers do. */
export const threadIdOf = (number: number): string =>
  `0195${(0x5000_0000 + number).toString(16).slice(0, 4)}-${(0x5000_0000 + number).toString(16).slice(4)}-7abc-8def-0123456789ab`

interface Meta {
  readonly id?: string
  readonly cwd?: string
  readonly source?: unknown
  readonly [field: string]: unknown
}

/**
 * Builds a rollout line by line, in the form that Codex writes from 0.30 on. Every line is one second after the one before,
 * unless `at` says when. Lines are numbered from `ordinal` on where one is given, as versions from about 0.150 do.
 */
export class RolloutBuilder {
  /** The lines so far, without their ends. */
  readonly lines: Array<string> = []
  private now: number
  private calls = 0
  private ordinal: number | undefined

  constructor(start: number = startOfFixtures, ordinal?: number) {
    this.now = start
    this.ordinal = ordinal
  }

  /** The time of the next line, in Unix milliseconds, and its number where lines have one. */
  get next(): { readonly at: number; readonly ordinal: number } {
    return { at: this.now, ordinal: this.ordinal ?? this.lines.length }
  }

  /** The time of the next line, in Unix milliseconds. */
  at(milliseconds: number): this {
    this.now = milliseconds
    return this
  }

  /** A line as it stands. */
  raw(text: string): this {
    this.lines.push(text)
    return this
  }

  /** A record of any type. */
  line(type: string, payload: unknown): this {
    const timestamp = DateTime.formatIso(DateTime.unsafeMake(this.now))
    this.lines.push(JSON.stringify({ timestamp, ordinal: this.ordinal, type, payload }))
    this.now += 1_000
    this.ordinal = this.ordinal === undefined ? undefined : this.ordinal + 1
    return this
  }

  /** A response item: what the model was told or said. */
  item(payload: unknown): this {
    return this.line("response_item", payload)
  }

  /** An event: what the user was shown. */
  event(payload: unknown): this {
    return this.line("event_msg", payload)
  }

  /** The first line: whose session it is, where, and from which source; by default a session of a person at a terminal. */
  meta(meta: Meta = {}): this {
    return this.line("session_meta", {
      id: threadIdOf(1),
      timestamp: DateTime.formatIso(DateTime.unsafeMake(this.now)),
      cwd: "/home/ada/projects/ferry",
      originator: "codex_cli_rs",
      cli_version: "0.118.0",
      source: "cli",
      model_provider: "openai",
      ...meta
    })
  }

  /** The record that begins a turn. */
  turnContext(context: Record<string, unknown> = {}): this {
    return this.line("turn_context", {
      cwd: "/home/ada/projects/ferry",
      approval_policy: "on-request",
      sandbox_policy: { type: "workspace-write" },
      model: "gpt-5",
      ...context
    })
  }

  /** A request as versions up to 0.149 tell it: the message, then its event. */
  user(text: string): this {
    return this.item({ type: "message", role: "user", content: [{ type: "input_text", text }] }).event({
      type: "user_message",
      message: text
    })
  }

  /** The assistant's word. */
  assistant(text: string): this {
    return this.item({ type: "message", role: "assistant", content: [{ type: "output_text", text }] })
  }

  /** A command with its output, as `exec_command` tells them. */
  command(cmd: string, output: string, exitCode = 0): this {
    const call_id = `call_${++this.calls}`
    return this.item({ type: "function_call", name: "exec_command", arguments: JSON.stringify({ cmd }), call_id }).item(
      {
        type: "function_call_output",
        call_id,
        output: `Chunk ID: 0000${this.calls}\nWall time: 0.1 seconds\nProcess exited with code ${exitCode}\nOutput:\n${output}`
      }
    )
  }

  /** An edit with its output, as `apply_patch` tells them. */
  patch(patch: string, output = "Success. Updated the following files:\n"): this {
    const call_id = `call_${++this.calls}`
    return this.item({ type: "custom_tool_call", name: "apply_patch", input: patch, call_id }).item({
      type: "custom_tool_call_output",
      call_id,
      output
    })
  }

  /** A message of any role, one content part for each text. */
  message(role: string, ...texts: ReadonlyArray<string>): this {
    const type = role === "assistant" ? "output_text" : "input_text"
    return this.item({ type: "message", role, content: texts.map((text) => ({ type, text })) })
  }

  /** A call by name, without its output. */
  functionCall(call_id: string, name: string, parameters: unknown): this {
    return this.item({ type: "function_call", name, arguments: JSON.stringify(parameters), call_id })
  }

  /** The output of a call. */
  functionOutput(call_id: string, output: unknown): this {
    return this.item({ type: "function_call_output", call_id, output })
  }

  /** The same of a tool whose input is text. */
  customCall(call_id: string, name: string, input: string): this {
    return this.item({ type: "custom_tool_call", name, input, call_id })
  }

  /** The output of a tool whose input is text. */
  customOutput(call_id: string, output: unknown): this {
    return this.item({ type: "custom_tool_call_output", call_id, output })
  }

  /** An event that versions from about 0.150 on write instead of most others. */
  completed(item: unknown): this {
    return this.event({ type: "item_completed", item })
  }

  /** The user took the last turns back. */
  rolledBack(num_turns: unknown): this {
    return this.event({ type: "thread_rolled_back", num_turns })
  }

  /** A turn came to its end. */
  turnEnd(): this {
    return this.event({ type: "task_complete", turn_id: "turn" })
  }

  /** The file's content. */
  text(): string {
    return `${this.lines.join("\n")}\n`
  }
}

/** A whole small session: a failing check, its fix, and the check again. */
export const simpleSession = (
  options: {
    readonly id?: string
    readonly cwd?: string
    readonly request?: string
    readonly start?: number
    readonly source?: unknown
  } = {}
): string => {
  const {
    id = threadIdOf(1),
    cwd = "/home/ada/projects/ferry",
    request = "the timetable test fails, please fix it",
    start,
    source = "cli"
  } = options
  return new RolloutBuilder(start)
    .meta({ id, cwd, source })
    .turnContext({ cwd })
    .user(request)
    .command("npm test", "not ok 1 - timetable\nTypeError: departures.sort is not a function\n# fail 1\n", 1)
    .patch(
      "*** Begin Patch\n*** Update File: src/timetable.js\n@@\n-departures.sort()\n+[...departures].sort()\n*** End Patch"
    )
    .command("npm test", "ok 1 - timetable\n# pass 1\n# fail 0\n", 0)
    .assistant("Fixed: departures is a Set, so it is spread before it is sorted.")
    .turnEnd()
    .text()
}
