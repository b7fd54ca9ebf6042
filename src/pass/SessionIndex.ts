import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { IgnoreRules } from "../domain/thread/IgnoreRules.js"
import { chooseFile, isUnderSameRules, listingFingerprint, underRules } from "../domain/session/RolloutChoice.js"
import { type RolloutFile, Thread, threadOf, unchecked } from "../domain/thread/Thread.js"
import { withheld } from "../domain/thread/Withheld.js"
import { isMemoryDisabled, noFacts } from "../domain/thread/ThreadFacts.js"
import { loadRedact } from "../services/Redactor.js"
import { Progress } from "../services/Progress.js"
import { RolloutStore } from "../services/RolloutStore.js"
import { type KnownRollout, StateDb } from "../services/StateDb.js"

/** Threads written at a time: a transaction is short, whatever the size of the home. */
const threadsWritten = 500

/** A file that was read, and the row it would give its thread. */
interface IndexedFile extends KnownRollout {
  readonly thread: Thread
}

const readFile = Effect.fnUntraced(function* (
  file: RolloutFile,
  before: KnownRollout | undefined,
  now: number,
  rules: IgnoreRules
) {
  const store = yield* RolloutStore
  const redact = yield* loadRedact
  // A file that cannot be read has its row all the same: phase one says why it fails.
  const facts = yield* Effect.option(store.readEnds(file))
  const read = threadOf(
    Option.getOrElse(facts, () => noFacts),
    file,
    now,
    redact
  )
  const thread =
    before === undefined || Option.isSome(facts) ? read : new Thread({ ...read, id: before.threadId }, unchecked)
  const isDisabled = Option.exists(facts, isMemoryDisabled)
  const indexed: IndexedFile = {
    path: file.path,
    size: file.size,
    modifiedAt: file.modifiedAt,
    threadId: thread.id,
    lastRecordAt: read.updatedAt,
    thread: rules.isIgnored(thread)
      ? withheld(thread, "ignored")
      : isDisabled
        ? withheld(thread, "memory-disabled")
        : thread
  }
  return indexed
})

const groupByThread = <A extends KnownRollout>(files: Iterable<A>): ReadonlyMap<string, ReadonlyArray<A>> => {
  const groups = new Map<string, Array<A>>()
  for (const file of files) {
    const group = groups.get(file.threadId)
    if (group === undefined) {
      groups.set(file.threadId, [file])
    } else {
      group.push(file)
    }
  }
  return groups
}

/** How the index is brought up to date. */
export interface IndexOptions {
  /** Whether every file counts as changed. */
  readonly reread: boolean
  readonly ignoreRules: IgnoreRules
}

/**
 * Brings the index up to date with the Codex home. A file whose size and modification time are as they were is not opened;
 * a changed one is read at its ends. Where the ignore file changed, every file counts as changed. A file that is gone
 * leaves its thread marked missing, with all that was learned from it. With `reread`, every file counts as changed. A
 * `completion` runs once the rows are there; the index counts as up to date only after it. Returns how many threads there
 * are now.
 */
export const updateIndex = Effect.fn("RolloutIndex.update")(function* <E = never, R = never>(
  options: IndexOptions,
  completion?: Effect.Effect<void, E, R>
) {
  const store = yield* RolloutStore
  const stateDb = yield* StateDb
  const listed = yield* store.list
  const { ignoreRules } = options
  const listing = underRules(listingFingerprint(listed), ignoreRules.text)
  const before = Option.getOrElse(yield* stateDb.indexedListing, () => "")
  const isUpToDate = !options.reread && before === listing
  const reread = options.reread || !isUnderSameRules(before, listing)
  const noted = completion === undefined ? listing : undefined
  const changed = isUpToDate ? 0 : yield* indexChanges(listed, noted, reread, ignoreRules)
  if (completion !== undefined) {
    yield* completion
    yield* stateDb.changeIndex({ threads: [], known: [], gone: [], now: yield* Clock.currentTimeMillis, listing })
  }
  const threads = yield* stateDb.countThreads
  const progress = yield* Progress
  yield* progress.report({ _tag: "Indexed", threads, changed })
  return threads
})

/** Reads what changed and writes its rows, and what the listing comes to, if any; returns how many files that were. */
const indexChanges = Effect.fnUntraced(function* (
  listed: ReadonlyArray<RolloutFile>,
  listing: string | undefined,
  reread: boolean,
  rules: IgnoreRules
) {
  const stateDb = yield* StateDb
  const now = yield* Clock.currentTimeMillis
  const known = new Map((yield* stateDb.knownRollouts).map((rollout) => [rollout.path, rollout]))
  const files = new Map(listed.map((file) => [file.path, file]))
  const isChanged = (file: RolloutFile): boolean => {
    const before = known.get(file.path)
    return reread || before?.size !== file.size || before.modifiedAt !== file.modifiedAt
  }
  const changed = yield* Effect.forEach(listed.filter(isChanged), (file) =>
    readFile(file, known.get(file.path), now, rules)
  )
  const replaced = changed.filter(({ path, threadId }) => (known.get(path)?.threadId ?? threadId) !== threadId)
  const gone = [...[...known.keys()].filter((path) => !files.has(path)), ...replaced.map(({ path }) => path)]
  const threads = yield* chosenThreads(known, changed, files, now, rules)
  const batches = Math.max(1, Math.ceil(Math.max(threads.length, changed.length) / threadsWritten))
  for (let batch = 0; batch < batches; batch++) {
    const [from, to] = [batch * threadsWritten, (batch + 1) * threadsWritten]
    yield* stateDb.changeIndex({
      threads: threads.slice(from, to),
      known: changed.slice(from, to),
      gone: batch === 0 ? gone : [],
      now,
      listing: batch === batches - 1 ? listing : undefined
    })
  }
  return changed.length
})

/** The rows to write: of each thread that a changed or vanished file belonged to, the one of the file that counts now. */
const chosenThreads = Effect.fnUntraced(function* (
  known: ReadonlyMap<string, KnownRollout>,
  changed: ReadonlyArray<IndexedFile>,
  files: ReadonlyMap<string, RolloutFile>,
  now: number,
  rules: IgnoreRules
) {
  const read = new Map(changed.map((file) => [file.path, file]))
  const before = groupByThread(known.values())
  const after = groupByThread([
    ...[...known.values()].filter(({ path }) => files.has(path) && !read.has(path)),
    ...changed
  ])
  const threads: Array<Thread> = []
  for (const [threadId, group] of after) {
    const chosen = chooseFile(group)
    const file = chosen === undefined ? undefined : files.get(chosen.path)
    if (chosen === undefined || file === undefined) {
      continue
    }
    const indexed = read.get(chosen.path)
    if (indexed !== undefined) {
      threads.push(indexed.thread)
    } else if (chooseFile(before.get(threadId) ?? [])?.path !== chosen.path) {
      threads.push((yield* readFile(file, chosen, now, rules)).thread)
    }
  }
  return threads
})
