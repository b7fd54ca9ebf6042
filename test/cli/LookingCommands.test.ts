import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { countTokens } from "gpt-tokenizer/encoding/o200k_base"
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { bucketOf, type Directory } from "../../src/domain/thread/WorkingDirectory.js"
import { emptyHome, ferry, homeOfAllStates, learnedHome, pier } from "../support/commandHome.js"
import { mainPath, snapshot, start, write } from "../support/program.js"
import { runInProcess } from "../support/programInProcess.js"
import { RolloutBuilder, simpleSession, startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { replies, serve } from "../support/responsesServer.js"
import { nonEmpty } from "../support/nonEmpty.js"

const looking: ReadonlyArray<ReadonlyArray<string>> = [
  ["status"],
  ["list"],
  ["search", "boats"],
  ["history"],
  ["verify"],
  ["doctor"]
]

const memoryFile = (memories: string, cwd: Directory) => join(memories, bucketOf(cwd), "memory/MEMORY.md")

describe("status", () => {
  it.scoped("status shows every state of threads and projects, and exits 1 if one needs a person", () =>
    Effect.gen(function* () {
      const home = yield* homeOfAllStates
      const { code, value } = yield* home.json("status")
      assert.strictEqual(code, 1)
      assert.deepInclude(value["threads"], {
        total: 12,
        learned: 3,
        nothing: 1,
        waiting: { idle: 1, claimed: 1, eligible: 1 },
        outside: { source: 1, "sub-agent": 1, archived: 1 }
      })
      const text = (yield* home.run("status")).stdout
      for (const words of [
        "Set aside",
        "is not a Codex rollout",
        "the server was busy",
        "failing",
        "the agent gave up"
      ]) {
        assert.isTrue(text.includes(words), `${words}\n${text}`)
      }
      assert.match(text, new RegExp(`reading +${process.pid} `))
    })
  )

  it.scoped("status of a healthy home exits 0", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      const { code, value } = yield* home.json("status")
      assert.strictEqual(code, 0)
      assert.strictEqual(value["needsPerson"], false)
      assert.isAbove(Number(value["bytesOnDisk"]), 10_000)
      home.sql(
        "CREATE TABLE IF NOT EXISTS model_spending (id TEXT PRIMARY KEY, pass TEXT NOT NULL, day TEXT NOT NULL, tokens INTEGER NOT NULL)"
      )
      home.sql(
        "INSERT INTO model_spending (id, pass, day, tokens) VALUES ('a', 'p', date('now'), 1200), ('b', 'p', date('now'), 34), ('c', 'p', '2026-01-01', 5)"
      )
      assert.strictEqual((yield* home.json("status")).value["tokensToday"], 1_234)
    })
  )
})

