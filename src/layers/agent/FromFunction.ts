import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { AgentControl, type AgentRequest } from "../../services/AgentControl.js"
import { startAgent, type Report, withServices } from "./AgentStatusStream.js"

/**
 * An agent that is a function: whatever a host runs agents with, or what a test wants to be done. It begins when it is
 * spawned, works in the directory it is given, and is done when its effect is. It may report how far it is: `Running`, with
 * what its turns have cost so far, which the pass counts. It is interrupted with its scope, and waited for; what it fails
 * with ends it `Errored` with that message, a defect too, and a `ModelError` is kept as it is, so that a fault of the
 * model's server is treated as one. `provider` is whose servers see what the agent reads; left out where nothing leaves
 * this machine.
 */
export const layer = <E extends { readonly message: string }, R>(
  work: (request: AgentRequest, report: Report) => Effect.Effect<void, E, R>,
  options: { readonly provider?: string } = {}
): Layer.Layer<AgentControl, never, R> =>
  Layer.effect(
    AgentControl,
    Effect.map(Effect.context<R>(), (services) => ({
      ...options,
      spawn: (request) =>
        startAgent((report) =>
          Effect.zipRight(report({ _tag: "Running" }), work(request, report)).pipe(withServices(services))
        )
    }))
  )
