import { assert, describe, it } from "@effect/vitest"
import { CodexSessionBuilder } from "../../../../src/domain/session/codex/CodexSession.js"
import { RolloutBuilder } from "../../../../src/testing/RolloutBuilder.js"
import { rolloutLines } from "../../../support/reading.js"

const read = (change: (rollout: RolloutBuilder) => RolloutBuilder) => {
  const builder = new CodexSessionBuilder()
  rolloutLines(change(new RolloutBuilder().meta()).text()).forEach((line) => builder.add(line))
  return builder.result()
}

const begins = (rollout: RolloutBuilder) => rollout.event({ type: "task_started", turn_id: "t" }).turnContext()
const fails = (message: string) => (rollout: RolloutBuilder) => rollout.event({ type: "error", message })
const completes = (text: string | null) => (rollout: RolloutBuilder) =>
  rollout.event({ type: "task_complete", last_agent_message: text })

const ends = (...steps: ReadonlyArray<(rollout: RolloutBuilder) => RolloutBuilder>) =>
  read((rollout) => steps.reduce((all, step) => step(all), begins(rollout).user("sort the harbours"))).events.flatMap(
    (event) =>
      event._tag === "Interruption"
        ? [`${event.provenance}: ${event.reason ?? ""}`]
        : event._tag === "TurnEnd"
          ? ["end"]
          : []
  )

describe("the end of a turn", () => {
  const limit = "You've reached your limit of requests."

  it("a turn that an error stopped did not finish, and the error is told", () => {
    const stopped = [`harness: ${limit}`]
    assert.deepStrictEqual(ends(fails(limit), completes(null)), stopped)
    assert.deepStrictEqual(ends(fails(limit), completes("I will go on.")), stopped)
    assert.deepStrictEqual(ends(fails(limit)), stopped)
  })

  it("an error that the work went on after stops nothing", () => {
    const goesOn = (rollout: RolloutBuilder) => rollout.command("npm test", "ok")
    assert.deepStrictEqual(ends(fails(limit), goesOn, completes("Done.")), ["end"])
    assert.deepStrictEqual(ends(fails(" "), completes("Done.")), ["end"])
    assert.deepStrictEqual(ends(fails(limit), goesOn), [])
  })

  const note = (rollout: RolloutBuilder) =>
    rollout.message("user", "<turn_aborted>\nThe user interrupted the turn.\n</turn_aborted>")
  const aborts = (rollout: RolloutBuilder) => rollout.event({ type: "turn_aborted", reason: "interrupted" })

  it("a turn is interrupted by the user if only a note says so, and once if an event says so too", () => {
    for (const steps of [[note], [note, aborts], [aborts, note], [aborts]]) {
      assert.deepStrictEqual(ends(...steps), ["user: "])
    }
    assert.isTrue(read((rollout) => note(begins(rollout).user("sort the harbours"))).finished)
  })

  it("a turn that was steered is taken back as a whole", () => {
    const requests = (turns: number) =>
      read((rollout) =>
        [
          begins,
          (all: RolloutBuilder) => all.user("sort the harbours"),
          completes("Done."),
          begins,
          (all: RolloutBuilder) => all.user("port it to Rust").command("cargo init", "ok").user("always use Rust 2024"),
          completes("Done."),
          (all: RolloutBuilder) => all.event({ type: "thread_rolled_back", num_turns: turns })
        ].reduce((all, step) => step(all), rollout)
      ).events.flatMap((event) => (event._tag === "UserText" ? [event.text] : []))
    assert.deepStrictEqual(requests(1), ["sort the harbours"])
    assert.deepStrictEqual(requests(2), [])
  })
})

