import { assert, describe, it } from "@effect/vitest"
import { CodexSessionBuilder } from "../../../../src/domain/session/codex/CodexSession.js"
import { keptEvidenceCharacters } from "../../../../src/domain/session/SessionReading.js"
import { RolloutBuilder, simpleSession } from "../../../../src/testing/RolloutBuilder.js"
import { evidenceOf, outline, rolloutLines } from "../../../support/reading.js"
import { nonEmpty } from "../../../support/nonEmpty.js"
import { cpuTimeOf } from "../../../support/time.js"

const builder = () => new RolloutBuilder()
const story = (rollout: RolloutBuilder) => outline(evidenceOf(rollout).events)
const events = (rollout: RolloutBuilder) => evidenceOf(rollout).events

const patch = "*** Begin Patch\n*** Update File: src/tides.js\n@@\n-a\n+b\n*** End Patch"
const exited = (code: number, output: string) =>
  `Wall time: 0.1 seconds\nProcess exited with code ${code}\nOutput:\n${output}`
const userMessage = (message: string, rest: object = {}) => ({ type: "user_message", message, ...rest })
const commandEnd = (call_id: string, command: unknown, rest: object) => ({
  type: "exec_command_end",
  call_id,
  command,
  cwd: "/home/ada",
  ...rest
})
const execution = (id: string, script: string, exit_code: number, aggregated_output = "") => ({
  type: "CommandExecution",
  id,
  command: ["/bin/bash", "-lc", script],
  cwd: "file:///home/ada",
  aggregated_output,
  exit_code
})

it("a whole session gives its events in order, with their line numbers", () => {
  const evidence = new CodexSessionBuilder()
  rolloutLines(simpleSession()).forEach((line) => evidence.add(line))
  const { events, finished } = evidence.result()
  assert.deepStrictEqual(outline(events), [
    "user: the timetable test fails, please fix it",
    "command: npm test -> 1",
    "edit: update src/timetable.js",
    "command: npm test -> 0",
    "assistant: Fixed: departures is a Set, so it is spread before it is sorted.",
    "done"
  ])
  assert.deepStrictEqual(
    events.map((event) => ("outputLine" in event ? [event.line, event.outputLine] : [event.line])),
    [[3], [5, 6], [7, 8], [9, 10], [11], [12]]
  )
  const [, failed] = events
  assert.isTrue(
    failed?._tag === "CommandRun" && failed.output?.errorLine === "TypeError: departures.sort is not a function"
  )
  assert.isTrue(finished)
})

