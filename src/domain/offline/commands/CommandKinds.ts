import { checksNothing, skipsTests } from "./ChecklessRuns.js"
import { type CommandKind, checkKinds, programFamilies, programKinds, scriptKind } from "./CommandPrograms.js"
import { operands, programName, withoutPrefixes } from "./InvocationWords.js"
import { actsOutside } from "./OutsideActs.js"
import { wordsOf } from "./ShellSyntax.js"

/** The program that one stage of a pipeline runs, such as `tail` in `npm test | tail`. */
export interface Invocation {
  readonly kind: CommandKind
  /**
   * The program that does the work, without its path and version, and without programs that only start it (`npx`,
   * `python3 -m`).
   */
  readonly program: string
  /** The family of tools that can replace one another, such as `python`; see {@link programFamilies}. */
  readonly family: string
  /** The words of the program, starting with its name. */
  readonly words: ReadonlyArray<string>
}

const gitLooks =
  /^(?:status|log|show|diff|blame|ls-files|ls-tree|ls-remote|rev-parse|rev-list|describe|grep|reflog|shortlog|cat-file|check-ignore|merge-base|name-rev|for-each-ref|var|version|help|difftool|count-objects)$/
const gitEdits = /^(?:mv|rm|apply|checkout|restore|reset|revert|stash|cherry-pick|merge|rebase|pull|clean|am)$/

const gitKind = (words: ReadonlyArray<string>): CommandKind => {
  const [command = "", argument] = operands(words)
  const onlyLists =
    (/^(?:branch|remote|tag|stash|worktree|config)$/.test(command) &&
      (argument === undefined || /^(?:list|show|get-url)$/.test(argument)) &&
      !words.some((word) => /^-(?:[dDmM]|-delete)$/.test(word))) ||
    words.some((word) => /^(?:--get|--list|--show-current)/.test(word))
  return gitLooks.test(command) || onlyLists || command === "" ? "look" : gitEdits.test(command) ? "edit" : "act"
}

/**
 * Returns the kind of a check or formatter that a package tool starts, as in `pnpm --filter web vitest run`; undefined
 * for anything else.
 */
const startedKind = (words: ReadonlyArray<string>): CommandKind | undefined => {
  const named = operands(words)
  const program = /^(?:exec|dlx|x)$/.test(named[0] ?? "") ? named[1] : named[0]
  const kind = programKinds.get(program ?? "")
  return program !== undefined && kind !== undefined && (checkKinds.has(kind) || kind === "format")
    ? kindOf(program, words.slice(words.indexOf(program)), words.join(" "))
    : undefined
}

const packageKind = (program: string, words: ReadonlyArray<string>): CommandKind => {
  const named = operands(words)
  const started = startedKind(words)
  if (started !== undefined) {
    return started
  }
  const first = named[0] === "workspace" ? named[2] : named[0]
  const script = first === "run" || first === "run-script" ? named[1] : first
  switch (true) {
    case first === undefined:
      return program === "yarn" ? "act" : "look"
    case /^(?:install|i|ci|add|remove|uninstall|rm|update|upgrade|up|link|publish|init|create|set|cache|dedupe|prune|rebuild)$/.test(
      first ?? ""
    ):
      return "act"
    case /^(?:ls|list|view|info|outdated|why|explain|config|help|root|bin|prefix|whoami|audit|search|fund|doctor)$/.test(
      first ?? ""
    ):
      return "look"
    // With a version, it fetches a published package.
    case first === "pack":
      return named.some((word) => /[^/]@[\w^~.<>=-]+$/.test(word)) ? "look" : "build"
    case first === "t":
      return "test"
    default:
      return script === undefined ? "look" : scriptKind(script)
  }
}

