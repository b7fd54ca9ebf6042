import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type ProcessIdentity, ProcessTable } from "../../services/ProcessTable.js"

/** A process table that knows only itself: no process is known to be gone. */
export const layer: Layer.Layer<ProcessTable> = Layer.succeed(ProcessTable, {
  self: { host: undefined, pid: 0, startedAt: undefined },
  isGone: () => Effect.succeed(false)
})

/** A process table for tests: `self` is given, and a function decides which processes are gone. */
export const layerOf = (
  self: ProcessIdentity,
  isGone: (other: ProcessIdentity) => boolean
): Layer.Layer<ProcessTable> =>
  Layer.succeed(ProcessTable, { self, isGone: (other) => Effect.sync(() => isGone(other)) })
