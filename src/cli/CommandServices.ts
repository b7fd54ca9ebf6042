import type * as Layer from "effect/Layer"
import type { AgentControl } from "../services/AgentControl.js"
import type { MemoryFs } from "../services/MemoryFs.js"
import type { MemoryInspection } from "../services/MemoryInspection.js"
import type { ModelProbe } from "../services/ModelProbe.js"
import type { Progress } from "../services/Progress.js"
import type { Redactor } from "../services/Redactor.js"
import type { SessionStore } from "../services/SessionStore.js"
import type { StateDb } from "../services/state/StateDb.js"
import type { WorkingDirectories } from "../services/WorkingDirectories.js"
import type { Settings } from "../settings/Settings.js"
import type { Templates } from "../services/Templates.js"

/** The services of a command that only reads, such as `list` or `status`. Writing to its state DB fails. */
export type LookingServices = MemoryFs | MemoryInspection | Redactor | SessionStore | StateDb | WorkingDirectories

/** The services of a command that reads nothing but the published files, such as `context`. */
export type ReadingServices = MemoryFs | Redactor | WorkingDirectories

/** The services of a command that changes memories, such as `forget` or `pin`. */
export type AmendingServices = LookingServices | AgentControl | Progress | Templates

/** The services of all commands; `Program.ts` makes them. */
export interface CommandServices<E> {
  readonly reading: Layer.Layer<ReadingServices, never, Settings>
  /** The check of a model's server. Loaded only if the settings name a model. */
  readonly probing: Layer.Layer<ModelProbe, never, Settings>
  readonly looking: Layer.Layer<LookingServices, E, Settings>
  readonly amending: Layer.Layer<AmendingServices, E, Settings>
}
