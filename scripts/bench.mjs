// Bundles the benchmarks and runs them; they measure what is in dist/. Arguments name the ones to run, all without any.
import { spawnSync } from "node:child_process"
import { build } from "esbuild"

const outdir = "node_modules/.cache/rollout-memories/bench"
await build({
  entryPoints: ["bench/run.ts", "bench/phaseOneProgram.ts"],
  outdir,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  external: ["better-sqlite3"],
  logLevel: "error",
  banner: {
    js: 'import { createRequire as __bundleRequire } from "node:module"; const require = __bundleRequire(import.meta.url);'
  }
})
process.exitCode =
  spawnSync(process.execPath, [`${outdir}/run.mjs`, ...process.argv.slice(2)], { stdio: "inherit" }).status ?? 1
