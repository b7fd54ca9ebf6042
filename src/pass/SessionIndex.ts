import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { IgnoreRules } from "../domain/thread/IgnoreRules.js"
import { isUnderSameRules, listingFingerprint, underNames, underRules } from "../domain/session/RolloutChoice.js"
import type { SessionLine } from "../domain/session/SessionLine.js"
import { agentTitles } from "../domain/session/CodingAgent.js"
import { type KnownProjects, knownProjects } from "../domain/project/KnownProjects.js"
import { chainOf, joinFiles, type RolloutPart, type ThreadFile } from "../domain/session/codex/RolloutSegments.js"
import { namesOf, type RolloutFile, Thread, titleOf, withheld } from "../domain/thread/Thread.js"
import { addSessionLine } from "../domain/session/SessionLine.js"
import { isMemoryDisabled, joinFacts, noFacts, withName } from "../domain/thread/ThreadFacts.js"
import type { ThreadId } from "../domain/thread/ThreadId.js"
import { Redactor } from "../services/Redactor.js"
import { Progress } from "../services/Progress.js"
import { SessionStore } from "../services/SessionStore.js"
import { Projects } from "../services/state/Projects.js"
import { type KnownRollout, type RenamedThread, ThreadIndex } from "../services/state/ThreadIndex.js"
import { inform } from "../services/Logging.js"
import { ThreadMemories } from "../services/state/ThreadMemories.js"
import { projectAmong } from "./projects/ProjectOf.js"
import { compared, readParts, readThread } from "./ThreadReading.js"

/** Maximum threads written in one transaction, so that it stays short in a home of any size. */
const threadsWritten = 500

/** A file whose ends were read, with the row that its thread would have if it were the thread's only file. */
interface SeenFile extends KnownRollout, ThreadFile {
  readonly thread: Thread
}

/** Reads the ends of a file. An unreadable file gets a row without facts, so that phase one can report why it fails. */
const readEnds = Effect.fnUntraced(function* (file: RolloutFile, endOrdinal?: number) {
  const store = yield* SessionStore
  const facts = yield* Effect.orElseSucceed(store.readEnds(file, endOrdinal), () => noFacts)
  return withName(facts, yield* store.names)
})

const look = Effect.fnUntraced(function* (file: RolloutFile, before: KnownRollout | undefined) {
  const facts = yield* readEnds(file)
  const read = yield* readThread(facts, file)
  const thread = before === undefined || facts !== noFacts ? read : new Thread({ ...read, id: before.threadId })
  const { agent, modifiedAt, path, size } = file
  const seen: SeenFile = {
    agent,
    path,
    size,
    modifiedAt,
    threadId: thread.id,
    lastRecordAt: thread.updatedAt,
    file,
    facts,
    thread
  }
  return seen
})

/**
 * Makes the row of a thread from all files that record it. A thread that a whole read found withheld stays withheld
 * until the next whole read: the ends of a file may not show where memory was switched off.
 */
const rowOf = Effect.fnUntraced(function* (
  threadId: ThreadId,
  chain: ReadonlyArray<SeenFile & RolloutPart>,
  wasDisabled: boolean,
  rules: WithholdingRules
) {
  const told = yield* Effect.forEach(chain, ({ endOrdinal, facts, file }) =>
    endOrdinal === undefined ? Effect.succeed(facts) : readEnds(file, endOrdinal)
  )
  const facts = told.reduce(joinFacts, noFacts)
  const file = chain.map((part) => part.file).reduce(joinFiles)
  const [only] = chain.length === 1 ? chain : []
  const thread = only?.thread ?? new Thread({ ...(yield* readThread(facts, file)), id: threadId })
  const names = [...namesOf(thread, facts), ...chain.flatMap((part) => namesOf(part.thread, part.facts))]
  if (names.some(rules.isIgnored) || (yield* isProjectIgnored(thread, rules))) {
    return withheld(thread, "ignored")
  }
  const isDisabled =
    rules.switchedOff.has(threadId) || isMemoryDisabled(facts) || (wasDisabled && (yield* isStillDisabled(chain)))
  return isDisabled ? withheld(thread, "memory-disabled") : thread
})

/** True if the project of a thread's directory is ignored: its worktrees and subdirectories are then, too. */
const isProjectIgnored = Effect.fnUntraced(function* ({ cwd, gitOriginUrl }: Thread, rules: WithholdingRules) {
  if (rules.known === undefined || cwd === null) {
    return false
  }
  const { project } = yield* projectAmong(rules.known, { directory: cwd, recorded: gitOriginUrl ?? undefined })
  return rules.isIgnored({ cwd: project, rolloutPath: "" })
})

