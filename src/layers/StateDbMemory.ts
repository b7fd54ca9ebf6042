import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import {
  type ConsolidationHistory,
  failuresOf,
  fingerprintOf,
  fingerprintWithNotes,
  isDirty,
  neverConsolidated
} from "../domain/Consolidation.js"
import {
  Extraction,
  isFresh,
  learnedFrom,
  noFailure,
  notTried,
  type ThreadRecord,
  unclaimed
} from "../domain/Extraction.js"
import { claimEnd, lockTime, staleLockTime } from "../domain/LeaseTimes.js"
import { newestFirst } from "../domain/NewestFirst.js"
import { isSubAgentSource } from "../domain/RolloutLine.js"
import { Thread, unchecked } from "../domain/Thread.js"
import type { ThreadId } from "../domain/ThreadId.js"
import { dayOf, reachedCap } from "../domain/Spending.js"
import { memoryVersion } from "../domain/TraceMemory.js"
import { isWithheldSource } from "../domain/Withheld.js"
import { type ProcessIdentity, ProcessTable } from "../services/ProcessTable.js"
import {
  type Claim,
  ClaimLost,
  type ExtractionFailure,
  type ImportedMemory,
  type IndexChanges,
  type KnownRollout,
  type NewMemory,
  StateDb,
  type ThreadMemory,
  type ThreadQuery,
  ThreadsClaimed
} from "../services/StateDb.js"
import { WorkingDirectories } from "../services/WorkingDirectories.js"

/** A stored memory; its directory and its rollout's path are its thread's. */
type StoredMemory = Omit<ThreadMemory, "cwd" | "rolloutPath">

interface Lock {
  readonly owner: string
  /** Unix seconds. */
  readonly updatedAt: number
  readonly holder: ProcessIdentity
}

/** What an index does not know keeps what is stored. */
const mergeThread = (stored: Thread, seen: Thread): Thread =>
  isWithheldSource(seen.source) ? seen : mergeSeen(stored, seen)

const mergeSeen = (stored: Thread, seen: Thread): Thread =>
  new Thread(
    {
      ...seen,
      source: seen.source === "vscode" && !isWithheldSource(stored.source) ? stored.source : seen.source,
      modelProvider: seen.modelProvider ?? stored.modelProvider,
      cwd: seen.cwd ?? stored.cwd,
      cliVersion: seen.cliVersion ?? stored.cliVersion,
      title: seen.title ?? stored.title,
      sandboxPolicy: seen.sandboxPolicy ?? stored.sandboxPolicy,
      approvalMode: seen.approvalMode ?? stored.approvalMode,
      tokensUsed: seen.tokensUsed ?? stored.tokensUsed,
      firstUserMessage: seen.firstUserMessage ?? stored.firstUserMessage,
      gitSha: seen.gitSha ?? stored.gitSha,
      gitBranch: seen.gitBranch ?? stored.gitBranch,
      gitOriginUrl: seen.gitOriginUrl ?? stored.gitOriginUrl
    },
    unchecked
  )

