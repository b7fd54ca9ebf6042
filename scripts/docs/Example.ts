import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** One pass over the example home, by the program at `main`: what it printed, and the memory of the first project. */
export const runExample = (main: string): { readonly report: string; readonly memory: string } => {
  const folder = mkdtempSync(join(tmpdir(), "rollout-memories-docs-"))
  const args = ["--codex-home", "examples/codex-home", "--memories-home", folder, "--min-idle", "0"]
  const { HOME, PATH } = process.env
  const environment = { HOME, PATH }
  try {
    const printed = execFileSync(process.execPath, [main, ...args], { encoding: "utf8", env: environment })
    const path = /^Open first: (.+)$/m.exec(printed)?.[1]
    if (path === undefined) {
      throw new Error(`the example pass names no memory to open:\n${printed}`)
    }
    return { report: excerpt(printed.replaceAll(folder, "…/.example-memories")), memory: readFileSync(path, "utf8") }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The report with its first project alone, its long lines and folder names cut. */
const excerpt = (report: string): string => {
  const [head = "", first = "", ...others] = report.trim().split("\n\n")
  const shown = [head, first, ...(others.length > 1 ? ["…"] : []), others.at(-1) ?? ""].join("\n\n")
  return shown
    .replaceAll(/\b([0-9a-f]{8})[0-9a-f]{56}\b/g, "$1…")
    .split("\n")
    .map((line) => (line.length > 110 ? `${line.slice(0, 109).trimEnd()}…` : line))
    .join("\n")
}
