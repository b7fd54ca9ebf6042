import * as Effect from "effect/Effect"
import { costs, status as currentStatus } from "../../../commands/Status.js"
import { knownModelsDate } from "../../../domain/model/KnownModels.js"
import type { CostReport } from "../../../domain/report/CostReport.js"
import { counted } from "../../../domain/text/Counted.js"
import { shortId } from "../../../domain/thread/ThreadPrefix.js"
import { projectName } from "../../../domain/thread/WorkingDirectory.js"
import type { MemoriesStatus } from "../../../services/Memories.js"
import { givenProject, runOn } from "../../RunCommand.js"
import type { CommandServices } from "../../CommandServices.js"
import { NeedsPerson } from "../../ExitCode.js"
import type { GivenTo } from "../../CommandTable.js"
import { readableSize, readableStamp } from "../../terminal/ReadableTime.js"
import { print, type Screen } from "../../terminal/Screen.js"

const reasons: { readonly [reason: string]: string } = {
  eligible: "for the next pass",
  idle: "until they have been silent for long enough",
  claimed: "while another pass reads them",
  current: "because they run this program",
  budget: "for the next day's budget",
  ignored: "named in the ignore file",
  "memory-disabled": "recorded with memory switched off",
  agent: "until MEMORIES_AGENTS names their agent, since a model would see them",
  provider: "recorded with another provider",
  archived: "archived",
  "sub-agent": "of sub-agents",
  source: "of sources that do not become memory",
  missing: "whose rollout is gone"
}

const threadLines = (threads: MemoriesStatus["threads"], { alarm, bold, table }: Screen): ReadonlyArray<string> => {
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
            threads.backingOff.map(({ error, threadId, until }) => [shortId(threadId), readableStamp(until), error])
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

const render = (status: MemoriesStatus, screen: Screen): ReadonlyArray<string> => {
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
              readableStamp(project.publishedAt) || "never",
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

/** Renders money with at least two digits, and more for less than a cent. */
const readableMoney = (cost: number): string => (cost > 0 && cost < 0.1 ? cost.toFixed(6) : cost.toFixed(2))

const readableCount = (count: number): string => count.toLocaleString("en-US")

const renderCosts = (report: CostReport, { bold, table }: Screen): ReadonlyArray<string> =>
  report.lines.length === 0
    ? ["No request to a model is on record."]
    : [
        ...table(
          [
            { heading: "day (UTC)" },
            { heading: "project", isFlexible: true },
            { heading: "model", isFlexible: true },
            { heading: "requests", isNumber: true },
            { heading: "input", isNumber: true },
            { heading: "cached", isNumber: true },
            { heading: "output", isNumber: true },
            { heading: "cost", isNumber: true }
          ],
          report.lines.map((line) => [
            line.day,
            line.project === "" ? "unknown" : projectName(line.project),
            line.model === "" ? "unknown" : line.model,
            readableCount(line.requests),
            readableCount(line.inputTokens),
            readableCount(line.cachedTokens),
            readableCount(line.outputTokens),
            line.cost === null ? "unknown" : readableMoney(line.cost)
          ])
        ),
        "",
        bold(`${readableMoney(report.cost)} for ${counted(report.requests, "request", "requests")}`),
        `Prices are your own, or the vendors' list prices in US dollars as of ${knownModelsDate}.`,
        ...(report.unpriced === 0
          ? []
          : [
              `${counted(report.unpriced, "request has", "requests have")} no known price and ${report.unpriced === 1 ? "is" : "are"} left out: set MEMORIES_PRICE_INPUT and MEMORIES_PRICE_OUTPUT for later ones.`
            ]),
        ...(report.atWorst === 0
          ? []
          : [
              `${counted(report.atWorst, "request counts", "requests count")} with the worst case, since the cost was never reported.`
            ])
      ]

/**
 * Implements `status`: prints the state of sessions and memories, or the costs. Fails with `NeedsPerson` if a person has to act, for
 * example on a thread in quarantine.
 */
export const run = <E>(given: GivenTo<"status">, { looking }: CommandServices<E>) =>
  runOn(
    given,
    looking,
    Effect.gen(function* () {
      if (given.costs) {
        return yield* Effect.flatMap(costs, (report) =>
          print(given.json, report, (screen) => renderCosts(report, screen))
        )
      }
      const project = yield* givenProject(given.cwd)
      const all = yield* currentStatus
      const status = { ...all, projects: all.projects.filter(({ cwd }) => project === undefined || cwd === project) }
      yield* print(given.json, status, (screen) => render(status, screen))
      if (status.needsPerson) {
        return yield* new NeedsPerson()
      }
    })
  )
