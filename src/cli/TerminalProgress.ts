import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { projectName } from "../domain/WorkingDirectory.js"
import { Progress, type ProgressEvent } from "../services/Progress.js"

/** What one line of a terminal shows while a pass works. */
const describe = (event: ProgressEvent, counts: { learned: number; failed: number }): string | undefined => {
  switch (event._tag) {
    case "Indexed":
      return `${event.threads} sessions indexed`
    case "Claimed":
      return `reading ${event.rolloutPath.slice(event.rolloutPath.lastIndexOf("/") + 1)}`
    case "Extracted":
      counts.learned++
      return `${counts.learned} learned from`
    case "ExtractionFailed":
      counts.failed++
      return `${counts.failed} failed`
    case "Consolidating":
      return `consolidating ${projectName(event.cwd)}`
    default:
      return undefined
  }
}

/** Clears the line that progress is shown on. */
export const clearLine = "\r\u001b[K"

/** Shows how far a pass is on one line of stderr, which is a terminal of `columns` columns; the line goes with the layer. */
export const layer = (stderr: NodeJS.WriteStream): Layer.Layer<Progress> =>
  Layer.scoped(
    Progress,
    Effect.gen(function* () {
      const counts = { learned: 0, failed: 0 }
      yield* Effect.addFinalizer(() => Effect.sync(() => stderr.write(clearLine)))
      return {
        report: (event) =>
          Effect.sync(() => {
            const text = describe(event, counts)
            if (text !== undefined) {
              stderr.write(`${clearLine}${text.slice(0, Math.max(10, stderr.columns - 1))}`)
            }
          })
      }
    })
  )
