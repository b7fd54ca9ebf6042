import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { PassReport } from "../domain/report/Report.js"
import type { PassOptions } from "../pass/RunPass.js"
import type { AgentControl } from "../services/AgentControl.js"
import type { MemoryFs } from "../services/MemoryFs.js"
import type { ModelClient } from "../services/ModelClient.js"
import type { PassEvents } from "../services/Progress.js"
import type { Redactor } from "../services/Redactor.js"
import type { SessionStore } from "../services/SessionStore.js"
import type { StateDb } from "../services/state/StateDb.js"
import type { Settings } from "../settings/Settings.js"
import type { Templates } from "../services/Templates.js"
import type { WorkingDirectories } from "../services/WorkingDirectories.js"

/** What a pass runs on. Who is told how far it is stands apart: see `events`. */
export type PassServices =
  | AgentControl
  | MemoryFs
  | ModelClient
  | Redactor
  | SessionStore
  | Settings
  | StateDb
  | Templates
  | WorkingDirectories

/** What the host knows of the session that starts. */
export interface Session {
  /** Its thread id: it is still being written, and is not read. Undefined leaves that to the settings. */
  readonly threadId?: string | undefined
  /** Whether nothing of it is kept: such a session starts no pass. */
  readonly isEphemeral: boolean
  /** Whether another session started it: the pass is that one's to start. */
  readonly isSubAgent: boolean
  /** Whether the host has memory switched on. */
  readonly isEnabled: boolean
}

/** Why no pass was started. */
export type NotStartedReason = "off" | "ephemeral" | "sub-agent"

/** How the pass of a session's start came out. */
export type StartupOutcome =
  | { readonly _tag: "NotStarted"; readonly reason: NotStartedReason }
  | { readonly _tag: "Finished"; readonly report: PassReport }
  /** The pass could not run; the host was warned of it once, in these words. Secrets are taken out of them. */
  | { readonly _tag: "Failed"; readonly message: string }
  /** The layer's scope was closed first. The next pass goes on where this one stopped. */
  | { readonly _tag: "Stopped" }

/** The pass that a session's start set off. */
export class MemoriesStartup extends Context.Tag("rollout-memories/MemoriesStartup")<
  MemoriesStartup,
  {
    /** Waits until the pass is over, and never fails; may be asked by many, at any time. */
    readonly ended: Effect.Effect<StartupOutcome>
    /** How far the pass is, see {@link PassEvents}; nothing where none was started. Ends before `ended` does. */
    readonly events: PassEvents["Type"]["events"]
  }
>() {}

const reasonAgainst = (session: Session): NotStartedReason | undefined =>
  !session.isEnabled ? "off" : session.isEphemeral ? "ephemeral" : session.isSubAgent ? "sub-agent" : undefined

const loadPipeline = Effect.promise(() => import("../pass/RunPass.js"))

/** The pass alone, loaded when it is run: for a host that has a time of its own for it. It checks only whether memory is on. */
export const runPass = (options: PassOptions) => Effect.flatMap(loadPipeline, (pipeline) => pipeline.runPass(options))

/** Loaded by the pass's own fiber: a session waits for none of it. */
const loadStartedPass = Effect.promise(() => import("./StartedPass.js"))

/**
 * Learns from earlier sessions while this one begins: one pass, in a fiber of the layer's scope. Building the layer takes
 * no time and never fails; the services are built in that fiber too, and a failure of theirs or of the pass is logged as
 * one warning. When the scope is closed the pass is interrupted and gives its claims and locks back; a model or an agent that
 * does not stop within a second is left behind. The host's end waits for two seconds at most: what another port holds up
 * beyond that ends by its lease. A layer that is shared runs once.
 *
 * Services that the host has built already are given as `Layer.context<PassServices>()`. The pass belongs to the host's
 * trace, if there is one where the layer is built, and goes by the host's logger, tracer and metrics. A `Progress` among
 * the services is told besides.
 */
export const layer = <E, R>(
  session: Session,
  services: Layer.Layer<PassServices, E, R>
): Layer.Layer<MemoriesStartup, never, Exclude<R, Scope.Scope>> =>
  Layer.scoped(
    MemoriesStartup,
    Effect.gen(function* () {
      const reason = reasonAgainst(session)
      if (reason !== undefined) {
        return { ended: Effect.succeed<StartupOutcome>({ _tag: "NotStarted", reason }), events: Stream.empty }
      }
      const ended = yield* Deferred.make<StartupOutcome>()
      const events = yield* Deferred.make<PassEvents["Type"]["events"]>()
      const pass = Effect.flatMap(loadStartedPass, ({ run }) =>
        run(session, services, (followed) => Deferred.succeed(events, followed.events))
      ).pipe(
        Effect.catchAllDefect((defect) => Effect.as(Deferred.succeed(events, Stream.empty), notLoaded(defect))),
        Effect.flatMap((outcome) => Deferred.succeed(ended, outcome))
      )
      // The start of an interrupted fiber must not be skipped: whoever waits for the end is to be told. The pass itself
      // lets itself be interrupted.
      yield* Effect.acquireRelease(Effect.uninterruptible(Effect.forkDaemon(pass)), stop)
      return { ended: Deferred.await(ended), events: Stream.unwrap(Deferred.await(events)) }
    })
  )

/** Only a broken installation comes to this. */
const notLoaded = (defect: unknown): StartupOutcome => ({
  _tag: "Failed",
  message: `the memory pass could not be loaded (${String(defect)}); install rollout-memories again`
})

/** A host's own end waits two seconds for the pass to give back what it holds. */
const stop = Effect.fnUntraced(function* (fiber: Fiber.RuntimeFiber<unknown>) {
  yield* Fiber.interruptFork(fiber)
  const hasStopped = yield* Fiber.await(fiber).pipe(
    Effect.interruptible,
    Effect.timeoutTo({ duration: "2 seconds", onSuccess: () => true, onTimeout: () => false })
  )
  if (!hasStopped) {
    yield* Effect.logWarning("the memory pass did not stop in time; what it holds is given back by its lease")
  }
})
