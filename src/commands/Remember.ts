import * as Effect from "effect/Effect"
import { noteBytes, noteText } from "../domain/memory/UserNote.js"
import { byteLength } from "../domain/text/ByteBudget.js"
import type { Directory } from "../domain/thread/WorkingDirectory.js"
import { InputInvalid, type Remembered } from "../services/Memories.js"
import { redact } from "../services/Redactor.js"
import { Notes } from "../services/state/Notes.js"

/** Stores a note for a directory. The result says whether a secret was removed from it. */
export const remember = Effect.fn("Remember.add")(function* (cwd: Directory, text: string) {
  const said = noteText(text)
  const note = yield* redact(said)
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
