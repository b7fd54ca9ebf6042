import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { counted } from "../../../domain/text/Counted.js"
import { exactTime, readableSize, readableTime } from "../../terminal/ReadableTime.js"
import { type ThreadStates, threadStates } from "../../../domain/thread/StatusReport.js"
import { shortId } from "../../../domain/thread/ThreadPrefix.js"
import { type Directory, projectName } from "../../../domain/thread/WorkingDirectory.js"
import { MemoryInspection } from "../../../services/MemoryInspection.js"
import { Claims } from "../../../services/state/Claims.js"
import { Consolidations } from "../../../services/state/Consolidations.js"
import { Forgetting } from "../../../services/state/Forgetting.js"
import { Notes } from "../../../services/state/Notes.js"
import { ProjectLocks } from "../../../services/state/ProjectLocks.js"
import { Spending } from "../../../services/state/Spending.js"
import { ThreadIndex } from "../../../services/state/ThreadIndex.js"
import { ThreadMemories } from "../../../services/state/ThreadMemories.js"
import { Settings } from "../../../settings/Settings.js"
import { runOn } from "../../RunCommand.js"
import type { CommandServices } from "../../CommandServices.js"
import { NeedsPerson } from "../../ExitCode.js"
import type { Given } from "../../Options.js"
import { print, type Screen } from "../../terminal/Screen.js"

interface Project {
  readonly cwd: Directory
  readonly memoryRoot: string
  readonly memories: number
  readonly state: "published" | "dirty" | "failing"
  readonly publishedAt: string | null
  readonly retryAt: string | null
  readonly error: { readonly _tag: string; readonly message: string } | null
}

/** What is compared by every command that tells the state of threads. */
export const stateContext = Effect.gen(function* () {
  const { currentThread, minIdle, sources } = yield* Settings
  const now = yield* Clock.currentTimeMillis
  return { now, minIdle: Duration.toMillis(minIdle), currentThread, sources }
})

/** All threads that are not fresh, those whose rollout is gone too. */
export const allUnlearned = Effect.flatMap(ThreadIndex, ({ unlearned }) =>
  unlearned({ pageSize: Number.MAX_SAFE_INTEGER, after: undefined, withMissing: true })
)

const projectsNow = Effect.gen(function* () {
  const consolidations = yield* Consolidations
  const threadMemories = yield* ThreadMemories
  const { rootOf } = yield* MemoryInspection
  const { tracesPerCwd } = yield* Settings
  const counts = new Map((yield* threadMemories.projects).map(({ cwd, memories }) => [cwd, memories]))
  const dirty = new Map((yield* consolidations.dirty(tracesPerCwd)).map((directory) => [directory.cwd, directory]))
  const known = new Map((yield* consolidations.all).map((entry) => [entry.cwd, entry]))
  const cwds = [...new Set([...counts.keys(), ...dirty.keys(), ...known.keys()])].sort()
  return cwds.flatMap((cwd): ReadonlyArray<Project> => {
    const entry = known.get(cwd)
    const memories = counts.get(cwd) ?? 0
    const isDirty = dirty.has(cwd)
    const error = isDirty ? (entry?.errorTag ?? null) : null
    return memories === 0 && !isDirty
      ? []
      : [
          {
            cwd,
            memoryRoot: rootOf(cwd).memoryPath,
            memories,
            state: error !== null ? "failing" : isDirty ? "dirty" : "published",
            publishedAt: exactTime(entry?.publishedAt ?? null),
            retryAt: isDirty ? exactTime(entry?.retryAt ?? null) : null,
            error: error === null ? null : { _tag: error, message: entry?.errorMessage ?? "" }
          }
        ]
  })
})

const gather = Effect.gen(function* () {
  const threadIndex = yield* ThreadIndex
  const inspection = yield* MemoryInspection
  const { memoriesHome } = yield* Settings
  const threads = threadStates(yield* threadIndex.counts, yield* allUnlearned, yield* stateContext)
  const claims = yield* (yield* Claims).holders
  const locks = yield* (yield* ProjectLocks).holders
  const today = DateTime.formatIsoDateUtc(yield* DateTime.now)
  const forgotten = yield* (yield* Forgetting).all
  return {
    memoriesHome,
    threads,
    projects: yield* projectsNow,
    holders: [
      ...claims.map((holder) => ({ kind: "claim" as const, ...holder })),
      ...locks.map((holder) => ({ kind: "lock" as const, ...holder }))
    ],
    notes: (yield* (yield* Notes).all).length,
    forgotten: forgotten.length,
    unfinishedForgets: forgotten.flatMap(({ erasedAt, threadId }) => (erasedAt === null ? [threadId] : [])),
    bytesOnDisk: yield* inspection.bytes,
    tokensToday: yield* (yield* Spending).tokensOn(today)
  }
})

