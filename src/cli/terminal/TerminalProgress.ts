import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { projectName } from "../../domain/thread/WorkingDirectory.js"
import * as PassEventLog from "../../pass/PassEvents.js"
import { PassEvents, type Progress, type ProgressEvent } from "../../services/Progress.js"

interface Counts {
  readonly learned: number
  readonly failed: number
}

/** What one line of a terminal shows after an event, undefined where it stays as it is, and what was counted so far. */
const describe = (counts: Counts, event: ProgressEvent): readonly [Counts, string | undefined] => {
  switch (event._tag) {
    case "Indexed":
      return [counts, `${event.threads} sessions indexed`]
    case "Claimed":
      return [counts, `reading ${event.rolloutPath.slice(event.rolloutPath.lastIndexOf("/") + 1)}`]
    case "Extracted": {
      const learned = counts.learned + 1
      return [{ ...counts, learned }, `${learned} learned from`]
    }
    case "ExtractionFailed": {
      const failed = counts.failed + 1
      return [{ ...counts, failed }, `${failed} failed`]
    }
    case "Consolidating":
      return [counts, `consolidating ${projectName(event.cwd)}`]
    default:
      return [counts, undefined]
  }
}

/** Clears the line that progress is shown on. */
export const clearLine = "\r\u001b[K"

/** Shows how far a pass is on one line of stderr, which is a terminal of `columns` columns; the line goes with the layer. */
export const layer = (stderr: Pick<NodeJS.WriteStream, "columns" | "write">): Layer.Layer<PassEvents | Progress> =>
  Layer.scopedDiscard(
    Effect.gen(function* () {
      const { events } = yield* PassEvents
      yield* Effect.addFinalizer(() => Effect.sync(() => stderr.write(clearLine)))
      yield* events.pipe(
        Stream.mapAccum({ learned: 0, failed: 0 }, describe),
        Stream.runForEach((text) =>
          Effect.sync(() => {
            if (text !== undefined) {
              stderr.write(`${clearLine}${text.slice(0, Math.max(10, stderr.columns - 1))}`)
            }
          })
        ),
        Effect.forkScoped
      )
    })
  ).pipe(Layer.provideMerge(PassEventLog.layer))
