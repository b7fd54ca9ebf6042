import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { ModelError, ModelSubject } from "../../../domain/model/ModelError.js"
import type { ModelResponse } from "../../../domain/model/ModelResponse.js"
import type { TokenCounts } from "../../../domain/model/Spending.js"
import type { ModelRequest } from "../../../domain/model/wire/ModelRequest.js"
import type { TokenWindow } from "../../../services/ModelClient.js"
import type { StateDbFailure } from "../../../services/state/StateDbError.js"

/** A request for one of the pass's subjects. */
export interface ServedRequest extends ModelRequest {
  readonly subject: ModelSubject
  /** Owner id of the pass whose caps apply. */
  readonly pass: string
  /** The directory whose memory the request is for; empty when it is not known. */
  readonly project: string
  /** Everything that the model reads, as text; its tokens are counted for the cost. */
  readonly text: string
}

/** A whole answer. */
export interface ServedAnswer {
  readonly response: ModelResponse
  /** Token counts; the worst case when the server reports none or implausible ones. */
  readonly usage: TokenCounts
}

/**
 * A model that answers requests, with or without tools: behind a server, or a `LanguageModel` of the host's. Requests
 * may run concurrently; interrupting one cancels it.
 */
export class ServedModel extends Context.Tag("rollout-memories/ServedModel")<
  ServedModel,
  {
    /** The model with its API, such as `openai:gpt-5-mini`, or the host's name for it. */
    readonly name: string
    /** The provider's name, as Codex would record it; undefined when nothing leaves this machine. */
    readonly provider: string | undefined
    readonly window: TokenWindow
    /**
     * Sends the request. Its body may be serialised when the effect is created, not when it runs, so that many requests
     * are ready when their turn comes.
     */
    readonly ask: (request: ServedRequest) => Effect.Effect<ServedAnswer, ModelError | StateDbFailure>
  }
>() {}
