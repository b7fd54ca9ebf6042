import * as DateTime from "effect/DateTime"

/** The time at which all fixtures start. Unix milliseconds. */
export const startOfFixtures = Date.parse("2026-03-02T09:00:00.000Z")

/** Returns the thread id that stands for a number in fixtures. The ids are UUIDv7s that sort like their numbers. */
export const threadIdOf = (number: number): string =>
  `0195${(0x5000_0000 + number).toString(16).slice(0, 4)}-${(0x5000_0000 + number).toString(16).slice(4)}-7abc-8def-0123456789ab`

interface Meta {
  readonly id?: string
  readonly cwd?: string
  readonly source?: unknown
  readonly [field: string]: unknown
}

/**
 * Builds a rollout line by line, in the form that Codex has written since 0.30. Each line is one second later than the
 * previous one, unless `at` sets the time. If `ordinal` is given, lines are numbered from it, as since about 0.150.
 */
export class RolloutBuilder {
  /** The lines so far, without line feeds. */
  readonly lines: Array<string> = []
  private now: number
  private calls = 0
  private ordinal: number | undefined

  constructor(start: number = startOfFixtures, ordinal?: number) {
    this.now = start
    this.ordinal = ordinal
  }

  /** The time of the next line in Unix milliseconds, and the ordinal of the next line if lines are numbered. */
  get next(): { readonly at: number; readonly ordinal: number } {
    return { at: this.now, ordinal: this.ordinal ?? this.lines.length }
  }

  /** Sets the time of the next line, in Unix milliseconds. */
  at(milliseconds: number): this {
    this.now = milliseconds
    return this
  }

  /** Adds a line verbatim. */
  raw(text: string): this {
    this.lines.push(text)
    return this
  }

  /** Adds a record of any type. */
  line(type: string, payload: unknown): this {
    const timestamp = DateTime.formatIso(DateTime.unsafeMake(this.now))
    this.lines.push(JSON.stringify({ timestamp, ordinal: this.ordinal, type, payload }))
    this.now += 1_000
    this.ordinal = this.ordinal === undefined ? undefined : this.ordinal + 1
    return this
  }

  /** Adds a response item: a part of the conversation with the model. */
  item(payload: unknown): this {
    return this.line("response_item", payload)
  }

  /** Adds an event, which is shown to the user. */
  event(payload: unknown): this {
    return this.line("event_msg", payload)
  }

  /**
   * Adds the first line: the session's id, directory and source. By default a person started the session at a terminal.
   */
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

  /** Adds the record that begins a turn. */
  turnContext(context: Record<string, unknown> = {}): this {
    return this.line("turn_context", {
      cwd: "/home/ada/projects/ferry",
      approval_policy: "on-request",
      sandbox_policy: { type: "workspace-write" },
      model: "gpt-5",
      ...context
    })
  }

  /** Adds a request as versions up to 0.149 record it: the message, then its event. */
  user(text: string): this {
    return this.item({ type: "message", role: "user", content: [{ type: "input_text", text }] }).event({
      type: "user_message",
      message: text
    })
  }

  /** Adds a message of the assistant. */
  assistant(text: string): this {
    return this.item({ type: "message", role: "assistant", content: [{ type: "output_text", text }] })
  }

  /** Adds a command and its output, as `exec_command` records them. */
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

  /** Adds an edit and its output, as `apply_patch` records them. */
  patch(patch: string, output = "Success. Updated the following files:\n"): this {
    const call_id = `call_${++this.calls}`
    return this.item({ type: "custom_tool_call", name: "apply_patch", input: patch, call_id }).item({
      type: "custom_tool_call_output",
      call_id,
      output
    })
  }

  /** Adds a message of any role, with one content part for each text. */
  message(role: string, ...texts: ReadonlyArray<string>): this {
    const type = role === "assistant" ? "output_text" : "input_text"
    return this.item({ type: "message", role, content: texts.map((text) => ({ type, text })) })
  }

  /** Adds a call of a tool by name, without its output. */
  functionCall(call_id: string, name: string, parameters: unknown): this {
    return this.item({ type: "function_call", name, arguments: JSON.stringify(parameters), call_id })
  }

  /** Adds the output of a call. */
  functionOutput(call_id: string, output: unknown): this {
    return this.item({ type: "function_call_output", call_id, output })
  }

  /** Adds a call of a tool whose input is text, without its output. */
  customCall(call_id: string, name: string, input: string): this {
    return this.item({ type: "custom_tool_call", name, input, call_id })
  }

  /** Adds the output of a tool whose input is text. */
  customOutput(call_id: string, output: unknown): this {
    return this.item({ type: "custom_tool_call_output", call_id, output })
  }

  /** Adds an `item_completed` event, which since about 0.150 replaces most other events. */
  completed(item: unknown): this {
    return this.event({ type: "item_completed", item })
  }

  /** Adds the event that Codex records when the user rewinds the last turns. */
  rolledBack(num_turns: unknown): this {
    return this.event({ type: "thread_rolled_back", num_turns })
  }

  /** Adds the event that ends a turn. */
  turnEnd(): this {
    return this.event({ type: "task_complete", turn_id: "turn" })
  }

  /** Returns the content of the file. */
  text(): string {
    return `${this.lines.join("\n")}\n`
  }
}

/** Builds a small session: a failing check, its fix, and the check again. */
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
