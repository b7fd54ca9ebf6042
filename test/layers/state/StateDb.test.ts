import { safe } from "../../../src/domain/privacy/SafeText.js"
import { Directory } from "../../../src/domain/thread/WorkingDirectory.js"
import { spawnSync } from "node:child_process"
import {
  rmSync,
  symlinkSync,
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync
} from "node:fs"
import { basename, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as SqlClient from "@effect/sql/SqlClient"
import {
  Context,
  Deferred,
  Duration,
  Effect,
  Exit,
  Fiber,
  Layer,
  Logger,
  LogLevel,
  Option,
  Schema,
  type Scope
} from "effect"
import * as ProcessTableMemory from "../../../src/layers/node/ProcessTableMemory.js"
import * as ProcessTableNode from "../../../src/layers/node/ProcessTable.js"
import { connection } from "../../../src/layers/state/sqlite/Connection.js"
import * as StateDbSqlite from "../../../src/layers/state/StateDb.js"
import { Integrity } from "../../../src/services/state/Integrity.js"
import type { ProcessTable } from "../../../src/services/ProcessTable.js"
import { ClaimLost } from "../../../src/services/state/Claims.js"
import { StateDbUnavailable } from "../../../src/services/state/StateDbError.js"
import { programPath } from "../../support/provided.js"
import { start, temporaryFolder } from "../../support/program.js"
import {
  capabilities,
  changesOf,
  type Db,
  ferry,
  idOf,
  keepLock,
  learn,
  makeMemory,
  makeThread,
  storedAlone
} from "../../support/rows.js"
import { madeWish } from "../../support/madeFacts.js"
import { nonEmpty } from "../../support/nonEmpty.js"
import { amount } from "../../support/sample.js"

const lease = Duration.minutes(10)

/** A connection of its own to a state DB, open as long as the scope is. */
const connect = (
  path: string,
  options: {
    readonly processes?: Layer.Layer<ProcessTable>
    readonly replaceCorrupt?: boolean
  } = {}
): Effect.Effect<Db, StateDbUnavailable, Scope.Scope> => {
  const { processes = ProcessTableMemory.layer, replaceCorrupt = false } = options
  return Layer.build(Layer.provide(StateDbSqlite.layerSqlite(path, { replaceCorrupt }), processes)).pipe(
    Effect.flatMap((context) => Effect.provide(capabilities, context))
  )
}

const newPath = Effect.map(temporaryFolder, (folder) => join(folder, "state.sqlite"))

/** A state DB with something in it, closed. */
const makeDb = Effect.fnUntraced(function* (path: string, threads = 3) {
  yield* Effect.scoped(
    Effect.gen(function* () {
      const db = yield* connect(path)
      for (let number = 1; number <= threads; number++) {
        yield* learn(db, makeThread(number))
      }
    })
  )
})

/** Runs one statement on a database file, past all that a state DB does. */
const sqlOn = (path: string, statement: string) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe(statement)).pipe(Effect.provide(connection(path)))

/** Everything in a folder, byte for byte. */
const contents = (folder: string) =>
  readdirSync(folder)
    .sort()
    .map((name) => {
      const path = join(folder, name)
      return [name, statSync(path).isFile() ? readFileSync(path).toString("base64") : readdirSync(path)] as const
    })

const run = (path: string, what: string, ...args: ReadonlyArray<string>) =>
  start(programPath("stateDbProgram"), [path, what, ...args])

/** Waits until a process has said something. */
const hasSpoken = ({ child }: ReturnType<typeof run>): Effect.Effect<void> =>
  Effect.async((resume) => void child.stdout?.once("data", () => resume(Effect.void)))

const lastLine = (text: string): unknown => JSON.parse(text.trim().split("\n").at(-1) ?? "")

const open = (gate: string) => Effect.sync(() => writeFileSync(gate, ""))

