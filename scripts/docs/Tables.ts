import type { CommandOption } from "../../src/cli/CommandOption.js"
import { type CommandText, commandTable } from "../../src/cli/CommandTable.js"
import { passOptions } from "../../src/cli/Options.js"
import { settings, type SettingName, variableOf } from "../../src/settings/Settings.js"

/** Tables of the settings, the options, the commands and the measured figures, as Markdown. */

const cell = (text: string): string => text.replaceAll("<", "\\<").replaceAll("|", "\\|")

const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n")

const settingNames = (): ReadonlyArray<SettingName> =>
  Object.keys(settings).filter((name): name is SettingName => Object.hasOwn(settings, name))

/** The table of settings: variable, default, possible values, and description. */
export const settingsTable = (): string =>
  table(
    ["setting", "variable", "default", "values", "what it is"],
    settingNames().map((name) => {
      const { description, expected, fallbackText } = settings[name]
      return [`\`${name}\``, `\`${variableOf(name)}\``, `\`${fallbackText}\``, cell(expected), cell(description)]
    })
  )

const typed = ({ name, value }: CommandOption<unknown>): string =>
  `\`${value === undefined ? name : `${name} ${value}`}\``

/** The table of the options of a pass, which every command accepts too. */
export const optionsTable = (): string =>
  table(
    ["option", "variable", "what it does"],
    Object.values(passOptions).map((option) => [
      typed(option),
      option.variable === undefined ? "" : `\`${option.variable}\``,
      cell(option.help)
    ])
  )

/** The text about one command: what it does, how it is typed, and the options that it alone has. */
const commandText = ({ details, examples, options, summary, words }: CommandText): string => {
  const own = [
    ...(words === undefined ? [] : [`- \`${words.name}\`: ${words.help}`]),
    ...Object.values(options).map((option) => `- ${typed(option)}: ${option.help}`)
  ]
  return [
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}. ${details}`.trim(),
    ["```sh", ...examples.map((example) => `rollout-memories ${example}`), "```"].join("\n"),
    ...(own.length === 0 ? [] : [own.join("\n")])
  ].join("\n\n")
}

/** The texts about all commands, by name. */
export const commandTexts = (): ReadonlyMap<string, string> =>
  new Map(Object.entries(commandTable).map(([name, command]) => [name, commandText(command)]))
