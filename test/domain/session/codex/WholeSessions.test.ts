import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { evidenceFilter } from "../../../../src/domain/session/codex/RolloutFilter.js"
import { RolloutReader } from "../../../../src/domain/session/codex/RolloutReading.js"
import type { SessionReading } from "../../../../src/domain/session/SessionReading.js"
import { redact } from "../../../../src/domain/privacy/Redaction.js"
import { cwdOf } from "../../../../src/domain/thread/ThreadFacts.js"
import { RolloutBuilder } from "../../../../src/testing/RolloutBuilder.js"
import { decodeAll, outline } from "../../../support/reading.js"

/** One session in each form that Codex has written: what is read from them is the same. */

const read = (content: string): SessionReading => {
  const reader = new RolloutReader(evidenceFilter, 1_000_000, redact, "/home/ada/.codex/memories")
  decodeAll(content).forEach((line) => reader.add(line))
  return reader.result()
}

const cwd = "/home/ada/ferry"
const request = "sort the departures, please"
const answer = "They are sorted now."
const patch = "*** Begin Patch\n*** Update File: src/list.js\n@@\n-list\n+list.toSorted()\n*** End Patch"
const diff = "@@ -1,1 +1,1 @@\n-list\n+list.toSorted()\n"
const failure = "TypeError: list is not sorted\n"
const heading = (code: number) => `Chunk ID: 1\nWall time: 0.1 seconds\nProcess exited with code ${code}\nOutput:\n`
const exitText = (code: number) => `Exit code: ${code}\nWall time: 0.1 seconds\nOutput:\n`
const text = (type: string, content: string) => [{ type, text: content }]
const message = (role: "user" | "assistant", content: string, rest: object = {}) => ({
  type: "message",
  role,
  content: text(role === "user" ? "input_text" : "output_text", content),
  ...rest
})
const environment = `<environment_context>\n  <cwd>${cwd}</cwd>\n</environment_context>`
const begun = (meta: object = {}) => new RolloutBuilder().meta({ cwd, ...meta }).turnContext({ cwd })
const started = { type: "task_started", turn_id: "t" }
const command = (id: string, exit_code: number, aggregated_output: string) => ({
  type: "CommandExecution",
  id,
  command: ["/bin/bash", "-lc", "node --test"],
  cwd: `file://${cwd}`,
  aggregated_output,
  exit_code
})
const scriptOutput = (...texts: ReadonlyArray<string>) =>
  ["Script completed\nWall time 0.1 seconds\nOutput:\n", ...texts].map((part) => ({ type: "input_text", text: part }))
const script = 'const r = await tools.exec_command({cmd:"node --test"}); text(r.output); text(`exit=${r.exit_code}`);'

const bare = (): string => {
  const items: ReadonlyArray<object> = [
    message("user", environment),
    { record_type: "state" },
    message("user", request),
    { type: "function_call", name: "shell", arguments: '{"command":["bash","-lc","node --test"]}', call_id: "a" },
    { record_type: "state" },
    {
      type: "function_call_output",
      call_id: "a",
      output: JSON.stringify({ output: failure, metadata: { exit_code: 1, duration_seconds: 0.1 } })
    },
    {
      type: "function_call",
      name: "shell",
      arguments: JSON.stringify({ command: ["apply_patch", patch] }),
      call_id: "b"
    },
    { type: "function_call_output", call_id: "b", output: '{"output":"Success.","metadata":{"exit_code":0}}' },
    { type: "function_call", name: "shell", arguments: '{"command":["bash","-lc","node --test"]}', call_id: "c" },
    { type: "function_call_output", call_id: "c", output: '{"output":"# pass 1\\n","metadata":{"exit_code":0}}' },
    message("assistant", answer)
  ]
  const first = {
    id: "0195c000-0000-7abc-8def-0123456789ab",
    timestamp: "2025-06-01T10:00:00.000Z",
    instructions: null
  }
  return [first, ...items].map((line) => JSON.stringify(line)).join("\r\n")
}

