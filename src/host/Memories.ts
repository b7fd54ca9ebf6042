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
import { forPlace } from "../delivery/MemoryContext.js"
import { readProject } from "../delivery/ReadProject.js"
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

/** Finds the project whose memory a directory that a host names reads. */
const readProjectOf = Effect.fnUntraced(function* (cwd: string) {
  return isAbsolute(cwd)
    ? yield* readProject(yield* (yield* WorkingDirectories).normalise(cwd))
    : yield* new InputInvalid({ input: "cwd", value: cwd, expected: "an absolute path" })
})

const projectOf = (cwd: string) => Effect.map(readProjectOf(cwd), ({ project }) => project)

const givenProject = (cwd: string | undefined) => (cwd === undefined ? Effect.succeed(undefined) : projectOf(cwd))

const forgetTarget = Effect.fnUntraced(function* (target: ForgetTarget) {
  const { redact } = yield* Redactor
  const tellLog = (step: string) => Effect.flatMap(redact(step), logDebug)
  if (target._tag === "Fact") {
    const plan = yield* planForgetFacts([target.id], yield* givenProject(target.cwd))
    yield* forgetFacts(plan, tellLog)
    return forgottenFactsOf(plan)
  }
  const plan = yield* planForget(
    target._tag === "Directory" ? { ...target, cwd: yield* projectOf(target.cwd) } : target
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
        Effect.flatMap(readProjectOf(cwd), (read) => forPlace(read, options)),
        services
      ),
    search: ({ cwd, words }) =>
      Effect.gen(function* () {
        const directory = yield* givenProject(cwd)
        return (yield* search(words, directory)).results
      }).pipe(Effect.provide(services)),
    remember: (cwd, text) =>
      Effect.flatMap(projectOf(cwd), (directory) => remember(directory, text)).pipe(
        Effect.map(({ remembered }) => remembered),
        Effect.provide(services)
      ),
    forget: (target) => Effect.provide(forgetTarget(target), services),
    pin: ({ cwd, id }) =>
      Effect.provide(
        Effect.flatMap(givenProject(cwd), (directory) => pinFact(id, directory)),
        services
      ),
    unpin: ({ cwd, id }) =>
      Effect.provide(
        Effect.flatMap(givenProject(cwd), (directory) => unpinFact(id, directory)),
        services
      ),
    correct: ({ cwd, id }, words) =>
      Effect.gen(function* () {
        const { decided, text } = yield* correctFact(id, yield* givenProject(cwd), words)
        return { ...decided, text }
      }).pipe(Effect.provide(services)),
    uncorrect: ({ cwd, id }) =>
      Effect.gen(function* () {
        return { ...(yield* uncorrectFact(id, yield* givenProject(cwd))), text: null }
      }).pipe(Effect.provide(services)),
    history: ({ cwd, id, limit = usualEntries }) =>
      Effect.provide(
        Effect.flatMap(givenProject(cwd), (directory) => readHistory(id, directory, entriesOf(limit))),
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
