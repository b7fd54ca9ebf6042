import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import { ArrayFormatter, type ParseError } from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import { ProcessTable } from "../../../services/ProcessTable.js"
import { StateDbFailure } from "../../../services/StateDb.js"
import { WorkingDirectories } from "../../../services/WorkingDirectories.js"
import { inTransaction, whileBusy } from "./Connection.js"
import { repairRows } from "./Repair.js"
import { decodeHolders, type HolderRow, LeavingOut, type Tell } from "./Rows.js"

/** What names a row, whatever table it is of. */
const nameOf = (row: unknown): string =>
  ["id", "threadId", "path", "cwd"].flatMap((key) => (Predicate.hasProperty(row, key) ? [String(row[key])] : []))[0] ??
  "of no name"

/**
 * What every group of operations is made from. An operation that meets a row that cannot be read runs again: without the
 * row, which is told of once, and, where the database may be written to, after such rows were repaired.
 */
export const makeTools = Effect.fnUntraced(function* (access: "read" | "write") {
  const sql = yield* SqlClient.SqlClient
  const processes = yield* ProcessTable
  const { normalise } = yield* WorkingDirectories
  const { host = null, pid, startedAt: processStarted = null } = processes.self

  const leftOut = new Set<string>()
  const tell: Tell = (row, error) =>
    Effect.suspend(() => {
      const name = nameOf(row)
      const isTold = leftOut.has(name)
      leftOut.add(name)
      const why = ArrayFormatter.formatErrorSync(error).map(({ message, path }) => `${path.join(".")}: ${message}`)
      return isTold
        ? Effect.void
        : Effect.logWarning(
            `the row ${name} of the state DB cannot be read and is left out (${why.join(", ")}); run rollout-memories --rebuild-index to repair it`
          )
    })

  const repair = access === "read" ? Effect.void : repairDatabase(sql)

  const readable = <A>(run: Effect.Effect<A, SqlError | ParseError>): Effect.Effect<A, SqlError | ParseError> =>
    Effect.catchTag(run, "ParseError", () => Effect.zipRight(repair, Effect.provideService(run, LeavingOut, tell)))

  const failing =
    (name: string) =>
    <A>(effect: Effect.Effect<A, SqlError | ParseError>): Effect.Effect<A, StateDbFailure> =>
      effect.pipe(
        Effect.mapError(
          (error) =>
            new StateDbFailure({ operation: name, cause: error._tag === "SqlError" ? (error.cause ?? error) : error })
        ),
        Effect.withSpan(`StateDb.${name}`)
      )

  /** One statement: atomic by itself; waited for while another process writes. */
  const statement =
    (name: string) =>
    <A>(effect: Effect.Effect<A, SqlError | ParseError>) =>
      failing(name)(readable(whileBusy(effect)))

  /** Several statements that belong together. */
  const transaction =
    (name: string) =>
    <A>(effect: Effect.Effect<A, SqlError | ParseError>) =>
      failing(name)(readable(inTransaction(sql, effect)))

  /** The holder that a result names, when its process is known to be gone. */
  const goneHolder = Effect.fnUntraced(function* (rows: Effect.Effect<ReadonlyArray<unknown>, SqlError>) {
    const [holder] = yield* decodeHolders(yield* rows)
    return holder !== undefined && (yield* isGone(holder)) ? holder : undefined
  })

  const isGone = (holder: HolderRow): Effect.Effect<boolean> =>
    holder.pid === null
      ? Effect.succeed(false)
      : processes.isGone({
          host: holder.host ?? undefined,
          pid: holder.pid,
          startedAt: holder.processStarted ?? undefined
        })

  return { sql, normalise, self: { host, pid, processStarted }, statement, transaction, goneHolder, isGone }
})

/** See {@link makeTools}. */
export type Tools = Effect.Effect.Success<ReturnType<typeof makeTools>>

/** Repairs what cannot be read of a database, and says what it was. */
export const repairDatabase = (sql: SqlClient.SqlClient): Effect.Effect<void, SqlError> =>
  Effect.gen(function* () {
    const repaired = yield* inTransaction(sql, Effect.provideService(repairRows, SqlClient.SqlClient, sql))
    if (repaired.length > 0) {
      yield* Effect.logWarning(
        `rows of the state DB could not be read and were repaired: ${repaired.join("; ")}; what their sessions say is read again`
      )
    }
  })
