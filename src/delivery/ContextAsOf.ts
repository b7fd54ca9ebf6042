import * as Effect from "effect/Effect"
import { marksAfter } from "../domain/facts/FactDecisions.js"
import type { Directory } from "../domain/thread/WorkingDirectory.js"
import { projectName } from "../domain/thread/WorkingDirectory.js"
import { noEdits } from "../domain/memory/PersonEdits.js"
import { mergeFacts } from "../pass/facts/ReadFacts.js"
import { MemoryFs } from "../services/MemoryFs.js"
import { redact } from "../services/Redactor.js"
import { Facts } from "../services/state/Facts.js"
import { Settings } from "../settings/Settings.js"
import { blockOf, type ContextOptions } from "./MemoryContext.js"

/** Loads the offline consolidator, which only a directory with facts needs. */
const loadConsolidator = Effect.promise(() => import("../domain/offline/consolidating/OfflineConsolidator.js"))

/**
 * Renders the facts of a directory as they were at a time, always with the offline consolidator. Applies the
 * decisions of people that were in force then, and leaves out the facts that were forgotten since. Empty if no fact was
 * recorded by then.
 */
export const forDirectoryAsOf = Effect.fn("ContextAsOf.forDirectory")(function* (
  cwd: Directory,
  moment: number,
  options: ContextOptions
) {
  const facts = yield* Facts
  const { memoryBytes } = yield* Settings
  const known = yield* facts.asOf(cwd, moment)
  if (known.length === 0) {
    return ""
  }
  const marks = marksAfter((yield* facts.decisions(cwd)).filter(({ at }) => at <= moment))
  const merged = yield* mergeFacts(known, marks)
  const { consolidate } = yield* loadConsolidator
  const [memory] = consolidate({
    project: projectName(cwd),
    threadIds: [...new Set(known.map(({ threadId }) => threadId))],
    // The skills of then are not kept.
    facts: { ...merged, procedures: [] },
    edits: noEdits,
    maxBytes: memoryBytes
  })
  const { memoryPath } = (yield* MemoryFs).rootOf(cwd)
  return yield* blockOf(
    { cwd, memoryPath, memory: yield* redact(memory?.text ?? ""), summary: "", skills: [] },
    options
  )
})
