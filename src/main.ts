#!/usr/bin/env node
import manifest from "../package.json" with { type: "json" }
import * as CliConfig from "@effect/cli/CliConfig"
import * as Command from "@effect/cli/Command"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeTerminal from "@effect/platform-node/NodeTerminal"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type CommandLine, readCommandLine } from "./cli/CommandLine.js"
import type { CommandName } from "./cli/CommandTable.js"
import { exitCodeOf, explain } from "./cli/ExitCode.js"
import * as Logging from "./cli/terminal/Logging.js"
import { makePassCommand } from "./cli/commands/run/Pass.js"
import { style } from "./cli/terminal/Screen.js"
import { layerQuietConsole } from "./cli/terminal/Terminal.js"
import * as TerminalProgress from "./cli/terminal/TerminalProgress.js"
import { compose, type Machine, stateDbInHome } from "./host/Composition.js"
import * as MachineLayer from "./layers/node/Machine.js"
import * as MemoryFsLayer from "./layers/memory/MemoryFs.js"
import * as ChooseModel from "./layers/model/ChooseModel.js"
import * as SessionStoreDisk from "./layers/sessions/SessionStoreDisk.js"
import { loadPart, sqlitePart } from "./services/PackageMissing.js"
import * as Progress from "./services/Progress.js"
import * as Redactor from "./services/Redactor.js"
import * as Templates from "./services/Templates.js"

const progress = process.stderr.isTTY ? TerminalProgress.layer(process.stderr) : Progress.layerSilent

/** The machine's services and the redactor, which every command needs. */
const machine = Layer.merge(MachineLayer.layer, Redactor.layer)

/**
 * Opens a state DB. Its code is loaded only here: if SQLite is not installed, the error names the package to install.
 */
const stateDb = (path: string, options: { readonly replaceCorrupt: boolean }) =>
  Layer.unwrapEffect(
    loadPart(
      () => import("./layers/state/StateDb.js").then(({ layerSqlite }) => layerSqlite(path, options)),
      sqlitePart
    )
  )

const services = ({ rebuildIndex }: { readonly rebuildIndex: boolean }) =>
  compose<Machine>({
    agentControl: ChooseModel.agent,
    memoryFs: MemoryFsLayer.layer,
    modelClient: ChooseModel.model,
    progress,
    sessionStore: SessionStoreDisk.layer,
    stateDb: stateDbInHome((path) => stateDb(path, { replaceCorrupt: rebuildIndex })),
    templates: Templates.layer
  }).pipe(Layer.provideMerge(machine))

/** Loads the services of the commands; a pass starts without them. */
const commandLayers = loadPart(() => import("./cli/CommandLayers.js"), sqlitePart)

const commandServices = {
  reading: Layer.provideMerge(MemoryFsLayer.layer, machine),
  probing: Layer.unwrapEffect(
    Effect.map(
      Effect.promise(() => import("./layers/model/ProbeHttp.js")),
      ({ layer }) => layer
    )
  ),
  looking: Layer.unwrapEffect(Effect.map(commandLayers, ({ looking }) => looking)).pipe(
    Layer.provideMerge(SessionStoreDisk.layer),
    Layer.provideMerge(machine)
  ),
  amending: Layer.unwrapEffect(Effect.map(commandLayers, ({ amending }) => amending)).pipe(
    Layer.provideMerge(services({ rebuildIndex: false }))
  )
}

const loadCommands = Effect.promise(() => import("./cli/Commands.js"))
const loadHelp = Effect.promise(() => import("./cli/Help.js"))

const info = { name: "rollout-memories", version: manifest.version }

/**
 * Runs the command-line parser over words. The other commands are loaded only when the line calls one of them, or asks
 * for completions.
 */
const parse = (words: ReadonlyArray<string>, hasCommands: boolean) => {
  const line = [...process.argv.slice(0, 2), ...words]
  return hasCommands
    ? Effect.flatMap(loadCommands, ({ makeCommands }) => {
        const commands = makeCommands(commandServices, services)
        return Command.run(Command.withSubcommands(makePassCommand(services), commands), info)(line)
      })
    : Command.run(makePassCommand(services), info)(line)
}

const showHelp = (command: CommandName | undefined) =>
  Effect.flatMap(Effect.zip(loadHelp, style), ([{ renderHelp }, { bold, width }]) =>
    Console.log(renderHelp(command, { bold, version: manifest.version, width }))
  )

const run = (line: CommandLine) => {
  switch (line._tag) {
    case "Help":
      return showHelp(line.command)
    case "Version":
      return Console.log(manifest.version)
    case "Library":
      return parse(line.words, true)
    case "Run":
      return parse(line.words, line.command !== undefined)
  }
}

const program = readCommandLine(process.argv.slice(2)).pipe(
  Effect.flatMap(run),
  Effect.tapErrorCause((cause) =>
    Effect.gen(function* () {
      const line = explain(cause)
      if (line !== undefined) {
        process.stderr.write(`rollout-memories: ${yield* Redactor.redact(line)}\n`)
      }
    })
  ),
  Effect.provide(
    Layer.mergeAll(
      NodeFileSystem.layer,
      NodePath.layer,
      NodeTerminal.layer,
      CliConfig.layer({ showBuiltIns: false }),
      Logging.layer(process.stderr),
      layerQuietConsole
    )
  ),
  Effect.provide(Redactor.layerForProgram)
)

// A reader that has seen enough (`| head`) is no failure of ours.
process.stdout.on("error", () => process.exit(0))

// Nor is a terminal that was closed: writing to it then fails.
process.stderr.on("error", () => undefined)

// A terminal that is closed ends a pass as Ctrl-C does: nothing stays locked, no agent goes on alone. Under `nohup`, which
// leaves no terminal, a pass goes on.
if (process.stdout.isTTY || process.stderr.isTTY) {
  process.on("SIGHUP", () => process.emit("SIGTERM"))
}

NodeRuntime.runMain(program, {
  disableErrorReporting: true,
  disablePrettyLogger: true,
  teardown: (exit, onExit) => onExit(exitCodeOf(exit))
})
