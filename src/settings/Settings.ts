import { existsSync } from "node:fs"
import { join, resolve } from "node:path"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { type Api, namedModel, type NamedModel } from "../domain/model/Api.js"
import { type CodingAgent, codingAgents, homeVariables } from "../domain/session/CodingAgent.js"
import { isServerUrl, variable, withoutUser } from "./Environment.js"
import {
  agents,
  choice,
  efforts,
  flag,
  integer,
  limit,
  modelName,
  optionalText,
  otherModelName,
  price,
  seconds,
  serviceTiers,
  type Agents,
  type Setting,
  sources,
  time
} from "./SettingKinds.js"

/**
 * Every setting of the program. {@link variableOf} gives the environment variable of each. The descriptions also appear
 * in `--help`.
 */
export const settings = {
  enabled: flag(true, "Whether sessions become memory at all."),
  threadsScanned: integer(200, 1, 10_000, "Threads read from the state DB at a time, newest first."),
  candidates: integer(8, 0, 10_000, "Sessions read in one pass."),
  concurrency: integer(
    8,
    1,
    64,
    "Requests, and directories, worked on at the same time; up to twice as many rollouts are open."
  ),
  tracesPerCwd: integer(
    10,
    1,
    1_000,
    "Traces kept as files per directory; wishes and verified fixes of older sessions are consolidated too."
  ),
  project: choice(
    "repository",
    ["repository", "directory"],
    "What a memory belongs to: the repository that a session worked in, or the very directory."
  ),
  lockLease: seconds(600, 86_400, "The lease of a directory's lock, in seconds."),
  claimLease: seconds(600, 86_400, "The lease of a rollout's claim, in seconds."),
  rolloutBytes: integer(
    1_000_000,
    1_000,
    100_000_000,
    "Most UTF-8 bytes of a session in a request; of a longer one the least valuable events are left out."
  ),
  rolloutFilter: choice(
    "evidence",
    ["evidence", "keep-all"],
    "What the model sees of a session: its packed events, or every item of its file unless that is too long."
  ),
  redactionKinds: flag(false, "Whether the mark of a redacted secret names its kind."),
  traceBytes: integer(300_000, 1_000, 10_000_000, "Bytes of a stored trace memory."),
  summaryBytes: integer(1_200, 100, 100_000, "Bytes of a stored summary."),
  slugLength: integer(64, 1, 100, "Characters of the title in a trace file's name."),
  memoryBytes: integer(6_144, 1_000, 10_000_000, "Bytes of a MEMORY.md that is written by rule; the best lines stay."),
  publishedFileBytes: integer(
    200_000,
    1_000,
    10_000_000,
    "Bytes of a file that an agent wrote; a larger one is not published."
  ),
  minIdle: time(10, "m", "The time of silence after which a session is read."),
  sources: sources(
    ["cli", "vscode"],
    "The sources that become memory, as cli or claude:cli; all is all but sub-agents."
  ),
  agents: agents("The coding agents whose sessions are read; found is each whose home is there."),
  currentThread: optionalText("The id of the session that starts the pass; it is not read."),
  retryFirst: time(10, "m", "The wait after a first failure."),
  retryFactor: integer(4, 1, 100, "The factor by which each further wait is longer."),
  retryLongest: time(24, "h", "The longest wait between two attempts."),
  retryAttempts: integer(5, 1, 100, "Failures after which a session is set aside."),
  agentTimeLimit: time(30, "m", "The time that a consolidation agent may take."),
  model: modelName("Author of traces, as openai:NAME or chat:NAME."),
  consolidationModel: otherModelName("Author of MEMORY.md; same is that of --model."),
  agent: choice("auto", ["auto", "offline", "model", "command"], "Consolidator; auto is model with one, else offline."),
  agentCommand: optionalText("The shell command of --agent command; its prompt comes on stdin."),
  allowProviderCrossing: flag(false, "Whether sessions recorded with one provider may be sent to another."),
  maxTokens: limit(1_000_000, "Tokens that one pass may cost, answers included."),
  maxRequests: limit(undefined, "Requests to a model in one pass."),
  maxTokensPerDay: limit(undefined, "Tokens that all passes of one UTC day may cost."),
  maxRequestsPerDay: limit(undefined, "Requests of all passes of one UTC day."),
  modelWindow: limit(
    undefined,
    "Tokens of the model's window; unlimited takes it from the model's name, and 128000 for an unknown one."
  ),
  consolidationWindow: limit(undefined, "Tokens of the window of --consolidation-model; see MEMORIES_MODEL_WINDOW."),
  serviceTier: choice(
    "unset",
    serviceTiers,
    "The service tier of OpenAI's servers and Anthropic's; flex is slower and costs half."
  ),
  modelOutputTokens: integer(16_000, 256, 1_000_000, "Tokens of an answer, the model's reasoning included."),
  modelSilence: time(4, "m", "The time that a model server may send nothing."),
  modelTimeLimit: time(15, "m", "The time that one answer may take, from its request to its end."),
  modelAttempts: integer(4, 1, 20, "Requests made for one answer, when earlier ones fail temporarily."),
  modelRetryFirst: time(1, "s", "The wait before a failed request is made again; each later wait is twice as long."),
  modelRetryLongest: time(
    2,
    "m",
    "The longest such wait; a server that asks for more is not asked again in this pass."
  ),
  extractionEffort: choice("low", efforts, "The reasoning effort for trace memories; unset leaves it to the server."),
  consolidationEffort: choice(
    "medium",
    efforts,
    "The reasoning effort for consolidations; unset leaves it to the server."
  ),
  priceInput: price("The price of a million input tokens of --model; unknown takes the vendor's list price."),
  priceOutput: price("The price of a million output tokens of --model; unknown takes the vendor's list price."),
  consolidationPriceInput: price("The price of a million input tokens of --consolidation-model."),
  consolidationPriceOutput: price("The price of a million output tokens of --consolidation-model."),
  agentTurns: integer(60, 1, 1_000, "Requests that a consolidation agent may make."),
  agentTokens: integer(400_000, 1_000, 100_000_000, "Tokens that one consolidation agent may cost."),
  logLevel: choice("info", ["debug", "info", "warning", "error", "none"], "The least severe level that is logged.")
} as const

