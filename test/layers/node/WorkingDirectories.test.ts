import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as WorkingDirectoriesNode from "../../../src/layers/node/WorkingDirectories.js"
import { WorkingDirectories } from "../../../src/services/WorkingDirectories.js"
import { temporaryFolder } from "../../support/program.js"

const normalise = (cwd: string) => Effect.flatMap(WorkingDirectories, (directories) => directories.normalise(cwd))

describe("working directories", () => {
  it.scoped("a directory has one canonical name for every path to it", () =>
    Effect.gen(function* () {
      const folder = yield* normalise(yield* temporaryFolder)
      const real = join(folder, "projects", "ferry")
      mkdirSync(real, { recursive: true })
      symlinkSync(real, join(folder, "link"))
      symlinkSync("projects", join(folder, "relative"))
      symlinkSync(join(folder, "link"), join(folder, "twice"))
      for (const name of [
        real,
        `${real}/`,
        `${folder}//projects/./ferry`,
        `${folder}/projects/../projects/ferry`,
        join(folder, "link"),
        join(folder, "twice"),
        join(folder, "relative", "ferry")
      ]) {
        assert.strictEqual(yield* normalise(name), real, name)
      }
    }).pipe(Effect.provide(WorkingDirectoriesNode.layer))
  )

  it.scoped("a directory that cannot be resolved keeps the given path", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      writeFileSync(join(folder, "file"), "")
      symlinkSync("loop", join(folder, "loop"))
      symlinkSync(join(folder, "nowhere"), join(folder, "dangling"))
      for (const name of [
        join(folder, "gone"),
        `${folder}/gone/../other/`,
        join(folder, "file", "below"),
        join(folder, "loop"),
        join(folder, "dangling"),
        "relative/path",
        ".",
        "",
        "~/projects",
        "C:\\Users\\Ada\\Ferry",
        "\\\\server\\share\\ferry",
        "\0"
      ]) {
        assert.strictEqual(yield* normalise(name), name, name)
      }
    }).pipe(Effect.provide(WorkingDirectoriesNode.layer))
  )

  it.scoped("a missing directory keeps the given path, even one through a link", () =>
    Effect.gen(function* () {
      const folder = yield* normalise(yield* temporaryFolder)
      mkdirSync(join(folder, "ferry"))
      symlinkSync(join(folder, "ferry"), join(folder, "link"))
      assert.strictEqual(yield* normalise(join(folder, "link")), join(folder, "ferry"))
      rmSync(join(folder, "ferry"), { recursive: true })
      assert.strictEqual(yield* normalise(join(folder, "link")), join(folder, "link"))
      assert.strictEqual(yield* normalise(join(folder, "ferry")), join(folder, "ferry"))
    }).pipe(Effect.provide(WorkingDirectoriesNode.layer))
  )

  it.scoped("a directory is unchanged with the verbatim layer", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      symlinkSync(folder, join(folder, "link"))
      assert.strictEqual(yield* normalise(join(folder, "link")), join(folder, "link"))
    }).pipe(Effect.provide(WorkingDirectoriesNode.layerVerbatim))
  )
})
