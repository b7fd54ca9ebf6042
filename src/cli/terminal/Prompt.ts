import { createInterface } from "node:readline"
import * as Effect from "effect/Effect"
import { SettingInvalid } from "../../settings/Settings.js"

/**
 * Asks for consent on the terminal; only `y` or `yes` is one. Ctrl-C and the end of input are none, and change nothing.
 * Fails where there is nobody to ask.
 */
export const confirm = (question: string) =>
  process.stdin.isTTY
    ? Effect.async<boolean>((resume) => {
        // Not a terminal's own editing: it would take Ctrl-C for itself.
        const lines = createInterface({ input: process.stdin, terminal: false })
        process.stderr.write(`${question} [y/N] `)
        lines.once("line", (line) => {
          resume(Effect.succeed(/^y(?:es)?$/i.test(line.trim())))
          lines.close()
        })
        lines.once("close", () => resume(Effect.succeed(false)))
        return Effect.sync(() => lines.close())
      })
    : new SettingInvalid({
        source: "--yes",
        value: "",
        expected: "it, since there is no terminal to ask on; nothing was changed"
      })
