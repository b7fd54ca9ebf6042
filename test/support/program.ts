import { type ChildProcess, spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { Effect, Schema } from "effect"

/** The built program. */
export const mainPath = join(import.meta.dirname, "../../dist/main.js")

/** How a child process ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A child process that can be waited for, or sent a signal. */
export interface Running {
  readonly child: ChildProcess
  /** When it has printed something, or has ended. */
  readonly ready: Effect.Effect<void>
  readonly ended: Effect.Effect<Ended>
}

/** Starts a Node program with nothing of this process's own settings in its environment. */
export const start = (
  path: string,
  args: ReadonlyArray<string>,
  environment: { readonly [name: string]: string } = {}
): Running => {
  const { HOME, PATH } = process.env
  const child = spawn(process.execPath, [path, ...args], {
    env: { HOME, PATH, ...environment },
    stdio: ["ignore", "pipe", "pipe"]
  })
  const output = { stdout: "", stderr: "" }
  child.stdout.on("data", (data) => (output.stdout += String(data)))
  child.stderr.on("data", (data) => (output.stderr += String(data)))
  const ended = Effect.async<Ended>((resume) => {
    const done = () => resume(Effect.succeed({ code: child.exitCode, signal: child.signalCode, ...output }))
    if (child.stdout.closed && child.stderr.closed) {
      done()
    } else {
      child.on("close", done)
    }
  })
  const ready = Effect.async<void>((resume) => {
    if (output.stdout !== "" || child.exitCode !== null) {
      resume(Effect.void)
    } else {
      child.stdout.once("data", () => resume(Effect.void))
      child.once("close", () => resume(Effect.void))
    }
  })
  return { child, ready, ended }
}

/** Runs the built program to its end. */
export const runMain = (args: ReadonlyArray<string>, environment: { readonly [name: string]: string } = {}) =>
  Effect.suspend(() => start(mainPath, args, environment).ended)

/** What a program took until it ended. */
export interface Taken {
  /** Time of its own, whatever else the machine did, in milliseconds. */
  readonly cpu: number
  /** The most memory it had, in bytes. */
  readonly memory: number
}

const decodeUsage = Schema.decodeUnknownSync(
  Schema.parseJson(Schema.Struct({ userCPUTime: Schema.Number, systemCPUTime: Schema.Number, maxRSS: Schema.Number }))
)

const telling = `import { writeFileSync } from "node:fs"
process.on("exit", () => writeFileSync(process.env.USAGE_FILE, JSON.stringify(process.resourceUsage())))`

/** Runs the built program to its end, and tells what it took. */
export const runMeasured = Effect.fnUntraced(function* (args: ReadonlyArray<string>) {
  const file = join(yield* temporaryFolder, "usage.json")
  const ended = yield* runMain(args, {
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(telling)}`,
    USAGE_FILE: file
  })
  const { maxRSS, systemCPUTime, userCPUTime } = decodeUsage(readFileSync(file, "utf8"))
  const taken: Taken = { cpu: (userCPUTime + systemCPUTime) / 1_000, memory: maxRSS * 1_024 }
  return { ended, taken }
})

/** A folder that goes with the scope. */
export const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "rollout-memories-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** Writes a file with the folders it needs. */
export const write = (path: string, content: string): void => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}

/** Every file below a folder, if it is there, with its content's hash, links and other things by what they are. */
export const snapshot = (
  folder: string,
  isWanted: (path: string) => boolean = () => true
): { readonly [path: string]: string } =>
  Object.fromEntries(
    (existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [])
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => isWanted(path.slice(folder.length + 1)))
      .sort()
      .map((path) => [
        path.slice(folder.length + 1),
        statSync(path).isFile() ? createHash("sha256").update(readFileSync(path)).digest("hex") : "no file"
      ])
  )
