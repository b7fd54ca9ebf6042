import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Stream } from "effect"
import { redact } from "../../src/domain/privacy/Redaction.js"
import type { CodingAgent } from "../../src/domain/session/CodingAgent.js"
import { evidenceFilter } from "../../src/domain/session/codex/RolloutFilter.js"
import { RolloutReader } from "../../src/domain/session/codex/RolloutReading.js"
import { RecordReader } from "../../src/domain/session/records/RecordReading.js"
import { addSessionLine, type SessionLine } from "../../src/domain/session/SessionLine.js"
import { type RolloutFile, threadOf } from "../../src/domain/thread/Thread.js"
import { cwdOf, noFacts } from "../../src/domain/thread/ThreadFacts.js"
import { Directory } from "../../src/domain/thread/WorkingDirectory.js"
import * as SessionStoreDisk from "../../src/layers/sessions/SessionStoreDisk.js"
import { SessionStore } from "../../src/services/SessionStore.js"
import * as Settings from "../../src/settings/Settings.js"
import { RolloutBuilder, startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { ClaudeBuilder } from "../support/claudeBuilder.js"
import { nonEmpty } from "../support/nonEmpty.js"
import { temporaryFolder } from "../support/program.js"
import { outline } from "../support/reading.js"

const cwd = "/home/ada/projects/ferry"
const wish = "Please always run npm run lint before you say that you are done"

/** An agent as the suite knows it: where a session lies, and one that tells the story of a repair. */
interface Source {
  readonly agent: CodingAgent
  /** The path of a session's file below the agent's home. */
  readonly path: (number: number) => string
  readonly story: (number: number) => string
}

/** Every source of sessions. A new agent is entered here, and must pass as it is. */
const sources: ReadonlyArray<Source> = [
  {
    agent: "codex",
    path: (number) => `sessions/2026/03/02/rollout-2026-03-02T09-00-00-${threadIdOf(number)}.jsonl`,
    story: (number) =>
      new RolloutBuilder()
        .meta({ id: threadIdOf(number), cwd, source: "cli" })
        .user("Fix the failing test")
        .command("npm test", "Error: tides.js is not defined\n", 1)
        .patch(`*** Begin Patch\n*** Update File: ${cwd}/src/tides.js\n@@\n-a + b\n+a * b\n*** End Patch`)
        .command("npm test", "12 passed\n", 0)
        .assistant("Fixed.")
        .user(wish)
        .text()
  },
  {
    agent: "claude",
    path: (number) => `projects/-home-ada-projects-ferry/${threadIdOf(number)}.jsonl`,
    story: (number) =>
      new ClaudeBuilder(threadIdOf(number), { cwd })
        .typed("Fix the failing test")
        .command("npm test", "Error: tides.js is not defined\n", 1)
        .tool("Edit", { file_path: `${cwd}/src/tides.js`, old_string: "a + b", new_string: "a * b" }, { text: "ok" })
        .command("npm test", "12 passed\n")
        .answer("Fixed.")
        .typed(wish)
        .text()
  }
]

const put = (path: string, text: string) => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  utimesSync(path, startOfFixtures / 1_000, startOfFixtures / 1_000)
}

const storeOver = (homes: { readonly codexHome: string; readonly claudeHome?: string }) =>
  Effect.map(
    Layer.build(
      SessionStoreDisk.layer.pipe(Layer.provide(Settings.layer({ ...homes, memoriesHome: "/memories" })), Layer.orDie)
    ),
    (context) => Context.get(context, SessionStore)
  )

/** A home of each agent, with two sessions in each. */
const makeHomes = Effect.gen(function* () {
  const folder = yield* temporaryFolder
  const homeOf = (agent: CodingAgent) => join(folder, agent)
  for (const { agent, path, story } of sources) {
    for (const number of [1, 2]) {
      put(join(homeOf(agent), path(number)), story(number))
    }
  }
  return { homeOf, store: yield* storeOver({ codexHome: homeOf("codex"), claudeHome: homeOf("claude") }) }
})

const linesOf = (store: SessionStore["Type"], file: RolloutFile) =>
  Effect.map(Stream.runCollect(store.read(file)), (records) =>
    [...records].flatMap((record): ReadonlyArray<SessionLine> => (record._tag === "EndOfRollout" ? [] : [record]))
  )

const readingOf = (agent: CodingAgent, lines: ReadonlyArray<SessionLine>) => {
  const reader =
    agent === "codex"
      ? new RolloutReader(evidenceFilter, 1_000_000, redact, "/memories")
      : new RecordReader(1_000_000, redact, "/memories")
  lines.forEach((line) => reader.add(line))
  return reader.result()
}

