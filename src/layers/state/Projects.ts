import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { ProjectDirectory } from "../../domain/project/ProjectDirectory.js"
import type { Decision } from "../../domain/project/ProjectRule.js"
import { Directory } from "../../domain/thread/WorkingDirectory.js"
import { Projects } from "../../services/state/Projects.js"
import { joinDirectories } from "./sqlite/JoinDirectories.js"
import { Queries } from "./sqlite/Queries.js"
import { findAll } from "./sqlite/Rows.js"

const make = Effect.map(Queries, ({ path, self, sql, statement, transaction }) => {
  const all = findAll({
    Request: Schema.Void,
    Result: ProjectDirectory,
    execute: () => sql`SELECT directory, project, place, origin, identity, ground, decided_at
      FROM project_directories ORDER BY directory`
  })

  const roots = findAll({
    Request: Schema.Void,
    Result: Schema.Struct({ directory: Directory, recorded: Schema.NullOr(Schema.String) }),
    execute: () => sql`WITH roots AS (SELECT cwd FROM thread_memory WHERE cwd <> '' UNION SELECT cwd FROM user_notes
      UNION SELECT cwd FROM fact_marks UNION SELECT cwd FROM consolidations UNION SELECT cwd FROM memory_removals)
      SELECT cwd AS directory, (SELECT t.git_origin_url FROM threads t WHERE t.cwd = roots.cwd
        AND t.git_origin_url IS NOT NULL ORDER BY t.updated_at DESC LIMIT 1) AS recorded FROM roots ORDER BY cwd`
  })

  const decide = Effect.fnUntraced(function* (decision: (known: ReadonlyArray<ProjectDirectory>) => Decision) {
    const known = yield* all()
    const decided = decision(known)
    const before = known.find(({ directory }) => directory === decided.directory)
    if (before !== undefined && isSame(before, decided)) {
      return before
    }
    const row: ProjectDirectory = { ...decided, decidedAt: yield* Clock.currentTimeMillis }
    yield* sql`INSERT INTO project_directories ${sql.insert({ ...row })}
      ON CONFLICT (directory) DO UPDATE SET ${sql.update({ ...row }, ["directory"])}`
    return row
  })

  const importRows = (rows: ReadonlyArray<ProjectDirectory>) =>
    Effect.forEach(
      rows,
      (row) => sql`INSERT INTO project_directories ${sql.insert({ ...row })} ON CONFLICT (directory) DO NOTHING`,
      { discard: true }
    )

  return Projects.of({
    all: statement("Projects.all")(all()),
    decide: (decision) => transaction("Projects.decide")(decide(decision)),
    import: (rows) => transaction("Projects.import")(importRows(rows)),
    roots: statement("Projects.roots")(roots()),
    join: (from, to, place) =>
      transaction("Projects.join")(
        joinDirectories({ sql, record: Option.fromNullable(path), pid: self.pid }, { from, to, place })
      )
  })
})

/** True if a directory is decided as it was decided before. The origin that was known before stays known. */
const isSame = (before: ProjectDirectory, { ground, identity, origin, place, project }: Decision): boolean =>
  before.project === project &&
  before.place === place &&
  before.ground === ground &&
  before.origin === origin &&
  before.identity === identity

/** Stores the directories of projects in the table `project_directories`. */
export const layer: Layer.Layer<Projects, never, Queries> = Layer.effect(Projects, make)
