import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { temporaryFolder, write } from "./program.js"

const root = join(import.meta.dirname, "../..")

/** The lines of a module that rules of our own, in a file of `scripts/lint`, find fault with. */
export const faultsIn = (plugin: string, rules: ReadonlyArray<string>, lines: ReadonlyArray<string>) =>
  Effect.map(temporaryFolder, (folder) => {
    const config = {
      jsPlugins: [join(root, "scripts/lint", plugin)],
      categories: { correctness: "off" },
      rules: Object.fromEntries(rules.map((rule) => [rule, "error"]))
    }
    write(join(folder, "oxlintrc.json"), JSON.stringify(config))
    write(join(folder, "sample.ts"), lines.join("\n"))
    const oxlint = join(root, "node_modules/oxlint/bin/oxlint")
    const { status, stdout } = spawnSync(process.execPath, [oxlint, "-c", "oxlintrc.json", "-f", "unix", "sample.ts"], {
      cwd: folder,
      encoding: "utf8"
    })
    const numbers = [...stdout.matchAll(/sample\.ts:(\d+):/g)].map(([, number]) => Number(number))
    assert.strictEqual(status, numbers.length === 0 ? 0 : 1, stdout)
    return [...new Set(numbers)].map((number) => lines[number - 1])
  })
