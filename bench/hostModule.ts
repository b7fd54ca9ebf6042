import { Context, Effect, Layer, Ref } from "effect"

/** A service of the host's own. */
export class Heart extends Context.Tag("host/Heart")<Heart, { readonly beats: Effect.Effect<number> }>() {}
/** A typical layer of a host: a service that runs in a fiber of its scope. */
export const heart = Layer.scoped(
  Heart,
  Effect.gen(function* () {
    const beats = yield* Ref.make(0)
    yield* Effect.forkScoped(
      Effect.forever(
        Effect.zipRight(
          Ref.update(beats, (count) => count + 1),
          Effect.sleep(1_000)
        )
      )
    )
    return { beats: Ref.get(beats) }
  })
)
