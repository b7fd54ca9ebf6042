import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type ProcessIdentity, ProcessTable } from "../../services/ProcessTable.js"

/** A process table that knows no process but this one, and reports none as ended. */
export const layer: Layer.Layer<ProcessTable> = Layer.succeed(ProcessTable, {
  self: { host: undefined, pid: 0, startedAt: undefined },
  isGone: () => Effect.succeed(false)
})

/**
 * A process table for tests: `self` is the identity of this process, and a function decides which processes have ended.
 */
export const layerOf = (
  self: ProcessIdentity,
  isGone: (other: ProcessIdentity) => boolean
): Layer.Layer<ProcessTable> =>
  Layer.succeed(ProcessTable, { self, isGone: (other) => Effect.sync(() => isGone(other)) })
