// Fills the generated parts of README.md and docs/ and checks their links. With --check it writes nothing, names each
// page that is out of date, and exits with 1 if there is one. The example pass runs the program from the sources,
// without dist/.
import { spawnSync } from "node:child_process"
import { rmSync } from "node:fs"
import { build } from "esbuild"
import { bundleOptions } from "./bundleOptions.mjs"

const cache = "node_modules/.cache/rollout-memories"
const outdir = `${cache}/docs`
rmSync(outdir, { recursive: true, force: true })
await build({
  entryPoints: { run: "scripts/docs/run.ts", main: "src/main.ts" },
  outdir,
  outExtension: { ".js": ".mjs" },
  ...bundleOptions
})

process.exitCode =
  spawnSync(process.execPath, [`${outdir}/run.mjs`, ...process.argv.slice(2)], { stdio: "inherit" }).status ?? 1
