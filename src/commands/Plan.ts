import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { NotACodexRollout, NoWorkingDirectory } from "../domain/thread/ExtractionError.js"
import type { PassPlan, PlannedThread } from "../domain/report/PassPlan.js"
import { mayBeSentTo } from "../domain/privacy/Provider.js"
import { select } from "../domain/thread/Selection.js"
import { cwdOf, isMemoryDisabled } from "../domain/thread/ThreadFacts.js"
import { loadIgnoreRules } from "../pass/LoadIgnoreRules.js"
import { boundary, listWaiting, withheldBy } from "../pass/PhaseOne.js"
import { indexWithMemories } from "../pass/ImportMemories.js"
import { load } from "../pass/ReadSession.js"
import { MemoryFs } from "../services/MemoryFs.js"
import { ModelClient } from "../services/ModelClient.js"
import { Settings } from "../settings/Settings.js"
import { stageOneInput } from "../pass/ExtractionPrompt.js"
import { Templates } from "../services/Templates.js"

/** What nothing is counted for: an offline pass sends nothing. */
const nothing = 0

/**
 * What phase one of a pass would send now, without sending any of it: the index is brought up to date, the candidates are
 * selected and read, and their requests are made up and counted. A rollout that
 * cannot be read, or of which nothing would be asked, is named with its reason.
 */
export const planPass = Effect.fn("Plan.make")(function* (options: { readonly all: boolean }) {
  const settings = yield* Settings
  const { name, window } = yield* ModelClient
  const { stageOneSystem } = yield* Templates
  yield* (yield* MemoryFs).prepare
  const ignoreRules = yield* loadIgnoreRules
  yield* indexWithMemories({ reread: false, ignoreRules })
  const provider = yield* boundary
  const waiting = (yield* listWaiting).waiting.map((record) => withheldBy(ignoreRules, record))
  const { candidates, skipped } = select(waiting, options.all ? Infinity : settings.candidates, {
    now: yield* Clock.currentTimeMillis,
    minIdle: Duration.toMillis(settings.minIdle),
    currentThread: settings.currentThread,
    provider
  })
  const planned = yield* Effect.forEach(candidates, (thread) =>
    load(thread).pipe(
      Effect.flatMap((rollout) =>
        Effect.gen(function* () {
          if (!rollout.facts.isRollout) {
            return yield* new NotACodexRollout({ path: rollout.file.path })
          }
          if (cwdOf(rollout.facts) === undefined) {
            return yield* new NoWorkingDirectory({ path: rollout.file.path })
          }
          if (isMemoryDisabled(rollout.facts)) {
            const withheld: PlannedThread = {
              threadId: thread.id,
              rolloutPath: rollout.file.path,
              cwd: null,
              inputTokens: nothing,
              problem: "it was recorded with memory switched off"
            }
            return withheld
          }
          const input = yield* stageOneInput(rollout.file.path, rollout, Infinity)
          const count = window?.count(`${stageOneSystem}\n${input}`) ?? Effect.succeed(nothing)
          const planned: PlannedThread = {
            threadId: thread.id,
            rolloutPath: rollout.file.path,
            cwd: thread.cwd,
            inputTokens: mayBeSentTo(provider, thread) ? yield* count : nothing
          }
          return planned
        })
      ),
      Effect.catchAll(({ message }) =>
        Effect.succeed<PlannedThread>({
          threadId: thread.id,
          rolloutPath: thread.rolloutPath,
          cwd: thread.cwd,
          inputTokens: nothing,
          problem: message
        })
      )
    )
  )
  const requests = window === undefined ? 0 : planned.filter(({ problem }) => problem === undefined).length
  const inputTokens = planned.reduce((sum, { inputTokens }) => sum + inputTokens, 0)
  const outputTokens = requests * settings.modelOutputTokens
  const { maxRequests, maxTokens, priceInput, priceOutput } = settings
  const plan: PassPlan = {
    model: name,
    threads: planned,
    skipped: skipped.map(({ reason, thread }) => ({ threadId: thread.id, rolloutPath: thread.rolloutPath, reason })),
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
