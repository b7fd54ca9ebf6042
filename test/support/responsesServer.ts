/**
 * A server with a Responses API on the loopback, faithful to the wire: what it is told to say goes out as server-sent events,
 * cut into pieces of any size, and every request is written down.
 */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { Effect, Runtime } from "effect"
import { countTokens } from "gpt-tokenizer/encoding/o200k_base"

/** A request as it came in. */
export interface SeenRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly body: Record<string, unknown>
}

/** What is said, and how it goes out. */
export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
  /** How the body is written; UTF-8 where it is not said. */
  readonly encoding?: "latin1"
  /** Bytes of each piece; undefined sends the whole at once. */
  readonly pieces?: number
  /** `reset` breaks the connection, `hang` leaves it open for ever. */
  readonly end?: "end" | "reset" | "hang"
  /** Milliseconds before the first byte. */
  readonly delay?: number
  /** Whether it may go out yet. */
  readonly ready?: () => boolean
}

/** One event as it stands on the wire. */
export const frame = (event: { readonly type: string; readonly [field: string]: unknown }): string =>
  `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`

/** The texts of a request that its model reads. */
const textOf = (body: Record<string, unknown>): string => {
  const parts: Array<string> = [String(body["instructions"] ?? body["system"] ?? "")]
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) {
      value.forEach(walk)
    } else if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if (typeof inner === "string" && ["text", "content", "output", "arguments"].includes(key)) {
          parts.push(inner)
        } else {
          walk(inner)
        }
      }
    }
  }
  walk(body["input"])
  walk(body["messages"])
  return parts.join("\n")
}

/** What a request's text comes to, in tokens of o200k_base. */
export const tokensOf = (body: Record<string, unknown>): number => {
  const text = textOf(body)
  let tokens = 0
  for (let at = 0; at < text.length; at += 2_000) {
    tokens += countTokens(text.slice(at, at + 2_000), { disallowedSpecial: new Set() })
  }
  return tokens
}

const usageOf = (request: SeenRequest, outputTokens = 50) => {
  const { tools = [] } = request.body
  const input = tokensOf(request.body) + tokensOf({ instructions: JSON.stringify(tools) })
  return { input_tokens: input, output_tokens: outputTokens, total_tokens: input + outputTokens }
}

const message = (text: string) => ({
  id: "msg_1",
  type: "message",
  role: "assistant",
  status: "completed",
  content: [{ type: "output_text", text, annotations: [] }]
})

const pieces = (text: string, size: number): ReadonlyArray<string> =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, index) => text.slice(index * size, (index + 1) * size))

/** Every event of a whole answer, in the order that OpenAI sends them, with one that nobody knows and a comment between. */
const events = (request: SeenRequest, text: string, outputTokens?: number): ReadonlyArray<string> => [
  frame({ type: "response.created", sequence_number: 0, response: { id: "resp_1", status: "in_progress" } }),
  ": keep-alive\n\n",
  frame({ type: "keepalive", sequence_number: 1 }),
  frame({ type: "response.output_item.added", output_index: 0, item: { type: "message" } }),
  "data: not JSON at all\n\n",
  ...pieces(text, 17).map((delta) => frame({ type: "response.output_text.delta", output_index: 0, delta })),
  frame({ type: "response.output_text.done", output_index: 0, text }),
  frame({ type: "response.output_item.done", output_index: 0, item: message(text) }),
  frame({
    type: "response.completed",
    response: { id: "resp_1", status: "completed", output: [message(text)], usage: usageOf(request, outputTokens) }
  })
]

/** What a server may say. */
export const replies = {
  ok:
    (text: string, options: Partial<Reply> & { readonly outputTokens?: number } = {}) =>
    (request: SeenRequest): Reply => ({ ...options, body: events(request, text, options.outputTokens).join("") }),
  /** As little as a small server gets by with: items and their cost, no deltas. */
  minimal: (text: string) => (): Reply => ({
    body:
      frame({
        type: "response.output_item.done",
        item: { type: "message", content: [{ type: "output_text", text }] }
      }) + frame({ type: "response.completed", response: {} })
  }),
  /** A whole answer, with whatever is to be said of its cost. */
  costing: (text: string, usage: unknown) => (): Reply => ({
    body:
      frame({ type: "response.output_item.done", item: message(text) }) +
      frame({ type: "response.completed", response: { status: "completed", usage } })
  }),
  refusal: (): Reply => ({
    body: [
      frame({ type: "response.refusal.delta", delta: "I cannot help with that" }),
      frame({
        type: "response.output_item.done",
        item: { type: "message", content: [{ type: "refusal", refusal: "I cannot help with that" }] }
      }),
      frame({
        type: "response.completed",
        response: { status: "completed", usage: { input_tokens: 10, output_tokens: 6 } }
      })
    ].join("")
  }),
  incomplete: (): Reply => ({
    body: [
      frame({ type: "response.output_text.delta", delta: '{"traceMemory":"# half' }),
      frame({
        type: "response.incomplete",
        response: {
          status: "incomplete",
          incomplete_details: { reason: "max_output_tokens" },
          usage: { input_tokens: 10, output_tokens: 100 }
        }
      })
    ].join("")
  }),
  failedWith: (code: string, message: string) => (): Reply => ({
    body: frame({ type: "response.failed", response: { status: "failed", error: { code, message } } })
  }),
  errorEvent: (): Reply => ({
    body: frame({ type: "error", code: "server_error", message: "something broke", param: null })
  }),
  status:
    (status: number, error: unknown, headers: Readonly<Record<string, string>> = {}) =>
    (): Reply => ({
      status,
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ error })
    }),
  tooLong: (): Reply => ({
    status: 400,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      error: {
        code: "context_length_exceeded",
        type: "invalid_request_error",
        message: "Your input exceeds the context window of this model."
      }
    })
  }),
  html: (): Reply => ({
    headers: { "content-type": "text/html" },
    body: "<!doctype html><html><body>Welcome to the router</body></html>"
  }),
  /** Ends before `completed` does. */
  cut:
    (text: string) =>
    (request: SeenRequest): Reply => ({ body: events(request, text).slice(0, -1).join("") }),
  /** Breaks in the middle of a frame. */
  reset:
    (text: string) =>
    (request: SeenRequest): Reply => {
      const body = events(request, text).join("")
      return { body: body.slice(0, Math.floor(body.length / 2) + 3), end: "reset" }
    },
  silent: (): Reply => ({ body: "", end: "hang" })
} as const

