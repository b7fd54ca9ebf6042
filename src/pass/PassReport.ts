import { join } from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import { projectIndexFile } from "../domain/memory/ProjectIndex.js"
import { type PassReport, reportError } from "../domain/report/Report.js"
import { listUnknown } from "../domain/session/codex/UnknownLine.js"
import type { Pass } from "./Pass.js"
import type { ExtractionOutcome } from "./PhaseOne.js"
import type { ConsolidationOutcome } from "./PhaseTwo.js"
import { safeMessage } from "../services/Redactor.js"
import type { MemoryNotImported } from "./ImportMemories.js"
import { MemoryFs, type MemoryFsFailure } from "../services/MemoryFs.js"
import { ModelClient } from "../services/ModelClient.js"
import type { StateDbFailure } from "../services/state/StateDbError.js"
import { Settings } from "../settings/Settings.js"

/** The results of the steps of a pass, from which its report is made. */
export interface PassOutcomes {
  readonly threads: number
  readonly imports: ReadonlyArray<MemoryNotImported>
  /** Errors that prevented the list of the projects from being written. */
  readonly unwritten: ReadonlyArray<MemoryFsFailure | StateDbFailure>
  readonly extractions: ReadonlyArray<ExtractionOutcome>
  readonly waiting: number
  readonly subAgents: number
  readonly consolidations: ReadonlyArray<ConsolidationOutcome>
}

/** The report of a pass that did not run, because the memory feature is off. */
export const nothingRan = (model: string): PassReport => ({
  threads: 0,
  candidates: 0,
  waiting: 0,
  subAgents: 0,
  extracted: [],
  noOutput: [],
  skipped: [],
  failed: [],
  consolidated: [],
  unknownLines: [],
  model: { name: model, calls: 0, inputTokens: 0, outputTokens: 0, cachedTokens: 0 },
  durationMs: 0
})

/** Assembles the report of a finished pass. */
export const makeReport = Effect.fnUntraced(function* (pass: Pass, startedAt: number, outcomes: PassOutcomes) {
  const { rootOf } = yield* MemoryFs
  const { name } = yield* ModelClient
  const use = yield* Ref.get(pass.modelUse)
  const indexPath = join((yield* Settings).memoriesHome, projectIndexFile)
  const now = yield* Clock.currentTimeMillis
  const { extractions } = outcomes
  const result: PassReport = {
    threads: outcomes.threads,
    candidates: extractions.filter(({ _tag }) => _tag !== "Skipped").length,
    waiting: outcomes.waiting,
    subAgents: outcomes.subAgents,
    extracted: extractions.flatMap((outcome) =>
      outcome._tag === "Extracted"
        ? outcome.traces.map(({ cwd, grounding, traceFile }) => ({
            threadId: outcome.thread.id,
            cwd,
            memoryRoot: rootOf(cwd).memoryPath,
            traceFile,
            ...(grounding === undefined ? {} : { grounding })
          }))
        : []
    ),
    noOutput: extractions.flatMap((outcome) =>
      outcome._tag === "Nothing" ? [{ threadId: outcome.thread.id, cwd: outcome.cwd }] : []
    ),
    skipped: extractions.flatMap((outcome) =>
      outcome._tag === "Skipped"
        ? [{ threadId: outcome.thread.id, rolloutPath: outcome.thread.rolloutPath, reason: outcome.reason }]
        : []
    ),
    failed: [
      ...(yield* Effect.forEach(outcomes.imports, (error) =>
        Effect.map(safeError(error), (reported) => ({ threadId: null, rolloutPath: error.path, error: reported }))
      )),
      ...(yield* Effect.forEach(
        extractions.flatMap((outcome) => (outcome._tag === "Failed" ? [outcome] : [])),
        ({ error, thread }) =>
          Effect.map(safeError(error), (reported) => ({
            threadId: thread.id,
            rolloutPath: thread.rolloutPath,
            error: reported
          }))
      )),
      ...(yield* Effect.forEach(outcomes.unwritten, (error) =>
        Effect.map(safeError(error), (reported) => ({ threadId: null, rolloutPath: indexPath, error: reported }))
      ))
    ],
    consolidated: yield* Effect.forEach(outcomes.consolidations, (outcome) =>
      Effect.map(consolidationOf(outcome), (consolidation) => ({
        cwd: outcome.cwd,
        memoryRoot: rootOf(outcome.cwd).memoryPath,
        ...consolidation
      }))
    ),
    unknownLines: listUnknown(yield* Ref.get(pass.unknownLines)),
    model: { name, ...use },
    durationMs: Math.max(0, now - startedAt)
  }
  return result
})

const safeError = (error: { readonly _tag: string; readonly message: string }) =>
  Effect.map(safeMessage(error), (message) => reportError({ _tag: error._tag, message }))

const consolidationOf = Effect.fnUntraced(function* (outcome: ConsolidationOutcome) {
  switch (outcome._tag) {
    case "Published":
      return { outcome: "published" as const }
    case "Unchanged":
      return { outcome: "unchanged" as const }
    case "Locked":
      return { outcome: "locked" as const }
    case "Failed":
      return { outcome: "failed" as const, error: yield* safeError(outcome.error) }
  }
})
