import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { forDirectory } from "../../../delivery/MemoryContext.js"
import { MemoryFs } from "../../../services/MemoryFs.js"
import { integer } from "../../../settings/SettingKinds.js"
import { SettingInvalid } from "../../../settings/Settings.js"
import { directoryOf, runOn } from "../../RunCommand.js"
import type { CommandServices } from "../../CommandServices.js"
import type { Given } from "../../Options.js"
import { print } from "../../terminal/Screen.js"

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

/**
 * Implements `context`: prints the memory for a session that starts. Here `--max-tokens` limits the printed text, not
 * the cost of a pass.
 */
export const run = <E>(
  given: Given & { readonly json: boolean; readonly cwd: string },
  { reading }: CommandServices<E>
) =>
  runOn(
    { ...given, maxTokens: Option.none() },
    reading,
    Effect.gen(function* () {
      const maxTokens = yield* tokensOf(given.maxTokens)
      const cwd = yield* directoryOf(given.cwd)
      const text = yield* forDirectory(cwd, { maxTokens })
      const { memoryPath } = (yield* MemoryFs).rootOf(cwd)
      if (given.json || text !== "") {
        yield* print(given.json, { cwd, memoryRoot: memoryPath, maxTokens, text }, () => [text])
      }
    })
  )
