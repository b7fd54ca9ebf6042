// Bundles the benchmarks and runs them; they measure what is in dist/. Arguments name the ones to run, all without any.
import { spawnSync } from "node:child_process"
import { build } from "esbuild"
import { bundleOptions } from "./bundleOptions.mjs"

const outdir = "node_modules/.cache/rollout-memories/bench"
await build({
  entryPoints: ["bench/run.ts", "bench/phaseOneProgram.ts", "bench/responsesServerProgram.ts"],
  outdir,
  outExtension: { ".js": ".mjs" },
  ...bundleOptions
})
process.exitCode =
  spawnSync(process.execPath, [`${outdir}/run.mjs`, ...process.argv.slice(2)], { stdio: "inherit" }).status ?? 1
