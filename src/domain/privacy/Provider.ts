import type { Thread } from "../thread/Thread.js"

/**
 * Returns the name of a model server in the way of Codex: `openai` and `anthropic` for the vendors' own, else its host
 * with the port.
 */
export const providerOf = (baseUrl: string): string => {
  const { host } = new URL(baseUrl)
  return host === "api.openai.com" ? "openai" : host === "api.anthropic.com" ? "anthropic" : host
}

/**
 * True if the session may be sent to the provider: it was recorded with the same one. An undefined provider means that
 * nothing leaves the machine, which is always allowed; a session without a recorded provider is never sent.
 */
export const mayBeSentTo = (provider: string | undefined, { modelProvider }: Pick<Thread, "modelProvider">): boolean =>
  provider === undefined || modelProvider === provider