const make = Effect.gen(function* () {
  const processes = yield* ProcessTable
  const { normalise } = yield* WorkingDirectories
  const threads = new Map<string, Thread>()
  const rollouts = new Map<string, KnownRollout>()
  const extractions = new Map<string, Extraction>()
  const claimants = new Map<string, ProcessIdentity>()
  const memories = new Map<string, StoredMemory>()
  const locks = new Map<string, Lock>()
  const consolidations = new Map<string, ConsolidationHistory>()
  const removals = new Map<string, Set<ThreadId>>()
  const spending = new Map<string, { readonly pass: string; readonly day: string; readonly tokens: number }>()
  const notes: Array<{ readonly id: number; readonly cwd: string; readonly text: string }> = []
  let lastNote = 0
  const forgotten = new Set<string>()
  let listing: string | undefined

  const extractionOf = (threadId: string): Extraction => extractions.get(threadId) ?? notTried

  const recordRemoval = (cwd: string | null, threadId: ThreadId) => {
    if (cwd !== null && memories.has(threadId)) {
      removals.set(cwd, (removals.get(cwd) ?? new Set()).add(threadId))
    }
  }

  const putThread = (thread: Thread) => {
    if (forgotten.has(thread.id)) {
      return
    }
    const stored = threads.get(thread.id)
    if (stored !== undefined && stored.cwd !== thread.cwd) {
      recordRemoval(stored.cwd, thread.id)
    }
    threads.set(thread.id, thread)
  }

  const setExtraction = (threadId: string, changes: Partial<ConstructorParameters<typeof Extraction>[0]>) => {
    extractions.set(threadId, new Extraction({ ...extractionOf(threadId), ...changes }))
  }

  const isHeld = (threadId: string): Effect.Effect<boolean> => {
    const holder = claimants.get(threadId)
    return extractionOf(threadId).claimOwner === null || holder === undefined
      ? Effect.succeed(false)
      : Effect.map(processes.isGone(holder), (gone) => !gone)
  }

  const recordOf = (thread: Thread): Effect.Effect<ThreadRecord> =>
    Effect.map(isHeld(thread.id), (held) => {
      const extraction = extractionOf(thread.id)
      return { thread, extraction: held ? extraction : new Extraction({ ...extraction, ...unclaimed }) }
    })

  const memoryOf = (stored: StoredMemory): ReadonlyArray<ThreadMemory> => {
    const thread = threads.get(stored.threadId)
    return thread === undefined || thread.cwd === null
      ? []
      : [{ ...stored, cwd: thread.cwd, rolloutPath: thread.rolloutPath }]
  }

  const newestMemories = (cwd: string, count: number): ReadonlyArray<ThreadMemory> =>
    [...memories.values()]
      .flatMap(memoryOf)
      .filter((memory) => memory.cwd === cwd)
      .sort(newestFirst(({ threadId, updatedAt }) => [updatedAt, threadId]))
      .slice(0, count)

  const asOwner = (claim: Claim, work: () => void): Effect.Effect<void, ClaimLost> =>
    Effect.suspend(() => {
      if (extractionOf(claim.threadId).claimOwner !== claim.owner) {
        return new ClaimLost({ threadId: claim.threadId })
      }
      work()
      return Effect.void
    })

  const claim = Effect.fn("StateDb.claim")(function* (threadId: ThreadId, owner: string, lease: Duration.Duration) {
    const now = yield* Clock.currentTimeMillis
    const seen = extractionOf(threadId)
    const isAbandoned = !(yield* isHeld(threadId))
    // Nothing is waited for from here on: another fiber would come between looking and taking.
    const current = extractionOf(threadId)
    const isFree =
      current.claimOwner === null ||
      current.claimOwner === owner ||
      (current.claimExpiresAt ?? 0) <= now ||
      (isAbandoned && current === seen)
    if (!threads.has(threadId) || !isFree) {
      return Option.none<Claim>()
    }
    setExtraction(threadId, { claimOwner: owner, claimExpiresAt: claimEnd(now, lease) })
    claimants.set(threadId, processes.self)
    return Option.some<Claim>({ threadId, owner })
  })

  const changeIndex = Effect.fn("StateDb.changeIndex")(function* (changes: IndexChanges) {
    const normalised = yield* Effect.forEach(changes.threads, (thread) =>
      thread.cwd === null
        ? Effect.succeed(thread)
        : Effect.map(normalise(thread.cwd), (cwd) => new Thread({ ...thread, cwd }, unchecked))
    )
    for (const path of changes.gone) {
      rollouts.delete(path)
      for (const thread of threads.values()) {
        if (thread.rolloutPath === path && thread.missingSince === null) {
          threads.set(thread.id, new Thread({ ...thread, missingSince: changes.now }, unchecked))
        }
      }
    }
    for (const thread of normalised) {
      const stored = threads.get(thread.id)
      putThread(stored === undefined ? thread : mergeThread(stored, thread))
    }
    changes.known.forEach((rollout) => rollouts.set(rollout.path, rollout))
    listing = changes.listing
  })

  const listThreads = (query: ThreadQuery) =>
    Effect.suspend(() => {
      const { after, sources } = query
      const wanted = [...threads.values()]
        .filter((thread) => (thread.archivedAt !== null) === query.archived && !isSubAgentSource(thread.source))
        .filter((thread) => sources === undefined || sources.includes(thread.source))
        .filter(
          (thread) =>
            !query.unlearned ||
            (thread.missingSince === null && !isFresh({ thread, extraction: extractionOf(thread.id) }))
        )
        .sort(newestFirst(({ id, updatedAt }) => [updatedAt, id]))
        .filter(
          ({ id, updatedAt }) =>
            after === undefined || updatedAt < after.updatedAt || (updatedAt === after.updatedAt && id < after.id)
        )
      return Effect.forEach(wanted.slice(0, query.pageSize), recordOf)
    })

  const deleteThread = (threadId: ThreadId) =>
    Effect.sync(() => {
      recordRemoval(threads.get(threadId)?.cwd ?? null, threadId)
      memories.delete(threadId)
      extractions.delete(threadId)
      return threads.delete(threadId)
    })

  const importMemory = Effect.fn("StateDb.importMemory")(function* (memory: ImportedMemory) {
    const { rolloutPath, threadId, updatedAt } = memory
    const cwd = yield* normalise(memory.cwd)
    const missingSince = yield* Clock.currentTimeMillis
    const wasTakenAway = [...removals.values()].some((threadIds) => threadIds.has(threadId))
    if (extractionOf(threadId).outcome !== null || wasTakenAway || forgotten.has(threadId)) {
      return false
    }
    if (!threads.has(threadId)) {
      const unknown = { ...emptyThread, id: threadId, rolloutPath, createdAt: updatedAt, updatedAt, cwd, missingSince }
      putThread(new Thread({ ...unknown, rolloutModifiedAt: updatedAt }))
    }
    const { cwd: _, rolloutPath: __, ...stored } = memory
    const version = memoryVersion({ traceMemory: memory.traceSummary, summary: memory.memorySummary })
    memories.set(threadId, { ...stored, version })
    const content = { size: threads.get(threadId)?.rolloutSize ?? 0 }
    setExtraction(threadId, learnedFrom("memory", { content, updatedAt }))
    return true
  })

  const acquireLock = Effect.fn("StateDb.acquireLock")(function* (
    given: string,
    owner: string,
    lease: Duration.Duration
  ) {
    const cwd = yield* normalise(given)
    const now = yield* Clock.currentTimeMillis
    const seen = locks.get(cwd)
    const isAbandoned = seen !== undefined && (yield* processes.isGone(seen.holder))
    const lock = locks.get(cwd)
    const isFree =
      lock === undefined ||
      lock.owner === owner ||
      lock.updatedAt <= staleLockTime(now, lease) ||
      (isAbandoned && lock === seen)
    if (isFree) {
      locks.set(cwd, { owner, updatedAt: lockTime(now), holder: processes.self })
    }
    return isFree
  })

  const renewLock = Effect.fn("StateDb.renewLock")(function* (given: string, owner: string) {
    const cwd = yield* normalise(given)
    const updatedAt = lockTime(yield* Clock.currentTimeMillis)
    const lock = locks.get(cwd)
    if (lock?.owner !== owner) {
      return false
    }
    locks.set(cwd, { ...lock, updatedAt })
    return true
  })

  const releaseLock = Effect.fn("StateDb.releaseLock")(function* (given: string, owner: string) {
    const cwd = yield* normalise(given)
    return locks.get(cwd)?.owner === owner && locks.delete(cwd)
  })

  const notesOf = (cwd: string) => notes.filter((note) => note.cwd === cwd).map(({ text }) => text)

  const consolidationState = Effect.fn("StateDb.consolidationState")(function* (
    given: string,
    tracesPerDirectory: number
  ) {
    const cwd = yield* normalise(given)
    const last = newestMemories(cwd, tracesPerDirectory)
    const fingerprint = fingerprintWithNotes(fingerprintOf(last), notesOf(cwd))
    const history = consolidations.get(cwd) ?? neverConsolidated
    return {
      memories: last,
      fingerprint,
      published: history.published,
      attempts: failuresOf(history, fingerprint).attempts,
      removals: [...(removals.get(cwd) ?? [])],
      notes: notesOf(cwd)
    }
  })

  const dirtyDirectories = (tracesPerDirectory: number) =>
    Effect.sync(() => {
      const cwds = new Set([
        ...[...memories.values()].flatMap(memoryOf).map(({ cwd }) => cwd),
        ...consolidations.keys(),
        ...removals.keys(),
        ...notes.map(({ cwd }) => cwd)
      ])
      return [...cwds].sort().flatMap((cwd) => {
        const fingerprint = fingerprintWithNotes(fingerprintOf(newestMemories(cwd, tracesPerDirectory)), notesOf(cwd))
        const history = consolidations.get(cwd) ?? neverConsolidated
        return isDirty(history, { fingerprint, hasRemovals: removals.has(cwd) })
          ? [{ cwd, ...failuresOf(history, fingerprint) }]
          : []
      })
    })

  const forgetThreads = Effect.fn("StateDb.forgetThreads")(function* (threadIds: ReadonlyArray<ThreadId>) {
    const now = yield* Clock.currentTimeMillis
    const claimed = yield* Effect.filter(threadIds, (threadId) =>
      Effect.map(isHeld(threadId), (held) => held && (extractionOf(threadId).claimExpiresAt ?? 0) > now)
    )
    if (claimed.length > 0) {
      return yield* new ThreadsClaimed({ threadIds: claimed })
    }
    for (const threadId of threadIds) {
      yield* deleteThread(threadId)
      forgotten.add(threadId)
    }
  })

  return StateDb.of({
    countThreads: Effect.sync(() => threads.size),
    listThreads,
    getThread: (threadId) =>
      Effect.suspend(() => Effect.transposeOption(Option.map(Option.fromNullable(threads.get(threadId)), recordOf))),
    deleteThread,
    indexedListing: Effect.sync(() => Option.fromNullable(listing)),
    knownRollouts: Effect.sync(() => [...rollouts.values()]),
    changeIndex,
    claim,
    renewClaim: (claim, lease) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        asOwner(claim, () => setExtraction(claim.threadId, { claimExpiresAt: claimEnd(now, lease) }))
      ),
    releaseClaim: (claim) => Effect.isSuccess(asOwner(claim, () => setExtraction(claim.threadId, unclaimed))),
    completeThread: Effect.fn("StateDb.completeThread")(function* (claim: Claim, thread: Thread) {
      const cwd = thread.cwd === null ? null : yield* normalise(thread.cwd)
      const completed = new Thread({ ...thread, id: claim.threadId, cwd }, unchecked)
      yield* asOwner(claim, () => putThread(completed))
      return completed
    }),
    storeMemory: (claim, memory: NewMemory) =>
      asOwner(claim, () => {
        setExtraction(claim.threadId, { ...unclaimed, ...noFailure, ...learnedFrom("memory", memory) })
        const { grounding, memorySummary, slug, traceSummary, updatedAt } = memory
        const version = memoryVersion({ traceMemory: traceSummary, summary: memorySummary })
        memories.set(claim.threadId, {
          threadId: claim.threadId,
          traceSummary,
          memorySummary,
          slug,
          updatedAt,
          version,
          ...(grounding === undefined ? {} : { grounding })
        })
      }),
    storeNothing: (claim, learned) =>
      asOwner(claim, () => {
        setExtraction(claim.threadId, { ...unclaimed, ...noFailure, ...learnedFrom("nothing", learned) })
        recordRemoval(threads.get(claim.threadId)?.cwd ?? null, claim.threadId)
        memories.delete(claim.threadId)
      }),
    storeFailure: (claim, failure: ExtractionFailure) =>
      asOwner(claim, () =>
        setExtraction(claim.threadId, {
          ...unclaimed,
          attempts: failure.attempts,
          retryAt: failure.retryAt ?? null,
          isQuarantined: failure.retryAt === undefined,
          errorTag: failure.errorTag,
          errorMessage: failure.errorMessage,
          failedSize: failure.content.size,
          failedHash: failure.content.hash,
          failedModifiedAt: failure.modifiedAt
        })
      ),
    keepFailure: (threadId, failedModifiedAt) =>
      Effect.sync(() => {
        if (extractionOf(threadId).errorTag !== null) {
          setExtraction(threadId, { failedModifiedAt })
        }
      }),
    getMemory: (threadId) =>
      Effect.sync(() =>
        Option.fromNullable([...memories.values()].filter((one) => one.threadId === threadId).flatMap(memoryOf)[0])
      ),
    lastMemories: (cwd, count) => Effect.map(normalise(cwd), (normalised) => newestMemories(normalised, count)),
    importMemory,
    listProjects: Effect.sync(() => {
      const counts = new Map<string, number>()
      for (const { cwd } of [...memories.values()].flatMap(memoryOf)) {
        counts.set(cwd, (counts.get(cwd) ?? 0) + 1)
      }
      return [...counts]
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([cwd, count]) => ({ cwd, memories: count }))
    }),
    acquireLock,
    lockedDirectories: Effect.sync(() => [...locks.keys()].sort()),
    renewLock,
    releaseLock,
    dirtyDirectories,
    consolidationState,
    recordPublished: Effect.fn("StateDb.recordPublished")(function* (given: string, fingerprint: string) {
      const cwd = yield* normalise(given)
      consolidations.set(cwd, { ...neverConsolidated, published: fingerprint })
      removals.delete(cwd)
    }),
    reserveSpending: (reservation, caps) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const { id, pass, tokens } = reservation
        const day = dayOf(now)
        const spent = (counts: (row: { readonly pass: string; readonly day: string }) => boolean) => {
          const rows = [...spending.values()].filter(counts)
          return { requests: rows.length, tokens: rows.reduce((sum, row) => sum + row.tokens, 0) }
        }
        const reached = reachedCap(
          caps,
          spent((row) => row.pass === pass),
          spent((row) => row.day === day),
          tokens
        )
        if (reached === undefined) {
          spending.set(id, { pass, day, tokens })
        }
        return Option.fromNullable(reached)
      }),
    settleSpending: (id, tokens) =>
      Effect.sync(() => {
        const reserved = spending.get(id)
        if (reserved !== undefined) {
          spending.set(id, { ...reserved, tokens })
        }
      }),
    recordUnpublished: Effect.fn("StateDb.recordUnpublished")(function* (given, fingerprint, { retryAt }) {
      const cwd = yield* normalise(given)
      const before = consolidations.get(cwd) ?? neverConsolidated
      const attempts = failuresOf(before, fingerprint).attempts + 1
      consolidations.set(cwd, { ...before, failed: fingerprint, attempts, retryAt })
    }),
    retryThread: (threadId) =>
      Effect.sync(() => {
        const hasFailed = extractionOf(threadId).errorTag !== null
        if (hasFailed) {
          setExtraction(threadId, noFailure)
        }
        return hasFailed
      }),
    addNote: Effect.fn("StateDb.addNote")(function* (given: string, text: string) {
      const cwd = yield* normalise(given)
      if (!notesOf(cwd).includes(text)) {
        notes.push({ id: ++lastNote, cwd, text })
      }
    }),
    removeNotes: (noteIds) =>
      Effect.sync(() => {
        const kept = notes.filter(({ id }) => !noteIds.includes(id))
        notes.splice(0, notes.length, ...kept)
      }),
    forgetThreads,
    forgetConsolidation: (cwd) => Effect.map(normalise(cwd), (normalised) => void consolidations.delete(normalised)),
    eraseRemains: Effect.void
  })
})

/** The row of a thread whose rollout nobody has seen. */
const emptyThread = {
  source: "vscode",
  modelProvider: null,
  cliVersion: null,
  title: null,
  sandboxPolicy: null,
  approvalMode: null,
  tokensUsed: null,
  firstUserMessage: null,
  archivedAt: null,
  gitSha: null,
  gitBranch: null,
  gitOriginUrl: null,
  rolloutSize: 0
}

/** The state DB in memory, gone with its layer: for tests, and for hosts that keep nothing. Never fails but by `ClaimLost`. */
export const layer: Layer.Layer<StateDb, never, ProcessTable | WorkingDirectories> = Layer.effect(StateDb, make)