describe("why", () => {
  const verdicts: ReadonlyArray<readonly [number, string]> = [
    [1, "fresh"],
    [3, "fresh"],
    [4, "quarantined"],
    [5, "backoff"],
    [6, "source"],
    [7, "sub-agent"],
    [8, "archived"],
    [9, "fresh"],
    [10, "claimed"],
    [11, "idle"],
    [12, "taken"]
  ]

  it.scoped("why names the rule that decided, with the values it compared", () =>
    Effect.gen(function* () {
      const home = yield* homeOfAllStates
      const told = yield* Effect.forEach(verdicts, ([number]) =>
        Effect.map(home.json("why", "--thread", threadIdOf(number)), ({ value }) => [number, value["verdict"]] as const)
      )
      assert.deepStrictEqual(told, [...verdicts])
      const current = yield* home.json("why", "--thread", threadIdOf(12)).pipe(
        Effect.zip(
          runInProcess([...home.args, "why", "--thread", threadIdOf(12), "--json"], {
            MEMORIES_CURRENT_THREAD: threadIdOf(12)
          })
        )
      )
      assert.strictEqual(JSON.parse(current[1].stdout).verdict, "current")
      const waiting = yield* home.json("why", "--thread", threadIdOf(12), "--limit", "0")
      assert.strictEqual(waiting.value["verdict"], "waiting")
      const text = (yield* home.run("why", "--thread", threadIdOf(5))).stdout
      assert.isTrue(text.includes("last error: ModelFailure"), text)
      assert.isTrue(text.includes("failed attempts: 2"), text)
    })
  )

  it.scoped("why shows what happened at each attempt, and that a thread was forgotten", () =>
    Effect.gen(function* () {
      const home = yield* homeOfAllStates
      const failed = (yield* home.run("why", "--thread", threadIdOf(4))).stdout
      assert.isTrue(failed.includes("NotACodexRollout"), failed)
      const learned = (yield* home.run("why", "--thread", threadIdOf(1))).stdout
      assert.isTrue(learned.includes("a memory"), learned)
      yield* home.run("forget", "--thread", threadIdOf(1), "--yes")
      assert.strictEqual((yield* home.json("why", "--thread", threadIdOf(1))).value["verdict"], "forgotten")
    })
  )

  it.scoped("why names the ignore file, or a recording without memory, as the reason", () =>
    Effect.gen(function* () {
      const home = yield* emptyHome
      home.session(1)
      home.session(2, { cwd: pier })
      home.put(
        3,
        simpleSession({ id: threadIdOf(3), start: startOfFixtures }).replace(
          '"cwd":',
          '"memory_mode":"disabled","cwd":'
        )
      )
      write(join(home.memories, "ignore"), `${pier}/\n`)
      yield* home.pass()
      const ignored = yield* home.run("why", "--thread", threadIdOf(2))
      assert.isTrue(ignored.stdout.includes("The ignore file"), ignored.stdout)
      assert.isTrue(ignored.stdout.includes("yes  is named in the ignore file"), ignored.stdout)
      assert.isFalse(ignored.stdout.includes("withheld:"), ignored.stdout)
      assert.strictEqual((yield* home.json("why", "--thread", threadIdOf(3))).value["verdict"], "memory-disabled")
      const { threads } = (yield* home.json("status")).value
      assert.deepInclude(threads, { learned: 1, outside: { ignored: 1, "memory-disabled": 1 } })
    })
  )

  it.scoped("why accepts the start of an id, and reports an ambiguous, unknown or too short one", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      const several = yield* home.run("why", "--thread", threadIdOf(1).slice(0, 8))
      assert.strictEqual(several.code, 1)
      assert.isTrue(several.stderr.includes(threadIdOf(2)), several.stderr)
      assert.strictEqual((yield* home.run("why", "--thread", threadIdOf(1).slice(0, 13))).code, 0)
      assert.strictEqual((yield* home.run("why", "--thread", "00000000")).code, 1)
      const short = yield* home.run("why", "--thread", "0195")
      assert.strictEqual(short.code, 2)
      assert.isTrue(short.stderr.includes("--thread: expected"), short.stderr)
    })
  )
})

describe("invalid command lines", () => {
  const wrong: ReadonlyArray<readonly [ReadonlyArray<string>, string]> = [
    [["list", "--cwd"], "--cwd has no value; give one after it: --cwd DIR"],
    [["list", "--bogus"], "unknown option --bogus; see `rollout-memories list --help`"],
    [["list", "more"], "list takes no argument more; see"],
    [["why"], "give one of --thread ID and --fact ID"],
    [["why", "--fact", "12"], "--fact: expected the id of a fact, twelve hexadecimal digits"],
    [["pin"], "pin needs --fact ID; see"],
    [["correct", "--fact", "0123456789ab"], "correct was given no text; give the right line"],
    [["correct", "--fact", "0123456789ab", "--undo", "more"], "correct was given a text to take back; give"],
    [["context", "--cwd", ".", "--as-of", "2026-02-31"], "--as-of: expected a date such as 2026-03-02"],
    [["forget", "--fact", "0123456789ab", "--all"], "forget was given several things to forget"],
    [["bogus"], "unknown command bogus; see"],
    [["search"], "search needs WORDS; see"],
    [["search", " "], "search: expected a word"],
    [["show"], "give either --thread ID or --cwd DIR"],
    [["list", "--cwd", ""], "--cwd: expected a directory"],
    [["forget", "--cwd", "", "--yes"], "--cwd: expected a directory"],
    [["forget", "--all"], "pass --yes to do it without asking"]
  ]

  it.scoped.each(wrong)("the command line %j is answered with one line of advice and exit code 2", ([words, says]) =>
    Effect.gen(function* () {
      const home = yield* emptyHome
      home.session(1)
      yield* home.pass()
      const { code, stderr } = yield* home.run(...words)
      assert.strictEqual(code, 2)
      assert.match(stderr, /^rollout-memories: [^\n]+\n$/)
      assert.isTrue(stderr.includes(says), stderr)
    })
  )
})

