import { execFileSync } from "node:child_process"
import { mkdirSync, realpathSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"
import { temporaryFolder } from "./program.js"

/** Runs git in a folder, with nothing of this machine's configuration. */
export const git = (folder: string, ...args: ReadonlyArray<string>): string => {
  const { PATH } = process.env
  return execFileSync(
    "git",
    ["-c", "protocol.file.allow=always", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args],
    {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" }
    }
  )
}

/** Makes a repository with one commit, on the branch `main`. */
export const repository = (path: string, origin?: string): string => {
  mkdirSync(path, { recursive: true })
  git(path, "init", "--quiet", "--initial-branch=main")
  mkdirSync(join(path, "packages/api"), { recursive: true })
  writeFileSync(join(path, "packages/api/index.js"), "export {}\n")
  git(path, "add", ".")
  git(path, "commit", "--quiet", "--message=first")
  if (origin !== undefined) {
    git(path, "remote", "add", "origin", origin)
  }
  return path
}

/** A folder by its canonical path, which goes with the scope. */
export const canonicalFolder = Effect.map(temporaryFolder, (folder) => realpathSync.native(folder))
