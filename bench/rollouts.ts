import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs"
import { dirname, join } from "node:path"

const firstDay = Date.parse("2026-01-01T00:00:00.000Z")

/** The thread id of session `number`: UUIDv7s one minute apart. */
export const threadIdOf = (number: number): string => {
  const time = (firstDay + number * 60_000).toString(16).padStart(12, "0")
  return `${time.slice(0, 8)}-${time.slice(8)}-7abc-8def-${number.toString(16).padStart(12, "0")}`
}

/** The directory of session `number`: 200 directories in turn. */
export const cwdOf = (number: number): string => `/home/ada/projects/project-${number % 200}`

const textLine = "  ✔ departures on a Sunday leave out the early boat, as the timetable says they do\n"

/** The path of session `number`. */
export const pathOf = (home: string, number: number): string => {
  const time = new Date(firstDay + number * 60_000).toISOString()
  const day = time.slice(0, 10).replaceAll("-", "/")
  return join(home, "sessions", day, `rollout-${time.slice(0, 19).replaceAll(":", "-")}-${threadIdOf(number)}.jsonl`)
}

/**
 * The lines of a session of about `bytes` bytes: a request, then commands with their output until it is long enough.
 */
const sessionLines = (number: number, bytes: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  const start = firstDay + number * 60_000
  const line = (type: string, payload: unknown): number => {
    const timestamp = new Date(start + lines.length * 40).toISOString()
    const text = JSON.stringify({ timestamp, type, payload })
    lines.push(text)
    return text.length + 1
  }
  const cwd = cwdOf(number)
  const request = `please fix the failing test ${number}`
  let left = bytes
  left -= line("session_meta", {
    id: threadIdOf(number),
    timestamp: new Date(start).toISOString(),
    cwd,
    originator: "codex_cli_rs",
    cli_version: "0.118.0",
    source: "cli",
    model_provider: "openai",
    base_instructions: { text: "You are a coding agent. ".repeat(bytes > 50_000 ? 600 : 4) },
    git: { commit_hash: "0".repeat(40), branch: "main" }
  })
  left -= line("turn_context", { cwd, approval_policy: "on-request", sandbox_policy: { type: "workspace-write" } })
  left -= line("response_item", { type: "message", role: "user", content: [{ type: "input_text", text: request }] })
  left -= line("event_msg", { type: "user_message", message: request })
  for (let call = 0; left > 0; call++) {
    const output = textLine.repeat(Math.max(1, Math.min(40, Math.ceil(left / 100))))
    const call_id = `call_${call}`
    const cmd = `npm test -- part-${call}`
    left -= line("response_item", {
      type: "function_call",
      name: "exec_command",
      arguments: JSON.stringify({ cmd }),
      call_id
    })
    left -= line("response_item", {
      type: "function_call_output",
      call_id,
      output: `Process exited with code ${call % 7 === 0 ? 1 : 0}\nOutput:\n${output}`
    })
    left -= line("event_msg", { type: "token_count", info: { total_token_usage: { total_tokens: 1_000 + call } } })
  }
  line("response_item", {
    type: "message",
    role: "assistant",
    content: [{ type: "output_text", text: "It passes now." }]
  })
  line("event_msg", { type: "task_complete", turn_id: "turn" })
  return lines
}

/** Every decoded string of a session of about `bytes` bytes. */
export const stringsOf = (number: number, bytes: number): ReadonlyArray<string> => {
  const strings: Array<string> = []
  const collect = (value: unknown): void => {
    if (typeof value === "string") {
      strings.push(value)
    } else if (typeof value === "object" && value !== null) {
      Object.values(value).forEach(collect)
    }
  }
  sessionLines(number, bytes).forEach((line) => collect(JSON.parse(line)))
  return strings
}

/** Writes `count` sessions of about `bytes` bytes each; returns their paths. */
export const writeSessions = (home: string, count: number, bytes: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, number) => {
    const path = pathOf(home, number)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `${sessionLines(number, bytes).join("\n")}\n`)
    return path
  })

/** Writes one session of about `bytes` bytes in lines of `lineBytes`. */
export const writeHugeSession = (home: string, bytes: number, lineBytes: number): void => {
  const path = pathOf(home, 0)
  mkdirSync(dirname(path), { recursive: true })
  const file = openSync(path, "w")
  const [meta = "", context = "", message = "", event = "", ...end] = sessionLines(0, 1)
  writeSync(file, `${[meta, context, message, event].join("\n")}\n`)
  const output = textLine.repeat(Math.ceil(lineBytes / textLine.length))
  for (let written = 0, call = 0; written < bytes; call++) {
    const call_id = `huge_${call}`
    const lines = [
      {
        type: "function_call",
        name: "exec_command",
        arguments: JSON.stringify({ cmd: "cat everything.log" }),
        call_id
      },
      { type: "function_call_output", call_id, output: `Process exited with code 0\nOutput:\n${output}` }
    ].map((payload) => JSON.stringify({ timestamp: "2026-01-01T00:01:00.000Z", type: "response_item", payload }))
    written += writeSync(file, `${lines.join("\n")}\n`)
  }
  writeSync(file, `${end.join("\n")}\n`)
  closeSync(file)
}
