import * as Anthropic from "../../../src/layers/model/server/Anthropic.js"
import * as OpenAi from "../../../src/layers/model/server/OpenAi.js"
import { chatDialect } from "./chat.js"
import type { Dialect } from "./Dialect.js"
import { messagesDialect } from "./messages.js"
import { responsesDialect } from "./responses.js"

/** Every API, with the layers that ask it. */
export const dialects: ReadonlyArray<{
  readonly dialect: Dialect
  readonly model: typeof OpenAi.model
  readonly agent: typeof OpenAi.agent
}> = [
  { dialect: responsesDialect, model: OpenAi.model, agent: OpenAi.agent },
  { dialect: chatDialect, model: OpenAi.model, agent: OpenAi.agent },
  { dialect: messagesDialect, model: Anthropic.model, agent: Anthropic.agent }
]
