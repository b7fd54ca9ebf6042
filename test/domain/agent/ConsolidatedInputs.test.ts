import { assert, describe, it } from "@effect/vitest"
import {
  changesSince,
  changesText,
  consolidatedInputs,
  factsText,
  substanceOf
} from "../../../src/domain/agent/ConsolidatedInputs.js"
import { factIdOf } from "../../../src/domain/facts/Fact.js"
import { noFacts, type ProjectFacts, type ProjectLine } from "../../../src/domain/facts/ProjectFacts.js"
import { byteLength } from "../../../src/domain/text/ByteBudget.js"
import { threadIdOf } from "../../../src/testing/RolloutBuilder.js"

const idOf = (words: string) => factIdOf({ _tag: "Wish", words, isLasting: true })

const line = (text: string, given: Partial<ProjectLine> = {}): ProjectLine => ({
  ids: [idOf(text)],
  text,
  threadIds: [threadIdOf(1)],
  at: null,
  rank: 0,
  ...given
})

const factsOf = (given: Partial<ProjectFacts>): ProjectFacts => ({ ...noFacts, ...given })

const trace = (number: number, version = "1") => ({ threadId: threadIdOf(number), version })

const known = new Set([1, 2, 3].map(threadIdOf))

describe("changes since the last publish", () => {
  const before = factsOf({
    wants: [line("never push")],
    works: [line("npm test"), line("npm run lint")],
    open: [line("the pier is open")]
  })
  const published = consolidatedInputs([trace(1), trace(2)], before)

  it("changes name what was added, changed and taken away, and nothing else", () => {
    const now = factsOf({
      wants: [line("never push"), line("always lint")],
      works: [
        line("npm test", { text: "npm test, in web/", rank: 7 }),
        line("npm run lint", { threadIds: [threadIdOf(3)] })
      ]
    })
    const changes = changesSince(published, [trace(3), trace(1, "2"), trace(2)], now, known)
    const text = changesText(
      changes,
      (key) => (key === idOf("the pier is open") ? "the pier is open" : undefined),
      9_000
    )
    const cited = `[${threadIdOf(1).slice(0, 13)}…]`
    assert.deepStrictEqual(text.split("\n"), [
      `- trace added: ${threadIdOf(3)}`,
      `- trace changed: ${threadIdOf(1)}`,
      `- fact added, under "What the user wants": always lint ${cited}`,
      `- fact changed, under "What works here": npm test, in web/ ${cited}`,
      "- fact gone: the pier is open"
    ])
    assert.notInclude(factsText(now, changes, 9_000), "always lint")
    assert.include(factsText(now, undefined, 9_000), "always lint")
    assert.include(factsText(now, changes, 9_000), "## What works here\n- npm run lint")
  })

  it("a line that moves to another section or merges with another is changed, not new", () => {
    const merged = factsOf({
      wants: before.wants,
      works: [line("npm test", { ids: [idOf("npm run lint"), idOf("npm test")] })],
      findings: before.open
    })
    const { facts } = changesSince(published, [trace(1), trace(2)], merged, known)
    assert.deepStrictEqual([facts.added.length, facts.gone.length], [0, 0])
    assert.deepStrictEqual(
      facts.changed.map(({ text }) => text),
      ["the pier is open"]
    )
  })

  it("a trace that is too old for a file is not gone, and one whose thread has no memory is", () => {
    const { traces } = changesSince(published, [trace(3)], before, new Set([threadIdOf(1), threadIdOf(3)]))
    assert.deepStrictEqual(traces.gone, [threadIdOf(2)])
  })

  it("the substance of facts has no order, rank or citation, but every word, section and procedure", () => {
    const steps = [{ command: "npm test", place: "" }]
    const one = factsOf({
      works: [line("a"), line("b")],
      procedures: [{ name: "p", steps, threadIds: [threadIdOf(1)] }]
    })
    const other = factsOf({
      works: [line("b", { rank: 4 }), line("a", { threadIds: [threadIdOf(2)] })],
      procedures: [{ name: "p", steps, threadIds: [threadIdOf(2), threadIdOf(1)] }]
    })
    assert.strictEqual(substanceOf(one), substanceOf(other))
    assert.strictEqual(substanceOf(noFacts), "")
    for (const changed of [
      factsOf({ ...one, works: [line("a"), line("b.")] }),
      factsOf({ ...one, works: [line("a")], limits: [line("b")] }),
      factsOf({ ...one, procedures: [] }),
      factsOf({ ...one, procedures: [{ name: "p", steps: [...steps, ...steps], threadIds: [] }] })
    ]) {
      assert.notStrictEqual(substanceOf(one), substanceOf(changed))
    }
  })

  it("the record of a publish holds no word of a fact", () => {
    assert.notMatch(JSON.stringify(published), /push|npm|pier/)
  })

  it("facts and changes beyond their room are counted, the best facts stay", () => {
    const many = factsOf({
      works: Array.from({ length: 200 }, (_, index) => line(`command ${index}`, { rank: 199 - index }))
    })
    const text = factsText(many, undefined, 2_000)
    assert.include(text, "- command 199 [")
    assert.notInclude(text, "- command 0 [")
    assert.match(text, /\(\d+ more lines; read project_facts\.json\)$/)
    assert.isBelow(byteLength(text), 2_400)
    const changes = changesSince(published, [], many, known)
    assert.match(
      changesText(changes, () => undefined, 2_000),
      /\(\d+ more lines; read project_facts\.json\)$/
    )
  })
})
