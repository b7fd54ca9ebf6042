/*
 * The record of forgotten threads beside the database: one id a line. A database that replaces a lost or corrupt one
 * reads it, so that the threads stay forgotten.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { ThreadId } from "../../../domain/thread/ThreadId.js"
import { readPlainText } from "../../node/PlainFile.js"

const isThreadId = Schema.is(ThreadId)

/** Returns the path of the record of forgotten threads beside a database. */
export const recordBeside = (database: string): string => join(dirname(database), "forgotten")

const isMissing = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "ENOTDIR")

const failing =
  (database: string) =>
  (cause: unknown): SqlError => {
    const detail = cause instanceof Error ? cause.message : String(cause)
    return new SqlError({ cause: new Error(`${recordBeside(database)}: ${detail}`, { cause }) })
  }

/**
 * Reads the ids of the forgotten threads; empty when there is no record. Fails when the record cannot be read, since
 * forgotten threads must not be learned from again.
 */
export const readForgotten = (database: string): Effect.Effect<ReadonlyArray<ThreadId>, SqlError> =>
  Effect.try(() => readPlainText(recordBeside(database))).pipe(
    Effect.catchIf(
      ({ error }) => isMissing(error),
      () => Effect.succeed("")
    ),
    Effect.mapBoth({
      onFailure: ({ error }) => failing(database)(error),
      onSuccess: (text) => text.split("\n").filter((line) => isThreadId(line))
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
 * Replaces the record of forgotten threads atomically. The caller must hold the database's write lock, since two
 * writers at once would lose ids.
 */
export const writeForgotten = (
  database: string,
  threadIds: Iterable<ThreadId>,
  pid: number
): Effect.Effect<void, SqlError> =>
  Effect.try({
    try: () => {
      const path = recordBeside(database)
      // Named as other temporary files of the home, which are swept when a killed process left one.
      const temporary = join(dirname(path), `.forgotten.-${pid}-.tmp`)
      try {
        rmSync(temporary, { force: true })
        through(temporary, "wx", (file) => writeFileSync(file, [...new Set(threadIds)].sort().join("\n") + "\n"))
        renameSync(temporary, path)
      } finally {
        rmSync(temporary, { force: true })
      }
      through(dirname(path), "r", () => {})
    },
    catch: failing(database)
  })
