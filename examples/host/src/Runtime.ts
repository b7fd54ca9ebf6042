import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { MemoriesStartup, MemoryContext } from "rollout-memories"
import * as Layers from "rollout-memories/layers"
import * as Recorder from "./Recorder.js"

/** A session, and what its agent does once it was told what earlier ones learned. */
export interface Start<E> extends Recorder.Session {
  readonly work: (context: string) => Effect.Effect<void, E, Recorder.Recorder>
}

/**
 * Runs a session to its end, recorded. Beside it, a pass learns from the sessions before: that is one layer. This host waits
 * for it, since its sessions are short; one with a person before it reads its context at once and gets what was learned by
 * then.
 */
export const runSession = <E>({ work, ...session }: Start<E>) => {
  // A session of this host is over when its process is: nobody is to wait until it has been silent for a while.
  const settings: Layers.HostSettings = { codexHome: session.codexHome, minIdle: Duration.zero }
  const memories = MemoriesStartup.layer(
    { threadId: session.threadId, isEphemeral: false, isSubAgent: false, isEnabled: true },
    Layers.layer({ settings })
  )
  return Effect.gen(function* () {
    const { ended, events } = yield* MemoriesStartup.MemoriesStartup
    yield* Stream.runForEach(events, ({ _tag }) => Effect.logInfo(`memories: ${_tag}`))
    const outcome = yield* ended
    yield* Effect.logInfo(`memories: ${outcome._tag}`)
    const context = yield* MemoryContext.forCwd(session.cwd, { maxTokens: 2_000 }).pipe(
      Effect.provide(Layers.reading(settings))
    )
    yield* work(context)
  }).pipe(Effect.provide(Layer.merge(memories, Recorder.layer(session))))
}
