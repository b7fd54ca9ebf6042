import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type ProcessIdentity, ProcessTable } from "../../services/ProcessTable.js"

/** A process on a host of which nothing else is known: nobody is ever known to be gone. */
export const layer: Layer.Layer<ProcessTable> = Layer.succeed(ProcessTable, {
  self: { host: undefined, pid: 0, startedAt: undefined },
  isGone: () => Effect.succeed(false)
})

/** A given process among given others, those that are gone told by a function. */
export const layerOf = (
  self: ProcessIdentity,
  isGone: (other: ProcessIdentity) => boolean
): Layer.Layer<ProcessTable> =>
  Layer.succeed(ProcessTable, { self, isGone: (other) => Effect.sync(() => isGone(other)) })
