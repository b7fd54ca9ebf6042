// Builds dist/: first the library, module by module with its types, then its token tables and its doors as one file each,
// then the program as one bundle with its chunks beside it.
import { execFileSync } from "node:child_process"
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { builtinModules } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { build } from "esbuild"
import { rollup } from "rollup"
import { bundleOptions } from "./bundleOptions.mjs"

rmSync("dist", { recursive: true, force: true })

execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], { stdio: "inherit" })

/** The modules that count tokens, with their tables in them: the package they come from has 44 MB of other tables. */
const tokenTables = ["O200kBase", "Cl100kBase"].map((name) => `services/tokens/${name}.js`)
for (const table of tokenTables) {
  const file = join("dist", table)
  await build({
    entryPoints: [file],
    outfile: file,
    ...bundleOptions,
    splitting: false,
    // A host may bundle the module again, as CommonJS too.
    banner: {},
    minify: true,
    allowOverwrite: true
  })
  rmSync(`${file}.map`)
}

/** Leaves the token tables where the library has them. */
const sharedTokenTables = {
  name: "shared-token-tables",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\/tokens\/\w+\.js$/ }, ({ path }) => ({
      path: `./services/${path.slice(2)}`,
      external: true
    }))
}

/** Functions that describe a setting, and do nothing else. */
const settingKinds = [
  "choice",
  "flag",
  "integer",
  "limit",
  "modelName",
  "modelSetting",
  "numberIn",
  "optionalText",
  "otherModelName",
  "price",
  "seconds",
  "setting",
  "sources",
  "time",
  "wholeNumber"
]

/**
 * Bundles each entry point that a host imports at its start into one file of only what it names. Of a module with a tag
 * and its errors, only the tag is included; tags are identified by key, so copies are equal. Code that is loaded later
 * comes from the modules beside them.
 */
for (const door of ["index", "Layers"]) {
  const input = join("dist", `${door}.js`)
  const bundle = await rollup({
    input,
    external: (name) => !/^[./]/.test(name),
    plugins: [
      {
        name: "loaded later",
        resolveDynamicImport: (name, importer) =>
          name.startsWith(".") ? { id: resolve(dirname(importer), name), external: true } : false
      }
    ],
    treeshake: {
      moduleSideEffects: false,
      // These calls only describe values, so unused ones can be dropped.
      manualPureFunctions: ["Context", "Duration", "Effect", "Layer", "Option", "Schema", ...settingKinds]
    }
  })
  await bundle.write({ file: input, format: "es" })
  await bundle.close()
  rmSync(`${input}.map`)
}

/**
 * Joins the chunks that every start loads into one file, because each file costs time at a start. esbuild creates a
 * chunk for all code that two parts of the program share. Chunks that are loaded on demand stay separate.
 */
const joinStaticChunks = async (folder) => {
  const entry = join(folder, "main.js")
  const alwaysLoaded = new Set()
  const walk = (id, getModuleInfo) => {
    if (!alwaysLoaded.has(id)) {
      alwaysLoaded.add(id)
      getModuleInfo(id)?.importedIds.forEach((imported) => walk(imported, getModuleInfo))
    }
  }
  const chunks = await rollup({
    input: entry,
    external: [/^node:/, ...builtinModules, ...bundleOptions.external, ...tokenTables.map((table) => `./${table}`)],
    makeAbsoluteExternalsRelative: false,
    treeshake: false
  })
  await chunks.write({
    dir: "dist",
    format: "es",
    entryFileNames: "main.js",
    chunkFileNames: "main-[hash].js",
    manualChunks: (id, { getModuleInfo }) => {
      walk(entry, getModuleInfo)
      return alwaysLoaded.has(id) ? "main" : undefined
    }
  })
  await chunks.close()
}

const folder = mkdtempSync(join(tmpdir(), "rollout-memories-build-"))
// Minified, since reading the code is a large part of the start-up time.
await build({
  entryPoints: ["src/main.ts"],
  outdir: folder,
  ...bundleOptions,
  plugins: [...bundleOptions.plugins, sharedTokenTables],
  minify: true
})
await joinStaticChunks(folder)
rmSync(folder, { recursive: true })
chmodSync("dist/main.js", 0o755)
