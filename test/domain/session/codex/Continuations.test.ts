import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import type { CommandRun } from "../../../../src/domain/session/SessionEvent.js"
import { RolloutBuilder } from "../../../../src/testing/RolloutBuilder.js"
import { evidenceOf, outline } from "../../../support/reading.js"

/** Commands that do not end within one call: they are followed to their end, whatever they go on in. */

const builder = () => new RolloutBuilder()
const story = (rollout: RolloutBuilder) => outline(evidenceOf(rollout).events)
const commandsOf = (rollout: RolloutBuilder): ReadonlyArray<CommandRun> =>
  evidenceOf(rollout).events.flatMap((event) => (event._tag === "CommandRun" ? [event] : []))

/** What a command printed and how it ended, without where the session tells it. */
const told = (rollout: RolloutBuilder) => commandsOf(rollout).map(({ command, output }) => ({ command, ...output }))

const heading = (state: string) => `Chunk ID: a1\nWall time: 1.0 seconds\n${state}\nOriginal token count: 3\nOutput:\n`
const running = (session: number, text: string) => `${heading(`Process running with session ID ${session}`)}${text}`
const exited = (code: number, text: string) => `${heading(`Process exited with code ${code}`)}${text}`
const printed = (...texts: ReadonlyArray<string>) =>
  ["Script completed\nWall time 0.1 seconds\nOutput:\n", ...texts].map((text) => ({ type: "input_text", text }))
const yielded = (cell: number) => `Script running with cell ID ${cell}\nWall time 10.0 seconds\nOutput:\n`
const result = (fields: object) => JSON.stringify({ chunk_id: "a1", wall_time_seconds: 30.1, ...fields }, null, 2)

const run = (cmd: string) => `const r = await tools.exec_command({cmd:${JSON.stringify(cmd)},yield_time_ms:30000});`
const poll = (session: number) =>
  `const r = await tools.write_stdin({session_id:${session},chars:"",yield_time_ms:30000});`
const show = "text(r.output);"
const showSession = "if(r.session_id)text(`SESSION_ID=${r.session_id}`)"
const showCode = "text(`exit=${r.exit_code}`);"
const showAll = "text(JSON.stringify(r,null,2));"

