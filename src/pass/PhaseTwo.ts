import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { adoptEdits, decisionsIn } from "./facts/PersonDecisions.js"
import { factsForAgent, readFacts, recordSuperseded } from "./facts/ReadFacts.js"
import { keepToProvider, runAgent } from "./RunAgent.js"
import { withoutVerdict } from "../domain/privacy/NotConfirmed.js"
import type { AgentInput } from "../domain/agent/FirstMessage.js"
import type { ConsolidatedInputs } from "../domain/memory/Publication.js"
import type { FactContent } from "../domain/facts/Fact.js"
import type { PersonEdits } from "../domain/memory/PersonEdits.js"
import {
  type ConsolidationInput,
  fingerprintOf,
  fingerprintOfContent,
  fingerprintWithNotes
} from "../domain/memory/Consolidation.js"
import {
  ConsolidationDefect,
  type LeaseLost,
  MemoriesMissing,
  type ProviderCrossing
} from "../domain/memory/ConsolidationError.js"
import { retryDelay } from "../domain/thread/Extraction.js"
import { isServersFault, ModelError } from "../domain/model/ModelError.js"
import { isHeldBack } from "../domain/report/Report.js"
import { memoryVersion } from "../domain/memory/TraceMemory.js"
import type { Directory } from "../domain/thread/WorkingDirectory.js"
import { consolidationDuration, consolidations as consolidationCount } from "./Metrics.js"
import type { Pass } from "./Pass.js"
import { AgentControl, type AgentFailure } from "../services/AgentControl.js"
import { MemoryFs, type MemoryFsFailure, PublishRefused, type Staging } from "../services/MemoryFs.js"
import { Progress } from "../services/Progress.js"
import { Consolidations, type ConsolidationState } from "../services/state/Consolidations.js"
import type { Facts } from "../services/state/Facts.js"
import { type HeldLock, ProjectLocks } from "../services/state/ProjectLocks.js"
import type { StateDbFailure } from "../services/state/StateDbError.js"
import { ThreadIndex } from "../services/state/ThreadIndex.js"
import { ThreadMemories } from "../services/state/ThreadMemories.js"
import { Redactor, safeMessage } from "../services/Redactor.js"
import { Settings } from "../settings/Settings.js"
import type { Templates } from "../services/Templates.js"
import { warn } from "../services/Logging.js"

const isModelError = Schema.is(ModelError)

/** Loads the code that tells an agent what changed, with the first directory that is consolidated. */
const loadInputs = Effect.map(
  Effect.promise(() =>
    Promise.all([import("../domain/agent/AgentInputs.js"), import("../domain/agent/ConsolidatedInputs.js")])
  ),
  ([inputs, consolidated]) => ({ ...inputs, ...consolidated })
)

/** All errors of the consolidation of one directory. */
export type ConsolidationError =
  | LeaseLost
  | MemoriesMissing
  | PublishRefused
  | AgentFailure
  | ModelError
  | ProviderCrossing
  | StateDbFailure
  | MemoryFsFailure
  | ConsolidationDefect

/** The outcome of the consolidation of one directory. */
export type ConsolidationOutcome =
  | { readonly _tag: "Published"; readonly cwd: Directory }
  | { readonly _tag: "Unchanged"; readonly cwd: Directory }
  | { readonly _tag: "Locked"; readonly cwd: Directory }
  | { readonly _tag: "Failed"; readonly cwd: Directory; readonly error: ConsolidationError }

type Services =
  | AgentControl
  | Consolidations
  | Facts
  | MemoryFs
  | Progress
  | ProjectLocks
  | Redactor
  | Settings
  | Templates
  | ThreadIndex
  | ThreadMemories

/**
 * Consolidates every directory that got a new trace in this pass or is dirty (its inputs differ from those of its
 * published memory), each under its lock. A failure ends only its own directory. A dirty directory that failed before
 * waits until its next attempt is due; one whose inputs equal the published ones starts no agent.
 */
