import { existsSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Duration, Effect, Layer, Stream } from "effect"
import { safe } from "../../../src/domain/privacy/SafeText.js"
import * as AgentControlCommand from "../../../src/layers/agent/Command.js"
import { AgentControl } from "../../../src/services/AgentControl.js"
import * as Redactor from "../../../src/services/Redactor.js"
import * as Settings from "../../../src/settings/Settings.js"
import { temporaryFolder, write } from "../../support/program.js"
import { until, withTimePassing } from "../../support/time.js"

const world = Effect.fnUntraced(function* (agentCommand: string, given: Partial<Settings.SettingValues> = {}) {
  const folder = yield* temporaryFolder
  const directory = join(folder, "bucket/staging")
  write(join(directory, "memory_summary.md"), "# Memory Summary\n")
  const services = AgentControlCommand.layer.pipe(
    Layer.provide(Layer.merge(NodeFileSystem.layer, Redactor.layer)),
    Layer.provide(Settings.layer({ codexHome: folder, memoriesHome: folder, agentCommand, ...given }))
  )
  const run = AgentControl.pipe(
    Effect.flatMap(({ spawn }) =>
      spawn({ pass: "pass", directory, prompt: safe`consolidate «this»`, source: "memory_consolidation" })
    ),
    Effect.flatMap(({ status }) => Stream.runCollect(status)),
    Effect.scoped,
    Effect.provide(services),
    Effect.map(Chunk.toReadonlyArray)
  )
  return { folder, directory, run, log: join(folder, "agent-output/bucket.log") }
})

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Waits until a process is gone: the system takes it away in its own time. */
const gone = (pid: number) => until(() => !isAlive(pid))

describe("agent commands", () => {
  it.scopedLive("an agent command runs in the staged copy with the prompt on stdin, and its output is kept", () =>
    Effect.gen(function* () {
      const secret = `sk-${"a1B2".repeat(6)}`
      const { directory, log, run } = yield* world(
        `cat > MEMORY.md; pwd; echo "$CODEX_INTERNAL_ORIGINATOR_OVERRIDE $MEMORIES_ENABLED"; echo "said ${secret}" >&2`
      )
      assert.deepStrictEqual(
        (yield* run).map(({ _tag }) => _tag),
        ["Pending", "Running", "Completed"]
      )
      assert.strictEqual(readFileSync(join(directory, "MEMORY.md"), "utf8"), "consolidate «this»")
      const printed = readFileSync(log, "utf8")
      assert.include(printed, directory)
      assert.include(printed, "memory_consolidation false")
      assert.include(printed, "said [REDACTED_SECRET]")
      assert.strictEqual(statSync(log).mode & 0o777, 0o600)
    })
  )

  it.scopedLive("an agent command that fails ends as Errored and names the file with its output", () =>
    Effect.gen(function* () {
      const { log, run } = yield* world("echo broken pier >&2; exit 3")
      const end = (yield* run).at(-1)
      assert.strictEqual(end?._tag === "Errored" ? end.message : "", `the agent command ended with code 3; see ${log}`)
      assert.include(readFileSync(log, "utf8"), "broken pier")
    })
  )

  it.scopedLive("an agent command can ignore its prompt, and a missing command ends as Errored", () =>
    Effect.gen(function* () {
      const deaf = yield* world("exec true")
      assert.strictEqual((yield* deaf.run).at(-1)?._tag, "Completed")
      const missing = yield* world("no-such-agent-anywhere exec")
      const end = (yield* missing.run).at(-1)
      assert.match(end?._tag === "Errored" ? end.message : "", /code 127/)
    })
  )

  it.scopedLive("an agent command can print gigabytes without using memory for them", () =>
    Effect.gen(function* () {
      const { log, run } = yield* world("echo first; head -c 30000000 /dev/zero | tr '\\0' x; echo; echo last")
      assert.strictEqual((yield* run).at(-1)?._tag, "Completed")
      const printed = readFileSync(log, "utf8")
      assert.isAtMost(printed.length, 1_000_000)
      assert.isTrue(printed.startsWith("first\n") && printed.endsWith("last\n"))
    })
  )

  it.scopedLive(
    "an agent command over its time limit is killed with all its processes, even despite SIGTERM traps",
    () =>
      Effect.gen(function* () {
        const { directory, run } = yield* world(
          "trap '' TERM; sleep 600 & echo $! > child; echo $$ > own; wait; sleep 600",
          {
            agentTimeLimit: Duration.minutes(10)
          }
        )
        const hasBegun = () => ["child", "own"].every((name) => existsSync(join(directory, name)))
        const end = (yield* withTimePassing(run, { once: hasBegun, step: "1 minute" })).at(-1)
        assert.match(end?._tag === "Errored" ? end.message : "", /MEMORIES_AGENT_TIME_LIMIT/)
        for (const name of ["child", "own"]) {
          yield* gone(Number(readFileSync(join(directory, name), "utf8")))
        }
      })
  )

  it.scopedLive("an agent command that succeeds leaves no process running", () =>
    Effect.gen(function* () {
      const { directory, run } = yield* world("sleep 600 & echo $! > child")
      assert.strictEqual((yield* run).at(-1)?._tag, "Completed")
      yield* gone(Number(readFileSync(join(directory, "child"), "utf8")))
    })
  )
})