describe("list and show", () => {
  it.scoped("list and show accept any path to a project, and say so if nothing was learned there", () =>
    Effect.gen(function* () {
      const home = yield* emptyHome
      const project = join(home.codex, "../project")
      const link = join(home.codex, "../link")
      mkdirSync(project)
      symlinkSync(project, link)
      home.session(1, { cwd: project })
      assert.isTrue((yield* home.run("list")).stdout.includes(`yet in ${home.memories}`))
      yield* home.pass()
      for (const command of ["list", "show"]) {
        const { code, stdout } = yield* home.run(command, "--cwd", link)
        assert.strictEqual(code, 0)
        assert.isTrue(stdout.includes(threadIdOf(1).slice(0, 13)), stdout)
      }
      assert.isTrue((yield* home.run("list", "--cwd", pier)).stdout.includes(`learned in ${pier};`))
    })
  )

  it.scoped("list names projects, and for each memory its thread, title, time, outcome and size", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      const { value } = yield* home.json("list")
      const projects = value["projects"]
      assert.isTrue(Array.isArray(projects) && projects.length === 2)
      const text = (yield* home.run("list", "--cwd", pier)).stdout
      assert.isTrue(text.includes(threadIdOf(3).slice(0, 13)), text)
      assert.isTrue(text.includes("success"), text)
      assert.isFalse(text.includes(ferry), text)
      assert.isFalse(text.includes("\u001b"), "no colour into a pipe")
    })
  )

  it.scoped("show gives a trace with its rollout, and MEMORY.md with the threads it cites", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      const trace = (yield* home.json("show", "--thread", threadIdOf(3))).value
      assert.isTrue(String(trace["trace"]).startsWith("# "))
      assert.deepInclude(trace["source"], { rolloutPath: home.pathOf(3) })
      const project = (yield* home.json("show", "--cwd", pier)).value
      assert.strictEqual(project["text"], readFileSync(memoryFile(home.memories, pier), "utf8"))
      assert.deepInclude(JSON.stringify(project["sources"]), threadIdOf(3))
      assert.strictEqual((yield* home.run("show", "--cwd", "/nowhere")).code, 1)
      assert.strictEqual((yield* home.run("show")).code, 2)
      assert.strictEqual((yield* home.run("show", "--cwd", pier, "--thread", threadIdOf(3))).code, 2)
    })
  )
})

describe("context", () => {
  it.scoped("nothing is printed where the sessions left nothing, until there is a note", () =>
    Effect.gen(function* () {
      const home = yield* emptyHome
      home.put(
        1,
        new RolloutBuilder(startOfFixtures + 60_000)
          .meta({ id: threadIdOf(1), cwd: ferry })
          .user("what is a monad, in one word?")
          .assistant("A monoid.")
          .turnEnd()
          .text()
      )
      const context = home.run("context", "--cwd", ferry)
      yield* home.pass()
      assert.include((yield* home.run("show", "--cwd", ferry)).stdout, "The sessions so far left nothing")
      const { code, stderr, stdout } = yield* context
      assert.deepStrictEqual([code, stderr, stdout], [0, "", ""])
      yield* home.run("remember", "--cwd", ferry, "deploy from main")
      yield* home.pass()
      assert.include((yield* context).stdout, "- deploy from main")
    })
  )

  it.scoped("context prints the start of a session in the directory, up to the requested size", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      const { code, stderr, stdout } = yield* home.run("context", "--cwd", ferry)
      assert.strictEqual(code, 0, stderr)
      assert.isTrue(stdout.startsWith("<rollout_memories>\n") && stdout.endsWith("</rollout_memories>\n"), stdout)
      assert.isTrue(stdout.includes("`npm test`") && stdout.includes(dirname(memoryFile(home.memories, ferry))), stdout)
      const { value } = yield* home.json("context", "--cwd", ferry, "--max-tokens", "200")
      const text = String(value["text"])
      assert.isTrue(text.includes("did not fit"), text)
      const tokens = countTokens(text)
      assert.isTrue(tokens > 150 && tokens <= 200, `${tokens}`)
      assert.deepInclude(value, {
        cwd: ferry,
        memoryRoot: dirname(memoryFile(home.memories, ferry)),
        maxTokens: 200
      })
      assert.isTrue(stdout.includes(pier) === false && stdout.includes(threadIdOf(3)) === false, stdout)
    })
  )

  it.scoped("context without any memory says on stderr alone where memory is, needs no home, and creates none", () =>
    Effect.gen(function* () {
      const home = yield* emptyHome
      rmSync(home.codex, { recursive: true })
      const nothing = yield* home.run("context", "--cwd", ".")
      assert.deepStrictEqual([nothing.code, nothing.stdout], [0, ""])
      assert.include(nothing.stderr, `the memories home ${home.memories} knows no project`)
      assert.strictEqual((yield* home.json("context", "--cwd", ferry)).value["text"], "")
      assert.isFalse(existsSync(home.codex) || existsSync(home.memories))
      const wrong = yield* home.run("context", "--cwd", ferry, "--max-tokens", "many")
      assert.strictEqual(wrong.code, 2)
      assert.isTrue(wrong.stderr.includes("--max-tokens"), wrong.stderr)
      assert.strictEqual((yield* home.run("context")).code, 2)
    })
  )
})

