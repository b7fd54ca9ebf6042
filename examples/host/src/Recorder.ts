import { appendFileSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** A session that is being recorded. */
export interface Session {
  readonly codexHome: string
  readonly threadId: string
  readonly cwd: string
}

/** Writes down what happens in a session, as Codex does: a rollout, which later sessions learn from. */
export class Recorder extends Context.Tag("example-host/Recorder")<
  Recorder,
  {
    readonly user: (text: string) => Effect.Effect<void>
    readonly assistant: (text: string) => Effect.Effect<void>
    readonly command: (cmd: string, exitCode: number, output: string) => Effect.Effect<void>
    readonly patch: (text: string) => Effect.Effect<void>
  }
>() {}

const make = Effect.fnUntraced(function* ({ codexHome, cwd, threadId }: Session) {
  const startedAt = DateTime.formatIso(DateTime.unsafeMake(yield* Clock.currentTimeMillis))
  const folder = join(codexHome, "sessions", ...startedAt.slice(0, 10).split("-"))
  const path = join(folder, `rollout-${startedAt.slice(0, 19).replaceAll(":", "-")}-${threadId}.jsonl`)
  let calls = 0

  const line = (type: string, payload: object) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const timestamp = DateTime.formatIso(DateTime.unsafeMake(now))
      appendFileSync(path, `${JSON.stringify({ timestamp, type, payload })}\n`)
    })
  const item = (payload: object) => line("response_item", payload)
  const message = (role: string, type: string, text: string) =>
    item({ type: "message", role, content: [{ type, text }] })

  yield* Effect.sync(() => mkdirSync(folder, { recursive: true }))
  yield* line("session_meta", {
    id: threadId,
    timestamp: startedAt,
    cwd,
    originator: "example-host",
    cli_version: "1.0.0",
    source: "cli"
  })
  return Recorder.of({
    user: (text) =>
      Effect.zipRight(message("user", "input_text", text), line("event_msg", { type: "user_message", message: text })),
    assistant: (text) => message("assistant", "output_text", text),
    command: Effect.fnUntraced(function* (cmd, exitCode, output) {
      const call_id = `call_${++calls}`
      yield* item({ type: "function_call", name: "exec_command", arguments: JSON.stringify({ cmd }), call_id })
      yield* item({
        type: "function_call_output",
        call_id,
        output: `Wall time: 1 seconds\nProcess exited with code ${exitCode}\nOutput:\n${output}`
      })
    }),
    patch: Effect.fnUntraced(function* (input) {
      const call_id = `call_${++calls}`
      yield* item({ type: "custom_tool_call", name: "apply_patch", input, call_id })
      yield* item({ type: "custom_tool_call_output", call_id, output: "Success. Updated the following files:\n" })
    })
  })
})

/** Records a session from its first line on. */
export const layer = (session: Session): Layer.Layer<Recorder> => Layer.effect(Recorder, make(session))
