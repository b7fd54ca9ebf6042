// Checks the layout of src: what each folder may import, import cycles (those through import() too), the size of folders, and
// that nothing makes safe text of raw text but the few files that may.
// Ends with 1 and names each breach.
import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, posix } from "node:path"
import { fileURLToPath } from "node:url"

/** The folders that each folder of src may import from, besides itself. Imports run one way. */
const mayImport = {
  domain: [],
  settings: ["domain"],
  services: ["domain", "settings"],
  layers: ["domain", "services", "settings"],
  pass: ["domain", "services", "settings"],
  commands: ["domain", "pass", "services", "settings"],
  delivery: ["domain", "pass", "services", "settings"],
  host: ["commands", "delivery", "domain", "layers", "pass", "services", "settings"],
  cli: ["commands", "delivery", "domain", "host", "pass", "services", "settings"],
  testing: ["delivery", "domain", "host", "layers", "pass", "services", "settings"]
}

/** Files that fit layers to what needs them, and so import them from a folder that otherwise may not. */
const composition = new Set(["cli/CommandLayers.ts", "cli/Program.ts"])

const rootFiles = new Set(["index.ts", "Layers.ts", "main.ts"])

const mostFiles = 20

/** What makes a safe text of a raw one, or logs a raw one: the files that hold it, and no others. */
const makersOfSafeText = [
  {
    form: /\bredactedBy\(/,
    files: ["domain/privacy/Redaction.ts", "services/Redactor.ts"],
    instead: "the service Redactor"
  },
  {
    form: /\bofRedactedLines\(/,
    files: ["domain/session/codex/RolloutRendering.ts", "domain/session/records/RecordReading.ts"],
    instead: "the service Redactor"
  },
  {
    form: /\b(?:brand|Brand|nominal)\b[^\n]*\bSafeText\b/,
    files: ["domain/privacy/SafeText.ts", "domain/report/Report.ts", "layers/state/sqlite/Rows.ts"],
    instead: "the service Redactor"
  },
  {
    form: /\bstoredText\(/,
    files: ["layers/state/sqlite/Queries.ts", "layers/state/sqlite/SetCorruptAside.ts"],
    instead: "the service Redactor"
  },
  {
    form: /\bEffect\.log(?:Warning|Info|Debug|Error|Fatal|Trace)?\b/,
    files: ["services/Logging.ts"],
    instead: "services/Logging.ts"
  }
]

const rawTextBreaches = (path, text) =>
  makersOfSafeText
    .filter(({ files, form }) => form.test(text) && !files.includes(path))
    .map(({ form, instead }) => `src/${path} has ${form.exec(text)[0]}; use ${instead}`)

/** The files that a file imports, as paths below src; types count too, since a reader follows them as well. */
const importsOf = (path, text) =>
  [...text.matchAll(/^(?:import|export)(?: type)?\b[^"()]*?from "(?<from>\.[^"]+)"|\bimport\("(?<lazy>\.[^"]+)"\)/gm)]
    .map(({ groups }) => ({ path: posix.join(dirname(path), groups.from ?? groups.lazy).replace(/\.js$/, ".ts") }))
    .filter(({ path }) => !path.startsWith("../"))

const folderOf = (path) => (path.split("/").length === 1 ? undefined : path.split("/")[0])

const layerBreaches = (path, imports) => {
  const folder = folderOf(path)
  if (folder === undefined) {
    return rootFiles.has(path)
      ? []
      : [`src/${path}: only ${[...rootFiles].join(", ")} stand in src itself; move it to a folder`]
  }
  const allowed = mayImport[folder]
  if (allowed === undefined) {
    return [`src/${path}: scripts/house.mjs does not say what src/${folder} may import; add the folder there`]
  }
  return imports
    .filter((imported) => {
      const other = folderOf(imported.path)
      return other !== folder && !allowed.includes(other) && !(other === "layers" && composition.has(path))
    })
    .map(
      (imported) =>
        `src/${path} imports src/${imported.path}: src/${folder} may import ${[...allowed, "itself"].join(", ")}`
    )
}

/** The shortest cycle through each file that is in one; each cycle once. */
const cycles = (graph) => {
  const found = new Map()
  for (const start of graph.keys()) {
    const before = new Map()
    const queue = [start]
    for (const path of queue) {
      for (const next of graph.get(path) ?? []) {
        if (next === start) {
          const cycle = [path]
          while (cycle[0] !== start) {
            cycle.unshift(before.get(cycle[0]))
          }
          const key = [...cycle].sort().join()
          found.set(key, found.get(key) ?? cycle)
          queue.length = 0
          break
        }
        if (!before.has(next)) {
          before.set(next, path)
          queue.push(next)
        }
      }
    }
  }
  return [...found.values()]
}

/** The breaches among files, given as texts by their paths below src. */
export const breachesOf = (files) => {
  const imports = new Map([...files].map(([path, text]) => [path, importsOf(path, text)]))
  const graph = new Map([...imports].map(([path, all]) => [path, all.map((one) => one.path)]))
  const sizes = new Map()
  for (const path of files.keys()) {
    sizes.set(dirname(path), (sizes.get(dirname(path)) ?? 0) + 1)
  }
  return [
    ...[...imports].flatMap(([path, all]) => layerBreaches(path, all)),
    ...[...files].flatMap(([path, text]) => rawTextBreaches(path, text)),
    ...cycles(graph).map(
      (cycle) => `an import cycle: ${[...cycle, cycle[0]].map((path) => `src/${path}`).join(" -> ")}`
    ),
    ...[...sizes]
      .filter(([, size]) => size > mostFiles)
      .map(([folder, size]) => `src/${folder} has ${size} files; split it, ${mostFiles} are the most`)
  ]
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = new Map(
    readdirSync("src", { recursive: true, encoding: "utf8" })
      .map((path) => path.replaceAll("\\", "/"))
      .filter((path) => path.endsWith(".ts"))
      .map((path) => [path, readFileSync(join("src", path), "utf8")])
  )
  const breaches = breachesOf(files)
  breaches.forEach((breach) => process.stderr.write(`${breach}\n`))
  process.exitCode = breaches.length === 0 ? 0 : 1
}
