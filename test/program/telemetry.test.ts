import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { collector, type Received } from "../support/collector.js"
import { mainPath, runMain, start, temporaryFolder, write } from "../support/program.js"
import { runInProcess } from "../support/programInProcess.js"
import { replies, serve } from "../support/responsesServer.js"
import { simpleSession, startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { traceAbout } from "../../src/testing/World.js"
import { nonEmpty } from "../support/nonEmpty.js"

const canary = "canary-of-the-harbour"

/** The variables of a collector that is waited for, however busy this machine is. */
const telling = (url: string) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_TIMEOUT: "600000" })

/** A home of two sessions, both with a text that is theirs alone. */
const home = Effect.map(temporaryFolder, (folder) => {
  const codex = join(folder, "codex")
  for (const number of [1, 2]) {
    const path = `sessions/2026/03/02/rollout-2026-03-02T09-00-00-${threadIdOf(number)}.jsonl`
    const start = startOfFixtures + number * 60_000
    write(join(codex, path), simpleSession({ id: threadIdOf(number), start, request: `Mend the ${canary} ${number}` }))
  }
  return ["--codex-home", codex, "--memories-home", join(folder, "memories")]
})

const Attributes = Schema.Array(
  Schema.Struct({ key: Schema.String, value: Schema.Record({ key: Schema.String, value: Schema.Unknown }) })
)
const Resource = Schema.Struct({ attributes: Attributes })
const Span = Schema.Struct({
  traceId: Schema.String.pipe(Schema.pattern(/^[0-9a-f]{32}$/)),
  spanId: Schema.String.pipe(Schema.pattern(/^[0-9a-f]{16}$/)),
  parentSpanId: Schema.optional(Schema.String),
  name: Schema.String,
  kind: Schema.Int,
  startTimeUnixNano: Schema.BigInt,
  endTimeUnixNano: Schema.BigInt,
  attributes: Attributes,
  status: Schema.Struct({ code: Schema.optional(Schema.Int) })
})
const Traces = Schema.Struct({
  resourceSpans: Schema.Tuple(
    Schema.Struct({ resource: Resource, scopeSpans: Schema.Tuple(Schema.Struct({ spans: Schema.Array(Span) })) })
  )
})
const Point = Schema.Struct({
  attributes: Attributes,
  asInt: Schema.optional(Schema.NumberFromString),
  count: Schema.optional(Schema.NumberFromString),
  bucketCounts: Schema.optional(Schema.Array(Schema.NumberFromString)),
  explicitBounds: Schema.optional(Schema.Array(Schema.Number))
})
const Points = Schema.Struct({ aggregationTemporality: Schema.Literal(2), dataPoints: Schema.Array(Point) })
const Metrics = Schema.Struct({
  resourceMetrics: Schema.Tuple(
    Schema.Struct({
      resource: Resource,
      scopeMetrics: Schema.Tuple(
        Schema.Struct({
          metrics: Schema.Array(
            Schema.Struct({
              name: Schema.String,
              sum: Schema.optional(Points),
              histogram: Schema.optional(Points)
            })
          )
        })
      )
    })
  )
})
const decodeTraces = Schema.decodeUnknownSync(Schema.parseJson(Traces))
const decodeMetrics = Schema.decodeUnknownSync(Schema.parseJson(Metrics))

const spansOf = (received: ReadonlyArray<Received>) =>
  received
    .filter(({ path }) => path === "/v1/traces")
    .flatMap(({ body }) => decodeTraces(body).resourceSpans[0].scopeSpans[0].spans)

const metricsOf = (received: ReadonlyArray<Received>) => {
  const [last] = received.filter(({ path }) => path === "/v1/metrics").slice(-1)
  assert.isDefined(last)
  return decodeMetrics(last.body).resourceMetrics[0].scopeMetrics[0].metrics
}

const textOf = (attributes: typeof Attributes.Type, name: string): unknown =>
  attributes.find(({ key }) => key === name)?.value["stringValue"]