/** A call of a tool, its parameters as they stand on the wire. */
export interface Call {
  readonly name: string
  readonly parameters: unknown
}

let callsMade = 0

/** A turn of an agent that calls tools. */
export const calling =
  (...calls: ReadonlyArray<Call>) =>
  (request: SeenRequest): Reply => ({
    body: [
      frame({ type: "response.output_item.done", item: { id: "rs_1", type: "reasoning", summary: [] } }),
      ...calls.map(({ name, parameters }) =>
        frame({
          type: "response.output_item.done",
          item: {
            id: `fc_${++callsMade}`,
            type: "function_call",
            call_id: `call_${callsMade}`,
            name,
            arguments: typeof parameters === "string" ? parameters : JSON.stringify(parameters)
          }
        })
      ),
      frame({ type: "response.completed", response: { status: "completed", usage: usageOf(request) } })
    ].join("")
  })

/** What the tools said to the calls of the turn before, in order. */
export const toolOutputs = ({ body }: SeenRequest): ReadonlyArray<string> => {
  const items: ReadonlyArray<unknown> = Array.isArray(body["input"]) ? body["input"] : []
  const outputs = items.map((item) =>
    typeof item === "object" && item !== null && "output" in item ? String(item.output) : undefined
  )
  const from = outputs.lastIndexOf(undefined)
  return outputs.slice(from + 1).filter((output) => output !== undefined)
}

/** Decides what a request is answered with; `index` counts the requests from 0. */
export type Script = (request: SeenRequest, index: number) => Reply

const turn = Effect.async<void>((resume) => {
  setImmediate(() => resume(Effect.void))
})

const send = Effect.fnUntraced(function* (response: ServerResponse, reply: Reply) {
  const bytes = Buffer.from(reply.body, reply.encoding ?? "utf8")
  const size = reply.pieces ?? bytes.length
  if (reply.delay !== undefined) {
    yield* Effect.sleep(reply.delay)
  }
  while (reply.ready?.() === false) {
    yield* turn
  }
  response.writeHead(reply.status ?? 200, { "content-type": "text/event-stream", ...reply.headers })
  response.flushHeaders()
  for (let at = 0; at < bytes.length && !response.destroyed; at += size) {
    response.write(bytes.subarray(at, at + size))
    yield* turn
  }
  if (reply.end === "reset") {
    yield* turn
    response.socket?.resetAndDestroy()
  } else if (reply.end !== "hang") {
    response.end()
  }
})

/** The server: its address, what it was asked, and what it is to say. */
class ResponsesServer {
  readonly requests: Array<SeenRequest> = []
  /** Requests whose client went away before they were answered. */
  dropped = 0
  connections = 0
  inFlight = 0
  mostInFlight = 0
  baseUrl = ""
  script: Script

  constructor(script: Script) {
    this.script = script
  }
}

/** A server that runs as long as the scope does. */
export const serve = (script: Script) =>
  Effect.gen(function* () {
    const state = new ResponsesServer(script)
    const runtime = yield* Effect.runtime()
    const run = (effect: Effect.Effect<void>) => void Runtime.runFork(runtime)(effect)
    const server = createServer((incoming, response) => {
      const chunks: Array<Buffer> = []
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk))
      incoming.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8")
        const body: Record<string, unknown> = text === "" ? {} : JSON.parse(text)
        const request = { path: incoming.url ?? "", headers: incoming.headers, text, body }
        const index = state.requests.push(request) - 1
        state.inFlight++
        state.mostInFlight = Math.max(state.mostInFlight, state.inFlight)
        response.on("close", () => {
          state.inFlight--
          state.dropped += response.writableEnded ? 0 : 1
        })
        run(send(response, state.script(request, index)))
      })
    })
    server.on("connection", () => void state.connections++)
    server.on("clientError", (_, socket) => socket.destroy())
    yield* Effect.acquireRelease(
      Effect.async<void>((resume) => {
        server.listen(0, "127.0.0.1", () => resume(Effect.void))
      }),
      () =>
        Effect.async<void>((resume) => {
          server.close(() => resume(Effect.void))
          server.closeAllConnections()
        })
    )
    const address: AddressInfo | string | null = server.address()
    state.baseUrl = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/v1`
    return state
  })
