import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Array as Arr, Effect, Option, Schema } from "effect"
import { bucketOf, type Directory } from "../../src/domain/thread/WorkingDirectory.js"
import { RolloutBuilder, startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { CommandHome, emptyHome, ferry, pier } from "../support/commandHome.js"
import { madeOnce } from "../support/madeOnce.js"
import { nonEmpty } from "../support/nonEmpty.js"
import { snapshot } from "../support/program.js"

const canary = "canary-heron"

const memoryFile = (home: CommandHome, cwd: Directory) => join(home.memories, bucketOf(cwd), "memory/MEMORY.md")
const memoryText = (home: CommandHome, cwd: Directory) => readFileSync(memoryFile(home, cwd), "utf8")
const kept = (home: CommandHome) => snapshot(home.memories, (path) => !/-(?:wal|shm)$/.test(path))

const Found = Schema.Struct({
  facts: Schema.Array(
    Schema.Struct({
      id: Schema.String,
      kind: Schema.String,
      text: Schema.String,
      isCorrected: Schema.Boolean,
      supersededBy: Schema.NullOr(Schema.String),
      threadId: Schema.String,
      line: Schema.Int,
      cwd: Schema.String
    })
  )
})

const Entries = Schema.Struct({
  entries: Schema.Array(
    Schema.Struct({
      event: Schema.String,
      id: Schema.String,
      threadId: Schema.NullOr(Schema.String),
      text: Schema.NullOr(Schema.String),
      by: Schema.NullOr(Schema.String)
    })
  )
})

const Explained = Schema.Struct({
  facts: Schema.Array(
    Schema.Struct({
      cwd: Schema.String,
      memoryLines: Schema.Array(Schema.Struct({ text: Schema.String })),
      evidence: Schema.Array(Schema.Struct({ threadId: Schema.String, line: Schema.Int, basis: Schema.String })),
      chain: Schema.Array(Schema.Struct({ id: Schema.String, text: Schema.String }))
    })
  )
})

const search = (home: CommandHome, ...words: ReadonlyArray<string>) =>
  Effect.flatMap(home.json("search", ...words), ({ value }) =>
    Effect.map(Schema.decodeUnknown(Found)(value), ({ facts }) => facts)
  )

const history = (home: CommandHome, ...words: ReadonlyArray<string>) =>
  Effect.flatMap(home.json("history", ...words), ({ value }) =>
    Effect.map(Schema.decodeUnknown(Entries)(value), ({ entries }) => entries)
  )

const explained = (home: CommandHome, id: string) =>
  Effect.flatMap(home.json("why", "--fact", id), ({ value }) => Schema.decodeUnknown(Explained)(value))

/** A home where two sessions of one project, and one of another, were learned from. */
const taughtHome = madeOnce(
  Effect.fnUntraced(function* (folder) {
    const home = new CommandHome(folder)
    home.session(1, { request: `never deploy on a ${canary} Friday` })
    home.session(2, { request: `please never deploy on a ${canary} Friday` })
    home.session(3, { cwd: pier })
    yield* home.pass()
    return home
  })
)

const wishOf = (home: CommandHome) =>
  Effect.flatMap(search(home, canary), (facts) =>
    Option.map(
      Arr.findFirst(facts, ({ kind }) => kind === "Wish"),
      ({ id }) => id
    )
  )

const testsOf = (home: CommandHome, cwd: Directory) =>
  Effect.flatMap(search(home, "run", "the", "tests", "--cwd", cwd), (facts) =>
    Arr.findFirst(facts, ({ kind }) => kind === "Command")
  )

describe("search for facts", () => {
  it.scoped("each fact is shown with its id, kind, line, session and directory, above the traces", () =>
    Effect.gen(function* () {
      const home = yield* taughtHome
      const { id, line, text, threadId } = yield* testsOf(home, ferry)
      assert.strictEqual(text, "Run the tests: `npm test`")
      assert.isAbove(line, 1)
      const { stdout } = yield* home.run("search", "how", "do", "I", "run", "the", "tests", "--cwd", ferry)
      assert.include(stdout, `${id}  ${text}`)
      assert.include(stdout, `Command  ${threadId.slice(0, 8)}`)
      assert.include(stdout, `line ${line}`)
      const everywhere = yield* search(home, "test")
      assert.isTrue(everywhere.some(({ cwd }) => cwd === pier))
    })
  )
})

describe("forget --fact", () => {
  it.scoped("a forgotten fact is gone from every byte and session, and everything else stays", () =>
    Effect.gen(function* () {
      const home = yield* taughtHome
      const other = snapshot(join(home.memories, bucketOf(pier)))
      const id = yield* wishOf(home)
      assert.include(memoryText(home, ferry), canary)
      const ended = yield* home.run("forget", "--fact", id, "--yes")
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.deepStrictEqual(home.holding(canary), [])
      assert.include(memoryText(home, ferry), "npm test")
      assert.deepStrictEqual(snapshot(join(home.memories, bucketOf(pier))), other)
      assert.deepStrictEqual(
        (yield* history(home, "--fact", id)).map(({ event, text, threadId }) => [event, text, threadId]),
        [["forgotten", null, null]]
      )
      assert.strictEqual((yield* home.json("verify")).code, 0)
      const again = yield* home.run("why", "--fact", id)
      assert.strictEqual(again.code, 1)
      assert.include(again.stderr, "was forgotten on")
    })
  )

  it.scoped("a forgotten fact stays away when its session goes on and is read again", () =>
    Effect.gen(function* () {
      const home = yield* taughtHome
      yield* home.run("forget", "--fact", yield* wishOf(home), "--yes")
      const line = { type: "event_msg", payload: { type: "user_message", message: "thanks, that is all" } }
      appendFileSync(home.pathOf(2), `${JSON.stringify(line)}\n`)
      const report = JSON.parse((yield* home.pass("--min-idle", "0", "--json")).stdout)
      assert.strictEqual(report.extracted.length, 1)
      assert.deepStrictEqual((yield* search(home, canary)).length, 0)
      const told = snapshot(home.memories, (path) => path.endsWith(".md"))
      assert.notInclude(JSON.stringify(told), canary)
      assert.notInclude(memoryText(home, ferry), canary)
    })
  )

  it.scoped("a forgotten outcome stays away when its session goes on under a longer title", () =>
    Effect.gen(function* () {
      const home = yield* emptyHome
      home.session(1, { request: `add the ${canary} flag to the parser` })
      yield* home.pass()
      const { id } = yield* Arr.findFirst(yield* search(home, canary), ({ kind }) => kind === "Outcome")
      yield* home.run("forget", "--fact", id, "--yes")
      const start = startOfFixtures + 3_600_000
      appendFileSync(home.pathOf(1), new RolloutBuilder(start).user("go on").assistant("Done.").turnEnd().text())
      const report = JSON.parse((yield* home.pass("--min-idle", "0", "--json")).stdout)
      assert.strictEqual(report.extracted.length, 1)
      assert.isEmpty(yield* search(home, canary))
      const texts = snapshot(home.memories, (path) => path.endsWith(".md"))
      assert.notInclude(JSON.stringify(texts), canary)
    })
  )

  it.scoped("a forgotten fact stays away when the state DB is lost, and the record of it has no words", () =>
    Effect.gen(function* () {
      const home = yield* taughtHome
      const { id: command } = yield* testsOf(home, pier)
      const id = yield* wishOf(home)
      yield* home.run("forget", "--fact", id, "--yes")
      yield* home.run("forget", "--fact", command, "--cwd", pier, "--yes")
      yield* home.run("forget", "--thread", threadIdOf(1), "--yes")
      const lines = readFileSync(join(home.memories, "forgotten"), "utf8").trim().split("\n")
      assert.includeMembers(lines, [`${bucketOf(ferry)} ${id}`, `${bucketOf(pier)} ${command}`, threadIdOf(1)])
      assert.isTrue(nonEmpty(lines).every((line) => /^[0-9a-f -]+$/.test(line)))
      ;["", "-wal", "-shm"].forEach((part) => rmSync(join(home.memories, `state.sqlite${part}`), { force: true }))
      assert.strictEqual((yield* home.pass()).code, 0)
      assert.isEmpty((yield* search(home, canary)).filter(({ kind }) => kind === "Wish"))
      assert.notInclude(JSON.stringify(snapshot(home.memories, (path) => path.endsWith(".md"))), canary)
      assert.include(memoryText(home, ferry), "npm test")
      assert.notInclude(memoryText(home, pier), "Run the tests")
      assert.deepStrictEqual(
        (yield* history(home, "--fact", command, "--cwd", pier)).map(({ event, text }) => [event, text]),
        [["forgotten", null]]
      )
      assert.include((yield* home.run("why", "--fact", id)).stderr, "was forgotten on")
      assert.strictEqual((yield* home.json("verify")).code, 0)
    })
  )

  it.scoped("notes, corrections of other facts and state DBs that were set aside go with the fact", () =>
    Effect.gen(function* () {
      const home = yield* taughtHome
      const { id: command } = yield* testsOf(home, ferry)
      yield* home.run("remember", "--cwd", ferry, `never deploy on a ${canary} Friday, says Ada`)
      yield* home.run("correct", "--fact", command, "--cwd", ferry, `npm test; never deploy on a ${canary} Friday`)
      writeFileSync(join(home.memories, "state.sqlite.corrupt-1"), canary)
      const id = yield* wishOf(home)
      const asked = yield* home.run("forget", "--fact", id)
      assert.include(asked.stdout, `note: never deploy on a ${canary} Friday, says Ada`)
      assert.include(asked.stdout, `correction of ${command}: `)
      assert.strictEqual((yield* home.run("forget", "--fact", id, "--yes")).code, 0)
      assert.deepStrictEqual(home.holding(canary), [])
      assert.include(memoryText(home, ferry), "Run the tests: `npm test`")
    })
  )

  it.scoped("a note and a correction that do not tell the forgotten fact stay", () =>
    Effect.gen(function* () {
      const home = yield* taughtHome
      const { id: command } = yield* testsOf(home, ferry)
      yield* home.run("remember", "--cwd", ferry, "the quay is closed in winter")
      yield* home.run("correct", "--fact", command, "--cwd", ferry, "Run the tests: `npm run quay`")
      const asked = yield* home.run("forget", "--fact", yield* wishOf(home))
      assert.include(asked.stdout, canary)
      assert.notInclude(asked.stdout, "quay")
      yield* home.run("forget", "--fact", yield* wishOf(home), "--yes")
      assert.notInclude(memoryText(home, ferry), canary)
      assert.include(memoryText(home, ferry), "the quay is closed in winter")
      assert.include(memoryText(home, ferry), "Run the tests: `npm run quay`")
    })
  )

  it.scoped("a fact that was forgotten can be forgotten again, which erases what a killed command left", () =>
    Effect.gen(function* () {
      const home = yield* taughtHome
      const id = yield* wishOf(home)
      yield* home.run("forget", "--fact", id, "--yes")
      home.sql("CREATE TABLE rest (text TEXT)")
      home.sql("INSERT INTO rest VALUES (?)", canary.repeat(200))
      home.sql("DROP TABLE rest")
      assert.isNotEmpty(home.holding(canary))
      const again = yield* home.run("forget", "--fact", id, "--yes")
      assert.strictEqual(again.code, 0, again.stderr)
      assert.include(again.stdout, "Forgotten: 1 fact, in 1 project.")
      assert.deepStrictEqual(home.holding(canary), [])
      assert.deepStrictEqual(
        (yield* history(home, "--fact", id)).map(({ event }) => event),
        ["forgotten"]
      )
    })
  )

  it.scoped("a list of what goes is shown, and nothing changes where there is nobody to ask", () =>
    Effect.gen(function* () {
      const home = yield* taughtHome
      const before = kept(home)
      const id = yield* wishOf(home)
      const asked = yield* home.run("forget", "--fact", id)
      assert.strictEqual(asked.code, 2, asked.stderr)
      for (const words of [id, threadIdOf(1).slice(0, 8), threadIdOf(2).slice(0, 8), "in MEMORY.md: - ", "2 traces"]) {
        assert.include(asked.stdout, words)
      }
      assert.deepStrictEqual(kept(home), before)
    })
  )

  it.scoped("a fact that nobody knows is refused, and so is one whose session is being read", () =>
    Effect.gen(function* () {
      const home = yield* taughtHome
      const unknown = yield* home.run("forget", "--fact", "0123456789ab", "--yes")
      assert.strictEqual(unknown.code, 1)
      assert.include(unknown.stderr, "`rollout-memories search WORDS` shows the ids")
      const id = yield* wishOf(home)
      home.sql(
        "UPDATE extractions SET claim_owner = 'another pass', claim_expires_at = 95617584000000 WHERE thread_id = ?",
        threadIdOf(2)
      )
      const claimed = yield* home.run("forget", "--fact", id, "--yes")
      assert.strictEqual(claimed.code, 1)
      assert.include(claimed.stderr, "is being read by a pass")
      assert.include(memoryText(home, ferry), canary)
    })
  )
})

describe("pin and correct", () => {
  it.scoped("a correction stands in MEMORY.md at once, redacted and on one line, until it is taken back", () =>
    Effect.gen(function* () {
      const home = yield* taughtHome
      const { id } = yield* testsOf(home, ferry)
      const token = `ghp_${"a1B2".repeat(9)}`
      const text = `## Run the tests:\n\`npm run fast\` [${threadIdOf(1).slice(0, 13)}…] <!-- ${token} -->`
      const ended = yield* home.run("correct", "--fact", id, "--cwd", ferry, text)
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.include(memoryText(home, ferry), "- Run the tests: `npm run fast`")
      assert.notInclude(memoryText(home, ferry), "Run the tests: `npm test`")
      assert.deepStrictEqual(home.holding(token), [])
      assert.notInclude(memoryText(home, ferry), "<!--")
      const [found] = yield* search(home, "fast", "--cwd", ferry)
      assert.deepInclude(found, { id, isCorrected: true })
      assert.include(memoryText(home, pier), "Run the tests: `npm test`")

      const undone = yield* home.run("correct", "--fact", id, "--undo")
      assert.strictEqual(undone.code, 0, undone.stderr)
      assert.include(memoryText(home, ferry), "Run the tests: `npm test`")
      assert.deepStrictEqual(yield* search(home, "fast", "--cwd", ferry), [])
    })
  )

  it.scoped("a correction of a wish is told in the place of the user's words", () =>
    Effect.gen(function* () {
      const home = yield* taughtHome
      const ended = yield* home.run("correct", "--fact", yield* wishOf(home), "Deploy on Mondays and Tuesdays alone")
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.include(memoryText(home, ferry), "Deploy on Mondays and Tuesdays alone")
      assert.notInclude(memoryText(home, ferry), `never deploy on a ${canary} Friday"`)
    })
  )

  const asWritten = [
    "End titles with 🦩",
    "Always do it (see the wiki)",
    "Read the first one as array[0]",
    "-x is the flag that never helps",
    'Deploy "when it is quiet", never on a Friday'
  ]
  for (const text of asWritten) {
    it.scoped(`the correction of a wish stays as it is written, as a person's line: ${text}`, () =>
      Effect.gen(function* () {
        const home = yield* taughtHome
        const ended = yield* home.run("correct", "--fact", yield* wishOf(home), "--", text)
        assert.strictEqual(ended.code, 0, ended.stderr)
        const line = memoryText(home, ferry)
          .split("\n")
          .find((line) => line.startsWith(`- ${text}`))
        assert.match(line?.slice(`- ${text}`.length) ?? "none", /^ \[[^\]]+\]$/)
        assert.strictEqual((yield* home.json("verify")).code, 0)
        home.session(4)
        yield* home.pass()
        assert.strictEqual(memoryText(home, ferry).split(text).length, 2)
      })
    )
  }

  it.scoped("invisible characters that turn a text around are taken out of a correction", () =>
    Effect.gen(function* () {
      const home = yield* taughtHome
      yield* home.run("correct", "--fact", yield* wishOf(home), "Deploy \u202Eyadirf no\u202C never")
      assert.include(memoryText(home, ferry), "- Deploy yadirf no never")
      assert.notMatch((yield* home.run("context", "--cwd", ferry)).stdout, /[\u202A-\u202E\u2066-\u2069]/)
    })
  )

  it.scoped("the one that counts of two corrections at once stands in MEMORY.md", () =>
    Effect.gen(function* () {
      const home = yield* taughtHome
      const { id } = yield* testsOf(home, ferry)
      const texts = ["Run the tests: `npm run one`", "Run the tests: `npm run two`"]
      yield* Effect.forEach(texts, (text) => home.run("correct", "--fact", id, "--cwd", ferry, text), {
        concurrency: "unbounded"
      })
      const { text } = yield* Arr.head(yield* search(home, "run", "tests", "--cwd", ferry))
      assert.include(texts, text)
      assert.include(memoryText(home, ferry), text)
    })
  )

  it.scoped("a pin is told once, and taken back once", () =>
    Effect.gen(function* () {
      const home = yield* taughtHome
      const { id } = yield* testsOf(home, ferry)
      const lines = yield* Effect.forEach(["pin", "pin", "unpin", "unpin"], (command) =>
        Effect.map(home.run(command, "--fact", id, "--cwd", ferry), ({ stdout }) => stdout.split("\n")[0])
      )
      assert.deepStrictEqual(
        lines.map((line) => line?.slice(`The fact ${id} of ${ferry} `.length)),
        ["is pinned.", "was pinned before.", "is no longer pinned.", "was not pinned."]
      )
      const events = (yield* history(home, "--fact", id, "--cwd", ferry)).map(({ event }) => event)
      assert.deepStrictEqual(events.slice(0, 2), ["unpinned", "pinned"])
    })
  )
})

