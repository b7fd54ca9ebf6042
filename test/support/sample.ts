import { assert } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { inject } from "vitest"

/**
 * The cases of a matrix that this run tries, in their order: all of them where it was started for that, else as many as are
 * given, by its seed. Of each kind there is one at least, as far as that goes.
 */
export const sampleOf = <Case>(
  cases: ReadonlyArray<Case>,
  count: number,
  kindOf: (one: Case) => string
): ReadonlyArray<Case> => {
  assert.isNotEmpty(cases)
  if (inject("isFull")) {
    return cases
  }
  const everyOne = FastCheck.shuffledSubarray([...cases.keys()], { minLength: cases.length })
  const [shuffled = []] = FastCheck.sample(everyOne, { numRuns: 1, seed: inject("seed") })
  const kinds = new Set<string>()
  const [firsts, others]: readonly [Array<number>, Array<number>] = [[], []]
  for (const index of shuffled) {
    const kind = cases
      .slice(index, index + 1)
      .map(kindOf)
      .join()
    ;(kinds.has(kind) ? others : firsts).push(index)
    kinds.add(kind)
  }
  const taken = new Set([...firsts, ...others].slice(0, count))
  return cases.filter((_, index) => taken.has(index))
}

/** Returns how many this run tries of something that is costly: all where it was started for that, else a few. */
export const amount = (all: number, few: number): number => (inject("isFull") ? all : few)

/** The points that this run tries of so many, numbered from 0: one of each part of the way at least. */
export const samplePoints = (points: number, count: number): ReadonlyArray<number> =>
  sampleOf([...Array.from({ length: points }).keys()], count, (at) => String(Math.floor((at * count) / points)))

/** Says how a sample is tried again. */
export const againWith = (): string => (inject("isFull") ? "" : `; again with TEST_SEED=${inject("seed")}`)
