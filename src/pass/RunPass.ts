import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { sharingTheEventLoop } from "./FairScheduler.js"
import { loadIgnoreRules } from "./LoadIgnoreRules.js"
import { makePass } from "./Pass.js"
import { makeReport, nothingRan } from "./PassReport.js"
import { runPhaseOne } from "./PhaseOne.js"
import { finishInterrupted, runPhaseTwo } from "./PhaseTwo.js"
import { indexWithMemories } from "./ImportMemories.js"
import { describeProjects, takeOver } from "./projects/TakeOver.js"
import { refreshFacts } from "./facts/RefreshFacts.js"
import { MemoryFs } from "../services/MemoryFs.js"
import { ModelClient } from "../services/ModelClient.js"
import { Settings } from "../settings/Settings.js"

/** Options of one pass that are not settings. */
export interface PassOptions {
  /** True to take all eligible threads, regardless of the setting `candidates`. */
  readonly all: boolean
  /** True to read the ends of every rollout again, and to import the memories on disk. */
  readonly rebuildIndex: boolean
}

/**
 * Runs one pass: checks that memory is on, updates the index, joins memories of one project, writes trace memories (phase one), consolidates
 * directories (phase two), and returns the report. The failure of a single rollout or directory is in the report.
 */
export const runPass = Effect.fn("Pipeline.runPass")(function* (options: PassOptions) {
  const { candidates, enabled } = yield* Settings
  if (!enabled) {
    return nothingRan((yield* ModelClient).name)
  }
  const startedAt = yield* Clock.currentTimeMillis
  const memoryFs = yield* MemoryFs
  const pass = yield* makePass

  yield* memoryFs.prepare
  const ignoreRules = yield* loadIgnoreRules
  yield* finishInterrupted(pass)
  const { failures, threads } = yield* indexWithMemories({ reread: options.rebuildIndex, ignoreRules })
  yield* takeOver(pass)
  const { extractions, subAgents, waiting } = yield* runPhaseOne(pass, options.all ? Infinity : candidates, ignoreRules)
  yield* refreshFacts(pass, ignoreRules)
  const touched = new Set(
    extractions.flatMap((outcome) => (outcome._tag === "Extracted" ? outcome.traces.map(({ cwd }) => cwd) : []))
  )
  const consolidations = yield* runPhaseTwo(pass, touched)
  const described = yield* Effect.either(describeProjects)
  const unwritten = Option.toArray(Either.getLeft(described))
  return yield* makeReport(pass, startedAt, {
    threads,
    imports: failures,
    unwritten,
    extractions,
    waiting,
    subAgents,
    consolidations
  })
}, sharingTheEventLoop)
