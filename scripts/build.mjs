// Builds dist/: first the library, module by module with its types, then the program as one bundle with its chunks beside it.
import { execFileSync } from "node:child_process"
import { chmodSync, rmSync } from "node:fs"
import { build } from "esbuild"
import { bundleOptions } from "./bundleOptions.mjs"

rmSync("dist", { recursive: true, force: true })

execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], { stdio: "inherit" })

await build({
  entryPoints: ["src/main.ts"],
  outdir: "dist",
  chunkNames: "main-[hash]",
  sourcemap: true,
  sourcesContent: false,
  ...bundleOptions
})
chmodSync("dist/main.js", 0o755)
