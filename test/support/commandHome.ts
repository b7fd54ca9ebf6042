import { Directory } from "../../src/domain/thread/WorkingDirectory.js"
import { createRequire } from "node:module"
import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"
import { madeOnce } from "./madeOnce.js"
import { temporaryFolder, write } from "./program.js"
import { runInProcess } from "./programInProcess.js"
import { RolloutBuilder, simpleSession, startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"

interface Database {
  readonly prepare: (sql: string) => {
    readonly run: (...values: ReadonlyArray<unknown>) => unknown
    readonly all: (...values: ReadonlyArray<unknown>) => ReadonlyArray<Record<string, unknown>>
  }
  readonly close: () => unknown
}

const Sqlite: new (path: string) => Database = createRequire(import.meta.url)("better-sqlite3")

export const ferry = Directory.make("/home/ada/projects/ferry")
export const pier = Directory.make("/home/ada/projects/pier")

/** A Codex home and a memories home beside it, with the options that name them. */
export class CommandHome {
  readonly codex: string
  readonly memories: string
  readonly args: ReadonlyArray<string>

  constructor(folder: string) {
    this.codex = join(folder, "codex")
    this.memories = join(folder, "memories")
    this.args = ["--codex-home", this.codex, "--memories-home", this.memories]
    mkdirSync(join(this.codex, "sessions"), { recursive: true })
  }

  pathOf(number: number, folder = "sessions/2026/03/02"): string {
    return join(this.codex, folder, `rollout-2026-03-02T09-00-00-${threadIdOf(number)}.jsonl`)
  }

  /** Writes a rollout whose file is as old as its last line. */
  put(number: number, content: string, folder?: string): void {
    const path = this.pathOf(number, folder)
    const seconds = (startOfFixtures + number * 60_000) / 1_000
    write(path, content)
    utimesSync(path, seconds, seconds)
  }

  session(
    number: number,
    options: { readonly cwd?: string; readonly request?: string; readonly source?: unknown } = {}
  ) {
    const start = startOfFixtures + number * 60_000
    this.put(number, simpleSession({ id: threadIdOf(number), start, ...options }))
  }

  run(...words: ReadonlyArray<string>) {
    return runInProcess([...this.args, ...words])
  }

  /** A command's answer as one JSON object. */
  json(...words: ReadonlyArray<string>) {
    return Effect.map(this.run(...words, "--json"), (ended) => {
      const value: Record<string, unknown> = ended.stdout === "" ? {} : JSON.parse(ended.stdout)
      return { ...ended, value }
    })
  }

  pass(...words: ReadonlyArray<string>) {
    return this.run("--all", ...words)
  }

  /** Looks into the state DB, or changes it, as nobody but a test does. */
  sql(text: string, ...values: ReadonlyArray<unknown>): ReadonlyArray<Record<string, unknown>> {
    const database = new Sqlite(join(this.memories, "state.sqlite"))
    try {
      const statement = database.prepare(text)
      return /^\s*SELECT/i.test(text) ? statement.all(...values) : (statement.run(...values), [])
    } finally {
      database.close()
    }
  }

  /** The files below the memories home that hold a text in any of their bytes. */
  holding(text: string): ReadonlyArray<string> {
    return readdirSync(this.memories, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => readFileSync(path).includes(text))
  }
}

/** A home of nothing but a folder for sessions. */
export const emptyHome = Effect.map(temporaryFolder, (folder) => new CommandHome(folder))

/** A home with two projects, each learned from. */
export const learnedHome = madeOnce(
  Effect.fnUntraced(function* (folder) {
    const home = new CommandHome(folder)
    home.session(1)
    home.session(2, { request: "please sort the boats by their names, the canary-heron way" })
    home.session(3, { cwd: pier })
    yield* home.pass()
    return home
  })
)

/** A home with a thread, and a directory, in every state that there is. Threads 1, 2 and 9 were learned from, the last of which lost its rollout. */
export const homeOfAllStates = madeOnce(
  Effect.fnUntraced(function* (folder) {
    const home = new CommandHome(folder)
    const start = startOfFixtures
    home.session(1)
    home.session(2, { cwd: pier })
    home.put(
      3,
      new RolloutBuilder(start)
        .meta({ id: threadIdOf(3) })
        .user("hi")
        .turnEnd()
        .text()
    )
    home.put(4, "this is no rollout\n")
    home.session(5)
    home.session(6, { source: "exec" })
    home.session(7, { source: { subagent: "review" } })
    home.put(8, simpleSession({ id: threadIdOf(8), start }), "archived_sessions")
    home.session(9)
    home.session(10)
    home.session(12)
    yield* home.pass()
    rmSync(home.pathOf(9))
    // Sessions that go on after they were learned from, and what became of them then.
    home.sql(
      `UPDATE extractions SET learned_size = 1, error_tag = 'ModelFailure', error_message = 'the server was busy',
      attempts = 2, retry_at = 95617584000000,
      failed_size = (SELECT rollout_size FROM threads WHERE id = thread_id), failed_hash = 'ab',
      failed_modified_at = (SELECT rollout_modified_at FROM threads WHERE id = thread_id) WHERE thread_id = ?`,
      threadIdOf(5)
    )
    home.sql(
      `UPDATE extractions SET learned_size = 1, claim_owner = 'another pass', claim_expires_at = 95617584000000,
      claim_pid = ? WHERE thread_id = ?`,
      process.pid,
      threadIdOf(10)
    )
    home.sql("UPDATE extractions SET learned_size = 1 WHERE thread_id = ?", threadIdOf(12))
    // Of a clock that is a day ahead, so that it stays too young however long the tests take.
    const tomorrow = Date.now() + 86_400_000
    write(home.pathOf(11), simpleSession({ id: threadIdOf(11), start: tomorrow }))
    utimesSync(home.pathOf(11), tomorrow / 1_000, tomorrow / 1_000)
    yield* home.run("--limit", "0")
    home.sql(
      `UPDATE consolidations SET published_fingerprint = 'older', error_tag = 'AgentFailure',
      error_message = 'the agent gave up', retry_at = 95617584000000 WHERE cwd = ?`,
      pier
    )
    return home
  })
)