describe("the record of forgotten threads", () => {
  const recordOf = (path: string) => join(path, "../forgotten")

  it.scoped("nothing is deleted if the record of forgotten threads cannot be written", () =>
    Effect.gen(function* () {
      const path = yield* newPath
      yield* makeDb(path)
      const db = yield* connect(path)
      mkdirSync(join(recordOf(path), "in the way"), { recursive: true })
      const error = yield* Effect.flip(db.forgetting.forget([idOf(1)]))
      assert.include(error.message, "forgotten")
      assert.strictEqual(yield* db.threadIndex.count, 3)
      assert.deepStrictEqual(
        readdirSync(join(path, "..")).filter((name) => name.endsWith(".tmp")),
        []
      )
    })
  )

  it.scoped("the record names no thread that is not forgotten because a pass has claimed it", () =>
    Effect.gen(function* () {
      const path = yield* newPath
      yield* makeDb(path)
      const db = yield* connect(path)
      yield* db.claims.acquire(idOf(1), "a pass", lease)
      assert.strictEqual((yield* Effect.flip(db.forgetting.forget([idOf(1), idOf(2)])))._tag, "ThreadsClaimed")
      assert.isFalse(existsSync(recordOf(path)))
    })
  )

  it.scoped("the record has only the ids, of concurrent commands too, and is private to its owner", () =>
    Effect.gen(function* () {
      const path = yield* newPath
      yield* makeDb(path)
      const [one, two] = [yield* connect(path), yield* connect(path)]
      yield* Effect.all([one.forgetting.forget([idOf(3)]), two.forgetting.forget([idOf(1)])], {
        concurrency: "unbounded"
      })
      assert.strictEqual(readFileSync(recordOf(path), "utf8"), `${idOf(1)}\n${idOf(3)}\n`)
      assert.strictEqual(statSync(recordOf(path)).mode & 0o777, 0o600)
    })
  )

  it.scoped("the record keeps its threads out of a new state DB, which does not open if it is unreadable", () =>
    Effect.gen(function* () {
      const path = yield* newPath
      writeFileSync(recordOf(path), `${idOf(2)}\nno id\n\n`)
      const db = yield* connect(path)
      yield* db.threadIndex.change(changesOf({ threads: [makeThread(1), makeThread(2)] }))
      assert.strictEqual(yield* db.threadIndex.count, 1)
      const another = yield* newPath
      mkdirSync(recordOf(another))
      const error = yield* Effect.flip(connect(another))
      assert.instanceOf(error, StateDbUnavailable)
      assert.include(error.message, recordOf(another))
    })
  )
})

describe("state DBs shared by two connections", () => {
  it.scoped("each thread is claimed by only one of two connections", () =>
    Effect.gen(function* () {
      const path = yield* newPath
      const [one, two] = [yield* connect(path), yield* connect(path)]
      const numbers = Array.from({ length: 40 }, (_, index) => index)
      yield* one.threadIndex.change(changesOf({ threads: numbers.map((number) => makeThread(number)) }))
      const taken = yield* Effect.forEach(
        numbers.flatMap((number) => [
          Effect.map(one.claims.acquire(idOf(number), "one", lease), Option.isSome),
          Effect.map(two.claims.acquire(idOf(number), "two", lease), Option.isSome)
        ]),
        (claim) => claim,
        { concurrency: "unbounded" }
      )
      for (const number of numbers) {
        assert.strictEqual(taken.slice(2 * number, 2 * number + 2).filter(Boolean).length, 1)
      }
    })
  )

  it.scoped("each connection sees the other's writes, and a claim that was taken over cannot store", () =>
    Effect.gen(function* () {
      const path = yield* newPath
      const [one, two] = [yield* connect(path), yield* connect(path)]
      yield* one.threadIndex.change(changesOf({ threads: [makeThread(1)] }))
      const claim = yield* Effect.flatten(one.claims.acquire(idOf(1), "one", Duration.zero))
      const taken = yield* Effect.flatten(two.claims.acquire(idOf(1), "two", lease))
      assert.instanceOf(
        yield* Effect.flip(one.threadMemories.store(claim, ...storedAlone(makeMemory(makeThread(1))))),
        ClaimLost
      )
      yield* two.threadMemories.store(taken, ...storedAlone(makeMemory(makeThread(1))))
      assert.lengthOf(yield* one.threadMemories.last(ferry, 10), 1)
      assert.isTrue(yield* keepLock(one, { cwd: ferry, owner: "one", lease }))
      assert.isFalse(yield* keepLock(two, { cwd: ferry, owner: "two", lease }))
      assert.isTrue(yield* keepLock(two, { cwd: ferry, owner: "two", lease: Duration.zero }))
      assert.deepStrictEqual(
        (yield* one.projectLocks.holders).map(({ owner }) => owner),
        ["two"]
      )
    })
  )

  it.scoped("the claims and locks of a dead process go to one of those that ask", () =>
    Effect.gen(function* () {
      const path = yield* newPath
      const processOf = (pid: number) =>
        ProcessTableMemory.layerOf({ host: "here", pid, startedAt: "1" }, (other) => other.pid === 1)
      const gone = yield* connect(path, { processes: processOf(1) })
      const [two, three] = [
        yield* connect(path, { processes: processOf(2) }),
        yield* connect(path, { processes: processOf(3) })
      ]
      yield* gone.threadIndex.change(changesOf({ threads: [makeThread(1)] }))
      yield* gone.claims.acquire(idOf(1), "one", lease)
      yield* keepLock(gone, { cwd: ferry, owner: "one", lease })
      const claims = yield* Effect.all(
        [two.claims.acquire(idOf(1), "two", lease), three.claims.acquire(idOf(1), "three", lease)],
        {
          concurrency: 2
        }
      )
      assert.lengthOf(claims.filter(Option.isSome), 1)
      const locks = yield* Effect.all(
        [keepLock(two, { cwd: ferry, owner: "two", lease }), keepLock(three, { cwd: ferry, owner: "three", lease })],
        {
          concurrency: 2
        }
      )
      assert.lengthOf(locks.filter(Boolean), 1)
    })
  )

  it.scoped("the claims and locks of a process on another host stay until their leases end", () =>
    Effect.gen(function* () {
      const path = yield* newPath
      const there = ProcessTableMemory.layerOf({ host: "there", pid: 1, startedAt: "1" }, () => false)
      const other = yield* connect(path, { processes: there })
      const here = yield* connect(path, { processes: ProcessTableNode.layer })
      yield* other.threadIndex.change(changesOf({ threads: [makeThread(1)] }))
      yield* other.claims.acquire(idOf(1), "one", lease)
      yield* keepLock(other, { cwd: ferry, owner: "one", lease })
      assert.isTrue(Option.isNone(yield* here.claims.acquire(idOf(1), "two", lease)))
      assert.isFalse(yield* keepLock(here, { cwd: ferry, owner: "two", lease }))
    })
  )
})