describe("commands that continue after their script", () => {
  const whole = { command: "make test", text: "one\ntwo\n", exitCode: 2, end: "exited" as const, errorLine: undefined }

  it("a command is one when its script prints the session in a text and another script polls it", () => {
    const rollout = builder()
      .customCall("a", "exec", run("make test") + show + showSession)
      .customOutput("a", printed("one\n", "SESSION_ID=77"))
      .customCall("b", "exec", poll(77) + show + showCode)
      .customOutput("b", printed("two\n", "exit=2"))
    assert.deepStrictEqual(told(rollout), [whole])
  })

  it("a command is one when its result names the session and a later result has the exit code", () => {
    const rollout = builder()
      .customCall("a", "exec", run("make test") + showAll)
      .customOutput("a", printed(result({ session_id: 77, output: "one\n" })))
      .customCall("b", "exec", poll(77) + showAll)
      .customOutput("b", printed(result({ session_id: 77, output: "" })))
      .customCall("c", "exec", `${poll(77)} text(r)`)
      .customOutput("c", printed(result({ exit_code: 2, output: "two\n" })))
    assert.deepStrictEqual(told(rollout), [whole])
  })

  it("a command is one when write_stdin or a later call of the same script polls it", () => {
    const rollout = builder()
      .customCall("a", "exec", run("make test") + show + showSession)
      .customOutput("a", printed("one\n", "SESSION_ID=77"))
      .functionCall("b", "write_stdin", { session_id: 77, chars: "" })
      .functionOutput("b", exited(2, "two\n"))
    assert.deepStrictEqual(told(rollout), [whole])
    const inOne = `${run("make test")} text(r.output); const s = await tools.write_stdin({session_id: r.session_id}); text(s.output); text(\`exit=\${s.exit_code}\`)`
    assert.deepStrictEqual(
      told(
        builder()
          .customCall("a", "exec", inOne)
          .customOutput("a", printed("one\n", "two\n", "exit=2"))
      ),
      [whole]
    )
  })

  it("a command is one when its cell yields, is waited for, and continues in a session", () => {
    const rollout = builder()
      .customCall("a", "exec", run("make test") + show + showSession)
      .customOutput("a", yielded(8))
      .functionCall("b", "wait", { cell_id: "8" })
      .functionOutput("b", yielded(8))
      .functionCall("c", "wait", { cell_id: "8" })
      .functionOutput("c", printed("one\n", "SESSION_ID=77"))
      .customCall("d", "exec", poll(77) + show + showCode)
      .customOutput("d", yielded(9))
      .functionCall("e", "wait", { cell_id: "9" })
      .functionOutput("e", printed("two\n", "exit=2"))
    assert.deepStrictEqual(told(rollout), [whole])
  })

  it("a command keeps the output that remains when a recording cuts its result", () => {
    const cut = `${result({ exit_code: 2, output: "one\ntwo\n" }).slice(0, -6)}…31 tokens truncated…`
    const notice = "Warning: truncated output (original token count: 40)\nTotal output lines: 8\n\n"
    const [command] = commandsOf(
      builder()
        .customCall("a", "exec", run("make test") + showAll)
        .customOutput("a", printed(notice + cut))
    )
    assert.strictEqual(command?.output?.exitCode, 2)
    assert.match(command?.output?.text ?? "", /^one\ntw/)
    const running = `${result({ session_id: 77, output: "one\n" }).slice(0, -6)}…`
    const rollout = builder()
      .customCall("a", "exec", run("make test") + showAll)
      .customOutput("a", printed(running))
      .customCall("b", "exec", poll(77) + showAll)
      .customOutput("b", printed(result({ exit_code: 2, output: "two\n" })))
    assert.deepStrictEqual(story(rollout), ["command: make test -> 2"])
  })

  it("a command that is never polled is still running, and a failed poll adds nothing to it", () => {
    const started = () =>
      builder()
        .customCall("a", "exec", run("make test") + show + showSession)
        .customOutput("a", printed("one\n", "SESSION_ID=77"))
    assert.deepStrictEqual(story(started()), ["command: make test -> running"])
    assert.deepStrictEqual(
      told(
        started()
          .functionCall("b", "write_stdin", { session_id: 77 })
          .functionOutput("b", "write_stdin failed: Unknown process id 77")
      ).map(({ end, text }) => [end, text]),
      [["running", "one\n"]]
    )
  })

  it("a command ends with an event that names its session, even in a later turn", () => {
    const rollout = builder()
      .customCall("a", "exec", run("make test") + show + showSession)
      .customOutput("a", printed("one\n", "SESSION_ID=77"))
      .turnEnd()
      .user("go on")
      .completed({
        type: "CommandExecution",
        id: "exec-9",
        process_id: "77",
        command: ["/bin/bash", "-lc", "make test"],
        aggregated_output: "one\ntwo\n",
        exit_code: 2
      })
    assert.deepStrictEqual(told(rollout), [whole])
  })
})

