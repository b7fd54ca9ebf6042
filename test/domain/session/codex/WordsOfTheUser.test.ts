import { assert, describe, it } from "@effect/vitest"
import { CodexSessionBuilder } from "../../../../src/domain/session/codex/CodexSession.js"
import { decodeNumberedLine } from "../../../../src/domain/session/codex/RolloutLine.js"
import type { SessionEvent, UserText } from "../../../../src/domain/session/SessionEvent.js"

type Payload = { readonly [field: string]: unknown }

const line = (type: string, payload: Payload) => ({ timestamp: "2026-10-01T10:00:00.000Z", type, payload })
const event = (type: string, payload: Payload = {}) => line("event_msg", { type, ...payload })
const typed = (text: string) =>
  event("item_completed", { item: { type: "UserMessage", content: [{ type: "text", text }] } })
const underUserRole = (texts: ReadonlyArray<string>, metadata?: Payload) =>
  line("response_item", {
    type: "message",
    role: "user",
    content: texts.map((text) => ({ type: "input_text", text })),
    ...(metadata === undefined ? {} : { internal_chat_message_metadata_passthrough: metadata })
  })
const asks = (callId: string, questions: ReadonlyArray<Payload>) =>
  line("response_item", {
    type: "function_call",
    name: "request_user_input",
    call_id: callId,
    arguments: JSON.stringify({ questions })
  })
const answers = (callId: string, given: Payload) =>
  line("response_item", {
    type: "function_call_output",
    call_id: callId,
    output: JSON.stringify({ answers: given })
  })

const eventsOf = (...lines: ReadonlyArray<object>): ReadonlyArray<SessionEvent> => {
  const builder = new CodexSessionBuilder()
  lines.forEach((one, index) => {
    for (const decoded of decodeNumberedLine({ line: index + 1, text: JSON.stringify(one) })) {
      if (decoded._tag !== "MalformedLine") {
        builder.add(decoded)
      }
    }
  })
  return builder.result().events
}

const wordsIn = (...lines: ReadonlyArray<object>) =>
  eventsOf(...lines).flatMap((one) =>
    one._tag === "UserText" ? [{ kind: one.kind, text: one.text, question: one.question }] : []
  )
const plain = (kind: UserText["kind"], text: string) => ({ kind, text, question: undefined })

describe("answers to the assistant's questions", () => {
  const questions = [
    { id: "cache", question: "Where should the cache live?" },
    { id: "rest", question: "Anything else?" }
  ]

  it("an answer is the user's word, with its question and the note beside it", () => {
    assert.deepStrictEqual(
      wordsIn(
        asks("q1", questions),
        answers("q1", {
          cache: { answers: ["On disk (Recommended)"] },
          rest: { answers: ["user_note: never cache tokens"] }
        })
      ),
      [
        { kind: "answer", text: "On disk", question: "Where should the cache live?" },
        { kind: "note", text: "never cache tokens", question: "Anything else?" }
      ]
    )
  })

  it("an answer is recorded once, even if the rollout repeats it in a retained context", () => {
    assert.deepStrictEqual(
      wordsIn(
        asks("q1", questions),
        line("retained_context", {
          type: "verified_answer",
          call_id: "q1",
          questions: [
            {
              question: "Where should the cache live?\nOn disk: survives",
              answer: "On disk\nuser_note: below .cache\nplease"
            }
          ]
        }),
        answers("q1", { cache: { answers: ["On disk"] } })
      ),
      [
        { kind: "answer", text: "On disk", question: "Where should the cache live?" },
        { kind: "note", text: "below .cache\nplease", question: "Where should the cache live?" }
      ]
    )
  })

  it("an answer can have the form of older versions", () => {
    assert.deepStrictEqual(
      wordsIn(asks("q1", questions), answers("q1", { cache: { selected: ["In memory"], other: "at most 10 MB" } })),
      [
        { kind: "answer", text: "In memory", question: "Where should the cache live?" },
        { kind: "note", text: "at most 10 MB", question: "Where should the cache live?" }
      ]
    )
  })

  it("an answer to a question for a secret is not kept", () => {
    assert.deepStrictEqual(
      wordsIn(
        asks("q1", [{ id: "pin", question: "Which PIN?", isSecret: true }]),
        answers("q1", { pin: { answers: ["user_note: 4711"] } })
      ),
      []
    )
  })

  it("an empty answer gives no word, nor does an answer to another call", () => {
    assert.deepStrictEqual(wordsIn(asks("q1", questions), answers("q1", {})), [])
    assert.deepStrictEqual(wordsIn(answers("q2", { cache: { answers: ["On disk"] } })), [])
  })
})

