import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

/** Clears the progress line. */
export const clearLine = "\r\u001b[K"

/** Loads the widths of text. Segmenting text costs 8 ms at a start, and a pipe needs none of it. */
export const loadTextWidth = Effect.promise(() => import("./TextWidth.js"))

/** Determines whether an output is a terminal whose user wants colour; `NO_COLOR` means no (https://no-color.org). */
export const wantsColour = (stream: Pick<NodeJS.WriteStream, "isTTY">): Effect.Effect<boolean> =>
  Config.string("NO_COLOR").pipe(
    Config.option,
    Effect.map((noColour) => stream.isTTY && Option.getOrElse(noColour, () => "") === ""),
    Effect.orElseSucceed(() => stream.isTTY)
  )

/** Drops what the command line library says of an invalid line: the program says that itself, as it does every error. */
export const layerQuietConsole: Layer.Layer<never> = Layer.unwrapEffect(
  Effect.map(Effect.console, (console) => Console.setConsole({ ...console, error: () => Effect.void }))
)
