import { defineConfig } from "vitest/config"

const source = `${import.meta.dirname}/src`

export default defineConfig({
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
    include: ["test/**/*.test.ts"],
    // Programs that are started as child processes share two cores with the tests that wait for them.
    // By itself vitest leaves a core idle, which of two is half.
    maxWorkers: "100%",
    testTimeout: 60_000,
    hookTimeout: 60_000
  }
})
