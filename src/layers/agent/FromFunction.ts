import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { AgentControl, type AgentRequest } from "../../services/AgentControl.js"
import { startAgent, type Report, withServices } from "./AgentStatusStream.js"

/**
 * An agent made from a function, for hosts and for tests. The function starts when the agent is spawned, works in the
 * given directory, and is done when its effect succeeds. It may report `Running` with the cost of its turns so far,
 * which the pass counts.
 *
 * Closing the scope interrupts it and waits for it. A failure or a defect ends it as `Errored` with that message; a
 * `ModelError` is passed on unchanged, so that a server's fault is treated as one. `provider` names the provider whose
 * servers see what the agent reads; omit it when nothing leaves this machine. `worksByRule` is for agents that use no
 * model and render all facts.
 */
export const layer = <E extends { readonly message: string }, R>(
  work: (request: AgentRequest, report: Report) => Effect.Effect<void, E, R>,
  options: { readonly provider?: string; readonly worksByRule?: boolean } = {}
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
