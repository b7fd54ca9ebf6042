import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
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
import { MemoryFs } from "../services/MemoryFs.js"
import { ModelClient } from "../services/ModelClient.js"
import type { RolloutUnreadable } from "../services/SessionStore.js"
import type { StateDbFailure } from "../services/state/StateDb.js"
import { Templates } from "../services/Templates.js"
import { Settings } from "../settings/Settings.js"

/** A candidate after it was read: its request, or the reason why a pass leaves it out after all. */
type Read =
  | { readonly _tag: "Planned"; readonly planned: PlannedThread }
  | { readonly _tag: "Skipped"; readonly thread: Thread; readonly reason: WhyNot }

/** The row as a pass would complete it; only the stored one has the canonical directory. */
const completed = Effect.fnUntraced(function* (stored: Thread, rollout: LoadedRollout, { ignore }: RuleContext) {
  const read = yield* threadAsRead(rollout, ignore)
  return isComplete(stored, read)
    ? stored
    : new Thread({ ...read, id: stored.id, cwd: read.cwd === null ? null : (stored.cwd ?? read.cwd) })
})

/** The tokens of a candidate's request. Nothing is sent. */
const countRequest = Effect.fnUntraced(function* (
  thread: Thread,
  loaded: Either.Either<LoadedRollout, RolloutUnreadable | StateDbFailure>
) {
  const { window } = yield* ModelClient
  const { stageOneSystem } = yield* Templates
  const rollout = yield* loaded
  const { path } = rollout.file
  if (!rollout.facts.isRollout) {
    return yield* new NotACodexRollout({ path })
  }
  if (thread.cwd === null) {
    return yield* new NoWorkingDirectory({ path })
  }
  const input = yield* stageOneInput(path, rollout, Infinity)
  return window === undefined ? 0 : yield* window.count(`${stageOneSystem}\n${input}`)
})

/** Reads a candidate and asks the rules again, as a pass does. */
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
  const request = yield* Effect.match(countRequest(thread, loaded), {
    onFailure: ({ message }) => ({ inputTokens: 0, problem: message }),
    onSuccess: (inputTokens) => ({ inputTokens })
  })
  const rolloutPath = rollout?.file.path ?? stored.rolloutPath
  const planned: PlannedThread = { threadId: stored.id, rolloutPath, cwd: thread.cwd, ...request }
  const read: Read = { _tag: "Planned", planned }
  return read
})

/**
 * Counts what phase one of a pass would send now, without sending any of it: brings the index up to date, selects and reads
 * the candidates, and makes up their requests. A rollout that cannot be read, or of which nothing would be asked, is named
 * with its reason.
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
  const planned = read.flatMap((one) => (one._tag === "Planned" ? [one.planned] : []))
  const leftOut = [...skipped, ...read.flatMap((one) => (one._tag === "Skipped" ? [one] : []))]
  const requests = window === undefined ? 0 : planned.filter(({ problem }) => problem === undefined).length
  const inputTokens = planned.reduce((sum, { inputTokens }) => sum + inputTokens, 0)
  const outputTokens = requests * settings.modelOutputTokens
  const { maxRequests, maxTokens, priceInput, priceOutput } = settings
  const plan: PassPlan = {
    model: name,
    threads: planned,
    skipped: leftOut.map(({ reason, thread }) => ({ threadId: thread.id, rolloutPath: thread.rolloutPath, reason })),
    requests,
    inputTokens,
    outputTokens,
    cost:
      priceInput === undefined || priceOutput === undefined
        ? null
        : (inputTokens * priceInput + outputTokens * priceOutput) / 1_000_000,
    maxTokens: maxTokens ?? null,
    maxRequests: maxRequests ?? null
  }
  return plan
})
