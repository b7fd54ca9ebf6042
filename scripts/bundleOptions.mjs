import { pathToFileURL } from "node:url"

/** A character that occurs in no token; a token with it would be stored separately. */
const separator = "\uE000"

/**
 * Bundles a tokenizer's table as one string that is split when it is loaded: Node reads that faster than an array
 * literal of 200,000 strings. The string is encoded in base64, since escapes are slow as well. Tokens that are not text
 * stay a list. `context` starts sooner for it.
 */
const quickTokenTables = {
  name: "quick-token-tables",
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]gpt-tokenizer[\\/]esm[\\/]bpeRanks[\\/]\w+\.js$/ }, async ({ path }) => {
      const { default: tokens } = await import(pathToFileURL(path).href)
      const isText = (token) => typeof token === "string" && !token.includes(separator)
      const text = tokens.map((token) => (isText(token) ? token : "")).join(separator)
      const others = tokens.flatMap((token, rank) => (isText(token) ? [] : [[rank, token]]))
      const contents = [
        `const text = Buffer.from("${Buffer.from(text).toString("base64")}", "base64").toString()`,
        'const tokens = text.split("\\uE000")',
        `for (const [rank, token] of ${JSON.stringify(others)}) tokens[rank] = token`,
        "export default tokens"
      ]
      return { contents: contents.join("\n"), loader: "js" }
    })
}

/**
 * Options for all bundles that run on their own: ESM for the oldest supported Node, with the SQLite binding external.
 */
export const bundleOptions = {
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  external: ["better-sqlite3"],
  plugins: [quickTokenTables],
  logLevel: "warning",
  // Bundled CommonJS calls require; the import has another name so that it does not clash with one inside a bundled
  // package.
  banner: {
    js: 'import { createRequire as __bundleRequire } from "node:module"; const require = __bundleRequire(import.meta.url);'
  }
}
