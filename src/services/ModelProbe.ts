import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/** Whether a model's server is there for us, as far as that can be told without a request that costs anything. */
export type Reachability =
  /** It answered, and minds neither the key nor the path. */
  | { readonly _tag: "Reached"; readonly status: number }
  /** It does not take the key, or wants one. */
  | { readonly _tag: "KeyRefused"; readonly status: number }
  /** It knows none of the paths that a model is asked at. */
  | { readonly _tag: "NoModelsThere" }
  /** It sends elsewhere, where nothing of ours goes. */
  | { readonly _tag: "Redirected"; readonly status: number }
  /** No answer; `detail` says why, without secrets. */
  | { readonly _tag: "Unreachable"; readonly detail: string }

/** Looks whether the model's server that the settings name is there. Costs no tokens, ends within seconds, never fails. */
export class ModelProbe extends Context.Tag("rollout-memories/ModelProbe")<
  ModelProbe,
  { readonly reach: Effect.Effect<Reachability> }
>() {}