/** The name of a setting. */
export type SettingName = keyof typeof settings

type SettingValue<Name extends SettingName> = (typeof settings)[Name] extends Setting<infer A> ? A : never

/** The values of all settings in one pass. */
export type SettingValues = { readonly [Name in SettingName]: SettingValue<Name> }

/** The absolute paths of the homes. */
export interface Homes {
  readonly codexHome: string
  readonly memoriesHome: string
  /** The homes of the agents whose sessions are read, whether they are there or not. */
  readonly agentHomes: ReadonlyArray<{ readonly agent: CodingAgent; readonly path: string }>
}

/** The server of a model: its base URL and its key. */
export interface ModelServer {
  readonly baseUrl: string
  readonly apiKey: Redacted.Redacted | undefined
}

/** The servers of the models, by their API. */
export type ModelServers = { readonly [Name in Api]: ModelServer }

/** OpenAI's own server and Anthropic's. */
const openAiUrl = "https://api.openai.com/v1"
const anthropicUrl = "https://api.anthropic.com"

const defaultServers: ModelServers = {
  openai: { baseUrl: openAiUrl, apiKey: undefined },
  chat: { baseUrl: openAiUrl, apiKey: undefined },
  anthropic: { baseUrl: anthropicUrl, apiKey: undefined }
}

/** The settings of a pass, the paths of its homes, and the servers of its models. */
export class Settings extends Context.Tag("rollout-memories/Settings")<
  Settings,
  SettingValues & Homes & { readonly modelServers: ModelServers }
>() {}

/** Returns the model that consolidates, with `same` resolved. */
export const consolidationModelOf = ({
  consolidationModel,
  model
}: Pick<SettingValues, "consolidationModel" | "model">): string =>
  consolidationModel === "same" ? model : consolidationModel

