import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import { notTried, type RolloutContent, type ThreadRecord } from "../domain/thread/Extraction.js"
import {
  ExtractionDefect,
  IncompleteSession,
  NotACodexRollout,
  NoWorkingDirectory
} from "../domain/thread/ExtractionError.js"
import type { SessionFact } from "../domain/facts/Fact.js"
import type { Grounding } from "../domain/memory/Grounding.js"
import type { IgnoreRules } from "../domain/thread/IgnoreRules.js"
import type { BudgetExhausted } from "../domain/model/ModelError.js"
import { judge, type RuleContext } from "../domain/thread/LearningRules.js"
import { isCandidate, select } from "../domain/thread/Selection.js"
import { withName } from "../domain/thread/ThreadFacts.js"
import { SessionStore } from "../services/SessionStore.js"
import { isSubAgentSource } from "../domain/session/codex/RolloutLine.js"
import { joinUnknown } from "../domain/session/codex/UnknownLine.js"
import { isNothing } from "../domain/memory/StageOneOutput.js"
import { isComplete, type Thread, withheld } from "../domain/thread/Thread.js"
import type { WhyNot } from "../domain/thread/WhyNot.js"
import type { Directory } from "../domain/thread/WorkingDirectory.js"
import { namedTrace, normaliseOutput, type SafeOutput, traceSlug } from "../domain/memory/TraceMemory.js"
import { type ExtractionError, storeFailure, treatmentOf } from "./ExtractionRetry.js"
import { extractionDuration, extractions } from "./Metrics.js"
import type { Pass } from "./Pass.js"
import { MemoryFs, type MemoryFsFailure, type TraceFile } from "../services/MemoryFs.js"
import { ModelClient } from "../services/ModelClient.js"
import { Progress } from "../services/Progress.js"
import { type Claim, type ClaimLost, Claims } from "../services/state/Claims.js"
import type { Facts } from "../services/state/Facts.js"
import type { StateDbFailure } from "../services/state/StateDbError.js"
import { ThreadIndex } from "../services/state/ThreadIndex.js"
import { type Learned, ThreadMemories } from "../services/state/ThreadMemories.js"
import { whileRenewed } from "../services/state/WhileRenewed.js"
import { Redactor, safeMessage } from "../services/Redactor.js"
import { Settings } from "../settings/Settings.js"
import { decideProjectOf } from "./projects/ProjectOf.js"
import type { LoadedRollout } from "./ReadSession.js"
import type { SessionPart } from "./SessionParts.js"
import { ruleContext } from "./RuleContext.js"
import { safe } from "../domain/privacy/SafeText.js"
import { logWarning, warn } from "../services/Logging.js"

/** The memory of a session's work in one directory. */
export interface ExtractedTrace {
  readonly cwd: Directory
  readonly traceFile: string
  readonly grounding: Grounding | undefined
}

/** The outcome of one candidate, that is, of a thread that was selected for extraction. */
export type ExtractionOutcome =
  | {
      readonly _tag: "Extracted"
      readonly thread: Thread
      /** The memories, one for each directory of the session that gave any. */
      readonly traces: ReadonlyArray<ExtractedTrace>
    }
  | { readonly _tag: "Nothing"; readonly thread: Thread; readonly cwd: Directory }
  | { readonly _tag: "Skipped"; readonly thread: Thread; readonly reason: WhyNot }
  | { readonly _tag: "Failed"; readonly thread: Thread; readonly error: ExtractionError }

/**
 * Selects the threads to learn from, and for each stores a trace memory or the fact that there is nothing to remember.
 * A failure ends only its own thread. If a thread drops out before a model was asked, the next one takes its place.
 */
export const runPhaseOne = Effect.fn("PhaseOne.run")(function* (pass: Pass, limit: number, rules: IgnoreRules) {
  const { concurrency } = yield* Settings
  const context = { ...(yield* ruleContext((yield* ModelClient).provider, rules)), owner: pass.owner }
  const unlearned = yield* listUnlearned
  const waiting = new Map(unlearned.map((record) => [record.thread.id, record]))
  const outcomes: Array<ExtractionOutcome> = []
  let places = limit
  let selection = select([...waiting.values()], places, context)
  for (const { reason, thread } of selection.skipped) {
    outcomes.push(yield* skipped(thread, reason))
  }
  while (selection.candidates.length > 0) {
    const round = yield* Effect.forEach(selection.candidates, (thread) => extract(pass, thread, context), {
      concurrency: concurrency * candidatesPerRequest
    })
    outcomes.push(...round)
    places -= round.filter(usedItsPlace).length
    selection.candidates.forEach(({ id }) => waiting.delete(id))
    selection = select([...waiting.values()], places, context)
  }
  const left = [...waiting.values()].filter((record) => isCandidate(record, context))
  const subAgents = unlearned.filter(({ thread }) => isSubAgentSource(thread.source)).length
  return { extractions: outcomes, waiting: left.length, subAgents }
})