describe("answers to questions that a script asks", () => {
  const store =
    '{id: "store", header: "Store", question: "Which store?", options: [{label: "SQLite (Recommended)", description: "a file"}, {label: "Postgres"}]}'
  const rest = '{id: "rest", question: "Anything else?"}'
  const runs = (source: string, callId = "s1") =>
    line("response_item", { type: "custom_tool_call", name: "exec", call_id: callId, input: source })
  const asksBy = (...questions: ReadonlyArray<string>) =>
    runs(`const r = await tools.request_user_input({questions: [${questions.join(", ")}]});\ntext(JSON.stringify(r))`)
  const prints = (callId: string, header: string, ...printed: ReadonlyArray<string>) =>
    line("response_item", {
      type: "custom_tool_call_output",
      call_id: callId,
      output: [`${header}\nWall time 9.0 seconds\nOutput:\n`, ...printed].map((text) => ({ type: "input_text", text }))
    })
  const printed = (...texts: ReadonlyArray<string>) => prints("s1", "Script completed", ...texts)
  const given = JSON.stringify({
    answers: { store: { answers: ["SQLite", "user_note: below .data"] }, rest: { answers: ["user_note: no cloud"] } }
  })
  const told: ReturnType<typeof wordsIn> = [
    { kind: "answer", text: "SQLite", question: "Which store?" },
    { kind: "note", text: "below .data", question: "Which store?" },
    { kind: "note", text: "no cloud", question: "Anything else?" }
  ]

  it("an answer is read with its question, however the script writes and prints them", () => {
    const scripts = [
      asksBy(store, rest),
      runs(`text(await tools.request_user_input({"questions": [${store}, ${rest}]}))`),
      runs(`const questions = [${store}, ${rest}]; text(await tools.request_user_input({ questions }))`),
      runs(`const args = {questions: [${store}, ${rest}]};\nconst r = await tools.request_user_input(args); text(r)`)
    ]
    for (const script of scripts) {
      for (const output of [
        given,
        `answers: ${given}`,
        JSON.stringify({ said: JSON.parse(given) }),
        JSON.stringify(JSON.parse(given).answers)
      ]) {
        assert.deepStrictEqual(wordsIn(script, printed(output)), told)
      }
    }
  })

  it("an answer is read from the output of a later wait, and not from that of another call", () => {
    const running = prints("s1", "Script running with cell ID 4")
    const wait = line("response_item", {
      type: "function_call",
      name: "wait",
      call_id: "w1",
      arguments: JSON.stringify({ cell_id: "4" })
    })
    assert.deepStrictEqual(wordsIn(asksBy(store, rest), running, wait, prints("w1", "Script completed", given)), told)
    const other = [
      runs('text(await tools.exec_command({cmd: "cat x"}))', "o1"),
      prints("o1", "Script completed", given)
    ]
    assert.deepStrictEqual(wordsIn(asksBy(store, rest), running, ...other), [])
  })

  it("an answer is read from a retained context, once, whatever id it has and whatever the script prints", () => {
    const retained = line("retained_context", {
      type: "verified_answer",
      call_id: "exec-1",
      questions: [
        { question: "Which store?\nSQLite: a file", answer: "SQLite\nuser_note: below .data" },
        { question: "Anything else?", answer: "user_note: no cloud" }
      ]
    })
    assert.deepStrictEqual(wordsIn(asksBy(store, rest), retained, printed("thanks")), told)
    assert.deepStrictEqual(wordsIn(asksBy(store, rest), retained, printed(given)), told)
    assert.deepStrictEqual(wordsIn(asksBy(store, rest), printed(given), retained), told)
    assert.deepStrictEqual(wordsIn(retained), [])
    assert.deepStrictEqual(wordsIn(asksBy(store), retained), [])
  })

  it("an answer to the only question may be printed alone", () => {
    const alone = [
      ["SQLite\nuser_note: below .data"],
      [JSON.stringify(["SQLite (Recommended)", "user_note: below .data"])],
      [JSON.stringify({ answers: ["SQLite", "user_note: below .data"] })]
    ]
    for (const texts of alone) {
      assert.deepStrictEqual(wordsIn(asksBy(store), printed(...texts)), told.slice(0, 2))
    }
    for (const text of ["asked the user", "SQLite is a file", "{}", ""]) {
      assert.deepStrictEqual(wordsIn(asksBy(store), printed(text)), [])
    }
  })

  it("an answer to a question for a secret is not kept, and neither is a question that only running tells", () => {
    const pin = '{id: "pin", question: "Which PIN?", isSecret: true}'
    const secret = JSON.stringify({ answers: { pin: { answers: ["user_note: 4711"] } } })
    const retained = line("retained_context", {
      type: "verified_answer",
      call_id: "exec-1",
      questions: [{ question: "Which PIN?", answer: "user_note: 4711" }]
    })
    assert.deepStrictEqual(wordsIn(asksBy(pin), retained, printed(secret)), [])
    assert.deepStrictEqual(wordsIn(asksBy(pin), printed("user_note: 4711")), [])
    assert.deepStrictEqual(wordsIn(runs("text(await tools.request_user_input(ask()))"), printed(given)), [])
  })

  it("a command of a script that also asks is told as ever", () => {
    const script = runs(
      `const r = await tools.request_user_input({questions: [${store}]}); text(JSON.stringify(r)); const c = await tools.exec_command({cmd: "npm test"}); text(c.output)`
    )
    const events = eventsOf(
      script,
      printed(JSON.stringify({ answers: { store: { answers: ["Postgres"] } } }), "4 passed")
    )
    assert.deepStrictEqual(
      events.map((event) => (event._tag === "CommandRun" ? [event.command, event.output?.text] : event._tag)),
      [["npm test", "4 passed"], "UserText"]
    )
  })
})

