// Bundles the benchmarks and runs them; they measure dist/. Arguments name the benchmarks to run; without any, all run.
import { spawnSync } from "node:child_process"
import { build } from "esbuild"
import { bundleOptions } from "./bundleOptions.mjs"

const outdir = "node_modules/.cache/rollout-memories/bench"
await build({
  entryPoints: [
    "bench/run.ts",
    "bench/agentTokensProgram.ts",
    "bench/factsProgram.ts",
    "bench/phaseOneProgram.ts",
    "bench/qualityProgram.ts",
    "bench/responsesServerProgram.ts"
  ],
  outdir,
  outExtension: { ".js": ".mjs" },
  ...bundleOptions
})
// A host has its own copy of effect beside the built package.
await build({
  entryPoints: ["bench/embeddingProgram.ts", "bench/eventLoopProgram.ts", "bench/hostModule.ts"],
  outdir,
  outExtension: { ".js": ".mjs" },
  ...bundleOptions,
  packages: "external"
})
process.exitCode =
  spawnSync(process.execPath, [`${outdir}/run.mjs`, ...process.argv.slice(2)], { stdio: "inherit" }).status ?? 1
