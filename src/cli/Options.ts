import * as Options from "@effect/cli/Options"
import * as Option from "effect/Option"
import { type GivenOption, type GivenOptions, settings, type SettingName } from "../settings/Settings.js"

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
  agentCommand: setting("agent-command", "agentCommand", "COMMAND"),
  allowProviderCrossing: flag("allow-provider-crossing", settings.allowProviderCrossing.description),
  maxTokens: setting("max-tokens", "maxTokens", "N"),
  maxRequests: setting("max-requests", "maxRequests", "N"),
  maxTokensPerDay: setting("max-tokens-per-day", "maxTokensPerDay", "N"),
  maxRequestsPerDay: setting("max-requests-per-day", "maxRequestsPerDay", "N"),
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
    "Move a corrupt state DB aside, mend rows that cannot be read, index all rollouts anew, and import the memories on disk."
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
  readonly agentCommand: Option.Option<string>
  readonly allowProviderCrossing: boolean
  readonly maxTokens: Option.Option<string>
  readonly maxRequests: Option.Option<string>
  readonly maxTokensPerDay: Option.Option<string>
  readonly maxRequestsPerDay: Option.Option<string>
  readonly limit: Option.Option<string>
  readonly minIdle: Option.Option<string>
  readonly source: Option.Option<ReadonlyArray<string>>
  readonly logLevel: Option.Option<string>
  readonly all: boolean
  readonly json: boolean
  readonly rebuildIndex: boolean
}

/** Whoever names the model for this very pass says with it that the sessions may go there; a variable set long ago does not. */
const maySendAnywhere = (given: Given): GivenOption | undefined =>
  given.allowProviderCrossing
    ? { option: "--allow-provider-crossing", text: "true" }
    : Option.isSome(given.model)
      ? { option: "--model", text: "true" }
      : undefined

/** The options that were given, by the setting each one sets. */
export const givenOptions = (given: Given): GivenOptions => {
  const named = (option: string, text: Option.Option<string>): GivenOption | undefined =>
    Option.getOrUndefined(Option.map(text, (text) => ({ option, text })))
  return {
    codexHome: named("--codex-home", given.codexHome),
    memoriesHome: named("--memories-home", given.memoriesHome),
    model: named("--model", given.model),
    agent: named("--agent", given.agent),
    agentCommand: named("--agent-command", given.agentCommand),
    allowProviderCrossing: maySendAnywhere(given),
    maxTokens: named("--max-tokens", given.maxTokens),
    maxRequests: named("--max-requests", given.maxRequests),
    maxTokensPerDay: named("--max-tokens-per-day", given.maxTokensPerDay),
    maxRequestsPerDay: named("--max-requests-per-day", given.maxRequestsPerDay),
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