describe("scripts with several calls", () => {
  const both = (first: string, second: string, rest: string) =>
    `const [a, b] = await Promise.all([tools.exec_command({cmd:"${first}"}), tools.exec_command({cmd:"${second}"})]); ${rest}`

  it("a script assigns printed output to each call by name, by number and in a loop", () => {
    const scripts: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
      [both("ls", "pwd", "text(a.output); text(b.output)"), ["x\n", "/y\n"]],
      [both("ls", "pwd", "text(b.output); text(a.output.trim())"), ["/y\n", "x\n"]],
      [both("ls", "pwd", 'text("LS\\n"+a.output); text(`PWD:\n${b.output}`)'), ["LS\nx\n", "PWD:\n/y\n"]],
      [
        both("ls", "pwd", "text(JSON.stringify({first: a.output, second: b.output}))"),
        ['{"first":"x\\n","second":"/y\\n"}']
      ],
      [
        'const all = await Promise.all([tools.exec_command({cmd:"ls"}), tools.exec_command({cmd:"pwd"})]); all.forEach(x => text(x.output))',
        ["x\n", "/y\n"]
      ],
      [
        'const all = await Promise.all([tools.exec_command({cmd:"ls"}), tools.exec_command({cmd:"pwd"})]); for (let i = 0; i < all.length; i++) text(all[i].output)',
        ["x\n", "/y\n"]
      ],
      [
        'const a = await tools.exec_command({cmd:"ls"}); text(a.output); text((await tools.exec_command({cmd:"pwd"})).output)',
        ["x\n", "/y\n"]
      ]
    ]
    for (const [script, texts] of scripts) {
      const found = told(
        builder()
          .customCall("c", "exec", script)
          .customOutput("c", printed(...texts))
      )
      assert.deepStrictEqual(
        found.map(({ command, text }) => [command, text?.trim()]),
        [
          ["ls", "x"],
          ["pwd", "/y"]
        ],
        script
      )
    }
  })

  it("a script assigns a printed exit code to the call that it belongs to", () => {
    const script = both(
      "make",
      "ls",
      "text(`make exit=${a.exit_code}\\n`+a.output); text(`ls(exit ${b.exit_code}):\\n${b.output}`)"
    )
    assert.deepStrictEqual(
      story(
        builder()
          .customCall("c", "exec", script)
          .customOutput("c", printed("make exit=2\nboom", "ls(exit undefined):\n"))
      ),
      ["command: make -> 2", "command: ls -> running"]
    )
  })

  it("a script assigns no output to any call if the texts do not match what it prints", () => {
    const script = both("ls", "pwd", "text(a.output); text(b.output)")
    for (const texts of [["x\n"], ["x\n", "/y\n", "z\n"]]) {
      assert.deepStrictEqual(
        story(
          builder()
            .customCall("c", "exec", script)
            .customOutput("c", printed(...texts))
        ),
        ["command: ls -> open", "command: pwd -> open"]
      )
    }
    const computed = both("ls", "pwd", "text(a.output + b.output)")
    assert.deepStrictEqual(story(builder().customCall("c", "exec", computed).customOutput("c", printed("x\n/y\n"))), [
      "command: ls -> open",
      "command: pwd -> open"
    ])
  })
})

describe("stopped commands", () => {
  it("a stopped command is interrupted in every form in which a rollout records it", () => {
    const call = () => builder().functionCall("c", "exec_command", { cmd: "npm run dev" })
    const execution = (exit_code: number, aggregated_output: string) => ({
      type: "CommandExecution",
      id: "c",
      command: ["/bin/bash", "-lc", "npm run dev"],
      status: "failed",
      aggregated_output,
      exit_code
    })
    const stop = { type: "turn_aborted", reason: "interrupted" }
    const told = [
      call().functionOutput("c", "Wall time: 1.2 seconds\naborted by user"),
      call().functionOutput("c", "aborted by user after 3.4s"),
      call().completed(execution(-1, "ready\naborted by user")),
      call().event(stop),
      call().functionOutput("c", "aborted by user").event(stop).completed(execution(-1, "ready\n")),
      call().functionOutput("c", running(7, "ready\n")).event(stop),
      call()
        .functionOutput("c", running(7, "ready\n"))
        .functionCall("d", "write_stdin", { session_id: 7, chars: "\u0003" })
        .functionOutput("d", exited(130, "^C\n"))
    ]
    for (const rollout of told) {
      assert.strictEqual(commandsOf(rollout)[0]?.output?.end, "interrupted", rollout.text())
      assert.deepInclude(commandsOf(rollout)[0]?.output, { exitCode: undefined })
    }
  })

  it("a command in an interrupted turn has ended by itself if its exit code is recorded later", () => {
    const rollout = builder()
      .functionCall("c", "exec_command", { cmd: "make" })
      .event({ type: "turn_aborted", reason: "interrupted" })
      .completed({ type: "CommandExecution", id: "c", command: ["make"], aggregated_output: "ok", exit_code: 0 })
    assert.deepStrictEqual(story(rollout), ["command: make -> 0", "aborted"])
  })
})

