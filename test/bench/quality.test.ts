import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { theGold } from "../../bench/quality/baselines.js"
import {
  givesFailure,
  givesNote,
  givesWish,
  memoryText,
  misleadingLines,
  supportOf
} from "../../bench/quality/goldInText.js"
import { memoriesOf } from "../../bench/quality/program.js"
import { projects } from "../../bench/quality/projects.js"
import { programScores, qualityTable, readRecord, regressions } from "../../bench/quality/record.js"
import { scoreOf, sessionText } from "../../bench/quality/score.js"
import { lasting, limit, not } from "../../bench/quality/session.js"
import { nonEmpty } from "../support/nonEmpty.js"

const flat = (text: string): string => text.replace(/\s+/g, " ")

describe("the quality benchmark", () => {
  it.effect("finds no score of the program below the recorded one", () =>
    Effect.gen(function* () {
      const { scores } = scoreOf(projects, yield* memoriesOf(projects))
      assert.deepStrictEqual(regressions(programScores(readRecord().rows), scores), [])
    })
  )

  it("the quality benchmark gives the gold itself every score in full, with nothing that misleads", () => {
    const { misleading, "in 100 lines": share, ...recalls } = scoreOf(projects, projects.map(theGold)).scores
    assert.deepStrictEqual({ misleading, share }, { misleading: 0, share: 0 })
    assert.deepStrictEqual([...new Set(Object.values(recalls))], [100])
  })

  it("the quality benchmark gives memories without text no recall", () => {
    const none = projects.map(({ sessions }) => ({ traces: sessions.map(() => ""), memories: sessions.map(() => "") }))
    const { misleading, "in 100 lines": share, support, ...recalls } = scoreOf(projects, none).scores
    assert.deepStrictEqual({ misleading, share, support }, { misleading: 0, share: 0, support: 100 })
    assert.deepStrictEqual([...new Set(Object.values(recalls))], [0])
  })

  it("the quality benchmark has at least 40 sessions of 8 projects, each with a name of its own in its project", () => {
    assert.isAtLeast(projects.length, 8)
    assert.isAtLeast(projects.flatMap(({ sessions }) => sessions).length, 40)
    nonEmpty([...projects]).forEach(({ sessions }) =>
      assert.strictEqual(new Set(sessions.map(({ name }) => name)).size, sessions.length)
    )
  })

  it("the quality benchmark has gold that stands in its session", () => {
    const missing = projects.flatMap((project) =>
      project.sessions.flatMap((session) => {
        const text = flat(sessionText(project, session))
        const { commands = [], failures = [], files = [], supersedes = [], wishes = [] } = session.gold
        const earlier = new Set(
          project.sessions.flatMap(({ gold }) => [
            ...(gold.commands ?? []),
            ...(gold.wishes ?? []).map(({ words }) => words)
          ])
        )
        return [
          ...[...commands, ...files, ...failures.map(({ error }) => error), ...wishes.map(({ words }) => words)].filter(
            (words) => !text.includes(words)
          ),
          ...supersedes.filter((words) => !earlier.has(words))
        ].map((words) => `${project.name}, ${session.name}: ${words}`)
      })
    )
    assert.deepStrictEqual(missing, [])
  })
})

