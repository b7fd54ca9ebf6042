import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { counted } from "../../../domain/text/Counted.js"
import { isForgotten } from "../../../domain/memory/Forgetting.js"
import { fold } from "../../../domain/memory/Search.js"
import { shortId } from "../../../domain/thread/ThreadPrefix.js"
import type { ThreadId } from "../../../domain/thread/ThreadId.js"
import { type Directory, projectName } from "../../../domain/thread/WorkingDirectory.js"
import { forget, type ForgetPlan } from "../../../commands/Forget.js"
import { MemoryInspection } from "../../../services/MemoryInspection.js"
import { Consolidations } from "../../../services/state/Consolidations.js"
import { Forgetting } from "../../../services/state/Forgetting.js"
import { Notes } from "../../../services/state/Notes.js"
import { ThreadIndex } from "../../../services/state/ThreadIndex.js"
import { ThreadMemories } from "../../../services/state/ThreadMemories.js"
import { SettingInvalid } from "../../../settings/Settings.js"
import { directoryOf, runOn, threadOf } from "../../RunCommand.js"
import type { CommandServices } from "../../CommandServices.js"
import type { Given } from "../../Options.js"
import { withProgressLine } from "../../terminal/ProgressLine.js"
import { confirm } from "../../terminal/Prompt.js"
import { print, type Screen, screen } from "../../terminal/Screen.js"

interface ForgetGiven extends Given {
  readonly json: boolean
  readonly thread: Option.Option<string>
  readonly cwd: Option.Option<string>
  readonly match: Option.Option<string>
  readonly all: boolean
  readonly yes: boolean
}

/** A shorter text is in too much to be meant. */
const shortestMatch = 3

/** Every directory that anything is known of. */
const knownDirectories = Effect.gen(function* () {
  const all = [
    ...(yield* (yield* ThreadMemories).projects),
    ...(yield* (yield* Consolidations).all),
    ...(yield* (yield* Notes).all)
  ]
  return [...new Set(all.map(({ cwd }) => cwd))].sort()
})

/** Of those directories the ones whose files name a thread or hold a text. */
const directoriesShowing = Effect.fnUntraced(function* (
  known: ReadonlyArray<Directory>,
  threadIds: ReadonlyArray<ThreadId>,
  text: string | undefined
) {
  const inspection = yield* MemoryInspection
  const rule = { threadIds: new Set<string>(threadIds), lines: new Set<string>(), text }
  return yield* Effect.filter(known, (cwd) =>
    Effect.map(inspection.files(cwd), (files) =>
      files.some(
        (file) =>
          threadIds.some((threadId) => file.path.includes(threadId)) ||
          file.text.split("\n").some((line) => isForgotten(line, rule))
      )
    )
  )
})

/** Whether anything is kept of a directory, be it files alone, whose rows were lost. */
const isKept = Effect.fnUntraced(function* (known: ReadonlyArray<Directory>, cwd: Directory) {
  const inspection = yield* MemoryInspection
  return known.includes(cwd) || (yield* inspection.files(cwd)).length > 0 || (yield* inspection.hasPrevious(cwd))
})

const makePlan = Effect.fnUntraced(function* (given: ForgetGiven) {
  const threadIndex = yield* ThreadIndex
  const text = Option.getOrUndefined(given.match)
  if (text !== undefined && text.trim().length < shortestMatch) {
    return yield* new SettingInvalid({
      source: "--match",
      value: text,
      expected: `a text of ${shortestMatch} characters or more`
    })
  }
  const cwd = Option.isSome(given.cwd) ? yield* directoryOf(given.cwd.value) : undefined
  const threadIds = Option.isSome(given.thread)
    ? [yield* threadOf(given.thread.value)]
    : text === undefined
      ? yield* threadIndex.idsOf(cwd)
      : yield* threadIndex.idsHolding(text)
  const notes = (yield* (yield* Notes).all).filter(
    (note) =>
      Option.isNone(given.thread) &&
      (text === undefined ? cwd === undefined || note.cwd === cwd : fold(note.text).includes(fold(text)))
  )
  const known = yield* knownDirectories
  const cwds = new Set([
    ...(yield* (yield* Forgetting).directoriesOf(threadIds)),
    ...notes.map((note) => note.cwd),
    ...(cwd !== undefined && (yield* isKept(known, cwd)) ? [cwd] : []),
    ...(given.all ? known : yield* directoriesShowing(known, threadIds, text))
  ])
  const plan: ForgetPlan = { threadIds, notes, cwds: [...cwds].sort(), text }
  return plan
})

/** Threads that are named one by one; the rest is counted. */
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

const isNothing = ({ cwds, notes, threadIds }: ForgetPlan): boolean =>
  threadIds.length + notes.length + cwds.length === 0

/** `forget`: says what would go, asks, and takes it away. */
export const run = <E>(given: ForgetGiven, { amending }: CommandServices<E>) =>
  runOn(
    given,
    amending,
    Effect.gen(function* () {
      const targets = [Option.isSome(given.thread), Option.isSome(given.cwd), Option.isSome(given.match), given.all]
      if (targets.filter((isGiven) => isGiven).length !== 1) {
        return yield* new SettingInvalid({
          source: "forget",
          value: targets.some((isGiven) => isGiven) ? "several" : "nothing",
          expected: "one of --thread ID, --cwd DIR, --match TEXT and --all"
        })
      }
      const plan = yield* makePlan(given)
      const json = { threadIds: plan.threadIds, notes: plan.notes.map(({ text }) => text), cwds: plan.cwds }
      if (isNothing(plan)) {
        return yield* print(given.json, { forgotten: false, ...json }, () => ["Nothing of that is known."])
      }
      if (!given.yes) {
        const lines = (yield* describe(plan))(yield* screen)
        const output = given.json ? process.stderr : process.stdout
        output.write(`${lines.join("\n")}\n`)
        if (!(yield* confirm("Forget this?"))) {
          return yield* print(given.json, { forgotten: false, ...json }, () => ["Nothing was changed."])
        }
      }
      yield* withProgressLine((tell) => forget(plan, tell))
      yield* print(given.json, { forgotten: true, ...json }, () => [
        `Forgotten: ${counted(plan.threadIds.length, "session", "sessions")} and ${counted(plan.notes.length, "note", "notes")}, in ${counted(plan.cwds.length, "project", "projects")}.`
      ])
    })
  )