export const runPhaseTwo = Effect.fn("PhaseTwo.run")(function* (pass: Pass, touched: Iterable<Directory>) {
  const consolidations = yield* Consolidations
  const { concurrency, tracesPerCwd } = yield* Settings
  const now = yield* Clock.currentTimeMillis
  const dirty = yield* consolidations.dirty(tracesPerCwd)
  const due = dirty.filter(({ retryAt }) => (retryAt ?? 0) <= now).map(({ cwd }) => cwd)
  const directories = [...new Set([...touched, ...due])].sort()
  return yield* Effect.forEach(directories, (cwd) => consolidateUntilClean(pass, cwd), { concurrency })
})

/**
 * Finishes the publishes that killed passes left behind, before any other work. A pass that was killed while it
 * published still holds the directory's lock, so only held locks are examined; the lock of a living pass stays with it.
 */
export const finishInterrupted = Effect.fn("PhaseTwo.finishInterrupted")(function* (pass: Pass) {
  const locks = yield* ProjectLocks
  yield* Effect.forEach(
    yield* locks.holders,
    ({ of: cwd }) =>
      underLock(pass, cwd, () => resume(cwd)).pipe(
        Effect.catchAll((error) => warn(`the interrupted publish of ${cwd} could not be finished: ${error.message}`))
      ),
    { discard: true }
  )
})

/** Finishes an interrupted publish in a directory. The caller holds its lock. */
export const resume = Effect.fnUntraced(function* (cwd: Directory) {
  const memoryFs = yield* MemoryFs
  const consolidations = yield* Consolidations
  const published = yield* memoryFs.resume(cwd)
  if (Option.isSome(published)) {
    yield* memoryFs.discardStaging(cwd)
    yield* consolidations.recordPublished(cwd, published.value)
  }
})

/**
 * Consolidates again while the directory is dirty: another pass that stored a trace while the lock was held leaves the
 * work to the holder. The check runs after the lock was released, so no trace falls between the two passes.
 */
const consolidateUntilClean = Effect.fnUntraced(function* (pass: Pass, cwd: Directory) {
  let outcome = yield* consolidate(pass, cwd)
  let tried: string | undefined
  while (outcome._tag === "Published" || outcome._tag === "Unchanged") {
    const inputs = yield* dirtyInputs(cwd)
    if (inputs === undefined || inputs === tried) {
      return outcome
    }
    tried = inputs
    const later = yield* consolidate(pass, cwd)
    if (later._tag === "Locked") {
      return outcome
    }
    outcome = later
  }
  return outcome
})

/**
 * Returns the fingerprint of the inputs that a consolidation would use now; undefined when the published memory was
 * made from exactly these.
 */
const dirtyInputs = Effect.fnUntraced(
  function* (cwd: Directory) {
    const consolidations = yield* Consolidations
    const { tracesPerCwd } = yield* Settings
    const { fingerprint, published } = yield* consolidations.state(cwd, tracesPerCwd)
    return fingerprint === (published ?? "") ? undefined : fingerprint
  },
  Effect.orElseSucceed(() => undefined)
)

/** Consolidates one directory under its lock. Never fails. */
export const consolidate = (pass: Pass, cwd: Directory): Effect.Effect<ConsolidationOutcome, never, Services> =>
  underLock(pass, cwd, (lock) => consolidateLocked(pass, cwd, lock)).pipe(
    Effect.map(Option.getOrElse((): ConsolidationOutcome => ({ _tag: "Locked", cwd }))),
    Effect.catchAllDefect((cause) => new ConsolidationDefect({ cwd, cause })),
    Effect.catchAll((error) => Effect.succeed<ConsolidationOutcome>({ _tag: "Failed", cwd, error })),
    Effect.tap(tell),
    Metric.trackDuration(consolidationDuration),
    Effect.withSpan("PhaseTwo.consolidate", { attributes: { cwd } })
  )