describe("state DBs shared by many processes", () => {
  it.scopedLive(
    "a state DB is created once by many processes that start at the same moment",
    Effect.fnUntraced(function* () {
      const path = yield* newPath
      const gate = `${path}.gate`
      const running = Array.from({ length: amount(24, 6) }, () => run(path, "open", gate))
      yield* Effect.forEach(running, hasSpoken, { concurrency: "unbounded" })
      yield* open(gate)
      const ends = yield* Effect.forEach(running, ({ ended }) => ended, { concurrency: "unbounded" })
      for (const ended of nonEmpty(ends)) {
        assert.deepStrictEqual(ended, { code: 0, signal: null, stdout: '"ready"\n0\n', stderr: "" })
      }
      const migrations = yield* sqlOn(path, "SELECT DISTINCT name FROM effect_sql_migrations")
      assert.isAbove(migrations.length, 1)
      assert.lengthOf(yield* sqlOn(path, "SELECT * FROM effect_sql_migrations"), migrations.length)
      assert.deepStrictEqual(yield* sqlOn(path, "PRAGMA user_version"), [{ userVersion: migrations.length }])
    })
  )

  it.scopedLive(
    "each thread and directory goes to one of many processes, and no write is lost",
    Effect.fnUntraced(function* () {
      const path = yield* newPath
      const gate = `${path}.gate`
      const db = yield* connect(path)
      yield* db.threadIndex.change(
        changesOf({ threads: Array.from({ length: 60 }, (_, number) => makeThread(number + 1)) })
      )
      const owners = ["one", "two", "three"]
      const claiming = owners.map((owner) => run(path, "claim", gate, owner, "60"))
      const locking = owners.map((owner) => run(path, "lock", gate, owner, "60"))
      const learning = [run(path, "learn", gate, "1000", "1030"), run(path, "learn", gate, "2000", "2030")]
      const all = [...claiming, ...locking, ...learning]
      yield* Effect.forEach(all, hasSpoken, { concurrency: "unbounded" })
      yield* open(gate)
      const ends = yield* Effect.forEach(all, ({ ended }) => ended, { concurrency: "unbounded" })
      for (const { code, stderr } of nonEmpty(ends)) {
        assert.deepStrictEqual({ code, stderr }, { code: 0, stderr: "" })
      }
      const taken = (from: number) => {
        const lists = ends.slice(from, from + owners.length).map(({ stdout }) => lastLine(stdout))
        return lists.flat().sort((left, right) => Number(left) - Number(right))
      }
      const each = Array.from({ length: 60 }, (_, number) => number + 1)
      assert.deepStrictEqual(taken(0), each)
      assert.deepStrictEqual(taken(owners.length), each)
      assert.lengthOf(yield* db.threadMemories.last(ferry, 1_000), 60)
    })
  )

  /** A process that holds the database for writing until it is told to let go. */
  const holdForWriting = Effect.fnUntraced(function* (path: string) {
    const gate = `${path}.gate`
    const process = run(path, "block", gate)
    yield* hasSpoken(process)
    const release = Effect.gen(function* () {
      writeFileSync(gate, "")
      const { code, stderr } = yield* process.ended
      assert.strictEqual(code, 0, stderr)
    })
    return { release }
  })

  /** What waits for a lock turns the event loop many times meanwhile. */
  const someTurns = Effect.repeatN(Effect.sleep("10 millis"), 5)

  it.scopedLive(
    "every write waits for a writer of another process, without blocking the event loop",
    Effect.fnUntraced(function* () {
      const path = yield* newPath
      const db = yield* connect(path)
      yield* db.threadIndex.change(changesOf({ threads: [makeThread(1), makeThread(2)] }))
      const claim = yield* Effect.flatten(db.claims.acquire(idOf(1), "one", lease))
      const { release } = yield* holdForWriting(path)
      // Reading waits for nobody.
      assert.strictEqual(yield* db.threadIndex.count, 2)
      const written: Array<string> = []
      const writing = <A, E>(what: string, write: Effect.Effect<A, E>) =>
        Effect.tap(write, () => Effect.sync(() => void written.push(what)))
      const waiting = yield* Effect.fork(
        Effect.all(
          {
            memory: writing("memory", db.threadMemories.store(claim, ...storedAlone(makeMemory(makeThread(1))))),
            claim: writing("claim", db.claims.acquire(idOf(2), "one", lease)),
            lock: writing("lock", keepLock(db, { cwd: ferry, owner: "one", lease })),
            index: writing("index", db.threadIndex.change(changesOf({ threads: [makeThread(3)], listing: "one" }))),
            published: writing(
              "published",
              Effect.scoped(
                Effect.flatMap(connect(path), (another) => another.consolidations.recordPublished(ferry, "f"))
              )
            )
          },
          { concurrency: "unbounded" }
        )
      )
      yield* someTurns
      assert.deepStrictEqual(written, [])
      yield* release
      const results = yield* Fiber.join(waiting)
      assert.deepStrictEqual([Option.isSome(results.claim), results.lock], [true, true])
      assert.isTrue(Option.isSome(yield* db.threadMemories.get({ threadId: idOf(1), cwd: ferry })))
      assert.strictEqual(yield* db.threadIndex.count, 3)
    })
  )

  it.scopedLive(
    "a state DB that another process writes to is opened after that write",
    Effect.fnUntraced(function* () {
      const path = yield* newPath
      const { release } = yield* holdForWriting(path)
      const counting = yield* Effect.fork(Effect.flatMap(connect(path), (db) => db.threadIndex.count))
      yield* someTurns
      assert.isTrue(Option.isNone(yield* Fiber.poll(counting)))
      yield* release
      assert.strictEqual(yield* Fiber.join(counting), 0)
    })
  )

  it.scopedLive(
    "an interrupted write stores nothing, and others can write afterwards",
    Effect.fnUntraced(function* () {
      const path = yield* newPath
      const db = yield* connect(path)
      const { release } = yield* holdForWriting(path)
      const writing = yield* Effect.fork(db.threadIndex.change(changesOf({ threads: [makeThread(1)], listing: "one" })))
      yield* someTurns
      assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(writing)))
      yield* release
      assert.strictEqual(yield* db.threadIndex.count, 0)
      const other = yield* connect(path)
      yield* other.threadIndex.change(changesOf({ threads: [makeThread(2)], listing: "two" }))
      assert.strictEqual(yield* db.threadIndex.count, 1)
    })
  )

  it.scopedLive(
    "the claims and locks of a killed process are free at once",
    Effect.fnUntraced(function* () {
      const path = yield* newPath
      const db = yield* connect(path, { processes: ProcessTableNode.layer })
      yield* db.threadIndex.change(changesOf({ threads: [makeThread(1)] }))
      const staying = run(path, "stay")
      yield* hasSpoken(staying)
      assert.isTrue(Option.isNone(yield* db.claims.acquire(idOf(1), "two", lease)))
      assert.isFalse(yield* keepLock(db, { cwd: Directory.make("/project"), owner: "two", lease }))
      staying.child.kill("SIGKILL")
      assert.strictEqual((yield* staying.ended).signal, "SIGKILL")
      assert.isTrue(Option.isSome(yield* db.claims.acquire(idOf(1), "two", lease)))
      assert.isTrue(yield* keepLock(db, { cwd: Directory.make("/project"), owner: "two", lease }))
    })
  )
})