describe("edits of MEMORY.md by hand", () => {
  const edit = (home: CommandHome, change: (text: string) => string) =>
    writeFileSync(memoryFile(home, ferry), change(memoryText(home, ferry)))

  it.scoped("a line that is taken out removes its fact, until it is pinned", () =>
    Effect.gen(function* () {
      const home = yield* taughtHome
      const { id } = yield* testsOf(home, ferry)
      edit(home, (text) => text.replace(/^- Run the tests.*\n/m, ""))
      home.session(4)
      assert.strictEqual((yield* home.pass()).code, 0)
      assert.notInclude(memoryText(home, ferry), "Run the tests")
      assert.isFalse((yield* search(home, "run", "tests", "--cwd", ferry)).some((fact) => fact.id === id))
      assert.strictEqual((yield* history(home, "--fact", id, "--cwd", ferry))[0]?.event, "removed")
      home.session(5)
      yield* home.pass()
      assert.notInclude(memoryText(home, ferry), "Run the tests")
      yield* home.run("pin", "--fact", id, "--cwd", ferry)
      assert.include(memoryText(home, ferry), "Run the tests")
    })
  )

  it.scoped("a line that is reworded stays as it is written, and corrects its fact", () =>
    Effect.gen(function* () {
      const home = yield* taughtHome
      const { id } = yield* testsOf(home, ferry)
      edit(home, (text) => text.replace(/^- Run the tests.*$/m, "- Run the tests: `npm test -- --all`"))
      home.session(4)
      yield* home.pass()
      assert.strictEqual(memoryText(home, ferry).split("Run the tests").length, 2)
      assert.include(memoryText(home, ferry), "- Run the tests: `npm test -- --all`\n")
      const found = (yield* search(home, "run", "tests", "--cwd", ferry)).find((fact) => fact.id === id)
      assert.deepInclude(found, { text: "Run the tests: `npm test -- --all`", isCorrected: true })
    })
  )
})