/** Loads the code that reads a session, with the first candidate, so that a pass without candidates starts faster. */
const loadLoading = Effect.promise(() => import("./ReadSession.js"))
const loadFacts = Effect.promise(() => import("./facts/SessionFacts.js"))
const loadForgotten = Effect.promise(() => import("./facts/ForgottenFacts.js"))
const loadAsking = Effect.promise(() => import("./AskModel.js"))
const loadParting = Effect.promise(() => import("./SessionParts.js"))

/**
 * Number of candidates in progress for each concurrent request: while one waits for the model, the next is read, so
 * that the model never waits for the disk.
 */
const candidatesPerRequest = 2

/** Lists all threads that have something new to learn and whose rollout exists, reading the index page by page. */
export const listUnlearned = Effect.gen(function* () {
  const threadIndex = yield* ThreadIndex
  const { threadsScanned } = yield* Settings
  const unlearned: Array<ThreadRecord> = []
  for (let after: Thread | undefined; ; after = unlearned.at(-1)?.thread) {
    const page = yield* threadIndex.unlearned({ pageSize: threadsScanned, after, withMissing: false })
    unlearned.push(...page)
    if (page.length < threadsScanned) {
      return unlearned
    }
  }
})

const usedItsPlace = (outcome: ExtractionOutcome): boolean =>
  (outcome._tag === "Skipped" && outcome.reason === "budget") ||
  outcome._tag === "Extracted" ||
  outcome._tag === "Nothing" ||
  (outcome._tag === "Failed" && treatmentOf(outcome.error) !== "hopeless")

const skipped = Effect.fnUntraced(function* (thread: Thread, reason: WhyNot) {
  const progress = yield* Progress
  yield* progress.report({ _tag: "Skipped", threadId: thread.id, reason })
  const outcome: ExtractionOutcome = { _tag: "Skipped", thread, reason }
  return outcome
})

/** Processes one candidate, from its claim to its outcome. Never fails. */
const extract = (pass: Pass, thread: Thread, context: RuleContext) =>
  Effect.gen(function* () {
    const claims = yield* Claims
    const { claimLease } = yield* Settings
    return yield* Effect.acquireUseRelease(
      claims.acquire(thread.id, pass.owner, claimLease),
      Option.match({
        onNone: () => skipped(thread, "claimed"),
        onSome: (claim) =>
          whileRenewed(extractClaimed(pass, thread, claim, context), claims.renew(claim, claimLease), claimLease)
      }),
      (claim, exit) =>
        Option.isSome(claim) && !usedUp(exit) ? Effect.ignore(claims.release(claim.value)) : Effect.void
    )
  }).pipe(
    Effect.catchAll((error) => failed(thread, error)),
    Effect.tap((outcome) => Metric.increment(Metric.tagged(extractions, "outcome", outcome._tag.toLowerCase()))),
    Metric.trackDuration(extractionDuration),
    Effect.withSpan("PhaseOne.extract", { attributes: { threadId: thread.id } })
  )

/** True if the extraction's result was stored. Storing it ended the claim, so the claim need not be released. */
const usedUp = (exit: Exit.Exit<ExtractionOutcome, unknown>): boolean =>
  Exit.isSuccess(exit) && (exit.value._tag === "Extracted" || exit.value._tag === "Nothing")

const extractClaimed = Effect.fnUntraced(function* (pass: Pass, thread: Thread, claim: Claim, selectedIn: RuleContext) {
  const claims = yield* Claims
  const threadIndex = yield* ThreadIndex
  const progress = yield* Progress
  yield* progress.report({ _tag: "Claimed", threadId: thread.id, rolloutPath: thread.rolloutPath })
  const record = Option.getOrElse(yield* threadIndex.get(thread.id), (): ThreadRecord => ({
    thread,
    extraction: notTried
  }))
  // Between the selection and the claim another pass may have learned from this thread.
  if (judge(record, selectedIn) === "fresh") {
    return yield* skipped(thread, "claimed")
  }
  const { load } = yield* loadLoading
  const orDefect = Effect.catchAllDefect((cause) => new ExtractionDefect({ threadId: thread.id, cause }))
  const loaded = yield* Effect.either(orDefect(load(record.thread)))
  const content = Either.match(loaded, {
    onLeft: (): RolloutContent => ({ size: record.thread.rolloutSize, hash: null }),
    onRight: (rollout) => rollout.content
  })
  const context = { ...selectedIn, now: yield* Clock.currentTimeMillis, content }
  const verdict = judge(record, context)
  if (verdict === "quarantined" || verdict === "backoff") {
    yield* claims.keepFailure(thread.id, record.thread.rolloutModifiedAt)
    return yield* skipped(thread, verdict)
  }
  return yield* loaded.pipe(
    Effect.flatMap((rollout) => learn(pass, claim, record, rollout, context)),
    orDefect,
    Effect.catchAll((error): Effect.Effect<ExtractionOutcome, never, Claims | Progress | Redactor | Settings> =>
      error._tag === "BudgetExhausted"
        ? leftOut(thread, error)
        : Effect.zipRight(storeFailure(claim, record, content, error), failed(thread, error))
    )
  )
})