/** Fails to open, saying why, and leaves everything in the folder byte for byte as it was. */
const refuses = Effect.fnUntraced(function* (path: string, reason: StateDbUnavailable["reason"], advice: RegExp) {
  const folder = join(path, "..")
  const before = contents(folder)
  const error = yield* Effect.flip(Effect.scoped(connect(path)))
  assert.instanceOf(error, StateDbUnavailable)
  assert.strictEqual(error.reason, reason)
  assert.strictEqual(error.path, path)
  assert.match(error.message, advice)
  assert.include(error.message, path)
  assert.deepStrictEqual(contents(folder), before)
})

/** Makes a file unwritable for us, whoever we are; undefined where that cannot be done. */
const protect = (path: string): (() => void) | undefined => {
  const isWritable = () => {
    try {
      accessSync(path, constants.W_OK)
      return true
    } catch {
      return false
    }
  }
  const { mode } = statSync(path)
  chmodSync(path, mode & 0o555)
  if (!isWritable()) {
    return () => chmodSync(path, mode)
  }
  spawnSync("chattr", ["+i", path])
  return isWritable() ? undefined : () => void spawnSync("chattr", ["-i", path])
}

describe("unusable state DBs", () => {
  it.scoped("a state DB that is garbage is reported, and stays unchanged", () =>
    Effect.gen(function* () {
      const path = yield* newPath
      writeFileSync(path, "this was never a database, however long it goes on\n".repeat(400))
      yield* refuses(path, "corrupt", /--rebuild-index/)
    })
  )

  for (const kept of [100, 511, 512, 1_000, 3_000, 4_096, 20_000]) {
    it.scoped(`a state DB cut to ${kept} bytes is reported, and stays unchanged`, () =>
      Effect.gen(function* () {
        const path = yield* newPath
        yield* makeDb(path)
        truncateSync(path, kept)
        yield* refuses(path, "corrupt", /--rebuild-index/)
      })
    )
  }

  it.scoped("a state DB whose pages are overwritten is reported, and stays unchanged", () =>
    Effect.gen(function* () {
      const path = yield* newPath
      yield* makeDb(path)
      const bytes = readFileSync(path)
      bytes.fill(0x5a, 100)
      writeFileSync(path, bytes)
      yield* refuses(path, "corrupt", /--rebuild-index/)
    })
  )

  for (const [how, statement] of [
    ["by its version", "PRAGMA user_version = 99"],
    [
      "by one migration more",
      "INSERT INTO effect_sql_migrations (migration_id, name) SELECT max(migration_id) + 1, 'future' FROM effect_sql_migrations"
    ],
    [
      "by migrations in a branch of their own",
      "INSERT INTO effect_sql_migrations (migration_id, name) VALUES (9999, 'x')"
    ]
  ] as const) {
    it.scoped(`a state DB of a newer program, shown ${how}, is reported, and stays unchanged`, () =>
      Effect.gen(function* () {
        const path = yield* newPath
        yield* makeDb(path)
        yield* sqlOn(path, statement)
        yield* refuses(path, "newer", /made by a newer version .*upgrade/)
        const looking = Layer.provide(StateDbSqlite.layerReadOnly(path), ProcessTableMemory.layer)
        const error = yield* Effect.flip(Effect.scoped(Layer.build(looking)))
        assert.strictEqual(error.reason, "newer")
      })
    )
  }

  it.scoped("a state DB that is a folder is reported, and stays unchanged", () =>
    Effect.gen(function* () {
      const path = yield* newPath
      mkdirSync(path)
      yield* refuses(path, "not-a-file", /is a folder where a file belongs; move it away/)
    })
  )

  for (const part of ["", "-wal", "-shm", "-journal"]) {
    it.scoped(
      `a state DB whose file ${part === "" ? "itself" : part} is a FIFO or a link is reported without waiting`,
      () =>
        Effect.gen(function* () {
          const path = yield* newPath
          for (const [make, says] of [
            [() => spawnSync("mkfifo", [path + part]), "is a FIFO, a socket or a device where a file belongs"],
            [() => symlinkSync("/nowhere/else", path + part), "is a symbolic link where a file belongs"]
          ] as const) {
            make()
            const error = yield* Effect.flip(Effect.scoped(connect(path)))
            assert.instanceOf(error, StateDbUnavailable)
            assert.deepStrictEqual([error.reason, error.path], ["not-a-file", path + part])
            assert.include(error.message, `${path}${part} ${says}`)
            assert.deepStrictEqual(readdirSync(join(path, "..")), [basename(path + part)])
            rmSync(path + part)
          }
        })
    )
  }

  it.scoped("a record of forgotten threads that is a FIFO is reported without waiting", () =>
    Effect.gen(function* () {
      const path = yield* newPath
      const forgotten = join(path, "../forgotten")
      spawnSync("mkfifo", [forgotten])
      const error = yield* Effect.flip(Effect.scoped(connect(path)))
      assert.instanceOf(error, StateDbUnavailable)
      assert.strictEqual(error.reason, "not-a-file")
      assert.match(error.message, /\/forgotten is a FIFO, a socket or a device where a file belongs/)
      rmSync(forgotten)
      writeFileSync(forgotten, "")
      yield* connect(path)
    })
  )

  it.scoped("a state DB on a full disk is reported, and opens again once there is room", (context) =>
    Effect.gen(function* () {
      const folder = join(yield* newPath, "../small")
      mkdirSync(folder)
      if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]).status !== 0) {
        return context.skip("nothing can be mounted here")
      }
      yield* Effect.addFinalizer(() => Effect.sync(() => void spawnSync("umount", ["-l", folder])))
      const path = join(folder, "state.sqlite")
      for (const free of [0, 8, 40, 100, 200]) {
        writeFileSync(join(folder, "fill"), Buffer.alloc((1_024 - free) * 1_024))
        const error = yield* Effect.flip(Effect.scoped(connect(path)))
        assert.instanceOf(error, StateDbUnavailable)
        assert.strictEqual(error.reason, "disk", `${free} KiB free`)
        assert.match(error.message, /^the disk is full: .*; free some space/)
        rmSync(join(folder, "fill"))
        yield* Effect.scoped(connect(path))
        readdirSync(folder).forEach((name) => rmSync(join(folder, name)))
      }
    })
  )

  it.scoped("a state DB in a missing folder is reported, and no folder is created", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.flip(Effect.scoped(connect(join(folder, "none", "state.sqlite"))))
      assert.deepStrictEqual(readdirSync(folder), [])
    })
  )

  it.scoped("a state DB with another program's tables is reported, and stays unchanged", () =>
    Effect.gen(function* () {
      const path = yield* newPath
      yield* sqlOn(path, "CREATE TABLE threads (id INTEGER PRIMARY KEY, words TEXT)")
      yield* refuses(path, "unopenable", /cannot be opened/)
    })
  )

  for (const what of ["file", "folder"] as const) {
    it.scoped(`a state DB whose ${what} is read-only is reported, and stays unchanged`, (context) =>
      Effect.gen(function* () {
        const path = yield* newPath
        yield* makeDb(path)
        const release = protect(what === "file" ? path : join(path, ".."))
        if (release === undefined) {
          return context.skip("nothing here can be kept from being written to")
        }
        yield* Effect.addFinalizer(() => Effect.sync(release))
        yield* refuses(path, what === "file" ? "read-only" : "unopenable", /permissions|written/)
      })
    )
  }

  it.scopedLive(
    "a state DB that a newer program migrates first is reported, and keeps its version",
    Effect.fnUntraced(function* () {
      const path = yield* newPath
      const reserved = yield* Deferred.make<void>()
      const newer = Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        yield* sql`BEGIN IMMEDIATE`
        yield* Deferred.succeed(reserved, undefined)
        yield* Effect.sleep("200 millis")
        yield* sql`PRAGMA user_version = 99`
        yield* sql`COMMIT`
      }).pipe(Effect.provide(connection(path)))
      const writing = yield* Effect.fork(newer)
      yield* Deferred.await(reserved)
      const error = yield* Effect.flip(Effect.scoped(connect(path)))
      assert.strictEqual(error.reason, "newer")
      yield* Fiber.join(writing)
      assert.deepStrictEqual(yield* sqlOn(path, "PRAGMA user_version"), [{ userVersion: 99 }])
    })
  )
})

