import * as Effect from "effect/Effect"
import type { IgnoreRules } from "../domain/thread/IgnoreRules.js"
import { MemoryFs } from "../services/MemoryFs.js"

const ignoresNothing: IgnoreRules = { text: "", isIgnored: () => false }

/** Loads the parser of ignore files; only a file that is not empty needs it. */
const loadRules = Effect.promise(() => import("../domain/thread/IgnoreRules.js"))

/**
 * Reads the file `ignore` in the memories home. If it cannot be read, the pass ends before it reads any session, since
 * the pass cannot know which sessions to leave out.
 */
export const loadIgnoreRules = Effect.gen(function* () {
  const text = yield* (yield* MemoryFs).ignoreText
  return text.trim() === "" ? ignoresNothing : (yield* loadRules).makeIgnoreRules(text)
}).pipe(Effect.withSpan("Ignoring.load"))