describe("commands", () => {
  const told: ReadonlyArray<readonly [string, RolloutBuilder]> = [
    [
      "shell, its argv and its output as JSON in a string",
      builder()
        .functionCall("c", "shell", { command: ["bash", "-lc", "npm test"], workdir: "/home/ada" })
        .functionOutput("c", JSON.stringify({ output: "boom", metadata: { exit_code: 1, duration_seconds: 0.2 } }))
    ],
    [
      "shell_command",
      builder()
        .functionCall("c", "shell_command", { command: "npm test", workdir: "/home/ada" })
        .functionOutput("c", "Exit code: 1\nWall time: 0.2 seconds\nOutput:\nboom")
    ],
    [
      "exec_command",
      builder()
        .functionCall("c", "exec_command", { cmd: "npm test", workdir: "/home/ada" })
        .functionOutput("c", exited(1, "boom"))
    ],
    [
      "functions.exec_command",
      builder()
        .functionCall("c", "functions.exec_command", { cmd: "npm test", workdir: "/home/ada" })
        .functionOutput("c", [{ type: "input_text", text: exited(1, "boom") }])
    ],
    [
      "local_shell_call",
      builder()
        .item({
          type: "local_shell_call",
          call_id: "c",
          status: "completed",
          action: { type: "exec", command: ["bash", "-lc", "npm test"], working_directory: "/home/ada" }
        })
        .functionOutput("c", { output: "boom", metadata: { exit_code: 1 } })
    ],
    [
      "an exec script with one call, its ending told by an event",
      builder()
        .customCall("c", "exec", 'const r = await tools.exec_command({cmd: "npm test", workdir: "/home/ada"}); text(r)')
        .completed(execution("exec-1", "npm test", 1, "boom"))
        .customOutput("c", [{ type: "input_text", text: "Script completed\nWall time 1 seconds\nOutput:\n" }])
    ],
    [
      "an exec_command_end event alone",
      builder().event(commandEnd("c", ["bash", "-lc", "npm test"], { exit_code: 1, stdout: "bo", stderr: "om" }))
    ],
    ["a CommandExecution item alone", builder().completed(execution("c", "npm test", 1, "boom"))]
  ]
  for (const [form, rollout] of told) {
    it(`a command is read from ${form}`, () => {
      const [event, ...others] = events(rollout)
      assert.lengthOf(others, 0)
      assert(event?._tag === "CommandRun")
      assert.deepInclude(event, { command: "npm test", directory: "/home/ada" })
      assert.deepInclude(event.output, { exitCode: 1, text: "boom" })
    })
  }

  it("a command is shown as a person would type it", () => {
    const rollout = builder()
      .functionCall("a", "shell", { command: ["git", "commit", "-m", "don't sort"] })
      .functionCall("b", "shell", { command: ["/bin/zsh", "-c", " ls -a "] })
      .functionCall("c", "shell", { command: ["powershell.exe", "-Command", "Get-ChildItem"] })
      .functionCall("d", "shell", { command: ["bash", "run.sh"] })
    assert.deepStrictEqual(story(rollout), [
      "command: git commit -m 'don'\\''t sort' -> open",
      "command: ls -a -> open",
      "command: Get-ChildItem -> open",
      "command: bash run.sh -> open"
    ])
  })

  it("a command without an output stays open", () => {
    assert.deepStrictEqual(story(builder().functionCall("c", "exec_command", { cmd: "npm test" })), [
      "command: npm test -> open"
    ])
  })

  it("a command with unreadable arguments gives no event, nor does an output without a call", () => {
    const rollout = builder()
      .item({ type: "function_call", name: "shell", arguments: '{"command": ["ls', call_id: "c" })
      .functionOutput("c", "x")
      .functionOutput("lost", "y")
      .item({ type: "function_call", name: "exec_command", arguments: null, call_id: "d" })
    assert.deepStrictEqual(story(rollout), [])
  })

  it("a command recorded by event and by output is one, with either exit code and the longer text", () => {
    const rollout = builder()
      .functionCall("c", "exec_command", { cmd: "npm test" })
      .event(commandEnd("c", ["bash", "-lc", "npm test"], { exit_code: 3, aggregated_output: "the whole output" }))
      .functionOutput("c", "cut")
    const [event, ...others] = events(rollout)
    assert.lengthOf(others, 0)
    assert.isTrue(event?._tag === "CommandRun" && event.output?.exitCode === 3)
    assert.isTrue(event?._tag === "CommandRun" && event.output?.text === "the whole output")
  })

  it("a command that continues with write_stdin is one command", () => {
    const rollout = builder()
      .functionCall("c", "exec_command", { cmd: "npm test" })
      .functionOutput("c", "Process running with session ID 77\nOutput:\none\n")
      .functionCall("d", "write_stdin", { session_id: 77, chars: "" })
      .functionOutput("d", "Process running with session ID 77\nOutput:\ntwo\n")
      .functionCall("e", "write_stdin", { session_id: "77", chars: "q" })
      .functionOutput("e", exited(0, "three\n"))
    const [event, ...others] = events(rollout)
    assert.lengthOf(others, 0)
    assert.isTrue(event?._tag === "CommandRun" && event.output?.text === "one\ntwo\nthree\n")
    assert.deepInclude(event, { line: 1, outputLine: 6 })
    assert.deepStrictEqual(story(rollout), ["command: npm test -> 0"])
  })

  it("a command that an event ended takes no more output from write_stdin", () => {
    const rollout = builder()
      .functionCall("c", "exec_command", { cmd: "npm test" })
      .functionOutput("c", "Process running with session ID 77\nOutput:\none\n")
      .functionCall("d", "write_stdin", { session_id: 77, chars: "" })
      .event(commandEnd("c", ["bash", "-lc", "npm test"], { exit_code: 0, aggregated_output: "one\ntwo\n" }))
      .functionOutput("d", exited(0, "two\n"))
    const [event] = events(rollout)
    assert.isTrue(event?._tag === "CommandRun" && event.output?.text === "one\ntwo\n")
  })

  it("a write_stdin call to a session that was never started gives no event", () => {
    assert.deepStrictEqual(
      story(builder().functionCall("d", "write_stdin", { session_id: 5 }).functionOutput("d", exited(0, "two\n"))),
      []
    )
  })
})

