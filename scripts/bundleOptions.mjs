import { pathToFileURL } from "node:url"

/** A character that no token has in it; a token that did would be kept as it is. */
const separator = "\uE000"

/**
 * A tokenizer's table is an array literal of 200,000 strings, which Node takes longer to read than to cut one string up: it is
 * bundled as that, in bytes, since escapes are slow too. `context` starts sooner for it. A token that is no text
 * stays a list.
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

/** How everything that runs by itself is bundled: ESM for the oldest Node that is supported, with SQLite's binding outside. */
export const bundleOptions = {
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  external: ["better-sqlite3"],
  plugins: [quickTokenTables],
  logLevel: "warning",
  // Bundled CommonJS calls require; its name here must not meet one inside a bundled package.
  banner: {
    js: 'import { createRequire as __bundleRequire } from "node:module"; const require = __bundleRequire(import.meta.url);'
  }
}
