import type { PassReport } from "../domain/report/Report.js"
import type { AgentControl } from "../services/AgentControl.js"
import type { MemoryFs } from "../services/MemoryFs.js"
import type { ModelClient } from "../services/ModelClient.js"
import type { Redactor } from "../services/Redactor.js"
import type { SessionStore } from "../services/SessionStore.js"
import type { StateDb } from "../services/state/StateDb.js"
import type { Templates } from "../services/Templates.js"
import type { WorkingDirectories } from "../services/WorkingDirectories.js"
import type { Settings } from "../settings/Settings.js"

/** The services of a pass. The host follows the progress of the pass by the `events` of `MemoriesStartup` instead. */
export type PassServices =
  | AgentControl
  | MemoryFs
  | ModelClient
  | Redactor
  | SessionStore
  | Settings
  | StateDb
  | Templates
  | WorkingDirectories

/** Facts about the session that starts. */
export interface Session {
  /**
   * Thread id of the session that starts. Its rollout is still being written, so the pass does not read it. Undefined
   * takes the id from the settings.
   */
  readonly threadId?: string | undefined
  /** True if the session itself is not recorded; then no pass starts. */
  readonly isEphemeral: boolean
  /** True if another session started this one. Then no pass starts, since the other session has already started one. */
  readonly isSubAgent: boolean
  /** True if the host has memory switched on. */
  readonly isEnabled: boolean
}

/** The reason why no pass started. */
export type NotStartedReason = "off" | "ephemeral" | "sub-agent"

/** The outcome of the pass at a session's start. */
export type StartupOutcome =
  | { readonly _tag: "NotStarted"; readonly reason: NotStartedReason }
  | { readonly _tag: "Finished"; readonly report: PassReport }
  /** The pass could not run. The same message was logged once, as a warning, with secrets removed. */
  | { readonly _tag: "Failed"; readonly message: string }
  /** The layer's scope was closed first. The next pass continues where this one stopped. */
  | { readonly _tag: "Stopped" }
