import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { basename, join } from "node:path"
import { Effect } from "effect"
import { build } from "esbuild"

const cache = join(import.meta.dirname, "../../node_modules/.cache")

/** A test program that Node can run, and how to take it away again. */
export interface Bundle {
  readonly path: string
  readonly remove: () => void
}

/** Gives a bundle \`require\`, which bundled CommonJS calls; its name must not meet one inside a bundled package. */
export const requireBanner = {
  js: 'import { createRequire as __bundleRequire } from "node:module"; const require = __bundleRequire(import.meta.url);'
}

/** Bundles a test program as the real one is; where the packages that stay outside are found. */
export const bundle = async (entry: string): Promise<Bundle> => {
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, "rollout-memories-"))
  const path = join(folder, `${basename(entry, ".ts")}.mjs`)
  await build({
    entryPoints: [entry],
    outfile: path,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    external: ["better-sqlite3"],
    logLevel: "warning",
    banner: requireBanner
  })
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** The path of a test program of this folder, bundled for as long as the scope lives. */
export const bundled = (name: string) =>
  Effect.acquireRelease(
    Effect.promise(() => bundle(join(import.meta.dirname, `${name}.ts`))),
    ({ remove }) => Effect.sync(remove)
  ).pipe(Effect.map(({ path }) => path))
