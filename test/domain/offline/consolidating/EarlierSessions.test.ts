import { assert, describe, it } from "@effect/vitest"
import { unknownCitations } from "../../../../src/domain/memory/Citation.js"
import {
  EarlierSessions,
  noEarlier,
  readEarlier
} from "../../../../src/domain/offline/consolidating/EarlierSessions.js"
import { consolidate } from "../../../../src/domain/offline/consolidating/OfflineConsolidator.js"
import { noEdits, type PersonEdits } from "../../../../src/domain/memory/PersonEdits.js"
import { asked, edited, ended, type Part, ran, said, traceOf } from "../MadeSession.js"

const idOf = (number: number): string =>
  `019${String(number).padStart(5, "0")}-aaaa-7000-8000-${String(number).padStart(12, "0")}`
const cited = (number: number): string => idOf(number).slice(0, 13)

const trace = (...parts: ReadonlyArray<Part>): string => traceOf(...parts).traceMemory
const wish = (text: string): string => trace(asked(text), said("Understood."), ended)
const fixed = (error: string, file: string): string =>
  trace(
    asked("fix the build"),
    ran("npm run build", 1, error),
    edited(file),
    ran("npm run build", 0, "compiled"),
    ended
  )

/** The file of earlier sessions, given newest first; the newest has the highest number. */
const earlierOf = (texts: ReadonlyArray<string>): string => {
  const sessions = new EarlierSessions()
  texts.forEach((text, index) => sessions.add(idOf(texts.length - index), text))
  return sessions.text()
}

const memoryOf = (
  newest: ReadonlyArray<string>,
  earlier: ReadonlyArray<string>,
  edits: PersonEdits = noEdits,
  maxBytes = 200_000
) => {
  const traces = newest.map((text, index) => ({ threadId: idOf(earlier.length + newest.length - index), text }))
  const [file] = consolidate({ maxBytes, project: "shop", traces, edits, earlier: readEarlier(earlierOf(earlier)) })
  return file?.text ?? ""
}

const section = (text: string, heading: string): ReadonlyArray<string> =>
  (text.split(`\n${heading}\n`)[1] ?? "")
    .split("\n\n")[0]
    ?.split("\n")
    .filter((line) => line !== "") ?? []

