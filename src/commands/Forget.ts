import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { ForgetRule } from "../domain/memory/Forgetting.js"
import type { ThreadId } from "../domain/thread/ThreadId.js"
import { noteLine } from "../domain/memory/UserNote.js"
import { makePass } from "../pass/Pass.js"
import { consolidate, resume } from "../pass/PhaseTwo.js"
import { MemoryFs } from "../services/MemoryFs.js"
import { StateDb } from "../services/StateDb.js"
import { agentOf, Settings } from "../settings/Settings.js"

/** A directory's memory is being consolidated by another pass. Nothing was changed; try again when it is done. */
class DirectoryLocked extends Schema.TaggedError<DirectoryLocked>("rollout-memories/DirectoryLocked")(
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
  readonly notes: ReadonlyArray<{ readonly id: number; readonly cwd: string; readonly text: string }>
  /** The directories that show any of it. */
  readonly cwds: ReadonlyArray<string>
  /** Every line that holds it goes too. */
  readonly text: string | undefined
}

/** Holds a directory's lock until the scope ends. */
export const holdLock = Effect.fnUntraced(function* (cwd: string, owner: string) {
  const stateDb = yield* StateDb
  const { lockLease } = yield* Settings
  const isOurs = yield* Effect.acquireRelease(stateDb.acquireLock(cwd, owner, lockLease), (isOurs) =>
    isOurs ? Effect.ignore(stateDb.releaseLock(cwd, owner)) : Effect.void
  )
  if (!isOurs) {
    return yield* new DirectoryLocked({ cwd })
  }
})

/** Makes the files of one directory what its rows are now. Its lock is ours. */
const revise = Effect.fn("Forget.revise")(function* (cwd: string, rule: ForgetRule) {
  const memoryFs = yield* MemoryFs
  const stateDb = yield* StateDb
  const { tracesPerCwd } = yield* Settings
  yield* memoryFs.forget(cwd, rule)
  yield* memoryFs.resume(cwd)
  const { fingerprint, memories, notes } = yield* stateDb.consolidationState(cwd, tracesPerCwd)
  const isEmpty = memories.length + notes.length === 0
  if (isEmpty) {
    yield* memoryFs.clear(cwd)
    yield* stateDb.recordPublished(cwd, fingerprint)
  } else {
    const warnings = yield* memoryFs.refresh(cwd, memories)
    yield* Effect.forEach(warnings, (warning) => Effect.logWarning(warning), { discard: true })
  }
  yield* stateDb.forgetConsolidation(cwd)
  return isEmpty
})

/** What deleting could not be undone by a signal in the middle of it: the whole of it, or none. */
const erase = Effect.fn("Forget.erase")(
  function* (plan: ForgetPlan, owner: string, tell: (step: string) => Effect.Effect<void>) {
    const memoryFs = yield* MemoryFs
    const stateDb = yield* StateDb
    const rule: ForgetRule = {
      threadIds: new Set<string>(plan.threadIds),
      lines: new Set(plan.notes.map(({ text }) => noteLine(text))),
      text: plan.text
    }
    yield* Effect.forEach(plan.cwds, (cwd) => holdLock(cwd, owner), { discard: true })
    yield* Effect.forEach(plan.cwds, resume, { discard: true })
    yield* stateDb.forgetThreads(plan.threadIds)
    yield* stateDb.removeNotes(plan.notes.map(({ id }) => id))
    yield* memoryFs.removeSetAside
    const revised = yield* Effect.forEach(plan.cwds, (cwd, index) =>
      Effect.zipRight(
        tell(`forgetting: directory ${index + 1} of ${plan.cwds.length}`),
        Effect.map(Effect.either(revise(cwd, rule)), (result) => ({ cwd, result }))
      )
    )
    yield* memoryFs.describeProjects(yield* stateDb.listProjects)
    const failed = revised.find(({ result }) => result._tag === "Left")
    if (failed?.result._tag === "Left") {
      return yield* Effect.fail(failed.result.left)
    }
    yield* tell("writing the state DB anew")
    yield* stateDb.eraseRemains
    return revised.flatMap(({ cwd, result }) => (result._tag === "Right" && !result.right ? [cwd] : []))
  },
  Effect.scoped,
  Effect.uninterruptible
)

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
  const left = yield* erase(plan, pass.owner, tell)
  for (const cwd of agentOf(settings) === "offline" ? left : []) {
    yield* tell(`writing the memory of ${cwd} anew`)
    yield* consolidate(pass, cwd)
  }
})
