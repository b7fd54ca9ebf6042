import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type { FactId, SessionFact } from "../domain/facts/Fact.js"
import { alsoTold, tellingOf, withoutFacts } from "../domain/facts/FactWords.js"
import type { ForgetRule } from "../domain/memory/Forgetting.js"
import { traceFolder } from "../domain/memory/Publication.js"
import { noteLine } from "../domain/memory/UserNote.js"
import { traceSlug } from "../domain/memory/TraceMemory.js"
import type { Directory } from "../domain/thread/WorkingDirectory.js"
import { makePass } from "../pass/Pass.js"
import { resume } from "../pass/PhaseTwo.js"
import type { Forgotten } from "../services/Memories.js"
import { MemoryFs } from "../services/MemoryFs.js"
import { MemoryInspection } from "../services/MemoryInspection.js"
import { Claims } from "../services/state/Claims.js"
import {
  type CleanedMemory,
  type CleanedThread,
  Facts,
  type ForgottenCorrection,
  type StoredFact
} from "../services/state/Facts.js"
import { Forgetting, ThreadsClaimed } from "../services/state/Forgetting.js"
import { Notes, type UserNote } from "../services/state/Notes.js"
import { ThreadIndex } from "../services/state/ThreadIndex.js"
import { ThreadMemories } from "../services/state/ThreadMemories.js"
import { Settings } from "../settings/Settings.js"
import { republish } from "./DecideFact.js"
import { type FactGroup, factIdFrom, findFact } from "./FindFact.js"
import { reviseFiles, settle, underLocks } from "./Forget.js"

type Statement = Pick<SessionFact, "content" | "text">

/** The facts to forget in one directory, and the texts that mention them. */
export interface FactsOfDirectory {
  readonly cwd: Directory
  readonly ids: ReadonlyArray<FactId>
  /** The facts with these ids, one for each session that has them. */
  readonly facts: ReadonlyArray<StoredFact>
  /** The lines of `MEMORY.md` that mention the facts. */
  readonly lines: ReadonlyArray<string>
  /**
   * The lines in all published files of the directory, and in the record of the last publish, that mention the facts.
   */
  readonly allLines: ReadonlyArray<string>
  /** The sessions' memories that mention the facts, with the text that remains without them. */
  readonly memories: ReadonlyArray<CleanedMemory>
  /** The sessions whose title or first message mentions the facts, with the text that remains without them. */
  readonly threads: ReadonlyArray<CleanedThread>
  /** The notes that mention the facts. */
  readonly notes: ReadonlyArray<UserNote>
  /** The corrections of other facts, also replaced ones, that mention the facts. */
  readonly corrections: ReadonlyArray<ForgottenCorrection>
  /** The facts that were forgotten before. A command that was killed may have left their words. */
  readonly forgottenBefore: ReadonlyArray<FactId>
}

/** The facts to forget, directory by directory. */
export interface FactsPlan {
  readonly directories: ReadonlyArray<FactsOfDirectory>
}

/**
 * Collects further texts that state the facts, beside the facts themselves: the corrections by people, and the lines of
 * `MEMORY.md` into which facts are merged.
 */
const statementsOf = (groups: ReadonlyArray<FactGroup>): ReadonlyArray<Statement> => [
  ...groups.flatMap(({ marks }) =>
    marks.flatMap(({ mark }): ReadonlyArray<Statement> =>
      mark._tag === "Corrected" ? [{ content: { _tag: "Finding", claim: mark.text, files: [] }, text: mark.text }] : []
    )
  ),
  ...groups.flatMap(({ facts, kind, lines }) =>
    // The line of a file may list others.
    kind === "File"
      ? []
      : lines.flatMap(({ line }) => facts.slice(0, 1).map(({ content }) => ({ content, text: line.text })))
  )
]