/** Returns the agent that consolidates, with `auto` resolved. */
export const agentOf = (
  settings: Pick<SettingValues, "agent" | "consolidationModel" | "model">
): "offline" | "model" | "command" =>
  settings.agent !== "auto" ? settings.agent : consolidationModelOf(settings) === "offline" ? "offline" : "model"

/** Returns the models that a pass may ask: that of the trace memories, and that of the consolidation if it is one. */
export const modelsInUse = (
  settings: Pick<SettingValues, "agent" | "consolidationModel" | "model">
): { readonly extraction: NamedModel | undefined; readonly consolidation: NamedModel | undefined } => ({
  extraction: namedModel(settings.model),
  consolidation: agentOf(settings) === "model" ? namedModel(consolidationModelOf(settings)) : undefined
})

/** A setting has an invalid value. Nothing was done; correct the value at `source`. */
export class SettingInvalid extends Schema.TaggedError<SettingInvalid>("rollout-memories/SettingInvalid")(
  "SettingInvalid",
  {
    /** The option, environment variable or setting that has the value. */
    source: Schema.String,
    value: Schema.String,
    expected: Schema.String
  }
) {
  override get message(): string {
    const instead = this.value === "" ? "" : `, not ${JSON.stringify(this.value)}`
    return `${this.source}: expected ${this.expected}${instead}`
  }
}

/** Returns the environment variable of a setting; for `minIdle` that is `MEMORIES_MIN_IDLE`. */
export const variableOf = (name: SettingName): string =>
  `MEMORIES_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`

/** The text of an option or environment variable that a person set, with its name. */
export interface GivenOption {
  readonly option: string
  readonly text: string
}

/** The given options, by the setting that each one sets. */
export type GivenOptions = { readonly [Name in SettingName | "codexHome" | "memoriesHome"]?: GivenOption | undefined }

/** Lists the names of all settings. A function, so that importing this module runs nothing. */
const settingNames = (): ReadonlyArray<SettingName> =>
  Object.keys(settings).filter((name): name is SettingName => Object.hasOwn(settings, name))

const hasAllSettings = (values: { readonly [name: string]: unknown }): values is SettingValues =>
  settingNames().every((name) => settings[name].is(values[name]))

const given = (option: GivenOption | undefined, name: string) =>
  option === undefined
    ? Effect.map(
        variable(name),
        Option.map((text): GivenOption => ({ option: name, text }))
      )
    : Effect.succeedSome(option)

const readSetting = Effect.fnUntraced(function* (name: SettingName, option: GivenOption | undefined) {
  const setting: Setting<unknown> = settings[name]
  const written = yield* given(option, variableOf(name))
  if (Option.isNone(written)) {
    return setting.fallback
  }
  const value = setting.parse(written.value.text)
  return Option.isSome(value)
    ? value.value
    : yield* new SettingInvalid({
        source: written.value.option,
        value: written.value.text,
        expected: setting.expected
      })
})

/** Returns the default memories home for a Codex home. */
const memoriesHomeIn = (codexHome: string): string => join(codexHome, "memories")

/**
 * Returns the default memories home where no home is named. Without Codex it is below the user's data, and it stays
 * there when Codex comes later.
 */
const foundMemoriesHome = (codexHome: string, dataHome: string): string => {
  const own = join(dataHome, "rollout-memories")
  const inCodex = memoriesHomeIn(codexHome)
  const holdsMemory = (home: string): boolean => existsSync(join(home, "state.sqlite"))
  const isOwn = holdsMemory(own) ? !holdsMemory(inCodex) : !existsSync(codexHome)
  return isOwn ? own : inCodex
}

/** The folders of the agents' homes, below the user's home. */
const homeFolders: { readonly [Name in CodingAgent]: string } = { codex: ".codex", claude: ".claude" }

/**
 * Reads the homes. Where a home is named that is not the agent's default one, only the sessions of agents with a named
 * home are read; the setting `agents` names others.
 */
