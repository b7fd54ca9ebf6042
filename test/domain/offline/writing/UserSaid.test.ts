import { assert, describe, it } from "@effect/vitest"
import type { UserText } from "../../../../src/domain/session/SessionEvent.js"
import { aborted, asked, ended, type Part, ran, said, traceOf } from "../MadeSession.js"

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
