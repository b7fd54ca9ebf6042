import { createServer, type IncomingHttpHeaders } from "node:http"
import type { AddressInfo } from "node:net"
import { Deferred, Effect, Exit, FiberId } from "effect"

/** What a collector was sent. */
export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A collector that runs. */
export interface Collector {
  readonly url: string
  readonly received: Array<Received>
  /** When it was asked anything. */
  readonly asked: Effect.Effect<void>
  readonly close: () => void
}

/** A collector on the loopback, until the scope closes; `answer` is the status it answers with. */
export const collector = (answer: number | "never" = 200) =>
  Effect.acquireRelease(
    Effect.async<Collector>((resume) => {
      const received: Array<Received> = []
      const asked = Deferred.unsafeMake<void>(FiberId.none)
      const server = createServer((request, response) => {
        const pieces: Array<Buffer> = []
        request.on("data", (piece) => pieces.push(piece))
        request.on("end", () => {
          received.push({ path: request.url ?? "", headers: request.headers, body: Buffer.concat(pieces).toString() })
          Deferred.unsafeDone(asked, Exit.void)
          if (answer !== "never") {
            response.writeHead(answer, { "content-type": "application/json" }).end("{}")
          }
        })
      })
      const close = () => {
        server.closeAllConnections()
        server.close()
      }
      server.listen(0, "127.0.0.1", () => {
        const { port }: AddressInfo = Object.assign({ port: 0, address: "", family: "" }, server.address())
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, received, asked: Deferred.await(asked), close }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )
