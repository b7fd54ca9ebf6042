import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { ParseError } from "effect/ParseResult"
import { ProcessTable } from "../../../services/ProcessTable.js"
import { StateDbFailure } from "../../../services/StateDb.js"
import { WorkingDirectories } from "../../../services/WorkingDirectories.js"
import { inTransaction, whileBusy } from "./Connection.js"
import { decodeHolders, type HolderRow } from "./Rows.js"

/** What every group of operations is made from. */
export const makeTools = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const processes = yield* ProcessTable
  const { normalise } = yield* WorkingDirectories
  const { host = null, pid, startedAt: processStarted = null } = processes.self

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
      failing(name)(whileBusy(effect))

  /** Several statements that belong together. */
  const transaction =
    (name: string) =>
    <A>(effect: Effect.Effect<A, SqlError | ParseError>) =>
      failing(name)(inTransaction(sql, effect))

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
export type Tools = Effect.Effect.Success<typeof makeTools>
