import { isJsonObject, type JsonObject } from "../session/LenientField.js"
import type { Redact } from "./SafeText.js"
import type { RolloutLine } from "../session/codex/RolloutLine.js"

/** The maximum depth of nested JSON values that are read; deeper values are replaced by a note. */
const deepest = 64

/** The minimum length of a field name that is redacted too; a shorter name is no secret. */
const leastName = 16

const secretName = /(?:key|token|secret|passw(?:or)?d|passphrase|pwd|credentials?)$/i
const secretFlag = /^--?[A-Za-z][\w-]*(?:key|token|secret|passw(?:or)?d|passphrase|pwd|credentials?)$/i
const oneWord = /^[^\s"'`\\]{8,512}$/

/**
 * Redacts a value. If it is one word that is no secret by itself, it is redacted together with its name in a JSON
 * object, or with the flag before it in a list of arguments, since the name may show that it is one.
 */
const redactNamed = (name: string, separator: string, value: string, redact: Redact): string => {
  const alone = redact(value)
  if (alone !== value || !oneWord.test(value)) {
    return alone
  }
  const together = redact(name + separator + value)
  return together.startsWith(name + separator) ? together.slice(name.length + separator.length) : alone
}

const redactValue = (value: unknown, redact: Redact, depth: number): unknown => {
  if (typeof value === "string") {
    return redact(value)
  }
  if (typeof value !== "object" || value === null) {
    return value
  }
  if (depth > deepest) {
    return "[... nested too deep to be read ...]"
  }
  if (Array.isArray(value)) {
    const list: ReadonlyArray<unknown> = value
    return list.map((element, index) => {
      const before = list[index - 1]
      return typeof element === "string" && typeof before === "string" && secretFlag.test(before)
        ? redactNamed(before, " ", element, redact)
        : redactValue(element, redact, depth + 1)
    })
  }
  return isJsonObject(value) ? redactObject(value, redact, depth) : value
}

const redactObject = (object: JsonObject, redact: Redact, depth: number): JsonObject =>
  Object.fromEntries(
    Object.entries(object).map(([name, value]) => [
      name.length < leastName ? name : redact(name),
      typeof value === "string" && secretName.test(name)
        ? redactNamed(name, "=", value, redact)
        : redactValue(value, redact, depth + 1)
    ])
  )

/**
 * Redacts every decoded string in a line, names of fields included. Metadata of the session stays as it is: cwds are
 * identifiers, and the rest is redacted when the thread's row is made.
 */
export const redactLine = (line: RolloutLine, redact: Redact): RolloutLine => {
  switch (line._tag) {
    case "ResponseItem":
      return { ...line, item: redactObject(line.item, redact, 0) }
    case "Event":
      return { ...line, payload: redactObject(line.payload, redact, 0) }
    case "Compacted":
      return { ...line, message: redact(line.message) }
    default:
      return line
  }
}
