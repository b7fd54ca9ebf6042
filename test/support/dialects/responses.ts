import { calling, frame, replies } from "../responsesServer.js"
import { type Dialect, objectsIn } from "./Dialect.js"

/** The Responses API, after the types of `openai` 7.59.0 (`resources/responses/responses.d.ts`). */
export const responsesDialect: Dialect = {
  api: "openai",
  path: "/v1/responses",
  base: (url) => url,
  ok: replies.ok,
  costing: replies.costing,
  usage: (input_tokens, output_tokens, total_tokens) => ({
    input_tokens,
    output_tokens,
    ...(total_tokens === undefined ? {} : { total_tokens })
  }),
  cachedUsage: (input_tokens, cached_tokens, output_tokens) => ({
    input_tokens,
    input_tokens_details: { cached_tokens, cache_write_tokens: 0 },
    output_tokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input_tokens + output_tokens
  }),
  refusal: replies.refusal,
  incomplete: replies.incomplete,
  failedWith: replies.failedWith,
  status: replies.status,
  tooLong: replies.tooLong,
  cut: replies.cut,
  reset: replies.reset,
  endless: () => ({
    body: frame({
      type: "response.output_item.done",
      item: { type: "reasoning", text: "x".repeat(1_000_000) }
    }).repeat(30),
    end: "hang"
  }),
  calling,
  toolOutputs: (request) => {
    const input = objectsIn(request.body["input"])
    const from = input.findLastIndex(({ type }) => type === "function_call")
    return input.slice(from + 1).flatMap(({ output }) => (output === undefined ? [] : [String(output)]))
  }
}
