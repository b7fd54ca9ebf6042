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
import { partsByDirectory, rolloutOfPart } from "../pass/SessionParts.js"
import { MemoryFs } from "../services/MemoryFs.js"
import { ModelClient } from "../services/ModelClient.js"
import type { RolloutUnreadable } from "../services/SessionStore.js"
import type { StateDbFailure } from "../services/state/StateDbError.js"
import { Templates } from "../services/Templates.js"
import { Settings } from "../settings/Settings.js"

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
  const { parts } = yield* partsByDirectory(thread, thread.cwd, rollout, ignore)
  return yield* Effect.forEach(parts, (part) =>
    Effect.gen(function* () {
      const input = yield* stageOneInput(path, yield* rolloutOfPart(rollout, part), Infinity)
      const inputTokens = window === undefined ? 0 : yield* window.count(`${stageOneSystem}\n${input}`)
      return { cwd: part.cwd, inputTokens }
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

/**
 * Determines what phase one would send now, without sending it: updates the index, selects and reads the candidates,
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
