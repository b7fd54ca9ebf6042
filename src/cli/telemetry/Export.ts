import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Mailbox from "effect/Mailbox"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import { type Collector, readCollector } from "./Collector.js"
import { metricsOf } from "./Metrics.js"
import { type EndedSpan, tracerOf, tracesOf } from "./Traces.js"
import { logWarning } from "../../services/Logging.js"
import { makeForProgram } from "../../services/Redactor.js"

/**
 * Capacity of the queue of spans that wait to be sent. Further spans are dropped, so that the program never waits for a
 * collector.
 */
const spansWaiting = 8_192

/**
 * Maximum number of spans in one request. `longestWait` is the maximum time that a span waits for its request to fill.
 */
const spansSent = 512
const longestWait = Duration.seconds(5)

/** Interval between two requests with metrics; the last one is sent at the end. */
const metricsInterval = Duration.seconds(10)

const reasonOf = (error: HttpClientError.HttpClientError | Cause.TimeoutException): string => {
  switch (error._tag) {
    case "ResponseError":
      return error.reason === "StatusCode" ? `it answered with HTTP ${error.response.status}` : "its answer broke off"
    case "RequestError":
      return "it could not be reached"
    case "TimeoutException":
      return "it took too long"
  }
}

/** An HTTP client that refuses redirects, since a redirect would take the headers to another server. */
const http = Layer.provideMerge(
  FetchHttpClient.layer,
  Layer.succeed(FetchHttpClient.RequestInit, { redirect: "error" })
)

/**
 * Sends spans and metrics to a collector until the scope closes. Data that the collector refuses is dropped, with one
 * warning.
 */
const start = Effect.fnUntraced(function* (collector: Collector) {
  const { endpoint, headers, timeLimit } = collector
  const from = yield* Clock.currentTimeMillis
  const spans = yield* Mailbox.make<EndedSpan>({ capacity: spansWaiting, strategy: "dropping" })
  const hasWarned = yield* Ref.make(false)
  const { redact } = yield* makeForProgram

  const warn = (reason: string) =>
    Effect.unlessEffect(
      Effect.flatMap(redact(`the collector at ${endpoint} did not accept spans and metrics: ${reason}`), logWarning),
      Ref.getAndSet(hasWarned, true)
    )

  const send = Effect.fnUntraced(
    function* (path: string, body: unknown) {
      const client = (yield* HttpClient.HttpClient).pipe(
        HttpClient.withTracerPropagation(false),
        HttpClient.filterStatusOk
      )
      const response = yield* client.post(`${endpoint}${path}`, { headers, body: HttpBody.unsafeJson(body) })
      // An unread response keeps its connection open, and the program running.
      yield* response.arrayBuffer
    },
    Effect.timeout(timeLimit),
    Effect.withTracerEnabled(false),
    Effect.catchAll((error) => warn(reasonOf(error)))
  )

  const sendMetrics = Effect.gen(function* () {
    const metrics = yield* Metric.snapshot
    const until = yield* Clock.currentTimeMillis
    if (metrics.length > 0) {
      yield* send("/v1/metrics", metricsOf(collector, metrics, { from, until }))
    }
  })

  const sendAll = Effect.gen(function* () {
    const meanwhile = yield* Effect.fork(Effect.forever(Effect.delay(sendMetrics, metricsInterval)))
    yield* Mailbox.toStream(spans).pipe(
      Stream.groupedWithin(spansSent, longestWait),
      Stream.runForEach((batch) => send("/v1/traces", tracesOf(collector, batch)))
    )
    yield* Fiber.interrupt(meanwhile)
    yield* sendMetrics
  })

  const sending = yield* sendAll.pipe(Effect.provide(http), Effect.interruptible, Effect.forkDaemon)

  const stop = Effect.gen(function* () {
    yield* spans.end
    // In a fiber of its own, as the fiber that ends the work may be interrupted already, and then does not wait.
    const waiting = yield* Fiber.await(sending).pipe(
      Effect.timeoutOption(timeLimit),
      Effect.interruptible,
      Effect.forkDaemon
    )
    if (Option.isNone(yield* Fiber.join(waiting))) {
      yield* Fiber.interruptFork(sending)
      yield* warn("it took too long")
    }
  })

  return { tracer: tracerOf((span) => spans.unsafeOffer(span)), stop }
})

/** Runs work in a root span, and sends its spans and metrics to the collector at `endpoint`; see `withTelemetry`. */
export const exporting = <A, E, R>(endpoint: string, work: Effect.Effect<A, E, R>) =>
  Effect.flatMap(readCollector(endpoint), (collector) =>
    Effect.acquireUseRelease(
      start(collector),
      ({ tracer }) => work.pipe(Effect.withSpan("rollout-memories"), Effect.withTracer(tracer)),
      ({ stop }) => stop
    )
  )
