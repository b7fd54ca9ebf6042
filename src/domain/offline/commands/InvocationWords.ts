import { checkKinds, programKinds } from "./CommandPrograms.js"

/* Separates the words of a command line into the program and its arguments. */

const prefixes: ReadonlySet<string> = new Set([
  "sudo",
  "time",
  "nice",
  "nohup",
  "setsid",
  "eval",
  "env",
  "exec",
  "npx",
  "bunx",
  "pnpx",
  "uvx",
  "stdbuf",
  "xvfb-run",
  "cross-env",
  "dotenv",
  "then",
  "do",
  "else",
  "!",
  "&"
])
const runners: ReadonlySet<string> = new Set([
  "pnpm exec",
  "pnpm dlx",
  "npm exec",
  "yarn exec",
  "yarn dlx",
  "poetry run",
  "uv run",
  "pipenv run",
  "pdm run",
  "hatch run",
  "rye run",
  "bundle exec",
  "mise exec",
  "dotenvx run"
])

/** Package tools that start a program when the project has no script of that name. */
const startsPrograms: ReadonlySet<string> = new Set(["pnpm", "yarn", "bun"])

const isCheckProgram = (word: string): boolean => {
  const kind = programKinds.get(word)
  return kind !== undefined && (checkKinds.has(kind) || kind === "format")
}

/** Returns the bare name of a program: `python` for `/usr/bin/python3.11`. */
export const programName = (word: string): string => {
  const name = /[^\\/]*$/.exec(word)?.[0]?.toLowerCase() ?? ""
  return name.replace(/\.(?:exe|cmd|bat)$/, "").replace(/^python(?:\d(?:\.\d{1,2})?)$/, "python")
}

/** Removes the words of a command that only start the program, such as `sudo` or `npx`. */
export const withoutPrefixes = (given: ReadonlyArray<string>): ReadonlyArray<string> => {
  let words = given
  for (let turn = 0; turn < 6; turn++) {
    const name = programName(words[0] ?? "")
    const skipped = prefixes.has(name)
      ? 1
      : name === "timeout"
        ? words.findIndex((word, index) => index > 0 && /^\d/.test(word)) + 1
        : runners.has(`${name} ${words[1] ?? ""}`)
          ? 2
          : startsPrograms.has(name) && isCheckProgram(words[1] ?? "")
            ? 1
            : 0
    if (skipped <= 0 || words.length <= skipped) {
      return words
    }
    const rest = words.slice(skipped)
    const start = rest.findIndex((word) => !word.startsWith("-") && !/^[A-Za-z_]\w{0,80}=/.test(word))
    words = start === -1 ? rest : rest.slice(start)
  }
  return words
}

const optionsWithValue: ReadonlySet<string> = new Set([
  "-C",
  "-w",
  "-F",
  "-c",
  "--prefix",
  "--workspace",
  "--filter",
  "--dir",
  "--cwd",
  "--manifest-path",
  "--git-dir",
  "--work-tree",
  "-f",
  "--project",
  "-p"
])

/** Returns the operands in a command's words: those that are neither options nor the value of an option. */
export const operands = (words: ReadonlyArray<string>): ReadonlyArray<string> =>
  words.slice(1).filter((word, index) => !word.startsWith("-") && !optionsWithValue.has(words[index] ?? ""))

/**
 * Returns how narrow the operands make a command: 0 if it applies to everything, 1 for a directory, 2 for a file or one
 * test. Go's `./...` is everything.
 */
export const narrowness = (words: ReadonlyArray<string>): 0 | 1 | 2 => {
  const aims = words.filter((word) => !word.startsWith("-"))
  return aims.some((word) => /\.\w{1,6}$|::/.test(word))
    ? 2
    : aims.some((word) => /^[\w.@-]{1,80}\/(?!\.\.\.)/.test(word))
      ? 1
      : 0
}
