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
import { type Holder, StateDbFailure } from "../../../services/state/StateDb.js"
import { inTransaction, whileBusy } from "./Connection.js"
import { repairRows } from "./Repair.js"
import { LeavingOut, type ReportRow, storedText } from "./Rows.js"
import { logWarning } from "../../../services/Logging.js"

/** The database behind the queries. */
export interface Database {
  /** True if rows that cannot be read may be repaired. */
  readonly access: "read" | "write"
  /** The absolute path of its file; undefined in memory. */
  readonly path: string | undefined
}

/** The holder of a claim or a lock, as its columns have it. */
export const HolderRow = Schema.Struct({
  of: Schema.String,
  owner: Schema.NullOr(Schema.String),
  /** The end of a claim, or the last renewal of a lock: tells one holding from the next one by the same owner. */
  mark: Schema.NullOr(Schema.Int),
  host: Schema.NullOr(Schema.String),
  pid: Schema.NullOr(Schema.Int),
  processStarted: Schema.NullOr(Schema.String)
})

type HolderRow = typeof HolderRow.Type

/** Failures of a statement, and of reading its result. */
export type QueryError = SqlError | ParseError | NoSuchElementException

/** The value of the first column that names a row, in any table. */
const nameOf = (row: unknown): string =>
  ["id", "threadId", "of", "path", "cwd"].flatMap((key) =>
    Predicate.hasProperty(row, key) ? [String(row[key])] : []
  )[0] ?? "of no name"

/** Repairs rows that cannot be read, and logs which ones. */
export const repairDatabase = (sql: SqlClient.SqlClient): Effect.Effect<void, SqlError> =>
  Effect.gen(function* () {
    const repaired = yield* inTransaction(sql, Effect.provideService(repairRows, SqlClient.SqlClient, sql))
    if (repaired.length > 0) {
      yield* logWarning(
        storedText(
          `rows of the state DB could not be read and were repaired: ${repaired.join("; ")}; what their sessions say is read again`
        )
      )
    }
  })

/**
 * Makes the shared parts of all capabilities. An operation that meets a row that cannot be read runs again: after such rows
 * were repaired, where the database may be written to, and without the row, which is logged once.
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
    /** The absolute path of the database's file; undefined in memory. */
    path,
    /** The columns that say whose a claim or a lock is. */
    self: { host, pid, processStarted },
    /** Tells if the process of a claim or a lock is known to be gone. */
    isGone,
    holderOf: <Of extends string>(row: HolderRow & { readonly of: Of }): Effect.Effect<Holder<Of>> =>
      Effect.map(isGone(row), (isAbandoned) => ({ of: row.of, owner: row.owner ?? "", pid: row.pid, isAbandoned })),
    /** Runs one statement, or several that need not belong together; waits while another process writes. */
    statement:
      (operation: string) =>
      <A>(effect: Effect.Effect<A, QueryError>) =>
        failing(operation)(readable(whileBusy(effect))),
    /** Runs several statements as one. */
    transaction:
      (operation: string) =>
      <A>(effect: Effect.Effect<A, QueryError>) =>
        failing(operation)(readable(inTransaction(sql, effect, begin)))
  }
})

/** The connection to the database, and how every capability runs its statements. */
export class Queries extends Context.Tag("rollout-memories/sqlite/Queries")<
  Queries,
  Effect.Effect.Success<ReturnType<typeof make>>
>() {
  static readonly layer = (database: Database): Layer.Layer<Queries, never, SqlClient.SqlClient | ProcessTable> =>
    Layer.effect(Queries, make(database))
}
