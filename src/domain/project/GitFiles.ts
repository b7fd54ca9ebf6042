/*
 * The small files by which git connects the folders of a repository. They are read as texts; no git process runs.
 */

/** Returns the path in a `.git` file (`gitdir: PATH`); undefined when the text is no such file. */
export const gitFolderIn = (text: string): string | undefined =>
  /^gitdir:[ \t]*([^\s][^\r\n]*?)[ \t]*\r?\n?$/.exec(text)?.[1]

/** Returns the path in a `commondir` or `gitdir` file, which has one line. */
export const pathIn = (text: string): string | undefined => /^([^\s][^\r\n]*?)[ \t]*\r?\n?$/.exec(text)?.[1]

/** The values of a repository's `config` that say what belongs to it; undefined where it has none. */
export interface GitConfig {
  /** The URL of the remote `origin`, as it is written. */
  readonly origin: string | undefined
  /** The folder of the files of the repository, relative to its git folder or absolute. */
  readonly worktree: string | undefined
  readonly isBare: boolean
}

const unquoted = (value: string): string => {
  const plain = value.trim()
  const [, inside] = /^"((?:[^"\\]|\\.)*)"$/.exec(plain) ?? []
  return (inside ?? plain.replace(/\s+[#;].*$/, "")).replace(/\\(["\\])/g, "$1")
}

/**
 * Reads a repository's `config`. Where a value is given twice, the last one counts, as for git. Included files are not
 * read.
 */
export const readGitConfig = (text: string): GitConfig => {
  let section = ""
  let config: GitConfig = { origin: undefined, worktree: undefined, isBare: false }
  for (const line of text.split(/\r?\n/)) {
    const [, heading, name, rest = ""] = /^\s*\[\s*([\w.-]+)\s*(?:"((?:[^"\\]|\\.)*)")?\s*\](.*)$/.exec(line) ?? []
    section = heading === undefined ? section : `${heading.toLowerCase()} ${name ?? ""}`
    const [, key = "", value = ""] = /^\s*([\w-]+)\s*=\s*(.*)$/.exec(heading === undefined ? line : rest) ?? []
    switch (`${section}.${key.toLowerCase()}`) {
      case "remote origin.url":
        config = { ...config, origin: unquoted(value) }
        break
      case "core .worktree":
        config = { ...config, worktree: unquoted(value) }
        break
      case "core .bare":
        config = { ...config, isBare: /^(?:true|yes|on|1)$/i.test(unquoted(value)) }
        break
    }
  }
  return config
}
