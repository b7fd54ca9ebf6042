import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { build } from "esbuild"
import { bundleOptions } from "../scripts/bundleOptions.mjs"

const programs = ["crashProgram", "passProgram", "stateDbProgram"]

/**
 * Bundles what tests start as processes of their own, once for all tests, where packages that stay outside are found; and
 * makes a folder for what outlives a test.
 */
export default async ({ provide }) => {
  const cache = join(import.meta.dirname, "../node_modules/.cache")
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, "rollout-memories-test-"))
  await build({
    ...bundleOptions,
    entryPoints: programs.map((name) => join(import.meta.dirname, `support/${name}.ts`)),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    minify: true
  })
  const scratch = mkdtempSync(join(tmpdir(), "rollout-memories-tests-"))
  provide("programs", folder)
  provide("scratch", scratch)
  return () => [folder, scratch].forEach((path) => rmSync(path, { recursive: true, force: true }))
}
