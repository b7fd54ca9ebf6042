import { cpSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"

/** A Codex home with the recorded sessions of the examples in it, all of them long silent; gone with the scope. */
export const exampleHome = Effect.acquireRelease(
  Effect.sync(() => {
    const home = mkdtempSync(join(tmpdir(), "rollout-memories-home-"))
    cpSync(join(import.meta.dirname, "../../examples/codex-home"), home, { recursive: true })
    for (const name of readdirSync(home, { recursive: true, encoding: "utf8" })) {
      const path = join(home, name)
      if (statSync(path).isFile()) {
        utimesSync(path, 0, 0)
      }
    }
    return home
  }),
  (home) => Effect.sync(() => rmSync(home, { recursive: true, force: true }))
)
