import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { SessionFact } from "../../domain/facts/Fact.js"
import { extractFacts } from "../../domain/offline/writing/SessionFacts.js"
import type { Redact } from "../../domain/privacy/SafeText.js"
import { Redactor } from "../../services/Redactor.js"
import type { PlacedEvidence, SessionPart } from "../SessionParts.js"

const encode = Schema.encodeSync(Schema.parseJson(SessionFact))
const decode = Schema.decodeOption(Schema.parseJson(SessionFact))

const factsIn = ({ directory, evidence, place }: PlacedEvidence, redact: Redact): ReadonlyArray<SessionFact> =>
  extractFacts(directory, evidence).flatMap((fact) => {
    const placed: SessionFact = place === "" ? fact : { ...fact, place }
    const text = encode(placed)
    const safe = redact(text)
    return safe === text ? [placed] : Option.toArray(decode(safe))
  })

/** Keeps one of the facts with the same id. What is true in several directories is true of no single one. */
const oncePerSession = (facts: ReadonlyArray<SessionFact>): ReadonlyArray<SessionFact> => {
  const kept = new Map<string, SessionFact>()
  for (const fact of facts) {
    const before = kept.get(fact.id)
    const { place: _, ...anywhere } = before ?? fact
    kept.set(fact.id, before === undefined || before.place === fact.place ? (before ?? fact) : anywhere)
  }
  return [...kept.values()]
}

/**
 * Extracts the facts of a session's work in one project, directory by directory, without a model. A fact joins several
 * texts, which may together show a secret that none of them shows alone, so each fact is redacted once more. A fact that
 * does not decode after that is left out.
 */
export const factsOfPart = Effect.fn("SessionFacts.ofPart")(function* ({ places }: SessionPart) {
  const redact = yield* (yield* Redactor).rules
  return oncePerSession(places.flatMap((place) => factsIn(place, redact)))
})
