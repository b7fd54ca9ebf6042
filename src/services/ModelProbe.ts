import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { ModelPhase } from "../domain/model/Api.js"
import type { ModelError } from "../domain/model/ModelError.js"
import type { SafeText } from "../domain/privacy/SafeText.js"
import type { PackageMissing } from "./PackageMissing.js"
import type { StateDbFailure } from "./state/StateDbError.js"

/** The result of checking a model's server with a request that costs nothing. */
export type Reachability =
  /** The server answered and accepted the key and the path. */
  | { readonly _tag: "Reached"; readonly status: number }
  /** The server rejected the key, or requires one. */
  | { readonly _tag: "KeyRefused"; readonly status: number }
  /** The server has neither a list of models nor the endpoint of the API. */
  | { readonly _tag: "NoModelsThere" }
  /** The server redirects, and redirects are not followed. */
  | { readonly _tag: "Redirected"; readonly status: number }
  /** The server did not answer; `detail` says why, without secrets. */
  | { readonly _tag: "Unreachable"; readonly detail: SafeText }

/** Checks the servers of the models that the settings name. Each check ends within a minute. */
export class ModelProbe extends Context.Tag("rollout-memories/ModelProbe")<
  ModelProbe,
  {
    /** Checks whether the server of a phase's model is reachable. Costs no tokens, ends within seconds, never fails. */
    readonly reach: (phase: ModelPhase) => Effect.Effect<Reachability>
    /**
     * Asks the model of a phase by the smallest request of that phase's kind, which may cost a few tokens. Succeeds if
     * the server answered, whatever it said; otherwise fails with what is wrong and what to do.
     */
    readonly ask: (phase: ModelPhase) => Effect.Effect<void, ModelError | PackageMissing | StateDbFailure>
  }
>() {}