const toolKind = (command: string): CommandKind => {
  switch (true) {
    case /^(?:test|nextest|spec|check-all)$/.test(command):
      return "test"
    case /^(?:build|compile|package|assemble|publish|dist|b|bootJar|installDist|--build)$/i.test(command):
      return "build"
    case /^(?:clippy|vet|lint|credo|detekt|sobelow|deny|audit|machete)$/.test(command):
      return "lint"
    case /^(?:check|c|analyze|typecheck|tc|dialyzer|xref)$/.test(command):
      return "type-check"
    case /^(?:fmt|format|tidy)$/.test(command):
      return "format"
    case /^(?:add|get|install|update|fetch|init|new|mod|restore|deps\.get|remove|clean|generate|vendor|login)$/.test(
      command
    ):
      return "act"
    default:
      return "run"
  }
}

/**
 * Splits the name of a task into its words: both `spotlessCheck` and `spotless:check` become `spotless` and `check`.
 */
const wordsOfTask = (task: string): ReadonlyArray<string> =>
  task
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z\d]+/)

/**
 * Returns the kind of a task of Gradle or Maven by the words in its name, such as `spotlessCheck` or `flyway:validate`.
 */
const javaTaskKind = (task: string): CommandKind => {
  const words = wordsOfTask(task)
  const has = (pattern: RegExp): boolean => words.some((word) => pattern.test(word))
  switch (true) {
    case words.length === 1 && has(/^(?:check|verify)$/):
    case has(/^(?:test|tests|spec|e2e)$/) && !has(/^(?:compile|classes|resources|dependencies|jar)$/):
      return "test"
    case has(/^(?:apply|format)$/):
      return "format"
    case has(/^(?:check|verify|validate|lint|detekt|pmd|checkstyle|spotbugs|main)$/) && !has(/^(?:run|exec)$/):
      return "lint"
    case has(/^(?:compile|classes|assemble|build|jar|war|package|install|bundle|image|dist)$/):
      return "build"
    case has(/^(?:publish|deploy|release|upload|migrate|clean|repair|undo|baseline|up|down|push|wrapper|start|stop)$/):
      return "act"
    case has(/^(?:tasks|dependencies|properties|projects|help|info|tree|insight)$/):
      return "look"
    default:
      return toolKind(words.at(-1) ?? "")
  }
}

const buildTools: ReadonlySet<string> = new Set([
  "cargo",
  "go",
  "dotnet",
  "swift",
  "zig",
  "mix",
  "sbt",
  "lein",
  "stack"
])
const moreBuildTools: ReadonlySet<string> = new Set([
  "deno",
  "flutter",
  "dart",
  "cabal",
  "cmake",
  "gleam",
  "anchor",
  "forge"
])
const javaTools: ReadonlySet<string> = new Set(["mvn", "mvnw", "gradle", "gradlew"])
const targetTools: ReadonlySet<string> = new Set([
  "make",
  "just",
  "rake",
  "task",
  "mage",
  "invoke",
  "rails",
  "gulp",
  "grunt"
])
const scriptTools: ReadonlySet<string> = new Set(["npm", "pnpm", "yarn", "bun"])
const onlyAsks = /^(?:--?version|-V|--help|-h|help|version)$/

/** Matches the argument that chooses a toolchain, as in `cargo +nightly test`. */
const toolchain = /^\+[\w.-]{1,60}$/

/** Matches the options with which a formatter only reports what it would change. */
const onlyReports =
  /^(?:-{1,2}check(?:-only|-formatted)?|-c|--list-different|-l|-d|--diff|--verify(?:-no-changes)?|--dry-run|--set-exit-if-changed|-Dcheck|--test)$/

/** Returns the kind of the check that a container runs (`docker compose run app pytest`); undefined if it runs none. */
const checkInside = (words: ReadonlyArray<string>): CommandKind | undefined => {
  const start = words.findIndex((word) => word === "run" || word === "exec") + 1
  return words
    .slice(start, start + 20)
    .map((word, index): CommandKind => {
      const inner = words.slice(start + index)
      const program = programName(word)
      return word.startsWith("-") || containerPrograms.has(program)
        ? "act"
        : kindOf(program, [program, ...inner.slice(1)], inner.join(" "))
    })
    .find((kind) => checkKinds.has(kind))
}

