import { join } from "node:path"
import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"
import { connection } from "../../src/layers/state/sqlite/Connection.js"

/** Runs an effect with a state DB of Codex that is open, as while Codex runs: what is written stays in the file beside it. */
export const withCodexStateDb = <A, E, R>(
  codexHome: string,
  name: string,
  use: (setMode: (threadId: string, mode: string) => Effect.Effect<void>) => Effect.Effect<A, E, R>
) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`CREATE TABLE IF NOT EXISTS threads (id TEXT PRIMARY KEY, rollout_path TEXT NOT NULL,
      memory_mode TEXT NOT NULL DEFAULT 'enabled')`
    return yield* use((threadId, mode) =>
      Effect.asVoid(
        Effect.orDie(sql`INSERT INTO threads (id, rollout_path, memory_mode) VALUES (${threadId}, '', ${mode})
          ON CONFLICT (id) DO UPDATE SET memory_mode = excluded.memory_mode`)
      )
    )
  }).pipe(Effect.provide(connection(join(codexHome, name))))