describe("commands outside the sandbox", () => {
  it("a command outside the sandbox is marked as escalated in each form of the call", () => {
    const calls = [
      builder().functionCall("c", "exec_command", { cmd: "ls", sandbox_permissions: "require_escalated" }),
      builder().functionCall("c", "shell", { command: ["ls"], with_escalated_permissions: true }),
      builder().customCall("c", "exec", 'tools.exec_command({cmd:"ls",sandbox_permissions:"require_escalated"})')
    ]
    for (const rollout of calls) {
      assert.isTrue(commandsOf(rollout)[0]?.isEscalated)
    }
    assert.isFalse(commandsOf(builder().functionCall("c", "exec_command", { cmd: "ls" }))[0]?.isEscalated)
  })

  it("a command has the sandbox mode of its turn, as far as the record has it", () => {
    const modes = (...policies: ReadonlyArray<unknown>) =>
      commandsOf(
        policies.reduce(
          (rollout: RolloutBuilder, sandbox_policy, index) =>
            rollout.turnContext({ sandbox_policy }).functionCall(`c${index}`, "exec_command", { cmd: `ls ${index}` }),
          builder()
        )
      ).map(({ sandbox }) => sandbox)
    assert.deepStrictEqual(
      modes(
        { type: "workspace-write", network_access: false },
        { type: "workspace-write", network_access: true },
        { mode: "read-only" },
        "danger-full-access"
      ),
      ["workspace-write", "workspace-write with network access", "read-only", "danger-full-access"]
    )
    assert.deepStrictEqual(modes(undefined, { type: "`x`](http://ebb.test)" }, 3), [undefined, undefined, undefined])
  })

  it("a command is refused if the user or the policy did not allow it", () => {
    const refusals = [
      "exec command rejected by user",
      'exec_command failed for `rm x`: CreateProcess { message: "Rejected(\\"rejected by user\\")" }',
      'exec_command failed: Rejected("rejected by user")',
      'Rejected("rejected by user")',
      "rejected by user",
      "Error: exec command rejected by user\n    at tools.exec_command",
      JSON.stringify({ output: "exec command rejected by user", metadata: { exit_code: 1 } }),
      "approval policy is Never; reject command — you cannot ask for escalated permissions"
    ]
    for (const refusal of refusals) {
      const rollout = builder()
        .functionCall("c", "exec_command", { cmd: "rm x", sandbox_permissions: "require_escalated" })
        .functionOutput("c", refusal)
      assert.deepStrictEqual(story(rollout), ["command: rm x -> refused"])
    }
  })

  it("a command is refused if its event says that it was declined, whatever else is recorded", () => {
    const call = () => builder().functionCall("c", "exec_command", { cmd: "rm x" })
    const item = (rest: object) => ({ type: "CommandExecution", id: "c", command: ["rm", "x"], ...rest })
    const forms = [
      builder().completed(item({ status: "declined" })),
      builder().completed(item({ status: "declined", exit_code: -1, aggregated_output: "" })),
      builder().completed(
        item({ status: "declined", exit_code: 1, aggregated_output: "exec command rejected by user" })
      ),
      call()
        .completed(item({ status: "declined" }))
        .functionOutput("c", "exec command rejected by user"),
      call()
        .completed(item({ status: "declined" }))
        .functionOutput("c", "Process exited with code 1\nOutput:\n"),
      call()
        .functionOutput("c", "exec command rejected by user")
        .completed(item({ status: "declined", exit_code: 1 })),
      call().event({ type: "exec_command_end", call_id: "c", status: "declined", exit_code: -1 }),
      builder()
        .customCall("c", "exec", 'const r = await tools.exec_command({cmd: "rm x"}); text(r.output)')
        .customOutput("c", [
          "Script failed\nOutput:\n",
          'Script error:\nexec_command failed: Rejected("rejected by user")'
        ])
    ]
    for (const rollout of forms) {
      assert.deepStrictEqual(story(rollout), ["command: rm x -> refused"])
    }
    assert.deepStrictEqual(story(builder().completed(item({ status: "failed", exit_code: 1 }))), ["command: rm x -> 1"])
  })

  it("a command that prints a refusal of its own is not refused", () => {
    const printed = ["the pull request was rejected by user mira yesterday", "1 patch, rejected by user: 0\nok"]
    for (const output of printed) {
      assert.deepStrictEqual(story(builder().command("gh pr view", output)), ["command: gh pr view -> 0"])
    }
  })
})