describe("search", () => {
  const found = (value: Record<string, unknown>): ReadonlyArray<string> => {
    const hits: ReadonlyArray<{ readonly kind: string; readonly cwd: Directory; readonly threadId: string | null }> =
      JSON.parse(JSON.stringify(value["hits"]))
    return hits.map(({ cwd, kind, threadId }) => (kind === "trace" ? String(threadId) : cwd)).sort()
  }

  it.scoped("search finds what a scan of every trace, summary and MEMORY.md finds, short and CJK words too", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      home.put(
        20,
        new RolloutBuilder(startOfFixtures)
          .meta({ id: threadIdOf(20), cwd: pier })
          .turnContext({ cwd: pier })
          .user("桟橋の時刻表を直してください")
          .command("npm test", "not ok\nError: 夏時刻 is not defined\n", 1)
          .command("npm test", "ok 1\n# pass 1\n# fail 0\n", 0)
          .turnEnd()
          .text()
      )
      yield* home.pass()
      const rows = home.sql(
        "SELECT thread_id AS id, memory_summary || char(10) || trace_summary AS text FROM thread_memory"
      )
      const documents = [
        ...rows.map(({ id, text }) => [String(id), String(text)] as const),
        ...[ferry, pier].map((cwd) => [cwd, readFileSync(memoryFile(home.memories, cwd), "utf8")] as const)
      ]
      for (const words of [
        ["departures"],
        ["NPM test"],
        ["boats", "heron"],
        ["夏時"],
        ["桟橋"],
        ["橋の時刻"],
        ["is"],
        ["it", "departures"],
        ["%"],
        ['"'],
        ["no such word"],
        ["src/timetable.js"]
      ]) {
        const scan = documents
          .filter(([, text]) => words.every((word) => text.toLowerCase().includes(word.toLowerCase())))
          .map(([id]) => id)
          .sort()
        const { value } = yield* home.json("search", ...words)
        assert.deepStrictEqual(found(value), scan, words.join(" "))
        const here = yield* home.json("search", ...words, "--cwd", pier)
        assert.deepStrictEqual(
          found(here.value),
          scan.filter((id) => id === pier || id === threadIdOf(3) || id === threadIdOf(20)),
          words.join(" ")
        )
      }
    })
  )

  it.scoped("search shows the place with the found words marked, and follows a changed memory", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      const { value } = yield* home.json("search", "heron")
      const hits: ReadonlyArray<{
        readonly place: { readonly text: string; readonly highlights: ReadonlyArray<ReadonlyArray<number>> }
      }> = JSON.parse(JSON.stringify(value["hits"]))
      for (const { place } of nonEmpty(hits)) {
        assert.deepStrictEqual(
          place.highlights.map(([from, to]) => place.text.slice(from, to).toLowerCase()),
          place.highlights.map(() => "heron")
        )
      }
      home.session(2, { request: "please sort the boats by their age instead, oldest first, thank you" })
      yield* home.pass()
      assert.strictEqual((yield* home.json("search", "heron")).value["total"], 0)
      assert.strictEqual((yield* home.run("search", " ")).code, 2)
      assert.strictEqual((yield* home.run("search", "boats", "--frobnicate")).code, 2)
    })
  )
})