const forms: ReadonlyArray<readonly [string, string]> = [
  ["the form before the envelope", bare()],
  [
    "shell with an argv list",
    begun({ cwd: undefined })
      .item(message("user", environment))
      .user(request)
      .functionCall("a", "shell", { command: ["bash", "-lc", "node --test"], workdir: cwd })
      .functionOutput("a", JSON.stringify({ output: failure, metadata: { exit_code: 1 } }))
      .functionCall("b", "shell", { command: ["bash", "-lc", `apply_patch <<'EOF'\n${patch}\nEOF`], workdir: cwd })
      .functionOutput("b", JSON.stringify({ output: "Success.", metadata: { exit_code: 0 } }))
      .item({ type: "ghost_snapshot", ghost_commit: { id: "1" } })
      .functionCall("c", "shell", { command: ["bash", "-lc", "node --test"], workdir: cwd })
      .functionOutput("c", JSON.stringify({ output: "# pass 1\n", metadata: { exit_code: 0 } }))
      .assistant(answer)
      .text()
  ],
  [
    "shell_command and exec_command_end",
    begun()
      .event(started)
      .user(request)
      .functionCall("a", "shell_command", { command: "node --test", workdir: cwd })
      .event({ type: "exec_command_end", call_id: "a", command: ["node"], exit_code: 1, aggregated_output: failure })
      .functionOutput("a", exitText(1) + failure)
      .customCall("b", "apply_patch", patch)
      .event({ type: "patch_apply_end", call_id: "b", success: true, changes: {} })
      .customOutput("b", `${exitText(0)}Success.`)
      .functionCall("c", "shell_command", { command: "node --test", workdir: cwd })
      .functionOutput("c", `${exitText(0)}# pass 1\n`)
      .event({ type: "agent_message", message: answer })
      .assistant(answer)
      .turnEnd()
      .text()
  ],
  [
    "exec_command with a poll",
    begun()
      .event(started)
      .user(request)
      .functionCall("a", "exec_command", { cmd: "node --test", workdir: cwd })
      .functionOutput("a", "Wall time: 1 seconds\nProcess running with session ID 7\nOutput:\n")
      .functionCall("w", "write_stdin", { session_id: 7, chars: "" })
      .functionOutput("w", heading(1) + failure)
      .customCall("b", "apply_patch", patch)
      .customOutput("b", `${exitText(0)}Success.`)
      .functionCall("c", "exec_command", { cmd: "node --test" })
      .functionOutput("c", [{ type: "input_text", text: `${heading(0)}# pass 1\n` }])
      .event({ type: "agent_message", message: answer, phase: "final_answer" })
      .item(message("assistant", answer, { phase: "final_answer" }))
      .turnEnd()
      .text()
  ],
  [
    "scripts without an event for their calls, copied without the end of the turn",
    begun()
      .event(started)
      .user(request)
      .customCall("a", "exec", script)
      .customOutput("a", scriptOutput(failure, "exit=1"))
      .customCall("b", "exec", `const patch = ${JSON.stringify(patch)};\ntext(await tools.apply_patch(patch));`)
      .customOutput("b", scriptOutput("{}"))
      .customCall("c", "exec", script)
      .customOutput("c", scriptOutput("# pass 1\n", "exit=0"))
      .item(message("assistant", answer, { phase: "final_answer" }))
      .text()
  ],
  [
    "scripts with completed items, every line numbered",
    new RolloutBuilder(undefined, 0)
      .meta({ cwd })
      .event(started)
      .turnContext({ cwd })
      .item(message("user", environment))
      .item(message("user", request))
      .completed({ type: "UserMessage", content: text("text", request) })
      .customCall("a", "exec", 'const r = await tools.exec_command({"cmd":"node --test"});\ntext(r.output);')
      .completed(command("exec-1", 1, failure))
      .customOutput("a", scriptOutput(failure))
      .customCall("b", "exec", `const r = await tools.apply_patch(${JSON.stringify(patch)});\ntext(r);`)
      .completed({
        type: "FileChange",
        id: "exec-2",
        status: "completed",
        changes: { [`${cwd}/src/list.js`]: { type: "update", unified_diff: diff } }
      })
      .customOutput("b", scriptOutput("{}"))
      .customCall("c", "exec", 'const r = await tools.exec_command({"cmd":"node --test"});\ntext(r.output);')
      .completed(command("exec-3", 0, "# pass 1\n"))
      .customOutput("c", scriptOutput("# pass 1\n"))
      .completed({ type: "AgentMessage", content: [{ type: "Text", text: answer }], phase: "final_answer" })
      .item(message("assistant", answer, { phase: "final_answer" }))
      .line("token_usage_record", { thread_token_usage: { total_tokens: 12 } })
      .turnEnd()
      .text()
  ]
]

describe("whole sessions", () => {
  for (const [form, content] of forms) {
    it(`a session is read with its title, words, commands and edits from ${form}`, () => {
      const { evidence, facts, malformedLines } = read(content)
      assert.strictEqual(malformedLines, 0)
      assert.strictEqual(cwdOf(facts), cwd)
      assert.strictEqual(facts.firstWords ?? facts.firstUserMessage, request)
      assert.deepStrictEqual(
        outline(evidence.events).filter((line) => line !== "done"),
        [
          `user: ${request}`,
          "command: node --test -> 1",
          "edit: update src/list.js",
          "command: node --test -> 0",
          `assistant: ${answer}`
        ]
      )
      const [failed] = evidence.events.flatMap((event) => (event._tag === "CommandRun" ? [event] : []))
      assert.strictEqual(failed?.output?.errorLine, "TypeError: list is not sorted")
      assert.strictEqual(failed?.directory, cwd)
      const [edit] = evidence.events.flatMap((event) => (event._tag === "FileEdit" ? event.changes : []))
      assert.deepInclude(edit, { before: "list", after: "list.toSorted()" })
      assert.notStrictEqual(evidence.finished, false)
    })
  }
})

