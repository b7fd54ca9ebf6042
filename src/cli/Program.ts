import * as CliConfig from "@effect/cli/CliConfig"
import * as Command from "@effect/cli/Command"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as NodeTerminal from "@effect/platform-node/NodeTerminal"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type CommandLine, readCommandLine } from "./CommandLine.js"
import type { CommandName } from "./CommandTable.js"
import { explain } from "./ExitCode.js"
import * as Logging from "./terminal/Logging.js"
import { makePassCommand } from "./commands/run/Pass.js"
import { style } from "./terminal/Screen.js"
import { layerQuietConsole } from "./terminal/Terminal.js"
import * as TerminalProgress from "./terminal/TerminalProgress.js"
import { compose, type Machine, stateDbInHome } from "../host/Composition.js"
import * as MachineLayer from "../layers/node/Machine.js"
import * as MemoryFsLayer from "../layers/memory/MemoryFs.js"
import * as ChooseModel from "../layers/model/ChooseModel.js"
import * as SessionStoreDisk from "../layers/sessions/SessionStoreDisk.js"
import { loadPart, sqlitePart } from "../services/PackageMissing.js"
import * as Progress from "../services/Progress.js"
import * as Redactor from "../services/Redactor.js"
import * as Templates from "../services/Templates.js"

/** The output for messages to the user: errors, the log, and the progress of a pass. Usually stderr. */
export type MessageOutput = Pick<NodeJS.WriteStream, "columns" | "isTTY" | "write">

/** A start of the program: the typed words, and the output for its messages. */
export interface Invocation {
  /** The interpreter, the program's file, and the words that a person typed. */
  readonly argv: ReadonlyArray<string>
  readonly version: string
  readonly stderr: MessageOutput
}

/** The machine's services and the redactor, which every command needs. */
const machine = Layer.merge(MachineLayer.layer, Redactor.layer)

/**
 * Opens a state DB. Its code is loaded only here: if SQLite is not installed, the error names the package to install.
 */
const stateDb = (path: string, options: { readonly replaceCorrupt: boolean }) =>
  Layer.unwrapEffect(
    loadPart(
      () => import("../layers/state/StateDb.js").then(({ layerSqlite }) => layerSqlite(path, options)),
      sqlitePart
    )
  )

/** Makes the services of a pass, with its progress on a terminal. */
const makePassServices = (stderr: MessageOutput) => {
  const progress = stderr.isTTY ? TerminalProgress.layer(stderr) : Progress.layerSilent
  return ({ rebuildIndex }: { readonly rebuildIndex: boolean }) =>
    compose<Machine>({
      agentControl: ChooseModel.agent,
      memoryFs: MemoryFsLayer.layer,
      modelClient: ChooseModel.model,
      progress,
      sessionStore: SessionStoreDisk.layer,
      stateDb: stateDbInHome((path) => stateDb(path, { replaceCorrupt: rebuildIndex })),
      templates: Templates.layer
    }).pipe(Layer.provideMerge(machine))
}

type ProgramServices = ReturnType<typeof makePassServices>

/** Loads the services of the commands other than the pass. They are loaded late because a pass does not need them. */
const commandLayers = loadPart(() => import("./CommandLayers.js"), sqlitePart)

const makeCommandServices = (services: ProgramServices) => ({
  reading: Layer.provideMerge(MemoryFsLayer.layer, machine),
  probing: Layer.unwrapEffect(
    Effect.map(
      Effect.promise(() => import("../layers/model/ProbeHttp.js")),
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
})

const loadCommands = Effect.promise(() => import("./Commands.js"))
const loadHelp = Effect.promise(() => import("./Help.js"))

/**
 * Runs the command-line parser over words. Loads the commands other than the pass only if the line calls one of them,
 * or asks for completions.
 */
const parse = ({ argv, stderr, version }: Invocation, words: ReadonlyArray<string>, hasCommands: boolean) => {
  const line = [...argv.slice(0, 2), ...words]
  const info = { name: "rollout-memories", version }
  const services = makePassServices(stderr)
  return hasCommands
    ? Effect.flatMap(loadCommands, ({ makeCommands }) => {
        const commands = makeCommands(makeCommandServices(services), services)
        return Command.run(Command.withSubcommands(makePassCommand(services), commands), info)(line)
      })
    : Command.run(makePassCommand(services), info)(line)
}

const showHelp = (version: string, command: CommandName | undefined) =>
  Effect.flatMap(Effect.zip(loadHelp, style), ([{ renderHelp }, { bold, width }]) =>
    Console.log(renderHelp(command, { bold, version, width }))
  )

const run = (invocation: Invocation, line: CommandLine) => {
  switch (line._tag) {
    case "Help":
      return showHelp(invocation.version, line.command)
    case "Version":
      return Console.log(invocation.version)
    case "Library":
      return parse(invocation, line.words, true)
    case "Run":
      return parse(invocation, line.words, line.command !== undefined)
  }
}

/**
 * Makes the program for a command line. The program prints its results with `Console`, and the reason of a failure on
 * `stderr`. {@link exitCodeOf} returns the exit code for its result.
 */
export const makeProgram = (invocation: Invocation) =>
  readCommandLine(invocation.argv.slice(2)).pipe(
    Effect.flatMap((line) => run(invocation, line)),
    Effect.tapErrorCause((cause) =>
      Effect.gen(function* () {
        const line = explain(cause)
        if (line !== undefined) {
          invocation.stderr.write(`rollout-memories: ${yield* Redactor.redact(line)}\n`)
        }
      })
    ),
    Effect.provide(
      Layer.mergeAll(
        NodeFileSystem.layer,
        NodePath.layer,
        NodeTerminal.layer,
        CliConfig.layer({ showBuiltIns: false }),
        Logging.layer(invocation.stderr),
        layerQuietConsole
      )
    ),
    Effect.provide(Redactor.layerForProgram)
  )