describe("verify", () => {
  it.scoped("verify finds nothing in untouched memories, and reports a command with one changed character", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      const well = yield* home.json("verify")
      assert.strictEqual(well.code, 0, well.stdout)
      assert.deepStrictEqual(well.value["findings"], [])
      assert.include((yield* home.run("verify")).stdout, "Everything holds: ")
      assert.isAbove(Number(well.value["checked"]), 10)
      const path = memoryFile(home.memories, pier)
      writeFileSync(path, readFileSync(path, "utf8").replace("`npm test`", "`npm tesk`"))
      const ill = yield* home.json("verify")
      assert.strictEqual(ill.code, 1)
      const findings: ReadonlyArray<Record<string, unknown>> = JSON.parse(JSON.stringify(ill.value["findings"]))
      assert.deepStrictEqual(
        findings.map(({ file, kind, value }) => [file, kind, value]),
        [[path, "code", "npm tesk"]]
      )
      const { stdout } = yield* home.run("verify")
      assert.include(stdout, "npm tesk")
      assert.match(stdout, /\n1 of \d+ do not hold\./)
    })
  )

  it.scoped("verify reports unknown citations and lines, and what it could not read", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      const path = memoryFile(home.memories, pier)
      writeFileSync(path, readFileSync(path, "utf8").replaceAll(threadIdOf(3).slice(0, 13), "01234567-89ab"))
      const trace = `${join(home.memories, bucketOf(pier), "memory/trace_summaries")}/${threadIdOf(3)}_`
      const name = snapshot(join(home.memories, bucketOf(pier), "memory/trace_summaries"))
      const file = trace.replace(`${threadIdOf(3)}_`, Object.keys(name)[0] ?? "")
      writeFileSync(file, readFileSync(file, "utf8").replace(/\(L\d+\)/, "(L999)"))
      const { value } = yield* home.json("verify")
      const findings: ReadonlyArray<Record<string, unknown>> = JSON.parse(JSON.stringify(value["findings"]))
      const kinds = new Set(findings.map(({ kind }) => kind))
      assert.isTrue(kinds.has("citation") && kinds.has("pointer"), JSON.stringify(findings))
    })
  )
})

describe("doctor", () => {
  it.scoped("doctor accepts a healthy home, and gives advice for each problem", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      const well = yield* home.json("doctor")
      assert.strictEqual(well.code, 0, well.stdout)
      writeFileSync(join(home.memories, bucketOf(pier), "publish.json"), "{", { mode: 0o644 })
      const text = yield* home.run("doctor")
      assert.strictEqual(text.code, 1)
      for (const words of ["a publish was cut short", "others on this machine can read it", "to do: "]) {
        assert.isTrue(text.stdout.includes(words), text.stdout)
      }
      chmodSync(join(home.memories, bucketOf(pier)), 0o500)
      const closed = yield* home.run("doctor")
      chmodSync(join(home.memories, bucketOf(pier)), 0o700)
      assert.match(closed.stdout, /a pass of yours cannot write it: \S+[\s\S]*chmod u\+w/)
      writeFileSync(join(home.memories, "state.sqlite"), "garbage".repeat(1_000))
      const corrupt = yield* home.run("doctor")
      assert.strictEqual(corrupt.code, 1)
      assert.isTrue(corrupt.stdout.includes("--rebuild-index"), corrupt.stdout)
    })
  )
})

