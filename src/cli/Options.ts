import * as Option from "effect/Option"
import { type GivenOption, type GivenOptions, variableOf } from "../settings/Settings.js"
import { type CommandOption, flag, optional, type Parsed, repeated, setting } from "./CommandOption.js"

/** The options of a pass, which every command accepts too. */
export const passOptions = {
  codexHome: optional("codex-home", "DIR", "The directory where Codex keeps its sessions. Default: ~/.codex.", {
    variable: "CODEX_HOME"
  }),
  memoriesHome: optional("memories-home", "DIR", "The directory of the memories. Default: <codex home>/memories.", {
    variable: "MEMORIES_HOME"
  }),
  model: setting("model", "model", "MODEL"),
  consolidationModel: setting("consolidation-model", "consolidationModel", "MODEL"),
  agent: setting("agent", "agent", "AGENT"),
  agentCommand: setting("agent-command", "agentCommand", "COMMAND"),
  allowProviderCrossing: flag("allow-provider-crossing", "Let sessions recorded with one provider go to another.", {
    variable: variableOf("allowProviderCrossing")
  }),
  maxTokens: setting("max-tokens", "maxTokens", "N"),
  maxRequests: setting("max-requests", "maxRequests", "N"),
  maxTokensPerDay: setting("max-tokens-per-day", "maxTokensPerDay", "N"),
  maxRequestsPerDay: setting("max-requests-per-day", "maxRequestsPerDay", "N"),
  limit: setting("limit", "candidates", "N"),
  all: flag("all", "Take every eligible session, whatever --limit says."),
  minIdle: setting("min-idle", "minIdle", "TIME"),
  source: repeated("source", "NAME", "A source to learn from, or all. Repeatable. Default: cli, vscode.", {
    variable: variableOf("sources")
  }),
  rebuildIndex: flag("rebuild-index", "Set a corrupt state DB aside, mend rows, index all sessions again."),
  json: flag("json", "Print the result as one JSON object."),
  logLevel: setting("log-level", "logLevel", "LEVEL")
}

/** The parsed values of the options of a pass. */
export type Given = Parsed<typeof passOptions>

const named = ({ name }: CommandOption<unknown>, text: Option.Option<string>): GivenOption | undefined =>
  Option.getOrUndefined(Option.map(text, (text) => ({ option: name, text })))

/** Returns the given options, by the setting that each one sets. */
export const givenOptions = (given: Given): GivenOptions => ({
  codexHome: named(passOptions.codexHome, given.codexHome),
  memoriesHome: named(passOptions.memoriesHome, given.memoriesHome),
  model: named(passOptions.model, given.model),
  consolidationModel: named(passOptions.consolidationModel, given.consolidationModel),
  agent: named(passOptions.agent, given.agent),
  agentCommand: named(passOptions.agentCommand, given.agentCommand),
  allowProviderCrossing: given.allowProviderCrossing
    ? { option: passOptions.allowProviderCrossing.name, text: "true" }
    : undefined,
  maxTokens: named(passOptions.maxTokens, given.maxTokens),
  maxRequests: named(passOptions.maxRequests, given.maxRequests),
  maxTokensPerDay: named(passOptions.maxTokensPerDay, given.maxTokensPerDay),
  maxRequestsPerDay: named(passOptions.maxRequestsPerDay, given.maxRequestsPerDay),
  candidates: named(passOptions.limit, given.limit),
  minIdle: named(passOptions.minIdle, given.minIdle),
  logLevel: named(passOptions.logLevel, given.logLevel),
  sources: named(passOptions.source, given.source.length === 0 ? Option.none() : Option.some(given.source.join(",")))
})
