import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Integrity } from "../../services/state/Integrity.js"
import { Queries } from "./sqlite/Queries.js"
import { findAll } from "./sqlite/Rows.js"
import { unreadableRows } from "./sqlite/Repair.js"

/**
 * Maximum number of bytes of the database that SQLite maps into memory for its checks; more than any real state DB has.
 * SQLite reads the rest page by page.
 */
const mappedBytes = 4_294_967_296

const make = Effect.map(Queries, ({ sql, statement }) => {
  const ordinaryTables = findAll({
    Request: Schema.Void,
    Result: Schema.Struct({ name: Schema.String }),
    execute: () =>
      sql`SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name`
  })

  const faultsOf = findAll({
    Request: Schema.String,
    Result: Schema.Struct({ quickCheck: Schema.String }),
    execute: (table) => sql.unsafe(`PRAGMA quick_check("${table.replaceAll('"', '""')}")`)
  })

  const looseRows = findAll({
    Request: Schema.Void,
    Result: Schema.Struct({ table: Schema.String }),
    execute: () => sql`PRAGMA foreign_key_check`
  })

  const damage = Effect.gen(function* () {
    // Every page is looked at once: mapped into memory they cost a tenth of what reading one after the other does.
    yield* sql.unsafe(`PRAGMA mmap_size = ${mappedBytes}`)
    // A check of the whole database would also read the search index against every text, which takes seconds.
    const faults = (yield* Effect.forEach(yield* ordinaryTables(), ({ name }) => faultsOf(name))).flat()
    const loose = new Set((yield* looseRows()).map(({ table }) => table))
    const unreadable = yield* Effect.provideService(unreadableRows, SqlClient.SqlClient, sql)
    return [
      ...faults.map(({ quickCheck }) => quickCheck).filter((line) => line !== "ok"),
      ...[...loose].map((table) => `rows of ${table} belong to no thread`),
      ...(unreadable.length === 0 ? [] : [`rows that cannot be read are left out: ${unreadable.join("; ")}`])
    ]
  })

  return Integrity.of({ damage: statement("Integrity.damage")(damage) })
})

/** Checks the database with SQLite's own checks and with the schemas of the rows. */
export const layer: Layer.Layer<Integrity, never, Queries> = Layer.effect(Integrity, make)
