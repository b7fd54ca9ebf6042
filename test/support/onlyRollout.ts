import { assert } from "@effect/vitest"
import type { World } from "../../src/testing/World.js"

/** The only rollout of a world; the test fails where there is none, or a second one. */
export const onlyRollout = ({ rollouts }: World) => {
  const [rollout, ...others] = rollouts.values()
  assert(rollout !== undefined)
  assert.isEmpty(others)
  return rollout
}
