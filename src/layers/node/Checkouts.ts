import { lstatSync, openSync, closeSync, fstatSync, readSync, realpathSync } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import type { Checkout, Found } from "../../domain/project/Checkout.js"
import { gitFolderIn, pathIn, readGitConfig } from "../../domain/project/GitFiles.js"
import { Directory } from "../../domain/thread/WorkingDirectory.js"
import { readFlags, requireFileStats } from "./PlainFile.js"

/*
 * Finds the git repository around a directory from the repository's own files. What cannot be read does not count.
 */

/** The most bytes of a file of git that are read. A real one has far less. */
const mostBytes = 262_144

/** The most folders above a directory that are looked at. */
const mostFolders = 128

const attempt = <A>(read: () => A): A | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

const canonical = (path: string): string | undefined => attempt(() => realpathSync.native(path))

const kindOf = (path: string): "file" | "folder" | "other" | undefined => {
  const stats = attempt(() => lstatSync(path, { throwIfNoEntry: false }))
  return stats === undefined ? undefined : stats.isFile() ? "file" : stats.isDirectory() ? "folder" : "other"
}

/** Reads the beginning of a regular file; undefined for anything else. Links are followed, as git follows them. */
const textOf = (path: string): string | undefined =>
  attempt(() => {
    const descriptor = openSync(path, readFlags)
    try {
      requireFileStats(fstatSync(descriptor), path)
      const bytes = Buffer.alloc(mostBytes)
      return bytes.toString("utf8", 0, readSync(descriptor, bytes, 0, mostBytes, 0))
    } finally {
      closeSync(descriptor)
    }
  })

/** Returns the canonical path that a file of git names, which may be relative to a folder. */
const pathAt = (folder: string, text: string | undefined, read = pathIn): string | undefined => {
  const path = text === undefined ? undefined : read(text)
  return path === undefined ? undefined : canonical(resolve(folder, path))
}

const isGitFolder = (path: string): boolean =>
  kindOf(join(path, "HEAD")) !== undefined && kindOf(join(path, "objects")) === "folder"

const identityOf = (path: string): string | undefined =>
  attempt(() => {
    const { birthtimeNs, dev, ino } = lstatSync(path, { bigint: true })
    return birthtimeNs > 0n ? `${dev}-${ino}-${birthtimeNs}` : undefined
  })

const checkoutAt = (root: string, main: string, gitFolder: string, origin: string | undefined): Checkout => ({
  root: Directory.make(root),
  main: Directory.make(main),
  origin,
  identity: identityOf(gitFolder)
})

/** A repository that nothing else may be read of, since its git folder does not know the folder that names it. */
const unproven = (root: string): Checkout => ({
  root: Directory.make(root),
  main: Directory.make(root),
  origin: undefined,
  identity: undefined
})

/** True if the `.git` file of a folder names a git folder. */
const isBehind = (folder: string, gitFolder: string): boolean =>
  pathAt(folder, textOf(join(folder, ".git")), gitFolderIn) === gitFolder

/**
 * Returns the main working copy of a repository by its git folder; the git folder itself if the repository is bare. The
 * folder that the configuration names counts only if it names the git folder too.
 */
const mainOf = (common: string): string => {
  const { worktree } = readGitConfig(textOf(join(common, "config")) ?? "")
  const above = dirname(common)
  const named = worktree === undefined ? undefined : canonical(resolve(common, worktree))
  if (named !== undefined && isBehind(named, common)) {
    return named
  }
  return basename(common) === ".git" || isBehind(above, common) ? above : common
}

/** Reads a folder whose `.git` is a file: a linked worktree, a submodule, or a copy with its git folder elsewhere. */
const behindFile = (root: string): Checkout => {
  const gitFolder = pathAt(root, textOf(join(root, ".git")), gitFolderIn)
  if (gitFolder === undefined || kindOf(gitFolder) !== "folder") {
    return unproven(root)
  }
  const common = pathAt(gitFolder, textOf(join(gitFolder, "commondir")))
  if (common === undefined) {
    const { origin, worktree } = readGitConfig(textOf(join(gitFolder, "config")) ?? "")
    const isOwn = worktree !== undefined && canonical(resolve(gitFolder, worktree)) === root
    // `.bare` with a `.git` file beside it is the git folder of the folder above, by where it lies.
    return isOwn || dirname(gitFolder) === root ? checkoutAt(root, root, gitFolder, origin) : unproven(root)
  }
  const pointer = pathIn(textOf(join(gitFolder, "gitdir")) ?? "")
  const back = pointer === undefined ? undefined : canonical(resolve(gitFolder, pointer))
  const isListed = dirname(gitFolder) === join(common, "worktrees")
  return back === join(root, ".git") && isListed && isGitFolder(common)
    ? checkoutAt(root, mainOf(common), common, readGitConfig(textOf(join(common, "config")) ?? "").origin)
    : unproven(root)
}

/** Reads the repository whose top a folder is; undefined if it is none. */
const topAt = (folder: string): Checkout | undefined => {
  const git = join(folder, ".git")
  const kind = kindOf(git)
  if (kind === "folder" && isGitFolder(git)) {
    return checkoutAt(folder, folder, git, readGitConfig(textOf(join(git, "config")) ?? "").origin)
  }
  if (kind === "file") {
    return behindFile(folder)
  }
  if (kind === "other") {
    return unproven(folder)
  }
  if (isGitFolder(folder) && kindOf(join(folder, "refs")) === "folder") {
    const config = readGitConfig(textOf(join(folder, "config")) ?? "")
    return config.isBare ? checkoutAt(folder, mainOf(folder), folder, config.origin) : undefined
  }
  return undefined
}

/**
 * Finds the repository around a canonical path. A repository at the user's home or above it, such as one of dotfiles, is
 * the project of that folder alone: what lies below it are projects of their own.
 */
export const findCheckout = (directory: string, userHome: string): Found => {
  if (kindOf(directory) !== "folder") {
    return { _tag: "Gone" }
  }
  const home = canonical(userHome) ?? userHome
  let folder = directory
  for (let count = 0; count < mostFolders; count++) {
    const checkout = topAt(folder)
    if (checkout !== undefined) {
      const isWide = folder === home || home.startsWith(folder === "/" ? "/" : `${folder}/`)
      return isWide && folder !== directory ? { _tag: "Plain" } : { _tag: "Checkout", checkout }
    }
    const above = dirname(folder)
    if (above === folder) {
      break
    }
    folder = above
  }
  return { _tag: "Plain" }
}