describe("lines that a person words anew", () => {
  const reword = (home: CommandHome, from: RegExp, to: string) => {
    assert.match(memoryText(home, ferry), from)
    writeFileSync(memoryFile(home, ferry), memoryText(home, ferry).replace(from, to))
  }
  const linesWith = (home: CommandHome, words: string) =>
    memoryText(home, ferry)
      .split("\n")
      .filter((line) => line.includes(words))

  it.scoped("a reworded wish without its citation stands once, also after later passes", () =>
    Effect.gen(function* () {
      const home = yield* taughtHome
      reword(home, /^- .*canary-heron.*$/m, `- never deploy on a ${canary} Friday or Monday`)
      for (const number of [4, 5]) {
        home.session(number)
        yield* home.pass()
        assert.deepStrictEqual(linesWith(home, canary), [`- never deploy on a ${canary} Friday or Monday`])
      }
      assert.strictEqual((yield* home.json("verify")).code, 0)
    })
  )

  it.scoped("a reworded line that is taken back is told as its sessions say it, and the person's wording is gone", () =>
    Effect.gen(function* () {
      const home = yield* taughtHome
      const [before] = linesWith(home, canary)
      const id = yield* wishOf(home)
      reword(home, /^- .*canary-heron.*$/m, `- never deploy on a ${canary} Friday or Monday`)
      home.session(4)
      yield* home.pass()
      yield* home.run("correct", "--fact", id, "--undo")
      assert.deepStrictEqual(linesWith(home, canary), [before])
      home.session(5)
      yield* home.pass()
      assert.deepStrictEqual(linesWith(home, canary), [before])
    })
  )

  it.scoped("a correction that replaces a reworded line stands alone", () =>
    Effect.gen(function* () {
      const home = yield* taughtHome
      const id = yield* wishOf(home)
      reword(home, /^- .*canary-heron.*$/m, `- never deploy on a ${canary} Friday or Monday`)
      home.session(4)
      yield* home.pass()
      yield* home.run("correct", "--fact", id, `Deploy the ${canary} on Tuesdays`)
      assert.strictEqual(linesWith(home, canary).length, 1)
      assert.match(linesWith(home, canary)[0] ?? "", /^- Deploy the canary-heron on Tuesdays/)
    })
  )

  it.scoped("a wish that is reworded with a command in it leaves the line of that command alone", () =>
    Effect.gen(function* () {
      const home = yield* taughtHome
      reword(home, /^- .*canary-heron.*$/m, `- never deploy on a ${canary} Friday before \`npm test\` passed`)
      home.session(4)
      yield* home.pass()
      assert.strictEqual(linesWith(home, canary).length, 1)
      assert.strictEqual(linesWith(home, "- Run the tests: `npm test`").length, 1)
    })
  )
})

