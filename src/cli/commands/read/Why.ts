import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { exactTime, readableDuration, readableSize, readableTime } from "../../terminal/ReadableTime.js"
import { type Compared, judge, select } from "../../../domain/thread/Selection.js"
import { type AskedRule, askedRules, listingRules } from "../../../domain/thread/ThreadState.js"
import type { ThreadId } from "../../../domain/thread/ThreadId.js"
import { Claims } from "../../../services/state/Claims.js"
import { Forgetting } from "../../../services/state/Forgetting.js"
import { ThreadIndex } from "../../../services/state/ThreadIndex.js"
import { Settings } from "../../../settings/Settings.js"
import { runOn, threadOf } from "../../RunCommand.js"
import type { CommandServices } from "../../CommandServices.js"
import type { Given } from "../../Options.js"
import { print, type Screen } from "../../terminal/Screen.js"
import { allUnlearned, stateContext } from "./Status.js"

const sentences: { readonly [verdict: string]: string } = {
  forgotten: "It was forgotten on request, and stays so whatever is added to its rollout.",
  archived: "It is archived: archived sessions are not read.",
  ignored: "The ignore file of the memories home names it: it is not read while a line there does.",
  "memory-disabled": "It was recorded with memory switched off: such sessions are not read.",
  "sub-agent": "It is a sub-agent's session: those never become memory.",
  source: "Its source does not become memory: `--source` or MEMORIES_SOURCES says which do.",
  missing: "Its rollout is gone: what was learned from it stays, nothing more can be.",
  fresh: "All there is to learn from it was learned.",
  current: "It is the session that runs this program.",
  idle: "It was written to until lately: it is read when it has been silent for long enough.",
  claimed: "Another pass is reading it.",
  backoff: "It failed, and is tried again later.",
  quarantined: "It was set aside: only new content, or `retry --thread`, lets it be tried again.",
  taken: "The next pass takes it.",
  waiting: "It may be taken, but others go first: the next pass has fewer places than there are candidates."
}

/** Whether the next pass has a place for an eligible thread, by the rule that the pass follows. */
const place = Effect.fnUntraced(function* (threadId: ThreadId) {
  const { candidates } = yield* Settings
  const context = yield* stateContext
  const listed = (yield* allUnlearned).filter((record) => !listingRules.some(({ applies }) => applies(record, context)))
  const { candidates: taken } = select(listed, candidates, context)
  const eligible = listed.filter((record) => judge(record, context) === "eligible").length
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
    return { threadId, thread: null, rolloutPaths: [], rules: [rule], tries }
  }
  const rules = askedRules(record, yield* stateContext)
  const isEligible = rules.at(-1)?.verdict === "eligible"
  const { createdAt, cwd, rolloutPath, source, title, updatedAt } = record.thread
  const known = (yield* threadIndex.rolloutsOf(threadId)).map(({ path }) => path)
  return {
    threadId,
    thread: { title, cwd, source, rolloutPath, createdAt, updatedAt },
    rolloutPaths: known.includes(rolloutPath) ? known : [...known, rolloutPath],
    rules: isEligible ? [...rules, yield* place(threadId)] : rules,
    tries
  }
})

type Why = Effect.Effect.Success<ReturnType<typeof gather>>

const shownValue = ({ unit, value }: Compared): string =>
  value === null
    ? "none"
    : typeof value === "string"
      ? value
      : unit === "time"
        ? readableTime(value)
        : unit === "duration"
          ? readableDuration(value)
          : readableSize(value)

const exactValue = ({ unit, value }: Compared) =>
  unit === "time" && typeof value === "number" ? exactTime(value) : value

const verdictOf = ({ rules }: Why): string => rules.at(-1)?.verdict ?? "eligible"

const render = (why: Why, { bold, dim, table }: Screen): ReadonlyArray<string> => [
  bold(why.thread?.title ?? why.threadId),
  sentences[verdictOf(why)] ?? verdictOf(why),
  "",
  ...(why.thread === null
    ? []
    : [
        dim(`thread   ${why.threadId}`),
        dim(`project  ${why.thread.cwd ?? "unknown"}`),
        ...why.rolloutPaths.map((path, index) => dim(`${index === 0 ? "rollout" : "       "}  ${path}`)),
        ""
      ]),
  bold("Rules, in order"),
  ...why.rules.flatMap(({ applies, compared, rule }) => [
    `  ${applies ? "yes" : "no "}  ${rule}`,
    ...compared.map((one) => dim(`         ${one.what}: ${shownValue(one)}`))
  ]),
  "",
  bold("Tries"),
  ...(why.tries.length === 0
    ? ["  none yet"]
    : table(
        [
          { heading: "when" },
          { heading: "ended with" },
          { heading: "tried again from" },
          { heading: "error", isFlexible: true }
        ],
        why.tries.map(({ at, errorMessage, errorTag, outcome, retryAt }) => [
          readableTime(at),
          outcome === "memory" ? "a memory" : outcome === "nothing" ? "nothing to remember" : (errorTag ?? "a failure"),
          retryAt === null ? "" : readableTime(retryAt),
          errorMessage ?? ""
        ])
      ))
]

const toJson = (why: Why) => ({
  threadId: why.threadId,
  verdict: verdictOf(why),
  thread:
    why.thread === null
      ? null
      : { ...why.thread, createdAt: exactTime(why.thread.createdAt), updatedAt: exactTime(why.thread.updatedAt) },
  rolloutPaths: why.rolloutPaths,
  rules: why.rules.map(({ compared, ...rule }) => ({
    ...rule,
    compared: compared.map((one) => ({ what: one.what, value: exactValue(one) }))
  })),
  tries: why.tries.map((one) => ({ ...one, at: exactTime(one.at), retryAt: exactTime(one.retryAt) }))
})

/** `why`: what decided about a thread. */
export const run = <E>(
  given: Given & { readonly json: boolean; readonly thread: string },
  { looking }: CommandServices<E>
) =>
  runOn(
    given,
    looking,
    Effect.gen(function* () {
      const why = yield* gather(yield* threadOf(given.thread))
      yield* print(given.json, toJson(why), (screen) => render(why, screen))
    })
  )