describe("input that a pass does not read", () => {
  it.scoped("skipped lines and sub-agent sessions are counted in the report, and doctor names the lines", () =>
    Effect.gen(function* () {
      const home = yield* emptyHome
      const unknown = new RolloutBuilder()
        .raw(simpleSession({ id: threadIdOf(1) }).trim())
        .line("hologram", { full: true })
        .item({ type: "dream" })
        .item({ type: "dream" })
      home.put(1, unknown.text())
      home.session(2, { source: { subagent: "review" } })
      const { code, value } = yield* home.json("--all")
      assert.strictEqual(code, 0)
      assert.strictEqual(value["subAgents"], 1)
      assert.deepStrictEqual(value["unknownLines"], [
        { type: "response_item/dream", lines: 2 },
        { type: "hologram", lines: 1 }
      ])
      const named = "response_item/dream (2), hologram (1)"
      const again = (yield* home.json("--all")).value
      assert.deepStrictEqual([again["subAgents"], again["unknownLines"]], [1, []])
      const doctor = yield* home.run("doctor")
      assert.strictEqual(doctor.code, 0, doctor.stdout)
      assert.include(doctor.stdout, `newest 2 sessions that this version does not know and skips: ${named}`)
      home.put(1, unknown.user("and the pier").turnEnd().text())
      const { stdout } = yield* home.pass()
      assert.include(stdout, `Lines of types that this version does not know were skipped: ${named}.`)
      assert.include(stdout, "1 of sub-agents")
    })
  )

  it.scoped("a file with a session's id and no Codex line is reported as a failure", () =>
    Effect.gen(function* () {
      const home = yield* emptyHome
      const first = { id: threadIdOf(1), timestamp: "2026-03-02T09:00:00.000Z", cwd: "/home/ada/projects/ferry" }
      const said = { type: "user", message: { role: "user", content: "hi" }, sessionId: threadIdOf(1) }
      home.put(1, `${JSON.stringify(first)}\n${JSON.stringify(said)}\n`)
      home.put(2, `${JSON.stringify({ ...said, cwd: "/home/ada/projects/ferry" })}\n`)
      const item = { type: "message", role: "user", content: [{ type: "input_text", text: "sort the boats" }] }
      home.put(3, `${JSON.stringify({ ...first, id: threadIdOf(3) })}\n${JSON.stringify(item)}\n`)
      const { code, value } = yield* home.json("--all")
      const failed = JSON.stringify(value["failed"])
      assert.strictEqual(code, 1)
      assert.deepStrictEqual(failed.match(/"_tag":"NotACodexRollout"/g)?.length, 2, failed)
      assert.deepStrictEqual(
        [1, 2, 3].map((number) => failed.includes(home.pathOf(number))),
        [true, true, false]
      )
      assert.deepStrictEqual(value["unknownLines"], [])
    })
  )
})

describe("homes with an unreadable row", () => {
  /** As an earlier version left it, whose index took any number for a time. */
  const spoilt = Effect.gen(function* () {
    const home = yield* learnedHome
    home.session(4, { cwd: pier, request: "paint the pier" })
    home.session(5, { cwd: pier, request: "paint the boats" })
    yield* home.run("--limit", "0")
    home.sql("UPDATE threads SET created_at = 1e300, updated_at = -1e17 WHERE id = ?", threadIdOf(4))
    home.sql("UPDATE rollout_files SET last_record_at = -1e17 WHERE thread_id = ?", threadIdOf(4))
    return home
  })

  it.scoped("an unreadable row is left out by every reading command, and doctor reports it with advice", () =>
    Effect.gen(function* () {
      const home = yield* spoilt
      const status = yield* home.run("status")
      assert.strictEqual(status.code, 0, status.stderr)
      const warnings = status.stderr.split("\n").filter((line) => line.includes(threadIdOf(4)))
      assert.strictEqual(warnings.length, 1, status.stderr)
      const list = yield* home.run("list")
      assert.deepStrictEqual([list.code, list.stdout.includes(pier)], [0, true])
      const doctor = yield* home.run("doctor")
      assert.strictEqual(doctor.code, 1)
      assert.include(doctor.stdout, `rows that cannot be read are left out: threads ${threadIdOf(4)}`)
      assert.include(doctor.stdout, "to do: run rollout-memories --rebuild-index")
      const rebuilt = yield* home.run("--rebuild-index", "--all")
      assert.strictEqual(rebuilt.code, 0, rebuilt.stderr)
      assert.strictEqual((yield* home.run("doctor")).code, 0)
    })
  )

  it.scoped("an unreadable row is repaired by the next pass, which learns from the session all the same", () =>
    Effect.gen(function* () {
      const home = yield* spoilt
      const pass = yield* home.pass()
      assert.strictEqual(pass.code, 0, pass.stderr)
      assert.strictEqual(
        pass.stderr.split("\n").filter((line) => line.includes("were repaired")).length,
        1,
        pass.stderr
      )
      const learned = home.sql("SELECT thread_id FROM thread_memory ORDER BY thread_id")
      assert.deepStrictEqual(
        learned.map((row) => row["thread_id"]),
        [1, 2, 3, 4, 5].map(threadIdOf)
      )
      const again = yield* home.pass()
      assert.deepStrictEqual([again.code, again.stderr.includes("repaired")], [0, false])
      const times = "SELECT created_at, updated_at FROM threads WHERE id = ?"
      const [four] = home.sql(times, threadIdOf(4))
      const [five] = home.sql(times, threadIdOf(5))
      for (const column of ["created_at", "updated_at"]) {
        assert.strictEqual(Number(five?.[column]) - Number(four?.[column]), 60_000, column)
      }
      assert.strictEqual((yield* home.run("doctor")).code, 0)
    })
  )

  it.scoped("a session with an unreadable row is planned with the others", () =>
    Effect.gen(function* () {
      const home = yield* spoilt
      const plan = yield* home.run("plan")
      assert.strictEqual(plan.code, 0, plan.stderr)
      for (const number of [4, 5]) {
        assert.include(plan.stdout, threadIdOf(number))
      }
    })
  )
})

