import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { LeaseLost } from "../domain/memory/ConsolidationError.js"
import { type ForgetRule, isForgotten } from "../domain/memory/Forgetting.js"
import { fold } from "../domain/memory/Search.js"
import type { ThreadId } from "../domain/thread/ThreadId.js"
import { noteLine } from "../domain/memory/UserNote.js"
import type { Directory } from "../domain/thread/WorkingDirectory.js"
import { makePass } from "../pass/Pass.js"
import { resume } from "../pass/PhaseTwo.js"
import { describeProjects } from "../pass/projects/TakeOver.js"
import { DirectoryLocked, type Forgotten, type ForgetTarget, InputInvalid } from "../services/Memories.js"
import { MemoryFs } from "../services/MemoryFs.js"
import { MemoryInspection } from "../services/MemoryInspection.js"
import { Consolidations } from "../services/state/Consolidations.js"
import { Forgetting } from "../services/state/Forgetting.js"
import { Notes } from "../services/state/Notes.js"
import { ProjectLocks } from "../services/state/ProjectLocks.js"
import type { StateDbFailure } from "../services/state/StateDbError.js"
import { ThreadIndex } from "../services/state/ThreadIndex.js"
import { ThreadMemories } from "../services/state/ThreadMemories.js"
import { Settings } from "../settings/Settings.js"
import { warn } from "../services/Logging.js"
import { republish } from "./DecideFact.js"

/** The threads, notes and directories that a deletion affects. */
export interface ForgetPlan {
  readonly threadIds: ReadonlyArray<ThreadId>
  readonly notes: ReadonlyArray<{ readonly id: number; readonly cwd: Directory; readonly text: string }>
  /** Directories whose files mention one of the threads, one of the notes, or the text. */
  readonly cwds: ReadonlyArray<Directory>
  /** A text to delete; every line that contains it is deleted too. Undefined if no text was given. */
  readonly text: string | undefined
}

/** Minimum length of a text to forget; a shorter one would delete lines that nobody meant. */
const shortestMatch = 3

/** Lists all directories with a memory, a consolidation or a note. */
const knownDirectories = Effect.gen(function* () {
  const all = [
    ...(yield* (yield* ThreadMemories).projects),
    ...(yield* (yield* Consolidations).all),
    ...(yield* (yield* Notes).all)
  ]
  return [...new Set(all.map(({ cwd }) => cwd))].sort()
})

/** Lists the known directories whose files mention one of the threads or contain a text. */
const directoriesShowing = Effect.fnUntraced(function* (
  known: ReadonlyArray<Directory>,
  threadIds: ReadonlyArray<ThreadId>,
  text: string | undefined
) {
  const inspection = yield* MemoryInspection
  const rule = { threadIds: new Set<string>(threadIds), lines: new Set<string>(), text }
  return yield* Effect.filter(known, (cwd) =>
    Effect.map(inspection.files(cwd), (files) =>
      files.some(
        (file) =>
          threadIds.some((threadId) => file.path.includes(threadId)) ||
          file.text.split("\n").some((line) => isForgotten(line, rule))
      )
    )
  )
})

/** True if anything is stored for a directory: a row, or files whose rows were lost. */
const isKept = Effect.fnUntraced(function* (known: ReadonlyArray<Directory>, cwd: Directory) {
  const inspection = yield* MemoryInspection
  return known.includes(cwd) || (yield* inspection.files(cwd)).length > 0 || (yield* inspection.hasPrevious(cwd))
})

/** The scope of a deletion of sessions and notes, with canonical paths of directories. */
export type PlanTarget =
  | Exclude<ForgetTarget, { readonly _tag: "Directory" | "Fact" }>
  | { readonly _tag: "Directory"; readonly cwd: Directory }

