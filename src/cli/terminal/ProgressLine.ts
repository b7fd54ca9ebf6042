import * as Effect from "effect/Effect"
import { fitText } from "./TextTable.js"
import { clearLine } from "./TerminalProgress.js"

/** Runs work that says how far it is on one line of a terminal; the line goes with the work. Elsewhere nothing is shown. */
export const withProgressLine = <A, E, R>(
  work: (tell: (step: string) => Effect.Effect<void>) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => {
  const { stderr } = process
  return stderr.isTTY
    ? Effect.ensuring(
        work((step) =>
          Effect.sync(() => void stderr.write(`${clearLine}${fitText(step, Math.max(10, stderr.columns - 1))}`))
        ),
        Effect.sync(() => stderr.write(clearLine))
      )
    : work(() => Effect.void)
}