describe("doctor with a model", () => {
  const key = `sk-${"k1j2".repeat(8)}`

  it.scopedLive("doctor asks the model's server if it is reachable, and no server if no model is named", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      const server = yield* serve(() => ({ body: "{}" }))
      const environment = { OPENAI_BASE_URL: server.baseUrl, OPENAI_API_KEY: key }
      const doctor = (...words: ReadonlyArray<string>) => runInProcess([...home.args, "doctor", ...words], environment)
      const offline = yield* doctor()
      assert.strictEqual(offline.code, 0, offline.stderr)
      assert.deepStrictEqual(server.requests, [])
      const named = yield* doctor("--model", "openai:gpt-5-mini")
      assert.strictEqual(named.code, 0, named.stdout)
      assert.isTrue(named.stdout.includes("answers (200)"), named.stdout)
      assert.deepStrictEqual(
        server.requests.map(({ headers, path, text }) => [path, headers["authorization"], text]),
        [["/v1/models", `Bearer ${key}`, ""]]
      )
      server.script = () => ({ status: 401, body: `{"error":{"message":"Incorrect API key provided: ${key}"}}` })
      const refused = yield* doctor("--model", "openai:gpt-5-mini", "--json")
      assert.strictEqual(refused.code, 1)
      const checks: ReadonlyArray<Record<string, unknown>> = JSON.parse(refused.stdout)["checks"]
      assert.deepInclude(checks.at(-1), { check: "model server", isWell: false })
      assert.isTrue(refused.stdout.includes("check OPENAI_API_KEY"), refused.stdout)
      assert.isFalse(refused.stdout.includes(key) || refused.stderr.includes(key), "the key is nobody's to read")
    })
  )
})

