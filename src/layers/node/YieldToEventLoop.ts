import * as Effect from "effect/Effect"

/**
 * Lets the event loop turn once: timers, signals and other fibers' input get their chance between two pieces of synchronous
 * work. Yielding a fiber alone stays within one turn.
 */
export const yieldToEventLoop: Effect.Effect<void> = Effect.async((resume) => {
  const turn = setImmediate(() => resume(Effect.void))
  return Effect.sync(() => clearImmediate(turn))
})
