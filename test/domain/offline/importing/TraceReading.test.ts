import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { readTrace } from "../../../../src/domain/offline/importing/TraceReading.js"

const id = "01900001-aaaa-7000-8000-000000000001"

describe("readTrace", () => {
  it("bullets of every task are read by their headings", () => {
    const { sections, tasks } = readTrace(
      id,
      `# Fixed it
Trace context: shop
User preferences:
- "use tabs" (L3)

## Task: one
Outcome: success
Key steps:
- \`npm test\` passed (L4)
Things that did not work / things that can be improved:
- none left open
Reusable knowledge:
- run the tests: \`npm test\`
  which takes a minute
Pointers and references (annotate why each item matters):
- \`a.ts\` (edited, L2)

## Task: two
Outcome: partial
Reusable knowledge:
- build: \`npm run build\``
    )
    assert.deepStrictEqual(sections, {
      preferences: ['"use tabs" (L3)'],
      steps: ["`npm test` passed (L4)"],
      problems: [],
      knowledge: ["run the tests: `npm test` which takes a minute", "build: `npm run build`"],
      pointers: ["`a.ts` (edited, L2)"],
      open: []
    })
    assert.deepStrictEqual(tasks, [
      { title: "one", outcome: "success" },
      { title: "two", outcome: "partial" }
    ])
  })

  it("headings in a model's own style are recognised", () => {
    const { sections } = readTrace(
      id,
      "# X\n\n**User preferences:** wants short answers\n\n### Task: y\n- Outcome: success\n\n**Reusable knowledge:**\n* `make` builds\n\n### Key Steps\n1. did it"
    )
    assert.deepStrictEqual(sections.preferences, ["wants short answers"])
    assert.deepStrictEqual(sections.knowledge, ["`make` builds"])
    assert.deepStrictEqual(sections.steps, ["did it"])
  })

  it("headings of unstructured notes are read, without the fallback around them", () => {
    const { sections } = readTrace(
      id,
      `# Trace Summary

Trace context: the notes below were not structured
User preferences: none observed

## Task: Unstructured notes
Outcome: uncertain
Key steps:
- see the raw trace notes
Reusable knowledge:
- see the raw trace notes

### Raw trace notes
Some prose.

## Preferences
- answers in German

**Commands that work**
- run tests: \`make test\`

## Open
- migrate the old rows`
    )
    assert.deepStrictEqual(sections.preferences, ["answers in German"])
    assert.deepStrictEqual(sections.knowledge, ["run tests: `make test`"])
    assert.deepStrictEqual(sections.open, ["migrate the old rows"])
    assert.deepStrictEqual(sections.steps, [])
  })

  it.prop(
    "any text is read without an error",
    [fc.string({ unit: "binary", maxLength: 500 })],
    ([text]) => readTrace(id, text).threadId === id
  )
})
