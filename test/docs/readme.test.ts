import { spawnSync } from "node:child_process"
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mainPath } from "../support/program.js"
import { againWith, sampleOf } from "../support/sample.js"

const { PATH = "" } = process.env

const root = join(import.meta.dirname, "../..")
const readme = readFileSync(join(root, "README.md"), "utf8")

/** Every command line that the page shows, of the program itself. */
const commandLines = [
  ...[...readme.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = ""]) => block.trim().split("\n")),
  ...[...readme.matchAll(/\| `(rollout-memories .+?)` \|/g)].map(([, line = ""]) => line)
].filter((line) => line.startsWith("rollout-memories"))

/** The pass that the page begins with; the other lines look into its memories, or change them. */
const firstPass = "rollout-memories"

/** The program's command that a line calls. */
const commandOf = (line: string): string => line.split(" ")[1] ?? ""

/** A person's home and a project in it, where the sessions of one example project took place. */
const personHome = Effect.acquireRelease(
  Effect.sync(() => {
    const home = realpathSync(mkdtempSync(join(tmpdir(), "rollout-memories-readme-")))
    const [codexHome, project, bin] = [join(home, ".codex"), join(home, "ferry-times"), join(home, "bin")]
    mkdirSync(project)
    mkdirSync(bin)
    writeFileSync(join(bin, "rollout-memories"), `#!/bin/sh\nexec "${process.execPath}" "${mainPath}" "$@"\n`, {
      mode: 0o755
    })
    cpSync(join(root, "examples/codex-home"), codexHome, { recursive: true })
    for (const name of readdirSync(codexHome, { recursive: true, encoding: "utf8" })) {
      const path = join(codexHome, name)
      if (statSync(path).isFile()) {
        writeFileSync(path, readFileSync(path, "utf8").replaceAll("/home/mira/code/ferry-times", project))
      }
    }
    return { home, project, bin }
  }),
  ({ home }) => Effect.sync(() => rmSync(home, { recursive: true, force: true }))
)

describe("README.md", () => {
  it("README.md has at most 1,200 words", () => {
    assert.isAtMost(readme.split(/\s+/).filter((word) => word !== "").length, 1_200)
  })

  it.scopedLive("README.md shows command lines that work as shown, in the order of the page", () =>
    Effect.gen(function* () {
      const { bin, home, project } = yield* personHome
      const environment = {
        HOME: home,
        PATH: `${bin}:${PATH}`,
        MEMORIES_MIN_IDLE: "0",
        OPENAI_API_KEY: "made-up",
        OPENAI_BASE_URL: "http://127.0.0.1:9/v1"
      }
      const type = (line: string) => spawnSync("sh", ["-c", line], { cwd: project, env: environment, encoding: "utf8" })
      assert.isAtLeast(commandLines.length, 14)
      // An earlier pass over half of the sessions, so that there is a generation to restore.
      assert.strictEqual(type("rollout-memories --limit 4").status, 0)
      assert.include(commandLines, firstPass)
      // There is no terminal to ask on, and no model's server: what a pass with a model does is tested elsewhere.
      const others = commandLines.filter((line) => line !== firstPass && !line.startsWith("rollout-memories --model "))
      for (const line of [firstPass, ...sampleOf(others, 5, commandOf)]) {
        const shown = line.includes(" forget ") ? `${line} --yes` : line
        const { status, stderr, stdout } = type(shown)
        assert.strictEqual(status, 0, `${shown}\n${stdout}${stderr}${againWith()}`)
        assert.notStrictEqual(stdout.trim(), "", shown)
      }
    })
  )
})