const planDirectory = Effect.fnUntraced(function* (
  cwd: Directory,
  groups: ReadonlyArray<FactGroup>,
  forgottenBefore: ReadonlyArray<FactId>
) {
  const notes = (yield* (yield* Notes).all).filter((note) => note.cwd === cwd)
  const history = yield* (yield* Facts).history({ cwd, id: undefined }, Number.MAX_SAFE_INTEGER)
  const inspection = yield* MemoryInspection
  const threadIndex = yield* ThreadIndex
  const threadMemories = yield* ThreadMemories
  const { slugLength } = yield* Settings
  const asked = groups.flatMap(({ facts }) => facts)
  const all = groups[0]?.all ?? []
  const ids = new Set([...asked, ...alsoTold(all, asked)].map(({ id }) => id))
  const facts = all.filter(({ id }) => ids.has(id))
  const statements = [...facts, ...statementsOf(groups)]
  const tellings = statements.map(tellingOf)
  const isTold = (line: string): boolean => tellings.some(({ tells }) => tells(line))
  const files = yield* inspection.files(cwd)
  const record = Option.getOrUndefined(yield* inspection.record(cwd))
  const memoryText = Option.getOrElse(yield* inspection.memoryText(cwd), () => "")
  const lines = memoryText.split("\n").map((line) => line.trimEnd())
  const published = [
    ...files.filter(({ path }) => !path.startsWith(`${traceFolder}/`)).flatMap(({ text }) => text.split("\n")),
    ...(record?.memoryText ?? "").split("\n"),
    ...(record?.edits.added ?? []).map(({ line }) => line),
    ...(record?.edits.removed ?? [])
  ].map((line) => line.trimEnd())
  const memories = yield* threadMemories.last(cwd, Number.MAX_SAFE_INTEGER)
  const threadIds = [...new Set([...facts, ...memories].map(({ threadId }) => threadId))]
  const clean = (text: string): string => withoutFacts(text, statements)
  const threads = (yield* Effect.forEach(threadIds, threadIndex.get)).flatMap(
    Option.match({
      onNone: (): ReadonlyArray<CleanedThread> => [],
      onSome: ({ thread }) => {
        const title = thread.title === null ? null : clean(thread.title)
        const firstUserMessage = thread.firstUserMessage === null ? null : clean(thread.firstUserMessage)
        return title === thread.title && firstUserMessage === thread.firstUserMessage
          ? []
          : [{ threadId: thread.id, title, firstUserMessage }]
      }
    })
  )
  const titles = new Map(threads.map(({ threadId, title }) => [threadId, title]))
  const told = memories.flatMap((memory): ReadonlyArray<CleanedMemory> => {
    const traceSummary = clean(memory.traceSummary)
    const memorySummary = clean(memory.memorySummary)
    const title = titles.get(memory.threadId)
    const slug = title === undefined ? memory.slug : traceSlug(title ?? "", slugLength)
    return traceSummary === memory.traceSummary && memorySummary === memory.memorySummary && slug === memory.slug
      ? []
      : [{ threadId: memory.threadId, traceSummary, memorySummary, slug }]
  })
  const directory: FactsOfDirectory = {
    cwd,
    ids: [...ids],
    facts,
    lines: lines.filter(isTold),
    allLines: [...new Set(published.filter((line) => line.trim() !== "" && isTold(line)))],
    memories: told,
    threads,
    notes: notes.filter(({ text }) => isTold(noteLine(text))),
    corrections: history.flatMap(({ event, id, text }) =>
      event === "corrected" && text !== null && !ids.has(id) && isTold(`- ${text}`) ? [{ id, text }] : []
    ),
    forgottenBefore
  }
  return directory
})

/**
 * Finds the directories that have a fact, and those where it was forgotten before. Fails with `FactNotFound` if there
 * are none.
 */
const findGiven = Effect.fnUntraced(function* (given: string, cwd: Directory | undefined) {
  const facts = yield* Facts
  const id = yield* factIdFrom(given)
  const marks = yield* facts.marksWithId(id, cwd)
  const before = marks.flatMap(({ cwd: of, mark }) => (mark._tag === "Forgotten" ? [of] : []))
  const found = yield* Effect.either(findFact(given, cwd))
  if (Either.isLeft(found) && (found.left._tag !== "FactNotFound" || before.length === 0)) {
    return yield* found.left
  }
  const groups = Either.match(found, { onLeft: () => [], onRight: (right) => right.groups })
  return { id, groups, before }
})

