import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { AgentControl, type AgentRequest, type AgentStatus } from "../services/AgentControl.js"

const running: AgentStatus = { _tag: "Running" }

/**
 * An agent that is a function: it works in the directory it is given, and is done when the effect is. It is interrupted with
 * its scope; what it fails with ends it `Errored`, a defect too.
 */
export const layer = <E extends { readonly message: string }, R>(
  work: (request: AgentRequest) => Effect.Effect<void, E, R>
): Layer.Layer<AgentControl, never, R> =>
  Layer.effect(
    AgentControl,
    Effect.map(Effect.context<R>(), (context) => ({
      spawn: (request) => {
        const ended = work(request).pipe(
          Effect.mapError(({ message }) => message),
          Effect.catchAllDefect((defect) => Effect.fail(defect instanceof Error ? defect.message : String(defect))),
          Effect.either,
          Effect.map(
            Either.match({
              onLeft: (message): AgentStatus => ({ _tag: "Errored", message }),
              onRight: (): AgentStatus => ({ _tag: "Completed" })
            })
          ),
          Effect.provide(context)
        )
        return Effect.succeed({ status: Stream.concat(Stream.succeed(running), Stream.fromEffect(ended)) })
      }
    }))
  )
