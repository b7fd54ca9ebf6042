import * as Effect from "effect/Effect"
import type { IgnoreRules } from "../domain/thread/IgnoreRules.js"
import { MemoryFs } from "../services/MemoryFs.js"

const ignoresNothing: IgnoreRules = { text: "", isIgnored: () => false }

/** Loaded where there is an ignore file with something in it. */
const loadRules = Effect.promise(() => import("../domain/thread/IgnoreRules.js"))

/** Reads the file `ignore` in the memories home; a file that cannot be read ends the pass before anything is read. */
export const loadIgnoreRules = Effect.gen(function* () {
  const text = yield* (yield* MemoryFs).ignoreText
  return text.trim() === "" ? ignoresNothing : (yield* loadRules).makeIgnoreRules(text)
}).pipe(Effect.withSpan("Ignoring.load"))
