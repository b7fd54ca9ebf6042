import { execFileSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

/** The report of one pass over the example home, and the files of the first project's memory by their names. */
interface Example {
  readonly report: string
  /** The text of the only file whose path below the memory matches. */
  readonly file: (path: RegExp) => string
}

/** Runs one pass over the example home by the program at `main`. Throws when the pass fails or writes other files. */
export const runExample = (main: string): Example => {
  const folder = mkdtempSync(join(tmpdir(), "rollout-memories-docs-"))
  const args = ["--codex-home", "examples/codex-home", "--memories-home", folder, "--min-idle", "0"]
  const { HOME, PATH } = process.env
  const environment = { HOME, PATH }
  const withoutPaths = (text: string) =>
    text.replaceAll(folder, "…/.example-memories").replaceAll(`${process.cwd()}/`, "…/").trim()
  try {
    const printed = execFileSync(process.execPath, [main, ...args], { encoding: "utf8", env: environment })
    const path = /^Open first: (.+)$/m.exec(printed)?.[1]
    if (path === undefined) {
      throw new Error(`the example pass names no memory to open:\n${printed}`)
    }
    const memory = dirname(path)
    const files = readdirSync(memory, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".md"))
      .map((name) => ({ name, text: withoutPaths(readFileSync(join(memory, name), "utf8")) }))
    const file = (pattern: RegExp) => {
      const [found, ...others] = files.filter(({ name }) => pattern.test(name))
      if (found === undefined || others.length > 0) {
        throw new Error(
          `the example memory has not one file like ${pattern}: ${files.map(({ name }) => name).join(", ")}`
        )
      }
      return found.text
    }
    return { report: excerpt(withoutPaths(printed)), file }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Shortens a report to its first project, and cuts long lines and folder names. */
const excerpt = (report: string): string => {
  const [head = "", first = "", ...others] = report.trim().split("\n\n")
  const shown = [head, first, ...(others.length > 1 ? ["…"] : []), others.at(-1) ?? ""].join("\n\n")
  return shown
    .replaceAll(/\b([0-9a-f]{8})[0-9a-f]{56}\b/g, "$1…")
    .split("\n")
    .map((line) => (line.length > 110 ? `${line.slice(0, 109).trimEnd()}…` : line))
    .join("\n")
}