describe("telemetry of a pass", () => {
  it.scoped("a pass sends its spans, in one trace, and its metrics, and no text of a session", () =>
    Effect.gen(function* () {
      const { received, url } = yield* collector()
      const ended = yield* runMain([...(yield* home), "--json"], telling(`${url}/`))
      assert.deepStrictEqual([ended.code, ended.stderr], [0, ""])

      const spans = spansOf(received)
      assert.lengthOf([...new Set(spans.map(({ traceId }) => traceId))], 1)
      const byId = new Map(spans.map((span) => [span.spanId, span]))
      const around = (span: (typeof spans)[number]): ReadonlyArray<string> => {
        const parent = byId.get(span.parentSpanId ?? "")
        return [span.name, ...(parent === undefined ? [] : around(parent))]
      }
      const extracted = spans.filter(({ name }) => name === "PhaseOne.extract")
      assert.deepStrictEqual(extracted.map(({ attributes }) => textOf(attributes, "threadId")).sort(), [
        threadIdOf(1),
        threadIdOf(2)
      ])
      assert.deepStrictEqual(
        extracted.map(around),
        extracted.map(() => ["PhaseOne.extract", "PhaseOne.run", "Pipeline.runPass", "rollout-memories"])
      )
      assert.include(spans.flatMap(around), "PhaseTwo.consolidate")
      assert.isTrue(
        nonEmpty(spans).every(({ endTimeUnixNano, startTimeUnixNano }) => endTimeUnixNano >= startTimeUnixNano)
      )

      const metrics = metricsOf(received)
      const extractions = metrics.find(({ name }) => name === "rollout_memories_extractions")
      assert.deepStrictEqual(
        extractions?.sum?.dataPoints.map(({ asInt, attributes }) => [textOf(attributes, "outcome"), asInt]),
        [["extracted", 2]]
      )
      const [durations] =
        metrics.find(({ name }) => name === "rollout_memories_extraction_duration")?.histogram?.dataPoints ?? []
      assert.isDefined(durations)
      assert.strictEqual(durations.count, 2)
      assert.strictEqual(
        durations.bucketCounts?.reduce((sum, count) => sum + count, 0),
        2
      )
      assert.strictEqual(durations.bucketCounts?.length, (durations.explicitBounds?.length ?? 0) + 1)

      for (const { body, headers, path } of nonEmpty(received)) {
        assert.include(["/v1/traces", "/v1/metrics"], path)
        assert.strictEqual(headers["content-type"], "application/json")
        assert.notInclude(body, canary)
        assert.isUndefined(headers["traceparent"])
      }
    })
  )

  it.scoped("other commands send spans too, without words that are searched for or noted", () =>
    Effect.gen(function* () {
      const { received, url } = yield* collector()
      const args = yield* home
      yield* runInProcess(args)
      for (const words of [["search", canary], ["remember", "--cwd", "/home/ada/projects/ferry", canary], ["plan"]]) {
        received.length = 0
        const ended = yield* runInProcess([...words, ...args], telling(url))
        assert.strictEqual(ended.code, 0, ended.stderr)
        assert.include(
          spansOf(received).map(({ name }) => name),
          "rollout-memories"
        )
        nonEmpty(received).forEach(({ body }) => assert.notInclude(body, canary))
      }
    })
  )

  it.scoped("a pass with a model sends neither key, request nor answer, and the server gets no trace", () =>
    Effect.gen(function* () {
      const { received, url } = yield* collector()
      const key = "a-key-of-the-harbour-master"
      const server = yield* serve((request, index) =>
        index === 0
          ? replies.ok(JSON.stringify(traceAbout(canary)))(request)
          : replies.status(400, { message: canary })()
      )
      const ended = yield* runInProcess([...(yield* home), "--model", "openai:small", "--agent", "offline"], {
        ...telling(url),
        OPENAI_BASE_URL: server.baseUrl,
        OPENAI_API_KEY: key
      })
      assert.strictEqual(ended.code, 1, ended.stderr)
      assert.include(ended.stderr, canary)
      const spans = spansOf(received)
      assert.includeMembers(
        spans.map(({ name }) => name),
        ["ModelClient.stream", "ServedModel.attempt"]
      )
      assert.include(
        spans.map(({ attributes }) => textOf(attributes, "error.type")),
        "RequestRejected"
      )
      for (const { body } of nonEmpty(received)) {
        assert.notInclude(body, canary)
        assert.notInclude(body, key)
      }
      assert.lengthOf(server.requests, 2)
      for (const { headers, text } of nonEmpty(server.requests)) {
        assert.include(text, canary)
        assert.isUndefined(headers["traceparent"])
        assert.isUndefined(headers["b3"])
      }
    })
  )

  it.scoped("a pass sends its resource and its headers as OpenTelemetry's variables set them", () =>
    Effect.gen(function* () {
      const { received, url } = yield* collector()
      const ended = yield* runInProcess([...(yield* home), "--limit", "0"], {
        ...telling(url),
        OTEL_EXPORTER_OTLP_HEADERS: "x-api-key=a%20key, x-other = b=c ",
        OTEL_SERVICE_NAME: "ferry-memories",
        OTEL_RESOURCE_ATTRIBUTES: "service.name=not%20this,deployment.environment=pier%2C1"
      })
      assert.strictEqual(ended.code, 0, ended.stderr)
      const [first] = received
      assert.isDefined(first)
      assert.deepStrictEqual([first.headers["x-api-key"], first.headers["x-other"]], ["a key", "b=c"])
      const { attributes } = decodeTraces(first.body).resourceSpans[0].resource
      assert.deepStrictEqual(attributes, [
        { key: "service.name", value: { stringValue: "ferry-memories" } },
        { key: "deployment.environment", value: { stringValue: "pier,1" } }
      ])
    })
  )

  it.scoped("a failing pass sends what failed, without the message", () =>
    Effect.gen(function* () {
      const { received, url } = yield* collector()
      const ended = yield* runInProcess(
        [...(yield* home), "--agent", "command", "--agent-command", `echo ${canary} >&2; exit 3`],
        telling(url)
      )
      assert.strictEqual(ended.code, 1)
      const failed = spansOf(received).filter(({ status }) => status.code === 2)
      assert.include(
        failed.map(({ attributes }) => textOf(attributes, "error.type")),
        "AgentFailure"
      )
      nonEmpty(received).forEach(({ body }) => assert.notInclude(body, canary))
      nonEmpty(received).forEach(({ body }) => assert.notInclude(body, "stacktrace"))
    })
  )

  it.scoped("an interrupted pass sends what it did, and that it was interrupted", () =>
    Effect.gen(function* () {
      const { received, url } = yield* collector()
      const agent = yield* collector()
      const begun = `${process.execPath} -e "fetch(process.argv[1])" ${agent.url} && sleep 600`
      const running = start(mainPath, [...(yield* home), "--agent", "command", "--agent-command", begun], {
        ...telling(url)
      })
      yield* agent.asked
      running.child.kill("SIGINT")
      const ended = yield* running.ended
      assert.deepStrictEqual([ended.code, ended.stderr], [130, ""])
      const pass = spansOf(received).find(({ name }) => name === "Pipeline.runPass")
      assert.isDefined(pass)
      assert.deepStrictEqual(pass.status, {})
      assert.isTrue(pass.attributes.some(({ key }) => key === "interrupted"))
    })
  )

  for (const [name, variables] of [
    ["not set", {}],
    ["empty", { OTEL_EXPORTER_OTLP_ENDPOINT: " " }]
  ] as const) {
    it.scoped(`a pass connects to no collector if the endpoint is ${name}`, () =>
      Effect.gen(function* () {
        const { received, url } = yield* collector()
        const ended = yield* runInProcess(yield* home, { ...variables, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url })
        assert.strictEqual(ended.code, 0, ended.stderr)
        assert.deepStrictEqual(received, [])
      })
    )
  }
})