describe("what ran of a script", () => {
  const runs = (source: string) => (rollout: RolloutBuilder) => rollout.customCall("s1", "exec", source)
  const prints =
    (...texts: ReadonlyArray<string>) =>
    (rollout: RolloutBuilder) =>
      rollout.item({
        type: "custom_tool_call_output",
        call_id: "s1",
        output: ["Script completed\nOutput:\n", ...texts].map((text) => ({ type: "input_text", text }))
      })
  const ended =
    (command: string, exit_code: number, cwd = "/home/ada/projects/ferry") =>
    (rollout: RolloutBuilder) =>
      rollout.event({
        type: "item_completed",
        item: {
          type: "CommandExecution",
          command: ["bash", "-lc", command],
          cwd: `file://${cwd}`,
          aggregated_output: "",
          exit_code
        }
      })
  const told = (...steps: ReadonlyArray<(rollout: RolloutBuilder) => RolloutBuilder>) =>
    read((rollout) => steps.reduce((all, step) => step(all), begins(rollout).user("check it"))).events.flatMap(
      (event) => (event._tag === "CommandRun" ? [[event.command, event.output?.exitCode, event.directory]] : [])
    )
  const here = "/home/ada/projects/ferry"
  const result = (exit_code: number) => JSON.stringify({ exit_code, output: "" })

  it("a command in a comment or a string never ran, and one in a substitution did", () => {
    assert.deepStrictEqual(
      told(
        runs(
          [
            '// tools.exec_command({cmd: "git push"})',
            '/* tools.exec_command({cmd: "npm publish"}) */',
            'const note = "tools.exec_command({cmd: 1})", it\'s = `tools.exec_command({cmd: "rm -r dist"})`'.replace(
              "it's",
              "its"
            ),
            'text(`${JSON.stringify(await tools.exec_command({cmd: "npm test"}))}`)'
          ].join("\n")
        ),
        prints(result(0))
      ),
      [["npm test", 0, here]]
    )
  })

  it("a command in a branch that was not entered is not told where the ends of commands are recorded", () => {
    const script = runs(
      'const a = await tools.exec_command({cmd: "npm test"}); if (a.exit_code === 0) { await tools.exec_command({cmd: "npm publish"}) } text("done")'
    )
    assert.deepStrictEqual(told(script, ended("npm test", 1), prints("done")), [["npm test", 1, here]])
    assert.deepStrictEqual(told(script, ended("npm test", 0), ended("npm publish", 0), prints("done")), [
      ["npm test", 0, here],
      ["npm publish", 0, here]
    ])
    assert.deepStrictEqual(told(script, prints("done")), [
      ["npm test", undefined, here],
      ["npm publish", undefined, here]
    ])
  })

  it("the same command in two directories has the end of its own directory", () => {
    const script = runs(
      'await Promise.all([tools.exec_command({cmd: "make", workdir: "/x/a"}), tools.exec_command({cmd: "make", workdir: "/x/b"})])'
    )
    assert.deepStrictEqual(told(script, ended("make", 0, "/x/b"), ended("make", 2, "/x/a"), prints()), [
      ["make", 2, "/x/a"],
      ["make", 0, "/x/b"]
    ])
  })

  it("results printed as a list, also as a settled one, belong to their commands", () => {
    const two = '[tools.exec_command({cmd: "make a"}), tools.exec_command({cmd: "make b"})]'
    const settled = (exit_code: number) => ({ status: "fulfilled", value: { exit_code, output: "" } })
    const both = [
      ["make a", 0, here],
      ["make b", 3, here]
    ]
    for (const [source, printed] of [
      [
        `const r = await Promise.all(${two}); text(JSON.stringify(r))`,
        [
          { exit_code: 0, output: "" },
          { exit_code: 3, output: "" }
        ]
      ],
      [`const r = await Promise.allSettled(${two}); text(JSON.stringify(r))`, [settled(0), settled(3)]],
      [
        'const a = await tools.exec_command({cmd: "make a"}); const b = await tools.exec_command({cmd: "make b"}); text(JSON.stringify([a, b]))',
        [
          { exit_code: 0, output: "" },
          { exit_code: 3, output: "" }
        ]
      ]
    ] as const) {
      assert.deepStrictEqual(told(runs(source), prints(JSON.stringify(printed))), both, source)
    }
  })

  it("a print in a branch may be missing, and a command may have a variable of one known value", () => {
    const source =
      'const dir = "api"; const a = await tools.exec_command({cmd: `make -C ${dir}`}); text(JSON.stringify(a)); if (a.exit_code === 0) { const b = await tools.exec_command({cmd: "make install"}); text(JSON.stringify(b)) }'
    assert.deepStrictEqual(told(runs(source), prints(result(2))), [
      ["make -C api", 2, here],
      ["make install", undefined, here]
    ])
    assert.deepStrictEqual(told(runs(source), prints(result(0), result(4))), [
      ["make -C api", 0, here],
      ["make install", 4, here]
    ])
    const unknown = 'let dir = "api"; dir = "web"; await tools.exec_command({cmd: `make -C ${dir}`})'
    assert.deepStrictEqual(told(runs(unknown), prints()), [])
  })
})

describe("a typed message that begins like a block of the harness", () => {
  const words = (text: string) =>
    read((rollout) => begins(rollout).user(text)).events.flatMap((event) =>
      event._tag === "UserText" ? [event.text] : []
    )

  it("the question below the block is the user's, and the block is not", () => {
    assert.deepStrictEqual(words("<INSTRUCTIONS>\nalways use uv\n</INSTRUCTIONS>\nis this a good file?"), [
      "is this a good file?"
    ])
    for (const block of [
      "<INSTRUCTIONS>\nalways use uv\n</INSTRUCTIONS>",
      "<INSTRUCTIONS>\n</INSTRUCTIONS>\nalways use uv\n</INSTRUCTIONS>",
      "<INSTRUCTIONS>\nalways use uv",
      "<user_instructions>\na\n</user_instructions>\n\n<environment_context>\n</environment_context>"
    ]) {
      assert.deepStrictEqual(words(block), [], block)
    }
  })
})
