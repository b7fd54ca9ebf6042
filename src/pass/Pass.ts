import { randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as Metric from "effect/Metric"
import * as Ref from "effect/Ref"
import { plausibleCounts, type TokenCounts } from "../domain/model/Spending.js"
import type { UnknownLines } from "../domain/session/codex/UnknownLine.js"
import { tokens } from "./Metrics.js"
import { Settings } from "../settings/Settings.js"

/** Counters of the requests to the model in this pass. */
export interface ModelUse {
  /** Number of requests that were answered. */
  readonly calls: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cachedTokens: number
}

/** The identity and the counters of one pass. */
export interface Pass {
  /** Owner id of this pass's claims and locks; unique per pass. */
  readonly owner: string
  readonly modelUse: Ref.Ref<ModelUse>
  /** Counts of lines whose type this version does not know, over all sessions that this pass read. */
  readonly unknownLines: Ref.Ref<UnknownLines>
  /** Runs a request to the model. Waits first while as many requests run as the setting `concurrency` allows. */
  readonly request: <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/**
 * Priority of the fibers with model requests. It puts them ahead of all other fibers (0): a pass spends its time
 * waiting for models, so the next request must not wait for anything else.
 */
const urgent = -1

/** Creates the identity and the counters of a new pass. */
export const makePass: Effect.Effect<Pass, never, Settings> = Effect.gen(function* () {
  const { concurrency } = yield* Settings
  const owner = yield* Effect.sync(() => randomUUID())
  const modelUse = yield* Ref.make<ModelUse>({ calls: 0, inputTokens: 0, outputTokens: 0, cachedTokens: 0 })
  const unknownLines = yield* Ref.make<UnknownLines>(new Map())
  const requests = yield* Effect.makeSemaphore(concurrency)
  const request = <A, E, R>(work: Effect.Effect<A, E, R>) =>
    Effect.locally(requests.withPermits(1)(work), FiberRef.currentSchedulingPriority, urgent)
  return { owner, modelUse, unknownLines, request }
})

/**
 * Adds the tokens of an answered request to the counters. Invalid counts, which a host's own model may report, are
 * ignored.
 */
export const countAnswer = (pass: Pass, usage: TokenCounts): Effect.Effect<void> => {
  const said = { input: usage.inputTokens, output: usage.outputTokens, total: undefined, cached: usage.cachedTokens }
  const counts: TokenCounts = plausibleCounts(said, false) ?? { inputTokens: 0, outputTokens: 0 }
  const { cachedTokens = 0, inputTokens, outputTokens } = counts
  return Effect.all(
    [
      Ref.update(pass.modelUse, (use) => ({
        calls: use.calls + 1,
        inputTokens: use.inputTokens + inputTokens,
        outputTokens: use.outputTokens + outputTokens,
        cachedTokens: use.cachedTokens + cachedTokens
      })),
      Metric.update(Metric.tagged(tokens, "direction", "input"), inputTokens),
      Metric.update(Metric.tagged(tokens, "direction", "output"), outputTokens)
    ],
    { discard: true }
  )
}
