import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { byteLength } from "../../../../../src/domain/text/ByteBudget.js"
import { readOutput, readScriptOutput } from "../../../../../src/domain/session/codex/calls/CallOutput.js"

/** What was read of an output, without what its first error line is. */
const read = (output: unknown) => {
  const {
    output: { exitCode, text },
    session
  } = readOutput(output)
  return { exitCode, session, text }
}

const plain = (text: string, exitCode?: number, session?: string) => ({ exitCode, session, text })

describe("forms of an output", () => {
  it("an output can be a string", () => {
    assert.deepStrictEqual(read("3 ferries\n"), plain("3 ferries\n"))
  })

  it("an output can be a list of content parts, whose texts are joined", () => {
    const parts = [{ type: "input_text", text: "3 " }, "ferries", { type: "input_image", image_url: "x" }, null]
    assert.deepStrictEqual(read(parts), plain("3 ferries"))
  })

  it("an output can be an object with the exit code in its metadata", () => {
    const object = { output: "boom\n", metadata: { exit_code: 2, duration_seconds: 0.1 } }
    assert.deepStrictEqual(read(object), plain("boom\n", 2))
    assert.deepStrictEqual(read(JSON.stringify(object)), plain("boom\n", 2))
    assert.deepStrictEqual(read(JSON.stringify({ output: "", metadata: { exit_code: 0 } })), plain("", 0))
  })

  it("an output can be an object without an exit code, or with nothing but that", () => {
    assert.deepStrictEqual(read({ output: "3 ferries" }), plain("3 ferries"))
    assert.deepStrictEqual(read({ content: "3 ferries", success: true }), plain("3 ferries"))
    assert.deepStrictEqual(read({ metadata: { exit_code: 2 } }), plain("", 2))
    assert.deepStrictEqual(read(JSON.stringify({ exit_code: 2, text: "3 ferries" })), plain("3 ferries", 2))
  })

  it("an output that is null or of unknown form has no text", () => {
    for (const output of [null, undefined, 3, true, {}, [], { metadata: null }]) {
      assert.deepStrictEqual(read(output), plain(""))
    }
  })

  it("an output that is itself JSON stays unchanged", () => {
    for (const text of ['{"name": "ferry", "private": true}', "[1, 2]", '{"broken": ', "{}"]) {
      assert.deepStrictEqual(read(text), plain(text))
    }
  })
})

describe("headers of an output", () => {
  it("the header of exec_command gives the exit code, and is removed", () => {
    const text =
      "Chunk ID: b99db7\nWall time: 0.0504 seconds\nProcess exited with code 1\nOriginal token count: 12\nOutput:\nnot ok 1\nOutput: 3\n"
    assert.deepStrictEqual(read(text), plain("not ok 1\nOutput: 3\n", 1))
    assert.deepStrictEqual(read(`Command: /bin/zsh -lc 'npm test'\n${text}`), plain("not ok 1\nOutput: 3\n", 1))
  })

  it("the headers of shell_command and apply_patch give the exit code, and are removed", () => {
    assert.deepStrictEqual(read("Exit code: 0\nWall time: 0 seconds\nOutput:\nSuccess."), plain("Success.", 0))
    assert.deepStrictEqual(
      read("Exit code: -1\nWall time: 2 seconds\nTotal output lines: 900\nOutput:\n\n…\n"),
      plain("\n…\n", -1)
    )
  })

  it("the header of a running command gives its session", () => {
    assert.deepStrictEqual(
      read("Chunk ID: 8a\nWall time: 1.0 seconds\nProcess running with session ID 10957\nOutput:\ntick 1\n"),
      plain("tick 1\n", undefined, "10957")
    )
  })

  it("the header of a script shows whether its cell is still running, and whether an error ended it", () => {
    const parts = (first: string) => [
      { type: "input_text", text: `${first}\nWall time 1.2 seconds\nOutput:\n` },
      "tick 1\n"
    ]
    const printed = ["tick 1\n"]
    const forms: ReadonlyArray<readonly [string, object]> = [
      ["Script completed", { cell: undefined, hasCompleted: true, hasFailed: false, printed }],
      ["Script failed", { cell: undefined, hasCompleted: false, hasFailed: true, printed }],
      ["Script running with cell ID 4", { cell: "4", hasCompleted: false, hasFailed: false, printed }]
    ]
    for (const [first, form] of forms) {
      assert.deepStrictEqual(readScriptOutput(parts(first)), form)
    }
  })

  it("a header without an Output: line is recognised by its exit code", () => {
    assert.strictEqual(read("Process exited with code 7").exitCode, 7)
    assert.strictEqual(read("Exit code: 7").exitCode, 7)
  })

  it("a header further down in an output is text", () => {
    const text = `listing\n${"x\n".repeat(300)}Process exited with code 3\nOutput:\n`
    assert.deepStrictEqual(read(text), plain(text))
  })
})

describe("the kept text of an output", () => {
  it("the kept text of an output has no terminal control sequences", () => {
    assert.strictEqual(read("\u001b[31mred\u001b[0m ferries").text, "red ferries")
  })

  it("the kept text of an output is at most 8 KiB, a quarter as head, without a split character", () => {
    const { text } = read(`${"é".repeat(20_000)}${"z".repeat(20_000)}`)
    const [head = "", tail = ""] = text.split("\n[…]\n")
    assert.isAtMost(byteLength(text), 8_192)
    assert.match(head, /^é+$/)
    assert.match(tail, /^z+$/)
    assert.approximately(byteLength(head), 2_046, 2)
  })

  it("the first error line of an output is kept, even if it was in the part that was cut", () => {
    const noise = "all is well here\n".repeat(2_000)
    const { output } = readOutput(`${noise}TypeError: departures.sort is not a function\n${noise}`)
    assert.notInclude(output.text, "TypeError")
    assert.strictEqual(output.errorLine, "TypeError: departures.sort is not a function")
    assert.isUndefined(readOutput("3 ferries").output.errorLine)
  })
})

it.prop(
  "an output of any form is read without an error",
  [fc.oneof(fc.string(), fc.json(), fc.anything())],
  ([output]) => {
    assert.isAtMost(byteLength(read(output).text), 8_192)
  }
)
