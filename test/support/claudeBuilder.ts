import * as DateTime from "effect/DateTime"
import { startOfFixtures } from "../../src/testing/RolloutBuilder.js"

interface Fields {
  readonly [name: string]: unknown
}

/**
 * Builds a transcript of Claude Code line by line, in the form of version 2.1. Each record names the one before it as its
 * parent, and is one second later. Ids are made from numbers, so that two builders with the same prefix make the same.
 */
export class ClaudeBuilder {
  /** The lines so far, without line feeds. */
  readonly lines: Array<string> = []
  private readonly session: string
  private readonly fields: Fields
  private now: number
  private records = 0
  private calls = 0
  private parent: string | null = null

  /** Takes the id of the session, and fields of every record, such as `cwd`. */
  constructor(session: string, fields: Fields = {}, start: number = startOfFixtures) {
    this.session = session
    this.fields = { userType: "external", entrypoint: "cli", cwd: "/home/ada/projects/ferry", ...fields }
    this.now = start
  }

  /** The id of the newest record, which `from` takes to go on from there. */
  get last(): string | null {
    return this.parent
  }

  /** Sets the record that the next one goes on from, as a rewind does. */
  from(record: string | null): this {
    this.parent = record
    return this
  }

  /** Adds a line verbatim. */
  raw(text: string): this {
    this.lines.push(text)
    return this
  }

  /** Adds a record of any type. Its fields replace those of all records. */
  record(type: string, fields: Fields): this {
    this.records++
    const uuid = `${this.session.slice(-4)}${this.records.toString(16).padStart(4, "0")}-0000-4000-8000-${this.session.slice(-12)}`
    this.lines.push(
      JSON.stringify({
        parentUuid: this.parent,
        isSidechain: false,
        ...fields,
        type,
        uuid,
        timestamp: DateTime.formatIso(DateTime.unsafeMake(this.now)),
        sessionId: this.session,
        version: "2.1.332",
        gitBranch: "main",
        ...this.fields,
        ...("cwd" in fields ? { cwd: fields["cwd"] } : {})
      })
    )
    this.parent = uuid
    this.now += 1_000
    return this
  }

  /** Adds a message that the user typed. */
  typed(text: string, fields: Fields = {}): this {
    const origin = { origin: { kind: "human" }, promptSource: "typed" }
    return this.record("user", { ...origin, message: { role: "user", content: text }, ...fields })
  }

  /** Adds a record under the user's role, whoever wrote it. */
  user(content: unknown, fields: Fields = {}): this {
    return this.record("user", { message: { role: "user", content }, ...fields })
  }

  /** Adds a text of the assistant; one with the reason `end_turn` answers the request. */
  answer(text: string, reason: string | null = "end_turn", fields: Fields = {}): this {
    const message = { role: "assistant", model: "a-model", content: [{ type: "text", text }], stop_reason: reason }
    return this.record("assistant", { message, ...fields })
  }

  /** Adds a call of a tool, and its result unless that is undefined. */
  tool(
    name: string,
    input: Fields,
    result?: { readonly text: string; readonly failed?: boolean; readonly beside?: unknown; readonly fields?: Fields }
  ): this {
    this.calls++
    const id = `toolu_${this.session.slice(-4)}${this.calls}`
    const block = { type: "tool_use", id, name, input }
    this.record("assistant", { message: { role: "assistant", content: [block], stop_reason: "tool_use" } })
    if (result === undefined) {
      return this
    }
    const told = { type: "tool_result", tool_use_id: id, content: result.text, is_error: result.failed === true }
    return this.user([told], { ...result.fields, toolUseResult: result.beside })
  }

  /** Adds a shell command with its output, which failed if it has another exit code than 0. */
  command(command: string, output: string, exitCode = 0): this {
    const text = exitCode === 0 ? output : `Exit code ${exitCode}\n${output}`
    return this.tool("Bash", { command }, { text, failed: exitCode !== 0 })
  }

  /** Returns the text of the file. */
  text(): string {
    return this.lines.map((line) => `${line}\n`).join("")
  }
}
