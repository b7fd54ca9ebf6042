import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, readFileSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import * as ProcessTableMemory from "../../../src/layers/node/ProcessTableMemory.js"
import * as ProcessTableNode from "../../../src/layers/node/ProcessTable.js"
import { ProcessTable } from "../../../src/services/ProcessTable.js"
import { temporaryFolder } from "../../support/program.js"
import { until } from "../../support/time.js"

/** The fields of a process that follow its name; the name may hold anything. */
const fieldsOf = (pid: number): ReadonlyArray<string> => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")
}

/** A process that runs until the scope ends, if it is not killed before. */
const running = (command: string, ...args: ReadonlyArray<string>): Effect.Effect<ChildProcess, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<ChildProcess>((resume) => {
      const child = spawn(command, args, { stdio: ["pipe", "pipe", "ignore"] })
      child.once("spawn", () => resume(Effect.succeed(child)))
    }),
    (child) => Effect.sync(() => void child.kill("SIGKILL"))
  )

const ended = (child: ChildProcess) =>
  Effect.async<void>((resume) => {
    child.once("exit", () => resume(Effect.void))
    child.kill("SIGKILL")
  })

/** The pid that a shell prints of its child. */
const childOf = (parent: ChildProcess) =>
  Effect.async<number>((resume) => {
    parent.stdout?.once("data", (data) => resume(Effect.succeed(Number(String(data)))))
  })

const pidOf = (child: ChildProcess): number => child.pid ?? 0

const identify = Effect.fnUntraced(function* (pid: number) {
  const { self } = yield* ProcessTable
  return { host: self.host, pid, startedAt: fieldsOf(pid)[19] }
})

const isGone = (identity: ProcessTable["Type"]["self"]) =>
  Effect.flatMap(ProcessTable, (processes) => processes.isGone(identity))

describe.skipIf(!existsSync("/proc/self/stat"))("the processes of this host", () => {
  it.effect("this process is identified, and not gone", () =>
    Effect.gen(function* () {
      const { self } = yield* ProcessTable
      assert.strictEqual(self.pid, process.pid)
      assert.strictEqual(self.startedAt, fieldsOf(process.pid)[19])
      assert.match(self.host ?? "", /^\S+ pid:\[\d+\]$/)
      assert.isFalse(yield* isGone(self))
    }).pipe(Effect.provide(ProcessTableNode.layer))
  )

  it.scopedLive("a process is not gone while it runs, and gone once it has ended", () =>
    Effect.gen(function* () {
      const child = yield* running("sleep", "1h")
      const identity = yield* identify(pidOf(child))
      assert.isFalse(yield* isGone(identity))
      yield* ended(child)
      assert.isTrue(yield* isGone(identity))
    }).pipe(Effect.provide(ProcessTableNode.layer))
  )

  it.scopedLive("a process is identified by its start time too, since pids are reused", () =>
    Effect.gen(function* () {
      const child = yield* running("sleep", "1h")
      const identity = yield* identify(pidOf(child))
      assert.isTrue(yield* isGone({ ...identity, startedAt: String(Number(identity.startedAt) - 1) }))
      assert.isFalse(yield* isGone({ ...identity, startedAt: undefined }))
    }).pipe(Effect.provide(ProcessTableNode.layer))
  )

  it.scopedLive("a process is identified whatever its name contains", () =>
    Effect.gen(function* () {
      const path = join(yield* temporaryFolder, "a) Z 1 (b")
      symlinkSync("/bin/sleep", path)
      const child = yield* running(path, "1h")
      const identity = yield* identify(pidOf(child))
      assert.isFalse(yield* isGone(identity))
      assert.isTrue(yield* isGone({ ...identity, startedAt: "1" }))
    }).pipe(Effect.provide(ProcessTableNode.layer))
  )

  it.scopedLive("a process is gone once it has ended, even before its parent has collected it", () =>
    Effect.gen(function* () {
      const parent = yield* running("sh", "-c", "sleep 1h & echo $!; wait")
      const identity = yield* identify(yield* childOf(parent))
      assert.isFalse(yield* isGone(identity))
      // A parent that stands still does not collect its child.
      parent.kill("SIGSTOP")
      yield* until(() => fieldsOf(pidOf(parent))[0] === "T")
      process.kill(identity.pid, "SIGKILL")
      yield* until(() => fieldsOf(identity.pid)[0] === "Z")
      assert.isTrue(yield* isGone(identity))
    }).pipe(Effect.provide(ProcessTableNode.layer))
  )

  it.scopedLive("a process that ends and is collected while it is asked about is gone, and no error", () =>
    Effect.gen(function* () {
      const parent = yield* running("sh", "-c", "while read -r _; do sleep 1h & echo $!; wait $!; done")
      yield* Effect.replicateEffect(
        Effect.gen(function* () {
          parent.stdin?.write("\n")
          const identity = yield* identify(yield* childOf(parent))
          process.kill(identity.pid, "SIGKILL")
          // Questions without a break: the process ends before one, or between its opening of the file and its reading.
          yield* Effect.repeat(isGone(identity), { until: (gone) => gone })
          yield* until(() => !existsSync(`/proc/${identity.pid}`))
          assert.isTrue(yield* isGone(identity))
        }),
        20
      )
    }).pipe(Effect.provide(ProcessTableNode.layer))
  )

  it.effect("a process of another or unknown host is never known to be gone", () =>
    Effect.gen(function* () {
      const { self } = yield* ProcessTable
      const nobody = { host: self.host, pid: 2 ** 30, startedAt: "1" }
      assert.isTrue(yield* isGone(nobody))
      assert.isFalse(yield* isGone({ ...nobody, host: "another-boot pid:[1]" }))
      assert.isFalse(yield* isGone({ ...nobody, host: undefined }))
    }).pipe(Effect.provide(ProcessTableNode.layer))
  )
})

describe("processes without a process table", () => {
  it.effect("a process is never known to be gone without a process table", () =>
    Effect.gen(function* () {
      assert.isFalse(yield* isGone({ host: undefined, pid: 2 ** 30, startedAt: undefined }))
      assert.isFalse(yield* isGone({ host: "here", pid: 2 ** 30, startedAt: "1" }))
    }).pipe(Effect.provide(ProcessTableMemory.layer))
  )
})
