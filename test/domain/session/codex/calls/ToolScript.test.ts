import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { scriptCalls } from "../../../../../src/domain/session/codex/calls/ToolScript.js"
import { cpuTimeOf } from "../../../../support/time.js"

/** The calls of a script, as plain values. */
const callsOf = (script: string): ReadonlyArray<{ readonly [field: string]: unknown }> =>
  scriptCalls(script).map(({ properties, text, tool }) => ({ tool, text, ...Object.fromEntries(properties) }))

const command = (cmd: string | ReadonlyArray<string>) => ({ tool: "exec_command", text: undefined, cmd })

describe("the tool calls of a script", () => {
  it("are those of tools.<name>(…), in order", () => {
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

  it("are none in a script that calls none", () => {
    assert.deepStrictEqual(callsOf('text("hello"); mytools.exec_command({cmd: "ls"}); tools.exec_command'), [])
  })

  it("have nothing that a script computes, or that a name stands for in turn", () => {
    for (const script of [
      'const cmds = ["make a", "make b"]; await Promise.all(cmds.map((cmd) => tools.exec_command({cmd})))',
      'const cmd = "make a"; await Promise.all(list.map(cmd => tools.exec_command({cmd})))',
      'const cmd = "make a"; for (const cmd of list) await tools.exec_command({cmd: cmd})',
      'let cmd = "make a"; cmd = "make " + target; await tools.exec_command({cmd})'
    ]) {
      assert.deepStrictEqual(callsOf(script), [{ tool: "exec_command", text: undefined }], script)
    }
  })

  it("have lists of strings, and shorthands and names bound to a literal", () => {
    assert.deepStrictEqual(callsOf('tools.exec_command({cmd: ["git", "status", "--short",]})'), [
      command(["git", "status", "--short"])
    ])
    assert.deepStrictEqual(callsOf('const cmd = "ls -a";\ntools.exec_command({cmd})'), [command("ls -a")])
    assert.deepStrictEqual(
      callsOf("let run = 'ls -b'\nvar p = `*** x`\ntools.exec_command({cmd: run}); tools.apply_patch(p)"),
      [command("ls -b"), { tool: "apply_patch", text: "*** x" }]
    )
  })

  it("have their escapes read", () => {
    assert.deepStrictEqual(
      callsOf(String.raw`tools.exec_command({cmd: "a\tb\\c\"d\u00e9\x41\u{1F34E}\
e\q"})`),
      [command('a\tb\\c"déA🍎eq')]
    )
    assert.deepStrictEqual(callsOf("tools.exec_command({cmd: `echo \\`date\\` \\${HOME}`})"), [
      command("echo `date` ${HOME}")
    ])
  })

  it("lose the arguments that are no literals, and nothing else", () => {
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

  it("of a script that was cut in its middle are those that can still be read", () => {
    const script = 'tools.exec_command({cmd: "ls", workdir: "/x"}); tools.exec_command({cmd: "rm -rf'
    assert.deepStrictEqual(callsOf(script), [
      { ...command("ls"), workdir: "/x" },
      { tool: "exec_command", text: undefined }
    ])
    assert.deepStrictEqual(callsOf('tools.exec_command({cmd: "ls"'), [command("ls")])
  })

  it("are read up to 200", () => {
    assert.lengthOf(scriptCalls('tools.exec_command({cmd: "ls"})\n'.repeat(500)), 200)
  })

  it("cost little, whatever the script (a guard against hanging)", () => {
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
    "never fail, whatever the script",
    [fc.array(fc.constantFrom(..."tols.x(){}[]:,\"'`\\ab=\n "), { maxLength: 80 })],
    ([characters]) => {
      const script = characters.join("")
      assert.isTrue(scriptCalls(`tools.x(${script}`).length >= 1)
      assert.isTrue(scriptCalls(script).length >= 0)
    }
  )

  it.prop("have any string that JSON can write", [fc.string({ unit: "binary" }), fc.string()], ([cmd, workdir]) => {
    assert.deepStrictEqual(callsOf(`tools.exec_command(${JSON.stringify({ cmd, workdir })})`), [
      { ...command(cmd), workdir }
    ])
  })
})
