import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import type { JsonObject } from "../../../../../src/domain/session/LenientField.js"
import {
  readCommandEnding,
  readMcpEnding,
  readPatchEnding,
  readToolCall
} from "../../../../../src/domain/session/codex/calls/ToolCall.js"

const call = (name: string, parameters: unknown): JsonObject => ({
  type: "function_call",
  name,
  arguments: JSON.stringify(parameters),
  call_id: "c"
})

const place = { line: 7, time: 3, directory: "/home/ada" }

const run = (command: string, directory = "/home/ada") => ({
  _tag: "CommandRun" as const,
  ...place,
  directory,
  ...(directory === place.directory ? {} : { sessionDirectory: place.directory }),
  provenance: "assistant" as const,
  outputLine: 7,
  command,
  isEscalated: false,
  output: undefined
})

/** The events of a call that does something itself. */
const eventsOf = (item: JsonObject) => {
  const read = readToolCall(item, place)
  return read._tag === "Does" ? read.events : []
}

describe("tool calls", () => {
  it("a call of a shell is a command with its directory", () => {
    for (const tool of ["shell", "shell_command", "exec_command", "container.exec", "functions.shell"]) {
      assert.deepStrictEqual(eventsOf(call(tool, { command: "npm test", workdir: "/x" })), [run("npm test", "/x")])
      assert.deepStrictEqual(eventsOf(call(tool, { command: "npm test", workdir: "web/../api" })), [
        run("npm test", "/home/ada/api")
      ])
      assert.deepStrictEqual(eventsOf(call(tool, { command: "npm test" })), [run("npm test")])
    }
  })

  it("a call of a shell is shown without the shell around its script, with quotes where needed", () => {
    const shown: ReadonlyArray<readonly [ReadonlyArray<string>, string]> = [
      [["bash", "-lc", "a | b"], "a | b"],
      [["/usr/bin/zsh", "-c", " a "], "a"],
      [["C:\\Windows\\System32\\cmd.exe", "/c", "dir"], "dir"],
      [["pwsh", "-Command", "Get-Date"], "Get-Date"],
      [["bash", "-x", "run.sh"], "bash -x run.sh"],
      [["git", "log", "--format=%h %s"], "git log '--format=%h %s'"],
      [["echo", "it's", ""], "echo 'it'\\''s' ''"]
    ]
    for (const [command, text] of shown) {
      assert.deepStrictEqual(eventsOf(call("shell", { command })), [run(text)])
    }
  })

  it("write_stdin and wait continue a running call, and sessions are told apart from cells", () => {
    const [stdin, wait] = [call("write_stdin", { session_id: 4 }), call("wait", { cell_id: "4" })]
    assert.deepStrictEqual(readToolCall(stdin, place), { _tag: "Polls", session: "4", isStop: false })
    assert.deepStrictEqual(readToolCall(wait, place), { _tag: "Waits", cell: "4" })
  })

  it("a call of exec is a script, and only its commands and edits give events", () => {
    const script = 'tools.view_image({path: "a.png"}); tools.shell_command({command: "ls"}); tools.update_plan({})'
    const read = readToolCall({ type: "custom_tool_call", name: "exec", input: script, call_id: "c" }, place)
    assert.deepStrictEqual(read._tag === "Script" ? read.acts : [], [
      { _tag: "Does", events: [] },
      { _tag: "Does", events: [run("ls")] },
      { _tag: "Does", events: [] }
    ])
  })

  it.prop(
    "a call of any form is read without an error",
    [fc.anything(), fc.constantFrom("shell", "exec", "apply_patch", "write_stdin", "x")],
    ([given, name]) => {
      assert.isString(readToolCall({ type: "function_call", name, arguments: given }, place)._tag)
      assert.isString(readToolCall({ type: "local_shell_call", action: given }, place)._tag)
      assert.isString(readToolCall({ type: given, name: given, namespace: given, input: given }, place)._tag)
    }
  )
})

describe("events that end a call", () => {
  it("an event that ends a command has its output in one field or in two", () => {
    const both = readCommandEnding(
      { call_id: "c", command: ["bash", "-lc", "ls"], stdout: "a\n", stderr: "b\n", exit_code: 2 },
      place
    )
    assert.strictEqual(both.callId, "c")
    assert.deepInclude(both.event, { command: "ls", line: 7 })
    assert.deepInclude(both.event.output, { exitCode: 2, text: "a\nb\n" })
    const one = readCommandEnding({ id: "d", command: ["ls"], aggregated_output: "c\n", stdout: "no" }, place)
    assert.deepStrictEqual([one.callId, one.event.output.exitCode, one.event.output.text], ["d", undefined, "c\n"])
  })

  it("an event that ends a command has the directory as a path or as a file URL", () => {
    const cwds = [
      "/home/ada",
      "file:///home/ada",
      "file:///home/my%20f%C3%A9rry",
      "/a%20b",
      "file:///C:/Ferry",
      undefined
    ]
    assert.deepStrictEqual(
      cwds.map((cwd) => readCommandEnding({ command: ["ls"], cwd }, place).event.directory),
      ["/home/ada", "/home/ada", "/home/my férry", "/a%20b", "C:/Ferry", "/home/ada"]
    )
  })

  it("an event that ends a patch tells whether it was applied, failed or was not allowed", () => {
    const ends = [
      { success: true },
      { status: "completed" },
      { success: false, stderr: " no such file\n" },
      { status: "failed", stderr: "no such file" },
      { status: "failed" },
      { status: "declined", stderr: "" },
      { success: false, stderr: "patch rejected by user\n" },
      { status: "in_progress" },
      {}
    ].map((payload) => {
      const { end, error } = readPatchEnding({ ...payload, changes: {} }, place).event
      return error === undefined ? end : `${end}: ${error}`
    })
    assert.deepStrictEqual(ends, [
      "applied",
      "applied",
      "failed: no such file",
      "failed: no such file",
      "failed: the patch was not applied",
      "refused",
      "refused",
      "unknown",
      "applied"
    ])
  })

  it.prop(
    "an event of any form is read without an error",
    [
      fc.dictionary(
        fc.constantFrom("id", "command", "cwd", "changes", "result", "exit_code", "invocation"),
        fc.anything()
      )
    ],
    ([payload]) => {
      assert.strictEqual(readCommandEnding(payload, place).event._tag, "CommandRun")
      assert.strictEqual(readPatchEnding(payload, place).event._tag, "FileEdit")
      assert.strictEqual(readMcpEnding(payload, place).event._tag, "ToolUse")
    }
  )
})