const tell = Effect.fnUntraced(function* (outcome: ConsolidationOutcome) {
  const progress = yield* Progress
  const { cwd } = outcome
  yield* Metric.increment(Metric.tagged(consolidationCount, "outcome", outcome._tag.toLowerCase()))
  if (outcome._tag === "Failed") {
    const { error } = outcome
    yield* warn(`${cwd}: ${error.message}`).pipe(Effect.annotateLogs("error", error._tag))
    yield* progress.report({ _tag: "ConsolidationFailed", cwd, errorTag: error._tag })
  } else {
    yield* progress.report({ _tag: outcome._tag, cwd })
  }
})

/** Runs work under the directory's lock, in the name of this pass; returns none when another pass holds it. */
const underLock = <A, E, R>(pass: Pass, cwd: Directory, work: (lock: HeldLock) => Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const locks = yield* ProjectLocks
    const { lockLease: lease } = yield* Settings
    return yield* locks.withLock({ cwd, owner: pass.owner, lease }, work)
  })

const consolidateLocked = Effect.fnUntraced(function* (pass: Pass, cwd: Directory, lock: HeldLock) {
  const consolidations = yield* Consolidations
  const { tracesPerCwd } = yield* Settings
  yield* resume(cwd)
  const state = yield* consolidations.state(cwd, tracesPerCwd)
  const work: Effect.Effect<ConsolidationOutcome, ConsolidationError, Services> = Effect.zipRight(
    state.memories.length === 0 ? requireRecord(cwd, state) : Effect.void,
    state.memories.length + state.notes.length === 0 ? clearMemory(cwd, state) : publishMemory(pass, cwd, state, lock)
  )
  return yield* Effect.tapError(work, (error) => recordFailure(cwd, state, error))
})

/**
 * Fails with `MemoriesMissing` if a directory without memories in the DB has trace files whose deletion was not
 * recorded. The DB may have been lost, so these files must not be removed.
 */
const requireRecord = Effect.fnUntraced(function* (cwd: Directory, state: ConsolidationState) {
  const memoryFs = yield* MemoryFs
  const removed = new Set<string>(state.removals)
  const unrecorded = (yield* memoryFs.tracesOf(cwd)).filter((threadId) => !removed.has(threadId))
  if (unrecorded.length > 0) {
    return yield* new MemoriesMissing({ cwd, traces: unrecorded.length })
  }
})

/** Removes the published files of a directory whose memories were all deleted. */
const clearMemory = Effect.fnUntraced(function* (cwd: Directory, state: ConsolidationState) {
  const memoryFs = yield* MemoryFs
  const consolidations = yield* Consolidations
  yield* memoryFs.clear(cwd)
  yield* consolidations.recordPublished(cwd, state.fingerprint)
  const outcome: ConsolidationOutcome = { _tag: "Published", cwd }
  return outcome
})

