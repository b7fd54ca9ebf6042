/**
 * A process of its own that works on a state DB: `<path> <what> …`. It says on stdout what became of it, one JSON value a
 * line; whatever goes wrong is on stderr, with exit code 1.
 */
import { Directory } from "../../src/domain/thread/WorkingDirectory.js"
import { randomUUID } from "node:crypto"
import { existsSync, writeFileSync } from "node:fs"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as SqlClient from "@effect/sql/SqlClient"
import { Duration, Effect, Exit, Layer, Option } from "effect"
import * as ProcessTableMemory from "../../src/layers/node/ProcessTableMemory.js"
import * as ProcessTableNode from "../../src/layers/node/ProcessTable.js"
import { connection } from "../../src/layers/state/sqlite/Connection.js"
import * as StateDbSqlite from "../../src/layers/state/StateDb.js"
import { capabilities, idOf, keepLock, learn, makeThread } from "./rows.js"
import { reservation } from "./spending.js"

const [path = "", what = "", ...args] = process.argv.slice(2)
const lease = Duration.minutes(10)

const say = (value: unknown) => Effect.sync(() => void process.stdout.write(`${JSON.stringify(value)}\n`))

/** Waits for a file, so that many processes begin at the same moment. */
const waitFor = (gate: string): Effect.Effect<void> =>
  Effect.suspend(() => (existsSync(gate) ? Effect.void : Effect.zipRight(Effect.sleep("2 millis"), waitFor(gate))))

const stateDb = StateDbSqlite.layerSqlite(path, { replaceCorrupt: false }).pipe(Layer.provide(ProcessTableMemory.layer))

const numbers = (count: string | undefined) => Array.from({ length: Number(count) }, (_, index) => index + 1)

/** Opens the state DB, when the gate opens. */
const open = (gate: string) =>
  Effect.zipRight(
    Effect.zipRight(say("ready"), waitFor(gate)),
    Effect.flatMap(capabilities, (db) => Effect.flatMap(db.threadIndex.count, say)).pipe(Effect.provide(stateDb))
  )

/** Learns threads of its own, from one number to another. */
const learnSome = (gate: string, from: number, to: number) =>
  Effect.gen(function* () {
    const db = yield* capabilities
    yield* say("ready")
    yield* waitFor(gate)
    for (let number = from; number < to; number++) {
      yield* learn(db, makeThread(number), {}, `learner ${from}`)
    }
  }).pipe(Effect.provide(stateDb))

/** Reserves so many tokens so many times under a day's cap, and says what it was granted. */
const spend = (gate: string, cap: number, tokens: number, count: number) =>
  Effect.gen(function* () {
    const db = yield* capabilities
    yield* say("ready")
    yield* waitFor(gate)
    const caps = { maxTokens: undefined, maxRequests: undefined, maxTokensPerDay: cap, maxRequestsPerDay: undefined }
    const granted: Array<number> = []
    for (let number = 0; number < count; number++) {
      const refused = yield* db.spending.reserve(reservation(randomUUID(), String(process.pid), tokens), caps)
      granted.push(...(Option.isNone(refused) ? [tokens] : []))
      yield* Effect.sync(() => writeFileSync(`${gate}.spending`, ""))
    }
    yield* say(granted)
  }).pipe(Effect.provide(stateDb))

/** Claims every thread, or locks every directory, that it can, and says which ones those were. */
const takeAll = (gate: string, owner: string, count: string | undefined, kind: "threads" | "directories") =>
  Effect.gen(function* () {
    const db = yield* capabilities
    yield* say("ready")
    yield* waitFor(gate)
    const taken = yield* Effect.filter(numbers(count), (number) =>
      kind === "threads"
        ? Effect.map(db.claims.acquire(idOf(number), owner, lease), Option.isSome)
        : keepLock(db, { cwd: Directory.make(`/project/${number}`), owner, lease })
    )
    yield* say(taken)
  }).pipe(Effect.provide(stateDb))

/** Takes a claim and a lock and stays until it is killed. */
const stay = Effect.gen(function* () {
  const db = yield* capabilities
  yield* db.claims.acquire(idOf(1), "one", lease)
  yield* keepLock(db, { cwd: Directory.make("/project"), owner: "one", lease })
  yield* say("ready")
  return yield* Effect.never
}).pipe(
  Effect.provide(Layer.provide(StateDbSqlite.layerSqlite(path, { replaceCorrupt: false }), ProcessTableNode.layer))
)

/** Holds the database for writing, until the gate opens. */
const block = (gate: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const connection = yield* sql.reserve
    yield* connection.executeUnprepared("BEGIN IMMEDIATE", [], undefined)
    yield* say("ready")
    yield* waitFor(gate)
    yield* connection.executeUnprepared("COMMIT", [], undefined)
  }).pipe(Effect.scoped, Effect.provide(connection(path)))

const [first = "", second = "", third, fourth] = args
const programs: { readonly [what: string]: Effect.Effect<void, { readonly message: string }> } = {
  open: open(first),
  learn: learnSome(first, Number(second), Number(third)),
  spend: spend(first, Number(second), Number(third), Number(fourth)),
  claim: takeAll(first, second, third, "threads"),
  lock: takeAll(first, second, third, "directories"),
  stay,
  block: block(first)
}

NodeRuntime.runMain(programs[what] ?? Effect.dieMessage(`what is ${what}?`), {
  disablePrettyLogger: true,
  // What it holds it keeps: nothing is released.
  teardown: (exit) => process.exit(Exit.isSuccess(exit) ? 0 : 1)
})
