import { assert, describe, it } from "@effect/vitest"
import type { UserText } from "../../../../src/domain/session/SessionEvent.js"
import { extractFacts } from "../../../../src/domain/offline/writing/SessionFacts.js"
import { aborted, asked, cwd, ended, eventsOf, type Part, ran, said, traceOf } from "../MadeSession.js"

/** The user chooses an option and says something beside it, which one line records. */
const chosen =
  (question: string, choice: string, note?: string): Part =>
  (line) => [
    ...given("answer", choice, question)(line),
    ...(note === undefined ? [] : given("note", note, question)(line))
  ]

const given =
  (kind: UserText["kind"], text: string, question?: string): Part =>
  (line) => [
    {
      _tag: "UserText",
      line,
      time: undefined,
      directory: undefined,
      provenance: "user",
      kind,
      text,
      ...(question === undefined ? {} : { question })
    }
  ]

const titlesIn = (trace: string) => [...trace.matchAll(/^## Task: (.*)$/gm)].map((found) => found[1])

describe("traces of sessions with questions to the user", () => {
  const { traceMemory } = traceOf(
    asked("Plan the store of the tides"),
    given("answer", "SQLite", "Which store?"),
    given("note", "never store the names of sailors", "Always keep backups. Anything else?"),
    said("The plan stands."),
    ended
  )

  it("an answer is part of the request, with its question", () => {
    assert.deepStrictEqual(titlesIn(traceMemory), ["Plan the store of the tides"])
    assert.include(traceMemory, 'the user answered "SQLite" to the question "Which store?" (L3)')
  })

  it("a wish is taken from a note, and not from a question", () => {
    assert.include(traceMemory, 'User preferences:\n- "never store the names of sailors" (L5)\n')
    assert.notInclude(traceMemory, '- "Always keep backups')
  })
})

describe("decisions of the user", () => {
  const decided = (...parts: ReadonlyArray<Part>) =>
    extractFacts(cwd, { events: eventsOf(asked("Plan the store"), ...parts, ended), finished: true }).flatMap(
      ({ content, text }) => (content._tag === "Decision" ? [`${content.answer} | ${text}`] : [])
    )

  it("a note beside a choice is the answer, since it may amend or contradict the choice", () => {
    assert.deepStrictEqual(decided(chosen("Drop the old table?", "No", "yes, but after the release")), [
      'yes, but after the release | "Drop the old table?": the user answered "yes, but after the release" beside the choice "No"'
    ])
    assert.deepStrictEqual(decided(chosen("Which store?", "SQLite", "no, take Postgres")), [
      'no, take Postgres | "Which store?": the user answered "no, take Postgres" beside the choice "SQLite"'
    ])
    const { traceMemory } = traceOf(asked("Plan"), chosen("Which store?", "SQLite", "no, take Postgres"), ended)
    assert.include(
      traceMemory,
      '- the user answered "no, take Postgres" beside the choice "SQLite" to the question "Which store?" (L3)'
    )
    assert.notInclude(traceMemory, 'the user answered "SQLite"')
  })

  it("each question has its own answer, also where one line records several", () => {
    const both: Part = (line) => [
      ...chosen("Which store?", "SQLite")(line),
      ...chosen("Drop the old table?", "No", "yes, but after the release")(line)
    ]
    assert.deepStrictEqual(
      decided(both).map((text) => text.split(" | ")[0]),
      ["SQLite", "yes, but after the release"]
    )
  })

  it("a note without a choice is the answer", () => {
    assert.deepStrictEqual(decided(given("note", "the one of the harbour", "Which clock?")), [
      'the one of the harbour | "Which clock?": the user answered "the one of the harbour"'
    ])
  })

  it("a note that is a wish is told as a wish, and as a decision only beside a choice that says something", () => {
    const wish = "never store the names of sailors"
    assert.deepStrictEqual(decided(given("note", wish, "Anything else?")), [])
    assert.deepStrictEqual(decided(chosen("Anything else?", "No", wish)), [])
    assert.lengthOf(decided(chosen("Which store?", "SQLite", wish)), 1)
  })
})

describe("traces of sessions with a goal", () => {
  it("a goal is a task of its own, to which an interruption belongs", () => {
    const { traceMemory } = traceOf(
      asked("search the web for tide tables"),
      said("Here they are."),
      ended,
      given("goal", "Ship the tide importer by Friday"),
      ran("npm test", 0, "# pass 3"),
      aborted
    )
    assert.deepStrictEqual(titlesIn(traceMemory), [
      "search the web for tide tables",
      "Ship the tide importer by Friday"
    ])
    assert.match(traceMemory, /the user interrupted "Ship the tide importer by Friday"/)
    assert.notMatch(traceMemory, /interrupted "search/)
  })

  it("a goal is separate from a request just before it, and is not read as approval", () => {
    const { traceMemory } = traceOf(
      asked("sort the harbours"),
      given("goal", "works on every tide table"),
      ran("npm test", 0, "# pass 3"),
      ended
    )
    assert.deepStrictEqual(titlesIn(traceMemory), ["sort the harbours", "works on every tide table"])
  })
})

it("a constraint of one task is in its trace, and not among the lasting wishes", () => {
  const { traceMemory } = traceOf(
    asked("Port the importer to streams. Do not touch the exporter."),
    ran("npm test", 0, "# pass 3"),
    ended
  )
  assert.include(traceMemory, 'the user demanded for this task: "Do not touch the exporter" (L1)')
  assert.include(traceMemory, "User preferences: none observed")
})

it("a plan that was handed over gives a task its heading, and no wishes", () => {
  const { traceMemory } = traceOf(
    asked(
      "A previous agent produced the plan below. Implement it.\n\n# Stream the importer\n\n- always use tabs, from now on"
    ),
    ran("npm test", 0, "# pass 3"),
    ended
  )
  assert.deepStrictEqual(titlesIn(traceMemory), ["Stream the importer"])
  assert.include(traceMemory, "User preferences: none observed")
})

describe("titles of tasks that begin with praise", () => {
  it("a title names the request behind the praise", () => {
    const { traceMemory } = traceOf(
      asked("Speed up the search"),
      ran("npm test", 0, "# pass 3"),
      said("Done."),
      ended,
      asked("Works. I'd rather you ran the quick checks while you iterate."),
      ran("npm test", 0, "# pass 3"),
      said("Understood."),
      ended
    )
    assert.notInclude(titlesIn(traceMemory), "Works")
  })
})
