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

/** The services of a command that only looks; its state DB refuses to be written. */
export type LookingServices = MemoryFs | MemoryInspection | Redactor | SessionStore | StateDb | WorkingDirectories

/** Services of a command that reads published files alone. */
export type ReadingServices = MemoryFs | Redactor | WorkingDirectories

/** Services of a command that changes something. */
export type AmendingServices = LookingServices | AgentControl | Progress | Templates

/** The services of all commands; `Program.ts` makes them. */
export interface CommandServices<E> {
  readonly reading: Layer.Layer<ReadingServices, never, Settings>
  /** Used for a named model alone; otherwise it is not loaded. */
  readonly probing: Layer.Layer<ModelProbe, never, Settings>
  readonly looking: Layer.Layer<LookingServices, E, Settings>
  readonly amending: Layer.Layer<AmendingServices, E, Settings>
}
