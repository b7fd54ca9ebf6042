import * as Effect from "effect/Effect"
import type { GivenTo } from "../../CommandTable.js"
import {
  forgetFacts,
  forgottenIdsOf,
  type FactsOfDirectory,
  type FactsPlan,
  planForgetFacts
} from "../../../commands/ForgetFacts.js"
import { counted } from "../../../domain/text/Counted.js"
import { shortId } from "../../../domain/thread/ThreadPrefix.js"
import { asUsage, givenProject } from "../../RunCommand.js"
import { withProgressLine } from "../../terminal/ProgressLine.js"
import { consent } from "../../terminal/Prompt.js"
import { print, type Screen, screen } from "../../terminal/Screen.js"

const describeIn = (
  { corrections, cwd, facts, forgottenBefore, lines, memories, notes, threads }: FactsOfDirectory,
  { bold, table }: Screen
): ReadonlyArray<string> => [
  bold(cwd),
  ...forgottenBefore.map((id) => `what may be left of ${id}, which was forgotten before`),
  ...(facts.length === 0
    ? []
    : table(
        [
          { heading: "fact" },
          { heading: "kind" },
          { heading: "session" },
          { heading: "line" },
          { heading: "text", isFlexible: true }
        ],
        facts.map(({ content, id, line, text, threadId }) => [id, content._tag, shortId(threadId), String(line), text])
      )),
  ...lines.map((line) => `in MEMORY.md: ${line}`),
  ...notes.map(({ text }) => `note: ${text}`),
  ...corrections.map(({ id, text }) => `correction of ${id}: ${text}`),
  ...(memories.length === 0
    ? []
    : [
        `the lines of ${counted(memories.length, "trace", "traces")} that tell it, of ${memories.map(({ threadId }) => shortId(threadId)).join(", ")}`
      ]),
  "its history, and the earlier generations of MEMORY.md",
  ...(threads.length === 0
    ? []
    : [
        `the words in the title or first message of ${threads.map(({ threadId }) => shortId(threadId)).join(", ")}, until the session goes on`
      ])
]

const describe = ({ directories }: FactsPlan, style: Screen): ReadonlyArray<string> => [
  style.bold("This is forgotten for good, and cannot be taken back:"),
  ...directories.flatMap((directory) => describeIn(directory, style)),
  "What else was learned of these sessions stays, and so do their own files; `forget --thread` takes away all of a session."
]

const outcomeOf = ({ directories }: FactsPlan, forgotten: boolean) => ({
  forgotten,
  directories: directories.map(
    ({ corrections, cwd, facts, forgottenBefore, ids, lines, memories, notes, threads }) => ({
      cwd,
      facts: [...new Set([...ids, ...forgottenBefore])],
      versions: facts.length,
      lines: lines.length,
      traces: memories.map(({ threadId }) => threadId),
      titles: threads.map(({ threadId }) => threadId),
      notes: notes.map(({ text }) => text),
      corrections
    })
  )
})

/** Implements `forget --fact`: shows what it would delete, asks for consent, and deletes it. */
export const forgetGivenFacts = Effect.fnUntraced(function* (given: GivenTo<"forget">) {
  const cwd = yield* givenProject(given.cwd)
  const plan = yield* asUsage("--fact", planForgetFacts(given.fact, cwd))
  if (!given.yes) {
    if (!(yield* consent(describe(plan, yield* screen), "Forget this?", given.json))) {
      return yield* print(given.json, outcomeOf(plan, false), () => ["Nothing was changed."])
    }
  }
  const republished = yield* withProgressLine((tell) => forgetFacts(plan, tell))
  yield* print(given.json, outcomeOf(plan, true), () => [
    `Forgotten: ${counted(forgottenIdsOf(plan).length, "fact", "facts")}, in ${counted(plan.directories.length, "project", "projects")}.`,
    ...(republished.every((state) => state === "written")
      ? []
      : ["The lines are gone from MEMORY.md; the next pass writes it anew."])
  ])
})
