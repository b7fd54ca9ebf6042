/* Renders the texts of `--help` from the tables of commands and options. */
import { type CommandName, commandTable, textOf } from "./CommandTable.js"
import type { CommandOption } from "./CommandOption.js"
import { generalOptions } from "./CommandLine.js"
import { passOptions } from "./Options.js"
import { columnsOf, wrapText } from "./terminal/TextWidth.js"

/** Maximum width of the help, in columns; also its width outside a terminal. */
const widest = 100

type Definition = readonly [name: string, text: string]

const definitionsOf = (definitions: ReadonlyArray<Definition>, width: number): ReadonlyArray<string> => {
  const column = Math.max(...definitions.map(([name]) => columnsOf(name))) + 4
  return definitions.flatMap(([name, text]) =>
    wrapText(text, Math.max(20, width - column)).map((line, index) =>
      index === 0 ? `  ${name}${" ".repeat(column - 2 - columnsOf(name))}${line}` : `${" ".repeat(column)}${line}`
    )
  )
}

const typed = ({ name, value }: CommandOption<unknown>): string => (value === undefined ? name : `${name} ${value}`)

const definitionOf = (option: CommandOption<unknown>): Definition => [typed(option), option.help]

const programHelp = (version: string, width: number, bold: (text: string) => string): ReadonlyArray<string> => {
  const { examples, summary } = textOf(undefined)
  return [
    ...wrapText(`rollout-memories ${version} ${summary}.`, width),
    "",
    `${bold("Usage:")} rollout-memories [OPTIONS]            run one pass, and print what it did`,
    "       rollout-memories COMMAND [OPTIONS]    see `rollout-memories help COMMAND`",
    "",
    bold("Commands:"),
    ...definitionsOf(
      Object.entries(commandTable).map(([name, { summary }]): Definition => [name, summary]),
      width
    ),
    "",
    bold("Options of a pass, which every command takes too:"),
    ...definitionsOf(
      [
        ...Object.values(passOptions).map(definitionOf),
        [`${generalOptions.completions.join(", ")} SHELL`, "Print completions for bash, zsh or fish."],
        [
          `${generalOptions.help.join(", ")}; ${generalOptions.version.join(", ")}`,
          "Print this help; print the version."
        ]
      ],
      width
    ),
    "",
    bold("Examples:"),
    ...examples.map((example) => `  rollout-memories ${example}`.trimEnd())
  ]
}

const commandHelp = (command: CommandName, width: number, bold: (text: string) => string): ReadonlyArray<string> => {
  const { details, examples, options, summary, words } = textOf(command)
  const own = Object.values(options)
  const required = own.filter(({ isRequired }) => isRequired).map(typed)
  const usage = ["rollout-memories", command, ...required, "[OPTIONS]", ...(words === undefined ? [] : [words.name])]
  const definitions = [
    ...(words === undefined ? [] : [[words.name, words.help] satisfies Definition]),
    ...own.map(definitionOf)
  ]
  return [
    ...wrapText(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}. ${details}`.trim(), width),
    "",
    `${bold("Usage:")} ${usage.join(" ")}`,
    ...(definitions.length === 0 ? [] : ["", bold("Options:"), ...definitionsOf(definitions, width)]),
    "",
    bold("Examples:"),
    ...examples.map((example) => `  rollout-memories ${example}`),
    "",
    ...wrapText("Shared options, such as --memories-home and --json, are in `rollout-memories --help`.", width)
  ]
}

/** Renders the help of a command, or of the program, in lines of at most `width` columns. */
export const renderHelp = (
  command: CommandName | undefined,
  {
    bold,
    version,
    width
  }: { readonly version: string; readonly width: number; readonly bold: (text: string) => string }
): string => {
  const columns = Math.min(width, widest)
  return (command === undefined ? programHelp(version, columns, bold) : commandHelp(command, columns, bold)).join("\n")
}
