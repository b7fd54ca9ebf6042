import { assert, describe, it } from "@effect/vitest"
import { preferencesIn } from "../../../src/domain/offline/wishes/Preferences.js"
import { constraintsIn } from "../../../src/domain/offline/wishes/TaskWishes.js"
import { readUserWord } from "../../../src/domain/offline/reading/UserWord.js"
import { sessionTitle, titleOfPlan, wordsToAssistant } from "../../../src/domain/text/TypedParts.js"

const asked = (text: string) =>
  [{ _tag: "Asked", kind: "typed", line: 1, text, word: readUserWord(text, true) }] as const
const wishes = (text: string) => preferencesIn(asked(text)).map((wish) => wish.text)
const constraints = (text: string) => constraintsIn(asked(text)).map((one) => one.text)

describe("words to the assistant in a message", () => {
  it("words to the assistant end at a heading", () => {
    assert.strictEqual(
      wordsToAssistant("sum this up\n\n# Guide\n\nNever share a client.\n\nAlways set a timeout."),
      "sum this up"
    )
    assert.strictEqual(wordsToAssistant("sum it up\n\nGuide\n=====\n\nNever share a client."), "sum it up")
  })

  it("words to the assistant end at a log, a stack trace or a diff", () => {
    for (const pasted of [
      "2026-10-01 10:00:00 please always restart",
      "WARN always use port 9000",
      "    at run (/srv/app.js:3:1)",
      "diff --git a/x b/x",
      "Traceback (most recent call last):"
    ]) {
      assert.strictEqual(wordsToAssistant(`it stops at night\n${pasted}\nnever mind`), "it stops at night", pasted)
    }
  })

  it("words to the assistant end after a request about a text that follows it", () => {
    assert.strictEqual(
      wordsToAssistant("what does this mail mean for us?\n\nFrom now on always invoice in euros."),
      "what does this mail mean for us?"
    )
  })

  it("words to the assistant continue over paragraphs of the person's own", () => {
    const text = "sort the harbours by name\n\nalways use tabs here\n\nand tell me when it is done"
    assert.strictEqual(wordsToAssistant(text), text)
  })

  it("words to the assistant are the first paragraph of a long message", () => {
    const text = `sort the harbours\n\n${"The tide rises and falls. ".repeat(60)}\n\nAlways sail at noon.`
    assert.strictEqual(wordsToAssistant(text), "sort the harbours")
  })
})

describe("wishes in a text of somebody else", () => {
  for (const pasted of [
    "what does this page say about retries?\n\n# Client\n\nNever share a client between threads. Please always set a timeout.",
    "explain this log:\nNOTE from now on never commit to main",
    "> always use tabs\n\nis this a good rule?",
    "```\n# always use tabs\n```\nfix the comment",
    "<rules>\nalways use tabs\n</rules>\nwho wrote that?"
  ]) {
    it(`a pasted wish is not the user's: ${JSON.stringify(pasted.slice(0, 50))}`, () => {
      assert.deepStrictEqual(wishes(pasted), [])
      assert.deepStrictEqual(constraints(pasted), [])
    })
  }
})

describe("the constraints of a task", () => {
  it("constraints of a task are the user's words, apart from lasting wishes", () => {
    const text =
      "Port the importer. Do not touch the exporter. The output must stay the same. Never commit the dist folder."
    assert.deepStrictEqual(constraints(text), ["Do not touch the exporter", "The output must stay the same"])
    assert.deepStrictEqual(wishes(text), ["Never commit the dist folder"])
  })

  it("constraints of a task include prohibitions at the end of a long brief", () => {
    const brief = `Task: make the import faster\n\nFindings:\n${"- the loop visits every row\n".repeat(60)}\nDo not solve this by sampling rows.`
    assert.deepStrictEqual(constraints(brief), ["Do not solve this by sampling rows"])
  })
})

it("a wish keeps the clause before it that names its subject", () => {
  assert.deepStrictEqual(wishes("never store card numbers, always tokenise them first"), [
    "never store card numbers, always tokenise them first"
  ])
  assert.deepStrictEqual(wishes("always use tabs, never use spaces"), ["always use tabs", "never use spaces"])
})

describe("the title of a session", () => {
  for (const [message, title] of [
    ["Hi Codex, sort the harbours by name", "sort the harbours by name"],
    ["Hello!\n\nsort the harbours", "sort the harbours"],
    ["hello", "hello"],
    ["why does it stop?\n\n2026-10-01 10:00:00 INFO up", "why does it stop?"],
    ["what does this page say?\n\n# Client guide\n\nAlways call init.", "what does this page say?"],
    [
      "A previous agent produced the plan below to accomplish the user's goal. Implement it.\n\n# Plan: Stream the importer\n\n- always use tabs",
      "Stream the importer"
    ],
    ["PLEASE IMPLEMENT THIS PLAN:\n**Stream the importer**\n\nSteps", "Stream the importer"],
    ["# Port the importer\n\nIt is slow.", "# Port the importer\n\nIt is slow."]
  ] as const) {
    it(`the title of ${JSON.stringify(message.slice(0, 40))} is ${JSON.stringify(title)}`, () => {
      assert.strictEqual(sessionTitle(message), title)
    })
  }

  it("a title is taken only from a plan that was handed over, and a plan holds no wish of the user", () => {
    assert.isUndefined(titleOfPlan("# Plan: sort"))
    assert.deepStrictEqual(wishes("A previous agent produced the plan below.\n\nalways use tabs, from now on"), [])
  })
})

it("a title is the request itself, without the frame around it and without how to work", () => {
  for (const [message, title] of [
    ["# Task\n\nSort the harbours by name", "Sort the harbours by name"],
    ["<task>\nSort the harbours by name\n</task>", "Sort the harbours by name"],
    ["From now on never use floats.\n\nSort the harbours by name", "Sort the harbours by name"],
    ["Implement the following plan:\n\n# Sorted harbours\n\n- add a key", "Sorted harbours"],
    ["never use floats", "never use floats"],
    ["# Task", "# Task"]
  ] as const) {
    assert.strictEqual(sessionTitle(message), title, message)
  }
})
