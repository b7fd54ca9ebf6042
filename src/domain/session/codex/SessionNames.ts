import * as Schema from "effect/Schema"
import { withoutPrivateWords } from "../../privacy/PrivateText.js"
import { decodeLenient, lenient } from "../LenientField.js"

/** The names that people gave their sessions, by thread id. */
export type SessionNames = ReadonlyMap<string, string>

const Entry = Schema.Struct({ id: lenient(Schema.NonEmptyString), thread_name: lenient(Schema.String) })
const decodeEntry = decodeLenient(Schema.parseJson(Entry), {})

/** Parses `session_index.jsonl`. Every renaming adds a line, so the last one of a session counts. */
export const namesIn = (text: string): SessionNames => {
  const names = new Map<string, string>()
  for (const line of text.split("\n")) {
    const { id, thread_name: given } = line.trim() === "" ? {} : decodeEntry(line)
    const name = given === undefined ? "" : withoutPrivateWords(given).trim()
    if (id !== undefined && name !== "") {
      names.set(id, name)
    }
  }
  return names
}