/**
 * Skips a thread because its request would exceed a cap on spending. That is no failure: the next pass finds the thread
 * unchanged.
 */
const leftOut = (thread: Thread, error: BudgetExhausted) =>
  Effect.zipRight(warn(`${thread.rolloutPath}: ${error.message}`), skipped(thread, "budget"))

/** Completes the thread's row from the whole rollout, asks the model, and stores the answer. */
const learn = Effect.fnUntraced(function* (
  pass: Pass,
  claim: Claim,
  record: ThreadRecord,
  rollout: LoadedRollout,
  context: RuleContext
) {
  yield* Ref.update(pass.unknownLines, (counts) => joinUnknown(counts, rollout.unknownLines))
  if (!rollout.facts.isRollout) {
    return yield* new NotACodexRollout({ path: rollout.file.path, agent: rollout.file.agent })
  }
  const thread = yield* complete(claim, record.thread, rollout, context.ignore)
  const verdict = judge({ ...record, thread }, context)
  if (verdict !== "eligible") {
    return yield* skipped(thread, verdict)
  }
  const { cwd } = thread
  if (cwd === null) {
    return yield* new NoWorkingDirectory({ path: rollout.file.path })
  }
  if (rollout.isIncomplete && record.extraction.outcome === "memory") {
    return yield* new IncompleteSession({ path: rollout.file.path })
  }
  const { partsByProject } = yield* loadParting
  const { isPartial, parts } = yield* partsByProject(thread, cwd, rollout, context.ignore, decideProjectOf)
  const { threadName } = withName(rollout.facts, yield* (yield* SessionStore).names)
  const answers = yield* Effect.forEach(parts, (part) => askOfPart(pass, rollout, part, threadName))
  const learned = { content: rollout.content, updatedAt: thread.updatedAt, isPartial }
  return yield* storeAnswers(claim, { ...thread, cwd }, learned, answers)
})

type Services = Facts | MemoryFs | Progress | Settings | ThreadMemories

/**
 * Stores what is left of the answers without the facts that people forgot. Begins again if a fact is forgotten before
 * the rows are stored.
 */
const storeAnswers = (
  claim: Claim,
  thread: Thread & { readonly cwd: Directory },
  learned: Learned,
  answers: ReadonlyArray<PartAnswer>
): Effect.Effect<ExtractionOutcome, ClaimLost | MemoryFsFailure | StateDbFailure, Services> =>
  Effect.gen(function* () {
    const threadMemories = yield* ThreadMemories
    const progress = yield* Progress
    const { withoutForgottenFacts } = yield* loadForgotten
    const left = yield* Effect.forEach(answers, (answer) =>
      Effect.map(withoutForgottenFacts(answer.part.cwd, answer.facts, answer.output), (kept): PartAnswer => ({
        ...answer,
        ...kept
      }))
    )
    const traces = left.filter(({ output }) => !isNothing(output))
    if (!Arr.isNonEmptyReadonlyArray(traces)) {
      yield* threadMemories.storeNothing(claim, learned)
      yield* progress.report({ _tag: "NoOutput", threadId: thread.id })
      const outcome: ExtractionOutcome = { _tag: "Nothing", thread, cwd: thread.cwd }
      return outcome
    }
    const outcome: ExtractionOutcome = { _tag: "Extracted", thread, traces: yield* store(claim, learned, traces) }
    yield* progress.report({ _tag: "Extracted", threadId: thread.id, cwd: traces[0].part.cwd })
    return outcome
  }).pipe(Effect.catchTag("FactsForgotten", () => storeAnswers(claim, thread, learned, answers)))

/** The memory and the facts that were extracted from one part of a session, ready to be stored. */
interface PartAnswer {
  readonly part: SessionPart
  readonly facts: ReadonlyArray<SessionFact>
  readonly output: SafeOutput
  readonly grounding: Grounding | undefined
}

