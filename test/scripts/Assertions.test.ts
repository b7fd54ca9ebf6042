import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { temporaryFolder, write } from "../support/program.js"

const root = join(import.meta.dirname, "../..")

const config = JSON.stringify({
  jsPlugins: [join(root, "scripts/lint/assertions.mjs")],
  categories: { correctness: "off" },
  rules: { "assertions/always-runs": "error", "assertions/about-something": "error" }
})

/** The lines of a module that the rules find fault with. */
const faultsIn = (lines: ReadonlyArray<string>) =>
  Effect.map(temporaryFolder, (folder) => {
    write(join(folder, "oxlintrc.json"), config)
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

const vacuous = [
  "if (one) assert.isTrue(one)",
  "one && assert.isTrue(one)",
  "one ? assert.isTrue(one) : undefined",
  "for (const each of list) assert.isTrue(each)",
  "for (const each of list.slice(1)) assert.isTrue(each)",
  "list.forEach((each) => assert.isTrue(each))",
  "Effect.forEach(list, (each) => Effect.sync(() => assert.isTrue(each)))",
  "try { one() } catch { assert.isTrue(one) }",
  "assert.isTrue(list.every(Boolean))",
  "assert.isUndefined(one?.two)",
  "assert.notInclude(one?.text ?? '', 'x')",
  "assert.notStrictEqual(list[0]?.tag, 'failed')",
  "assert.deepStrictEqual(one?.list, undefined)"
]

const sound = [
  "assert.isTrue(one)",
  "if (one) assert.isTrue(one); else assert.isFalse(two)",
  "for (const each of [1, 2]) assert.isTrue(each)",
  "for (const each of known) assert.isTrue(each)",
  "for (const [name, each] of Object.entries(table)) assert.isTrue(each, name)",
  "for (const each of nonEmpty(list)) assert.isTrue(each)",
  "nonEmpty(list).forEach((each) => assert.isTrue(each))",
  "assert.isTrue(nonEmpty(list).every(Boolean))",
  "assert.deepStrictEqual(list.filter(Boolean), [])",
  "assert.strictEqual(one?.two, 3)",
  "assert.isUndefined(one.two)"
]

describe("the linter's rules for assertions", () => {
  it.scoped("name each assertion that may not run, and each that holds of what is missing", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* faultsIn(vacuous), vacuous)
    })
  )

  it.scoped("name no other assertion", () =>
    Effect.gen(function* () {
      const known = ["const known = [1, 2]", "const table = { a: 1 }"]
      assert.deepStrictEqual(yield* faultsIn([...known, ...sound]), [])
    })
  )
})