const publishMemory = Effect.fnUntraced(function* (
  pass: Pass,
  cwd: Directory,
  state: ConsolidationState,
  lock: HeldLock
): Effect.fn.Return<ConsolidationOutcome, ConsolidationError, Services> {
  const memoryFs = yield* MemoryFs
  const consolidations = yield* Consolidations
  const progress = yield* Progress
  const redact = yield* (yield* Redactor).rules
  const memories = state.memories.map((memory) => ({
    ...memory,
    traceSummary: withoutVerdict(redact(memory.traceSummary)),
    memorySummary: redact(memory.memorySummary)
  }))
  const warnings = yield* memoryFs.refresh(cwd, memories)
  yield* Effect.forEach(warnings, warn, { discard: true })
  const unchanged: ConsolidationOutcome = { _tag: "Unchanged", cwd }
  if (state.published === state.fingerprint) {
    return unchanged
  }
  const onDisk = yield* memoryFs.publishedFingerprint(cwd)
  if (Option.contains(onDisk, state.fingerprint)) {
    yield* memoryFs.discardStaging(cwd)
    yield* consolidations.recordPublished(cwd, state.fingerprint)
    return unchanged
  }
  // Before a model is asked and before a decision is stored: a secret stops the publish in any case.
  const secrets = yield* memoryFs.typedSecrets(cwd)
  if (secrets.length > 0) {
    return yield* new PublishRefused({ cwd, reasons: secrets, isForPerson: true })
  }
  if (yield* adoptEdits(cwd)) {
    const { tracesPerCwd } = yield* Settings
    return yield* publishMemory(pass, cwd, yield* consolidations.state(cwd, tracesPerCwd), lock)
  }
  const read = yield* readFacts(cwd)
  yield* recordSuperseded(read)
  const decisions = yield* decisionsIn(read)
  const { isPublishedShown, mayBeTold } = yield* keepToProvider(cwd, state)
  // A session that another pass has learned from meanwhile is not among those that may be cited.
  const threadIds = [...state.memories, ...state.earlier].map(({ threadId }) => threadId)
  const known = new Set<string>(threadIds)
  const facts = yield* factsForAgent(read, (threadId) => known.has(threadId) && mayBeTold(threadId))
  const texts = memories.map(({ memorySummary, threadId, traceSummary }) => ({
    threadId,
    version: memoryVersion({ traceMemory: traceSummary, summary: memorySummary })
  }))
  const { worksByRule = false } = yield* AgentControl
  const content = fingerprintOfContent(
    fingerprintWithNotes(fingerprintOf(worksByRule ? texts : inNoOrder(texts)), state.notes),
    worksByRule ? facts.content : facts.substance
  )
  // Another earlier session that leaves nothing is no work for an agent, nor a session that says what it said.
  if (state.removals.length === 0 && Option.contains(yield* memoryFs.publishedContent(cwd), content)) {
    yield* memoryFs.discardStaging(cwd)
    yield* consolidations.recordPublished(cwd, state.fingerprint)
    return unchanged
  }
  yield* progress.report({ _tag: "Consolidating", cwd })
  const staging = yield* memoryFs.stage(cwd, memories, state.notes, {
    facts: facts.text,
    // By rule the memory is made anew, from all facts.
    isPublishedShown: isPublishedShown && !worksByRule,
    threadIds,
    isToldAgain: decisions.isToldAgain,
    isTakenBack: decisions.isTakenBack
  })
  const { agentInputs, changesSince, consolidatedInputs } = yield* loadInputs
  const before = Option.getOrUndefined(yield* memoryFs.publishedInputs(cwd))
  const wordsOf = new Map<string, string>(
    read.known.filter(({ threadId }) => mayBeTold(threadId)).map(({ id, text }) => [id, text])
  )
  const shown = worksByRule
    ? []
    : agentInputs(
        {
          ...staging,
          facts: facts.facts,
          changes: before === undefined ? undefined : changesSince(before, texts, facts.facts, known),
          textOf: (key) => wordsOf.get(key)
        },
        redact
      )
  const inputs = consolidatedInputs(texts, facts.facts)
  return yield* Effect.onError(
    publishStaged(
      pass,
      staging,
      state,
      {
        content,
        inputs,
        shown,
        threadIds,
        decisions: decisions.lines,
        facts: read.known.filter(({ basis }) => basis !== "trace").map((fact) => fact.content)
      },
      lock
    ),
    (cause) =>
      Effect.ignore(
        Cause.isInterruptedOnly(cause)
          ? // What was broken off is of no use to anybody; after a lost lease it is another pass's.
            Effect.zipRight(lock.confirm, memoryFs.discardStaging(cwd))
          : memoryFs.redactStaging(cwd)
      )
  )
})

/** Sorts traces by their threads: an agent that edits has no use for another order of what it knows. */
const inNoOrder = (texts: ReadonlyArray<ConsolidationInput>): ReadonlyArray<ConsolidationInput> =>
  texts.toSorted((one, other) => (one.threadId < other.threadId ? -1 : 1))

