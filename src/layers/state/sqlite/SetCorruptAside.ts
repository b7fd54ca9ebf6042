import { existsSync, renameSync } from "node:fs"
import * as SqlClient from "@effect/sql/SqlClient"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { StateDbUnavailable } from "../../../services/state/StateDbError.js"
import { connection, databaseParts, unavailable, whileBusy } from "./Connection.js"
import { logWarning } from "../../../services/Logging.js"
import { storedText } from "./Rows.js"

const isOk = Schema.is(Schema.Tuple(Schema.Struct({ quickCheck: Schema.Literal("ok") })))

const isCorrupt = (path: string): Effect.Effect<boolean, StateDbUnavailable> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    return !isOk(yield* whileBusy(sql`PRAGMA quick_check(1)`))
  }).pipe(
    Effect.catchTag("SqlError", (error) => unavailable(path, error)),
    Effect.provide(connection(path)),
    Effect.catchIf(
      (error) => error.reason === "corrupt",
      () => Effect.succeed(true)
    )
  )

/**
 * Renames a corrupt database, with the time in its new name, so that a new one can be created. Does nothing when the
 * database is sound or does not exist. Never deletes anything.
 */
export const setCorruptAside = Effect.fn("StateDb.setCorruptAside")(function* (path: string) {
  if (!existsSync(path) || !(yield* isCorrupt(path))) {
    return
  }
  const now = DateTime.formatIso(DateTime.unsafeMake(yield* Clock.currentTimeMillis)).replace(/[:.]/g, "-")
  const aside = `${path}.corrupt-${now}`
  yield* Effect.try({
    try: () => {
      for (const part of databaseParts.filter((part) => existsSync(path + part))) {
        renameSync(path + part, aside + part)
      }
    },
    catch: (cause) => unavailable(path, cause)
  })
  yield* logWarning(storedText(`the corrupt state DB was moved to ${aside}`))
})
