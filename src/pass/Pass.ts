import { randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as Metric from "effect/Metric"
import * as Ref from "effect/Ref"
import { plausibleCounts, type TokenCounts } from "../domain/model/Spending.js"
import { tokens } from "./Metrics.js"
import { Settings } from "../settings/Settings.js"

/** The cost of the model so far. */
export interface ModelUse {
  /** Requests that were answered. */
  readonly calls: number
  readonly inputTokens: number
  readonly outputTokens: number
}

/** The identity and the counters of one pass. */
export interface Pass {
  /** Owner id of this pass's claims and locks; unique per pass. */
  readonly owner: string
  readonly modelUse: Ref.Ref<ModelUse>
  /** Lets as many requests as the concurrency allows wait for their answers at once. */
  readonly request: <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** Before all else, which has 0: a model that waits for its next request is the only thing a pass ever waits for. */
const urgent = -1

/** A pass that begins. */
export const makePass: Effect.Effect<Pass, never, Settings> = Effect.gen(function* () {
  const { concurrency } = yield* Settings
  const owner = yield* Effect.sync(() => randomUUID())
  const modelUse = yield* Ref.make<ModelUse>({ calls: 0, inputTokens: 0, outputTokens: 0 })
  const requests = yield* Effect.makeSemaphore(concurrency)
  const request = <A, E, R>(work: Effect.Effect<A, E, R>) =>
    Effect.locally(requests.withPermits(1)(work), FiberRef.currentSchedulingPriority, urgent)
  return { owner, modelUse, request }
})

/** Counts a request that was answered; figures of a host's own model that cannot be are left out. */
export const countAnswer = (pass: Pass, usage: TokenCounts): Effect.Effect<void> => {
  const said = { input: usage.inputTokens, output: usage.outputTokens, total: undefined }
  const { inputTokens, outputTokens } = plausibleCounts(said, false) ?? { inputTokens: 0, outputTokens: 0 }
  return Effect.all(
    [
      Ref.update(pass.modelUse, (use) => ({
        calls: use.calls + 1,
        inputTokens: use.inputTokens + inputTokens,
        outputTokens: use.outputTokens + outputTokens
      })),
      Metric.update(Metric.tagged(tokens, "direction", "input"), inputTokens),
      Metric.update(Metric.tagged(tokens, "direction", "output"), outputTokens)
    ],
    { discard: true }
  )
}
