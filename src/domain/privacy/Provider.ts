import type { Thread } from "../thread/Thread.js"

/** What Codex calls a model server: `openai` for OpenAI's own, any other by its host, the port included. */
export const providerOf = (baseUrl: string): string => {
  const { host } = new URL(baseUrl)
  return host === "api.openai.com" ? "openai" : host
}

/**
 * Whether a session may be sent to a provider: nothing leaves the machine (undefined), or it was recorded with that very
 * one. A session that does not say whom it was recorded with belongs to nobody.
 */
export const mayBeSentTo = (provider: string | undefined, { modelProvider }: Pick<Thread, "modelProvider">): boolean =>
  provider === undefined || modelProvider === provider
