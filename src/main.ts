#!/usr/bin/env node
import manifest from "../package.json" with { type: "json" }
import * as CliConfig from "@effect/cli/CliConfig"
import * as Command from "@effect/cli/Command"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeTerminal from "@effect/platform-node/NodeTerminal"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import { commandFirst } from "./cli/CommandLine.js"
import { asksForPass, commandVocabulary } from "./cli/CommandVocabulary.js"
import { exitCodeOf, explain } from "./cli/ExitCode.js"
import * as Logging from "./cli/terminal/Logging.js"
import { makePassCommand } from "./cli/commands/run/Pass.js"
import { makePlanCommand } from "./cli/commands/read/Plan.js"
import { layerPlainConsole } from "./cli/terminal/Terminal.js"
import * as TerminalProgress from "./cli/terminal/TerminalProgress.js"
import { compose, type Machine, stateDbInHome } from "./host/Composition.js"
import * as MachineLayer from "./layers/node/Machine.js"
import * as MemoryFsLayer from "./layers/memory/MemoryFs.js"
import * as ChooseModel from "./layers/model/ChooseModel.js"
import * as SessionStoreDisk from "./layers/sessions/SessionStoreDisk.js"
import * as StateDb from "./layers/state/StateDb.js"
import * as Progress from "./services/Progress.js"
import * as Redactor from "./services/Redactor.js"
import { SettingInvalid } from "./settings/Settings.js"
import * as Templates from "./services/Templates.js"

const progress = process.stderr.isTTY ? TerminalProgress.layer(process.stderr) : Progress.layerSilent

/** What every command needs of the machine, and the redactor. */
const machine = Layer.merge(MachineLayer.layer, Redactor.layer)

const services = ({ rebuildIndex }: { readonly rebuildIndex: boolean }) =>
  compose<Machine>({
    agentControl: ChooseModel.agent,
    memoryFs: MemoryFsLayer.layer,
    modelClient: ChooseModel.model,
    progress,
    sessionStore: SessionStoreDisk.layer,
    stateDb: stateDbInHome((path) => StateDb.layerSqlite(path, { replaceCorrupt: rebuildIndex })),
    templates: Templates.layer
  }).pipe(Layer.provideMerge(machine))

/** Loaded with a command: a pass starts without them. */
const commandLayers = Effect.promise(() => import("./cli/CommandLayers.js"))

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

const info = { name: manifest.name, version: manifest.version }

const loadCommands = Effect.promise(() => import("./cli/Commands.js"))

/** Runs what the words ask for; the commands beside the pass are loaded for those alone who ask for one, or for help. */
const run = (words: ReadonlyArray<string>) => {
  const line = [...process.argv.slice(0, 2), ...words]
  return asksForPass(words)
    ? Command.run(makePassCommand(services), info)(line)
    : Effect.flatMap(loadCommands, ({ makeCommands }) => {
        const beside = [makePlanCommand(services), ...makeCommands(commandServices)] as const
        return Command.run(Command.withSubcommands(makePassCommand(services), beside), info)(line)
      })
}

const program = commandFirst(process.argv.slice(2), commandVocabulary).pipe(
  Either.mapLeft(({ expected, option }) => new SettingInvalid({ source: option, value: "", expected })),
  Effect.flatMap(run),
  Effect.tapErrorCause((cause) =>
    Effect.gen(function* () {
      const line = explain(cause)
      if (line !== undefined) {
        const { redact } = yield* Effect.promise(() => import("./domain/privacy/Redaction.js"))
        process.stderr.write(`rollout-memories: ${redact(line)}\n`)
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
      layerPlainConsole
    )
  )
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
