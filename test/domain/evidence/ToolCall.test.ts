import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import type { JsonObject } from "../../../src/domain/session/LenientField.js"
import {
  readCommandEnding,
  readMcpEnding,
  readPatchEnding,
  readToolCall
} from "../../../src/domain/evidence/ToolCall.js"

const call = (name: string, parameters: unknown): JsonObject => ({
  type: "function_call",
  name,
  arguments: JSON.stringify(parameters),
  call_id: "c"
})

const run = (command: string, workdir?: string) => ({
  _tag: "CommandRun" as const,
  line: 7,
  outputLine: 7,
  command,
  workdir,
  output: undefined
})

describe("a tool call", () => {
  it("of a shell is a command, and where it ran", () => {
    for (const tool of ["shell", "shell_command", "exec_command", "container.exec", "functions.shell"]) {
      assert.deepStrictEqual(readToolCall(call(tool, { command: "npm test", workdir: "/x" }), 7), {
        form: "call",
        events: [run("npm test", "/x")],
        session: undefined
      })
    }
  })

  it("takes the script out of the shell that runs it, and quotes what is no plain word", () => {
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
      assert.deepStrictEqual(readToolCall(call("shell", { command }), 7).events, [run(text)])
    }
  })

  it("of write_stdin and wait goes on with what still runs; a session and a cell of one number are two", () => {
    const [stdin, wait] = [call("write_stdin", { session_id: 4 }), call("wait", { cell_id: "4" })]
    assert.deepStrictEqual(readToolCall(stdin, 7), { form: "continuation", events: [], session: "4" })
    const { form, session } = readToolCall(wait, 7)
    assert.strictEqual(form, "continuation")
    assert.notStrictEqual(session, "4")
  })

  it("of exec is a script, of whose calls only commands and edits tell something", () => {
    const script = 'tools.view_image({path: "a.png"}); tools.shell_command({command: "ls"}); tools.update_plan({})'
    assert.deepStrictEqual(readToolCall({ type: "custom_tool_call", name: "exec", input: script, call_id: "c" }, 7), {
      form: "script",
      events: [run("ls")],
      session: undefined
    })
  })

  it.prop(
    "of any shape is read without failing",
    [fc.anything(), fc.constantFrom("shell", "exec", "apply_patch", "write_stdin", "x")],
    ([given, name]) => {
      assert.isArray(readToolCall({ type: "function_call", name, arguments: given }, 1).events)
      assert.isArray(readToolCall({ type: "local_shell_call", action: given }, 1).events)
      assert.isArray(readToolCall({ type: given, name: given, namespace: given, input: given }, 1).events)
    }
  )
})

describe("an ending", () => {
  it("of a command has its output in one, or in two", () => {
    const both = readCommandEnding(
      { call_id: "c", command: ["bash", "-lc", "ls"], stdout: "a\n", stderr: "b\n", exit_code: 2 },
      7
    )
    assert.strictEqual(both.callId, "c")
    assert.deepInclude(both.event, { command: "ls", line: 7 })
    assert.deepInclude(both.event.output, { exitCode: 2, text: "a\nb\n" })
    const one = readCommandEnding({ id: "d", command: ["ls"], aggregated_output: "c\n", stdout: "no" }, 7)
    assert.deepStrictEqual([one.callId, one.event.output.exitCode, one.event.output.text], ["d", undefined, "c\n"])
  })

  it("of a command says where it ran, as a path or as a file URL", () => {
    const cwds = [
      "/home/ada",
      "file:///home/ada",
      "file:///home/my%20f%C3%A9rry",
      "/a%20b",
      "file:///C:/Ferry",
      undefined
    ]
    assert.deepStrictEqual(
      cwds.map((cwd) => readCommandEnding({ command: ["ls"], cwd }, 7).event.workdir),
      ["/home/ada", "/home/ada", "/home/my férry", "/a%20b", "C:/Ferry", undefined]
    )
  })

  it("of a patch failed when it says so", () => {
    const errors = [
      { success: true },
      { status: "completed" },
      { success: false, stderr: " no such file\n" },
      { status: "failed", stderr: "no such file" },
      { status: "declined", stderr: "" }
    ].map((payload) => readPatchEnding({ ...payload, changes: {} }, 7).event.error)
    assert.deepStrictEqual(errors, [undefined, undefined, "no such file", "no such file", "the patch was not applied"])
  })

  it.prop(
    "of any shape is read without failing",
    [
      fc.dictionary(
        fc.constantFrom("id", "command", "cwd", "changes", "result", "exit_code", "invocation"),
        fc.anything()
      )
    ],
    ([payload]) => {
      assert.strictEqual(readCommandEnding(payload, 1).event._tag, "CommandRun")
      assert.strictEqual(readPatchEnding(payload, 1).event._tag, "FileEdit")
      assert.strictEqual(readMcpEnding(payload, 1).event._tag, "ToolUse")
    }
  )
})
