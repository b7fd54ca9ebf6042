import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { readScript, resultsOf } from "../../../../../src/domain/session/codex/calls/ScriptPrints.js"
import { cpuTimeOf } from "../../../../support/time.js"

/** What a script printed of its calls, as `number: text` and what else it printed of them. */
const results = (script: string, ...printed: ReadonlyArray<string>) => {
  const { prints } = readScript(script)
  const found = prints === undefined ? undefined : resultsOf(prints, printed, true)
  return found === undefined ? undefined : Object.fromEntries(found)
}

const call = 'const r = await tools.exec_command({cmd:"make"});'
const plain = { text: undefined, exitCode: undefined, session: undefined, isRunning: false }

describe("values printed by a script", () => {
  it("printed values are found by the script's own text around them, whatever the output holds", () => {
    assert.deepStrictEqual(results(`${call} text(\`exit=\${r.exit_code}\\n\${r.output}\`)`, "exit=2\nexit=3\n"), {
      0: { ...plain, exitCode: 2, text: "exit=3\n" }
    })
    assert.deepStrictEqual(results(`${call} text(r.output + "\\nexit=" + r.exit_code)`, "exit=9\nexit=0"), {
      0: { ...plain, exitCode: 0, text: "exit=9" }
    })
  })

  it("printed values can depend on a condition", () => {
    const script = `${call} text(r.output); if (r.session_id) text(\`SESSION_ID=\${r.session_id}\`); text(\`exit=\${r.exit_code}\`)`
    assert.deepStrictEqual(results(script, "x", "exit=1"), { 0: { ...plain, text: "x", exitCode: 1 } })
    assert.deepStrictEqual(results(script, "x", "SESSION_ID=5", "exit=undefined"), {
      0: { ...plain, text: "x", session: "5", isRunning: true }
    })
  })

  it("a printed name stands for the result that it had at that point", () => {
    const script = `let r = await tools.exec_command({cmd:"a"}); text(r.output); r = await tools.exec_command({cmd:"b"}); text(r.output)`
    assert.deepStrictEqual(results(script, "x", "y"), { 0: { ...plain, text: "x" }, 1: { ...plain, text: "y" } })
  })

  it("comments, strings that hold code and other functions print nothing", () => {
    const script = `// text(r.exit_code)\n${call} const help = "text(r.output)"; context(r.output); x.text(r); text(r.output)`
    assert.deepStrictEqual(results(script, "x"), { 0: { ...plain, text: "x" } })
  })

  it("a script that loops over an unknown list, or whose texts do not match, gives no values", () => {
    assert.isUndefined(readScript("for (const n of names) text((await tools.exec_command({cmd: n})).output)").prints)
    assert.isUndefined(results(`${call} text(\`code \${r.exit_code}\`)`, "no code"))
    assert.isUndefined(results(`${call} text(r.output)`, "x", "y"))
    assert.isUndefined(results(`${call} text(r.output); text(r.output)`, "x"))
  })

  it("a script of any form is read quickly", () => {
    const hostile = [
      "text(",
      "text(r.output);",
      "a.forEach((x)=>{",
      "for (let i=0;i<a.length;i++) {",
      "const [a,b]=await Promise.all([",
      "const r = await tools.exec_command({cmd:`${",
      "text(`${`${",
      'text("a"+',
      "x.map(",
      "r=§0;"
    ]
    const taken = cpuTimeOf(() => {
      for (const piece of hostile) {
        readScript(piece.repeat(Math.ceil(262_144 / piece.length)))
      }
      const many = `${call}${"text(r.output+'a'+r.output);".repeat(100)}`
      results(many, ...Array.from({ length: 100 }, () => "ab".repeat(5_000)))
    })
    assert.isBelow(taken, 30_000)
  })

  it.prop(
    "a script and texts of any form are read without an error",
    [
      fc.array(
        fc.constantFrom(
          "text(",
          "r",
          ".output",
          "${",
          "}",
          "`",
          '"',
          "+",
          ")",
          "tools.exec_command({",
          "cmd:",
          ";",
          "for(",
          "=>",
          "[0]",
          "=",
          "JSON.stringify("
        ),
        { maxLength: 40 }
      ),
      fc.array(fc.string(), { maxLength: 4 })
    ],
    ([tokens, printed]) => {
      const found = results(tokens.join(""), ...printed)
      assert.isTrue(found === undefined || typeof found === "object")
    }
  )
})
