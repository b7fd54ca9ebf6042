import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { exactTime } from "../domain/text/ExactTime.js"
import { type AskedRule, askedRules, type Compared } from "../domain/thread/LearningRules.js"
import { isCandidate, select } from "../domain/thread/Selection.js"
import type { ThreadId } from "../domain/thread/ThreadId.js"
import type { ComparedValue, Explanation } from "../services/Memories.js"
import { Claims } from "../services/state/Claims.js"
import { Forgetting } from "../services/state/Forgetting.js"
import { ThreadIndex } from "../services/state/ThreadIndex.js"
import { ThreadMemories } from "../services/state/ThreadMemories.js"
import { Settings } from "../settings/Settings.js"
import { allUnlearned, stateContext } from "./Status.js"

/**
 * Determines whether the next pass would select an eligible thread, by the same rule as the pass. The number of threads
 * in one pass is limited.
 */
const place = Effect.fnUntraced(function* (threadId: ThreadId) {
  const { candidates } = yield* Settings
  const context = yield* stateContext
  const unlearned = yield* allUnlearned
  const { candidates: taken } = select(unlearned, candidates, context)
  const eligible = unlearned.filter((record) => isCandidate(record, context)).length
  const isTaken = taken.some(({ id }) => id === threadId)
  const rule: AskedRule = {
    rule: "has a place in the next pass",
    applies: true,
    verdict: isTaken ? "taken" : "waiting",
    compared: [
      { what: "eligible threads", value: String(eligible), unit: "text" },
      {
        what: "places (half to the newest, half to those that waited longest)",
        value: String(candidates),
        unit: "text"
      }
    ]
  }
  return rule
})

const gather = Effect.fnUntraced(function* (threadId: ThreadId) {
  const threadIndex = yield* ThreadIndex
  const record = Option.getOrUndefined(yield* threadIndex.get(threadId))
  const forgotten = (yield* (yield* Forgetting).all).find((thread) => thread.threadId === threadId)
  const tries = yield* (yield* Claims).tries(threadId)
  if (forgotten !== undefined || record === undefined) {
    const rule: AskedRule = {
      rule: "was forgotten on request",
      applies: true,
      verdict: "forgotten",
      compared: [{ what: "forgotten", value: forgotten?.forgottenAt ?? null, unit: "time" }]
    }
    return { threadId, thread: null, rolloutPaths: [], memoryIn: [], rules: [rule], tries }
  }
  const rules = askedRules(record, yield* stateContext)
  const isEligible = rules.at(-1)?.verdict === "eligible"
  const { agent, createdAt, cwd, rolloutPath, source, title, updatedAt } = record.thread
  const known = (yield* threadIndex.rolloutsOf(threadId)).map(({ path }) => path)
  return {
    threadId,
    thread: { agent, title, cwd, source, rolloutPath, createdAt, updatedAt },
    rolloutPaths: known.includes(rolloutPath) ? known : [...known, rolloutPath],
    memoryIn: (yield* (yield* ThreadMemories).sources(threadId)).map(({ memory }) => memory.cwd),
    rules: isEligible ? [...rules, yield* place(threadId)] : rules,
    tries
  }
})

const exact = ({ unit, value, what }: Compared): ComparedValue => ({
  what,
  value: unit === "time" && typeof value === "number" ? exactTime(value) : value,
  unit
})

/**
 * Explains whether and why a thread is learned from: the rules that were checked, up to the one that decides, and the
 * attempts so far.
 */
export const explain = Effect.fn("Explain.thread")(function* (threadId: ThreadId) {
  const { memoryIn, rolloutPaths, rules, thread, tries } = yield* gather(threadId)
  const explanation: Explanation = {
    threadId,
    verdict: rules.at(-1)?.verdict ?? "eligible",
    thread:
      thread === null
        ? null
        : { ...thread, createdAt: exactTime(thread.createdAt), updatedAt: exactTime(thread.updatedAt) },
    rolloutPaths,
    memoryIn,
    rules: rules.map((rule) => ({ ...rule, compared: rule.compared.map(exact) })),
    tries: tries.map((one) => ({ ...one, at: exactTime(one.at), retryAt: exactTime(one.retryAt) }))
  }
  return explanation
})
