import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Extraction, isFresh, type ThreadRecord, unclaimed } from "../../domain/thread/Extraction.js"
import { newestFirst } from "../../domain/thread/NewestFirst.js"
import { isSubAgentSource } from "../../domain/session/codex/RolloutLine.js"
import { Thread, unchecked } from "../../domain/thread/Thread.js"
import type { ThreadId } from "../../domain/thread/ThreadId.js"
import { isWithheldSource } from "../../domain/thread/Withheld.js"
import type { IndexChanges, KnownRollout, ThreadQuery } from "../../services/StateDb.js"
import type { State } from "./State.js"

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

/** The operations on threads and on the files that record them. */
export const make = ({ extractionOf, isHeld, normalise, putThread, removeThread, threads }: State) => {
  const rollouts = new Map<string, KnownRollout>()
  let listing: string | undefined

  const recordOf = (thread: Thread): Effect.Effect<ThreadRecord> =>
    Effect.map(isHeld(thread.id), (held) => {
      const extraction = extractionOf(thread.id)
      return { thread, extraction: held ? extraction : new Extraction({ ...extraction, ...unclaimed }) }
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

  return {
    countThreads: Effect.sync(() => threads.size),
    listThreads,
    getThread: (threadId: ThreadId) =>
      Effect.suspend(() => Effect.transposeOption(Option.map(Option.fromNullable(threads.get(threadId)), recordOf))),
    deleteThread: (threadId: ThreadId) => Effect.sync(() => removeThread(threadId)),
    indexedListing: Effect.sync(() => Option.fromNullable(listing)),
    knownRollouts: Effect.sync(() => [...rollouts.values()]),
    rolloutsOf: (threadId: ThreadId) =>
      Effect.sync(() =>
        [...rollouts.values()]
          .filter((rollout) => rollout.threadId === threadId)
          .sort((left, right) => (left.path < right.path ? -1 : 1))
      ),
    changeIndex
  }
}