describe("exec scripts", () => {
  const script = 'const r = await tools.exec_command({cmd: "npm test"})\ntext(r.output)'
  const twoCalls = 'await tools.exec_command({cmd: "npm test"}); await tools.exec_command({cmd: "npm run lint"})'

  it("a script with one call gives its output to that call", () => {
    const [event] = events(
      builder().customCall("c", "exec", script).customOutput("c", "Script completed\nOutput:\nok 1\n")
    )
    assert.isTrue(event?._tag === "CommandRun" && event.output?.text === "ok 1\n")
    assert.isTrue(event?._tag === "CommandRun" && event.output?.exitCode === undefined)
  })

  it("a script with several calls gives its output to none of them", () => {
    const rollout = builder().customCall("c", "exec", twoCalls).customOutput("c", "Script completed\nOutput:\nok 1\n")
    assert.deepStrictEqual(story(rollout), ["command: npm test -> open", "command: npm run lint -> open"])
  })

  it("a script with several calls gets their exit codes from events before its output", () => {
    const rollout = builder()
      .customCall("c", "exec", twoCalls)
      .completed(execution("exec-2", "npm run lint", 1))
      .completed(execution("exec-1", "npm test", 0))
      .customOutput("c", "Script completed\nOutput:\nok 1\n")
    assert.deepStrictEqual(story(rollout), ["command: npm test -> 0", "command: npm run lint -> 1"])
  })

  it("a script gets the exit code of its call from an event after its output", () => {
    const rollout = builder()
      .customCall("c", "exec", script)
      .customOutput("c", "Script completed\nOutput:\nok")
      .completed(execution("exec-1", "npm test", 0, "ok 1\n"))
    assert.deepStrictEqual(story(rollout), ["command: npm test -> 0"])
  })

  it("a script that runs the same command twice has an exit code for each run", () => {
    const rollout = builder()
      .customCall("c", "exec", `${script}; ${script}`)
      .completed(execution("exec-1", "npm test", 1))
      .completed(execution("exec-2", "npm test", 0))
    assert.deepStrictEqual(story(rollout), ["command: npm test -> 1", "command: npm test -> 0"])
  })

  it("a script that was interrupted leaves later exit codes to the next script", () => {
    const rollout = builder()
      .customCall("c", "exec", script)
      .event({ type: "turn_aborted", reason: "interrupted" })
      .customCall("d", "exec", script)
      .completed(execution("exec-1", "npm test", 0))
    assert.deepStrictEqual(story(rollout), ["command: npm test -> interrupted", "aborted", "command: npm test -> 0"])
  })

  it("a script whose command is not a literal is read from the event alone", () => {
    const rollout = builder()
      .customCall("c", "exec", 'tools.exec_command({cmd: "cat " + file})')
      .completed(execution("exec-1", "cat a.txt", 0))
      .customOutput("c", "Script completed\nOutput:\n")
    assert.deepStrictEqual(story(rollout), ["command: cat a.txt -> 0"])
  })

  it("a script that yields continues with wait", () => {
    const rollout = builder()
      .customCall("c", "exec", script)
      .customOutput("c", "Script running with cell ID 4\nWall time 10 seconds\nOutput:\none\n")
      .functionCall("d", "wait", { cell_id: "4", yield_time_ms: 10_000 })
      .functionOutput("d", "Script completed\nWall time 3 seconds\nOutput:\ntwo\n")
    const [event, ...others] = events(rollout)
    assert.lengthOf(others, 0)
    assert.isTrue(event?._tag === "CommandRun" && event.output?.text === "one\ntwo\n")
  })

  it("a script that yields gets the exit code of its call from an event before wait returns", () => {
    const rollout = builder()
      .customCall("c", "exec", script)
      .customOutput("c", "Script running with cell ID 4\nOutput:\none\n")
      .functionCall("d", "wait", { cell_id: "4" })
      .completed(execution("exec-1", "npm test", 1, "one\ntwo\n"))
      .functionOutput("d", "Script completed\nOutput:\ntwo\n")
    const [event, ...others] = events(rollout)
    assert.lengthOf(others, 0)
    assert.isTrue(event?._tag === "CommandRun" && event.output?.text === "one\ntwo\n")
    assert.isTrue(event?._tag === "CommandRun" && event.output?.exitCode === 1)
  })

  it("a script can be the argument of a function call", () => {
    const rollout = builder().functionCall("c", "functions.exec", {
      source: 'tools.exec_command({cmd: ["git", "status"], workdir: "/repo"}); tools.apply_patch(`' + patch + "`)"
    })
    assert.deepStrictEqual(story(rollout), ["command: git status -> open", "edit: update src/tides.js -> open"])
  })
})

