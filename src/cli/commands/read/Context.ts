import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { forPlace } from "../../../delivery/MemoryContext.js"
import type { ReadProject } from "../../../delivery/ReadProject.js"
import { asOfExpected, asOfMoment } from "../../../domain/facts/AsOf.js"
import { exactTime } from "../../../domain/text/ExactTime.js"
import type { Directory } from "../../../domain/thread/WorkingDirectory.js"
import { warn } from "../../../services/Logging.js"
import { MemoryFs } from "../../../services/MemoryFs.js"
import { integer } from "../../../settings/SettingKinds.js"
import { SettingInvalid } from "../../../settings/Settings.js"
import { readProjectOf, runOn } from "../../RunCommand.js"
import type { CommandServices } from "../../CommandServices.js"
import type { Given } from "../../Options.js"
import { print } from "../../terminal/Screen.js"

interface ContextGiven extends Given {
  readonly json: boolean
  readonly cwd: string
  readonly asOf: Option.Option<string>
}

const tokens = integer(2_000, 0, 1_000_000, "Tokens of the block.")

const tokensOf = (given: Option.Option<string>): Effect.Effect<number, SettingInvalid> =>
  Option.match(given, {
    onNone: () => Effect.succeed(tokens.fallback),
    onSome: (text) =>
      Option.match(tokens.parse(text), {
        onNone: () => new SettingInvalid({ source: "--max-tokens", value: text, expected: tokens.expected }),
        onSome: Effect.succeed
      })
  })

const momentOf = (text: string): Effect.Effect<number, SettingInvalid> =>
  Option.match(asOfMoment(text), {
    onNone: () => new SettingInvalid({ source: "--as-of", value: text, expected: asOfExpected }),
    onSome: Effect.succeed
  })

/** Loads the code of `context --as-of`, which other uses of `context` do not need. */
const loadAsOf = Effect.promise(() => import("../../../delivery/ContextAsOf.js"))

/** Loads the code that says where memory is, which only a directory without memory needs. */
const loadWhere = Effect.promise(() => import("../../../delivery/NothingFound.js"))

/** Says on stderr where memory is, for a directory that has none. Stdout stays empty, since a session reads it. */
const tellWhere = Effect.fnUntraced(function* (cwd: Directory, read: ReadProject) {
  const { whereMemoryIs } = yield* loadWhere
  const where = yield* whereMemoryIs(cwd, read)
  yield* where === "" ? Effect.void : warn(`there is no memory of ${read.project}; ${where}`)
})

/** Renders, for `context --as-of`, the context block from the facts that the state DB had at that time. */
const runAsOf = <E>(given: ContextGiven, asOf: string, { looking }: CommandServices<E>) =>
  runOn(
    { ...given, maxTokens: Option.none() },
    looking,
    Effect.gen(function* () {
      const maxTokens = yield* tokensOf(given.maxTokens)
      const moment = yield* momentOf(asOf)
      const { cwd: directory, read } = yield* readProjectOf(given.cwd)
      const cwd = read.project
      const { forDirectoryAsOf } = yield* loadAsOf
      const text = yield* forDirectoryAsOf(cwd, moment, { maxTokens })
      yield* text === "" ? tellWhere(directory, read) : Effect.void
      const { memoryPath } = (yield* MemoryFs).rootOf(cwd)
      if (given.json || text !== "") {
        const time = exactTime(moment)
        yield* print(given.json, { cwd, memoryRoot: memoryPath, maxTokens, asOf: time, text }, () => [text])
      }
    })
  )

const runPublished = <E>(given: ContextGiven, { reading }: CommandServices<E>) =>
  runOn(
    { ...given, maxTokens: Option.none() },
    reading,
    Effect.gen(function* () {
      const maxTokens = yield* tokensOf(given.maxTokens)
      const { cwd: directory, read } = yield* readProjectOf(given.cwd)
      const cwd = read.project
      const text = yield* forPlace(read, { maxTokens })
      yield* text === "" ? tellWhere(directory, read) : Effect.void
      const { memoryPath } = (yield* MemoryFs).rootOf(cwd)
      if (given.json || text !== "") {
        yield* print(given.json, { cwd, memoryRoot: memoryPath, maxTokens, text }, () => [text])
      }
    })
  )

/**
 * Implements `context`: prints the memory for a session that starts. Here `--max-tokens` limits the printed text, not
 * the cost of a pass.
 */
export const run = <E>(given: ContextGiven, services: CommandServices<E>) =>
  Effect.gen(function* () {
    yield* Option.isSome(given.asOf) ? runAsOf(given, given.asOf.value, services) : runPublished(given, services)
  })
