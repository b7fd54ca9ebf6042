import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { moneyOf, pricesOf } from "../domain/model/ModelFacts.js"
import { dayOf, type TokenCounts } from "../domain/model/Spending.js"
import type { PassPlan, PlannedThread } from "../domain/report/PassPlan.js"
import { NotACodexRollout, NoWorkingDirectory } from "../domain/thread/ExtractionError.js"
import type { RolloutContent, ThreadRecord } from "../domain/thread/Extraction.js"
import { judge, type RuleContext } from "../domain/thread/LearningRules.js"
import { select } from "../domain/thread/Selection.js"
import { isComplete, Thread } from "../domain/thread/Thread.js"
import type { WhyNot } from "../domain/thread/WhyNot.js"
import { stageOneInput } from "../pass/ExtractionPrompt.js"
import { indexWithMemories } from "../pass/ImportMemories.js"
import { loadIgnoreRules } from "../pass/LoadIgnoreRules.js"
import { listUnlearned } from "../pass/PhaseOne.js"
import { load, type LoadedRollout, threadAsRead } from "../pass/ReadSession.js"
import { ruleContext } from "../pass/RuleContext.js"
import { factsOfPart } from "../pass/facts/SessionFacts.js"
import { partsByProject, rolloutOfPart } from "../pass/SessionParts.js"
import { MemoryFs } from "../services/MemoryFs.js"
import { ModelClient } from "../services/ModelClient.js"
import type { RolloutUnreadable } from "../services/SessionStore.js"
import type { StateDbFailure } from "../services/state/StateDbError.js"
import { Templates } from "../services/Templates.js"
import { modelsInUse, Settings } from "../settings/Settings.js"
import { modelOfPhase, type PhaseModel } from "../settings/PhaseModel.js"
import { Consolidations } from "../services/state/Consolidations.js"

/** The result of reading a candidate: its requests, or the reason why a pass would skip it after reading it. */
type Read =
  | { readonly _tag: "Planned"; readonly planned: ReadonlyArray<PlannedThread> }
  | { readonly _tag: "Skipped"; readonly thread: Thread; readonly reason: WhyNot }

/**
 * Completes a thread's row from its whole rollout, as a pass does. Takes the canonical directory from the stored row,
 * since the rollout does not have it.
 */
const completed = Effect.fnUntraced(function* (stored: Thread, rollout: LoadedRollout, { ignore }: RuleContext) {
  const read = yield* threadAsRead(rollout, ignore)
  return isComplete(stored, read)
    ? stored
    : new Thread({ ...read, id: stored.id, cwd: read.cwd === null ? null : (stored.cwd ?? read.cwd) })
})

/** Counts the tokens of a candidate's requests, one for each directory. Nothing is sent. */
const countRequests = Effect.fnUntraced(function* (
  thread: Thread,
  ignore: RuleContext["ignore"],
  loaded: Either.Either<LoadedRollout, RolloutUnreadable | StateDbFailure>
) {
  const { window } = yield* ModelClient
  const { stageOneSystem } = yield* Templates
  const rollout = yield* loaded
  const { path } = rollout.file
  if (!rollout.facts.isRollout) {
    return yield* new NotACodexRollout({ path, agent: thread.agent })
  }
  if (thread.cwd === null) {
    return yield* new NoWorkingDirectory({ path })
  }
  const { parts } = yield* partsByProject(thread, thread.cwd, rollout, ignore)
  return yield* Effect.forEach(parts, (part) =>
    Effect.gen(function* () {
      if (window === undefined) {
        return { cwd: part.cwd, inputTokens: 0 }
      }
      const session = { thread: part.thread, rollout: rolloutOfPart(rollout, part), facts: yield* factsOfPart(part) }
      const input = yield* stageOneInput(session, Infinity)
      return { cwd: part.cwd, inputTokens: yield* window.count(`${stageOneSystem}\n${input}`) }
    })
  )
})

