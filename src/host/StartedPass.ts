import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Scope from "effect/Scope"
import type { PassReport } from "../domain/report/Report.js"
import * as PassEventLog from "../pass/PassEvents.js"
import { abandonUninterruptible } from "./AbandonUninterruptible.js"
import type { PassServices, Session, StartupOutcome } from "./SessionStart.js"
import { runPass } from "../pass/RunPass.js"
import { Progress } from "../services/Progress.js"
import { Settings } from "../settings/Settings.js"
import { safe } from "../domain/privacy/SafeText.js"
import { logWarning } from "../services/Logging.js"
import { makeForProgram, redact, Redactor } from "../services/Redactor.js"

const runOnce = Effect.fn("MemoriesStartup.run")(function* (session: Session) {
  const settings = yield* Settings
  const currentThread = session.threadId ?? settings.currentThread
  return yield* abandonUninterruptible(runPass({ all: false, rebuildIndex: false })).pipe(
    Effect.provideService(Settings, { ...settings, currentThread })
  )
})

/** Reports an event to the log of the pass, and to the host's own `Progress` if the services have one. */
const reportToBoth = ({ report }: PassEventLog.PassEventLog, own: Option.Option<Progress["Type"]>): Progress["Type"] =>
  Option.match(own, {
    onNone: () => ({ report }),
    onSome: (progress) => ({ report: (event) => Effect.zipRight(report(event), progress.report(event)) })
  })

/** Returns the message of a failure, which may be any value when a host's own layer failed. */
const messageOf = (failure: unknown): string => (failure instanceof Error ? failure.message : String(failure))

const outcomeOf = Effect.fnUntraced(function* (exit: Exit.Exit<PassReport, unknown>) {
  if (Exit.isSuccess(exit)) {
    const finished: StartupOutcome = { _tag: "Finished", report: exit.value }
    return finished
  }
  if (Cause.isInterruptedOnly(exit.cause)) {
    const stopped: StartupOutcome = { _tag: "Stopped" }
    return stopped
  }
  const message = yield* redact(messageOf(Cause.squash(exit.cause)))
  yield* logWarning(safe`nothing was learned from earlier sessions: ${message}`)
  const failed: StartupOutcome = { _tag: "Failed", message }
  return failed
})

/**
 * Builds the services, runs a session's pass over them, and returns its outcome. `begins` receives the log of
 * events before the first of them. The caller runs this uninterruptibly; only the pass inside can be interrupted.
 */
export const run = <E, R>(
  session: Session,
  services: Layer.Layer<PassServices, E, R>,
  begins: (followed: PassEventLog.PassEventLog) => Effect.Effect<unknown>
): Effect.Effect<StartupOutcome, never, R> =>
  Effect.gen(function* () {
    const followed = yield* PassEventLog.make
    yield* begins(followed)
    const built = yield* Ref.make(Option.none<Redactor["Type"]>())
    const pass = Effect.acquireUseRelease(
      Scope.make(),
      (scope) =>
        Effect.flatMap(Layer.buildWithScope(services, scope), (context) =>
          Ref.set(built, Context.getOption(context, Redactor)).pipe(
            Effect.zipRight(runOnce(session)),
            Effect.provideService(Progress, reportToBoth(followed, Context.getOption(context, Progress))),
            Effect.provide(context)
          )
        ),
      Scope.close
    )
    const exit = yield* Effect.exit(Effect.interruptible(pass))
    const own = yield* Ref.get(built)
    const redactor = Option.isSome(own) ? own.value : yield* makeForProgram
    return yield* outcomeOf(exit).pipe(Effect.provideService(Redactor, redactor), Effect.ensuring(followed.end))
  })