const filesBelow = (folder: string): ReadonlyArray<readonly [string, string, number]> =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => [path, readFileSync(path, "utf8"), statSync(path).mtimeMs] as const)

for (const { agent, path, story } of sources) {
  describe(`sessions of ${agent} on disk`, () => {
    it.scoped("sessions are listed with their agent, and nothing of them is changed", () =>
      Effect.gen(function* () {
        const { homeOf, store } = yield* makeHomes
        const before = filesBelow(homeOf(agent))
        const own = (yield* store.list).filter((file) => file.agent === agent)
        assert.deepStrictEqual(
          own.map(({ path }) => path),
          [1, 2].map((number) => join(homeOf(agent), path(number))).sort()
        )
        yield* Effect.forEach(nonEmpty(own), (file) => Effect.zip(store.readEnds(file), linesOf(store, file)))
        assert.deepStrictEqual(filesBelow(homeOf(agent)), before)
      })
    )

    it.scoped("the ends of a session tell the row that its whole reading tells", () =>
      Effect.gen(function* () {
        const { store } = yield* makeHomes
        for (const file of nonEmpty((yield* store.list).filter((file) => file.agent === agent))) {
          const whole = (yield* linesOf(store, file)).reduce(addSessionLine, noFacts)
          const ends = yield* store.readEnds(file)
          const row = (facts: typeof ends) => ({ ...threadOf(facts, file, Directory.make(cwd), Date.now(), redact) })
          assert.strictEqual(cwdOf(ends), cwd)
          assert.isTrue(ends.isRollout)
          assert.deepStrictEqual(row(ends), row(whole))
          assert.include(path(1) + path(2), row(ends).id)
          assert.strictEqual(row(ends).title, "Fix the failing test")
        }
      })
    )

    it.scoped("the story of a repair gives the same events, whichever agent recorded it", () =>
      Effect.gen(function* () {
        const { homeOf, store } = yield* makeHomes
        const file = nonEmpty(yield* store.list).find((file) => file.path === join(homeOf(agent), path(1)))
        assert(file !== undefined)
        const { evidence } = readingOf(agent, yield* linesOf(store, file))
        const happened = outline(evidence.events).filter((line) => line !== "done")
        assert.deepStrictEqual(happened, [
          "user: Fix the failing test",
          "command: npm test -> 1",
          `edit: update ${cwd}/src/tides.js`,
          "command: npm test -> 0",
          "assistant: Fixed.",
          `user: ${wish}`
        ])
        const edit = evidence.events.find((event) => event._tag === "FileEdit")
        assert.deepInclude(edit?.changes[0], { before: "a + b", after: "a * b" })
      })
    )

    it.scoped("a session that ends within a line is read up to that line", () =>
      Effect.gen(function* () {
        const { homeOf, store } = yield* makeHomes
        const text = story(3)
        put(join(homeOf(agent), path(3)), text.slice(0, -40))
        const file = (yield* store.list).find((file) => file.path === join(homeOf(agent), path(3)))
        assert(file !== undefined)
        const reading = readingOf(agent, yield* linesOf(store, file))
        assert.strictEqual(reading.malformedLines, 1)
        assert.include(outline(reading.evidence.events), "assistant: Fixed.")
      })
    )

    it.scoped("a session that vanished, is no file, or is a link out of its home fails alone or is not listed", () =>
      Effect.gen(function* () {
        const { homeOf, store } = yield* makeHomes
        const [first, second] = (yield* store.list).filter((file) => file.agent === agent)
        assert(first !== undefined && second !== undefined)
        const gone: RolloutFile = { ...first, path: `${first.path}.gone.jsonl` }
        mkdirSync(join(homeOf(agent), path(4)), { recursive: true })
        const folder: RolloutFile = { ...first, path: join(homeOf(agent), path(4)) }
        for (const file of [gone, folder]) {
          assert.strictEqual((yield* Effect.flip(store.readEnds(file)))._tag, "RolloutUnreadable")
          assert.strictEqual((yield* Effect.flip(linesOf(store, file)))._tag, "RolloutUnreadable")
        }
        assert.isNotEmpty(yield* linesOf(store, second))
        assert.notInclude(
          (yield* store.list).map(({ path }) => path),
          folder.path
        )
      })
    )
  })
}

