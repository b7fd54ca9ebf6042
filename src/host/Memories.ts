import { isAbsolute } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { explain } from "../commands/Explain.js"
import { findThread } from "../commands/FindThread.js"
import { forget, forgottenOf, isNothing, planForget } from "../commands/Forget.js"
import { remember } from "../commands/Remember.js"
import { search } from "../commands/Search.js"
import { status } from "../commands/Status.js"
import { forDirectory } from "../delivery/MemoryContext.js"
import { InputInvalid, Memories } from "../services/Memories.js"
import type { MemoryInspection } from "../services/MemoryInspection.js"
import type { Progress } from "../services/Progress.js"
import { WorkingDirectories } from "../services/WorkingDirectories.js"
import type { PassServices } from "./SessionStart.js"
import { logDebug } from "../services/Logging.js"
import { Redactor } from "../services/Redactor.js"

/**
 * Services of all operations of `Memories`. They include those of a pass, since a deletion consolidates the memories
 * that are left.
 */
export type MemoriesNeeds = MemoryInspection | PassServices | Progress | WorkingDirectories

/** Resolves a directory that a host names to its canonical path. */
const directoryOf = Effect.fnUntraced(function* (cwd: string) {
  return isAbsolute(cwd)
    ? yield* (yield* WorkingDirectories).normalise(cwd)
    : yield* new InputInvalid({ input: "cwd", value: cwd, expected: "an absolute path" })
})

const make = Effect.map(Effect.context<MemoriesNeeds>(), (services) =>
  Memories.of({
    context: (cwd, options) =>
      Effect.provide(
        Effect.flatMap(directoryOf(cwd), (directory) => forDirectory(directory, options)),
        services
      ),
    search: ({ cwd, words }) =>
      Effect.gen(function* () {
        const directory = cwd === undefined ? undefined : yield* directoryOf(cwd)
        return (yield* search(words, directory)).results
      }).pipe(Effect.provide(services)),
    remember: (cwd, text) =>
      Effect.flatMap(directoryOf(cwd), (directory) => remember(directory, text)).pipe(
        Effect.map(({ remembered }) => remembered),
        Effect.provide(services)
      ),
    forget: (target) =>
      Effect.gen(function* () {
        const plan = yield* planForget(
          target._tag === "Directory" ? { ...target, cwd: yield* directoryOf(target.cwd) } : target
        )
        if (!isNothing(plan)) {
          const { redact } = yield* Redactor
          yield* forget(plan, (step) => Effect.flatMap(redact(step), logDebug))
        }
        return forgottenOf(plan, !isNothing(plan))
      }).pipe(Effect.provide(services)),
    status: Effect.provide(status, services),
    explain: (threadId) => Effect.provide(Effect.flatMap(findThread(threadId), explain), services)
  })
)

/** The memories of a home, over the services of a pass; exported as `Layers.memories`. */
export const layer: Layer.Layer<Memories, never, MemoriesNeeds> = Layer.effect(Memories, make)
