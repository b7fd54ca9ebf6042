import { existsSync } from "node:fs"
import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ProcessTable } from "../../services/ProcessTable.js"
import type { StateDbUnavailable } from "../../services/state/StateDbError.js"
import type { StateDb } from "../../services/state/StateDb.js"
import * as Claims from "./Claims.js"
import * as Consolidations from "./Consolidations.js"
import * as Facts from "./Facts.js"
import * as Forgetting from "./Forgetting.js"
import * as Integrity from "./Integrity.js"
import * as Notes from "./Notes.js"
import * as ProjectLocks from "./ProjectLocks.js"
import * as Projects from "./Projects.js"
import * as Spending from "./Spending.js"
import * as ThreadIndex from "./ThreadIndex.js"
import * as ThreadMemories from "./ThreadMemories.js"
import { connection, memoryConnection, readConnection, unavailable } from "./sqlite/Connection.js"
import { migrate, requireLatest } from "./sqlite/Migrations.js"
import { type Database, Queries, repairDatabase } from "./sqlite/Queries.js"
import { setCorruptAside } from "./sqlite/SetCorruptAside.js"

const capabilities: Layer.Layer<StateDb, never, Queries> = Layer.mergeAll(
  Claims.layer,
  Consolidations.layer,
  Facts.layer,
  Forgetting.layer,
  Integrity.layer,
  Notes.layer,
  ProjectLocks.layer,
  Projects.layer,
  Spending.layer,
  ThreadIndex.layer,
  ThreadMemories.layer
)

type Needs = ProcessTable

/** Provides all capabilities of the state DB over a connection, after running `prepare`, such as a migration. */
const over = (
  database: Database,
  connection: Layer.Layer<SqlClient.SqlClient, StateDbUnavailable>,
  prepare: Effect.Effect<unknown, StateDbUnavailable, SqlClient.SqlClient>
): Layer.Layer<StateDb, StateDbUnavailable, Needs> =>
  capabilities.pipe(
    Layer.provide(Queries.layer(database)),
    Layer.provide(Layer.provideMerge(Layer.effectDiscard(prepare), connection))
  )

/**
 * The state DB in a SQLite file at an absolute path, in a folder that exists. Many processes may open it. Fails with
 * `StateDbUnavailable`, and leaves the file unchanged, when it cannot be used. With `replaceCorrupt`, a corrupt file is
 * first moved aside and replaced by a new one, and in a sound file unreadable rows are repaired. The file `forgotten`
 * beside it has the ids of forgotten threads and facts, so that a new database knows them too.
 */
export const layerSqlite = (
  path: string,
  { replaceCorrupt }: { readonly replaceCorrupt: boolean }
): Layer.Layer<StateDb, StateDbUnavailable, Needs> => {
  const repair = Effect.mapError(Effect.flatMap(SqlClient.SqlClient, repairDatabase), (error) =>
    unavailable(path, error)
  )
  const prepare = Effect.zipRight(migrate(path), replaceCorrupt ? repair : Effect.void)
  return Layer.unwrapEffect(
    Effect.as(
      replaceCorrupt ? setCorruptAside(path) : Effect.void,
      over({ access: "write", path }, connection(path), prepare)
    )
  )
}

/** The state DB in memory, which is lost with its layer: for tests, and for hosts that store nothing. */
export const layerMemory: Layer.Layer<StateDb, StateDbUnavailable, Needs> = over(
  { access: "write", path: undefined },
  memoryConnection(),
  migrate(undefined)
)

const refuseWrites = (path: string) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    Effect.mapError(sql.unsafe("PRAGMA query_only = 1"), (error) => unavailable(path, error))
  )

/**
 * The state DB at a path, for reading only: every write fails with `StateDbFailure`. If there is no file, the state DB
 * is empty, and no file is created. Fails with `StateDbUnavailable` when the file cannot be used or has another
 * version.
 */
export const layerReadOnly = (path: string): Layer.Layer<StateDb, StateDbUnavailable, Needs> =>
  Layer.suspend(() =>
    existsSync(path)
      ? over({ access: "read", path }, readConnection(path), requireLatest(path))
      : over({ access: "read", path }, memoryConnection(), Effect.zipRight(migrate(path), refuseWrites(path)))
  )