describe("edits", () => {
  const told: ReadonlyArray<readonly [string, RolloutBuilder]> = [
    ["apply_patch as a custom tool", builder().customCall("c", "apply_patch", patch)],
    ["apply_patch as a function", builder().functionCall("c", "apply_patch", { input: patch })],
    [
      "apply_patch with its arguments as an object",
      builder().item({ type: "function_call", name: "apply_patch", arguments: { patch }, call_id: "c" })
    ],
    ["apply_patch as argv of shell", builder().functionCall("c", "shell", { command: ["apply_patch", patch] })],
    [
      "a here-document in a shell command",
      builder().functionCall("c", "exec_command", { cmd: `cd lib && apply_patch <<'EOF'\n${patch}\nEOF` })
    ],
    [
      "a here-document in argv of shell",
      builder().functionCall("c", "shell", { command: ["bash", "-lc", `apply_patch <<'EOF'\n${patch}\nEOF`] })
    ],
    ["an exec script", builder().customCall("c", "exec", `await tools.apply_patch(${JSON.stringify(patch)})`)],
    [
      "a FileChange item alone",
      builder().completed({
        type: "FileChange",
        id: "c",
        status: "completed",
        changes: { "src/tides.js": { type: "update" } }
      })
    ],
    [
      "a patch_apply_end event alone",
      builder().event({
        type: "patch_apply_end",
        call_id: "c",
        success: true,
        changes: { "src/tides.js": { type: "update" } }
      })
    ]
  ]
  for (const [form, rollout] of told) {
    it(`an edit is read from ${form}`, () => {
      assert.deepStrictEqual(
        story(rollout).map((told) => told.replace(" -> open", "")),
        ["edit: update src/tides.js"]
      )
    })
  }

  it("an edit recorded by its event and by its output is one edit", () => {
    const rollout = builder()
      .customCall("c", "apply_patch", patch)
      .completed({
        type: "FileChange",
        id: "c",
        status: "completed",
        changes: { "/abs/src/tides.js": { type: "update" } }
      })
      .customOutput(
        "c",
        "Exit code: 0\nWall time: 0 seconds\nOutput:\nSuccess. Updated the following files:\nM src/tides.js\n"
      )
    assert.deepStrictEqual(story(rollout), ["edit: update src/tides.js"])
  })

  it("an edit of a script is one edit if its event comes before or after the script's output", () => {
    const change = {
      type: "FileChange",
      id: "exec-9",
      status: "completed",
      changes: { "src/tides.js": { type: "update" } }
    }
    const call = () => builder().customCall("c", "exec", `await tools.apply_patch(${JSON.stringify(patch)})`)
    for (const rollout of [
      call().completed(change).customOutput("c", "Script completed\nOutput:\n{}"),
      call().customOutput("c", "Script completed\nOutput:\n{}").completed(change)
    ]) {
      assert.deepStrictEqual(story(rollout), ["edit: update src/tides.js"])
    }
  })

  it("an edit that was not applied has the reason", () => {
    const failed: ReadonlyArray<readonly [RolloutBuilder, string]> = [
      [
        builder()
          .customCall("c", "apply_patch", patch)
          .customOutput("c", "apply_patch verification failed: Failed to find expected lines in src/tides.js:\na"),
        "apply_patch verification failed: Failed to find expected lines in src/tides.js: a"
      ],
      [
        builder()
          .customCall("c", "apply_patch", patch)
          .customOutput("c", JSON.stringify({ output: "no such file", metadata: { exit_code: 1 } })),
        "no such file"
      ],
      [
        builder()
          .customCall("c", "apply_patch", patch)
          .event({ type: "patch_apply_end", call_id: "c", success: false, stderr: "no such file\n" }),
        "no such file"
      ],
      [
        builder().customCall("c", "apply_patch", patch).completed({ type: "FileChange", id: "c", status: "failed" }),
        "the patch was not applied"
      ],
      [
        builder()
          .customCall("c", "exec", `await tools.apply_patch(${JSON.stringify(patch)})`)
          .customOutput("c", [
            { type: "input_text", text: "Script failed\nWall time 0.0 seconds\nOutput:\n" },
            { type: "input_text", text: "Script error:\napply_patch verification failed: Failed to find lines" }
          ]),
        "apply_patch verification failed: Failed to find lines"
      ]
    ]
    for (const [rollout, reason] of failed) {
      assert.deepStrictEqual(story(rollout), [`edit: update src/tides.js failed: ${reason}`])
    }
  })

  const script = (source: string) => builder().customCall("c", "exec", source)
  const applied = `await tools.apply_patch(${JSON.stringify(patch)})`
  const completed = (...printed: ReadonlyArray<string>) =>
    ["Script completed\nWall time 0.1 seconds\nOutput:\n", ...printed].map((text) => ({ type: "input_text", text }))

  it("an edit was applied if its own output, an event, or the end of its script says so", () => {
    const forms = [
      builder().patch(patch),
      builder().customCall("c", "apply_patch", patch).customOutput("c", "{}"),
      builder().customCall("c", "apply_patch", patch).event({ type: "patch_apply_end", call_id: "c", success: true }),
      builder().customCall("c", "apply_patch", patch).completed({ type: "FileChange", id: "c", status: "completed" }),
      script(`${applied}; text("done")`).customOutput("c", completed("done")),
      script(`text(${applied})`).customOutput("c", completed("{}")),
      script(applied).customOutput("c", completed()),
      script(`${applied}; nothing.at.all`)
        .completed({ type: "FileChange", id: "exec-1", status: "completed", changes: {} })
        .customOutput("c", ["Script failed\nOutput:\n", "Script error:\nReferenceError: nothing is not defined"])
    ]
    for (const rollout of forms) {
      assert.deepStrictEqual(story(rollout), ["edit: update src/tides.js"])
    }
    const two = script(`${applied}; const r = await tools.exec_command({cmd: "npm test"}); text(r.output)`)
    assert.deepStrictEqual(story(two.customOutput("c", completed("4 passed"))).at(0), "edit: update src/tides.js")
  })

  it("an edit is open if the record has no result of it, or one that says nothing of it", () => {
    const forms = [
      builder().customCall("c", "apply_patch", patch),
      builder().customCall("c", "apply_patch", patch).event({ type: "turn_aborted" }),
      builder().customCall("c", "apply_patch", patch).customOutput("c", "aborted by user after 2.1s"),
      builder().customCall("c", "apply_patch", patch).completed({ type: "FileChange", id: "c", status: "in_progress" }),
      script(applied).customOutput("c", ["Script running with cell ID 4\nWall time 9 seconds\nOutput:\n"]),
      script(applied).customOutput("c", "aborted by user"),
      script(`${applied}; nothing.at.all`).customOutput("c", [
        "Script failed\nOutput:\n",
        "Script error:\nReferenceError: nothing is not defined"
      ]),
      script(`try { ${applied} } catch { } await tools.exec_command({cmd: "ls"}); text("done")`).customOutput(
        "c",
        completed("done")
      )
    ]
    for (const rollout of forms) {
      assert.strictEqual(story(rollout)[0], "edit: update src/tides.js -> open")
    }
  })

  it("an edit that was not allowed is refused, which is no failure", () => {
    const call = () => builder().customCall("c", "apply_patch", patch)
    const forms = [
      call().customOutput("c", "patch rejected by user"),
      call().customOutput("c", JSON.stringify({ output: "patch rejected by user", metadata: { exit_code: 1 } })),
      call().customOutput("c", "patch rejected: writing outside of the project; rejected by user approval settings"),
      call().completed({ type: "FileChange", id: "c", status: "declined", changes: {} }),
      call()
        .event({ type: "patch_apply_end", call_id: "c", success: false, stderr: "patch rejected by user" })
        .customOutput("c", "patch rejected by user"),
      call().completed({ type: "FileChange", id: "c", status: "declined" }).customOutput("c", "{}"),
      script(applied).customOutput("c", ["Script failed\nOutput:\n", "Script error:\npatch rejected by user"]),
      script(applied).customOutput("c", ["Script failed\nOutput:\n", "Script error:\nError: patch rejected by user"])
    ]
    for (const rollout of forms) {
      assert.deepStrictEqual(story(rollout), ["edit: update src/tides.js -> refused"])
    }
  })

  it("an edit records additions, deletions and renames", () => {
    const item = {
      type: "FileChange",
      id: "c",
      status: "completed",
      changes: { a: { type: "add", content: "x" }, b: { type: "delete" }, c: { type: "update", move_path: "d" } }
    }
    const [event] = events(builder().completed(item))
    assert.deepStrictEqual(event?._tag === "FileEdit" ? event.changes : [], [
      { path: "a", action: "add", movedTo: undefined },
      { path: "b", action: "delete", movedTo: undefined },
      { path: "c", action: "update", movedTo: "d" }
    ])
  })
})

