import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Programs that are started as child processes share two cores with the tests that wait for them.
    // By itself vitest leaves a core idle, which of two is half.
    maxWorkers: "100%",
    testTimeout: 60_000,
    hookTimeout: 60_000
  }
})
