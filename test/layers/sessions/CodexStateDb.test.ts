import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as SqlClient from "@effect/sql/SqlClient"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import * as SessionStoreDisk from "../../../src/layers/sessions/SessionStoreDisk.js"
import { connection } from "../../../src/layers/state/sqlite/Connection.js"
import { SessionStore } from "../../../src/services/SessionStore.js"
import * as Settings from "../../../src/settings/Settings.js"
import { threadIdOf } from "../../../src/testing/RolloutBuilder.js"
import { withCodexStateDb } from "../../support/codexStateDb.js"
import { snapshot, temporaryFolder } from "../../support/program.js"

/** The threads that are switched off by the state DBs of a home; undefined where that cannot be told. */
const switchedOff = (codexHome: string) =>
  Effect.flatMap(SessionStore, (store) => store.switchedOff).pipe(
    Effect.map(Option.map((ids) => [...ids].sort())),
    Effect.map(Option.getOrUndefined),
    Effect.provide(
      Layer.provide(SessionStoreDisk.layer, Settings.layer({ codexHome, memoriesHome: "/memories" })).pipe(Layer.orDie)
    )
  )

it.scoped("the switches in Codex's state DB are read while Codex writes them, without creating a file", () =>
  Effect.gen(function* () {
    const home = yield* temporaryFolder
    yield* withCodexStateDb(home, "state_5.sqlite", (setMode) =>
      Effect.gen(function* () {
        yield* setMode(threadIdOf(1), "enabled")
        yield* setMode(threadIdOf(2), "disabled")
        yield* setMode(threadIdOf(3), "polluted")
        yield* setMode(threadIdOf(4).toUpperCase(), "disabled")
        const before = snapshot(home)
        assert.deepStrictEqual(yield* switchedOff(home), [threadIdOf(2), threadIdOf(3), threadIdOf(4)])
        assert.deepStrictEqual(snapshot(home), before)
        yield* setMode(threadIdOf(2), "enabled")
        assert.deepStrictEqual(yield* switchedOff(home), [threadIdOf(3), threadIdOf(4)])
      })
    )
    const before = snapshot(home)
    assert.deepStrictEqual(yield* switchedOff(home), [threadIdOf(3), threadIdOf(4)])
    assert.deepStrictEqual(snapshot(home), before)
  })
)

it.scoped("the newest of Codex's state DBs that has a thread decides its switch", () =>
  Effect.gen(function* () {
    const home = yield* temporaryFolder
    yield* withCodexStateDb(home, "state_9.sqlite", (setMode) =>
      Effect.zipRight(setMode(threadIdOf(1), "disabled"), setMode(threadIdOf(2), "disabled"))
    )
    yield* withCodexStateDb(home, "state_10.sqlite", (setMode) => setMode(threadIdOf(1), "enabled"))
    assert.deepStrictEqual(yield* switchedOff(home), [threadIdOf(2)])
  })
)

it.scoped("no switch is off without a state DB of Codex, or with one whose schema has no switch", () =>
  Effect.gen(function* () {
    const home = yield* temporaryFolder
    writeFileSync(join(home, "state_x.sqlite"), "another file")
    assert.deepStrictEqual(yield* switchedOff(home), [])
    yield* Effect.flatMap(SqlClient.SqlClient, (sql) => sql`CREATE TABLE threads (id TEXT PRIMARY KEY)`).pipe(
      Effect.provide(connection(join(home, "state_1.sqlite")))
    )
    assert.deepStrictEqual(yield* switchedOff(home), [])
    assert.deepStrictEqual(yield* switchedOff(join(home, "nowhere")), [])
  })
)

it.scoped("a state DB of Codex that is invalid or not a regular file gives no switches", () =>
  Effect.gen(function* () {
    for (const plant of [
      (path: string) => writeFileSync(path, "no database ".repeat(100)),
      (path: string) => mkdirSync(path),
      (path: string) => symlinkSync("/dev/zero", path)
    ]) {
      const home = yield* temporaryFolder
      plant(join(home, "state_5.sqlite"))
      assert.isUndefined(yield* switchedOff(home))
    }
  })
)