/** How a command is told: its pieces, each with the form in which the session tells it. */
const forms = ["call", "script", "result"] as const

const addPiece = (
  rollout: RolloutBuilder,
  id: string,
  form: (typeof forms)[number],
  given: { readonly cmd?: string; readonly session: number; readonly text: string; readonly code?: number | undefined }
): void => {
  const { cmd, code, session, text } = given
  const script = cmd === undefined ? poll(session) : run(cmd)
  switch (form) {
    case "call":
      if (cmd === undefined) {
        rollout.functionCall(id, "write_stdin", { session_id: session, chars: "" })
      } else {
        rollout.functionCall(id, "exec_command", { cmd })
      }
      rollout.functionOutput(id, code === undefined ? running(session, text) : exited(code, text))
      return
    case "script":
      rollout
        .customCall(id, "exec", script + show + showSession + (code === undefined ? "" : `;${showCode}`))
        .customOutput(id, yielded(session))
        .functionCall(`${id}w`, "wait", { cell_id: String(session) })
        .functionOutput(`${id}w`, printed(text, code === undefined ? `SESSION_ID=${session}` : `exit=${code}`))
      return
    case "result":
      rollout
        .customCall(id, "exec", script + showAll)
        .customOutput(
          id,
          printed(
            result(code === undefined ? { session_id: session, output: text } : { exit_code: code, output: text })
          )
        )
  }
}

const trace = 'Traceback (most recent call last):\n  File "a.py", line 1\n'

it.prop(
  "a session has the same commands in one piece as in any number of yields, polls and nested calls",
  [
    fc.array(
      fc.record({
        code: fc.constantFrom(0, 1, 2, 127),
        pieces: fc.array(
          fc.record({
            form: fc.constantFrom(...forms),
            text: fc
              .array(
                fc.constantFrom(
                  "ok 1\n",
                  "Err",
                  "or: no ",
                  "boats\n",
                  "warning: old\n",
                  "FAIL x",
                  "\n",
                  "3 passed\n",
                  trace
                ),
                { maxLength: 4 }
              )
              .map((parts) => parts.join(""))
          }),
          { minLength: 1, maxLength: 5 }
        )
      }),
      { minLength: 1, maxLength: 4 }
    )
  ],
  ([commands]) => {
    const split = builder()
    const inOne = builder()
    // The first pieces of all commands come before the second ones: commands run side by side.
    const most = Math.max(...commands.map(({ pieces }) => pieces.length))
    for (const [number, { code, pieces }] of commands.entries()) {
      inOne.command(`make ${number}`, pieces.map(({ text }) => text).join(""), code)
    }
    for (let turn = 0; turn < most; turn++) {
      for (const [number, { code, pieces }] of commands.entries()) {
        const piece = pieces[turn]
        if (piece !== undefined) {
          addPiece(split, `c${turn}-${number}`, piece.form, {
            ...(turn === 0 ? { cmd: `make ${number}` } : {}),
            session: 100 + number,
            text: piece.text,
            code: turn === pieces.length - 1 ? code : undefined
          })
        }
      }
    }
    assert.deepStrictEqual(told(split), told(inOne))
  }
)