describe("rebuilding a state DB", () => {
  const asides = (path: string) => readdirSync(join(path, "..")).filter((name) => name.includes("corrupt"))

  it.scoped("a rebuilt state DB replaces garbage, which is moved aside with all its bytes", () =>
    Effect.gen(function* () {
      const path = yield* newPath
      const garbage = "this was never a database\n".repeat(400)
      writeFileSync(path, garbage)
      const db = yield* connect(path, { replaceCorrupt: true })
      assert.strictEqual(yield* db.threadIndex.count, 0)
      const [aside = "", ...others] = asides(path)
      assert.deepStrictEqual(others, [])
      assert.strictEqual(aside, "state.sqlite.corrupt-1970-01-01T00-00-00-000Z")
      assert.strictEqual(readFileSync(join(path, "..", aside), "utf8"), garbage)
      assert.strictEqual(statSync(path).mode & 0o777, 0o600)
    })
  )

  it.scoped("a rebuilt state DB replaces one with an overwritten page in its middle", () =>
    Effect.gen(function* () {
      const path = yield* newPath
      yield* makeDb(path, 40)
      const bytes = readFileSync(path)
      bytes.fill(0x5a, Math.floor(bytes.length / 8_192) * 4_096)
      writeFileSync(path, bytes)
      const db = yield* connect(path, { replaceCorrupt: true })
      assert.strictEqual(yield* db.threadIndex.count, 0)
      assert.lengthOf(asides(path), 1)
    })
  )

  it.scoped("a sound state DB is kept by a rebuild, and a missing one is created", () =>
    Effect.gen(function* () {
      const path = yield* newPath
      yield* Effect.scoped(connect(path, { replaceCorrupt: true }))
      yield* makeDb(path)
      const db = yield* connect(path, { replaceCorrupt: true })
      assert.strictEqual(yield* db.threadIndex.count, 3)
      assert.deepStrictEqual(asides(path), [])
    })
  )

  it.scoped("a newer program's state DB is kept by a rebuild, and reported", () =>
    Effect.gen(function* () {
      const path = yield* newPath
      yield* makeDb(path)
      yield* sqlOn(path, "PRAGMA user_version = 99")
      const before = contents(join(path, ".."))
      const error = yield* Effect.flip(Effect.scoped(connect(path, { replaceCorrupt: true })))
      assert.strictEqual(error.reason, "newer")
      assert.deepStrictEqual(contents(join(path, "..")), before)
    })
  )
})