/** Reads a candidate and applies the learning rules again, as a pass does. */
const readCandidate = Effect.fnUntraced(function* (record: ThreadRecord, context: RuleContext) {
  const { thread: stored } = record
  const loaded = yield* Effect.either(load(stored))
  const content: RolloutContent = Either.match(loaded, {
    onLeft: () => ({ size: stored.rolloutSize, hash: null }),
    onRight: (rollout) => rollout.content
  })
  const rollout = Either.getOrUndefined(loaded)
  const thread = rollout?.facts.isRollout === true ? yield* completed(stored, rollout, context) : stored
  const verdict = judge({ ...record, thread }, { ...context, content })
  if (verdict !== "eligible") {
    const skipped: Read = { _tag: "Skipped", thread: stored, reason: verdict }
    return skipped
  }
  const requests = yield* Effect.match(countRequests(thread, context.ignore, loaded), {
    onFailure: ({ message }) => [{ cwd: thread.cwd, inputTokens: 0, problem: message }],
    onSuccess: (requests) => requests
  })
  const rolloutPath = rollout?.file.path ?? stored.rolloutPath
  const planned = requests.map((request): PlannedThread => ({ threadId: stored.id, rolloutPath, ...request }))
  const read: Read = { _tag: "Planned", planned }
  return read
})

/** The cost of tokens at the prices of a phase's model, in the currency of the prices; null without prices. */
const costWith = Effect.fnUntraced(function* (model: PhaseModel | undefined, counts: TokenCounts) {
  const { serviceTier } = yield* Settings
  const today = dayOf(yield* Clock.currentTimeMillis)
  const prices = model === undefined ? undefined : pricesOf(model.named.name, today, serviceTier, model.prices)
  // The counts are of many requests, each of which stays below the length where prices rise.
  const money = moneyOf(counts, prices === undefined ? undefined : { ...prices, step: undefined })
  return money === null ? null : money / 1_000_000
})

/** Determines the limits of what the agent would send for the directories that are dirty, or would be. */
const planConsolidation = Effect.fnUntraced(function* (learned: ReadonlyArray<string>) {
  const settings = yield* Settings
  const { agentTokens, agentTurns, modelOutputTokens, tracesPerCwd } = settings
  const { consolidation } = modelsInUse(settings)
  const dirty = yield* (yield* Consolidations).dirty(tracesPerCwd)
  const directories = [...new Set([...dirty.map(({ cwd }) => cwd), ...learned])].sort()
  if (consolidation === undefined || directories.length === 0) {
    return null
  }
  // An agent stops before a request beyond its limit; the answer to the last one may exceed it.
  const tokens = directories.length * (agentTokens + Math.min(modelOutputTokens, agentTokens))
  return {
    model: `${consolidation.api}:${consolidation.name}`,
    directories,
    requests: directories.length * agentTurns,
    tokens,
    cost: yield* costWith(modelOfPhase(settings, "consolidation"), { inputTokens: 0, outputTokens: tokens })
  }
})

/**
 * Determines what a pass would send now, without sending it: updates the index, selects and reads the candidates,
 * and builds their requests. A session that cannot be read, or that needs no request, is listed with the reason.
 */
export const planPass = Effect.fn("Plan.make")(function* (options: { readonly all: boolean }) {
  const settings = yield* Settings
  const { name, provider, window } = yield* ModelClient
  yield* (yield* MemoryFs).prepare
  const ignoreRules = yield* loadIgnoreRules
  yield* indexWithMemories({ reread: false, ignoreRules })
  const context = yield* ruleContext(provider, ignoreRules)
  const records = yield* listUnlearned
  const { candidates, skipped } = select(records, options.all ? Infinity : settings.candidates, context)
  const chosen = new Set(candidates)
  const read = yield* Effect.forEach(
    records.filter(({ thread }) => chosen.has(thread)),
    (record) => readCandidate(record, context)
  )
  const planned = read.flatMap((one) => (one._tag === "Planned" ? one.planned : []))
  const leftOut = [...skipped, ...read.flatMap((one) => (one._tag === "Skipped" ? [one] : []))]
  const requests = window === undefined ? 0 : planned.filter(({ problem }) => problem === undefined).length
  const inputTokens = planned.reduce((sum, { inputTokens }) => sum + inputTokens, 0)
  const outputTokens = requests * settings.modelOutputTokens
  const { maxRequests, maxTokens } = settings
  const extraction = modelOfPhase(settings, "extraction")
  const plan: PassPlan = {
    model: name,
    threads: planned,
    skipped: leftOut.map(({ reason, thread }) => ({ threadId: thread.id, rolloutPath: thread.rolloutPath, reason })),
    requests,
    inputTokens,
    outputTokens,
    cost: yield* costWith(extraction, { inputTokens, outputTokens }),
    consolidation: yield* planConsolidation(
      planned.flatMap(({ cwd, problem }) => (problem === undefined && cwd !== null ? [cwd] : []))
    ),
    maxTokens: maxTokens ?? null,
    maxRequests: maxRequests ?? null
  }
  return plan
})
