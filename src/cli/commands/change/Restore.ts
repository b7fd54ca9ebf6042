import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { noteLine } from "../../../domain/memory/UserNote.js"
import type { Directory } from "../../../domain/thread/WorkingDirectory.js"
import { underLocks } from "../../../commands/Forget.js"
import { makePass } from "../../../pass/Pass.js"
import { resume } from "../../../pass/PhaseTwo.js"
import { MemoryFs } from "../../../services/MemoryFs.js"
import { MemoryInspection } from "../../../services/MemoryInspection.js"
import { Consolidations } from "../../../services/state/Consolidations.js"
import { Settings } from "../../../settings/Settings.js"
import { projectOf, runOn } from "../../RunCommand.js"
import type { CommandServices } from "../../CommandServices.js"
import type { Given } from "../../Options.js"
import { print } from "../../terminal/Screen.js"

/**
 * Restores a directory's previous generation of published files, and records it as made from the current inputs, so
 * that the next pass does not replace it. The caller holds the lock of the directory.
 */
const restore = Effect.fn("Restore.restore")(function* (cwd: Directory) {
  const memoryFs = yield* MemoryFs
  const consolidations = yield* Consolidations
  const { tracesPerCwd } = yield* Settings
  yield* resume(cwd)
  const { fingerprint, notes } = yield* consolidations.state(cwd, tracesPerCwd)
  yield* memoryFs.restore(cwd, fingerprint)
  yield* resume(cwd)
  return notes
})

/** Implements `restore`: replaces the published memory of a directory by its previous generation. */
export const run = <E>(
  given: Given & { readonly json: boolean; readonly cwd: string },
  { amending }: CommandServices<E>
) =>
  runOn(
    given,
    amending,
    Effect.gen(function* () {
      const inspection = yield* MemoryInspection
      const cwd = yield* projectOf(given.cwd)
      const { owner } = yield* makePass
      const notes = yield* underLocks([cwd], owner, restore(cwd))
      const text = Option.getOrElse(yield* inspection.memoryText(cwd), () => "")
      const missing = notes.filter((note) => !text.split("\n").includes(noteLine(note)))
      const file = `${inspection.rootOf(cwd).memoryPath}/MEMORY.md`
      yield* print(given.json, { cwd, file, missingNotes: missing }, () => [
        `The generation before is back: ${file}`,
        "It stays until there is something new to consolidate; `restore` again changes the two back.",
        ...missing.map((note) => `Your note is not in it, and returns with the next consolidation: ${note}`)
      ])
    })
  )