/** The answer that there is nothing to remember. */
const noOutput: SafeOutput = { traceMemory: safe``, summary: safe`` }

const askOfPart = Effect.fnUntraced(function* (
  pass: Pass,
  rollout: LoadedRollout,
  part: SessionPart,
  name: string | undefined
) {
  const { summaryBytes, traceBytes } = yield* Settings
  const { askForMemory } = yield* loadAsking
  const { rolloutOfPart } = yield* loadParting
  const { factsOfPart } = yield* loadFacts
  const facts = yield* factsOfPart(part)
  const session = { thread: part.thread, rollout: rolloutOfPart(rollout, part), facts }
  const { grounding, output } = yield* askForMemory(pass, session)
  if (isNothing(output)) {
    const nothing: PartAnswer = { part, grounding, facts: [], output: noOutput }
    return nothing
  }
  const redact = yield* (yield* Redactor).rules
  const answer: PartAnswer = {
    part,
    grounding,
    facts,
    output: normaliseOutput(
      { ...output, traceMemory: namedTrace(output.traceMemory, name ?? "", null) },
      { traceBytes, summaryBytes },
      redact
    )
  }
  return answer
})

/** Replaces the thread's row by the one from the whole rollout, unless the index already had all of it. */
const complete = Effect.fnUntraced(function* (
  claim: Claim,
  stored: Thread,
  rollout: LoadedRollout,
  rules: IgnoreRules
) {
  const threadIndex = yield* ThreadIndex
  const { threadAsRead } = yield* loadLoading
  const read = yield* threadAsRead(rollout, rules)
  const thread = isComplete(stored, read) ? stored : yield* threadIndex.complete(claim, read)
  // A link that has gone since was followed when the row was written.
  return thread.withheld === null && rules.isIgnored(thread)
    ? yield* threadIndex.complete(claim, withheld(thread, "ignored"))
    : thread
})

/** Stores the memories of all parts with their trace files. Stores all of them or none. */
const store = Effect.fnUntraced(function* (
  claim: Claim,
  learned: Learned,
  answers: Arr.NonEmptyReadonlyArray<PartAnswer>
) {
  const threadMemories = yield* ThreadMemories
  const { slugLength } = yield* Settings
  const slugOf = ({ part }: PartAnswer): string => traceSlug(part.thread.title ?? "", slugLength)
  const memories = Arr.map(answers, (answer) => ({
    cwd: answer.part.cwd,
    traceSummary: answer.output.traceMemory,
    memorySummary: answer.output.summary,
    slug: slugOf(answer),
    grounding: answer.grounding,
    facts: answer.facts
  }))
  const files = answers.map((answer) => {
    const { agent, id, rolloutPath, updatedAt } = answer.part.thread
    const header = { threadId: id, agent, cwd: answer.part.cwd, rolloutPath, updatedAt }
    return { header, slug: slugOf(answer), trace: answer.output.traceMemory }
  })
  const paths = yield* storeTraces(files, threadMemories.store(claim, learned, memories))
  return Arr.zipWith(answers, paths, ({ grounding, part }, traceFile): ExtractedTrace => ({
    cwd: part.cwd,
    traceFile,
    grounding
  }))
})

/**
 * Writes trace files, each within the write of the one before: if the rows cannot be stored, every file gets its
 * previous content back.
 */
const storeTraces = <E, R>(
  [first, ...others]: ReadonlyArray<TraceFile>,
  commit: Effect.Effect<void, E, R>
): Effect.Effect<ReadonlyArray<string>, E | MemoryFsFailure, R | MemoryFs> =>
  first === undefined
    ? Effect.as(commit, [])
    : Effect.gen(function* () {
        const memoryFs = yield* MemoryFs
        const inner = yield* Ref.make<ReadonlyArray<string>>([])
        const path = yield* memoryFs.storeTrace(
          first,
          Effect.flatMap(storeTraces(others, commit), (paths) => Ref.set(inner, paths))
        )
        return [path, ...(yield* Ref.get(inner))]
      })

const failed = Effect.fnUntraced(function* (thread: Thread, error: ExtractionError) {
  const progress = yield* Progress
  const message = yield* safeMessage(error)
  yield* logWarning(message).pipe(Effect.annotateLogs({ error: error._tag, rollout: thread.rolloutPath }))
  yield* progress.report({ _tag: "ExtractionFailed", threadId: thread.id, errorTag: error._tag })
  const outcome: ExtractionOutcome = { _tag: "Failed", thread, error }
  return outcome
})