describe("the file of earlier sessions", () => {
  const friday = wish("please never deploy on a Friday, ever")
  const broken = fixed("src/a.ts(1,1): error TS1005: ';' expected.", "src/a.ts")

  it("the file lists only wishes and fixes, each with its sessions", () => {
    assert.strictEqual(
      earlierOf([broken, friday, trace(asked("look around"), ran("ls", 0, "a"), ended)]),
      `# Earlier sessions

## What the user wants
- "please never deploy on a Friday, ever" [${idOf(2)}]

## Known failures and their fixes
- \`src/a.ts(1,1): error TS1005: ';' expected.\`: fixed by editing \`src/a.ts\`; verified by \`npm run build\` [${idOf(3)}]
`
    )
  })

  it("the file is empty if the sessions have no wish and no fix", () => {
    assert.strictEqual(earlierOf([]), "")
    assert.strictEqual(earlierOf([trace(asked("what is a monad?"), said("A monoid."), ended)]), "")
    assert.deepStrictEqual(readEarlier(""), noEarlier)
  })

  it("MEMORY.md has the lines of earlier sessions beside the newest, citing the sessions that are known", () => {
    const text = memoryOf([wish("I prefer tabs over spaces")], [broken, friday])
    assert.sameMembers(
      [...section(text, "## What the user wants")],
      [`- "please never deploy on a Friday, ever" [${cited(1)}…]`, `- "I prefer tabs over spaces" [${cited(3)}…]`]
    )
    assert.include(section(text, "## Known failures and their fixes")[0] ?? "", "fixed by editing `src/a.ts`")
    assert.deepStrictEqual(unknownCitations(text, [idOf(1), idOf(2), idOf(3)]), [])
  })

  it("a line of earlier sessions that a newer session repeats is published once", () => {
    const text = memoryOf([friday, broken], [broken, friday])
    assert.lengthOf(section(text, "## What the user wants"), 1)
    assert.lengthOf(section(text, "## Known failures and their fixes"), 1)
    assert.include(text, `[${cited(4)}…, ${cited(1)}…]`)
  })

  it("a newer wish supersedes an earlier one that it contradicts, whichever session has it", () => {
    const text = memoryOf([wish("I prefer spaces over tabs")], [wish("I prefer tabs over spaces")])
    assert.deepStrictEqual(section(text, "## What the user wants"), [
      `- "I prefer spaces over tabs" (newer; superseded: "I prefer tabs over spaces") [${cited(2)}…, ${cited(1)}…]`
    ])
    const later = memoryOf([friday], [wish("I prefer spaces over tabs"), wish("I prefer tabs over spaces")])
    assert.include(later, '"I prefer spaces over tabs" [')
    assert.notInclude(later, '"I prefer tabs over spaces"')
  })

  it("a line of earlier sessions that a person removed stays removed, in its later wording too", () => {
    const edits = (line: string): PersonEdits => ({ added: [], removed: [line] })
    const out = `- "please never deploy on a Friday, ever" [${cited(9)}…]`
    assert.notInclude(memoryOf([broken], [friday], edits(out)), "Friday")
    const newer = `- "I prefer spaces over tabs" (newer; superseded: "I prefer tabs over spaces") [${cited(9)}…]`
    assert.notInclude(memoryOf([broken], [wish("I prefer spaces over tabs")], edits(newer)), "spaces")
  })

  it("wishes for every task and lines of most sessions are kept if not all lines fit", () => {
    const others = Array.from({ length: 120 }, (_, number) => wish(`I prefer module${number} over package${number}`))
    const text = memoryOf(
      [broken],
      [...others, wish("I prefer apples over pears"), ...others.slice(0, 3), wish("I prefer apples over pears"), friday]
    )
    const wants = section(text, "## What the user wants")
    assert.lengthOf(wants, 100)
    assert.match(text, /^22 more wishes and 0 more fixes of earlier sessions are left out here/m)
    assert.include(wants[0] ?? "", "Friday")
    assert.isTrue(wants.slice(1, 5).some((line) => line.includes("apples")))
  })

  const lesson = (name: string): string => `# x
User preferences:
- "I prefer alpha${name} over beta${name} for the reports of team gamma${name}"

## Task: y
Outcome: success
Reusable knowledge:
- \`Error: no ${name} in delta${name}\`: fixed by editing \`src/f${name}.ts\`
`
  const lessons = (count: number) =>
    Array.from({ length: count }, (_, number) =>
      lesson([...String(number)].map((digit) => "abcdefghij"[Number(digit)]).join(""))
    )

  it("every wish and every fix of sixty sessions is published", () => {
    const text = memoryOf(lessons(60).slice(0, 10), lessons(60).slice(10))
    assert.lengthOf(section(text, "## What the user wants"), 60)
    assert.lengthOf(section(text, "## Known failures and their fixes"), 60)
    assert.notInclude(text, "left out")
  })

  it("fixes give way to wishes if the file would be too large, and those left out are counted", () => {
    const all = lessons(60)
    const most = Buffer.byteLength(memoryOf(all.slice(0, 10), all.slice(10))) - 1_000
    const half = memoryOf(all.slice(0, 10), all.slice(10), noEdits, most)
    const [wants, fixes] = ["## What the user wants", "## Known failures and their fixes"].map((it) =>
      section(half, it)
    )
    assert.isAtMost(Buffer.byteLength(half), most)
    assert.lengthOf(wants ?? [], 60)
    assert.isAbove(fixes?.length ?? 0, 0)
    assert.include(
      half,
      `0 more wishes and ${60 - (fixes?.length ?? 0)} more fixes of earlier sessions are left out here`
    )
    const little = memoryOf(all.slice(0, 10), all.slice(10), noEdits, 2_000)
    assert.isAtMost(Buffer.byteLength(little), 2_000)
    assert.lengthOf(section(little, "## Known failures and their fixes"), 0)
    assert.match(little, /^\d+ more wishes and 60 more fixes/m)
  })

  it("the number that the file itself has no room for is counted too", () => {
    const text = memoryOf(lessons(1), lessons(130).slice(1))
    assert.match(text, /^30 more wishes and 30 more fixes/m)
    assert.deepStrictEqual(readEarlier(earlierOf(lessons(101))).leftOut, { wishes: 1, fixes: 1 })
  })

  it("unverified fixes and acts outside the working copy are left out of the file", () => {
    const noted = `# x

## Task: y
Outcome: partial
Reusable knowledge:
- \`Error: no route\`: fixed by editing \`src/routes.ts\` (unverified)
- \`Error: 404\`: fixed by \`vercel --prod\`
- \`Error: no lock\`: fixed by editing \`src/lock.ts\`
`
    const text = earlierOf([noted])
    assert.include(text, "src/lock.ts")
    assert.notInclude(text, "src/routes.ts")
    assert.notInclude(text, "vercel")
  })

  it("thousands of sessions are collected without comparing each pair", () => {
    const sessions = new EarlierSessions()
    for (let number = 0; number < 4_000; number++) {
      const name = number.toString(36)
      sessions.add(
        idOf(number),
        `# x\nUser preferences:\n- "I prefer alpha${name} over beta${name} for the reports of team gamma${name}"\n\n## Task: y\nOutcome: success\nReusable knowledge:\n- \`Error: no ${name} in delta${name}\`: fixed by editing \`src/${name}.ts\`\n`
      )
    }
    const { fixes, wishes } = readEarlier(sessions.text())
    assert.deepStrictEqual([wishes.length, fixes.length], [100, 100])
  })
})