describe("other tools", () => {
  it("another tool is named with its server, given as a namespace or in its name", () => {
    const rollout = builder()
      .item({ type: "function_call", name: "list_sailings", namespace: "harbour", arguments: "{}", call_id: "a" })
      .functionCall("b", "harbour__list_sailings", {})
      .functionCall("c", "functions.view_image", { path: "a.png" })
      .item({ type: "web_search_call", action: { type: "search", query: "tides" } })
    assert.deepStrictEqual(story(rollout), [
      "tool: harbour.list_sailings",
      "tool: harbour__list_sailings",
      "tool: view_image",
      "tool: web_search"
    ])
  })

  it("another tool has its failure from its output or from its event", () => {
    const call = () => builder().functionCall("c", "harbour__list_sailings", {})
    const end = (result: unknown) => ({
      type: "mcp_tool_call_end",
      call_id: "c",
      invocation: { server: "harbour", tool: "list_sailings" },
      result
    })
    const content = [{ type: "text", text: "no such pier" }]
    assert.deepStrictEqual(story(call().functionOutput("c", "Error: no such pier")), [
      "tool: harbour__list_sailings failed: Error: no such pier"
    ])
    for (const result of [{ Err: "no such pier" }, { Ok: { content, isError: true } }]) {
      assert.deepStrictEqual(story(call().event(end(result))), ["tool: harbour__list_sailings failed: no such pier"])
    }
    assert.deepStrictEqual(story(call().event(end({ Ok: { content, isError: false } }))), [
      "tool: harbour__list_sailings"
    ])
    assert.deepStrictEqual(story(builder().event(end({ Ok: {} }))), ["tool: harbour.list_sailings"])
    assert.deepStrictEqual(
      story(
        builder().completed({
          type: "McpToolCall",
          id: "c",
          server: "harbour",
          tool: "list_sailings",
          result: { content, isError: true }
        })
      ),
      ["tool: harbour.list_sailings failed: no such pier"]
    )
  })

  it("a call of a planning tool gives no event", () => {
    assert.deepStrictEqual(
      story(builder().functionCall("c", "update_plan", { plan: [] }).functionOutput("c", "Plan updated")),
      []
    )
  })
})

