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
import { StateDbUnavailable } from "../../../services/state/StateDb.js"
import { notAFile, requireFile } from "../../node/PlainFile.js"

/**
 * The wait of SQLite itself for another process, in milliseconds. It blocks the event loop while it waits, so the real
 * waiting is done by {@link whileBusy}.
 */
const busyTimeout = 20

/** Another process writes for milliseconds; one that holds the database for a minute is stuck. */
const patience = Schedule.exponential("5 millis", 1.5).pipe(
  Schedule.union(Schedule.spaced("200 millis")),
  Schedule.jittered,
  Schedule.upTo("60 seconds")
)

const isBusy = (error: unknown): boolean => /^SQLITE_(?:BUSY|LOCKED)/.test(errorCodeOf(error))

/** Runs an effect again while another process holds the database. */
export const whileBusy = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.retry(effect, { schedule: patience, while: isBusy })

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

/** The error for a database at a path that could not be used. */
export const unavailable = (path: string, cause: unknown): StateDbUnavailable =>
  new StateDbUnavailable({ path, reason: reasonOf(cause), cause })

/** SQLite gives the files beside a database the mode that the database has. */
const fileMode = 0o600

/** A database is one file, and those that SQLite keeps beside it while it is open. */
export const databaseParts = ["", "-wal", "-shm", "-journal"] as const

/** Fails where anything of a database is no file of its own: SQLite would open it, whatever it is. */
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

/** Makes the file, for its owner alone, where there is none. */
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

/** Opens a database, again while another process holds it. The client reports what is wrong as a defect. */
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
    Layer.retry(Schedule.whileInput(patience, (error: StateDbUnavailable) => isBusy(error.cause)))
  )

/**
 * A connection to the database at a path, in WAL mode, with foreign keys. The file and its folder must be writable, and
 * the folder there.
 */
export const connection = (path: string): Layer.Layer<SqlClient.SqlClient, StateDbUnavailable> =>
  Layer.unwrapEffect(requireFiles(path).pipe(Effect.zipRight(makePrivate(path)), Effect.as(open({ filename: path }))))

/**
 * A connection that can write nothing, whoever else has the database open. What SQLite keeps beside the file must be there,
 * or its folder must be writable.
 */
export const readConnection = (path: string): Layer.Layer<SqlClient.SqlClient, StateDbUnavailable> =>
  Layer.unwrapEffect(Effect.as(requireFiles(path), open({ filename: path, readonly: true, disableWAL: true })))

/** A connection to an empty database that is in no file, and gone with its layer. */
export const memoryConnection = (): Layer.Layer<SqlClient.SqlClient, StateDbUnavailable> =>
  open({ filename: ":memory:" })

/**
 * Runs an effect in one transaction. A write transaction, which is taken at the start, finds at its writes what it read
 * before. Begins again while another process writes, and rolls back on failure and on interruption. Nothing but SQL belongs
 * inside. The client's own transactions die of a COMMIT that fails, as on a full disk; here it is an error.
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
