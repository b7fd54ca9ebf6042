import * as Options from "@effect/cli/Options"
import * as Option from "effect/Option"
import { type GivenOption, type GivenOptions, settings, type SettingName } from "../Settings.js"

/** An option that sets a setting: its text is read, and its bounds are checked, where the environment's are. */
const setting = (option: string, name: SettingName, placeholder: string) =>
  Options.text(option).pipe(
    Options.withPseudoName(placeholder),
    Options.withDescription(`${settings[name].description} Default: ${settings[name].fallbackText}.`),
    Options.optional
  )

const directory = (option: string, description: string) =>
  Options.text(option).pipe(Options.withPseudoName("DIR"), Options.withDescription(description), Options.optional)

const flag = (option: string, description: string) => Options.boolean(option).pipe(Options.withDescription(description))

/** Every option of a pass. */
export const passOptions = {
  codexHome: directory("codex-home", "Where Codex keeps its sessions. Default: ~/.codex."),
  memoriesHome: directory("memories-home", "Where memories are kept. Default: <codex home>/memories."),
  model: setting("model", "model", "MODEL"),
  agent: setting("agent", "agent", "AGENT"),
  limit: setting("limit", "candidates", "N"),
  all: flag("all", "Take everything that is eligible, whatever --limit says."),
  minIdle: setting("min-idle", "minIdle", "TIME"),
  source: Options.text("source").pipe(
    Options.withPseudoName("NAME"),
    Options.withDescription(`${settings.sources.description} May be given several times. Default: cli, vscode.`),
    Options.repeated,
    Options.optional
  ),
  rebuildIndex: flag(
    "rebuild-index",
    "Move a corrupt state DB aside, index all rollouts anew, and import the memories that are on disk."
  ),
  json: flag("json", "Print the report as one JSON object."),
  logLevel: setting("log-level", "logLevel", "LEVEL")
}

/** What was given, by the name of each option. */
export interface Given {
  readonly codexHome: Option.Option<string>
  readonly memoriesHome: Option.Option<string>
  readonly model: Option.Option<string>
  readonly agent: Option.Option<string>
  readonly limit: Option.Option<string>
  readonly minIdle: Option.Option<string>
  readonly source: Option.Option<ReadonlyArray<string>>
  readonly logLevel: Option.Option<string>
}

/** The options that were given, by the setting each one sets. */
export const givenOptions = (given: Given): GivenOptions => {
  const named = (option: string, text: Option.Option<string>): GivenOption | undefined =>
    Option.getOrUndefined(Option.map(text, (text) => ({ option, text })))
  return {
    codexHome: named("--codex-home", given.codexHome),
    memoriesHome: named("--memories-home", given.memoriesHome),
    model: named("--model", given.model),
    agent: named("--agent", given.agent),
    candidates: named("--limit", given.limit),
    minIdle: named("--min-idle", given.minIdle),
    logLevel: named("--log-level", given.logLevel),
    sources: named(
      "--source",
      given.source.pipe(
        Option.filter((names) => names.length > 0),
        Option.map((names) => names.join(","))
      )
    )
  }
}
