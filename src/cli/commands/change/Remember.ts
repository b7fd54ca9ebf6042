import * as Effect from "effect/Effect"
import { byteLength } from "../../../domain/text/ByteBudget.js"
import { noteBytes, noteText } from "../../../domain/memory/UserNote.js"
import { redact } from "../../../services/Redactor.js"
import { Notes } from "../../../services/state/Notes.js"
import { SettingInvalid } from "../../../settings/Settings.js"
import { directoryOf, runOn } from "../../RunCommand.js"
import type { CommandServices } from "../../CommandServices.js"
import type { Given } from "../../Options.js"
import { print } from "../../terminal/Screen.js"

/** `remember`: a note that every consolidation keeps. */
export const run = <E>(
  given: Given & { readonly json: boolean; readonly cwd: string; readonly words: ReadonlyArray<string> },
  { amending }: CommandServices<E>
) =>
  runOn(
    given,
    amending,
    Effect.gen(function* () {
      const said = noteText(given.words.join(" "))
      const note = yield* redact(said)
      if (note === "" || byteLength(note) > noteBytes) {
        return yield* new SettingInvalid({
          source: "remember",
          value: note.slice(0, 60),
          expected: `a text of 1 to ${noteBytes} bytes`
        })
      }
      const cwd = yield* directoryOf(given.cwd)
      yield* (yield* Notes).add(cwd, note)
      yield* print(given.json, { cwd, note }, () => [
        `Noted for ${cwd}: ${note}`,
        ...(note === said ? [] : ["What looks like a secret in it was left out."]),
        "It stands in MEMORY.md from the next pass on; `rollout-memories forget --match TEXT` takes it away."
      ])
    })
  )
