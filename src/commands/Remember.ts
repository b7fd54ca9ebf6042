import * as Effect from "effect/Effect"
import { noteBytes, noteText } from "../domain/memory/UserNote.js"
import { redact } from "../domain/privacy/Redaction.js"
import { byteLength } from "../domain/text/ByteBudget.js"
import { InputInvalid, type Remembered } from "../services/Memories.js"
import { Notes } from "../services/state/Notes.js"

/** Keeps a note for a directory. Says whether anything that looks like a secret was left out of it. */
export const remember = Effect.fn("Remember.add")(function* (cwd: string, text: string) {
  const said = noteText(text)
  const note = redact(said)
  if (note === "" || byteLength(note) > noteBytes) {
    return yield* new InputInvalid({
      input: "text",
      value: note.slice(0, 60),
      expected: `a text of 1 to ${noteBytes} bytes`
    })
  }
  yield* (yield* Notes).add(cwd, note)
  const remembered: Remembered = { cwd, note }
  return { remembered, isRedacted: note !== said }
})