type Status = Effect.Effect.Success<typeof gather>

const needsPerson = ({ projects, threads, unfinishedForgets }: Status): boolean =>
  threads.quarantined.length + unfinishedForgets.length > 0 || projects.some(({ state }) => state === "failing")

const reasons: { readonly [reason: string]: string } = {
  eligible: "for the next pass",
  idle: "until they have been silent for long enough",
  claimed: "while another pass reads them",
  current: "because they run this program",
  budget: "for the next day's budget",
  ignored: "named in the ignore file",
  "memory-disabled": "recorded with memory switched off",
  provider: "recorded with another provider",
  archived: "archived",
  "sub-agent": "of sub-agents",
  source: "of sources that do not become memory",
  missing: "whose rollout is gone"
}

const readable = (time: string | null): string => (time === null ? "" : readableTime(Date.parse(time)))

const threadLines = (threads: ThreadStates, { alarm, bold, table }: Screen): ReadonlyArray<string> => {
  const waiting = Object.entries(threads.waiting)
  const outside = Object.entries(threads.outside)
  return [
    bold(counted(threads.total, "session", "sessions")),
    `  ${threads.learned} learned from`,
    ...(threads.nothing > 0 ? [`  ${threads.nothing} with nothing to remember`] : []),
    ...waiting.map(([reason, count]) => `  ${count} waiting ${reasons[reason] ?? reason}`),
    ...outside.map(([reason, count]) => `  ${count} not looked at: ${reasons[reason] ?? reason}`),
    ...(threads.backingOff.length === 0
      ? []
      : [
          "",
          bold("Failed, to be tried again"),
          ...table(
            [{ heading: "thread" }, { heading: "not before" }, { heading: "last error", isFlexible: true }],
            threads.backingOff.map(({ error, threadId, until }) => [shortId(threadId), readable(until), error])
          )
        ]),
    ...(threads.quarantined.length === 0
      ? []
      : [
          "",
          alarm("Set aside: `retry --thread ID` tries one again, `why --thread ID` tells more"),
          ...table(
            [{ heading: "thread" }, { heading: "last error", isFlexible: true }],
            threads.quarantined.map(({ error, threadId }) => [shortId(threadId), error])
          )
        ])
  ]
}

const render = (status: Status, screen: Screen): ReadonlyArray<string> => {
  const { bold, table } = screen
  if (status.threads.total === 0 && status.projects.length === 0) {
    return [`Nothing is known yet in ${status.memoriesHome}: run rollout-memories once, without a command.`]
  }
  return [
    ...threadLines(status.threads, screen),
    ...(status.projects.length === 0
      ? []
      : [
          "",
          ...table(
            [
              { heading: "project" },
              { heading: "memories", isNumber: true },
              { heading: "state" },
              { heading: "consolidated" },
              { heading: "last error", isFlexible: true },
              { heading: "directory", isFlexible: true }
            ],
            status.projects.map((project) => [
              projectName(project.cwd),
              String(project.memories),
              project.state,
              readable(project.publishedAt) || "never",
              project.error?.message ?? "",
              project.cwd
            ])
          )
        ]),
    ...(status.holders.length === 0
      ? []
      : [
          "",
          bold("At work"),
          ...table(
            [{ heading: "what" }, { heading: "by process" }, { heading: "of", isFlexible: true }],
            status.holders.map(({ isAbandoned, kind, of, pid }) => [
              kind === "claim" ? "reading" : "consolidating",
              `${pid ?? "unknown"}${isAbandoned ? " (gone)" : ""}`,
              of
            ])
          )
        ]),
    ...(status.unfinishedForgets.length === 0
      ? []
      : [
          "",
          screen.alarm("A forget was cut short; run it again:"),
          ...status.unfinishedForgets.map((threadId) => `  rollout-memories forget --thread ${threadId}`)
        ]),
    "",
    `${counted(status.tokensToday, "token", "tokens")} spent today (UTC)`,
    `${readableSize(status.bytesOnDisk)} in ${status.memoriesHome}${status.notes > 0 ? `, ${counted(status.notes, "note", "notes")} by you` : ""}${status.forgotten > 0 ? `, ${counted(status.forgotten, "session", "sessions")} forgotten` : ""}`
  ]
}

/** `status`: where everything stands. Fails with `NeedsPerson` when something does. */
export const run = <E>(given: Given & { readonly json: boolean }, { looking }: CommandServices<E>) =>
  runOn(
    given,
    looking,
    Effect.gen(function* () {
      const status = yield* gather
      yield* print(given.json, { ...status, needsPerson: needsPerson(status) }, (screen) => render(status, screen))
      if (needsPerson(status)) {
        return yield* new NeedsPerson()
      }
    })
  )
