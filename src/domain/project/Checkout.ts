import type { Directory } from "../thread/WorkingDirectory.js"

/** A working copy of a git repository, as its files prove it. */
export interface Checkout {
  /** The top folder of the working copy. */
  readonly root: Directory
  /**
   * The main working copy of the repository, or its git folder if it is bare. The same as `root` unless `root` is a
   * linked worktree of which the repository itself knows.
   */
  readonly main: Directory
  /** The URL of the remote `origin` as the repository's configuration has it; undefined if it has none. */
  readonly origin: string | undefined
  /**
   * Identifies the git folder of the repository on this machine, also after the repository was renamed: its device, its
   * number and the time of its creation. A copy has another identity.
   */
  readonly identity: string | undefined
}

/** The state of a directory on the disk. */
export type Found =
  | { readonly _tag: "Gone" }
  /** A directory in no repository, or in one that only claims to own it. */
  | { readonly _tag: "Plain" }
  | { readonly _tag: "Checkout"; readonly checkout: Checkout }

/** Returns the path of a directory below a root, with `/`; empty for the root, and for a directory outside of it. */
export const placeBelow = (root: string, directory: string): string => {
  const top = root.endsWith("/") ? root : `${root}/`
  return directory.startsWith(top) ? directory.slice(top.length) : ""
}
