/**
 * A server with a Responses API that takes 200 ms for each answer and builds the answer from the request's text. Prints
 * its URL, and ends with its stdin.
 */
import { once } from "node:events"
import { createServer, type IncomingMessage, request } from "node:http"
import type { AddressInfo } from "node:net"
import { setTimeout as wait } from "node:timers/promises"

const trace =
  "# What was done\nTrace context: bench\nUser preferences: none observed\n\n## Task: bench\nOutcome: success\n" +
  "- a step that was taken\n".repeat(100)

const answer = JSON.stringify({ traceMemory: trace, summary: "what was done" })

const frame = (event: { readonly type: string; readonly [field: string]: unknown }): string =>
  `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`

const deltas = Array.from({ length: Math.ceil(answer.length / 20) }, (_, index) =>
  frame({ type: "response.output_text.delta", delta: answer.slice(index * 20, (index + 1) * 20) })
).join("")

const body =
  frame({ type: "response.created", response: {} }) +
  deltas +
  frame({ type: "response.completed", response: { usage: { input_tokens: 30_000, output_tokens: 700 } } })

const server = createServer((asked, response) => {
  asked.resume()
  asked.on("end", () => {
    void wait(200).then(() => {
      response.writeHead(200, { "content-type": "text/event-stream" })
      response.end(body)
    })
  })
})

/** Sends requests to itself, since the measurement is about the client and not about a new server's start. */
const warmUp = (url: string) =>
  Promise.all(
    Array.from({ length: 24 }, async () => {
      const asked = request(url, { method: "POST" })
      asked.end("a".repeat(120_000))
      const [response]: ReadonlyArray<IncomingMessage> = await once(asked, "response")
      response?.resume()
    })
  )

server.listen(0, "127.0.0.1", () => {
  const address: AddressInfo | string | null = server.address()
  const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/v1`
  void warmUp(url).then(() => process.stdout.write(`${url}\n`))
})
process.stdin.resume()
process.stdin.on("end", () => process.exit(0))
