import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { closest, distance } from "fastest-levenshtein"
import { type CommandName, commandTable, isCommandName, textOf } from "./CommandTable.js"
import type { CommandOption } from "./CommandOption.js"
import { passOptions } from "./Options.js"
import { UsageError } from "./UsageError.js"

/**
 * A parsed command line. `Run` has the words in the order that the command's parser needs, options first. `Help` and
 * `Version` ask for a text. `Library` is a request that the parser library answers itself, such as shell completions.
 */
export type CommandLine =
  | { readonly _tag: "Help"; readonly command: CommandName | undefined }
  | { readonly _tag: "Version" }
  | { readonly _tag: "Library"; readonly words: ReadonlyArray<string> }
  | { readonly _tag: "Run"; readonly command: CommandName | undefined; readonly words: ReadonlyArray<string> }

/** Options that may stand in every command line: help, version and shell completions. */
export const generalOptions = {
  help: ["--help", "-h"],
  version: ["--version", "-V"],
  completions: ["--completions"],
  wizard: ["--wizard"]
} as const

const shells = ["bash", "zsh", "fish", "sh"]

const program = "rollout-memories"

const helpOf = (command: CommandName | undefined): string =>
  `see \`${program}${command === undefined ? "" : ` ${command}`} --help\``

/** Finds the known word that a mistyped one probably means: at most a third of its letters differ. */
const meant = (word: string, known: ReadonlyArray<string>): Option.Option<string> => {
  const nearest = closest(word, [...known])
  return distance(word, nearest) <= Math.max(1, Math.floor(word.replace(/^-+/, "").length / 3))
    ? Option.some(nearest)
    : Option.none()
}

const unknown = (kind: string, word: string, known: ReadonlyArray<string>, command?: CommandName): UsageError =>
  new UsageError({
    problem: `unknown ${kind} ${word}`,
    todo: Option.match(meant(word, known), {
      onNone: () => helpOf(command),
      onSome: (nearest) => `did you mean ${nearest}?`
    })
  })

/** Lists the options of a command, its own before those of the pass. */
const optionsOf = (command: CommandName | undefined): ReadonlyArray<CommandOption<unknown>> =>
  Object.values({ ...passOptions, ...textOf(command).options })

/**
 * Indexes the options of all commands by name: the value of an option must be recognised before the command is known.
 */
const allOptions = (): ReadonlyMap<string, CommandOption<unknown>> =>
  new Map(
    [undefined, ...Object.keys(commandTable).filter(isCommandName)]
      .flatMap(optionsOf)
      .map((option) => [option.name, option])
  )

interface Given {
  readonly name: string
  /** The value; undefined if the line ends before it. */
  readonly value: string | undefined
}

/** Separates options and their values from the other words of a line. Everything after `--` is a word. */
const split = (line: ReadonlyArray<string>) => {
  const all = allOptions()
  const takesValue = (name: string) => name === "--completions" || all.get(name)?.value !== undefined
  const options: Array<Given> = []
  const words: Array<string> = []
  const end = line.indexOf("--")
  const open = end === -1 ? line : line.slice(0, end)
  for (let index = 0; index < open.length; index++) {
    const word = open[index] ?? ""
    if (!word.startsWith("-") || word === "-") {
      words.push(word)
      continue
    }
    const [, name = word, value] = /^(-[^=]*)=(.*)$/s.exec(word) ?? []
    options.push({ name, value: value ?? (takesValue(name) ? open[++index] : undefined) })
  }
  return { options, words: [...words, ...(end === -1 ? [] : line.slice(end + 1))], open }
}

/** Returns the message about an invalid option of a command; none if the option is valid. */
const problemOf = (
  { name, value }: Given,
  option: CommandOption<unknown> | undefined,
  command: CommandName | undefined
): UsageError | undefined => {
  if (option === undefined) {
    return new UsageError({ problem: `${command ?? "a pass"} has no option ${name}`, todo: helpOf(command) })
  }
  if (option.value === undefined && value !== undefined && value !== "true" && value !== "false") {
    return new UsageError({ problem: `${name} takes no value`, todo: `give ${name} alone` })
  }
  return option.value !== undefined && value === undefined
    ? new UsageError({ problem: `${name} has no value`, todo: `give one after it: ${name} ${option.value}` })
    : undefined
}

