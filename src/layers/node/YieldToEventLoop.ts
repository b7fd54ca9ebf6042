import * as Effect from "effect/Effect"

/**
 * Yields to the event loop between two pieces of synchronous work, so that timers, signals and other fibers' input are
 * handled. Yielding the fiber would stay within the same turn.
 */
export const yieldToEventLoop: Effect.Effect<void> = Effect.async((resume) => {
  const turn = setImmediate(() => resume(Effect.void))
  return Effect.sync(() => clearImmediate(turn))
})