describe("doctor with --probe", () => {
  const key = `sk-${"k1j2".repeat(8)}`

  it.scopedLive("doctor --probe asks each model by one small request of its phase's kind, and takes any answer", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      const server = yield* serve((request) => (request.text === "" ? { body: "{}" } : replies.incomplete()))
      const before = snapshot(home.memories, (path) => !/-(?:wal|shm)$/.test(path))
      const probed = yield* runInProcess([...home.args, "doctor", "--model", "openai:gpt-5-mini", "--probe"], {
        OPENAI_BASE_URL: server.baseUrl,
        OPENAI_API_KEY: key
      })
      assert.strictEqual(probed.code, 0, probed.stdout)
      assert.match(probed.stdout, /answer of openai:gpt-5-mini \(extraction\): it answers/)
      assert.match(probed.stdout, /answer of openai:gpt-5-mini \(consolidation\): it answers/)
      const asked = server.requests.filter(({ text }) => text !== "")
      assert.deepStrictEqual(
        asked.map(({ body, path }) => [path, body["max_output_tokens"], "tools" in body]),
        [
          ["/v1/responses", 16, false],
          ["/v1/responses", 16, true]
        ]
      )
      assert.isTrue(nonEmpty(asked).every(({ text }) => text.length < 1_000))
      assert.deepStrictEqual(
        snapshot(home.memories, (path) => !/-(?:wal|shm)$/.test(path)),
        before
      )
    })
  )

  it.scopedLive("doctor --probe names chat: for a server that lists models and has no Responses API", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      const server = yield* serve(({ path }) =>
        path.endsWith("/models") ? { body: "{}" } : { status: 404, body: "404 page not found" }
      )
      const words = ["doctor", "--model", "openai:qwen3"]
      const environment = { OPENAI_BASE_URL: server.baseUrl, OPENAI_API_KEY: key }
      const silent = yield* runInProcess([...home.args, ...words], environment)
      assert.strictEqual(silent.code, 0)
      assert.isTrue(
        nonEmpty(server.requests).every(({ text }) => text === ""),
        "nothing is sent that may cost"
      )
      const probed = yield* runInProcess([...home.args, ...words, "--probe"], environment)
      assert.strictEqual(probed.code, 1)
      assert.match(probed.stdout, /404 at \/responses.*chat: instead of openai:/)
      assert.isFalse(probed.stdout.includes(key) || probed.stderr.includes(key))
    })
  )
})

describe("commands that only read", () => {
  it.scoped("a reading command works in a home where nothing was learned, and creates nothing in it", () =>
    Effect.gen(function* () {
      const home = yield* emptyHome
      for (const words of looking) {
        const ended = yield* home.run(...words)
        assert.strictEqual(ended.code, 0, `${words.join(" ")}: ${ended.stderr}${ended.stdout}`)
        assert.notStrictEqual(ended.stdout, "")
        JSON.parse((yield* home.run(...words, "--json")).stdout)
      }
      assert.deepStrictEqual(Object.keys(snapshot(home.memories)), [])
      assert.isFalse(existsSync(":memory:"), "a file for what is in no file")
    })
  )

  it.scoped("a reading command changes no byte of the home but SQLite's own files", () =>
    Effect.gen(function* () {
      const home = yield* homeOfAllStates
      const files = () => snapshot(home.memories, (path) => !/-(?:wal|shm)$/.test(path))
      const before = files()
      for (const words of [
        ...looking,
        ["why", "--thread", threadIdOf(1)],
        ["show", "--cwd", ferry],
        ["context", "--cwd", ferry]
      ]) {
        const ended = yield* home.run(...words)
        assert.strictEqual(ended.stderr, "", words.join(" "))
      }
      assert.deepStrictEqual(files(), before)
    })
  )

  it.scoped("a reading command accepts a pass's options on either side of its name", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      const [, codex = "", , memories = ""] = home.args
      const either = yield* runInProcess([
        "--json",
        "--codex-home",
        codex,
        "list",
        "--memories-home",
        memories,
        "--cwd",
        pier
      ])
      assert.strictEqual(either.code, 0, either.stderr)
      assert.strictEqual(JSON.parse(either.stdout).projects.length, 1)
      assert.strictEqual((yield* home.run("status", "--frobnicate")).code, 2)
      assert.strictEqual((yield* home.run("frobnicate")).code, 2)
      assert.strictEqual((yield* home.run("status", "--limit", "many")).code, 2)
    })
  )

  it.scopedLive("a reading command works while a pass writes", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      for (let number = 30; number < 80; number++) {
        home.session(number, { cwd: number % 2 === 0 ? ferry : pier })
      }
      const pass = start(mainPath, [...home.args, "--all", "--json"])
      const isRunning = () => pass.child.exitCode === null
      let beside = 0
      while (isRunning()) {
        for (const words of [
          ["status"],
          ["list"],
          ["search", "timetable"],
          ["why", "--thread", threadIdOf(1)],
          ["context", "--cwd", ferry]
        ]) {
          const ended = yield* home.run(...words)
          assert.strictEqual(ended.code, 0, `${words.join(" ")}: ${ended.stderr}`)
          beside += isRunning() ? 1 : 0
        }
      }
      const ended = yield* pass.ended
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.isAbove(beside, 0)
    })
  )
})
