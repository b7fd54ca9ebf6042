import { isAbsolute } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { correctFact, pinFact, uncorrectFact, unpinFact } from "../commands/DecideFact.js"
import { explain } from "../commands/Explain.js"
import { findThread } from "../commands/FindThread.js"
import { forget, forgottenOf, isNothing, planForget } from "../commands/Forget.js"
import { forgetFacts, forgottenFactsOf, planForgetFacts } from "../commands/ForgetFacts.js"
import { readHistory } from "../commands/History.js"
import { remember } from "../commands/Remember.js"
import { search } from "../commands/Search.js"
import { status } from "../commands/Status.js"
import { forDirectory } from "../delivery/MemoryContext.js"
import { type ForgetTarget, InputInvalid, Memories } from "../services/Memories.js"
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

/** The most entries of the history that are given where no number is asked for. */
const usualEntries = 100

/** Rounds a limit of entries to one that every state DB takes: an infinite one asks for all. */
const entriesOf = (limit: number): number => Math.max(0, Math.min(Math.trunc(limit) || 0, Number.MAX_SAFE_INTEGER - 1))

/** Resolves a directory that a host names to its canonical path. */
const directoryOf = Effect.fnUntraced(function* (cwd: string) {
  return isAbsolute(cwd)
    ? yield* (yield* WorkingDirectories).normalise(cwd)
    : yield* new InputInvalid({ input: "cwd", value: cwd, expected: "an absolute path" })
})

const givenDirectory = (cwd: string | undefined) => (cwd === undefined ? Effect.succeed(undefined) : directoryOf(cwd))

const forgetTarget = Effect.fnUntraced(function* (target: ForgetTarget) {
  const { redact } = yield* Redactor
  const tellLog = (step: string) => Effect.flatMap(redact(step), logDebug)
  if (target._tag === "Fact") {
    const plan = yield* planForgetFacts([target.id], yield* givenDirectory(target.cwd))
    yield* forgetFacts(plan, tellLog)
    return forgottenFactsOf(plan)
  }
  const plan = yield* planForget(
    target._tag === "Directory" ? { ...target, cwd: yield* directoryOf(target.cwd) } : target
  )
  if (!isNothing(plan)) {
    yield* forget(plan, tellLog)
  }
  return forgottenOf(plan, !isNothing(plan))
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
        const directory = yield* givenDirectory(cwd)
        return (yield* search(words, directory)).results
      }).pipe(Effect.provide(services)),
    remember: (cwd, text) =>
      Effect.flatMap(directoryOf(cwd), (directory) => remember(directory, text)).pipe(
        Effect.map(({ remembered }) => remembered),
        Effect.provide(services)
      ),
    forget: (target) => Effect.provide(forgetTarget(target), services),
    pin: ({ cwd, id }) =>
      Effect.provide(
        Effect.flatMap(givenDirectory(cwd), (directory) => pinFact(id, directory)),
        services
      ),
    unpin: ({ cwd, id }) =>
      Effect.provide(
        Effect.flatMap(givenDirectory(cwd), (directory) => unpinFact(id, directory)),
        services
      ),
    correct: ({ cwd, id }, words) =>
      Effect.gen(function* () {
        const { decided, text } = yield* correctFact(id, yield* givenDirectory(cwd), words)
        return { ...decided, text }
      }).pipe(Effect.provide(services)),
    uncorrect: ({ cwd, id }) =>
      Effect.gen(function* () {
        return { ...(yield* uncorrectFact(id, yield* givenDirectory(cwd))), text: null }
      }).pipe(Effect.provide(services)),
    history: ({ cwd, id, limit = usualEntries }) =>
      Effect.provide(
        Effect.flatMap(givenDirectory(cwd), (directory) => readHistory(id, directory, entriesOf(limit))),
        services
      ),
    status: Effect.provide(status, services),
    explain: (threadId) => Effect.provide(Effect.flatMap(findThread(threadId), explain), services)
  })
)

/**
 * Layer of the `Memories` service. It requires the services of a pass and of inspection (`MemoriesNeeds`). Exported
 * as `Layers.memories`.
 */
export const layer: Layer.Layer<Memories, never, MemoriesNeeds> = Layer.effect(Memories, make)
