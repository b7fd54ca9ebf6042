import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberId from "effect/FiberId"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { PassEvents, Progress, type ProgressEvent } from "../services/Progress.js"

/** Events that are kept for those who follow late, or slowly. */
export const keptEvents = 1_024

/** A pass that can be followed: what is reported to it is in its events. */
export interface PassEventLog {
  readonly report: Progress["Type"]["report"]
  readonly events: PassEvents["Type"]["events"]
  /** Says that the pass is over: whoever follows gets what is left, and then the end. What is reported later is lost. */
  readonly end: Effect.Effect<void>
}

/** A pass that begins. It is over when `end` has run. */
export const make: Effect.Effect<PassEventLog> = Effect.sync(() => {
  const kept: Array<ProgressEvent> = []
  let told = 0
  let isOver = false
  let changed = Deferred.unsafeMake<void>(FiberId.none)

  const wake = () => {
    const before = changed
    changed = Deferred.unsafeMake<void>(FiberId.none)
    Deferred.unsafeDone(before, Exit.void)
  }

  /** What was told after the first `seen` events, as far as it is kept, waiting where there is nothing yet. */
  const after = (seen: number): Effect.Effect<Option.Option<readonly [Chunk.Chunk<ProgressEvent>, number]>> =>
    Effect.suspend(() =>
      seen < told
        ? Effect.succeedSome([Chunk.unsafeFromArray(kept.slice(Math.max(0, kept.length - (told - seen)))), told])
        : isOver
          ? Effect.succeedNone
          : Effect.zipRight(Deferred.await(changed), after(seen))
    )

  return {
    report: (event) =>
      Effect.sync(() => {
        if (!isOver) {
          kept.push(event)
          kept.splice(0, kept.length - keptEvents)
          told++
          wake()
        }
      }),
    events: Stream.unfoldChunkEffect(0, after),
    end: Effect.sync(() => {
      isOver = true
      wake()
    })
  }
})

/** A pass whose events can be followed, and end with the layer's scope: a layer for each pass. */
export const layer: Layer.Layer<PassEvents | Progress> = Layer.scopedContext(
  Effect.map(
    Effect.acquireRelease(make, ({ end }) => end),
    ({ events, report }) => Context.make(PassEvents, { events }).pipe(Context.add(Progress, { report }))
  )
)
