import { copyFileSync, lstatSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as SqlClient from "@effect/sql/SqlClient"
import * as SqlSchema from "@effect/sql/SqlSchema"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { isModeOff } from "../../../domain/thread/ThreadFacts.js"
import { requireFile } from "../../node/PlainFile.js"
import { readConnection } from "../../state/sqlite/Connection.js"

/** A state DB of Codex cannot be read now. The caller does without it; the next listing tries again. */
export class CodexStateUnreadable extends Schema.TaggedError<CodexStateUnreadable>(
  "rollout-memories/CodexStateUnreadable"
)("CodexStateUnreadable", { path: Schema.String, cause: Schema.Defect }) {
  override get message(): string {
    return `${this.path} cannot be read${this.cause instanceof Error ? `: ${this.cause.message}` : ""}`
  }
}

/**
 * Returns the size and time of a database and of its write-ahead log. Equal ones before and after a copy mean that the
 * copy is complete.
 */
const versionOf = (path: string): string =>
  [path, `${path}-wal`]
    .map((part) => {
      const stats = lstatSync(part, { throwIfNoEntry: false, bigint: true })
      return stats === undefined ? "" : `${stats.size}.${stats.mtimeNs}`
    })
    .join(" ")

/**
 * Copies a database with its write-ahead log. SQLite creates files beside a database that it reads, and nothing may be
 * created in the Codex home.
 */
const copyTo = (path: string, copy: string): void => {
  requireFile(path)
  requireFile(`${path}-wal`)
  const before = versionOf(path)
  copyFileSync(path, copy)
  if (lstatSync(`${path}-wal`, { throwIfNoEntry: false }) !== undefined) {
    copyFileSync(`${path}-wal`, `${copy}-wal`)
  }
  if (versionOf(path) !== before) {
    throw new Error("it was written to while it was copied")
  }
}

const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "rollout-memories-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

const query = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const columns = SqlSchema.findAll({
    Request: Schema.String,
    Result: Schema.Struct({ name: Schema.String }),
    execute: (table) => sql`SELECT name FROM pragma_table_info(${table}) WHERE name IN ('id', 'memory_mode')`
  })
  const modes = SqlSchema.findAll({
    Request: Schema.Void,
    Result: Schema.Struct({ id: Schema.String, memoryMode: Schema.String }),
    execute: () => sql`SELECT id, memory_mode FROM threads WHERE typeof(id) = 'text' AND typeof(memory_mode) = 'text'`
  })
  return (yield* columns("threads")).length === 2 ? yield* modes() : []
})

const modesIn = Effect.fnUntraced(function* (path: string) {
  const unreadable = (cause: unknown) => new CodexStateUnreadable({ path, cause })
  const copy = join(yield* temporaryFolder, "state.sqlite")
  yield* Effect.retry(Effect.try({ try: () => copyTo(path, copy), catch: unreadable }), { times: 3 })
  return yield* query.pipe(Effect.provide(readConnection(copy)), Effect.mapError(unreadable))
}, Effect.scoped)

/**
 * Reads the threads for which memory is switched off. A database whose schema lacks the switch adds nothing; for a
 * thread in several databases the newest one decides. Fails when any of them cannot be read.
 */
export const readSwitchedOff = Effect.fnUntraced(function* (paths: ReadonlyArray<string>) {
  const modes = new Map<string, string>()
  for (const path of paths) {
    const rows = yield* modesIn(path)
    rows.forEach(({ id, memoryMode }) => modes.set(id.toLowerCase(), memoryMode))
  }
  return new Set([...modes].flatMap(([id, mode]) => (isModeOff(mode) ? [id] : [])))
})