describe("state DBs with unreadable rows", () => {
  /** Everything that a pass reads of it. */
  const readAll = Effect.fnUntraced(function* (db: Db) {
    yield* db.threadIndex.listing
    yield* db.threadIndex.rollouts
    const page = { pageSize: 2, withMissing: false }
    const first = yield* db.threadIndex.unlearned({ ...page, after: undefined })
    const rest = yield* db.threadIndex.unlearned({ ...page, after: first.at(-1)?.thread })
    const records = yield* Effect.forEach([1, 2, 3, 4], (number) => db.threadIndex.get(idOf(number)))
    const { memories } = yield* db.consolidations.state(ferry, 10)
    yield* db.consolidations.dirty(10)
    yield* db.projectLocks.holders
    const claimed = yield* Effect.forEach([1, 2, 3, 4], (number) => db.claims.acquire(idOf(number), "pass", lease))
    return {
      listed: [...first, ...rest].map(({ thread }) => thread.id),
      known: records.filter(Option.isSome).length,
      memories: memories.map(({ threadId }) => threadId).sort(),
      claimed: claimed.filter(Option.isSome).length
    }
  })

  /** Threads 1 to 3 were learned from, the fourth is new; every table has a row of thread 1, or of its directory. */
  const makeFull = Effect.fnUntraced(function* (path: string) {
    yield* makeDb(path)
    yield* Effect.scoped(
      Effect.gen(function* () {
        const db = yield* connect(path)
        const known = [1, 2, 3, 4].map((number) => ({
          agent: "codex" as const,
          path: makeThread(number).rolloutPath,
          size: 1,
          modifiedAt: 1,
          threadId: idOf(number),
          lastRecordAt: 1
        }))
        yield* db.threadIndex.change(changesOf({ threads: [makeThread(4)], known, listing: "as it was" }))
        yield* db.notes.add(ferry, safe`a note`)
        yield* db.consolidations.recordPublished(ferry, "a fingerprint")
        yield* keepLock(db, { cwd: ferry, owner: "a pass", lease })
      })
    )
    yield* sqlOn(path, `INSERT INTO memory_removals VALUES ('/elsewhere', '${idOf(1)}')`)
    yield* sqlOn(path, `INSERT INTO forgotten_threads VALUES ('${idOf(9)}', 1, 1)`)
  })

  const columnsOf = (path: string) =>
    Effect.map(
      sqlOn(
        path,
        `SELECT m.name AS of, c.name AS name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
          WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'memory_search%'
          AND m.name NOT LIKE 'fact_words%' AND m.name NOT LIKE 'fact_trigrams%'
          AND m.name NOT IN ('effect_sql_migrations', 'searched_memories', 'model_spending')`
      ),
      Schema.decodeUnknownSync(Schema.Array(Schema.Struct({ of: Schema.String, name: Schema.String })))
    )

  const damageOf = (path: string) =>
    Layer.build(Layer.provide(StateDbSqlite.layerReadOnly(path), ProcessTableMemory.layer)).pipe(
      Effect.flatMap((context) => Context.get(context, Integrity).damage),
      Effect.scoped
    )

  const keys = new Set(["thread_id", "id", "path", "number"])

  /** Texts of any kind are directories and owners: these would only make the thread somebody else's. */
  const meaningful = new Set(["threads.cwd", "thread_memory.cwd", "facts.cwd", "extractions.claim_owner"])

  for (const value of ["1e300", "-100000000000000000", "'text'", "x'00ff'"]) {
    it.scoped(`unreadable values such as ${value} cost no memory, and are all reported and repaired`, () =>
      Effect.gen(function* () {
        const path = yield* newPath
        yield* makeFull(path)
        const columns = (yield* columnsOf(path)).filter(
          ({ name, of }) => !keys.has(name) && !meaningful.has(`${of}.${name}`)
        )
        assert.isAbove(columns.length, 50)
        for (const of of new Set(columns.map((column) => column.of))) {
          const set = columns.filter((column) => column.of === of).map(({ name }) => `${name} = ${value}`)
          // Of the threads one is spoilt: the others must not feel it.
          const where = of === "threads" || of === "thread_memory" || of === "extractions"
          const key = of === "threads" ? "id" : "thread_id"
          yield* sqlOn(path, `UPDATE ${of} SET ${set.join(", ")}${where ? ` WHERE ${key} = '${idOf(1)}'` : ""}`)
        }
        assert.isNotEmpty(yield* damageOf(path))
        const warnings: Array<string> = []
        const logger = Logger.make(({ message }) => void warnings.push(String(message)))
        const found = yield* Effect.flatMap(connect(path, { replaceCorrupt: true }), readAll).pipe(
          Effect.provide(Logger.replace(Logger.defaultLogger, logger))
        )
        // Read back without one that is left out: what is repaired is all that the rows' schemas want.
        assert.deepStrictEqual(
          warnings.filter((line) => !line.includes("were repaired")),
          []
        )
        assert.deepStrictEqual(found.memories, [1, 2, 3].map(idOf))
        assert.include(found.listed, idOf(4))
        assert.deepStrictEqual([found.known, found.claimed], [4, 4])
        assert.deepStrictEqual(yield* damageOf(path), [])
      })
    )
  }

  it.scoped("every decision of a person and every event of a fact's history is readable", () =>
    Effect.gen(function* () {
      const path = yield* newPath
      const [older, newer] = [madeWish("use tabs"), madeWish("use spaces")]
      const db = yield* connect(path)
      yield* learn(db, makeThread(1), { facts: [older] })
      yield* learn(db, makeThread(2), { facts: [newer] })
      yield* db.facts.recordSuperseded(ferry, [{ id: older.id, by: newer.id, threadId: idOf(2) }])
      yield* db.facts.mark(older.id, ferry, { _tag: "Pinned" }, "")
      yield* db.facts.mark(older.id, ferry, { _tag: "Corrected", text: "use both" }, "use both")
      yield* db.facts.mark(older.id, ferry, { _tag: "Removed" }, "")
      assert.deepStrictEqual(yield* damageOf(path), [])
      yield* Effect.forEach(["Pinned", "Corrected", "Removed"] as const, (mark) =>
        db.facts.unmark(older.id, ferry, mark)
      )
      yield* db.facts.mark(newer.id, ferry, { _tag: "Forgotten" }, "")
      assert.deepStrictEqual(yield* damageOf(path), [])
    })
  )

  it.scoped("unreadable rows are repaired by the next pass, with one warning, and their files are read again", () =>
    Effect.gen(function* () {
      const path = yield* newPath
      yield* makeFull(path)
      yield* sqlOn(path, `UPDATE threads SET updated_at = -1e17, created_at = 1e300 WHERE id = '${idOf(4)}'`)
      const warnings: Array<string> = []
      const logger = Logger.make(({ message }) => void warnings.push(String(message)))
      const found = yield* Effect.gen(function* () {
        const db = yield* connect(path)
        yield* readAll(db)
        const known = yield* db.threadIndex.rollouts
        return { ...(yield* readAll(db)), paths: known.map(({ path }) => path), listing: yield* db.threadIndex.listing }
      }).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
      assert.deepStrictEqual(found.memories, [1, 2, 3].map(idOf))
      assert.deepStrictEqual(found.listing, Option.some(""))
      assert.deepStrictEqual(
        found.paths,
        [1, 2, 3].map((number) => makeThread(number).rolloutPath)
      )
      assert.deepStrictEqual(warnings.length, 1)
      assert.match(warnings[0] ?? "", new RegExp(`were repaired: threads ${idOf(4)};`))
    })
  )

  it.scoped("rows without a valid key are deleted, and nothing else is", () =>
    Effect.gen(function* () {
      const path = yield* newPath
      yield* makeFull(path)
      yield* sqlOn(path, `UPDATE threads SET id = 'no id' WHERE id = '${idOf(4)}'`)
      const db = yield* connect(path, { replaceCorrupt: true })
      assert.strictEqual(yield* db.threadIndex.count, 3)
      assert.deepStrictEqual((yield* readAll(db)).memories, [1, 2, 3].map(idOf))
    }).pipe(Logger.withMinimumLogLevel(LogLevel.None))
  )
})

