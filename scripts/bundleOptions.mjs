/** How everything that runs by itself is bundled: ESM for the oldest Node that is supported, with SQLite's binding outside. */
export const bundleOptions = {
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  external: ["better-sqlite3"],
  logLevel: "warning",
  // Bundled CommonJS calls require; its name here must not meet one inside a bundled package.
  banner: {
    js: 'import { createRequire as __bundleRequire } from "node:module"; const require = __bundleRequire(import.meta.url);'
  }
}
