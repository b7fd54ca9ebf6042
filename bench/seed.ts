import { mkdirSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { fingerprintOf } from "../src/domain/memory/Consolidation.js"
import { Directory, bucketOf } from "../src/domain/thread/WorkingDirectory.js"

interface Statement {
  readonly run: (...values: ReadonlyArray<unknown>) => unknown
  readonly all: (...values: ReadonlyArray<unknown>) => ReadonlyArray<Record<string, unknown>>
}

interface Database {
  readonly prepare: (sql: string) => Statement
  readonly exec: (sql: string) => unknown
  readonly close: () => unknown
}

const Sqlite: new (path: string) => Database = createRequire(import.meta.url)("better-sqlite3")

/**
 * Marks every session of an indexed state DB as learned and every directory as consolidated. Learning from ten thousand
 * sessions would take minutes and is not what is measured.
 */
export const seedLearned = (path: string): void => {
  const database = new Sqlite(path)
  const trace = `# A session\n${"- something that was learned, with its pointer (L12)\n".repeat(60)}`
  database.exec("BEGIN")
  database
    .prepare(
      `INSERT INTO thread_memory (thread_id, cwd, updated_at, slug, version, rollout_size, memory_summary, trace_summary)
       SELECT id, cwd, updated_at, 'a_session', lower(hex(randomblob(32))), rollout_size, 'A session', ? FROM threads`
    )
    .run(trace)
  database.exec(`INSERT INTO extractions (thread_id, outcome, learned_updated_at, learned_size)
    SELECT id, 'memory', updated_at, rollout_size FROM threads`)
  const publish = database.prepare(
    "INSERT INTO consolidations (cwd, published_fingerprint, published_at) VALUES (?, ?, 0)"
  )
  for (const { cwd } of database.prepare("SELECT DISTINCT cwd FROM threads").all()) {
    const inputs = database
      .prepare(
        `SELECT m.thread_id AS threadId, m.version FROM thread_memory m
         WHERE m.cwd = ? ORDER BY m.updated_at DESC, m.thread_id DESC LIMIT 10`
      )
      .all(cwd)
    publish.run(
      cwd,
      fingerprintOf(inputs.map((input) => ({ threadId: String(input["threadId"]), version: String(input["version"]) })))
    )
  }
  database.exec("COMMIT")
  database.close()
}

/** Publishes a memory of typical size for a directory: larger than the context block. */
export const seedMemory = (memories: string, cwd: string): void => {
  const folder = join(memories, bucketOf(Directory.make(cwd)), "memory")
  const headings = [
    "What the user wants",
    "What works here",
    "Known failures and their fixes",
    "Where things are",
    "Open"
  ]
  const lines = headings.flatMap((heading) => [
    `## ${heading}`,
    ...Array.from(
      { length: 12 },
      (_, index) => `- \`src/timetable${index}.js\`: departures are sorted by \`compare\` [0195${5_000 + index}-0000…]`
    )
  ])
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(join(folder, "MEMORY.md"), `# Memory: project\n\n${lines.join("\n")}\n`, { mode: 0o600 })
}
