import { assert, describe, it } from "@effect/vitest"
import { commandTable, isCommandName } from "../../src/cli/CommandTable.js"
import { renderHelp } from "../../src/cli/Help.js"
import { passOptions } from "../../src/cli/Options.js"
import { columnsOf } from "../../src/cli/terminal/TextWidth.js"
import { nonEmpty } from "../support/nonEmpty.js"

const commands = Object.keys(commandTable).filter(isCommandName)

const help = (command?: (typeof commands)[number], width = 100) =>
  renderHelp(command, { version: "1.2.3", width, bold: (text) => text })

const linesOf = (text: string): ReadonlyArray<string> => text.split("\n")

describe("the help of the program", () => {
  it("the help of the program fits two screens of 25 lines", () => assert.isAtMost(linesOf(help()).length, 50))

  it("the help of the program has a line for every command and every option", () => {
    for (const name of nonEmpty([...commands, ...Object.values(passOptions).map(({ name }) => name)])) {
      assert.strictEqual(linesOf(help()).filter((line) => line.trim().split(/[ ,]/)[0] === name).length, 1, name)
    }
  })
})

describe("the help of a command", () => {
  it.each(commands)(
    "the help of %s has the options of that command alone, and says where the shared ones are",
    (command) => {
      const lines = linesOf(help(command))
      const shown = lines.flatMap((line) => /^ {2}(--[\w-]+)/.exec(line)?.[1] ?? [])
      assert.deepStrictEqual(
        shown,
        Object.values(commandTable[command].options).map(({ name }) => name)
      )
      assert.isTrue(lines.at(-1)?.includes("`rollout-memories --help`"))
      assert.isAtMost(lines.length, 24)
    }
  )

  it("the help of a command shows its required options and words in its usage", () => {
    assert.include(help("context"), "Usage: rollout-memories context --cwd DIR [OPTIONS]")
    assert.include(help("remember"), "Usage: rollout-memories remember --cwd DIR [OPTIONS] TEXT")
  })
})

describe("every help", () => {
  it("every help fits its width, up to a hundred columns", () => {
    for (const [given, expected] of [
      [80, 80],
      [1_000_000, 100]
    ] as const) {
      for (const command of [undefined, ...commands]) {
        for (const line of nonEmpty(linesOf(help(command, given)))) {
          assert.isAtMost(columnsOf(line), expected, line)
        }
      }
    }
  })
})
