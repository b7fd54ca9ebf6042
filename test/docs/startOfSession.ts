import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { MemoriesStartup, MemoryContext } from "rollout-memories"
import * as Layers from "rollout-memories/layers"

/** The text before a session's first message; empty when there is no memory yet, or it cannot be read. */
export const contextOf = (cwd: string, codexHome: string) =>
  MemoryContext.forCwd(cwd, { maxTokens: 2_000 }).pipe(
    Effect.provide(Layers.reading({ codexHome })),
    Effect.catchAll((error) => Effect.as(Effect.logWarning(error.message), ""))
  )

/** Logs the pass's events and returns how many sessions it learned from. Needs `MemoriesStartup.layer`. */
export const followPass = Effect.gen(function* () {
  const { ended, events } = yield* MemoriesStartup.MemoriesStartup
  yield* Stream.runForEach(events, (event) => Effect.logDebug("memories", event))
  const outcome = yield* ended
  return outcome._tag === "Finished" ? outcome.report.extracted.length : 0
})
