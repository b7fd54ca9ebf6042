// Builds dist/: first the library, module by module with its types, then the program as one bundle with its chunks beside it.
import { execFileSync } from "node:child_process"
import { chmodSync, rmSync } from "node:fs"
import { build } from "esbuild"

rmSync("dist", { recursive: true, force: true })

execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], { stdio: "inherit" })

await build({
  entryPoints: ["src/main.ts"],
  outdir: "dist",
  chunkNames: "main-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  external: ["better-sqlite3"],
  sourcemap: true,
  sourcesContent: false,
  logLevel: "warning",
  // Bundled CommonJS calls require; its name here must not meet one inside a bundled package.
  banner: {
    js: 'import { createRequire as __bundleRequire } from "node:module"; const require = __bundleRequire(import.meta.url);'
  }
})
chmodSync("dist/main.js", 0o755)
