import { spawn } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { ferry, learnedHome } from "../support/commandHome.js"
import { mainPath } from "../support/program.js"
import { until } from "../support/time.js"

const runs = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe("closed terminals", () => {
  it.scopedLive("closing the terminal ends its pass as Ctrl-C does: no agent continues, and no lock stays", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      yield* home.run("remember", "--cwd", ferry, "sort by name")
      const pidFile = join(home.memories, "..", "agent.pid")
      const pass = [process.execPath, mainPath, ...home.args, "--agent", "command", "--agent-command"]
      const quoted = [...pass, `echo $$ > ${pidFile}; exec sleep 300`].map((word) => `'${word}'`).join(" ")
      const terminal = yield* Effect.acquireRelease(
        Effect.sync(() => spawn("script", ["-qec", quoted, "/dev/null"], { stdio: "ignore" })),
        (child) => Effect.sync(() => child.kill("SIGKILL"))
      )
      yield* until(() => existsSync(pidFile) && readFileSync(pidFile, "utf8").endsWith("\n"))
      const agent = Number(readFileSync(pidFile, "utf8"))
      assert.isTrue(runs(agent))
      terminal.kill("SIGKILL")
      yield* until(() => !runs(agent))
      yield* Effect.repeat(home.json("status"), {
        until: ({ value }) => JSON.stringify(value["holders"]) === "[]",
        schedule: Schedule.spaced("10 millis")
      })
    })
  )
})
