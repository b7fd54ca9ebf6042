import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"

/**
 * Creates the table of the directories that belong to projects, and adds to each fact its place in the project. Facts of
 * before were stored under their own directory, which is their place as soon as that directory joins a project.
 */
export const createProjectTables = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE project_directories (
    directory TEXT PRIMARY KEY,
    project TEXT NOT NULL,
    place TEXT NOT NULL,
    origin TEXT,
    identity TEXT,
    ground TEXT NOT NULL,
    decided_at INTEGER NOT NULL
  )`
  yield* sql`CREATE INDEX project_directories_by_project ON project_directories (project, directory)`
  yield* sql`ALTER TABLE facts ADD COLUMN place TEXT NOT NULL DEFAULT ''`
})