const containerPrograms: ReadonlySet<string> = new Set(["docker", "docker-compose", "podman"])

/**
 * Returns the kind of a command by its program and words. A formatter that only reports what it would change counts as
 * a lint.
 */
const kindOf = (program: string, given: ReadonlyArray<string>, text: string): CommandKind => {
  const words = given.filter((word, index) => index !== 1 || !toolchain.test(word))
  const kind = kindByWords(program, words, text)
  if (checkKinds.has(kind) && checksNothing(program, words, kind)) {
    return "look"
  }
  if (kind === "test" && skipsTests(words)) {
    return "build"
  }
  return kind === "format" && words.some((word) => onlyReports.test(word)) ? "lint" : kind
}

/** Returns the tasks that a command gives to Gradle or Maven: its words without options and their values. */
const javaTasks = (words: ReadonlyArray<string>): ReadonlyArray<string> =>
  words.filter(
    (word, index) =>
      index > 0 && !word.startsWith("-") && !/^(?:--tests|-x|--exclude-task|-pl|-p|-f)$/.test(words[index - 1] ?? "")
  )

/** Returns the kind of a command by its program and words. The most specific rule decides. */
const kindByWords = (program: string, words: ReadonlyArray<string>, text: string): CommandKind => {
  const has = (pattern: RegExp): boolean => words.some((word) => pattern.test(word))
  const [first = "", second = ""] = operands(words)
  if ((words.length === 2 ? onlyAsks.test(words[1] ?? "") : has(/^--(?:help|version)$/)) || first === "help") {
    return "look"
  }
  switch (program) {
    case "git":
      return gitKind(words)
    case "sed":
    case "perl":
      return has(/^-(?:[a-z]{0,4}i|-in-place)/) ? "edit" : program === "sed" ? "look" : "run"
    case "find":
      return has(/^-(?:delete)$/) ? "edit" : "look"
    case "node":
      return has(/^--test\b/) ? "test" : /^(?:--check|-c)$/.test(words[1] ?? "") ? "type-check" : "run"
    case "bash":
    case "sh":
      return has(/^-n$/) ? "type-check" : "run"
    case "go":
      return first === "build" ? "build" : toolKind(first)
    case "deno":
      return toolKind(first === "task" ? second : first)
    case "turbo":
    case "nx":
    case "lerna":
    case "moon":
      return scriptKind(/^(?:run|run-many|affected)$/.test(first) ? second : (first.split(":").at(-1) ?? first))
    case "ruff":
      return first === "format" ? "format" : "lint"
    case "tsc":
      return has(/^(?:-b|--build)$/) && !has(/^--noEmit$/i) ? "build" : "type-check"
    case "vite":
    case "next":
    case "nuxt":
      return first === "build" ? "build" : first === "lint" ? "lint" : "run"
    case "uv":
    case "poetry":
      return first === "build"
        ? "build"
        : /^(?:pip|tree|show|version|list)$/.test(first) && !has(/^install$/)
          ? "look"
          : "act"
    case "pip":
    case "pip3":
      return /^(?:list|show|freeze|check|index)$/.test(first) ? "look" : "act"
    case "docker":
    case "docker-compose":
    case "podman":
      return has(/^(?:run|exec)$/)
        ? (checkInside(words) ?? "act")
        : has(/^build$/)
          ? "build"
          : /^(?:ps|images|logs|inspect|version|info)$/.test(first) || has(/^(?:ps|logs)$/)
            ? "look"
            : "act"
    case "gh":
    case "kubectl":
      return /^(?:get|describe|logs|explain|search)$/.test(first) ||
        /^(?:view|list|status|diff|checks|watch)$/.test(second) ||
        (first === "api" && !actsOutside(text))
        ? "look"
        : "act"
    case "helm":
      return first === "lint"
        ? "lint"
        : /^(?:list|status|get|show|search|template|history|version)$/.test(first)
          ? "look"
          : "act"
    case "taplo":
      return /^(?:fmt|format)$/.test(first) ? "format" : /^(?:lint|check)$/.test(first) ? "lint" : "run"
    case "astro":
      return first === "check" ? "type-check" : first === "build" ? "build" : "run"
    case "terraform":
    case "tofu":
      return first === "fmt"
        ? "format"
        : first === "validate"
          ? "lint"
          : /^(?:plan|show|output|version|providers|graph)$/.test(first)
            ? "look"
            : "act"
    case "rustup":
      return /^(?:show|which|check|doc)$/.test(first) || second === "list" ? "look" : "act"
    case "curl":
    case "wget":
      return "run"
    case "mise":
      return /^(?:run|r)$/.test(first)
        ? scriptKind(second)
        : /^(?:tasks?|t|ls|list|which|where|current|doctor|settings|env|config|version|outdated|search)$/.test(first)
          ? "look"
          : "act"
    default:
  }
  if (scriptTools.has(program)) {
    return packageKind(program, words)
  }
  if (buildTools.has(program) || moreBuildTools.has(program)) {
    return toolKind(program === "cmake" ? (words[1] ?? "") : first)
  }
  if (javaTools.has(program)) {
    const task = javaTasks(words).at(-1) ?? ""
    return javaTaskKind(program.startsWith("gradle") ? (task.split(":").at(-1) ?? "") : task)
  }
  if (targetTools.has(program)) {
    return first === "" ? "build" : scriptKind(first)
  }
  return has(/^manage\.py$/) && has(/^test$/) ? "test" : (programKinds.get(program) ?? "run")
}

