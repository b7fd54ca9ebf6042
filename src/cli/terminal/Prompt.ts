import { createInterface } from "node:readline"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { UsageError } from "../UsageError.js"

/**
 * Asks for consent on the terminal; `y` and `yes` give it, Ctrl-C and the end of input refuse. Fails without a
 * terminal.
 */
const confirm = (question: string) =>
  process.stdin.isTTY
    ? Effect.async<boolean>((resume) => {
        // Line editing is off, as it would handle Ctrl-C itself.
        const lines = createInterface({ input: process.stdin, terminal: false })
        process.stderr.write(`${question} [y/N] `)
        lines.once("line", (line) => {
          resume(Effect.succeed(/^y(?:es)?$/i.test(line.trim())))
          lines.close()
        })
        lines.once("close", () => resume(Effect.succeed(false)))
        return Effect.sync(() => lines.close())
      })
    : new UsageError({
        problem: "there is no terminal to ask on, so nothing was changed",
        todo: "pass --yes to do it without asking"
      })

/** Prints what would be done, on stderr beside a JSON result, and asks for consent. Fails without a terminal. */
export const consent = (lines: ReadonlyArray<string>, question: string, asJson: boolean) => {
  const text = lines.join("\n")
  return Effect.zipRight(asJson ? Console.error(text) : Console.log(text), confirm(question))
}
