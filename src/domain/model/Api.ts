import * as Schema from "effect/Schema"

/**
 * The APIs of model servers: OpenAI's Responses, Chat Completions as most servers offer it, and Anthropic's Messages.
 */
export const Api = Schema.Literal("openai", "chat", "anthropic")

/** An API of model servers, by the word that stands before the model's name. */
export type Api = typeof Api.Type

/** The constants of an API, for requests and for advice to people. */
export interface ApiText {
  readonly name: string
  /** Path of the endpoint below the server's base URL. */
  readonly path: string
  /** Path of the list of models below the server's base URL. */
  readonly models: string
  /** The environment variables of the base URL and the key, as advice names them. */
  readonly url: string
  readonly key: string
}

/** The constants of each API. */
export const apiTexts: { readonly [Name in Api]: ApiText } = {
  openai: {
    name: "the Responses API",
    path: "/responses",
    models: "/models",
    url: "OPENAI_BASE_URL",
    key: "OPENAI_API_KEY"
  },
  chat: {
    name: "Chat Completions",
    path: "/chat/completions",
    models: "/models",
    url: "CHAT_BASE_URL (or OPENAI_BASE_URL)",
    key: "CHAT_API_KEY (or OPENAI_API_KEY)"
  },
  anthropic: {
    name: "the Messages API",
    path: "/v1/messages",
    models: "/v1/models",
    url: "ANTHROPIC_BASE_URL",
    key: "ANTHROPIC_API_KEY"
  }
}

/** The half of a pass that asks a model: it writes trace memories, or consolidates them. */
export type ModelPhase = "extraction" | "consolidation"

/** A model behind a server. */
export interface NamedModel {
  readonly api: Api
  /** The name that the server knows it by. */
  readonly name: string
}

/** The pattern of a model's name with its API, as a setting has it. */
const modelPattern = /^(openai|chat|anthropic):([^\s\p{Cc}]{1,200})$/u

const isApi = Schema.is(Api)

/** Reads a setting such as `openai:gpt-5-mini`; undefined for `offline` and for any other text. */
export const namedModel = (setting: string): NamedModel | undefined => {
  const [, api, name = ""] = modelPattern.exec(setting) ?? []
  return isApi(api) ? { api, name } : undefined
}