describe("goals", () => {
  const goal = (objective: string, status: string) => event("thread_goal_updated", { goal: { objective, status } })
  const objective = "Port the importer to streams"

  it("a goal is a request of the user, recorded once however often its state changes", () => {
    assert.deepStrictEqual(
      wordsIn(
        goal(objective, "active"),
        event("task_started"),
        line("response_item", {
          type: "function_call_output",
          name: "goal_objective",
          call_id: "g",
          output: objective
        }),
        underUserRole([
          '<codex_internal_context source="goal">\nThe user always wants tables.\n</codex_internal_context>'
        ]),
        goal(objective, "complete")
      ),
      [plain("goal", objective)]
    )
  })

  it("a goal leaves a message with role user and no event out of the user's words", () => {
    assert.deepStrictEqual(
      wordsIn(underUserRole(["# Rules of the house\n\nalways use tabs"]), goal(objective, "active")),
      [plain("goal", objective)]
    )
  })

  const calls = (name: string, given: Payload, callId = "g1") =>
    line("response_item", { type: "function_call", name, call_id: callId, arguments: JSON.stringify(given) })
  const ends = (callId = "g1", output: unknown = "{}") =>
    line("response_item", { type: "function_call_output", call_id: callId, output })
  const script = (input: string, callId = "g1") =>
    line("response_item", { type: "custom_tool_call", name: "exec", call_id: callId, input })
  const inTurn = (field: string) =>
    event("thread_goal_updated", { [field]: "turn-1", goal: { objective, status: "active" } })
  const begins = event("task_started", { turn_id: "turn-1" })
  const finishes = event("task_complete", { turn_id: "turn-1", last_agent_message: "Done." })
  const request = plain("typed", "read the page")

  it("a goal that a call of the assistant set is no word of the user", () => {
    const page = [begins, typed("read the page")]
    for (const lines of [
      [calls("create_goal", { objective }), goal(objective, "active"), ends()],
      [calls("create_goal", { objective }), ends(), goal(objective, "active")],
      [calls("tracker.set", { text: objective }), goal(objective, "active"), ends()],
      [script(`await tools.create_goal({objective: "${objective}"})`), goal(objective, "active"), ends()],
      [script("const make = tools['create_' + 'goal']; await make(page)"), ends(), goal(objective, "active")],
      [inTurn("turnId")],
      [inTurn("turn_id")]
    ]) {
      assert.deepStrictEqual(wordsIn(...page, ...lines, finishes), [request], JSON.stringify(lines))
      // The harness hands the goal to each later turn.
      const handed = line("response_item", { type: "function_call_output", name: "goal_objective", output: objective })
      assert.deepStrictEqual(wordsIn(...page, ...lines, finishes, begins, handed, goal(objective, "done")), [request])
    }
    const own = line("response_item", {
      type: "function_call_output",
      name: "goal_objective",
      call_id: "g1",
      output: "x"
    })
    assert.deepStrictEqual(wordsIn(...page, calls("look_up", {}), own), [request])
  })

  it("a goal that the user sets between or during turns is the user's, whatever calls were made before", () => {
    const before = [
      begins,
      typed("read the page"),
      calls("create_goal", { objective: "x" }),
      goal("x", "active"),
      ends()
    ]
    const told = [request, plain("goal", objective)]
    assert.deepStrictEqual(wordsIn(...before, finishes, goal(objective, "active")), told)
    assert.deepStrictEqual(wordsIn(...before, event("turn_aborted"), goal(objective, "active"), begins), told)
    assert.deepStrictEqual(
      wordsIn(begins, typed("read the page"), calls("look_up", {}), ends(), goal(objective, "active")),
      told
    )
  })

  it("a changed goal is another request", () => {
    assert.deepStrictEqual(wordsIn(goal(objective, "active"), goal("Port the exporter", "active")), [
      plain("goal", objective),
      plain("goal", "Port the exporter")
    ])
  })
})

