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
import { withPatience } from "./AbandonUninterruptible.js"
import type { PassServices, Session, StartupOutcome } from "./MemoriesStartup.js"
import { runPass } from "../pass/RunPass.js"
import { Progress } from "../services/Progress.js"
import { Settings } from "../settings/Settings.js"
import { safe } from "../domain/privacy/SafeText.js"
import { logWarning } from "../services/Logging.js"
import { makeForProgram, redact, Redactor } from "../services/Redactor.js"

const runOnce = Effect.fn("MemoriesStartup.run")(function* (session: Session) {
  const settings = yield* Settings
  const currentThread = session.threadId ?? settings.currentThread
  return yield* withPatience(runPass({ all: false, rebuildIndex: false })).pipe(
    Effect.provideService(Settings, { ...settings, currentThread })
  )
})

/** Reports to the host's own `Progress` too, if its services have one. */
const alsoTold = ({ report }: PassEventLog.PassEventLog, own: Option.Option<Progress["Type"]>): Progress["Type"] =>
  Option.match(own, {
    onNone: () => ({ report }),
    onSome: (progress) => ({ report: (event) => Effect.zipRight(report(event), progress.report(event)) })
  })

/** The message of a failure; that of a host's own layer may be anything. */
const wordsOf = (failure: unknown): string => (failure instanceof Error ? failure.message : String(failure))

const outcomeOf = Effect.fnUntraced(function* (exit: Exit.Exit<PassReport, unknown>) {
  if (Exit.isSuccess(exit)) {
    const finished: StartupOutcome = { _tag: "Finished", report: exit.value }
    return finished
  }
  if (Cause.isInterruptedOnly(exit.cause)) {
    const stopped: StartupOutcome = { _tag: "Stopped" }
    return stopped
  }
  const message = yield* redact(wordsOf(Cause.squash(exit.cause)))
  yield* logWarning(safe`nothing was learned from earlier sessions: ${message}`)
  const failed: StartupOutcome = { _tag: "Failed", message }
  return failed
})

/**
 * Builds the services, runs a session's pass over them, and returns its outcome. `begins` gets the pass before its first
 * step. The caller runs this uninterruptibly; only the pass inside is interruptible.
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
            Effect.provideService(Progress, alsoTold(followed, Context.getOption(context, Progress))),
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
