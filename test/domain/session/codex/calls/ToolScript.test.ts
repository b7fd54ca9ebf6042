import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { scriptCalls } from "../../../../../src/domain/session/codex/calls/ToolScript.js"
import { cpuTimeOf } from "../../../../support/time.js"

/** The calls of a script, as plain values. */
const callsOf = (script: string): ReadonlyArray<{ readonly [field: string]: unknown }> =>
  scriptCalls(script).map(({ properties, text, tool }) => ({ tool, text, ...Object.fromEntries(properties) }))

const command = (cmd: string | ReadonlyArray<string>) => ({ tool: "exec_command", text: undefined, cmd })

describe("tool calls of a script", () => {
  it("a script's tool calls are those of tools.<name>(…), in order", () => {
    const script = `
      const before = await tools.exec_command({ cmd: "git status --short", workdir: "/repo" })
      text(before.output)
      await tools.apply_patch("*** Begin Patch\\n*** Delete File: a.js\\n*** End Patch")
      await Promise.all([tools.exec_command({cmd: 'npm test'}), tools.exec_command({"cmd": \`npm run lint\`})])
    `
    assert.deepStrictEqual(callsOf(script), [
      { ...command("git status --short"), workdir: "/repo" },
      { tool: "apply_patch", text: "*** Begin Patch\n*** Delete File: a.js\n*** End Patch" },
      command("npm test"),
      command("npm run lint")
    ])
  })

  it("a script without a call of tools has no tool calls", () => {
    assert.deepStrictEqual(callsOf('text("hello"); mytools.exec_command({cmd: "ls"}); tools.exec_command'), [])
  })

  it("a tool call has no argument that a script computes, or that is a name with several values", () => {
    for (const script of [
      'const cmds = ["make a", "make b"]; await Promise.all(cmds.map((cmd) => tools.exec_command({cmd})))',
      'const cmd = "make a"; await Promise.all(list.map(cmd => tools.exec_command({cmd})))',
      'const cmd = "make a"; for (const cmd of list) await tools.exec_command({cmd: cmd})',
      'let cmd = "make a"; cmd = "make " + target; await tools.exec_command({cmd})'
    ]) {
      assert.deepStrictEqual(callsOf(script), [{ tool: "exec_command", text: undefined }], script)
    }
  })

  it("a tool call can have lists of strings, shorthand properties and names bound to a literal", () => {
    assert.deepStrictEqual(callsOf('tools.exec_command({cmd: ["git", "status", "--short",]})'), [
      command(["git", "status", "--short"])
    ])
    assert.deepStrictEqual(callsOf('const cmd = "ls -a";\ntools.exec_command({cmd})'), [command("ls -a")])
    assert.deepStrictEqual(
      callsOf("let run = 'ls -b'\nvar p = `*** x`\ntools.exec_command({cmd: run}); tools.apply_patch(p)"),
      [command("ls -b"), { tool: "apply_patch", text: "*** x" }]
    )
  })

  it("a tool call has the escapes in its strings resolved", () => {
    assert.deepStrictEqual(
      callsOf(String.raw`tools.exec_command({cmd: "a\tb\\c\"d\u00e9\x41\u{1F34E}\
e\q"})`),
      [command('a\tb\\c"déA🍎eq')]
    )
    assert.deepStrictEqual(callsOf("tools.exec_command({cmd: `echo \\`date\\` \\${HOME}`})"), [
      command("echo `date` ${HOME}")
    ])
  })

  it("a tool call loses only those arguments that are not literals", () => {
    assert.deepStrictEqual(
      callsOf(
        'tools.exec_command({timeout: 3 * (2 + 1), env: {A: "x, y"}, cmd: "ls", list: files.map((f) => f + ","), workdir: "/x"})'
      ),
      [{ ...command("ls"), workdir: "/x" }]
    )
    for (const value of [
      '"rm " + file',
      "file",
      "await next()",
      'ok ? "a" : "b"',
      '["a", b]',
      '["a", "b"].join(" ")',
      '"a".trim()'
    ]) {
      assert.deepStrictEqual(callsOf(`tools.exec_command({cmd: ${value}, workdir: "/x"})`), [
        { tool: "exec_command", text: undefined, workdir: "/x" }
      ])
      assert.deepStrictEqual(callsOf(`tools.apply_patch(${value})`), [{ tool: "apply_patch", text: undefined }])
      assert.deepStrictEqual(callsOf(`const cmd = ${value}; tools.exec_command({cmd})`), [
        { tool: "exec_command", text: undefined }
      ])
    }
  })

  it("a script that was cut has the tool calls that can still be read", () => {
    const script = 'tools.exec_command({cmd: "ls", workdir: "/x"}); tools.exec_command({cmd: "rm -rf'
    assert.deepStrictEqual(callsOf(script), [
      { ...command("ls"), workdir: "/x" },
      { tool: "exec_command", text: undefined }
    ])
    assert.deepStrictEqual(callsOf('tools.exec_command({cmd: "ls"'), [command("ls")])
  })

  it("a script has at most 200 tool calls", () => {
    assert.lengthOf(scriptCalls('tools.exec_command({cmd: "ls"})\n'.repeat(500)), 200)
  })

  it("a script of any form is read quickly", () => {
    const hostile = [
      "tools.exec_command({a:((((",
      "tools.exec_command({a,a,",
      'tools.x({a:"',
      "tools.x([",
      "const a = 'x\\u0041",
      "tools.x(   ",
      "`${"
    ]
    for (const piece of hostile) {
      const taken = cpuTimeOf(() => {
        scriptCalls(piece.repeat(Math.ceil(262_144 / piece.length)))
        scriptCalls(piece.repeat(200) + piece.slice(-2).repeat(120_000))
      })
      assert.isBelow(taken, 20_000)
    }
  })

  it.prop(
    "a script of any form is read without an error",
    [fc.array(fc.constantFrom(..."tols.x(){}[]:,\"'`\\ab=\n "), { maxLength: 80 })],
    ([characters]) => {
      const script = characters.join("")
      assert.isTrue(scriptCalls(`tools.x(${script}`).length >= 1)
      assert.isTrue(scriptCalls(script).length >= 0)
    }
  )

  it.prop(
    "a tool call can have any string that JSON can write",
    [fc.string({ unit: "binary" }), fc.string()],
    ([cmd, workdir]) => {
      assert.deepStrictEqual(callsOf(`tools.exec_command(${JSON.stringify({ cmd, workdir })})`), [
        { ...command(cmd), workdir }
      ])
    }
  )
})
