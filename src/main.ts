#!/usr/bin/env node
import manifest from "../package.json" with { type: "json" }
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { exitCodeOf } from "./cli/ExitCode.js"
import { makeProgram } from "./cli/Program.js"

// A reader that has seen enough (`| head`) is no failure of ours.
process.stdout.on("error", () => process.exit(0))

// Nor is a terminal that was closed: writing to it then fails.
process.stderr.on("error", () => undefined)

// A terminal that is closed ends a pass as Ctrl-C does: nothing stays locked, no agent goes on alone. Under `nohup`, which
// leaves no terminal, a pass goes on.
if (process.stdout.isTTY || process.stderr.isTTY) {
  process.on("SIGHUP", () => process.emit("SIGTERM"))
}

NodeRuntime.runMain(makeProgram({ argv: process.argv, version: manifest.version, stderr: process.stderr }), {
  disableErrorReporting: true,
  disablePrettyLogger: true,
  teardown: (exit, onExit) => onExit(exitCodeOf(exit))
})
