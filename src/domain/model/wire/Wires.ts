import type { Api } from "../Api.js"
import { chatCompletions } from "./ChatCompletions.js"
import { messages } from "./Messages.js"
import { responses } from "./Responses.js"
import type { Wire } from "./Wire.js"

/** The wire form of each API. */
export const wires: { readonly [Name in Api]: Wire } = {
  openai: responses,
  chat: chatCompletions,
  anthropic: messages
}
