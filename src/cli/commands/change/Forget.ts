import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { counted } from "../../../domain/text/Counted.js"
import { shortId } from "../../../domain/thread/ThreadPrefix.js"
import { projectName } from "../../../domain/thread/WorkingDirectory.js"
import {
  forget,
  forgottenOf,
  type ForgetPlan,
  isNothing,
  planForget,
  type PlanTarget
} from "../../../commands/Forget.js"
import { ThreadIndex } from "../../../services/state/ThreadIndex.js"
import { asUsage, projectOf, runOn, threadOf } from "../../RunCommand.js"
import type { CommandServices } from "../../CommandServices.js"
import type { GivenTo } from "../../CommandTable.js"
import { withProgressLine } from "../../terminal/ProgressLine.js"
import { consent } from "../../terminal/Prompt.js"
import { print, type Screen, screen } from "../../terminal/Screen.js"
import { UsageError } from "../../UsageError.js"

/** Maximum number of threads that the question for consent names. Further threads are counted. */
const namedThreads = 20

const describe = Effect.fnUntraced(function* ({ cwds, notes, text, threadIds }: ForgetPlan) {
  const threadIndex = yield* ThreadIndex
  const titles = yield* Effect.forEach(threadIds.slice(0, namedThreads), (threadId) =>
    Effect.map(threadIndex.get(threadId), (record) => [
      shortId(threadId),
      Option.match(record, { onNone: () => "forgotten before", onSome: ({ thread }) => thread.title ?? "" })
    ])
  )
  return ({ bold, table }: Screen): ReadonlyArray<string> => [
    bold("This is forgotten for good:"),
    ...(threadIds.length === 0
      ? []
      : [
          `${counted(threadIds.length, "session", "sessions")} with all that was learned from ${threadIds.length === 1 ? "it" : "them"}`,
          ...table([{ heading: "thread" }, { heading: "title", isFlexible: true }], titles),
          ...(threadIds.length > namedThreads ? [`and ${threadIds.length - namedThreads} more`] : [])
        ]),
    ...notes.map((note) => `your note for ${projectName(note.cwd)}: ${note.text}`),
    ...(text === undefined ? [] : [`every line with ${JSON.stringify(text)} in the memories`]),
    ...cwds.map((cwd) => `what the memory of ${cwd} has from it, and its earlier generations`),
    "The sessions' own files stay where Codex keeps them; they are never learned from again."
  ]
})

const targetOf = Effect.fnUntraced(function* ({ all, cwd, fact, match, thread }: GivenTo<"forget">) {
  const targets = [Option.isSome(thread), fact.length > 0, Option.isSome(cwd), Option.isSome(match), all]
  if (targets.filter((isGiven) => isGiven).length !== 1) {
    return yield* new UsageError({
      problem: `forget was given ${targets.some((isGiven) => isGiven) ? "several things" : "nothing"} to forget`,
      todo: "give one of --thread ID, --fact ID, --cwd DIR, --match TEXT and --all"
    })
  }
  const target: PlanTarget = Option.isSome(thread)
    ? { _tag: "Thread", threadId: yield* threadOf(thread.value) }
    : Option.isSome(cwd)
      ? { _tag: "Directory", cwd: yield* projectOf(cwd.value) }
      : Option.isSome(match)
        ? { _tag: "Matching", text: match.value }
        : { _tag: "Everything" }
  return target
})

/** Loads the code of `forget --fact`, which other uses of `forget` do not need. */
const loadFacts = Effect.promise(() => import("./ForgetFact.js"))

/** Implements `forget`: shows what it would delete, asks for consent, and deletes it. */
export const run = <E>(given: GivenTo<"forget">, { amending }: CommandServices<E>) =>
  runOn(
    given,
    amending,
    Effect.gen(function* () {
      // Beside something else to forget facts are one thing too many.
      if (given.fact.length > 0 && Option.isNone(given.thread) && Option.isNone(given.match) && !given.all) {
        const { forgetGivenFacts } = yield* loadFacts
        return yield* forgetGivenFacts(given)
      }
      const plan = yield* asUsage("--match", Effect.flatMap(targetOf(given), planForget))
      if (isNothing(plan)) {
        return yield* print(given.json, forgottenOf(plan, false), () => ["Nothing of that is known."])
      }
      if (!given.yes) {
        const lines = (yield* describe(plan))(yield* screen)
        if (!(yield* consent(lines, "Forget this?", given.json))) {
          return yield* print(given.json, forgottenOf(plan, false), () => ["Nothing was changed."])
        }
      }
      yield* withProgressLine((tell) => forget(plan, tell))
      yield* print(given.json, forgottenOf(plan, true), () => [
        `Forgotten: ${counted(plan.threadIds.length, "session", "sessions")} and ${counted(plan.notes.length, "note", "notes")}, in ${counted(plan.cwds.length, "project", "projects")}.`
      ])
    })
  )