describe("state DBs opened for reading", () => {
  const looking = (path: string) =>
    Layer.build(Layer.provide(StateDbSqlite.layerReadOnly(path), ProcessTableMemory.layer)).pipe(
      Effect.flatMap((context) => Effect.provide(capabilities, context))
    )

  it.scoped("a state DB opened for reading gives everything, refuses every write, and does not change", () =>
    Effect.gen(function* () {
      const path = yield* newPath
      yield* makeDb(path)
      const db = yield* looking(path)
      assert.strictEqual(yield* db.threadIndex.count, 3)
      assert.lengthOf((yield* db.consolidations.state(ferry, 10)).memories, 3)
      assert.deepStrictEqual(yield* db.integrity.damage, [])
      const refused = (write: Effect.Effect<unknown, { readonly _tag: string }>) =>
        Effect.map(Effect.flip(Effect.asVoid(write)), ({ _tag }) => _tag)
      assert.deepStrictEqual(
        [
          yield* refused(db.notes.add(ferry, safe`a note`)),
          yield* refused(db.claims.acquire(idOf(1), "one", lease)),
          yield* refused(db.forgetting.forget([idOf(1)])),
          yield* refused(db.projectLocks.withLock({ cwd: ferry, owner: "one", lease }, () => Effect.void)),
          yield* refused(db.spending.settle("a", { inputTokens: 1, outputTokens: 0, money: null }))
        ],
        Array.from({ length: 5 }, () => "StateDbFailure")
      )
      assert.strictEqual(yield* db.threadIndex.count, 3)
      assert.deepStrictEqual(yield* db.projectLocks.holders, [])
    })
  )

  it.scoped("a missing state DB opened for reading is empty, refuses writes, and creates no file", () =>
    Effect.gen(function* () {
      const path = yield* newPath
      const db = yield* looking(path)
      assert.strictEqual(yield* db.threadIndex.count, 0)
      assert.strictEqual((yield* Effect.flip(db.notes.add(ferry, safe`a note`)))._tag, "StateDbFailure")
      assert.deepStrictEqual(readdirSync(join(path, "..")), [])
    })
  )
})

describe("files of a state DB", () => {
  it.scoped("the files of a state DB are private to its owner, those of SQLite too", () =>
    Effect.gen(function* () {
      const path = yield* newPath
      yield* learn(yield* connect(path), makeThread(1))
      for (const part of ["", "-wal", "-shm"]) {
        assert.isTrue(existsSync(path + part))
        assert.strictEqual(statSync(path + part).mode & 0o777, 0o600, part)
      }
    })
  )

  it.scoped("the file of a state DB keeps its bytes and its time after a start with nothing to do", () =>
    Effect.gen(function* () {
      const path = yield* newPath
      yield* makeDb(path)
      const before = { contents: contents(join(path, "..")), time: statSync(path).mtimeMs }
      yield* Effect.scoped(
        Effect.gen(function* () {
          const db = yield* connect(path)
          assert.strictEqual(yield* db.threadIndex.count, 3)
          yield* db.consolidations.dirty(10)
          yield* db.projectLocks.holders
          yield* db.threadIndex.listing
        })
      )
      assert.deepStrictEqual({ contents: contents(join(path, "..")), time: statSync(path).mtimeMs }, before)
      assert.deepStrictEqual(readdirSync(join(path, "..")), ["state.sqlite"])
    })
  )
})
