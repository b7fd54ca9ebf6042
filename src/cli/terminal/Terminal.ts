import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

/** The control sequence that clears the progress line: back to its start, and erase to its end. */
export const clearLine = "\r\u001b[K"

/** Loads the code that measures text in columns. It takes 8 ms to load, and output to a pipe does not need it. */
export const loadTextWidth = Effect.promise(() => import("./TextWidth.js"))

/** Determines whether an output is a terminal whose user wants colour; `NO_COLOR` means no (https://no-color.org). */
export const wantsColour = (stream: Pick<NodeJS.WriteStream, "isTTY">): Effect.Effect<boolean> =>
  Config.string("NO_COLOR").pipe(
    Config.option,
    Effect.map((noColour) => stream.isTTY && Option.getOrElse(noColour, () => "") === ""),
    Effect.orElseSucceed(() => stream.isTTY)
  )

/**
 * Suppresses the messages that the command-line library prints about an invalid line, since this program prints its
 * own.
 */
export const layerQuietConsole: Layer.Layer<never> = Layer.unwrapEffect(
  Effect.map(Effect.console, (console) => Console.setConsole({ ...console, error: () => Effect.void }))
)
