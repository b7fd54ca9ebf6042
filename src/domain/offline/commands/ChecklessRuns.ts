import type { CommandKind } from "./CommandPrograms.js"

/* The rules for commands of a check that check nothing: they only list, compile, plan or show their settings. */

/** Matches options with which a tool of any check only shows something. */
const showsOnly =
  /^--(?:help|version|collect-only|co|listTests|list-tests|list-suites|list-groups|list-files|listFilesOnly|list-target-files|listenvs|notest|no-run|just-print|recon|setup-plan|fixtures|markers|showConfig|show-config|print-config|show-files|show-settings|show-only|show-cops|env-info|find-config-path|support-info|init)(?:=.*)?$/

/** Matches further options with which a tool that runs tests, or a task runner, only shows something. */
const listsTests = /^(?:-h|--list|--dry|--dry-run)(?:=.*)?$/

/** Options of one program with which it only shows something. Other programs give the same letters another meaning. */
const ownOptions: ReadonlyMap<string, RegExp> = new Map([
  ["make", /^-[BiksSw]{0,6}n[BiksSw]{0,6}$/],
  ["gmake", /^-[BiksSw]{0,6}n[BiksSw]{0,6}$/],
  ["tsc", /^-[hv]$/],
  ["just", /^(?:-n|-l|--summary|--show|--evaluate|--dump)$/],
  ["task", /^(?:-n|-l|-a|--list-all|--summary)$/],
  ["rake", /^-[nTPDW]$/],
  ["gradle", /^-m$/],
  ["gradlew", /^-m$/],
  ["ctest", /^-N$/],
  ["ninja", /^-n$/],
  ["dotnet", /^-t$/],
  ["tox", /^-l$/],
  ["nox", /^-l$/],
  ["bats", /^(?:-c|--count)$/],
  ["go", /^--?(?:list(?:=.*)?|c|n)$/],
  ["turbo", /^--graph(?:=.*)?$/],
  ["nx", /^--graph(?:=.*)?$/],
  ["rubocop", /^-L$/]
])

/** Subcommands of one program that check nothing. */
const ownCommands: ReadonlyMap<string, RegExp> = new Map([
  ["vitest", /^(?:list|init)$/],
  ["nextest", /^(?:list|show-config|archive|self)$/],
  ["playwright", /^(?:show-report|show-trace|install|install-deps|uninstall|codegen|open)$/],
  ["cypress", /^(?:open|verify|install|info|version|cache)$/],
  ["ruff", /^(?:rule|config|linter|version|clean|server)$/],
  ["golangci-lint", /^(?:linters|formatters|config|cache|version|completion|migrate)$/],
  ["biome", /^(?:explain|rage|version|start|stop|init|migrate)$/],
  ["pre-commit", /^(?:(?:un)?install|install-hooks|autoupdate|clean|gc|sample-config|migrate-config)$/],
  ["phpstan", /^(?:clear-result-cache|dump-parameters|list)$/]
])

const taskRunners = /^(?:make|gmake|just|task|rake|gradlew?|mvnw?|turbo|nx|mage|invoke)$/

/** True if `go test` is given a pattern that no test has, and no benchmark. */
const selectsNoTest = (words: ReadonlyArray<string>): boolean =>
  words.some((word, index) => /^--?run=\^\$$/.test(word) || (/^--?run$/.test(word) && words[index + 1] === "^$")) &&
  !words.some((word) => /^--?(?:bench|fuzz)\b/.test(word))

/**
 * True if a command of a check checks nothing, such as `cargo test --no-run`. Its pass proves nothing, and it does not
 * say how to run the check. `words` start with the program.
 */
export const checksNothing = (program: string, words: ReadonlyArray<string>, kind: CommandKind): boolean => {
  const given = words.slice(1)
  const [first = "", second = ""] = given
  const own = ownOptions.get(program)
  return (
    given.some(
      (word) =>
        showsOnly.test(word) ||
        own?.test(word) === true ||
        ((kind === "test" || taskRunners.test(program)) && listsTests.test(word))
    ) ||
    ownCommands.get(program)?.test(first) === true ||
    (program === "cargo" && first === "nextest" && ownCommands.get("nextest")?.test(second) === true) ||
    (program === "go" && first === "test" && selectsNoTest(words))
  )
}

/** True if a command of Maven leaves out the tests that its goal runs otherwise. */
export const skipsTests = (words: ReadonlyArray<string>): boolean =>
  words.some((word) => /^-D(?:skipTests|maven\.test\.skip)(?:=true)?$/.test(word))
