import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Exit, Layer, Metric, Scope, Stream, Tracer } from "effect"
import * as MemoriesStartup from "../../src/host/MemoriesStartup.js"
import { extractions, tokens } from "../../src/pass/Metrics.js"
import { around, HostTracer } from "../support/hostTracer.js"
import { simpleSession, startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { answer, inWorld, type Services, traceAbout, World } from "../../src/testing/World.js"
import { nonEmpty } from "../support/nonEmpty.js"

const canary = "canary-of-the-harbour"

/** One pass at the start of a host's session, within the host's own span. */
const startedBy = Effect.fnUntraced(function* (host: HostTracer) {
  const scope = yield* Scope.make()
  const startup = MemoriesStartup.layer(
    { isEphemeral: false, isSubAgent: false, isEnabled: true },
    Layer.context<Services>()
  ).pipe(Layer.provide(Layer.setTracer(host.tracer)))
  const context = yield* Layer.buildWithScope(startup, scope).pipe(
    Effect.withParentSpan(Tracer.externalSpan({ spanId: "of the host", traceId: "the host's trace" }))
  )
  const outcome = yield* Context.get(context, MemoriesStartup.MemoriesStartup).ended
  yield* Scope.close(scope, Exit.void)
  return outcome
})

const counted = (counter: Metric.Metric.Counter<number>, key: string, value: string) =>
  Effect.map(Metric.value(Metric.tagged(counter, key, value)), ({ count }) => count)

const world = () =>
  new World({
    model: () => Stream.fromIterable(answer(traceAbout(`${canary} of the memory`)))
  }).add(1, {
    content: simpleSession({ id: threadIdOf(1), start: startOfFixtures, request: `${canary} of the session` })
  })

describe("tracing of a pass in a host", () => {
  it.effect("the spans of a pass are in the host's trace, by the host's tracer", () => {
    const host = new HostTracer()
    return inWorld(
      world(),
      Effect.gen(function* () {
        assert.strictEqual((yield* startedBy(host))._tag, "Finished")
        assert.deepStrictEqual(around(host.named("StageOneAnswer.collect")), [
          "StageOneAnswer.collect",
          "PhaseOne.extract",
          "PhaseOne.run",
          "Pipeline.runPass",
          "MemoriesStartup.run",
          "external of the host"
        ])
        assert.include(around(host.named("PhaseTwo.consolidate")), "Pipeline.runPass")
        assert.deepStrictEqual([...new Set(host.spans.map(({ traceId }) => traceId))], ["the host's trace"])
        assert.isTrue(nonEmpty(host.spans).every(({ status }) => status._tag === "Ended"))
      })
    )
  })

  it.effect("the spans of a pass have ids and counts, and no text of a session or a memory", () => {
    const host = new HostTracer()
    return inWorld(
      world(),
      Effect.gen(function* () {
        yield* startedBy(host)
        assert.strictEqual(host.named("PhaseOne.extract").attributes.get("threadId"), threadIdOf(1))
        assert.notInclude(host.said, canary)
        assert.notInclude(host.said, "SYSTEM")
      })
    )
  })

  it.effect("the counts of a pass are in the metrics that the host reads", () =>
    inWorld(
      world(),
      Effect.gen(function* () {
        const before = [
          yield* counted(extractions, "outcome", "extracted"),
          yield* counted(tokens, "direction", "input")
        ] as const
        yield* startedBy(new HostTracer())
        assert.strictEqual(yield* counted(extractions, "outcome", "extracted"), before[0] + 1)
        assert.strictEqual(yield* counted(tokens, "direction", "input"), before[1] + 100)
      })
    )
  )
})
