import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { projectName } from "../../domain/thread/WorkingDirectory.js"
import * as PassEventLog from "../../pass/PassEvents.js"
import { clearLine, loadTextWidth } from "./Terminal.js"
import { PassEvents, type Progress, type ProgressEvent } from "../../services/Progress.js"

interface Counts {
  readonly learned: number
  readonly failed: number
}

/** Counts an event, and returns the line to show after it; undefined leaves the line unchanged. */
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

/** Shows the progress of a pass on one line of a terminal. The end of the layer clears it. */
export const layer = (stderr: Pick<NodeJS.WriteStream, "columns" | "write">): Layer.Layer<PassEvents | Progress> =>
  Layer.scopedDiscard(
    Effect.gen(function* () {
      const { events } = yield* PassEvents
      const { fitText } = yield* loadTextWidth
      yield* Effect.addFinalizer(() => Effect.sync(() => stderr.write(clearLine)))
      yield* events.pipe(
        Stream.mapAccum({ learned: 0, failed: 0 }, describe),
        Stream.runForEach((text) =>
          Effect.sync(() => {
            if (text !== undefined) {
              stderr.write(`${clearLine}${fitText(text, Math.max(10, stderr.columns - 1))}`)
            }
          })
        ),
        Effect.forkScoped
      )
    })
  ).pipe(Layer.provideMerge(PassEventLog.layer))