const readRun = (
  command: CommandName | undefined,
  given: ReadonlyArray<Given>,
  words: ReadonlyArray<string>
): Either.Either<CommandLine, UsageError> => {
  const known = new Map(optionsOf(command).map((option) => [option.name, option]))
  const options: Array<string> = []
  const seen = new Set<string>()
  for (const one of given) {
    const option = known.get(one.name)
    const problem = problemOf(one, option, command)
    if (problem !== undefined) {
      return Either.left(problem)
    }
    if (seen.has(one.name) && option?.isRepeated !== true) {
      return Either.left(new UsageError({ problem: `${one.name} was given twice`, todo: "give it once" }))
    }
    seen.add(one.name)
    // Without a value of its own a flag would take a word `true` that follows it.
    options.push(one.name, one.value ?? "true")
  }
  const missing = [...known.values()].find(({ isRequired, name }) => isRequired && !seen.has(name))
  if (missing !== undefined) {
    return Either.left(
      new UsageError({ problem: `${command} needs ${missing.name} ${missing.value}`, todo: helpOf(command) })
    )
  }
  const takesWords = textOf(command).words
  if (takesWords === undefined && words.length > 0) {
    return Either.left(new UsageError({ problem: `${command} takes no argument ${words[0]}`, todo: helpOf(command) }))
  }
  if (takesWords !== undefined && takesWords.isOptional !== true && words.length === 0) {
    return Either.left(new UsageError({ problem: `${command} needs ${takesWords.name}`, todo: helpOf(command) }))
  }
  const rest = words.length === 0 ? [] : ["--", ...words]
  return Either.right({
    _tag: "Run",
    command,
    words: command === undefined ? options : [command, ...options, ...rest]
  })
}

/**
 * Parses a command line. Options may come before or after the command. A request for help is answered even if the rest
 * of the line is wrong.
 */
export const readCommandLine = (line: ReadonlyArray<string>): Either.Either<CommandLine, UsageError> => {
  const { open, options, words } = split(line)
  const has = (names: ReadonlyArray<string>) => open.some((word) => names.includes(word))
  const [first, ...others] = words
  if (first === "help") {
    const [of] = others
    return of === undefined || of === "help"
      ? Either.right({ _tag: "Help", command: undefined })
      : isCommandName(of)
        ? Either.right({ _tag: "Help", command: of })
        : Either.left(unknown("command", of, Object.keys(commandTable)))
  }
  const command = first !== undefined && isCommandName(first) ? first : undefined
  if (has(generalOptions.help)) {
    return Either.right({ _tag: "Help", command })
  }
  if (has(generalOptions.version)) {
    return Either.right({ _tag: "Version" })
  }
  if (has(generalOptions.wizard)) {
    return Either.right({ _tag: "Library", words: [...(command === undefined ? [] : [command]), "--wizard"] })
  }
  const completions = options.find(({ name }) => name === "--completions")
  if (completions !== undefined) {
    const { value: shell } = completions
    return shell !== undefined && shells.includes(shell)
      ? Either.right({ _tag: "Library", words: ["--completions", shell] })
      : Either.left(
          new UsageError({ problem: "--completions needs a shell", todo: `give one of ${shells.join(", ")}` })
        )
  }
  const all = allOptions()
  const unknownOption = options.find(({ name }) => !all.has(name))
  if (unknownOption !== undefined) {
    const known = [...optionsOf(command).map(({ name }) => name), ...Object.values(generalOptions).flat()]
    return Either.left(unknown("option", unknownOption.name, known, command))
  }
  return first !== undefined && command === undefined
    ? Either.left(unknown("command", first, ["help", ...Object.keys(commandTable)]))
    : readRun(command, options, others)
}