/**
 * Determines what is deleted when facts are forgotten, together with the facts merged into the same lines. For a fact
 * that was forgotten before, this is what a killed command may have left. Changes nothing.
 */
export const planForgetFacts = Effect.fn("ForgetFacts.plan")(function* (
  given: ReadonlyArray<string>,
  cwd: Directory | undefined
) {
  const found = yield* Effect.forEach(given, (id) => findGiven(id, cwd))
  const groups = found.flatMap((one) => one.groups)
  const cwds = [...new Set([...groups.map((group) => group.cwd), ...found.flatMap(({ before }) => before)])].sort()
  const directories = yield* Effect.forEach(cwds, (of) =>
    planDirectory(
      of,
      groups.filter((group) => group.cwd === of),
      found.flatMap(({ before, id }) => (before.includes(of) ? [id] : []))
    )
  )
  const plan: FactsPlan = { directories }
  return plan
})

/** Lists the ids of the facts that a plan deletes, with those that were forgotten before, each once. */
export const forgottenIdsOf = ({ directories }: FactsPlan): ReadonlyArray<FactId> => [
  ...new Set(directories.flatMap(({ forgottenBefore, ids }) => [...ids, ...forgottenBefore]))
]

/** Describes a plan as the result of `Memories.forget`. */
export const forgottenFactsOf = ({ directories }: FactsPlan): Forgotten => ({
  forgotten: true,
  threadIds: [],
  notes: directories.flatMap(({ notes }) => notes.map(({ text }) => text)),
  cwds: directories.map(({ cwd }) => cwd),
  facts: forgottenIdsOf({ directories })
})

const requireUnclaimed = Effect.fnUntraced(function* ({ directories }: FactsPlan) {
  const held = new Set((yield* (yield* Claims).holders).flatMap(({ isAbandoned, of }) => (isAbandoned ? [] : [of])))
  const threadIds = new Set(directories.flatMap(({ facts }) => facts.map(({ threadId }) => threadId)))
  const claimed = [...threadIds].filter((threadId) => held.has(threadId))
  if (claimed.length > 0) {
    return yield* new ThreadsClaimed({ threadIds: claimed })
  }
})

const eraseIn = Effect.fn("ForgetFacts.erase")(function* (directory: FactsOfDirectory) {
  const { allLines, corrections, cwd, ids, memories, notes, threads } = directory
  const facts = yield* Facts
  const lines = new Set([...allLines, ...notes.map(({ text }) => noteLine(text))])
  const rule: ForgetRule = { threadIds: new Set(), lines, text: undefined }
  yield* resume(cwd)
  // The files first: as long as the rows have the facts, a command that was killed can be given again.
  yield* reviseFiles(cwd, rule)
  yield* (yield* Notes).remove(notes.map(({ id }) => id))
  yield* facts.forget(cwd, { ids, memories, threads, corrections })
  yield* settle(cwd)
})

/**
 * Deletes facts for good: from the rows, their history and the search index, from the traces and summaries that mention
 * them, from notes and corrections, from `MEMORY.md` and its earlier generations, and with the corrupt state DBs that
 * were set aside. They are not stored again when their sessions are read again. After a kill or a failure, the same
 * command finishes the work.
 * Fails before any change if another pass works on one of the directories or sessions. Cannot be interrupted once
 * begun. `tell` receives progress messages.
 */
export const forgetFacts = Effect.fn("ForgetFacts.forget")(function* (
  plan: FactsPlan,
  tell: (step: string) => Effect.Effect<void>
) {
  const forgetting = yield* Forgetting
  const { owner } = yield* makePass
  yield* underLocks(
    plan.directories.map(({ cwd }) => cwd),
    owner,
    Effect.gen(function* () {
      yield* requireUnclaimed(plan)
      yield* (yield* MemoryFs).removeSetAside
      yield* Effect.forEach(plan.directories, eraseIn, { discard: true })
      yield* tell("writing the state DB anew")
      yield* forgetting.eraseRemains
    })
  )
  return yield* Effect.forEach(plan.directories, ({ cwd }) => republish(cwd, tell))
})