describe("the scorer", () => {
  const failure = { error: "TypeError: sort is not a function", fix: ["src/list.ts"] } as const

  it("the quality benchmark counts a failure only with its fix near it", () => {
    const line = "- `TypeError: sort is not a function`: fixed by editing"
    assert.isTrue(givesFailure(failure, memoryText(`${line} \`src/list.ts\``)))
    assert.isFalse(givesFailure(failure, memoryText(`${line} \`src/other.ts\``)))
    assert.isFalse(givesFailure(failure, memoryText("- edited `src/list.ts`")))
  })

  it("the quality benchmark takes no fix from the next line of a list of failures", () => {
    const lines = "- `TypeError: sort is not a function`: open\n- `ReferenceError: x`: fixed by editing `src/list.ts`"
    assert.isFalse(givesFailure(failure, memoryText(`## Known failures and their fixes\n${lines}`)))
  })

  it("the quality benchmark counts a wish in a line of its own, not in a title or a remark about a file", () => {
    const wish = lasting("never use default exports")
    assert.isTrue(givesWish(wish, memoryText('User preferences:\n- "Please never use default exports" (L4)')))
    assert.isFalse(givesWish(wish, memoryText("# Please never use default exports")))
    assert.isFalse(givesWish(wish, memoryText('## Where things are\n- `a.ts`: added for "never use default exports"')))
  })

  it("the quality benchmark finds a wish of a script without spaces within a longer sentence", () => {
    assert.isTrue(
      givesWish(
        lasting("これからは英語で書いて"),
        memoryText('User preferences:\n- "ではこれからは英語で書いてください"')
      )
    )
  })

  it("the quality benchmark counts a limit in the memory of a project only among its limits", () => {
    const note = limit("go test is refused by the sandbox")
    const line = "- `go test` is refused by the sandbox"
    assert.isTrue(givesNote(note, memoryText(`# Memory: a\n\n## Limits of this machine\n${line}`)))
    assert.isFalse(givesNote(note, memoryText(`# Memory: a\n\n## Open\n${line}`)))
  })

  it("the quality benchmark counts a command that is forbidden only where it is told as one that works", () => {
    const count = (text: string) => misleadingLines([not("command", "git push")], memoryText(text)).length
    assert.strictEqual(count("## What works here\n- Worked here: `git push origin main`"), 1)
    assert.strictEqual(count("Key steps:\n- `git push origin main` passed"), 0)
    assert.strictEqual(count("Reusable knowledge:\n- `git push` failed: `rejected`"), 0)
  })

  it("the quality benchmark counts a fix that is forbidden only after the words that name a fix", () => {
    const count = (text: string) => misleadingLines([not("fix", "src/a.ts")], memoryText(text)).length
    assert.strictEqual(count("- `TypeError`: fixed by editing `src/a.ts`"), 1)
    assert.strictEqual(count("- `src/a.ts: TypeError`: fixed by editing `src/b.ts`"), 0)
  })

  it("the quality benchmark takes a wish that is named as superseded for none", () => {
    const count = (text: string) => misleadingLines([not("lasting wish", "use tabs")], memoryText(text)).length
    assert.strictEqual(count('## What the user wants\n- "use tabs"'), 1)
    assert.strictEqual(count('## What the user wants\n- "use spaces" (newer; superseded: "use tabs")'), 0)
  })

  it("the quality benchmark finds the marks that no session holds, also where an output's lines are joined or cut", () => {
    const held = "npm test\none line\nanother line of the output"
    assert.deepStrictEqual(supportOf("`npm test` printed `one line / another line…`", held).unsupported, [])
    assert.deepStrictEqual(supportOf("`npm run lint` passed", held).unsupported, ["npm run lint"])
  })

  it("the quality benchmark names each score worse than recorded; fewer misleading lines are no worse", () => {
    assert.deepStrictEqual(regressions({ G1: 80, misleading: 2 }, { G1: 79.9, misleading: 1 }), [
      "G1: 79.9, recorded 80"
    ])
    assert.deepStrictEqual(regressions({ G1: 80, misleading: 2 }, { G1: 90, misleading: 2.1 }), [
      "misleading: 2.1, recorded 2"
    ])
    assert.deepStrictEqual(
      regressions({ misleading: 2, "in 100 lines": 1 }, { misleading: 2, "in 100 lines": 1.5 }),
      []
    )
    assert.deepStrictEqual(regressions({ G1: 80 }, {}), ["G1: not measured, recorded 80"])
  })

  it("the quality benchmark renders one row for each author, with the columns of the program", () => {
    const rows = [
      { name: "nothing", scores: { G1: 0 } },
      { name: "this program, offline", scores: { G1: 80 } }
    ]
    assert.strictEqual(qualityTable(rows), "| | G1 |\n| --- | ---: |\n| nothing | 0 |\n| this program, offline | 80 |")
  })
})
