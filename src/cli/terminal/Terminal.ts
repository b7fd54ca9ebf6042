import { stripVTControlCharacters } from "node:util"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

/** Whether an output is a terminal whose user wants colour: `NO_COLOR` says no, as https://no-color.org has it. */
export const wantsColour = (stream: NodeJS.WriteStream): Effect.Effect<boolean> =>
  Config.string("NO_COLOR").pipe(
    Config.option,
    Effect.map((noColour) => stream.isTTY && Option.getOrElse(noColour, () => "") === ""),
    Effect.orElseSucceed(() => stream.isTTY)
  )

/**
 * Help comes coloured from its library; where colour is not wanted it is taken out again. What the library says of a command
 * line that it cannot read is said by the program itself, as every error is: here it is dropped.
 */
export const layerPlainConsole: Layer.Layer<never> = Layer.unwrapEffect(
  Effect.gen(function* () {
    const console = yield* Effect.console
    const isColoured = yield* wantsColour(process.stdout)
    const log = (...parts: ReadonlyArray<unknown>) =>
      Effect.sync(() => {
        const text = parts.map(String).join(" ")
        process.stdout.write(`${isColoured ? text : stripVTControlCharacters(text)}\n`)
      })
    return Console.setConsole({
      ...console,
      log,
      error: () => Effect.void
    })
  })
)