describe("the directory of a session", () => {
  it("a session's directory follows each turn's settings, and each command's own directory", () => {
    const { evidence } = read(
      begun()
        .user("one")
        .command("ls", "")
        .turnEnd()
        .event({ type: "thread_settings_applied", thread_settings: { cwd: "/home/ada/shop" } })
        .user("two")
        .command("ls", "")
        .turnContext({ cwd: "/home/ada/depot" })
        .functionCall("c", "exec_command", { cmd: "ls", workdir: "web" })
        .text()
    )
    assert.strictEqual(evidence.directory, cwd)
    assert.deepStrictEqual(
      evidence.events.flatMap((event) => (event._tag === "CommandRun" ? [event.directory] : [])),
      [cwd, "/home/ada/shop", "/home/ada/depot/web"]
    )
  })
})

/** A session of steps that can be told apart: each line belongs to one step, whose events all name it. */
interface StepLines {
  readonly step: number
  readonly lines: ReadonlyArray<string>
}

const stepLines = (kind: string, step: number): StepLines => {
  const rollout = new RolloutBuilder(Date.parse("2026-05-01T08:00:00Z") + step * 60_000)
  const id = `call-${step}`
  switch (kind) {
    case "user":
      rollout.user(`request ${step}.`)
      break
    case "assistant":
      rollout.event({ type: "agent_message", message: `answer ${step}.` }).assistant(`answer ${step}.`)
      break
    case "poll":
      rollout
        .functionCall(id, "exec_command", { cmd: `make ${step}.` })
        .functionOutput(id, `Process running with session ID 9${step}\nOutput:\none\n`)
        .functionCall(`${id}p`, "write_stdin", { session_id: `9${step}` })
        .functionOutput(`${id}p`, `${heading(3)}two\n`)
      break
    case "script":
      rollout
        .customCall(id, "exec", `const r = await tools.exec_command({cmd:"make ${step}."}); text(r.output)`)
        .customOutput(id, `Script running with cell ID 8${step}\nOutput:\n`)
        .functionCall(`${id}w`, "wait", { cell_id: `8${step}` })
        .completed({ type: "CommandExecution", id: `exec-${step}`, command: [`make`, `${step}.`], exit_code: 4 })
        .functionOutput(`${id}w`, scriptOutput("two\n"))
      break
    case "edit":
      rollout
        .customCall(id, "apply_patch", `*** Begin Patch\n*** Add File: src/${step}.js\n*** End Patch`)
        .event({ type: "patch_apply_end", call_id: id, success: true })
        .customOutput(id, "Success.")
      break
    default:
      rollout.command(`ls ${step}.`, "x\n", 5)
  }
  // Calls of one builder are numbered from 1: each step needs ids of its own.
  return { step, lines: rollout.lines.map((line) => line.replaceAll('"call_1"', `"${id}"`)) }
}

const damaged = (line: string, damage: string): ReadonlyArray<string> => {
  switch (damage) {
    case "removed":
      return [""]
    case "doubled":
      return [line, line]
    case "cut":
      return [line.slice(0, Math.floor(line.length / 2))]
    case "begun twice":
      return [line.slice(0, Math.floor(line.length / 3)) + line]
    case "of an unknown type":
      return [line.replace(/"type":"(?:response_item|event_msg)"/, '"type":"hologram"')]
    default:
      return [line.replace(/("payload":\{"type":)"\w+"/, '$1"hologram"')]
  }
}

it.prop(
  "a line that is removed, doubled, cut, restarted or unknown changes only what it held",
  [
    fc.array(fc.constantFrom("user", "assistant", "command", "poll", "script", "edit"), {
      minLength: 2,
      maxLength: 10
    }),
    fc.nat(),
    fc.constantFrom("removed", "doubled", "cut", "begun twice", "of an unknown type", "of an unknown kind")
  ],
  ([kinds, place, damage]) => {
    const head = begun().user("request first.").lines
    const steps = kinds.map((kind, index) => stepLines(kind, index))
    const all = steps.flatMap(({ lines, step }) => lines.map((line) => ({ line, step })))
    const hit = all[place % all.length]
    const whole = [...head, ...all.map(({ line }) => line)].join("\n")
    const broken = [...head, ...all.flatMap((one) => (one === hit ? damaged(one.line, damage) : [one.line]))].join("\n")
    const others = (content: string) =>
      outline(read(content).evidence.events).filter(
        (line) => hit === undefined || !new RegExp(`(?:\\b|/)${hit.step}\\.`).test(line)
      )
    assert.deepStrictEqual(others(broken), others(whole))
    const isWhole = damage === "doubled" || damage === "begun twice"
    assert.deepStrictEqual(
      isWhole ? outline(read(broken).evidence.events) : [],
      isWhole ? outline(read(whole).evidence.events) : []
    )
  }
)
