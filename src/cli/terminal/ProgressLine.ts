import * as Effect from "effect/Effect"
import { clearLine, loadTextWidth } from "./Terminal.js"

/**
 * Runs work that reports its progress on one line of a terminal, and clears the line at the end. Outside a terminal
 * nothing is shown.
 */
export const withProgressLine = <A, E, R>(
  work: (tell: (step: string) => Effect.Effect<void>) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => {
  const { stderr } = process
  return stderr.isTTY
    ? Effect.flatMap(loadTextWidth, ({ fitText }) =>
        Effect.ensuring(
          work((step) =>
            Effect.sync(() => void stderr.write(`${clearLine}${fitText(step, Math.max(10, stderr.columns - 1))}`))
          ),
          Effect.sync(() => stderr.write(clearLine))
        )
      )
    : work(() => Effect.void)
}
