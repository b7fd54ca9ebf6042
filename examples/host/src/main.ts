/**
 * A small agent runtime whose sessions remember. Started twice in the same folder: the first session finds out how the
 * project's tests are run and what fails in them, the second one begins with that. Argument: the folder.
 */
import { randomUUID } from "node:crypto"
import { existsSync, mkdirSync, realpathSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { Recorder } from "./Recorder.js"
import { runSession } from "./Runtime.js"
import * as Tools from "./Tools.js"

const [folder = "."] = process.argv.slice(2)
mkdirSync(join(folder, "codex"), { recursive: true })
mkdirSync(join(folder, "ferry"), { recursive: true })
const cwd = realpathSync(join(folder, "ferry"))

const broken = "const sorted = new Set(departures).sort()"
const fixed = "const sorted = [...new Set(departures)].sort()"

if (!existsSync(join(cwd, "package.json"))) {
  writeFileSync(join(cwd, "package.json"), JSON.stringify({ type: "module", scripts: { test: "node timetable.js" } }))
  writeFileSync(
    join(cwd, "timetable.js"),
    `const departures = [9, 7, 9]\n${broken}\nconsole.log("# pass", sorted.length)\n`
  )
}

/** What stands in for a model here: it looks at the tests, and mends what it knows. */
const work = Effect.fnUntraced(function* (context: string) {
  yield* Console.log(`context of ${context.length} characters\n${context}`)
  const recorder = yield* Recorder
  yield* recorder.user("the timetable test fails, please fix it. Always run npm test before you say that you are done")
  if ((yield* Tools.run(cwd, "npm test")) !== 0) {
    yield* Tools.replaceLine(cwd, "timetable.js", broken, fixed)
    yield* Tools.run(cwd, "npm test")
  }
  yield* recorder.assistant("The test passes: a Set is spread before it is sorted.")
})

const session = runSession({ codexHome: realpathSync(join(folder, "codex")), cwd, threadId: randomUUID(), work })

await Effect.runPromise(
  Effect.provide(session, Logger.replace(Logger.defaultLogger, Logger.withConsoleError(Logger.logfmtLogger)))
)