const readHomes = Effect.fnUntraced(function* (options: GivenOptions, chosen: Agents) {
  const userHome = yield* Config.string("HOME").pipe(
    Config.orElse(() => Config.string("USERPROFILE")),
    Config.withDefault(".")
  )
  const path = (text: string) => resolve(text === "~" || text.startsWith("~/") ? join(userHome, text.slice(1)) : text)
  // An empty variable in a script must not come to mean the current directory.
  const named = ({ option, text }: GivenOption) =>
    text === ""
      ? new SettingInvalid({ source: option, value: text, expected: "a directory" })
      : Effect.succeed(path(text))
  const homes = yield* Effect.forEach(codingAgents, (agent) =>
    Effect.gen(function* () {
      const fallback = path(`~/${homeFolders[agent]}`)
      const written = yield* given(agent === "codex" ? options.codexHome : undefined, homeVariables[agent])
      const home = Option.isSome(written) ? yield* named(written.value) : fallback
      return { agent, path: home, isGiven: Option.isSome(written), isNamed: home !== fallback }
    })
  )
  const hasNamed = homes.some(({ isNamed }) => isNamed)
  const isRead = ({ agent, isNamed }: (typeof homes)[number]): boolean =>
    chosen === "found" ? isNamed || !hasNamed : chosen.includes(agent)
  const agentHomes = homes.filter(isRead).map(({ agent, path }) => ({ agent, path }))
  const codex = homes.find(({ agent }) => agent === "codex")
  const codexHome = codex?.path ?? path("~/.codex")
  const dataHome = Option.map(yield* variable("XDG_DATA_HOME"), path)
  const memoriesHome = yield* Option.match(yield* given(options.memoriesHome, "MEMORIES_HOME"), {
    onNone: () =>
      Effect.sync(() =>
        codex?.isGiven === true
          ? memoriesHomeIn(codexHome)
          : foundMemoriesHome(
              codexHome,
              Option.getOrElse(dataHome, () => path("~/.local/share"))
            )
      ),
    onSome: named
  })
  return { codexHome, memoriesHome, agentHomes }
})

/** A server, and the names of the variables that it was read from. */
interface ReadServer extends ModelServer {
  readonly url: string
  readonly key: string
}

const readServer = Effect.fnUntraced(function* (url: string, key: string, usual: string) {
  const baseUrl = Option.getOrElse(yield* variable(url), () => usual)
  const server: ReadServer = {
    url,
    key,
    baseUrl,
    apiKey: Option.getOrUndefined(Option.map(yield* variable(key), Redacted.make))
  }
  return server
})

/** Fails if a server that a pass asks cannot work: an invalid URL, or no key for a vendor's own server. */
const checkServer = Effect.fnUntraced(function* ({ api, name }: NamedModel, server: ReadServer) {
  const { apiKey, baseUrl, key, url } = server
  if (!isServerUrl(baseUrl)) {
    const expected = "a URL such as http://localhost:8000/v1, without a user name"
    return yield* new SettingInvalid({ source: url, value: withoutUser(baseUrl), expected })
  }
  if (apiKey === undefined && [openAiUrl, anthropicUrl].includes(baseUrl.replace(/\/+$/, ""))) {
    const vendor = baseUrl.startsWith(anthropicUrl) ? "Anthropic" : "OpenAI"
    const expected = `a key, as ${vendor} wants one for ${api}:${name} (or another server in ${url})`
    return yield* new SettingInvalid({ source: key, value: "", expected })
  }
})

/**
 * Reads the models' servers. A key goes to the server that it is named with and to no other: Chat Completions has a pair
 * of variables of its own, and takes that of OpenAI as a whole where its own URL is not set.
 */
