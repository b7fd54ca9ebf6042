import { assert, describe, it } from "@effect/vitest"
import { redact } from "../../../../src/domain/privacy/Redaction.js"
import { evidenceFilter, keepAll } from "../../../../src/domain/session/codex/RolloutFilter.js"
import { RolloutReader } from "../../../../src/domain/session/codex/RolloutReading.js"
import { RolloutBuilder } from "../../../../src/testing/RolloutBuilder.js"
import { decodeAll } from "../../../support/reading.js"

const hidden = "walrus"

/** Everything that is read of a session. */
const read = (change: (rollout: RolloutBuilder) => RolloutBuilder) => {
  const text = change(new RolloutBuilder().meta().user("plan the archive")).text()
  const results = [evidenceFilter, keepAll].map((filter) => {
    const reader = new RolloutReader(filter, 100_000, redact, "/home/ada/.codex/memories")
    decodeAll(text).forEach((line) => reader.add(line))
    return reader.result()
  })
  const words = results
    .slice(0, 1)
    .flatMap(({ evidence }) => evidence.events.flatMap((event) => (event._tag === "UserText" ? [event.text] : [])))
  return { words, all: JSON.stringify(results) }
}

const questions = { questions: [{ id: "store", question: "Which store?", options: [{ label: "SQLite" }] }] }
const answer = (...answers: ReadonlyArray<string>) => JSON.stringify({ answers: { store: { answers } } })
const asked = (output: unknown) => (rollout: RolloutBuilder) =>
  rollout.functionCall("q1", "request_user_input", questions).functionOutput("q1", output)
const asksBy = (print: string) => `const r = await tools.request_user_input(${JSON.stringify(questions)}); ${print}`
const scripted =
  (print: string, ...printed: ReadonlyArray<string>) =>
  (rollout: RolloutBuilder) =>
    rollout.customCall("s1", "exec", asksBy(print)).item({
      type: "custom_tool_call_output",
      call_id: "s1",
      output: ["Script completed\nOutput:\n", ...printed].map((text) => ({ type: "input_text", text }))
    })

describe("private text in what the user says", () => {
  it("an answer or a note has no private text, in whatever form it is recorded", () => {
    for (const [change, told] of [
      [asked(answer("SQLite", `user_note: <private>${hidden}</private> no cloud`)), ["SQLite", "no cloud"]],
      [asked(answer("SQLite", `user_note: no cloud <private>${hidden}`)), ["SQLite", "no cloud"]],
      [asked(answer("SQLite", "user_note: <private>", hidden)), ["SQLite"]],
      [
        asked(answer("SQLite", `user_note: no cloud<private>a<private>b</private>${hidden}</private>`)),
        ["SQLite", "no cloud"]
      ],
      [asked([{ type: "input_text", text: answer("SQLite", `user_note: <private>${hidden}`) }]), []],
      [scripted("text(JSON.stringify(r))", answer("SQLite", `user_note: <private>${hidden}</private>`)), ["SQLite"]],
      [scripted("text(r.answers.store.answers.join())", `SQLite,user_note: <private>${hidden}</private>`), []],
      [scripted("text('Chosen: ' + JSON.stringify(r))", `Chosen: ${answer("SQLite", `<private>${hidden}`)}`), []]
    ] as const) {
      const { all, words } = read(change)
      assert.notInclude(all, hidden)
      assert.deepStrictEqual(words.slice(1), [...told])
    }
  })

  it("an answer has no private text if a later wait prints it", () => {
    const { all, words } = read((rollout) =>
      rollout
        .customCall("s1", "exec", asksBy("text(JSON.stringify(r))"))
        .item({ type: "custom_tool_call_output", call_id: "s1", output: "Script running with cell ID 4\nOutput:\n" })
        .functionCall("w1", "wait", { cell_id: "4" })
        .functionOutput("w1", [
          { type: "input_text", text: "Script completed\nOutput:\n" },
          { type: "input_text", text: answer("SQLite", `user_note: <private>${hidden}</private>`) }
        ])
    )
    assert.notInclude(all, hidden)
    assert.deepStrictEqual(words.slice(1), ["SQLite"])
  })

  it("a goal, a name, a retained answer and a command of the user have no private text", () => {
    const secret = `<private>${hidden}</private>`
    const { all, words } = read((rollout) =>
      rollout
        .event({ type: "thread_goal_updated", goal: { objective: `ship it ${secret}`, status: "active" } })
        .item({ type: "function_call_output", name: "goal_objective", output: `ship it <private>${hidden}` })
        .event({ type: "thread_name_updated", thread_name: `Ships ${secret}` })
        .functionCall("q1", "request_user_input", questions)
        .line("retained_context", {
          type: "verified_answer",
          call_id: "q1",
          questions: [{ question: "Which store?", answer: `SQLite\nuser_note: <private>${hidden}` }]
        })
        .event({
          type: "item_completed",
          item: { type: "CommandExecution", source: "user_shell", command: ["bash", "-lc", `echo ${secret}`] }
        })
        .event({
          type: "item_completed",
          item: {
            type: "UserMessage",
            content: [
              { type: "text", text: "and <private>" },
              { type: "text", text: hidden },
              { type: "text", text: "</private>sail" }
            ]
          }
        })
    )
    assert.notInclude(all, hidden)
    assert.deepStrictEqual(words.slice(1), ["ship it", "SQLite", "and \nsail"])
  })

  it("the output of a command that mentions the tag keeps its text", () => {
    const { all } = read((rollout) => rollout.command("cat notes.html", `<private>${hidden}`))
    assert.include(all, hidden)
  })
})
