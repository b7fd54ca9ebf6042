import { basename, dirname, join } from "node:path"
import * as Command from "@effect/platform/Command"
import type * as CommandExecutor from "@effect/platform/CommandExecutor"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeCommandExecutor from "@effect/platform-node/NodeCommandExecutor"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { firstMessage } from "../../domain/agent/FirstMessage.js"
import { byteLength, cutMiddle } from "../../domain/text/ByteBudget.js"
import { wrongKind } from "../../domain/memory/FileKind.js"
import { agentOutputFolder } from "../../domain/memory/Publication.js"
import type { Redact } from "../../domain/privacy/SafeText.js"
import { AgentControl, type AgentRequest, consolidationSource } from "../../services/AgentControl.js"
import { Redactor } from "../../services/Redactor.js"
import { Settings } from "../../settings/Settings.js"
import { AgentGaveUp, startAgent, withServices } from "./AgentStatusStream.js"
import { warn } from "../../services/Logging.js"

/**
 * Path of the file with the command's output: one file for each bucket, replaced at the next run. It lies outside the
 * bucket, because changes inside the bucket during a run are undone.
 */
const outputOf = (staging: string): string => {
  const bucket = dirname(staging)
  return join(dirname(bucket), agentOutputFolder, `${basename(bucket)}.log`)
}

/** Maximum bytes of a command's output that are kept: half from its beginning, half from its end. */
const outputBytes = 1_000_000

/** Time that a command has after SIGTERM before it gets SIGKILL. */
const killDelay = "5 seconds"

/** Maximum bytes of inputs that a command is told with the prompt. It reads the others in its directory. */
const shownBytes = 100_000

const begin = "What follows is what you need most of what is in the directory."

const marker = "\n\n[... OUTPUT LEFT OUT ...]\n\n"

/** The beginning and end of a command's output; the middle of a long output is discarded as it arrives. */
class KeptOutput {
  private head = Buffer.alloc(0)
  private tail = Buffer.alloc(0)

  add(bytes: Uint8Array): void {
    const room = outputBytes - this.head.length
    if (room > 0) {
      this.head = Buffer.concat([this.head, bytes.subarray(0, room)])
    }
    if (bytes.length > room) {
      this.tail = Buffer.concat([this.tail, bytes.subarray(Math.max(0, room))])
      this.tail = this.tail.length > 2 * outputBytes ? this.tail.subarray(-outputBytes) : this.tail
    }
  }

  text(redact: Redact): string {
    return cutMiddle(redact(this.head.toString("utf8") + this.tail.toString("utf8")), outputBytes, {
      marker,
      headShare: 1 / 2
    })
  }
}

const failing = (what: string) => (error: { readonly message: string }) =>
  new AgentGaveUp({ reason: `${what}: ${error.message}` })

/** Ends a command and every process it started: SIGTERM first, then SIGKILL. */
const stop = (process: CommandExecutor.Process) =>
  Effect.gen(function* () {
    const insists = Effect.zipRight(Effect.sleep(killDelay), Effect.ignore(process.kill("SIGKILL")))
    // A separate fiber: the releasing fiber may already be interrupted, and then would not wait.
    const insisting = yield* Effect.forkDaemon(Effect.interruptible(insists))
    yield* Effect.ignore(process.kill("SIGTERM"))
    yield* Fiber.interrupt(insisting)
  })

/** Runs the command with the prompt on stdin. None of its processes outlives the call. */
const run = Effect.fn("AgentControl.runCommand")(function* (
  command: string,
  { directory, inputs = [], prompt }: AgentRequest
) {
  const fileSystem = yield* FileSystem.FileSystem
  const redactor = yield* Redactor
  const output = outputOf(directory)
  const kept = new KeptOutput()
  const keep = (stream: Stream.Stream<Uint8Array, { readonly message: string }>) =>
    Effect.forkScoped(Stream.runForEach(stream, (bytes) => Effect.sync(() => kept.add(bytes))))
  const folder = dirname(output)
  const refuseLink = Effect.flatMap(Effect.isSuccess(fileSystem.readLink(folder)), (isLink) =>
    isLink ? Effect.fail({ message: `${folder} ${wrongKind("Link", "Folder")}` }) : Effect.void
  )
  yield* Effect.addFinalizer(() =>
    refuseLink.pipe(
      Effect.zipRight(fileSystem.makeDirectory(folder, { recursive: true, mode: 0o700 })),
      Effect.zipRight(fileSystem.remove(output, { force: true })),
      Effect.zipRight(redactor.rules),
      Effect.flatMap((redact) => fileSystem.writeFileString(output, kept.text(redact), { flag: "wx", mode: 0o600 })),
      Effect.catchAll((error) => warn(`${output} could not be written: ${error.message}`)),
      Effect.provideService(Redactor, redactor)
    )
  )
  const started = Command.make("sh", "-c", command).pipe(
    Command.workingDirectory(directory),
    // Codex records this as the originator of its session; see `sourceOf`.
    Command.env({ CODEX_INTERNAL_ORIGINATOR_OVERRIDE: consolidationSource, MEMORIES_ENABLED: "false" }),
    Command.feed(
      inputs.length === 0
        ? prompt
        : `${prompt}\n\n${firstMessage(
            begin,
            inputs.map((input) => ({ ...input, size: byteLength(input.text) })),
            shownBytes
          )}\n`
    ),
    Command.start,
    Effect.mapError(failing("the agent command could not be started"))
  )
  const process = yield* Effect.acquireRelease(started, stop)
  const printed = [yield* keep(process.stdout), yield* keep(process.stderr)]
  const code = yield* Effect.mapError(process.exitCode, failing("the agent command was killed"))
  // Processes that the command left running keep the pipes open, so do not wait for the end of the output.
  yield* Effect.forEach(printed, (fiber) => Effect.timeoutOption(fiber.await, "1 second"), {
    concurrency: "unbounded",
    discard: true
  })
  if (code !== 0) {
    return yield* new AgentGaveUp({ reason: `the agent command ended with code ${code}; see ${output}` })
  }
}, Effect.scoped)

/**
 * Consolidates with a command of the user's, run by a shell in the staged copy with the prompt on stdin. It succeeds
 * when the command ends with code 0. The command and every process it started are ended after `agentTimeLimit` or when
 * the scope closes. Its output is kept in `<memories home>/agent-output/<bucket>.log`, without secrets.
 */
export const layer: Layer.Layer<AgentControl, never, FileSystem.FileSystem | Redactor | Settings> = Layer.effect(
  AgentControl,
  Effect.gen(function* () {
    const { agentCommand = "false", agentTimeLimit } = yield* Settings
    const context = yield* Effect.context<CommandExecutor.CommandExecutor | FileSystem.FileSystem | Redactor>()
    return AgentControl.of({
      spawn: (request) =>
        startAgent((report) =>
          report({ _tag: "Running" }).pipe(
            Effect.zipRight(run(agentCommand, request)),
            Effect.timeoutFail({
              duration: agentTimeLimit,
              onTimeout: () =>
                new AgentGaveUp({ reason: "it exceeded its time limit; raise MEMORIES_AGENT_TIME_LIMIT" })
            }),
            withServices(context)
          )
        )
    })
  })
).pipe(Layer.provide(NodeCommandExecutor.layer))
