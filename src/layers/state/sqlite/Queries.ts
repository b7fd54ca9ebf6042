import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type { NoSuchElementException } from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ArrayFormatter, type ParseError } from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { ProcessTable } from "../../../services/ProcessTable.js"
import { type Holder, StateDbFailure } from "../../../services/state/StateDbError.js"
import { inTransaction, whileBusy } from "./Connection.js"
import { repairRows } from "./Repair.js"
import { LeavingOut, type ReportRow, storedText } from "./Rows.js"
import { logWarning } from "../../../services/Logging.js"

/** The database that the queries run on. */
export interface Database {
  /** `write` if unreadable rows may be repaired. */
  readonly access: "read" | "write"
  /** Absolute path of the database file; undefined in memory. */
  readonly path: string | undefined
}

/** The columns that identify the holder of a claim or a lock. */
export const HolderRow = Schema.Struct({
  of: Schema.String,
  owner: Schema.NullOr(Schema.String),
  /** The end of a claim, or the last renewal of a lock. Two claims by the same owner differ in it. */
  mark: Schema.NullOr(Schema.Int),
  host: Schema.NullOr(Schema.String),
  pid: Schema.NullOr(Schema.Int),
  processStarted: Schema.NullOr(Schema.String)
})

type HolderRow = typeof HolderRow.Type

/** Failures of a statement, and of decoding its result. */
export type QueryError = SqlError | ParseError | NoSuchElementException

/** Returns the first value that identifies a row (an id or a path), for a log line about the row. */
const nameOf = (row: unknown): string =>
  ["id", "threadId", "of", "path", "cwd"].flatMap((key) =>
    Predicate.hasProperty(row, key) ? [String(row[key])] : []
  )[0] ?? "of no name"

/** Repairs the rows that do not decode, and logs which ones. */
export const repairDatabase = (sql: SqlClient.SqlClient): Effect.Effect<void, SqlError> =>
  Effect.gen(function* () {
    const repaired = yield* inTransaction(sql, Effect.provideService(repairRows, SqlClient.SqlClient, sql))
    if (repaired.length > 0) {
      yield* logWarning(
        storedText(
          `rows of the state DB could not be read and were repaired: ${repaired.join("; ")}; the next index reads their sessions again`
        )
      )
    }
  })

/**
 * Makes the parts that all capabilities share. An operation that meets an unreadable row runs again: after a repair if
 * the database may be written to, else without that row. Each such row is logged once.
 */
const make = Effect.fnUntraced(function* ({ access, path }: Database) {
  const sql = yield* SqlClient.SqlClient
  const processes = yield* ProcessTable
  const { host = null, pid, startedAt: processStarted = null } = processes.self

  const leftOut = new Set<string>()
  const report: ReportRow = (row, error) =>
    Effect.suspend(() => {
      const name = nameOf(row)
      const isReported = leftOut.has(name)
      leftOut.add(name)
      const why = ArrayFormatter.formatErrorSync(error).map(({ message, path }) => `${path.join(".")}: ${message}`)
      return isReported
        ? Effect.void
        : logWarning(
            storedText(
              `the row ${name} of the state DB cannot be read and is left out (${why.join(", ")}); run rollout-memories --rebuild-index to repair it`
            )
          )
    })

  const begin = access === "read" ? "BEGIN" : "BEGIN IMMEDIATE"
  const repair = access === "read" ? Effect.void : repairDatabase(sql)

  const readable = <A>(run: Effect.Effect<A, QueryError>): Effect.Effect<A, QueryError> =>
    Effect.catchTag(run, "ParseError", () => Effect.zipRight(repair, Effect.provideService(run, LeavingOut, report)))

  const failing =
    (operation: string) =>
    <A>(effect: Effect.Effect<A, QueryError>): Effect.Effect<A, StateDbFailure> =>
      effect.pipe(
        Effect.mapError(
          (error) =>
            new StateDbFailure({ operation, cause: error._tag === "SqlError" ? (error.cause ?? error) : error })
        ),
        Effect.withSpan(operation)
      )

  const isGone = (holder: Omit<HolderRow, "of">): Effect.Effect<boolean> =>
    holder.pid === null
      ? Effect.succeed(false)
      : processes.isGone({
          host: holder.host ?? undefined,
          pid: holder.pid,
          startedAt: holder.processStarted ?? undefined
        })

  return {
    sql,
    /** Absolute path of the database file; undefined in memory. */
    path,
    /** The columns that identify this process as the holder of a claim or a lock. */
    self: { host, pid, processStarted },
    /** Returns whether the process of a claim or a lock is known to have ended. */
    isGone,
    holderOf: <Of extends string>(row: HolderRow & { readonly of: Of }): Effect.Effect<Holder<Of>> =>
      Effect.map(isGone(row), (isAbandoned) => ({ of: row.of, owner: row.owner ?? "", pid: row.pid, isAbandoned })),
    /** Runs one statement, or several independent ones. Waits while another process writes. */
    statement:
      (operation: string) =>
      <A>(effect: Effect.Effect<A, QueryError>) =>
        failing(operation)(readable(whileBusy(effect))),
    /** Runs several statements in one transaction. */
    transaction:
      (operation: string) =>
      <A>(effect: Effect.Effect<A, QueryError>) =>
        failing(operation)(readable(inTransaction(sql, effect, begin)))
  }
})

/** The connection to the database, with the functions by which all capabilities run their statements. */
export class Queries extends Context.Tag("rollout-memories/sqlite/Queries")<
  Queries,
  Effect.Effect.Success<ReturnType<typeof make>>
>() {
  static readonly layer = (database: Database): Layer.Layer<Queries, never, SqlClient.SqlClient | ProcessTable> =>
    Layer.effect(Queries, make(database))
}
