import type { SafeText } from "../../domain/privacy/SafeText.js"
import { Directory } from "../../domain/thread/WorkingDirectory.js"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Notes } from "../../services/state/Notes.js"
import { Queries } from "./sqlite/Queries.js"
import { findAll, StoredText } from "./sqlite/Rows.js"

const NoteRow = Schema.Struct({ id: Schema.Int, cwd: Directory, text: StoredText, createdAt: Schema.Int })

const make = Effect.map(Queries, ({ sql, statement }) => {
  const all = findAll({
    Request: Schema.Void,
    Result: NoteRow,
    execute: () => sql`SELECT id, cwd, text, created_at FROM user_notes ORDER BY cwd, id`
  })

  const add = Effect.fnUntraced(function* (cwd: Directory, text: SafeText) {
    const createdAt = yield* Clock.currentTimeMillis
    yield* sql`INSERT INTO user_notes (cwd, text, created_at) SELECT ${cwd}, ${text}, ${createdAt}
      WHERE NOT EXISTS (SELECT 1 FROM user_notes WHERE cwd = ${cwd} AND text = ${text})`
  })

  return Notes.of({
    add: (cwd, text) => statement("Notes.add")(add(cwd, text)),
    remove: (noteIds) =>
      noteIds.length === 0
        ? Effect.void
        : statement("Notes.remove")(Effect.asVoid(sql`DELETE FROM user_notes WHERE ${sql.in("id", noteIds)}`)),
    all: statement("Notes.all")(all())
  })
})

/** Stores notes in the table `user_notes`. */
export const layer: Layer.Layer<Notes, never, Queries> = Layer.effect(Notes, make)