describe("the assistant's plan", () => {
  const plan = (...steps: ReadonlyArray<readonly [string, string]>) => ({
    plan: steps.map(([step, status]) => ({ step, status }))
  })
  const planned = () =>
    builder()
      .user("add sailings")
      .functionCall("a", "update_plan", plan(["read", "in_progress"], ["write", "pending"], ["test", "pending"]))

  it("the plan has the steps that its last call left open", () => {
    const later = planned().functionCall("b", "update_plan", plan(["read", "completed"], ["write", "in_progress"]))
    assert.deepStrictEqual(evidenceOf(planned()).plan?.left, ["read", "write", "test"])
    assert.deepStrictEqual(evidenceOf(later).plan?.left, ["write"])
    assert.isUndefined(evidenceOf(builder().user("add sailings")).plan)
  })

  it("the plan survives a call without a plan, and goes with a turn that was rolled back", () => {
    const broken = planned().functionCall("b", "update_plan", { plan: "none" })
    assert.deepStrictEqual(evidenceOf(broken).plan?.left, ["read", "write", "test"])
    const { plan } = evidenceOf(
      builder()
        .user("add")
        .functionCall("a", "update_plan", { plan: [1, {}, { step: 2 }] })
    )
    assert.isDefined(plan)
    assert.deepStrictEqual(plan.left, [])
    assert.isUndefined(evidenceOf(planned().event({ type: "thread_rolled_back", num_turns: 1 })).plan)
  })
})

describe("messages", () => {
  it("a user message recorded as a message and as an event is one request", () => {
    assert.deepStrictEqual(story(builder().user("sort them")), ["user: sort them"])
    assert.deepStrictEqual(story(builder().event(userMessage("sort them")).message("user", "sort them")), [
      "user: sort them"
    ])
    assert.deepStrictEqual(
      story(
        builder()
          .message("user", "sort them")
          .completed({ type: "UserMessage", content: [{ type: "text", text: "sort them" }] })
      ),
      ["user: sort them"]
    )
  })

  it("a user message that was sent twice is two requests", () => {
    assert.deepStrictEqual(story(builder().user("go on").assistant("done").user("go on")), [
      "user: go on",
      "assistant: done",
      "user: go on"
    ])
    assert.deepStrictEqual(story(builder().user("go on").event({ type: "turn_aborted" }).user("go on")), [
      "user: go on",
      "aborted",
      "user: go on"
    ])
  })

  it("a message with role user and no event is not a request if other requests have events", () => {
    const rollout = builder()
      .message("user", "<new_wrapper>the harness says</new_wrapper>")
      .user("sort them")
      .message("user", "<other_wrapper>the harness says</other_wrapper>")
    assert.deepStrictEqual(story(rollout), ["user: sort them"])
  })

  it("a message with role user is a request if no request has an event, unless it was injected", () => {
    const rollout = builder()
      .message("user", "<environment_context>\n<cwd>/x</cwd>\n</environment_context>")
      .message("user", "# AGENTS.md instructions for /x", "sort them")
      .message("developer", "be brief")
    assert.deepStrictEqual(story(rollout), ["user: sort them"])
  })

  it("an assistant message recorded as a message and as an event is one message", () => {
    const text = "They are sorted."
    assert.deepStrictEqual(story(builder().event({ type: "agent_message", message: text }).assistant(text)), [
      `assistant: ${text}`
    ])
    const item = { type: "AgentMessage", content: [{ type: "Text", text }], phase: "final_answer" }
    assert.deepStrictEqual(story(builder().completed(item).assistant(text)), [`assistant: ${text}`])
  })

  it("a user message repeated by a compaction's history is not counted again", () => {
    const rollout = builder()
      .user("sort them")
      .line("compacted", {
        message: "so far",
        replacement_history: [{ type: "message", role: "user", content: [{ type: "input_text", text: "sort them" }] }]
      })
      .event({ type: "context_compacted" })
    assert.deepStrictEqual(story(rollout), ["user: sort them", "compacted"])
  })
})

