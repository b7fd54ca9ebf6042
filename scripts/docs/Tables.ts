import * as CliConfig from "@effect/cli/CliConfig"
import * as Command from "@effect/cli/Command"
import * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import type * as HelpDoc from "@effect/cli/HelpDoc"
import type * as Span from "@effect/cli/HelpDoc/Span"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import { makeCommands } from "../../src/cli/Commands.js"
import { makePassCommand } from "../../src/cli/commands/run/Pass.js"
import { makePlanCommand } from "../../src/cli/commands/read/Plan.js"
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

const textOf = (span: Span.Span): string => {
  switch (span._tag) {
    case "Text":
    case "URI":
      return span.value
    case "Sequence":
      return textOf(span.left) + textOf(span.right)
    default:
      return textOf(span.value)
  }
}

const paragraphs = (doc: HelpDoc.HelpDoc): ReadonlyArray<string> => {
  switch (doc._tag) {
    case "Paragraph":
      return [textOf(doc.value)]
    case "Sequence":
      return [...paragraphs(doc.left), ...paragraphs(doc.right)]
    default:
      return []
  }
}

interface Definition {
  readonly name: string
  readonly description: string
}

/** Sentences that the command line library adds to each option and that carry no information. */
const ofLibrary =
  /^(?:A user-defined piece of text\.|A true or false value\.|This (?:setting|option|argument) (?:is optional|may be repeated .*)\.)$/

const definitions = (doc: HelpDoc.HelpDoc): ReadonlyArray<Definition> => {
  switch (doc._tag) {
    case "DescriptionList":
      return doc.definitions.map(([name, description]) => ({
        name: textOf(name).replace("...", ""),
        description: paragraphs(description)
          .filter((text) => !ofLibrary.test(text.trim()))
          .join(" ")
      }))
    case "Sequence":
      return [...definitions(doc.left), ...definitions(doc.right)]
    default:
      return []
  }
}

/** Services for commands of which only the help text is read; they are never built. */
const noServices = Layer.die("the documentation runs no command")

const pass = makePassCommand(() => noServices)

const subcommands = Command.getSubcommands(
  Command.withSubcommands(pass, [
    makePlanCommand(() => noServices),
    ...makeCommands({ reading: noServices, probing: noServices, looking: noServices, amending: noServices })
  ])
)

const config = CliConfig.make({ showBuiltIns: false })

const passOptionDefinitions = definitions(Command.getHelp(pass, config))

/** The variables of the two options that are not settings. */
const variablesOfHomes: { readonly [option: string]: string } = {
  "--codex-home": "CODEX_HOME",
  "--memories-home": "MEMORIES_HOME"
}

/** The variable of an option. An option that sets a setting begins with the setting's description. */
const variableOfOption = ({ description, name }: Definition): string => {
  const setting = settingNames().find((setting) => description.startsWith(settings[setting].description))
  const variable = variablesOfHomes[name.split(" ")[0] ?? ""] ?? (setting && variableOf(setting))
  return variable === undefined ? "" : `\`${variable}\``
}

/** The table of the options of a pass, which every command accepts too. */
export const optionsTable = (): string =>
  table(
    ["option", "variable", "what it does"],
    passOptionDefinitions.map((definition) => [
      `\`${definition.name}\``,
      variableOfOption(definition),
      cell(definition.description)
    ])
  )

/** The text about one command: its description, its usage, and the options that only it has. */
const commandText = (help: HelpDoc.HelpDoc): string => {
  const [what = "", ...examples] = paragraphs(help).filter((text) => !/^(?:Examples:|\$ )/.test(text.trim()))
  const own = definitions(help).filter(
    ({ description, name }) =>
      !passOptionDefinitions.some((option) => option.name === name && option.description === description)
  )
  return [
    what,
    ["```sh", ...examples.map((example) => example.trim()), "```"].join("\n"),
    ...(own.length === 0 ? [] : [own.map(({ description, name }) => `- \`${name}\`: ${description}`).join("\n")])
  ].join("\n\n")
}

/** The texts about all commands, by name. */
export const commandTexts = (): ReadonlyMap<string, string> =>
  new Map(
    HashMap.toEntries(subcommands).map(([name, command]) => [
      name,
      commandText(CommandDescriptor.getHelp(command, config))
    ])
  )
