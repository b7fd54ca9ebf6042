import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { LeaseLost } from "../domain/memory/ConsolidationError.js"
import type { ForgetRule } from "../domain/memory/Forgetting.js"
import type { ThreadId } from "../domain/thread/ThreadId.js"
import { noteLine } from "../domain/memory/UserNote.js"
import type { Directory } from "../domain/thread/WorkingDirectory.js"
import { makePass } from "../pass/Pass.js"
import { consolidate, resume } from "../pass/PhaseTwo.js"
import { MemoryFs } from "../services/MemoryFs.js"
import { Consolidations } from "../services/state/Consolidations.js"
import { Forgetting } from "../services/state/Forgetting.js"
import { Notes } from "../services/state/Notes.js"
import { ProjectLocks } from "../services/state/ProjectLocks.js"
import type { StateDbFailure } from "../services/state/StateDb.js"
import { ThreadMemories } from "../services/state/ThreadMemories.js"
import { agentOf, Settings } from "../settings/Settings.js"

/** A directory's memory is being consolidated by another pass. Nothing was changed; try again when it is done. */
export class DirectoryLocked extends Schema.TaggedError<DirectoryLocked>("rollout-memories/DirectoryLocked")(
  "DirectoryLocked",
  { cwd: Schema.String }
) {
  override get message(): string {
    return `the memory of ${this.cwd} is being consolidated by a pass that runs now; nothing was changed, try again when it is done`
  }
}

/** What is to be forgotten. */
export interface ForgetPlan {
  readonly threadIds: ReadonlyArray<ThreadId>
  readonly notes: ReadonlyArray<{ readonly id: number; readonly cwd: Directory; readonly text: string }>
  /** The directories that show any of it. */
  readonly cwds: ReadonlyArray<Directory>
  /** Every line that holds it goes too. */
  readonly text: string | undefined
}

/**
 * Does work under the locks of all given directories, to its end whatever the signal. Nothing is done when another pass holds
 * one of them.
 */
export const underLocks = <A, E, R>(cwds: ReadonlyArray<Directory>, owner: string, work: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const { withLock } = yield* ProjectLocks
    const { lockLease: lease } = yield* Settings
    const under = ([cwd, ...others]: ReadonlyArray<Directory>): Effect.Effect<
      A,
      E | DirectoryLocked | LeaseLost | StateDbFailure,
      R
    > =>
      cwd === undefined
        ? Effect.uninterruptible(work)
        : Effect.flatMap(
            withLock({ cwd, owner, lease }, () => under(others)),
            Option.match({ onNone: () => new DirectoryLocked({ cwd }), onSome: Effect.succeed })
          )
    return yield* under(cwds)
  }).pipe(Effect.uninterruptible)

/** Makes the files of one directory what its rows are now. Its lock is ours. */
const revise = Effect.fn("Forget.revise")(function* (cwd: Directory, rule: ForgetRule) {
  const memoryFs = yield* MemoryFs
  const consolidations = yield* Consolidations
  const { tracesPerCwd } = yield* Settings
  yield* memoryFs.forget(cwd, rule)
  yield* memoryFs.resume(cwd)
  const { fingerprint, memories, notes } = yield* consolidations.state(cwd, tracesPerCwd)
  const isEmpty = memories.length + notes.length === 0
  if (isEmpty) {
    yield* memoryFs.clear(cwd)
    yield* consolidations.recordPublished(cwd, fingerprint)
  } else {
    const warnings = yield* memoryFs.refresh(cwd, memories)
    yield* Effect.forEach(warnings, (warning) => Effect.logWarning(warning), { discard: true })
  }
  yield* consolidations.forget(cwd)
  return isEmpty
})

/** Deletes rows, then makes the files of every directory agree. The locks of all directories are held. */
const erase = Effect.fn("Forget.erase")(function* (plan: ForgetPlan, tell: (step: string) => Effect.Effect<void>) {
  const memoryFs = yield* MemoryFs
  const forgetting = yield* Forgetting
  const rule: ForgetRule = {
    threadIds: new Set<string>(plan.threadIds),
    lines: new Set(plan.notes.map(({ text }) => noteLine(text))),
    text: plan.text
  }
  yield* Effect.forEach(plan.cwds, resume, { discard: true })
  yield* forgetting.forget(plan.threadIds)
  yield* (yield* Notes).remove(plan.notes.map(({ id }) => id))
  yield* memoryFs.removeSetAside
  const revised = yield* Effect.forEach(plan.cwds, (cwd, index) =>
    Effect.zipRight(
      tell(`forgetting: directory ${index + 1} of ${plan.cwds.length}`),
      Effect.map(Effect.either(revise(cwd, rule)), (result) => ({ cwd, result }))
    )
  )
  yield* memoryFs.describeProjects(yield* (yield* ThreadMemories).projects)
  const failed = revised.find(({ result }) => result._tag === "Left")
  if (failed?.result._tag === "Left") {
    return yield* Effect.fail(failed.result.left)
  }
  yield* tell("writing the state DB anew")
  yield* forgetting.eraseRemains
  return revised.flatMap(({ cwd, result }) => (result._tag === "Right" && !result.right ? [cwd] : []))
})

/**
 * Takes threads and notes away for good: rows, traces, what was published of them, kept generations, and what deletion left
 * on the pages of the store. They do not come back. Nothing is changed when another pass is at one of them
 * (`ThreadsClaimed`, `DirectoryLocked`); once begun it is done to its end, whatever the signal, and one that was killed on
 * the way, or failed for one directory, is finished by the same command. Where consolidation costs nothing, `MEMORY.md` is
 * written anew at once; elsewhere by the next pass. `tell` hears what is being done.
 */
export const forget = Effect.fn("Forget.forget")(function* (
  plan: ForgetPlan,
  tell: (step: string) => Effect.Effect<void>
) {
  const settings = yield* Settings
  const pass = yield* makePass
  const left = yield* underLocks(plan.cwds, pass.owner, erase(plan, tell))
  for (const cwd of agentOf(settings) === "offline" ? left : []) {
    yield* tell(`writing the memory of ${cwd} anew`)
    yield* consolidate(pass, cwd)
  }
})