describe("sessions of several agents", () => {
  it.scoped("the other homes are read where one is not there, and none at all is an error that names them", () =>
    Effect.gen(function* () {
      const { homeOf } = yield* makeHomes
      const withoutCodex = yield* storeOver({ codexHome: "/nowhere/codex", claudeHome: homeOf("claude") })
      assert.lengthOf(yield* withoutCodex.list, 2)
      assert.deepStrictEqual(yield* withoutCodex.agents, [{ agent: "claude", path: homeOf("claude") }])
      const nothing = yield* storeOver({ codexHome: "/nowhere/codex", claudeHome: "/nowhere/claude" })
      const error = yield* Effect.flip(nothing.check)
      assert.include(error.message, "/nowhere/codex cannot be used: it is not there, and neither can /nowhere/claude")
      assert.deepStrictEqual(yield* nothing.agents, [])
    })
  )

  it.scoped("an agent whose sessions cannot be listed is left out, and the others are read", () =>
    Effect.gen(function* () {
      const { homeOf } = yield* makeHomes
      const folder = yield* temporaryFolder
      put(join(folder, "projects"), "a file where a folder should be")
      const store = yield* storeOver({ codexHome: homeOf("codex"), claudeHome: folder })
      assert.deepStrictEqual(
        (yield* store.list).map(({ agent }) => agent),
        ["codex", "codex"]
      )
    })
  )
})

describe("the home of Claude Code", () => {
  const project = "projects/-home-ada-projects-ferry"

  it.scoped("sub-agents' files, other files and links are not listed", () =>
    Effect.gen(function* () {
      const { homeOf, store } = yield* makeHomes
      const home = homeOf("claude")
      const text = new ClaudeBuilder(threadIdOf(9)).typed("look").text()
      put(join(home, project, "agent-a1b2.jsonl"), text)
      put(join(home, project, threadIdOf(1), "subagents", "agent-c3d4.jsonl"), text)
      put(join(home, project, "memory", "MEMORY.md"), "Always use tabs")
      put(join(home, "history.jsonl"), "{}")
      const outside = join(yield* temporaryFolder, `${threadIdOf(8)}.jsonl`)
      put(outside, text)
      symlinkSync(outside, join(home, project, `${threadIdOf(8)}.jsonl`))
      symlinkSync(dirname(outside), join(home, "projects", "-linked"))
      assert.lengthOf(
        (yield* store.list).filter(({ agent }) => agent === "claude"),
        2
      )
      const linked: RolloutFile = {
        agent: "claude",
        path: join(home, project, `${threadIdOf(8)}.jsonl`),
        size: 1,
        modifiedAt: 1,
        isArchived: false
      }
      assert.strictEqual((yield* Effect.flip(store.readEnds(linked)))._tag, "RolloutUnreadable")
    })
  )

  it.scoped("a result that lies in a file beside the session is read from there, and from nowhere else", () =>
    Effect.gen(function* () {
      const { homeOf, store } = yield* makeHomes
      const id = threadIdOf(5)
      const folder = join(homeOf("claude"), project)
      const outside = join(yield* temporaryFolder, "secret.txt")
      put(outside, "Error: from outside")
      put(join(folder, id, "tool-results", "b1.txt"), `${"log line\n".repeat(120_000)}Error: the last line\n3 failed`)
      symlinkSync(outside, join(folder, id, "tool-results", "b2.txt"))
      const persisted = (name: string) => ({
        text: `<persisted-output>\nOutput too large (1MB). Full output saved to: ${name}\n\nPreview`,
        beside: { stdout: "log line", stderr: "", persistedOutputPath: name }
      })
      put(
        join(folder, `${id}.jsonl`),
        new ClaudeBuilder(id, { cwd })
          .typed("run")
          .tool("Bash", { command: "npm test" }, persisted(join(folder, id, "tool-results", "b1.txt")))
          .tool("Bash", { command: "cat b2" }, persisted("/etc/b2.txt"))
          .tool("Bash", { command: "cat c" }, persisted(outside))
          .text()
      )
      const file = (yield* store.list).find(({ path }) => path.endsWith(`${id}.jsonl`))
      assert(file !== undefined)
      const { evidence } = readingOf("claude", yield* linesOf(store, file))
      const outputs = evidence.events.flatMap((event) =>
        event._tag === "CommandRun" ? [event.output?.text ?? ""] : []
      )
      assert.lengthOf(outputs, 3)
      assert.match(outputs[0] ?? "", /3 failed$/)
      assert.deepStrictEqual(outputs.slice(1), ["log line", "log line"])
    })
  )

  it.scoped("a folder that may not be read leaves the other projects", () =>
    Effect.gen(function* () {
      const { homeOf, store } = yield* makeHomes
      const closed = join(homeOf("claude"), "projects", "-closed")
      put(join(closed, `${threadIdOf(7)}.jsonl`), "{}")
      yield* Effect.acquireRelease(
        Effect.sync(() => chmodSync(closed, 0o000)),
        () => Effect.sync(() => chmodSync(closed, 0o700))
      )
      assert.isAtLeast((yield* store.list).filter(({ agent }) => agent === "claude").length, 2)
    })
  )
})
