import { readdirSync, readFileSync, statfsSync } from "node:fs"
import { join } from "node:path"
import { defineConfig } from "vitest/config"

const tests = join(import.meta.dirname, "test")

/** The test files of which `npm test` tries a sample alone, or leaves something out. */
const sampled = () =>
  readdirSync(tests, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .filter((name) => /"isFull"|support\/(?:sample|stateDb)\.js"/.test(readFileSync(join(tests, name), "utf8")))
    .map((name) => `test/${name.replaceAll("\\", "/")}`)

/** Returns Linux's folder of files in memory where 4 GB are free in it, else undefined. */
const folderInMemory = () => {
  try {
    const { bavail, bsize } = statfsSync("/dev/shm")
    return bavail * bsize > 4_000_000_000 ? "/dev/shm" : undefined
  } catch {
    return undefined
  }
}

// Tests write and remove many small files, which a disk makes slow.
const temporaryFiles = process.env["TMPDIR"] ?? folderInMemory()
if (temporaryFiles !== undefined) {
  process.env["TMPDIR"] = temporaryFiles
}

const source = `${import.meta.dirname}/src`

// `--mode full` runs the files that have large matrices, and tries every case of them. Without it each run tries another sample
// of them, and TEST_SEED one run's sample again.
export default defineConfig(({ mode }) => ({
  // The samples of the documentation name the package as a host does.
  resolve: {
    alias: [
      { find: /^rollout-memories$/, replacement: `${source}/index.ts` },
      { find: /^rollout-memories\/layers$/, replacement: `${source}/Layers.ts` },
      { find: /^rollout-memories\/testing$/, replacement: `${source}/testing/World.ts` },
      { find: /^rollout-memories\/(.+)$/, replacement: `${source}/$1.ts` }
    ]
  },
  test: {
    include: mode === "full" ? sampled() : ["test/**/*.test.ts"],
    globalSetup: "test/globalSetup.mjs",
    provide: { isFull: mode === "full", seed: Number(process.env["TEST_SEED"] ?? Date.now() % 1_000_000) },
    // Programs that are started as child processes share two cores with the tests that wait for them.
    // By itself vitest leaves a core idle, which of two is half.
    maxWorkers: "100%",
    // Each process loads every module once, for all files that it runs: no test changes what a module holds.
    isolate: false,
    // Guards against hanging. No test depends on how long something takes, so that a busy machine fails none.
    testTimeout: 1_500_000,
    hookTimeout: 600_000
  }
}))
