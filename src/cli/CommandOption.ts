import type * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import type * as Option from "effect/Option"
import * as Record from "effect/Record"
import { settings, type SettingName, variableOf } from "../settings/Settings.js"

/**
 * One option of the command line. Its parser, the help, the shell completions and the documentation are made from this.
 */
export interface CommandOption<A> {
  /** The name with its dashes. */
  readonly name: string
  /** A word for the value in the help; undefined for a flag. */
  readonly value: string | undefined
  readonly help: string
  /** The environment variable with the same effect. */
  readonly variable: string | undefined
  readonly isRequired: boolean
  readonly isRepeated: boolean
  readonly parser: Options.Options<A>
}

/** A table of options. The keys are the names that the code uses, such as `maxTokens` for `--max-tokens`. */
export interface OptionTable {
  readonly [name: string]: CommandOption<unknown>
}

/** The values of options, as their command receives them. */
export type Parsed<Table extends OptionTable> = Command.Command.ParseConfig<{
  readonly [Name in keyof Table]: Table[Name]["parser"]
}>

interface Extra {
  readonly variable?: string
}

const text = (name: string, value: string, help: string) =>
  Options.text(name).pipe(Options.withPseudoName(value), Options.withDescription(help))

/** Makes an option with a value, which may be omitted. */
export const optional = (
  name: string,
  value: string,
  help: string,
  { variable }: Extra = {}
): CommandOption<Option.Option<string>> => ({
  name: `--${name}`,
  value,
  help,
  variable,
  isRequired: false,
  isRepeated: false,
  parser: Options.optional(text(name, value, help))
})

/** Makes an option with a value that its command requires. */
export const required = (name: string, value: string, help: string): CommandOption<string> => ({
  name: `--${name}`,
  value,
  help,
  variable: undefined,
  isRequired: true,
  isRepeated: false,
  parser: text(name, value, help)
})

/** Makes an option that may be given several times. */
export const repeated = (
  name: string,
  value: string,
  help: string,
  { variable }: Extra = {}
): CommandOption<ReadonlyArray<string>> => ({
  name: `--${name}`,
  value,
  help,
  variable,
  isRequired: false,
  isRepeated: true,
  parser: Options.repeated(text(name, value, help))
})

/** Makes an option without a value. */
export const flag = (name: string, help: string, { variable }: Extra = {}): CommandOption<boolean> => ({
  name: `--${name}`,
  value: undefined,
  help,
  variable,
  isRequired: false,
  isRepeated: false,
  parser: Options.boolean(name).pipe(Options.withDescription(help))
})

const defaultOf = ({ fallbackText }: { readonly fallbackText: string }): string =>
  fallbackText === "none" ? "" : ` Default: ${fallbackText}.`

/** Makes an option for a setting. The option parses the value and checks its bounds. */
export const setting = (name: string, of: SettingName, value: string): CommandOption<Option.Option<string>> =>
  optional(name, value, `${settings[of].description}${defaultOf(settings[of])}`, { variable: variableOf(of) })

/** Makes the parsers of options, in the form that the command library takes. */
export function parsersOf<Table extends OptionTable>(
  table: Table
): { readonly [Name in keyof Table]: Table[Name]["parser"] }
export function parsersOf(table: OptionTable): { readonly [name: string]: Options.Options<unknown> } {
  return Record.map(table, ({ parser }) => parser)
}
