import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Mailbox from "effect/Mailbox"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import { ModelError } from "../../domain/model/ModelError.js"
import type { Agent, AgentStatus } from "../../services/AgentControl.js"

/** The agent stopped before its work was done. Its work is discarded; the reason names a remedy where there is one. */
export class AgentGaveUp extends Schema.TaggedError<AgentGaveUp>("rollout-memories/AgentGaveUp")("AgentGaveUp", {
  reason: Schema.String
}) {
  override get message(): string {
    return this.reason
  }
}

/** Appends a status to the status stream of an agent. */
export type Report = (status: AgentStatus) => Effect.Effect<unknown>

const isModelError = Schema.is(ModelError)

const finalStatus = (exit: Exit.Exit<void, unknown>): AgentStatus => {
  if (Exit.isSuccess(exit)) {
    return { _tag: "Completed" }
  }
  if (Cause.isInterruptedOnly(exit.cause)) {
    return { _tag: "Interrupted" }
  }
  const error = Cause.squash(exit.cause)
  const failure = Option.getOrUndefined(Cause.failureOption(exit.cause))
  const message = Predicate.hasProperty(error, "message") ? String(error.message) : String(error)
  return isModelError(failure) ? { _tag: "Errored", message, error: failure } : { _tag: "Errored", message }
}

/**
 * Starts an agent in the scope. Its status stream replays every status from the first, however late it is read. Closing
 * the scope interrupts the agent; a failure or a defect ends it as `Errored`.
 */
export const startAgent = <E, R>(
  work: (report: Report) => Effect.Effect<void, E, R>
): Effect.Effect<Agent, never, R | Scope.Scope> =>
  Effect.gen(function* () {
    const statuses = yield* Mailbox.make<AgentStatus>()
    yield* statuses.offer({ _tag: "Pending" })
    yield* work((status) => statuses.offer(status)).pipe(
      Effect.onExit((exit) => Effect.zipRight(statuses.offer(finalStatus(exit)), statuses.end)),
      Effect.forkScoped
    )
    return { status: Mailbox.toStream(statuses) }
  })

/**
 * Provides an agent's work with the services that its layer was built with. Its spans stay children of the span that
 * spawned it.
 */
export const withServices =
  <R>(services: Context.Context<R>) =>
  <A, E, R2>(work: Effect.Effect<A, E, R2>): Effect.Effect<A, E, Exclude<R2, R>> =>
    Effect.flatMap(Effect.serviceOption(Tracer.ParentSpan), (span) => {
      const all: Context.Context<R> = Option.match(span, {
        onNone: () => services,
        onSome: (span) => Context.add(services, Tracer.ParentSpan, span)
      })
      return Effect.provide(work, all)
    })
