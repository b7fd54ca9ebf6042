import { assert } from "@effect/vitest"
import { cpSync, mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import { Effect, type Scope } from "effect"
import { inject } from "vitest"

/**
 * A folder that is filled once, and that every scope afterwards finds at the same path and as it was then, with the times of
 * its files. One scope has it at a time.
 */
export const madeOnce = <A, E>(fill: (folder: string) => Effect.Effect<A, E>): Effect.Effect<A, E, Scope.Scope> => {
  let isTaken = false
  let made: { readonly folder: string; readonly saved: string; readonly value: A } | undefined
  const copy = (from: string, to: string) =>
    cpSync(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
  const take = Effect.gen(function* () {
    assert.isFalse(isTaken, "the folder belongs to another scope")
    if (made === undefined) {
      const parent = mkdtempSync(join(inject("scratch"), "made-once-"))
      const [folder, saved] = [join(parent, "home"), join(parent, "saved")]
      const value = yield* fill(folder)
      copy(folder, saved)
      made = { folder, saved, value }
    } else {
      rmSync(made.folder, { recursive: true, force: true })
      copy(made.saved, made.folder)
    }
    isTaken = true
    return made.value
  })
  return Effect.acquireRelease(take, () => Effect.sync(() => void (isTaken = false)))
}
