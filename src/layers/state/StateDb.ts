import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ProcessTable } from "../../services/ProcessTable.js"
import { StateDb, type StateDbUnavailable } from "../../services/StateDb.js"
import type { WorkingDirectories } from "../../services/WorkingDirectories.js"
import * as Amends from "./Amends.js"
import * as Claims from "./Claims.js"
import * as Consolidations from "./Consolidations.js"
import { connection, unavailable } from "./sqlite/Connection.js"
import * as Locks from "./ProjectLocks.js"
import { migrate } from "./sqlite/Migrations.js"
import { makeTools, repairDatabase } from "./sqlite/Operation.js"
import { setCorruptAside } from "./sqlite/SetCorruptAside.js"
import * as Spending from "./Spending.js"
import * as Threads from "./ThreadIndex.js"

const make = Effect.fnUntraced(function* (path: string, isRebuilt: boolean) {
  yield* migrate(path)
  if (isRebuilt) {
    const repair = Effect.flatMap(SqlClient.SqlClient, repairDatabase)
    yield* Effect.mapError(repair, (error) => unavailable(path, error))
  }
  const tools = yield* makeTools("write")
  return StateDb.of({
    ...Threads.make(tools),
    ...Claims.make(tools),
    ...Consolidations.make(tools),
    ...Locks.make(tools),
    ...Spending.make(tools),
    ...Amends.make(tools, path)
  })
})

/**
 * The state DB as a SQLite file at an absolute path; its folder must be there. Many processes may have it open. A file that
 * cannot be used is left as it is: fails with `StateDbUnavailable`, which says why and what to do. With `replaceCorrupt` a
 * corrupt one is moved aside first, and a new one begun; of a sound one, rows that cannot be read are repaired. Beside it the file `forgotten` keeps the ids of forgotten threads,
 * which a new database begins with.
 */
export const layer = (
  path: string,
  options: { readonly replaceCorrupt: boolean }
): Layer.Layer<StateDb, StateDbUnavailable, ProcessTable | WorkingDirectories> =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      if (options.replaceCorrupt) {
        yield* setCorruptAside(path)
      }
      return Layer.provide(Layer.effect(StateDb, make(path, options.replaceCorrupt)), connection(path))
    })
  )
