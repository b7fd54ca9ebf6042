import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { SessionFact } from "../../domain/facts/Fact.js"
import { extractFacts } from "../../domain/offline/writing/SessionFacts.js"
import { Redactor } from "../../services/Redactor.js"
import type { SessionPart } from "../SessionParts.js"

const encode = Schema.encodeSync(Schema.parseJson(SessionFact))
const decode = Schema.decodeOption(Schema.parseJson(SessionFact))

/**
 * Extracts the facts of a session's work in one directory, without a model. A fact joins several texts, which may
 * together show a secret that none of them shows alone, so each fact is redacted once more. A fact that does not decode
 * after that is left out.
 */
export const factsOfPart = Effect.fn("SessionFacts.ofPart")(function* ({ cwd, evidence }: SessionPart) {
  const redact = yield* (yield* Redactor).rules
  return extractFacts(cwd, evidence).flatMap((fact) => {
    const text = encode(fact)
    const safe = redact(text)
    return safe === text ? [fact] : Option.toArray(decode(safe))
  })
})
