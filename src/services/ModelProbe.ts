import * as Context from "effect/Context"
import type { SafeText } from "../domain/privacy/SafeText.js"
import type * as Effect from "effect/Effect"

/** The result of checking a model's server with a request that costs nothing. */
export type Reachability =
  /** The server answered and accepted the key and the path. */
  | { readonly _tag: "Reached"; readonly status: number }
  /** The server rejected the key, or requires one. */
  | { readonly _tag: "KeyRefused"; readonly status: number }
  /** The server has none of the paths of a Responses API. */
  | { readonly _tag: "NoModelsThere" }
  /** The server redirects, and redirects are not followed. */
  | { readonly _tag: "Redirected"; readonly status: number }
  /** The server did not answer; `detail` says why, without secrets. */
  | { readonly _tag: "Unreachable"; readonly detail: SafeText }

/** Checks whether the configured model server is reachable. Costs no tokens, ends within seconds, never fails. */
export class ModelProbe extends Context.Tag("rollout-memories/ModelProbe")<
  ModelProbe,
  { readonly reach: Effect.Effect<Reachability> }
>() {}