describe("a secret that a person types into MEMORY.md", () => {
  it.scoped(
    "a typed secret is named by file and line and shown nowhere, and the pass after it is gone writes the file",
    () =>
      Effect.gen(function* () {
        const home = yield* taughtHome
        const token = `ghp_${"c3D4".repeat(9)}`
        const path = memoryFile(home, ferry)
        const published = memoryText(home, ferry)
        writeFileSync(path, `${published}- Log in with ${token}, the heron token\n`)
        home.session(4)
        const refused = JSON.parse((yield* home.pass("--json")).stdout)
        const line = published.split("\n").length
        assert.include(refused.consolidated[0].error.message, `${path} holds a secret in line ${line}`)
        for (const words of [
          ["search", "heron", "token"],
          ["show", "--cwd", ferry],
          ["context", "--cwd", ferry],
          ["show", "--cwd", ferry, "--json"]
        ]) {
          const { stdout } = yield* home.run(...words)
          assert.include(stdout, "heron token")
          assert.notInclude(stdout, token)
        }
        writeFileSync(path, published)
        const report = JSON.parse((yield* home.pass("--json")).stdout)
        assert.deepInclude(report.consolidated[0], { cwd: ferry, outcome: "published" })
      })
  )
})

describe("history, and what a fact rests on", () => {
  it.scoped("why --fact names a line of MEMORY.md only while the file has it", () =>
    Effect.gen(function* () {
      const home = yield* taughtHome
      const { id } = yield* testsOf(home, ferry)
      const lines = Effect.map(explained(home, id), ({ facts }) =>
        facts.filter(({ cwd }) => cwd === ferry).map(({ memoryLines }) => memoryLines.map(({ text }) => text))
      )
      assert.deepStrictEqual(yield* lines, [["Run the tests: `npm test`"]])
      const published = memoryText(home, ferry)
      writeFileSync(memoryFile(home, ferry), published.replace(/^- Run the tests.*\n/m, ""))
      assert.deepStrictEqual(yield* lines, [[]])
      writeFileSync(
        memoryFile(home, ferry),
        published.replace(/^- Run the tests.*$/m, "- Run the tests: `npm test -- --all`")
      )
      home.session(4)
      yield* home.pass()
      assert.deepStrictEqual(yield* lines, [["Run the tests: `npm test -- --all`"]])
    })
  )

  it.scoped("a newer wish supersedes an older one: search marks it, why shows the chain, and the history when", () =>
    Effect.gen(function* () {
      const home = yield* emptyHome
      home.session(1, { request: "always use tabs for indentation in this project" })
      yield* home.pass()
      home.session(2, { request: "from now on always use spaces, not tabs, in this project" })
      yield* home.pass()
      const facts = (yield* search(home, "use", "tabs")).filter(({ kind }) => kind === "Wish")
      const old = facts.find(({ threadId }) => threadId === threadIdOf(1))?.id ?? ""
      const newer = facts.find(({ threadId }) => threadId === threadIdOf(2))?.id ?? ""
      const [why] = (yield* explained(home, old)).facts
      assert.deepStrictEqual(
        why?.chain.map(({ id }) => id),
        [newer, old]
      )
      assert.deepInclude(why?.evidence[0], { threadId: threadIdOf(1), basis: "user" })
      assert.deepStrictEqual(
        facts.map(({ id, supersededBy }) => [id, supersededBy]).toSorted(),
        [
          [newer, null],
          [old, newer]
        ].toSorted()
      )
      assert.include((yield* home.run("search", "use", "tabs")).stdout, `Wish, superseded by ${newer}  `)
      const [last] = yield* history(home, "--fact", old)
      assert.deepInclude(last, { event: "superseded", by: newer, threadId: threadIdOf(2) })
    })
  )

  it.scoped("context --as-of has the facts of that day, and none of a day before the first", () =>
    Effect.gen(function* () {
      const home = yield* taughtHome
      const asOf = (date: string) => home.run("context", "--cwd", ferry, "--as-of", date)
      home.sql("UPDATE fact_history SET at = ? WHERE thread_id = ?", Date.UTC(2026, 4, 1), threadIdOf(1))
      home.sql("UPDATE fact_history SET at = ? WHERE thread_id = ?", Date.UTC(2026, 4, 3), threadIdOf(2))
      assert.strictEqual((yield* asOf("2026-04-30")).stdout, "")
      const first = (yield* asOf("2026-05-02")).stdout
      assert.include(first, threadIdOf(1).slice(0, 13))
      assert.notInclude(first, threadIdOf(2).slice(0, 13))
      assert.include((yield* asOf("2026-05-03T00:00:00Z")).stdout, threadIdOf(2).slice(0, 13))
    })
  )

  it.scoped(
    "context --as-of tells the newer of two wishes that one pass learned, and the correction of each time",
    () =>
      Effect.gen(function* () {
        const home = yield* emptyHome
        home.session(1, { request: "from now on always use spaces, not tabs, in this project" })
        home.session(2, { request: "always use tabs for indentation in this project, never spaces" })
        yield* home.pass()
        const asOf = (date: string) =>
          Effect.map(home.run("context", "--cwd", ferry, "--as-of", date), ({ stdout }) => stdout)
        // The older session was learned last.
        home.sql("UPDATE fact_history SET at = ?", Date.UTC(2026, 4, 1))
        home.sql("UPDATE fact_history SET at = ? WHERE thread_id = ?", Date.UTC(2026, 4, 1) + 5, threadIdOf(1))
        const line =
          memoryText(home, ferry)
            .split("\n")
            .find((line) => line.startsWith('- "')) ?? "none"
        assert.include(line, "superseded")
        assert.include(yield* asOf("2026-05-02"), line)

        const id = (yield* search(home, "tabs", "indentation")).find(({ threadId }) => threadId === threadIdOf(2))?.id
        yield* home.run("correct", "--fact", id ?? "", "Indent with three blanks")
        yield* home.run("correct", "--fact", id ?? "", "Indent with four blanks")
        home.sql("UPDATE fact_history SET at = ? WHERE text LIKE '%three%'", Date.UTC(2026, 4, 3))
        home.sql("UPDATE fact_history SET at = ? WHERE text LIKE '%four%'", Date.UTC(2026, 4, 5))
        assert.include(yield* asOf("2026-05-02"), line)
        assert.include(yield* asOf("2026-05-04"), "Indent with three blanks")
        assert.include(yield* asOf("2026-05-06"), "Indent with four blanks")
      })
  )
})
