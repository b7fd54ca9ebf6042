/*
 * The record of forgotten threads and facts beside the database, one a line: the id of a thread, or the bucket and the
 * id of a fact. A database that replaces a lost or corrupt one reads it, so that they stay forgotten.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { FactId } from "../../../domain/facts/Fact.js"
import { ThreadId } from "../../../domain/thread/ThreadId.js"
import { isBucket } from "../../../domain/thread/WorkingDirectory.js"
import { readPlainText } from "../../node/PlainFile.js"

const isThreadId = Schema.is(ThreadId)
const isFactId = Schema.is(FactId)

/**
 * A fact that was forgotten. The record has only its id and the bucket (the hash of the directory's path), so that it
 * reveals neither paths nor texts.
 */
export interface ForgottenFact {
  readonly bucket: string
  readonly id: FactId
}

/** The ids in the record. */
export interface ForgottenIds {
  readonly threadIds: ReadonlyArray<ThreadId>
  readonly facts: ReadonlyArray<ForgottenFact>
}

/** Returns the path of the record beside a database. */
export const recordBeside = (database: string): string => join(dirname(database), "forgotten")

const isMissing = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "ENOTDIR")

const failing =
  (database: string) =>
  (cause: unknown): SqlError => {
    const detail = cause instanceof Error ? cause.message : String(cause)
    return new SqlError({ cause: new Error(`${recordBeside(database)}: ${detail}`, { cause }) })
  }

const idsIn = (text: string): ForgottenIds => {
  const lines = text.split("\n")
  return {
    threadIds: lines.filter((line) => isThreadId(line)),
    facts: lines.flatMap((line) => {
      const [bucket = "", id, ...rest] = line.split(" ")
      return isBucket(bucket) && isFactId(id) && rest.length === 0 ? [{ bucket, id }] : []
    })
  }
}

const textOf = ({ facts, threadIds }: ForgottenIds): string =>
  [...new Set([...threadIds, ...facts.map(({ bucket, id }) => `${bucket} ${id}`)])].sort().join("\n") + "\n"

/**
 * Reads the forgotten ids; empty when there is no record. Fails when the record cannot be read, since what was
 * forgotten must not be learned again.
 */
export const readForgotten = (database: string): Effect.Effect<ForgottenIds, SqlError> =>
  Effect.try(() => readPlainText(recordBeside(database))).pipe(
    Effect.catchIf(
      ({ error }) => isMissing(error),
      () => Effect.succeed("")
    ),
    Effect.mapBoth({
      onFailure: ({ error }) => failing(database)(error),
      onSuccess: idsIn
    })
  )

/** Flushes the content of a file or a folder to disk. */
const through = (path: string, flag: "r" | "wx", write: (file: number) => void): void => {
  const file = openSync(path, flag, 0o600)
  try {
    write(file)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/**
 * Adds ids to the record, which is replaced atomically. The caller must hold the database's write lock, since two
 * writers at once would lose ids.
 */
export const addForgotten = Effect.fnUntraced(function* (database: string, added: ForgottenIds, pid: number) {
  const { facts, threadIds } = yield* readForgotten(database)
  yield* write(database, { threadIds: [...threadIds, ...added.threadIds], facts: [...facts, ...added.facts] }, pid)
})

const write = (database: string, ids: ForgottenIds, pid: number): Effect.Effect<void, SqlError> =>
  Effect.try({
    try: () => {
      const path = recordBeside(database)
      // Named as other temporary files of the home, which are swept when a killed process left one.
      const temporary = join(dirname(path), `.forgotten.-${pid}-.tmp`)
      try {
        rmSync(temporary, { force: true })
        through(temporary, "wx", (file) => writeFileSync(file, textOf(ids)))
        renameSync(temporary, path)
      } finally {
        rmSync(temporary, { force: true })
      }
      through(dirname(path), "r", () => {})
    },
    catch: failing(database)
  })