/** The inputs of a consolidation, ready for the agent and for the publish. */
interface Prepared {
  readonly content: string
  readonly inputs: ConsolidatedInputs
  readonly shown: ReadonlyArray<AgentInput>
  readonly threadIds: ReadonlyArray<string>
  readonly decisions: PersonEdits
  readonly facts: ReadonlyArray<FactContent>
}

/** Lets the agent work in a staged copy, and publishes the result. */
const publishStaged = Effect.fnUntraced(function* (
  pass: Pass,
  staging: Staging,
  state: ConsolidationState,
  { content, decisions, facts, inputs, shown, threadIds }: Prepared,
  lock: HeldLock
) {
  const memoryFs = yield* MemoryFs
  const consolidations = yield* Consolidations
  const threadMemories = yield* ThreadMemories
  const { cwd } = staging.root
  const ended = yield* Effect.either(
    runAgent(pass, { project: cwd, directory: staging.root.stagingPath, inputs: shown })
  )
  const changes = yield* memoryFs.restoreOutside(staging, (threadId) => isBusy(threadId, state))
  if (changes.length > 0) {
    return yield* new PublishRefused({
      cwd,
      reasons: changes.map((path) => `${path} was changed outside the staged copy`)
    })
  }
  yield* ended
  yield* lock.confirm
  // All of them, not only those that were staged: what the user said once stays said.
  const onRecord = yield* threadMemories.last(cwd, Number.MAX_SAFE_INTEGER)
  const traces = onRecord.map(({ traceSummary }) => traceSummary)
  const { worksByRule: isMadeByRule = false } = yield* AgentControl
  yield* memoryFs.publish(staging, {
    fingerprint: state.fingerprint,
    ...(content === undefined ? {} : { content }),
    inputs,
    threadIds,
    traces,
    ...(facts === undefined ? {} : { facts }),
    isMadeByRule,
    ...(decisions === undefined ? {} : { decisions })
  })
  yield* memoryFs.discardStaging(cwd)
  yield* consolidations.recordPublished(cwd, state.fingerprint)
  const published: ConsolidationOutcome = { _tag: "Published", cwd }
  return published
})

/** True if another pass may have written a thread's trace file since this pass read the memory. */
const isBusy = Effect.fnUntraced(function* (threadId: string, state: ConsolidationState) {
  const threadIndex = yield* ThreadIndex
  const threadMemories = yield* ThreadMemories
  const known = state.memories.find((memory) => memory.threadId === threadId)
  if (known === undefined) {
    return true
  }
  const record = yield* threadIndex.get(known.threadId)
  const memory = yield* threadMemories.get(known)
  return (
    Option.exists(record, ({ extraction }) => extraction.claimOwner !== null) ||
    !Option.exists(memory, ({ version }) => version === known.version)
  )
})

/** Records a failure, so that a directory that always fails does not cost an agent in every pass. */
const recordFailure = Effect.fnUntraced(
  function* (cwd: Directory, state: ConsolidationState, error: ConsolidationError) {
    if (error._tag === "LeaseLost" || isHeldBack(error._tag)) {
      return
    }
    const consolidations = yield* Consolidations
    const { retryFactor, retryFirst, retryLongest } = yield* Settings
    const now = yield* Clock.currentTimeMillis
    const attempts = state.attempts + 1
    const isEnvironment =
      error._tag === "StateDbFailure" ||
      error._tag === "MemoryFsFailure" ||
      (isModelError(error) && isServersFault(error))
    const isForPerson = error._tag === "PublishRefused" && error.isForPerson === true
    const delay = retryDelay({ first: retryFirst, factor: retryFactor, longest: retryLongest }, attempts)
    yield* consolidations.recordFailure(cwd, state.fingerprint, {
      errorTag: error._tag,
      errorMessage: yield* safeMessage(error),
      retryAt: isForPerson || (isEnvironment && attempts === 1) ? now : now + delay
    })
  },
  Effect.catchAll((error) => warn(`a failed consolidation could not be recorded: ${error.message}`))
)
