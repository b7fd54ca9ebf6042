import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { explain } from "../../../commands/Explain.js"
import { explainFact } from "../../../commands/ExplainFact.js"
import { agentTitles } from "../../../domain/session/CodingAgent.js"
import type { ComparedValue, Explanation } from "../../../services/Memories.js"
import { asUsage, givenProject, runOn, threadOf } from "../../RunCommand.js"
import type { CommandServices } from "../../CommandServices.js"
import type { GivenTo } from "../../CommandTable.js"
import { readableDuration, readableSize, readableStamp } from "../../terminal/ReadableTime.js"
import { print, type Screen } from "../../terminal/Screen.js"
import { UsageError } from "../../UsageError.js"
import { renderFact } from "./FactText.js"

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
  agent: "With a model, sessions of this agent wait until MEMORIES_AGENTS names it.",
  provider: "It was recorded with another provider than the model's: it is not sent there unless that is allowed.",
  backoff: "It failed, and is tried again later.",
  quarantined: "It was set aside: only new content, or `retry --thread`, lets it be tried again.",
  taken: "The next pass takes it.",
  waiting: "It may be taken, but others go first: the next pass has fewer places than there are candidates."
}

const shownValue = ({ unit, value }: ComparedValue): string =>
  value === null
    ? "none"
    : typeof value === "string"
      ? unit === "time"
        ? readableStamp(value)
        : value
      : unit === "duration"
        ? readableDuration(value)
        : readableSize(value)

const render = (why: Explanation, { bold, dim, table }: Screen): ReadonlyArray<string> => [
  bold(why.thread?.title ?? why.threadId),
  sentences[why.verdict] ?? why.verdict,
  "",
  ...(why.thread === null
    ? []
    : [
        dim(`thread   ${why.threadId}`),
        dim(`agent    ${agentTitles[why.thread.agent]}`),
        dim(`project  ${why.thread.cwd ?? "unknown"}`),
        ...why.rolloutPaths.map((path, index) => dim(`${index === 0 ? "rollout" : "       "}  ${path}`)),
        ...why.memoryIn.map((cwd, index) => dim(`${index === 0 ? "memory " : "       "}  ${cwd}`)),
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
          readableStamp(at),
          outcome === "memory" ? "a memory" : outcome === "nothing" ? "nothing to remember" : (errorTag ?? "a failure"),
          readableStamp(retryAt),
          errorMessage ?? ""
        ])
      ))
]

const why = Effect.fnUntraced(function* (given: GivenTo<"why">) {
  if (Option.isSome(given.fact) && Option.isNone(given.thread)) {
    const cwd = yield* givenProject(given.cwd)
    const explained = yield* asUsage("--fact", explainFact(given.fact.value, cwd))
    return yield* print(given.json, { facts: explained }, (screen) => renderFact(explained, screen))
  }
  if (Option.isSome(given.thread) && Option.isNone(given.fact)) {
    const explained = yield* explain(yield* threadOf(given.thread.value))
    return yield* print(given.json, explained, (screen) => render(explained, screen))
  }
  return yield* new UsageError({
    problem: `why was given ${Option.isSome(given.thread) ? "several things" : "nothing"} to explain`,
    todo: "give one of --thread ID and --fact ID"
  })
})

/** Implements `why`: prints the rules that decided whether a thread is learned from, or the evidence of a fact. */
export const run = <E>(given: GivenTo<"why">, { looking }: CommandServices<E>) => runOn(given, looking, why(given))
