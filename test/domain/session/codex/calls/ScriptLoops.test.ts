import { assert, describe, it } from "@effect/vitest"
import { RolloutBuilder } from "../../../../../src/testing/RolloutBuilder.js"
import { readScript, resultsOf } from "../../../../../src/domain/session/codex/calls/ScriptPrints.js"
import { nonEmpty } from "../../../../support/nonEmpty.js"
import { evidenceOf, outline } from "../../../../support/reading.js"

const commands = (script: string): ReadonlyArray<unknown> =>
  readScript(script).calls.map(({ properties }) => properties.get("cmd"))

/** The text that each call printed, by its number; undefined if they cannot be told apart. */
const texts = (script: string, ...printed: ReadonlyArray<string>) => {
  const { prints } = readScript(script)
  const found = prints === undefined ? undefined : resultsOf(prints, printed, true)
  return found === undefined ? undefined : [...found].map(([call, { text }]) => `${call} ${text ?? ""}`)
}

const call = "tools.exec_command({cmd:c})"

describe("loops over literal lists", () => {
  it("a loop over a literal list has one command for each round", () => {
    const scripts = [
      `for (const c of ["ls", "pwd"]) await ${call}`,
      `for (const c of ["ls", "pwd"]) { const r = await ${call}; text(r.output) }`,
      `const all = ["ls", 'pwd',]; for (const c of all) { await ${call}; }`,
      `await Promise.all(["ls", "pwd"].map(c => ${call}))`,
      `await Promise.all(["ls", "pwd"].map(async (c) => { return await ${call}; }))`,
      `const all = ["ls", "pwd"]; const rs = await Promise.all(all.map((cmd) => tools.exec_command({cmd, yield_time_ms: 1})))`,
      `const all = ["ls", "pwd"]; for (let i = 0; i < all.length; i++) await tools.exec_command({cmd: all[i]})`,
      `for (const [i, c] of ["ls", "pwd"].entries()) await ${call}`,
      `for (const {cmd} of [{cmd: "ls"}, {cmd: "pwd"}]) await tools.exec_command({cmd})`,
      `for (const job of [{cmd: "ls", n: 1}, {cmd: "pwd", n: 2}]) await tools.exec_command({cmd: job.cmd})`,
      `for (const [, c] of [["a", "ls"], ["b", "pwd"]]) await ${call}`
    ]
    for (const script of nonEmpty(scripts)) {
      assert.deepStrictEqual(commands(script), ["ls", "pwd"], script)
    }
  })

  it("a command that a round puts together from literals is known", () => {
    assert.deepStrictEqual(
      commands(
        "const ns = [36, 37]; await Promise.all(ns.map(n => tools.exec_command({cmd:`gh pr view ${n} --json x`})))"
      ),
      ["gh pr view 36 --json x", "gh pr view 37 --json x"]
    )
    assert.deepStrictEqual(commands('for (const t of ["a", "b"]) await tools.exec_command({cmd: "make " + t})'), [
      "make a",
      "make b"
    ])
  })

  it("a loop whose values a script does not state gives no command", () => {
    const scripts = [
      `for (const c of list) await ${call}`,
      `const all = ["ls", other]; for (const c of all) await ${call}`,
      `const all = ["ls"]; all.push(other); for (const c of all) await ${call}`,
      `let all = ["ls"]; all = more; for (const c of all) await ${call}`,
      `for (let c of ["ls", "pwd"]) { c = c + other; await ${call} }`,
      `for (const c of ["ls", "pwd"].filter(isGood)) await ${call}`,
      'for (const t of ["a"]) await tools.exec_command({cmd: `make ${t} ${other}`})'
    ]
    for (const script of nonEmpty(scripts)) {
      assert.deepStrictEqual(commands(script), [undefined], script)
    }
  })

  it("a loop that may end early is known to run its first round only", () => {
    assert.deepStrictEqual(
      commands(`for (const c of ["ls", "pwd"]) { const r = await ${call}; text(r.output); if (r.exit_code) break }`),
      ["ls"]
    )
  })

  it("a text that looks like a loop is none", () => {
    assert.deepStrictEqual(commands('tools.exec_command({cmd: \'for (const c of ["a", "b"]) x(c)\'})'), [
      'for (const c of ["a", "b"]) x(c)'
    ])
  })

  it("an output of a loop belongs to its round, unless the rounds run side by side", () => {
    const list = '["ls", "pwd"]'
    const told = ["0 x", "1 /y"]
    const scripts = [
      `for (const c of ${list}) { const r = await ${call}; text(r.output) }`,
      `for (const c of ${list}) text((await ${call}).output)`,
      `const rs = await Promise.all(${list}.map(c => ${call})); for (const r of rs) text(r.output)`,
      `const rs = []; for (const c of ${list}) { rs.push(await ${call}) } rs.forEach(r => text(r.output))`
    ]
    for (const script of nonEmpty(scripts)) {
      assert.deepStrictEqual(texts(script, "x", "/y"), told, script)
    }
    assert.deepStrictEqual(
      texts(`for (const c of ${list}) { const r = await ${call}; text(\`\${c}: \${r.output}\`) }`, "ls: x", "pwd: /y"),
      told
    )
    assert.isUndefined(
      texts(`await Promise.all(${list}.map(async c => { const r = await ${call}; text(r.output) }))`, "x", "/y")
    )
  })

  it("a script of nothing but loops is read", () => {
    const pieces = [
      "for (const c of [1,2]) {",
      "[1,2].map(c => ",
      "const a=[1];a.map(",
      "for(let i=0;i<a.length;i++)",
      "[[[["
    ]
    for (const piece of nonEmpty(pieces)) {
      assert.isDefined(readScript(piece.repeat(Math.ceil(262_144 / piece.length))), piece)
    }
  })
})

describe("sessions in scripts", () => {
  const result = (fields: object) => JSON.stringify({ chunk_id: "a1", ...fields })
  const printed = (text: string) =>
    ["Script completed\nWall time 0.1 seconds\nOutput:\n", text].map((part) => ({ type: "input_text", text: part }))

  it("a command goes on in a script that prints the result of its own poll as a whole", () => {
    const polls = [
      'text(JSON.stringify(await tools.write_stdin({session_id:78,chars:""})))',
      "const id = 78; text(JSON.stringify(await tools.write_stdin({session_id: id})))",
      "const session_id = 78; text(await tools.write_stdin({session_id}))"
    ]
    for (const poll of nonEmpty(polls)) {
      const rollout = new RolloutBuilder()
        .customCall("a", "exec", 'text(JSON.stringify(await tools.exec_command({cmd:"make"})))')
        .customOutput("a", printed(result({ session_id: 78, output: "one\n" })))
        .customCall("b", "exec", poll)
        .customOutput("b", printed(result({ exit_code: 2, output: "two\n" })))
      assert.deepStrictEqual(outline(evidenceOf(rollout).events), ["command: make -> 2"], poll)
    }
  })

  it("a session whose number has several values is not known", () => {
    const rollout = new RolloutBuilder()
      .customCall("a", "exec", 'text(JSON.stringify(await tools.exec_command({cmd:"make"})))')
      .customOutput("a", printed(result({ session_id: 78, output: "one\n" })))
      .customCall("b", "exec", "let id = 77; id = 78; text(await tools.write_stdin({session_id: id}))")
      .customOutput("b", printed(result({ exit_code: 2, output: "two\n" })))
    assert.deepStrictEqual(outline(evidenceOf(rollout).events), ["command: make -> running"])
  })
})
