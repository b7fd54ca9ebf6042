import { fold } from "../memory/Search.js"

/** Groups of technical words that people use for one another when they search, such as `folder` and `directory`. */
const groups: ReadonlyArray<ReadonlyArray<string>> = [
  "indentation indent indenting tab space whitespace",
  "dependency package library",
  "install setup",
  "lint linter linting eslint oxlint biome clippy ruff",
  "format formatter formatting prettier oxfmt dprint black gofmt rustfmt",
  "typecheck types tsc mypy pyright",
  "deploy deployment release publish ship rollout",
  "error failure exception crash bug panic",
  "fix solve solution repair resolve",
  "test spec unittest pytest vitest jest",
  "build compile bundle",
  "run start launch execute serve",
  "remove delete drop",
  "folder directory",
  "configuration config settings options",
  "database db sqlite postgres mysql sql",
  "documentation docs readme",
  "secret token password credential",
  "pipeline workflow ci",
  "slow performance latency timeout",
  "language english german french spanish japanese chinese"
].map((words) => words.split(" "))

/** Removes the `s` of a plural from a word. */
const singular = (word: string): string => (word.length > 3 ? word.replace(/(?<!s)s$/, "") : word)

/** Returns the other words for a word, in any case and number. */
export const synonymsOf = (word: string): ReadonlyArray<string> => {
  const said = singular(fold(word))
  return [...new Set(groups.filter((group) => group.some((other) => singular(other) === said)).flat())].filter(
    (other) => singular(other) !== said
  )
}