const isOneLine = (stderr: string, words: string) => {
  assert.lengthOf(stderr.trimEnd().split("\n"), 1, stderr)
  assert.include(stderr, words)
}

describe("collectors that accept nothing", () => {
  for (const [name, answer, words] of [
    ["answers with 500", 500, "HTTP 500"],
    ["redirects", 302, "could not be reached"]
  ] as const) {
    it.scoped(`a collector that ${name} does not affect the pass, and is reported in one line on stderr`, () =>
      Effect.gen(function* () {
        const { received, url } = yield* collector(answer)
        const ended = yield* runInProcess([...(yield* home), "--json"], telling(url))
        assert.strictEqual(ended.code, 0, ended.stderr)
        assert.strictEqual(JSON.parse(ended.stdout).extracted.length, 2)
        assert.isAbove(received.length, 0)
        isOneLine(ended.stderr, words)
      })
    )
  }

  it.scoped("a collector that never answers is not waited for, and is reported in one line on stderr", () =>
    Effect.gen(function* () {
      const { url } = yield* collector("never")
      const ended = yield* runMain([...(yield* home), "--json"], { OTEL_EXPORTER_OTLP_ENDPOINT: url })
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.strictEqual(JSON.parse(ended.stdout).extracted.length, 2)
      isOneLine(ended.stderr, "took too long")
    })
  )

  it.scoped("a collector that is down does not affect the pass, and is reported in one line on stderr", () =>
    Effect.gen(function* () {
      const { close, url } = yield* collector()
      close()
      const ended = yield* runInProcess([...(yield* home), "--json"], telling(url))
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.strictEqual(JSON.parse(ended.stdout).extracted.length, 2)
      isOneLine(ended.stderr, "could not be reached")
    })
  )

  it.scoped("a failing collector is not reported with log level none", () =>
    Effect.gen(function* () {
      const { url } = yield* collector(500)
      const ended = yield* runInProcess([...(yield* home), "--log-level", "none"], telling(url))
      assert.deepStrictEqual([ended.code, ended.stderr], [0, ""])
    })
  )
})

describe("invalid variables of the collector", () => {
  for (const [variable, value, shown] of [
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318", '"localhost:4318"'],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "http://ada:hunter2hunter2@localhost:4318", "[REDACTED_SECRET]"],
    ["OTEL_EXPORTER_OTLP_HEADERS", "x-api-key", "name=value"],
    ["OTEL_EXPORTER_OTLP_HEADERS", "x-api-key=100%", "name=value"],
    ["OTEL_EXPORTER_OTLP_HEADERS", "x-api-key=a%0Ab", "name=value"],
    ["OTEL_RESOURCE_ATTRIBUTES", "pier", "name=value"],
    ["OTEL_EXPORTER_OTLP_TIMEOUT", "soon", '"soon"'],
    ["OTEL_EXPORTER_OTLP_TIMEOUT", "0", "1 to 600000"]
  ] as const) {
    it.scoped(`an invalid variable of the collector exits 2 with one line: ${variable}=${value}`, () =>
      Effect.gen(function* () {
        const ended = yield* runInProcess(yield* home, {
          OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
          [variable]: value
        })
        assert.deepStrictEqual([ended.code, ended.stdout], [2, ""])
        isOneLine(ended.stderr, `rollout-memories: ${variable}: expected`)
        assert.include(ended.stderr, shown)
        assert.notInclude(ended.stderr, "hunter2")
      })
    )
  }
})
