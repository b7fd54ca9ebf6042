import { assert, describe, it } from "@effect/vitest"
import { mergedWith, supersededIn } from "../../../src/domain/facts/FactLines.js"
import { withMarks } from "../../../src/domain/facts/FactMarks.js"
import type { SessionFact } from "../../../src/domain/facts/Fact.js"
import type { KnownFact } from "../../../src/domain/facts/ProjectFacts.js"
import { projectFacts } from "../../../src/domain/offline/consolidating/MergeFacts.js"
import { supersedingWishes } from "../../../src/domain/offline/consolidating/WishLines.js"
import { editedFacts } from "../../../src/domain/offline/consolidating/EditedFacts.js"
import { lineText } from "../../../src/domain/offline/consolidating/Merging.js"
import { threadIdOf } from "../../../src/testing/RolloutBuilder.js"
import { madeCommand, madeFact, madeWish } from "../../support/madeFacts.js"

/** The facts of sessions, the newest session first. */
const known = (...sessions: ReadonlyArray<ReadonlyArray<SessionFact>>): ReadonlyArray<KnownFact> =>
  sessions.flatMap((facts, index) => facts.map((fact) => ({ ...fact, threadId: threadIdOf(9 - index) })))

const newest = madeWish("always use spaces")
const same = madeWish("please always use spaces")
const middle = madeWish("always use tabs")

describe("mergedWith", () => {
  const facts = known([newest], [same], [middle])
  const of = (fact: SessionFact, all = facts) =>
    mergedWith({ id: fact.id, kind: fact.content._tag }, projectFacts(all), supersedingWishes(all))

  it("a wish that stands goes with those that say it and those that it superseded", () =>
    assert.sameMembers([...of(newest)], [newest.id, same.id, middle.id]))

  it("a superseded wish goes without the newer one", () => assert.deepStrictEqual(of(middle), [middle.id]))

  it("a file goes alone, whatever its line lists", () => {
    const file = (path: string) => madeFact({ _tag: "File", path, edits: 2, remark: "" }, `\`${path}\``)
    assert.deepStrictEqual(of(file("a.ts"), known([file("a.ts"), file("b.ts")])), [file("a.ts").id])
  })

  it("a fact that no line tells goes alone", () => {
    const task = madeFact({ _tag: "Outcome", title: "Paint the pier", outcome: "success" }, '"Paint the pier": success')
    assert.deepStrictEqual(of(task, known([task])), [task.id])
  })
})

describe("supersededIn", () => {
  it("each wish of a chain is superseded by the next newer one", () => {
    const oldest = madeWish("never use tabs")
    const chains = supersedingWishes(known([newest], [middle], [oldest]))
    const pairs = supersededIn(chains).map(({ by, old }) => [old.text, by.text])
    assert.deepInclude(pairs, [middle.text, newest.text])
  })

  it("wishes that do not contradict each other supersede nothing", () =>
    assert.deepStrictEqual(
      supersededIn(supersedingWishes(known([newest], [madeWish("never deploy on a Friday")]))),
      []
    ))
})

describe("withMarks", () => {
  const none = { pinned: new Set<never>(), corrected: new Map<never, never>(), removed: new Set<never>() }
  const first = madeCommand("npm test")
  const second = madeCommand("cargo clippy", "lint")
  const project = projectFacts(known([first, second]))

  it("a removed fact loses its line, and no other does", () =>
    assert.deepStrictEqual(
      withMarks(project, { ...none, removed: new Set([first.id]) }).works.map(({ text }) => text),
      [second.text]
    ))

  it("a pinned fact comes first in its section", () =>
    assert.strictEqual(withMarks(project, { ...none, pinned: new Set([second.id]) }).works[0]?.text, second.text))
})

describe("editedFacts", () => {
  const first = madeCommand("npm test")
  const project = projectFacts(known([first]))
  const line = project.works.map(lineText)[0] ?? ""
  const heading = "## What works here"

  it("a line that is gone removes its facts", () =>
    assert.deepStrictEqual(editedFacts(project, { added: [], removed: [line] }), [
      { ids: [first.id], correction: undefined }
    ]))

  it("a line that is reworded under its heading corrects its facts, without citations", () =>
    assert.deepStrictEqual(
      editedFacts(project, {
        added: [{ heading, line: line.replace("npm test", "npm test -- --run") }],
        removed: [line]
      }),
      [{ ids: [first.id], correction: "Run the tests: `npm test -- --run`" }]
    ))

  it("a new line of other words, or under another heading, is no rewording", () => {
    for (const added of [
      { heading, line: "- Ask Bob before you deploy" },
      { heading: "## Open", line: line.replace("npm test", "npm test -- --run") }
    ]) {
      assert.deepStrictEqual(editedFacts(project, { added: [added], removed: [line] }), [
        { ids: [first.id], correction: undefined }
      ])
    }
  })

  it("a line that no fact tells decides about none", () =>
    assert.deepStrictEqual(editedFacts(project, { added: [], removed: ["- Ask Bob"] }), []))
})
