import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { PassOptions } from "../pass/RunPass.js"
import type { PassEvents } from "../services/Progress.js"
import type { NotStartedReason, PassServices, Session, StartupOutcome } from "./SessionStart.js"
import { logWarning } from "../services/Logging.js"
import { safe } from "../domain/privacy/SafeText.js"

export type { NotStartedReason, PassServices, Session, StartupOutcome } from "./SessionStart.js"

/** The pass that starts with a session, for the host to follow. */
export class MemoriesStartup extends Context.Tag("rollout-memories/MemoriesStartup")<
  MemoriesStartup,
  {
    /** Waits for the end of the pass. Never fails; may be awaited any number of times. */
    readonly ended: Effect.Effect<StartupOutcome>
    /** The progress of the pass; see {@link PassEvents}. Empty when no pass started. Ends before `ended` does. */
    readonly events: PassEvents["Type"]["events"]
  }
>() {}

const reasonAgainst = (session: Session): NotStartedReason | undefined =>
  !session.isEnabled ? "off" : session.isEphemeral ? "ephemeral" : session.isSubAgent ? "sub-agent" : undefined

const loadPipeline = Effect.promise(() => import("../pass/RunPass.js"))

/**
 * Runs one pass now, for a host that chooses the time itself. Loads the code of the pass on the first run. Does nothing
 * when the settings switch memory off.
 */
export const runPass = (options: PassOptions) => Effect.flatMap(loadPipeline, (pipeline) => pipeline.runPass(options))

/** Loads the code of the pass in its own fiber, so that the session does not wait for it. */
const loadStartedPass = Effect.promise(() => import("./StartedPass.js"))

/**
 * Learns from earlier sessions while this one begins: one pass, in a fiber of the layer's scope. Building the layer
 * takes no time and never fails. The services are built in that fiber too; their failure, or the pass's, is logged as
 * one warning. When the scope closes, the pass is interrupted and releases its claims and locks; a model or an agent
 * that does not stop within a second is abandoned. Closing takes two seconds at most; a claim that another port delays
 * beyond that ends with its lease. A shared layer runs once.
 *
 * Services that the host has built already go in as `Layer.context<PassServices>()`. The pass belongs to the host's
 * trace, if there is one where the layer is built, and uses the host's logger, tracer and metrics. A `Progress` among
 * the services gets the events too.
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
      // Uninterruptible: an interrupted fiber that never began would leave those who wait for the end without an answer.
      // The pass inside is interruptible.
      yield* Effect.acquireRelease(Effect.uninterruptible(Effect.forkDaemon(pass)), stop)
      return { ended: Deferred.await(ended), events: Stream.unwrap(Deferred.await(events)) }
    })
  )

/** The outcome when the code of the pass cannot be loaded: the installation is broken. */
const notLoaded = (defect: unknown): StartupOutcome => ({
  _tag: "Failed",
  message: `the memory pass could not be loaded (${String(defect)}); install rollout-memories again`
})

/** Interrupts the pass and waits up to two seconds for it to release what it holds. */
const stop = Effect.fnUntraced(function* (fiber: Fiber.RuntimeFiber<unknown>) {
  yield* Fiber.interruptFork(fiber)
  const hasStopped = yield* Fiber.await(fiber).pipe(
    Effect.interruptible,
    Effect.timeoutTo({ duration: "2 seconds", onSuccess: () => true, onTimeout: () => false })
  )
  if (!hasStopped) {
    yield* logWarning(safe`the memory pass did not stop in time; what it holds is given back by its lease`)
  }
})
