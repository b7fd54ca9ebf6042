import { assert } from "@effect/vitest"

/** Fails the test where a list is empty, since what is asserted of each of its items would then hold of nothing. */
export const nonEmpty = <A>(list: Iterable<A>): ReadonlyArray<A> => {
  const items = [...list]
  assert.isNotEmpty(items)
  return items
}
