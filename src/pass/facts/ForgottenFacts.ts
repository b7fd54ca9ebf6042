import * as Effect from "effect/Effect"
import type { SessionFact } from "../../domain/facts/Fact.js"
import { withoutFacts } from "../../domain/facts/FactWords.js"
import { withForgottenTitle } from "../../domain/facts/ForgottenTitles.js"
import type { SafeOutput } from "../../domain/memory/TraceMemory.js"
import { rewrite } from "../../domain/privacy/SafeText.js"
import type { Directory } from "../../domain/thread/WorkingDirectory.js"
import { Facts } from "../../services/state/Facts.js"

/**
 * Removes the facts that a person forgot from an extraction's result, with the lines of the trace that state them. Of a
 * forgotten fact only the id is stored, so it is recognised when its session is extracted again.
 */
export const withoutForgottenFacts = Effect.fn("ForgottenFacts.leaveOut")(function* (
  cwd: Directory,
  found: ReadonlyArray<SessionFact>,
  output: SafeOutput
) {
  const facts = yield* Facts
  const marks = yield* facts.marks(cwd)
  const ids = new Set(marks.flatMap(({ id, mark }) => (mark._tag === "Forgotten" ? [id] : [])))
  const carriedOn = withForgottenTitle(found, ids)
  const gone = new Set([...ids, ...carriedOn.map(({ fact }) => fact.id)])
  const forgotten = [...found.filter(({ id }) => ids.has(id)), ...carriedOn.map(({ told }) => told)]
  return {
    facts: found.filter(({ id }) => !gone.has(id)),
    output: {
      traceMemory: rewrite(output.traceMemory, (text) => withoutFacts(text, forgotten)),
      summary: rewrite(output.summary, (text) => withoutFacts(text, forgotten))
    } satisfies SafeOutput
  }
})