describe("turns undone by thread_rolled_back", () => {
  const twoTurns = () =>
    builder().user("first").command("ls", "a").turnEnd().user("second").command("rm a", "").turnEnd()

  it("a turn that was rolled back gives no event", () => {
    assert.deepStrictEqual(story(twoTurns().rolledBack(1).user("third")), [
      "user: first",
      "command: ls -> 0",
      "done",
      "user: third"
    ])
    assert.deepStrictEqual(story(twoTurns().rolledBack(2)), [])
    assert.deepStrictEqual(story(twoTurns().rolledBack(9)), [])
  })

  it("a rollback without a positive number removes no turn", () => {
    for (const turns of [0, -1, null, "1", undefined]) {
      assert.lengthOf(story(twoTurns().rolledBack(turns)), 6)
    }
  })

  it("a rollback counts requests of the user, not messages injected with role user", () => {
    const rollout = builder()
      .user("first")
      .assistant("done")
      .message("user", "<new_wrapper>the harness says</new_wrapper>")
      .user("second")
      .assistant("done too")
      .rolledBack(2)
    assert.deepStrictEqual(story(rollout), [])
  })

  it("a rollback counts a turn that began with an image alone", () => {
    const rollout = builder()
      .user("first")
      .assistant("done")
      .event(userMessage("", { images: ["data:image/png;base64,AA=="] }))
      .assistant("a ferry")
      .rolledBack(1)
    assert.deepStrictEqual(story(rollout), ["user: first", "assistant: done"])
  })

  it("a call of a turn that was rolled back takes no later output", () => {
    const rollout = builder()
      .user("first")
      .functionCall("c", "exec_command", { cmd: "rm -rf a" })
      .rolledBack(1)
      .user("second")
      .functionCall("d", "exec_command", { cmd: "ls" })
      .functionOutput("c", exited(1, "boom"))
    assert.deepStrictEqual(story(rollout), ["user: second", "command: ls -> open"])
  })
})