const writesFile = /(?:^|[^<>&\d-])>>?\s{0,3}(?!\s|&|\/dev\/|\/tmp\/|\$null|\()[^\s|&;<>]/

/** Empties the quoted parts of a stage, since `>` inside quotes redirects nothing. */
const withoutQuotes = (stage: string): string =>
  (stage.split("\n", 1)[0] ?? "").slice(0, 1_500).replace(/'[^']*'|"(?:[^"\\]|\\.)*"/g, "''")

/** Matches the assignment of a command's output to a variable: `version=$(git describe)`. */
const substitution = /^[A-Za-z_]\w{0,80}=["']?\$\(/

const compound = /^(?:for|while|until|if|case|select|function)\b/

/** Returns the kind of a compound command, such as a loop: the most important kind among the commands in it. */
const compoundKind = (stage: string): CommandKind => {
  const kinds = stage
    .slice(0, 4_000)
    .split(/[;\n|]|\bdo\b|\bthen\b|\belse\b|[{}]/)
    .slice(1)
    .map((part) => part.trim())
    .filter((part) => !/^(?:["'$(]|(?:done|fi|esac|in|end)\b|$)/.test(part))
    .map((part) => invocationOf(part).kind)
  return kinds.find((kind) => kind !== "scene" && kind !== "look") ?? "look"
}

/** Finds the program that a stage of a pipeline runs. */
export const invocationOf = (stage: string): Invocation => {
  if (compound.test(stage)) {
    const words = wordsOf(stage)
    return { kind: compoundKind(stage.replace(compound, "")), program: words[0] ?? "", family: "shell", words }
  }
  if (substitution.test(stage)) {
    return { kind: "scene", program: "", family: "shell", words: [] }
  }
  const words = withoutPrefixes(wordsOf(stage))
  const module = programName(words[0] ?? "") === "python" && words[1] === "-m" ? words.slice(2) : words
  const program = programName(module[0] ?? "")
  const named = [program, ...module.slice(1)]
  const kind = program === "" ? "scene" : kindOf(program, named, stage)
  const family = module === words ? (programFamilies.get(program) ?? program) : "python"
  const isRedirected = (kind === "look" || kind === "scene") && writesFile.test(withoutQuotes(stage))
  return {
    kind: isRedirected ? "edit" : kind,
    program,
    family,
    words: named
  }
}