const isStillDisabled = Effect.fnUntraced(function* (chain: ReadonlyArray<RolloutPart>) {
  let facts = noFacts
  const add = (line: SessionLine): void => {
    facts = addSessionLine(facts, line)
  }
  const read = yield* Effect.option(readParts(chain, add))
  return Option.isNone(read) || isMemoryDisabled(facts)
})

const groupByThread = <A extends KnownRollout>(files: Iterable<A>): ReadonlyMap<ThreadId, ReadonlyArray<A>> => {
  const groups = new Map<ThreadId, Array<A>>()
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

/**
 * The rules that withhold sessions (the index stores nothing of their content) for reasons outside their own files: the
 * ignore file, and the switches in Codex's state DB.
 */
interface WithholdingRules extends IgnoreRules {
  readonly switchedOff: ReadonlySet<string>
  /** The known projects; undefined if nothing is ignored. */
  readonly known: KnownProjects | undefined
}

/** Options of an index update. */
export interface IndexOptions {
  /** True to read every file again, even if it is unchanged. */
  readonly reread: boolean
  readonly ignoreRules: IgnoreRules
}

/**
 * Updates the index from the Codex home. A file with unchanged size and modification time is not opened; of a changed
 * one only the ends are read. With `reread`, after a change of the ignore file, and after a change of the threads whose
 * memory is switched off, every file counts as changed. A vanished file leaves its thread marked missing, and its
 * memory stays. `completion` runs once the rows are written, and the index counts as up to date only after it. Returns
 * the number of threads.
 */
export const updateIndex = Effect.fn("RolloutIndex.update")(function* <E = never, R = never>(
  options: IndexOptions,
  completion?: Effect.Effect<void, E, R>
) {
  const store = yield* SessionStore
  const threadIndex = yield* ThreadIndex
  const listed = yield* store.list
  // Where the switches cannot be told now, what was withheld stays withheld.
  const told = yield* store.switchedOff
  const switchedOff: ReadonlySet<string> = Option.isSome(told) ? told.value : new Set(yield* threadIndex.memoryDisabled)
  const projects = yield* Projects
  const isAnyIgnored = options.ignoreRules.text.trim() !== ""
  const known = isAnyIgnored ? knownProjects(yield* projects.all) : undefined
  const rules: WithholdingRules = { ...options.ignoreRules, switchedOff, known }
  const listing = underRules(underNames(listingFingerprint(listed), yield* store.names), rules.text, switchedOff)
  const before = Option.getOrElse(yield* threadIndex.listing, () => "")
  const isUpToDate = !options.reread && before === listing
  if (before === "") {
    yield* sayAgents
  }
  const reread = options.reread || !isUnderSameRules(before, listing)
  const { applyIgnored } = yield* ThreadMemories
  const leaveOut = reread ? applyIgnored((cwd) => rules.isIgnored({ cwd, rolloutPath: "" })) : Effect.void
  if (completion === undefined) {
    yield* leaveOut
  }
  const noted = completion === undefined ? listing : undefined
  const changed = isUpToDate ? 0 : yield* indexChanges(listed, noted, reread, rules)
  if (completion !== undefined) {
    yield* completion
    yield* leaveOut
    yield* threadIndex.change({ threads: [], known: [], gone: [], now: yield* Clock.currentTimeMillis, listing })
  }
  const threads = yield* threadIndex.count
  const progress = yield* Progress
  yield* progress.report({ _tag: "Indexed", threads, changed })
  return threads
})

/** Says of which agents sessions are read, at the first run on a memories home; of Codex alone nothing is said. */
const sayAgents = Effect.gen(function* () {
  const agents = yield* (yield* SessionStore).agents
  const isFirst = (yield* (yield* ThreadIndex).count) === 0
  if (isFirst && agents.some(({ agent }) => agent !== "codex")) {
    const named = agents.map(({ agent, path }) => `${agentTitles[agent]} (${path})`).join(", ")
    yield* inform(`sessions are read of ${named}; MEMORIES_AGENTS names those that are to be read`)
  }
})

/**
 * Reads the changed files, and writes their rows and the fingerprint of the listing of the Codex home. Returns the
 * number of files read.
 */
const indexChanges = Effect.fnUntraced(function* (
  listed: ReadonlyArray<RolloutFile>,
  listing: string | undefined,
  reread: boolean,
  rules: WithholdingRules
) {
  const threadIndex = yield* ThreadIndex
  const now = yield* Clock.currentTimeMillis
  const known = new Map((yield* threadIndex.rollouts).map((rollout) => [rollout.path, rollout]))
  const files = new Map(listed.map((file) => [file.path, file]))
  const isChanged = (file: RolloutFile): boolean => {
    const before = known.get(file.path)
    return reread || before?.size !== file.size || before.modifiedAt !== file.modifiedAt
  }
  const renamed = yield* renamedThreads(new Set([...known.values()].map(({ threadId }) => threadId)))
  const isRenamed = ({ path }: RolloutFile): boolean =>
    renamed.some(({ threadId }) => threadId === known.get(path)?.threadId)
  const toRead = listed.filter((file) => isChanged(file) || isRenamed(file))
  const changed = yield* Effect.forEach(toRead, (file) => look(file, known.get(file.path)))
  const replaced = changed.filter(({ path, threadId }) => (known.get(path)?.threadId ?? threadId) !== threadId)
  // The files of an agent that is not read now are not known to have gone.
  const agents = new Set((yield* (yield* SessionStore).agents).map(({ agent }) => agent))
  const isGone = ({ agent, path }: KnownRollout): boolean => !files.has(path) && agents.has(agent)
  const gone = [...[...known.values()].filter(isGone).map(({ path }) => path), ...replaced.map(({ path }) => path)]
  const threads = yield* changedThreads(known, changed, gone, files, rules)
  const may = new Set(threads.flatMap(({ id, withheld }) => (withheld === null ? [id] : [])))
  const batches = Math.max(1, Math.ceil(Math.max(threads.length, changed.length) / threadsWritten))
  for (let batch = 0; batch < batches; batch++) {
    const [from, to] = [batch * threadsWritten, (batch + 1) * threadsWritten]
    yield* threadIndex.change({
      threads: threads.slice(from, to),
      renamed: batch === 0 ? renamed.filter(({ threadId }) => may.has(threadId)) : [],
      known: changed.slice(from, to),
      gone: batch === 0 ? gone : [],
      now,
      listing: batch === batches - 1 ? listing : undefined
    })
  }
  return changed.length
})

/** Lists the threads whose stored title differs from the name that a person gave them, with both. */
const renamedThreads = Effect.fnUntraced(function* (known: ReadonlySet<ThreadId>) {
  const threadIndex = yield* ThreadIndex
  const names = yield* (yield* SessionStore).names
  const redact = yield* (yield* Redactor).rules
  const renamed: Array<RenamedThread> = []
  for (const id of known) {
    const name = names.get(id)
    const record = name === undefined ? Option.none() : yield* threadIndex.get(id)
    const title = titleOf(name, redact)
    if (title !== null && Option.isSome(record) && record.value.thread.title !== title) {
      renamed.push({ threadId: id, name: title, formerTitle: record.value.thread.title })
    }
  }
  return renamed
})

/** Makes the rows of every thread with a changed or vanished file. */
const changedThreads = Effect.fnUntraced(function* (
  known: ReadonlyMap<string, KnownRollout>,
  changed: ReadonlyArray<SeenFile>,
  gone: ReadonlyArray<string>,
  files: ReadonlyMap<string, RolloutFile>,
  rules: WithholdingRules
) {
  const threadIndex = yield* ThreadIndex
  const seen = new Set(changed.map(({ path }) => path))
  const news = groupByThread(changed)
  const before = groupByThread(known.values())
  const touched = new Set([...news.keys(), ...gone.flatMap((path) => known.get(path)?.threadId ?? [])])
  const disabled = new Set(before.size === 0 ? [] : yield* threadIndex.memoryDisabled)
  const threads: Array<Thread> = []
  for (const threadId of touched) {
    const others = yield* Effect.forEach(before.get(threadId) ?? [], (rollout) => {
      const file = seen.has(rollout.path) ? undefined : files.get(rollout.path)
      return file === undefined ? Effect.succeed([]) : Effect.map(look(file, rollout), (one) => [one])
    })
    const rolloutPath = Option.map(yield* threadIndex.get(threadId), ({ thread }) => thread.rolloutPath)
    const { lacksNewest, parts } = chainOf(
      threadId,
      yield* compared([...others.flat(), ...(news.get(threadId) ?? [])]),
      Option.getOrUndefined(rolloutPath)
    )
    // What was learned from a file that vanished stays, as long as the one that is written to is there.
    const isToWrite = news.has(threadId) || !Option.contains(rolloutPath, parts.at(-1)?.path ?? "")
    if (parts.length > 0 && isToWrite) {
      const row = yield* rowOf(threadId, parts, disabled.has(threadId), rules)
      // Without its newest file nobody can tell what of the session was undone, so it stays missing.
      threads.push(...(lacksNewest && row.withheld === null ? [] : [row]))
    }
  }
  return threads
})
