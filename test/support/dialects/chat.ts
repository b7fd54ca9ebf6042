import { type Call, type Reply, type Script, type SeenRequest, tokensOf } from "../responsesServer.js"
import { brokenOff, type Dialect, objectsIn } from "./Dialect.js"

/** One chunk as it stands on the wire. */
const chunk = (fields: Readonly<Record<string, unknown>>): string =>
  `data: ${JSON.stringify({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "m", ...fields })}\n\n`

const choice = (delta: unknown, finish_reason: string | null = null): string =>
  chunk({ choices: [{ index: 0, delta, logprobs: null, finish_reason }] })

const done = "data: [DONE]\n\n"

const usage = (prompt_tokens: unknown, completion_tokens: unknown, total_tokens?: unknown) => ({
  prompt_tokens,
  completion_tokens,
  ...(total_tokens === undefined ? {} : { total_tokens })
})

const usageOf = (request: SeenRequest) => {
  const { tools = [] } = request.body
  const input = tokensOf(request.body) + tokensOf({ instructions: JSON.stringify(tools) })
  return usage(input, 50, input + 50)
}

/** The events of a whole answer as OpenAI sends them: the counts come in a chunk of their own, without a choice. */
const events = (text: string, counts: unknown): ReadonlyArray<string> => [
  choice({ role: "assistant", content: "", refusal: null }),
  ": keep-alive\n\n",
  "data: not JSON at all\n\n",
  ...(text.match(/[^]{1,17}/g) ?? []).map((content) => choice({ content })),
  choice({}, "stop"),
  chunk({ choices: [], usage: counts }),
  done
]

let callsMade = 0

const calling =
  (...calls: ReadonlyArray<Call>): Script =>
  (request) => ({
    body: [
      choice({ role: "assistant", content: null }),
      ...calls.flatMap(({ name, parameters }, index) => {
        const text = typeof parameters === "string" ? parameters : JSON.stringify(parameters)
        return [
          choice({
            tool_calls: [{ index, id: `call_${++callsMade}`, type: "function", function: { name, arguments: "" } }]
          }),
          ...(text.match(/[^]{1,40}/g) ?? []).map((piece) =>
            choice({ tool_calls: [{ index, function: { arguments: piece } }] })
          )
        ]
      }),
      choice({}, "tool_calls"),
      chunk({ choices: [], usage: usageOf(request) }),
      done
    ].join("")
  })

const ok =
  (text: string, options: Partial<Reply> = {}): Script =>
  (request) => ({ ...options, body: events(text, usageOf(request)).join("") })

const status: Dialect["status"] =
  (status, error, headers = {}) =>
  () => ({
    status,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ error: { param: null, type: "invalid_request_error", code: null, ...error } })
  })

/** Chat Completions, after the types of `openai` 7.59.0 (`resources/chat/completions/completions.d.ts`). */
export const chatDialect: Dialect = {
  api: "chat",
  path: "/v1/chat/completions",
  base: (url) => url,
  ok,
  costing: (text, usage) => () => ({
    body: [choice({ role: "assistant", content: text }), choice({}, "stop"), chunk({ choices: [], usage }), done].join(
      ""
    )
  }),
  usage,
  cachedUsage: (input, cached_tokens, output) => ({
    ...usage(input, output, input + output),
    prompt_tokens_details: { cached_tokens, audio_tokens: 0 }
  }),
  refusal: () => ({
    body: [
      choice({ role: "assistant", content: null, refusal: "I cannot help with that" }),
      choice({}, "stop"),
      chunk({ choices: [], usage: usage(10, 6, 16) }),
      done
    ].join("")
  }),
  incomplete: () => ({
    body: [
      choice({ content: '{"traceMemory":"# half' }),
      choice({}, "length"),
      chunk({ choices: [], usage: usage(10, 100, 110) }),
      done
    ].join("")
  }),
  failedWith: (code, message) => () => ({ body: chunk({ error: { code, message } }) }),
  status,
  tooLong: status(400, {
    code: "context_length_exceeded",
    message: "This model's maximum context length is 128000 tokens."
  }),
  cut: (text) => (request) => ({ body: events(text, usageOf(request)).slice(0, -3).join("") }),
  reset: (text) => brokenOff(ok(text)),
  endless: () => ({ body: choice({ content: "x".repeat(1_000_000) }).repeat(30), end: "hang" }),
  calling,
  toolOutputs: ({ body }) => {
    const messages = objectsIn(body["messages"])
    const from = messages.findLastIndex(({ role }) => role === "assistant")
    return messages.slice(from + 1).flatMap(({ content, role }) => (role === "tool" ? [String(content)] : []))
  }
}
