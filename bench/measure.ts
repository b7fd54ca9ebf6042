import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A measurement with its bound and result. */
export interface Figure {
  readonly what: string
  readonly bound: string
  readonly measured: string
  readonly isWithin: boolean
}

/** The median of numbers. */
export const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

/**
 * Runs a command to its end and returns its wall time in milliseconds. An exit code that is not allowed ends the
 * benchmark.
 */
export const timeOf = (
  command: string,
  args: ReadonlyArray<string>,
  allowed: ReadonlyArray<number | null> = [0]
): number => {
  const start = performance.now()
  const { status, stderr } = spawnSync(command, args, { stdio: ["ignore", "ignore", "pipe"], maxBuffer: 1 << 30 })
  const milliseconds = performance.now() - start
  if (!allowed.includes(status)) {
    throw new Error(`${command} ${args.slice(0, 3).join(" ")} … ended with ${status}: ${String(stderr)}`)
  }
  return milliseconds
}

/**
 * Times two commands alternately, so that both run under the same load; returns their medians and the median of the
 * ratios.
 */
export const compare = (runs: number, measured: () => number, baseline: () => number) => {
  measured()
  baseline()
  const pairs = Array.from({ length: runs }, () => [measured(), baseline()] as const)
  return {
    milliseconds: median(pairs.map(([a]) => a)),
    baseline: median(pairs.map(([, b]) => b)),
    ratio: median(pairs.map(([a, b]) => a / b))
  }
}

/** Runs a Node program and returns what it printed and its peak resident memory in MiB. */
export const peakMemoryOf = (args: ReadonlyArray<string>): { readonly mebibytes: number; readonly stdout: string } => {
  const folder = mkdtempSync(join(tmpdir(), "rollout-memories-bench-"))
  const hook = join(folder, "peak.cjs")
  writeFileSync(hook, 'process.on("exit", () => process.stderr.write(`\\npeak ${process.resourceUsage().maxRSS}\\n`))')
  const { status, stderr, stdout } = spawnSync(process.execPath, ["--require", hook, ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 30
  })
  rmSync(folder, { recursive: true })
  const peak = /^peak (\d+)$/m.exec(stderr)?.[1]
  if (status !== 0 || peak === undefined) {
    throw new Error(`it ended with ${status}: ${stderr}`)
  }
  return { mebibytes: Number(peak) / 1_024, stdout }
}

/** Provides a temporary folder for a benchmark. */
export const withFolder = <A>(use: (folder: string) => A): A => {
  const folder = mkdtempSync(join(tmpdir(), "rollout-memories-bench-"))
  mkdirSync(folder, { recursive: true })
  try {
    return use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