const readServers = Effect.fnUntraced(function* (values: SettingValues) {
  const { agent, agentCommand } = values
  if (agent === "model" && consolidationModelOf(values) === "offline") {
    return yield* new SettingInvalid({ source: "--agent", value: agent, expected: "a --model to go with it" })
  }
  if (agent === "command" && agentCommand === undefined) {
    return yield* new SettingInvalid({ source: "--agent", value: agent, expected: "an --agent-command to go with it" })
  }
  const openai = yield* readServer("OPENAI_BASE_URL", "OPENAI_API_KEY", openAiUrl)
  const servers = {
    openai,
    chat: Option.isSome(yield* variable("CHAT_BASE_URL"))
      ? yield* readServer("CHAT_BASE_URL", "CHAT_API_KEY", openAiUrl)
      : openai,
    anthropic: yield* readServer("ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY", anthropicUrl)
  }
  const { consolidation, extraction } = modelsInUse(values)
  for (const named of [extraction, consolidation]) {
    if (named !== undefined) {
      yield* checkServer(named, servers[named.api])
    }
  }
  const withoutNames = ({ apiKey, baseUrl }: ReadServer): ModelServer => ({ apiKey, baseUrl })
  const read: ModelServers = {
    openai: withoutNames(servers.openai),
    chat: withoutNames(servers.chat),
    anthropic: withoutNames(servers.anthropic)
  }
  return read
})

/**
 * True if the command line names every model of this pass, and so says where the sessions go. A variable that was set
 * long ago does not say it.
 */
const namesModels = (options: GivenOptions, { consolidationModel }: SettingValues): boolean =>
  options.model !== undefined && (options.consolidationModel !== undefined || consolidationModel === "same")

/**
 * Reads the settings: options override environment variables, and these override the defaults. Fails on the first
 * invalid value, and names the option or the variable.
 */
export const loadSettings = Effect.fn("Settings.load")(function* (options: GivenOptions) {
  const values: { [name: string]: unknown } = {}
  for (const name of settingNames()) {
    values[name] = yield* readSetting(name, options[name])
  }
  const checked = yield* checkAll(values)
  return Settings.of({
    ...checked,
    ...(yield* readHomes(options, checked.agents)),
    allowProviderCrossing: checked.allowProviderCrossing || namesModels(options, checked),
    modelServers: yield* readServers(checked)
  })
})

/**
 * Reads from the environment alone whether redaction markers name the kind of secret. False if the variable is invalid.
 */
export const redactionKinds: Effect.Effect<boolean> = readSetting("redactionKinds", undefined).pipe(
  Effect.map((value) => value === true),
  Effect.orElseSucceed(() => false)
)

const checkAll = Effect.fnUntraced(function* (values: { readonly [name: string]: unknown }) {
  if (hasAllSettings(values)) {
    return values
  }
  const wrong = settingNames().find((name) => !settings[name].is(values[name])) ?? "enabled"
  return yield* new SettingInvalid({
    source: wrong,
    value: String(values[wrong]),
    expected: settings[wrong].expected
  })
})

const fallbacks = (): { readonly [name: string]: unknown } =>
  Object.fromEntries(settingNames().map((name) => [name, settings[name].fallback]))

/**
 * Provides settings that a host gives directly; omitted ones have their defaults, with the memories home in the Codex
 * home. Fails if a value is out of bounds.
 */
export const layer = (
  given: Partial<SettingValues> & {
    readonly codexHome: string
    readonly memoriesHome?: string | undefined
    /** The home of Claude Code; undefined reads none of its sessions. */
    readonly claudeHome?: string | undefined
    readonly modelServers?: Partial<ModelServers> | undefined
  }
): Layer.Layer<Settings, SettingInvalid> => {
  const { claudeHome, codexHome, memoriesHome = memoriesHomeIn(codexHome), modelServers, ...values } = given
  const named = { codex: codexHome, claude: claudeHome }
  const chosen = values.agents ?? "found"
  const agentHomes = codingAgents.flatMap((agent) => {
    const path = chosen === "found" || chosen.includes(agent) ? named[agent] : undefined
    return path === undefined ? [] : [{ agent, path }]
  })
  return Layer.effect(
    Settings,
    Effect.map(checkAll({ ...fallbacks(), ...values }), (checked) =>
      Settings.of({
        ...checked,
        codexHome,
        memoriesHome,
        agentHomes,
        modelServers: { ...defaultServers, ...modelServers }
      })
    )
  )
}

/** Provides the settings from the environment alone. */
export const layerFromEnvironment = Layer.effect(Settings, loadSettings({}))
