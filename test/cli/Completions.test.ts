import { execFileSync } from "node:child_process"
import { assert, describe, it } from "@effect/vitest"
import { commandTable } from "../../src/cli/CommandTable.js"
import { passOptions } from "../../src/cli/Options.js"
import { mainPath } from "../support/program.js"
import { nonEmpty } from "../support/nonEmpty.js"

const script = (shell: string): string =>
  execFileSync(process.execPath, [mainPath, "--completions", shell], { encoding: "utf8" })

const options = Object.values(passOptions).map(({ name }) => name)

describe("shell completions", () => {
  it.each(["bash", "zsh", "fish"])("completions of %s include every command and every option of a pass", (shell) => {
    const text = script(shell)
    for (const name of nonEmpty([...Object.keys(commandTable), ...options.map((name) => name.replace(/^--/, ""))])) {
      assert.include(text, name)
    }
  })

  it("completions complete a line in bash", () => {
    const complete = (word: string) =>
      execFileSync(
        "bash",
        [
          "-c",
          `eval "$(cat)"; COMP_WORDS=(rollout-memories "$0"); COMP_CWORD=1; _rollout-memories_bash_completions rollout-memories "$0" rollout-memories; printf '%s\\n' "\${COMPREPLY[@]}"`,
          word
        ],
        { encoding: "utf8", input: script("bash") }
      )
        .trim()
        .split("\n")
    assert.deepStrictEqual(complete("sta"), ["status"])
    assert.deepStrictEqual(complete("--max-r"), ["--max-requests", "--max-requests-per-day"])
  })
})
