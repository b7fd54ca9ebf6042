import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { retryDelay, type RolloutContent, type ThreadRecord } from "../domain/thread/Extraction.js"
import type {
  ExtractionDefect,
  IncompleteSession,
  NotACodexRollout,
  NoWorkingDirectory
} from "../domain/thread/ExtractionError.js"
import { isServersFault, type ModelError } from "../domain/model/ModelError.js"
import type { MalformedAnswer } from "../domain/memory/StageOneOutput.js"
import type { MemoryFsFailure } from "../services/MemoryFs.js"
import type { ModelFailure } from "../services/ModelClient.js"
import type { RolloutUnreadable } from "../services/SessionStore.js"
import { type Claim, type ClaimLost, Claims } from "../services/state/Claims.js"
import type { StateDbFailure } from "../services/state/StateDbError.js"
import { safeMessage } from "../services/Redactor.js"
import { Settings } from "../settings/Settings.js"
import { warn } from "../services/Logging.js"

/** All errors of the extraction of one thread. */
export type ExtractionError =
  | RolloutUnreadable
  | NotACodexRollout
  | NoWorkingDirectory
  | IncompleteSession
  | ModelFailure
  | ModelError
  | MalformedAnswer
  | ClaimLost
  | StateDbFailure
  | MemoryFsFailure
  | ExtractionDefect

/**
 * The consequence of a failure for the thread. `hopeless`: only new content can help. `server`: the model's server
 * failed, and the thread is not at fault. `environment`: the disk or the state DB failed. `lost`: another pass has the
 * thread now. `attempt`: a later attempt may help; the number of attempts is limited.
 */
export type Treatment = "hopeless" | "server" | "environment" | "lost" | "attempt"

/** Returns the consequence of a failure; see {@link Treatment}. */
export const treatmentOf = (error: ExtractionError): Treatment => {
  switch (error._tag) {
    case "RolloutUnreadable":
    case "NotACodexRollout":
    case "NoWorkingDirectory":
    case "IncompleteSession":
      return "hopeless"
    case "ModelFailure":
      return error.isServerSide ? "server" : "attempt"
    case "MemoryFsFailure":
    case "StateDbFailure":
      return "environment"
    case "ClaimLost":
      return "lost"
    case "MalformedAnswer":
    case "ExtractionDefect":
      return "attempt"
    default:
      return isServersFault(error) ? "server" : "attempt"
  }
}

/** Records a failure for its thread, unless the claim was lost. */
export const storeFailure = Effect.fnUntraced(function* (
  claim: Claim,
  { extraction, thread }: ThreadRecord,
  content: RolloutContent,
  error: ExtractionError
) {
  const treatment = treatmentOf(error)
  if (treatment === "lost") {
    return
  }
  const claims = yield* Claims
  const { retryAttempts, retryFactor, retryFirst, retryLongest } = yield* Settings
  const now = yield* Clock.currentTimeMillis
  const isSame = extraction.failedSize === content.size && extraction.failedHash === content.hash
  const before = isSame ? extraction.attempts : 0
  const attempts = treatment === "server" ? before : before + 1
  const delay = retryDelay({ first: retryFirst, factor: retryFactor, longest: retryLongest }, attempts)
  const isLast = treatment === "hopeless" || (treatment === "attempt" && attempts >= retryAttempts)
  const isAtOnce = treatment === "server" || (treatment === "environment" && attempts === 1)
  yield* claims
    .recordFailure(claim, {
      errorTag: error._tag,
      errorMessage: yield* safeMessage(error),
      content,
      modifiedAt: thread.rolloutModifiedAt,
      attempts,
      retryAt: isLast ? undefined : isAtOnce ? now : now + delay
    })
    .pipe(
      Effect.catchAll((cause) => warn(`the failure of ${thread.rolloutPath} could not be recorded: ${cause.message}`))
    )
})
