import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { bucketOf } from "../../src/domain/thread/WorkingDirectory.js"
import { threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { CommandHome, ferry } from "../support/commandHome.js"
import { madeOnce } from "../support/madeOnce.js"

const memoryPath = (home: CommandHome) => join(home.memories, bucketOf(ferry), "memory")
const memoryText = (home: CommandHome) => readFileSync(join(memoryPath(home), "MEMORY.md"), "utf8")
const traceCount = (home: CommandHome) => readdirSync(join(memoryPath(home), "trace_summaries")).length

/** A project whose first session says what the user wants and whose second fixed something; ten more came after them. */
const twelveSessions = madeOnce(
  Effect.fnUntraced(function* (folder) {
    const home = new CommandHome(folder)
    home.session(1, { request: "please never deploy on a Friday, ever" })
    for (let number = 2; number <= 12; number++) {
      home.session(number, { request: `please mend the timetable of pier ${number}` })
    }
    yield* home.pass()
    return home
  })
)

describe("wishes older than the newest ten sessions", () => {
  it.scopedLive("an old wish stays in MEMORY.md and in the context, and can be found and verified", () =>
    Effect.gen(function* () {
      const home = yield* twelveSessions
      assert.strictEqual(traceCount(home), 10)
      const cited = new RegExp(
        `"please never deploy on a Friday, ever" \\(said \\d{4}-\\d\\d-\\d\\d\\) \\[${threadIdOf(1).slice(0, 13)}…`
      )
      assert.match(memoryText(home), cited)
      assert.include(memoryText(home), "TypeError: departures.sort is not a function")
      assert.match((yield* home.run("context", "--cwd", ferry)).stdout, cited)
      assert.include((yield* home.run("show", "--thread", threadIdOf(1))).stdout, "never deploy on a Friday")
      const verified = yield* home.run("verify")
      assert.strictEqual(verified.code, 0, verified.stdout)
    })
  )

  it.scopedLive("an old wish is removed from MEMORY.md when its session is forgotten", () =>
    Effect.gen(function* () {
      const home = yield* twelveSessions
      yield* home.run("forget", "--thread", threadIdOf(1), "--yes")
      assert.notInclude(memoryText(home), "Friday")
      assert.deepStrictEqual(home.holding("on a Friday"), [])
    })
  )

  it.scopedLive("an old wish stays out of MEMORY.md once a person has removed it", () =>
    Effect.gen(function* () {
      const home = yield* twelveSessions
      const kept = memoryText(home)
        .split("\n")
        .filter((line) => !line.includes("Friday"))
      writeFileSync(join(memoryPath(home), "MEMORY.md"), kept.join("\n"))
      home.session(13, { request: "please mend the timetable of pier 13" })
      yield* home.pass()
      assert.include(memoryText(home), threadIdOf(13).slice(0, 13))
      assert.notInclude(memoryText(home), "Friday")
    })
  )

  it.scopedLive("an old wish is superseded when a newer session wants the opposite", () =>
    Effect.gen(function* () {
      const home = yield* twelveSessions
      home.session(13, { request: "please always deploy on a Friday" })
      yield* home.pass()
      assert.include(memoryText(home), '"please always deploy on a Friday" (newer; superseded: "please never deploy')
    })
  )
})
