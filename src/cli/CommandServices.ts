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
export type LookingServices = MemoryInspection | Redactor | SessionStore | StateDb | WorkingDirectories

/** What a command needs that gives the published memory to a session: files alone. */
export type ReadingServices = MemoryFs | Redactor | WorkingDirectories

/** What a command that changes something needs besides. */
export type AmendingServices = LookingServices | AgentControl | MemoryFs | Progress | Templates

/** How the commands' needs are met; the program's entry says by what. */
export interface CommandServices<E> {
  readonly reading: Layer.Layer<ReadingServices, never, Settings>
  /** For a named model alone: without one nothing of it is loaded. */
  readonly probing: Layer.Layer<ModelProbe, never, Settings>
  readonly looking: Layer.Layer<LookingServices, E, Settings>
  readonly amending: Layer.Layer<AmendingServices, E, Settings>
}
