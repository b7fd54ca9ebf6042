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

/** Number of events kept for readers that start late or read slowly. */
export const keptEvents = 1_024

/** The events of one pass: reported by the pass, and streamed to any number of readers. */
export interface PassEventLog {
  readonly report: Progress["Type"]["report"]
  readonly events: PassEvents["Type"]["events"]
  /** Ends the log: readers receive the remaining events and then the end. Later reports are discarded. */
  readonly end: Effect.Effect<void>
}

/** Creates the event log of a new pass. It is open until `end` runs. */
export const make: Effect.Effect<PassEventLog> = Effect.sync(() => {
  const kept: Array<ProgressEvent> = []
  let reported = 0
  let isOver = false
  let changed = Deferred.unsafeMake<void>(FiberId.none)

  const wake = () => {
    const before = changed
    changed = Deferred.unsafeMake<void>(FiberId.none)
    Deferred.unsafeDone(before, Exit.void)
  }

  /**
   * Returns the kept events after the first `seen` ones. Waits for the next event when there are none, and returns none
   * after the end of the log.
   */
  const after = (seen: number): Effect.Effect<Option.Option<readonly [Chunk.Chunk<ProgressEvent>, number]>> =>
    Effect.suspend(() =>
      seen < reported
        ? Effect.succeedSome([
            Chunk.unsafeFromArray(kept.slice(Math.max(0, kept.length - (reported - seen)))),
            reported
          ])
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
          reported++
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

/** Provides the events of one pass, which end with the layer's scope. Each pass needs a layer of its own. */
export const layer: Layer.Layer<PassEvents | Progress> = Layer.scopedContext(
  Effect.map(
    Effect.acquireRelease(make, ({ end }) => end),
    ({ events, report }) => Context.make(PassEvents, { events }).pipe(Context.add(Progress, { report }))
  )
)