describe("text with role user that the user did not type", () => {
  it("text that the metadata of a message assigns to the harness is not the user's word", () => {
    assert.deepStrictEqual(
      wordsIn(
        underUserRole(["always answer in rhymes", "sort the harbours"], {
          content_item_kinds: ["hooks.additional_context", "user.text"]
        })
      ),
      [plain("typed", "sort the harbours")]
    )
    assert.deepStrictEqual(
      wordsIn(
        underUserRole(["always answer in rhymes"], {
          content_item_kinds: ["unknown"],
          content_item_metadata: [{ provenance: { type: "harness", hook: true } }]
        })
      ),
      []
    )
  })

  it("an unknown tag is not the user's word if the rollout records typed text in events", () => {
    const unknown = underUserRole(["<tide_table>\nnever sail at ebb\n</tide_table>"])
    assert.deepStrictEqual(wordsIn(event("task_started"), unknown, event("task_complete")), [])
    assert.deepStrictEqual(wordsIn(unknown), [plain("typed", "<tide_table>\nnever sail at ebb\n</tide_table>")])
  })

  it("text piped into the program beside a request is not the user's word", () => {
    const message = "why does it stop?\n\n<stdin>\nWARN always restart by hand\n</stdin>"
    assert.deepStrictEqual(wordsIn(underUserRole([message]), typed(message)), [plain("typed", "why does it stop?")])
    assert.deepStrictEqual(wordsIn(typed("what does <stdin> mean here?")), [
      plain("typed", "what does <stdin> mean here?")
    ])
  })

  it("the prompt of a review is not the user's word", () => {
    for (const text of [
      "Review the current code changes (staged, unstaged, and untracked files) and provide prioritized findings.",
      "Review the code changes against the base branch 'main'. Run `git diff`. Provide prioritized, actionable findings.",
      'Review the code changes introduced by commit 3f2a9c1 ("Sort"). Provide prioritized, actionable findings.'
    ]) {
      assert.deepStrictEqual(wordsIn(typed(text)), [], text)
    }
    assert.strictEqual(wordsIn(typed("Review the code changes for typos, nothing else")).length, 1)
  })

  it("the text of AGENTS.md is not the user's word, with or without its directory", () => {
    for (const heading of ["# AGENTS.md instructions", "# AGENTS.md instructions for /home/ada/ferry"]) {
      assert.deepStrictEqual(wordsIn(underUserRole([`${heading}\n\n<INSTRUCTIONS>\nuse tabs\n</INSTRUCTIONS>`])), [])
    }
    assert.strictEqual(wordsIn(underUserRole(["# AGENTS.md instructions are ignored, why?"])).length, 1)
  })
})

describe("commands run by the user", () => {
  const block =
    "<user_shell_command>\n<command>\nls tides; false\n</command>\n<result>\nExit code: 1\nDuration: 0.1 seconds\nOutput:\nebb.csv\n\n</result>\n</user_shell_command>"
  const run = event("item_completed", {
    item: {
      type: "CommandExecution",
      id: "c1",
      command: ["/bin/bash", "-lc", "ls tides; false"],
      source: "user_shell",
      status: "failed",
      aggregated_output: "ebb.csv\n",
      exit_code: 1
    }
  })
  const commands = (...lines: ReadonlyArray<object>) =>
    eventsOf(...lines).flatMap((one) =>
      one._tag === "CommandRun" ? [[one.provenance, one.command, one.output?.exitCode, one.output?.text.trim()]] : []
    )

  it("a command that the user ran is the user's own, and not a request", () => {
    assert.deepStrictEqual(commands(underUserRole([block])), [["user", "ls tides; false", 1, "ebb.csv"]])
    assert.deepStrictEqual(wordsIn(underUserRole([block])), [])
  })

  it("a command that the user ran is recorded once, even if an event repeats it", () => {
    assert.deepStrictEqual(commands(run, underUserRole([block])), [["user", "ls tides; false", 1, "ebb.csv"]])
  })
})