/** Determines what a deletion removes, without changing anything. */
export const planForget = Effect.fn("Forget.plan")(function* (target: PlanTarget) {
  const text = target._tag === "Matching" ? target.text : undefined
  if (text !== undefined && text.trim().length < shortestMatch) {
    return yield* new InputInvalid({
      input: "text",
      value: text,
      expected: `a text of ${shortestMatch} characters or more`
    })
  }
  const threadIndex = yield* ThreadIndex
  const cwd = target._tag === "Directory" ? target.cwd : undefined
  const threadIds =
    target._tag === "Thread"
      ? [target.threadId]
      : text === undefined
        ? yield* threadIndex.idsOf(cwd)
        : yield* threadIndex.idsHolding(text)
  const notes = (yield* (yield* Notes).all).filter(
    (note) =>
      target._tag !== "Thread" &&
      (text === undefined ? cwd === undefined || note.cwd === cwd : fold(note.text).includes(fold(text)))
  )
  const known = yield* knownDirectories
  const cwds = new Set([
    ...(yield* (yield* Forgetting).directoriesOf(threadIds)),
    ...notes.map((note) => note.cwd),
    ...(cwd !== undefined && (yield* isKept(known, cwd)) ? [cwd] : []),
    ...(target._tag === "Everything" ? known : yield* directoriesShowing(known, threadIds, text))
  ])
  const plan: ForgetPlan = { threadIds, notes, cwds: [...cwds].sort(), text }
  return plan
})

/** Describes a plan as the result of `forget`; `forgotten` says whether it was carried out. */
export const forgottenOf = ({ cwds, notes, threadIds }: ForgetPlan, forgotten: boolean): Forgotten => ({
  forgotten,
  threadIds,
  notes: notes.map(({ text }) => text),
  cwds
})

/** True if a plan removes nothing. */
export const isNothing = ({ cwds, notes, threadIds }: ForgetPlan): boolean =>
  threadIds.length + notes.length + cwds.length === 0

/**
 * Runs work under the locks of all given directories, uninterruptibly. Fails with `DirectoryLocked`, before the work
 * starts, if another pass holds one of the locks.
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

/** Deletes from the files of one directory what a rule names. The caller holds its lock. */
export const reviseFiles = Effect.fn("Forget.reviseFiles")(function* (cwd: Directory, rule: ForgetRule) {
  const memoryFs = yield* MemoryFs
  yield* memoryFs.forget(cwd, rule)
  yield* memoryFs.resume(cwd)
})

/**
 * Writes the traces and summaries of one directory from the rows that are left, or clears it. Returns true if nothing
 * is left. The caller holds its lock.
 */
export const settle = Effect.fn("Forget.settle")(function* (cwd: Directory) {
  const memoryFs = yield* MemoryFs
  const consolidations = yield* Consolidations
  const { tracesPerCwd } = yield* Settings
  const { fingerprint, memories, notes } = yield* consolidations.state(cwd, tracesPerCwd)
  const isEmpty = memories.length + notes.length === 0
  if (isEmpty) {
    yield* memoryFs.clear(cwd)
    yield* consolidations.recordPublished(cwd, fingerprint)
  } else {
    const warnings = yield* memoryFs.refresh(cwd, memories)
    yield* Effect.forEach(warnings, warn, { discard: true })
  }
  yield* consolidations.forget(cwd)
  return isEmpty
})

/** Deletes rows, then updates the files of every directory. The caller holds the locks of all directories. */
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
      Effect.map(Effect.either(Effect.zipRight(reviseFiles(cwd, rule), settle(cwd))), (result) => ({ cwd, result }))
    )
  )
  yield* describeProjects
  const failed = revised.find(({ result }) => result._tag === "Left")
  if (failed?.result._tag === "Left") {
    return yield* Effect.fail(failed.result.left)
  }
  yield* tell("writing the state DB anew")
  yield* forgetting.eraseRemains
  return revised.flatMap(({ cwd, result }) => (result._tag === "Right" && !result.right ? [cwd] : []))
})

/**
 * Deletes threads and notes for good: rows, traces, the published text made from them, earlier generations of the
 * files, and their remains in the database file. Their sessions are never learned from again. Fails with
 * `ThreadsClaimed` or `DirectoryLocked`, before any change, while another pass works on one of them. Cannot be
 * interrupted once begun. After a kill, or a failure in one directory, the same command finishes the work. With the
 * offline agent `MEMORY.md` is written again at once, otherwise by the next pass. `tell` receives progress messages.
 */
export const forget = Effect.fn("Forget.forget")(function* (
  plan: ForgetPlan,
  tell: (step: string) => Effect.Effect<void>
) {
  const { owner } = yield* makePass
  const left = yield* underLocks(plan.cwds, owner, erase(plan, tell))
  yield* Effect.forEach(left, (cwd) => republish(cwd, tell), { discard: true })
})
