import { closeSync, openSync } from "node:fs"
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as String from "effect/String"
import { diskFaultOf, errorCodeOf } from "../../../domain/memory/DiskFault.js"
import { StateDbUnavailable } from "../../../services/state/StateDbError.js"
import { notAFile, requireFile } from "../../node/PlainFile.js"

/**
 * Milliseconds that SQLite itself waits for another process. This wait blocks the event loop, so it is short; {@link
 * whileBusy} waits without blocking.
 */
const busyTimeout = 20

/**
 * Retry schedule while another process writes. A write takes milliseconds; a process that holds the database for a
 * minute is stuck.
 */
const busyRetries = Schedule.exponential("5 millis", 1.5).pipe(
  Schedule.union(Schedule.spaced("200 millis")),
  Schedule.jittered,
  Schedule.upTo("60 seconds")
)

const isBusy = (error: unknown): boolean => /^SQLITE_(?:BUSY|LOCKED)/.test(errorCodeOf(error))

/** Retries an effect while another process holds the database. */
export const whileBusy = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.retry(effect, { schedule: busyRetries, while: isBusy })

const reasonOf = (error: unknown): StateDbUnavailable["reason"] => {
  const code = errorCodeOf(error)
  return /^SQLITE_(?:NOTADB|CORRUPT)/.test(code)
    ? "corrupt"
    : /^(?:SQLITE_READONLY|EACCES|EPERM|EROFS)/.test(code)
      ? "read-only"
      : code === notAFile
        ? "not-a-file"
        : diskFaultOf(error) === undefined
          ? "unopenable"
          : "disk"
}

/** Makes the error for a database at a path that cannot be used. */
export const unavailable = (path: string, cause: unknown): StateDbUnavailable =>
  new StateDbUnavailable({ path, reason: reasonOf(cause), cause })

/** Permissions of the database file; SQLite gives its other files the same. */
const fileMode = 0o600

/**
 * Suffixes of the files of a database: none for the database itself, then those of the files that SQLite keeps beside
 * it while it is open.
 */
export const databaseParts = ["", "-wal", "-shm", "-journal"] as const

/** Fails when one of the files of the database is not a regular file, since SQLite would open it all the same. */
const requireFiles = (path: string): Effect.Effect<void, StateDbUnavailable> =>
  Effect.forEach(
    databaseParts,
    (part) =>
      Effect.try({
        try: () => requireFile(path + part),
        catch: (cause) => unavailable(path + part, cause)
      }),
    { discard: true }
  )

/** Creates the file with permissions for the owner only, if it does not exist. */
const makePrivate = (path: string): Effect.Effect<void, StateDbUnavailable> =>
  Effect.try({
    try: () => closeSync(openSync(path, "a", fileMode)),
    catch: (cause) => unavailable(path, cause)
  })

interface OpenOptions {
  readonly filename: string
  readonly readonly?: boolean
  readonly disableWAL?: boolean
}

/**
 * Opens a database, and retries while another process holds it. The client reports errors as defects; these are
 * converted to typed errors.
 */
const open = (options: OpenOptions): Layer.Layer<SqlClient.SqlClient, StateDbUnavailable> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql.unsafe(`PRAGMA busy_timeout = ${busyTimeout}`)
    })
  ).pipe(
    Layer.provideMerge(
      SqliteClient.layer({
        ...options,
        transformQueryNames: String.camelToSnake,
        transformResultNames: String.snakeToCamel
      })
    ),
    Layer.catchAllCause((cause) => Layer.fail(unavailable(options.filename, Cause.squash(cause)))),
    Layer.retry(Schedule.whileInput(busyRetries, (error: StateDbUnavailable) => isBusy(error.cause)))
  )

/**
 * A connection to the database at a path, in WAL mode and with foreign keys. The folder must exist, and the file and
 * the folder must be writable.
 */
export const connection = (path: string): Layer.Layer<SqlClient.SqlClient, StateDbUnavailable> =>
  Layer.unwrapEffect(requireFiles(path).pipe(Effect.zipRight(makePrivate(path)), Effect.as(open({ filename: path }))))

/**
 * A connection that cannot write, even if other processes have the database open. Either SQLite's other files exist, or
 * the folder must be writable.
 */
export const readConnection = (path: string): Layer.Layer<SqlClient.SqlClient, StateDbUnavailable> =>
  Layer.unwrapEffect(Effect.as(requireFiles(path), open({ filename: path, readonly: true, disableWAL: true })))

/** A connection to an empty database in memory, which is lost with its layer. */
export const memoryConnection = (): Layer.Layer<SqlClient.SqlClient, StateDbUnavailable> =>
  open({ filename: ":memory:" })

/**
 * Runs an effect in one transaction. A write transaction takes the write lock at the start, so that what it reads stays
 * true until it writes. Starts again while another process writes; rolls back on failure and on interruption. The
 * effect must contain only SQL. The transactions of the client die when a COMMIT fails, for example on a full disk;
 * here that is an error.
 */
export const inTransaction = <A, E, R>(
  sql: SqlClient.SqlClient,
  effect: Effect.Effect<A, E, R>,
  begin: "BEGIN" | "BEGIN IMMEDIATE" = "BEGIN IMMEDIATE"
): Effect.Effect<A, E | SqlError, R> =>
  whileBusy(
    Effect.uninterruptibleMask((restore) =>
      Effect.scoped(
        Effect.gen(function* () {
          const connection = yield* sql.reserve
          const run = (statement: string) => connection.executeUnprepared(statement, [], undefined)
          yield* run(begin)
          const within = Context.make(SqlClient.TransactionConnection, [connection, 0])
          const exit = yield* Effect.exit(restore(Effect.provide(effect, within)))
          if (Exit.isFailure(exit)) {
            yield* Effect.ignore(run("ROLLBACK"))
            return yield* exit
          }
          yield* Effect.tapError(run("COMMIT"), () => Effect.ignore(run("ROLLBACK")))
          return exit.value
        })
      )
    )
  )