describe("the end of the newest turn", () => {
  const started = { type: "task_started", turn_id: "t" }
  const finished = (rollout: RolloutBuilder) => evidenceOf(rollout).finished

  it("a session is finished if the end of its newest turn is recorded, aborted or not", () => {
    assert.isTrue(finished(builder().event(started).user("a").assistant("b").turnEnd()))
    assert.isTrue(finished(builder().event(started).user("a").event({ type: "turn_aborted" })))
  })

  it("an answer that only the end of its turn records is the assistant's, and is there once", () => {
    const end = { type: "task_complete", last_agent_message: "The pier has 12 berths." }
    const asked = builder().event({ type: "task_started" }).event(userMessage("how many berths?"))
    const told = ["user: how many berths?", "assistant: The pier has 12 berths.", "done"]
    assert.deepStrictEqual(story(asked.event(end)), told)
    const both = builder()
      .event({ type: "task_started" })
      .event(userMessage("how many berths?"))
      .event({ type: "agent_message", message: "The pier has 12 berths." })
      .event(end)
    assert.deepStrictEqual(story(both), told)
    const silent = builder().event(userMessage("stop")).event({ type: "task_complete", last_agent_message: null })
    assert.deepStrictEqual(story(silent), ["user: stop", "done"])
  })

  it("a session is finished if the final answer is recorded, whatever else is missing", () => {
    const answer = { type: "message", role: "assistant", phase: "final_answer", content: [{ text: "c" }] }
    assert.isTrue(finished(builder().event(started).user("a").command("ls", "").item(answer)))
    assert.isTrue(finished(builder().event(started).user("a").item(answer).event({ type: "token_count" })))
    assert.deepStrictEqual(story(builder().event(started).user("a").item(answer).user("b")), [
      "user: a",
      "assistant: c",
      "done",
      "user: b"
    ])
    assert.deepStrictEqual(story(builder().user("a").item(answer).turnEnd()), ["user: a", "assistant: c", "done"])
  })

  it("a session is not finished if its rollout ends during work", () => {
    const word = { type: "message", role: "assistant", phase: "commentary", content: [{ text: "c" }] }
    const answer = { ...word, phase: "final_answer" }
    assert.isFalse(finished(builder().event(started).user("a").turnEnd().event(started).user("b").item(word)))
    assert.isFalse(finished(builder().event(started).user("a").command("ls", "")))
    assert.isFalse(finished(builder().user("a").turnEnd().user("b")))
    assert.isFalse(
      finished(builder().user("a").item(answer).user("b").functionCall("c", "exec_command", { cmd: "ls" }))
    )
  })

  it("a session's end is unknown if the rollout's form records no ends", () => {
    assert.isUndefined(finished(builder().user("a").assistant("b")))
    assert.isUndefined(finished(builder().event(started).user("a").assistant("b")))
    assert.isUndefined(finished(builder().user("a").event({ type: "turn_aborted" }).user("b").assistant("c")))
  })

  it("a session's end is unknown after work that ended, unless its turn is known to have begun", () => {
    const answer = { type: "message", role: "assistant", phase: "final_answer", content: [{ text: "c" }] }
    const works: ReadonlyArray<(rollout: RolloutBuilder) => RolloutBuilder> = [
      (rollout) => rollout.command("npm test", "4 passed"),
      (rollout) => rollout.patch(patch),
      (rollout) => rollout.functionCall("m", "fetch", {}).functionOutput("m", "ok")
    ]
    for (const work of works) {
      assert.isUndefined(finished(work(builder().user("a"))))
      assert.isUndefined(finished(work(builder().user("a").item(answer).user("b"))))
      assert.isFalse(finished(work(builder().event(started).user("a"))))
      assert.isTrue(finished(work(builder().event(started).user("a")).turnEnd()))
      assert.isTrue(finished(work(builder().event(started).user("a")).event({ type: "turn_aborted" })))
    }
  })

  it("a session is not finished after a call without an output, if ends are recorded", () => {
    const answer = { type: "message", role: "assistant", phase: "final_answer", content: [{ text: "c" }] }
    const before = () => builder().user("a").item(answer).user("b")
    assert.isFalse(finished(before().customCall("c", "apply_patch", patch)))
    assert.isFalse(finished(before().functionCall("m", "fetch", {})))
    assert.isFalse(
      finished(
        before()
          .functionCall("c", "exec_command", { cmd: "npm start" })
          .functionOutput("c", "Wall time: 1 seconds\nProcess running with session ID 7\nOutput:\nlistening")
      )
    )
  })

  it("a turn begins and ends also under the other names of its events", () => {
    assert.isFalse(finished(builder().event({ type: "turn_started" }).user("a").command("ls", "")))
    assert.isTrue(
      finished(builder().event({ type: "turn_started" }).user("a").command("ls", "").event({ type: "turn_complete" }))
    )
  })

  it("a session whose newest turn was rolled back has the end of the turn before", () => {
    const rollout = builder().event(started).user("a").turnEnd().event(started).user("b").rolledBack(1)
    assert.isTrue(finished(rollout))
  })
})

it("scripts whose exit codes were never recorded are read quickly", () => {
  const evidence = new CodexSessionBuilder()
  const [call, ending] = rolloutLines(
    builder()
      .customCall("c", "exec", 'tools.exec_command({cmd: "sail"})')
      .completed(execution("exec-1", "moor", 0))
      .text()
  )
  assert(call?._tag === "ResponseItem" && ending !== undefined)
  const taken = cpuTimeOf(() => {
    for (let count = 0; count < 20_000; count++) {
      evidence.add({ ...call, item: { ...call.item, call_id: `c${count}` } })
      evidence.add(ending)
    }
  })
  assert.isBelow(taken, 20_000)
  assert.lengthOf(evidence.result().events, 40_000)
})

it("a very large session keeps every exit code and error line, and drops text of the oldest outputs", () => {
  const evidence = new CodexSessionBuilder()
  const commands = Math.ceil(keptEvidenceCharacters / 8_192) + 200
  const output = `Error: pier closed\n${"x".repeat(10_000)}`
  for (let count = 0; count < commands; count++) {
    const rollout = builder()
      .functionCall(`c${count}`, "exec_command", { cmd: `sail ${count}` })
      .functionOutput(`c${count}`, exited(1, output))
    rolloutLines(rollout.text()).forEach((line) => evidence.add(line))
  }
  const runs = evidence.result().events.flatMap((event) => (event._tag === "CommandRun" ? [event] : []))
  assert.lengthOf(runs, commands)
  assert.isTrue(
    nonEmpty(runs).every((run) => run.output?.exitCode === 1 && run.output.errorLine === "Error: pier closed")
  )
  assert.strictEqual(runs[0]?.output?.text, "")
  assert.include(runs.at(-1)?.output?.text, "pier closed")
  assert.isAtMost(
    runs.reduce((total, run) => total + (run.output?.text.length ?? 0), 0),
    keptEvidenceCharacters
  )
})
