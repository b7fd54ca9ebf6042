import { type Call, frame, type Reply, type Script, type SeenRequest, tokensOf } from "../responsesServer.js"
import { brokenOff, type Dialect, objectsIn } from "./Dialect.js"

const usage = (input_tokens: unknown, output_tokens: unknown) => ({ input_tokens, output_tokens })

const inputOf = (request: SeenRequest): number => {
  const { tools = [] } = request.body
  return tokensOf(request.body) + tokensOf({ instructions: JSON.stringify(tools) })
}

const start = (counts: unknown): string =>
  frame({
    type: "message_start",
    message: {
      id: "msg_1",
      type: "message",
      role: "assistant",
      content: [],
      model: "m",
      stop_reason: null,
      stop_sequence: null,
      usage: counts
    }
  })

const block = (index: number, content_block: unknown, deltas: ReadonlyArray<unknown>): ReadonlyArray<string> => [
  frame({ type: "content_block_start", index, content_block }),
  ...deltas.map((delta) => frame({ type: "content_block_delta", index, delta })),
  frame({ type: "content_block_stop", index })
]

const end = (stop_reason: string, output_tokens: unknown, details: Readonly<Record<string, unknown>> = {}) => [
  frame({ type: "message_delta", delta: { stop_reason, stop_sequence: null, ...details }, usage: { output_tokens } }),
  frame({ type: "message_stop" })
]

const textDeltas = (text: string) => (text.match(/[^]{1,17}/g) ?? []).map((text) => ({ type: "text_delta", text }))

/** The events of a whole answer as Anthropic sends them, with a ping, thinking before it, and an event of the future. */
const events = (request: SeenRequest, text: string): ReadonlyArray<string> => [
  start(usage(inputOf(request), 1)),
  frame({ type: "ping" }),
  ...block(0, { type: "thinking", thinking: "", signature: "" }, [
    { type: "thinking_delta", thinking: "hm" },
    { type: "signature_delta", signature: "c2lnbmVk" }
  ]),
  frame({ type: "telemetry", note: "nobody knows" }),
  ...block(1, { type: "text", text: "" }, textDeltas(text)),
  ...end("end_turn", 50)
]

let callsMade = 0

const calling =
  (...calls: ReadonlyArray<Call>): Script =>
  (request) => ({
    body: [
      start(usage(inputOf(request), 1)),
      ...block(0, { type: "thinking", thinking: "", signature: "" }, [
        { type: "thinking_delta", thinking: "what next" },
        { type: "signature_delta", signature: "c2lnbmVk" }
      ]),
      ...calls.flatMap(({ name, parameters }, index) => {
        const text = typeof parameters === "string" ? parameters : JSON.stringify(parameters)
        return block(index + 1, { type: "tool_use", id: `toolu_${++callsMade}`, name, input: {} }, [
          { type: "input_json_delta", partial_json: "" },
          ...(text.match(/[^]{1,40}/g) ?? []).map((partial_json) => ({ type: "input_json_delta", partial_json }))
        ])
      }),
      ...end("tool_use", 50)
    ].join("")
  })

const ok =
  (text: string, options: Partial<Reply> = {}): Script =>
  (request) => ({ ...options, body: events(request, text).join("") })

const types: { readonly [status: number]: string } = {
  401: "authentication_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  500: "api_error",
  529: "overloaded_error"
}

const status: Dialect["status"] =
  (status, { message, type }, headers = {}) =>
  () => ({
    status,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({
      type: "error",
      error: { type: type ?? types[status] ?? "invalid_request_error", message },
      request_id: "req_1"
    })
  })

/** The Messages API, after the types of `@anthropic-ai/sdk` 1.14.0 (`resources/messages/messages.d.ts`). */
export const messagesDialect: Dialect = {
  api: "anthropic",
  path: "/v1/messages",
  base: (url) => url.replace(/\/v1$/, ""),
  ok,
  // The counts come in two events: those of the input first, those of the answer at its end.
  costing: (text, counts) => () => {
    const { output_tokens, ...first } = { output_tokens: undefined, ...(typeof counts === "object" ? counts : {}) }
    return {
      body: [
        start(typeof counts === "object" && counts !== null ? first : counts),
        ...block(0, { type: "text", text }, []),
        ...end("end_turn", output_tokens)
      ].join("")
    }
  },
  usage,
  cachedUsage: (input, cached, output_tokens) => ({
    input_tokens: input - cached,
    cache_read_input_tokens: cached,
    cache_creation_input_tokens: 0,
    output_tokens
  }),
  refusal: () => ({
    body: [
      start(usage(10, 1)),
      ...end("refusal", 6, {
        stop_details: { type: "refusal", category: null, explanation: "I cannot help with that" }
      })
    ].join("")
  }),
  incomplete: () => ({
    body: [
      start(usage(10, 1)),
      ...block(0, { type: "text", text: "" }, textDeltas('{"traceMemory":"# half')),
      ...end("max_tokens", 100)
    ].join("")
  }),
  failedWith: (type, message) => () => ({ body: frame({ type: "error", error: { type, message } }) }),
  status,
  tooLong: status(400, { message: "prompt is too long: 212345 tokens > 200000 maximum" }),
  cut: (text) => (request) => ({ body: events(request, text).slice(0, -2).join("") }),
  reset: (text) => brokenOff(ok(text)),
  endless: () => ({
    body:
      frame({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }) +
      frame({
        type: "content_block_delta",
        index: 0,
        delta: { type: "text_delta", text: "x".repeat(1_000_000) }
      }).repeat(30),
    end: "hang"
  }),
  calling,
  toolOutputs: ({ body }) =>
    objectsIn(objectsIn(body["messages"]).at(-1)?.["content"]).flatMap(({ content, type }) =>
      type === "tool_result" ? [String(content)] : []
    )
}
