import { assert, describe, it } from "@effect/vitest"
import { Chunk, Context, Deferred, Effect, Exit, Fiber, Layer, Logger, Option, Scope, Stream, TestClock } from "effect"
import * as MemoriesStartup from "../../src/host/MemoriesStartup.js"
import { ThreadId } from "../../src/domain/thread/ThreadId.js"
import * as AgentControlFromFunction from "../../src/layers/agent/FromFunction.js"
import * as ModelClientLanguageModel from "../../src/layers/model/LanguageModel.js"
import * as SessionStoreMemory from "../../src/layers/sessions/SessionStoreMemory.js"
import { Claims } from "../../src/services/state/Claims.js"
import { Consolidations } from "../../src/services/state/Consolidations.js"
import { Forgetting } from "../../src/services/state/Forgetting.js"
import { Integrity } from "../../src/services/state/Integrity.js"
import { Notes } from "../../src/services/state/Notes.js"
import { ProjectLocks } from "../../src/services/state/ProjectLocks.js"
import { Projects } from "../../src/services/state/Projects.js"
import { Spending } from "../../src/services/state/Spending.js"
import { Facts } from "../../src/services/state/Facts.js"
import { StateDbUnavailable } from "../../src/services/state/StateDbError.js"
import { ThreadIndex } from "../../src/services/state/ThreadIndex.js"
import { ThreadMemories } from "../../src/services/state/ThreadMemories.js"
import { WorkingDirectories } from "../../src/services/WorkingDirectories.js"
import { AgentControl } from "../../src/services/AgentControl.js"
import { MemoryFs } from "../../src/services/MemoryFs.js"
import { ModelClient } from "../../src/services/ModelClient.js"
import type { ProgressEvent } from "../../src/services/Progress.js"
import { Redactor } from "../../src/services/Redactor.js"
import { SessionStore } from "../../src/services/SessionStore.js"
import { Settings } from "../../src/settings/Settings.js"
import { Templates } from "../../src/services/Templates.js"
import { languageModel, wholeAnswer } from "../support/languageModel.js"
import { simpleSession, startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { inWorld, over, readText, type Services, traceAbout, World, writeMemory } from "../../src/testing/World.js"

const session: MemoriesStartup.Session = { isEphemeral: false, isSubAgent: false, isEnabled: true }

/** Builds a layer into a scope of the test's own, and says how the pass came out. */
const startIn = Effect.fnUntraced(function* <R>(
  scope: Scope.Scope,
  layer: Layer.Layer<MemoriesStartup.MemoriesStartup, never, R>
) {
  return Context.get(yield* Layer.buildWithScope(layer, scope), MemoriesStartup.MemoriesStartup)
})

const inContext = Layer.context<Services>()

const warningsInto = (warnings: Array<string>) =>
  Logger.replace(
    Logger.defaultLogger,
    Logger.make(({ message }) => void warnings.push(String(message)))
  )

const tagsOf = (events: Stream.Stream<ProgressEvent>) =>
  Effect.map(Stream.runCollect(events), (all) => Chunk.toReadonlyArray(all).map(({ _tag }) => _tag))

describe("MemoriesStartup.layer", () => {
  it.effect("the startup runs one pass, which leaves the session itself alone", () => {
    const world = new World().add(1).add(2)
    return inWorld(
      world,
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const threadId = threadIdOf(2)
        const { ended } = yield* startIn(scope, MemoriesStartup.layer({ ...session, threadId }, inContext))
        const outcome = yield* ended
        assert.strictEqual(outcome._tag, "Finished")
        assert.deepStrictEqual(
          world.requests.map(({ thread }) => String(thread.id)),
          [threadIdOf(1)]
        )
        yield* Scope.close(scope, Exit.void)
      })
    )
  })

  it.effect("the startup learns with a host's own language model, agent and rollouts", () => {
    const world = new World()
    const start = startOfFixtures
    const host = Layer.mergeAll(
      SessionStoreMemory.layer([{ path: "session-1", content: simpleSession({ id: threadIdOf(1), start }) }]),
      ModelClientLanguageModel.layer({ name: "the host's model" }).pipe(
        Layer.provide(
          languageModel(() =>
            Stream.fromIterable(
              wholeAnswer(JSON.stringify(traceAbout("ferries")), { inputTokens: 400, outputTokens: 50 })
            )
          )
        )
      ),
      AgentControlFromFunction.layer((request, report) =>
        Effect.zipRight(
          report({ _tag: "Running", turn: 1, inputTokens: 20, outputTokens: 2 }),
          writeMemory(request, "written by the host's agent")
        )
      )
    )
    return inWorld(
      world,
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const services = Layer.merge(inContext, host.pipe(Layer.provide(inContext)))
        const { ended } = yield* startIn(scope, MemoriesStartup.layer(session, services))
        const outcome = yield* ended
        assert(outcome._tag === "Finished")
        const { consolidated, extracted, model } = outcome.report
        assert.deepStrictEqual(
          extracted.map(({ threadId }) => threadId),
          [threadIdOf(1)]
        )
        assert.deepStrictEqual(model, {
          name: "the host's model",
          calls: 2,
          inputTokens: 420,
          outputTokens: 52,
          cachedTokens: 0
        })
        const memory = yield* readText(`${consolidated[0]?.memoryRoot}/MEMORY.md`)
        assert.include(memory, "written by the host's agent")
        assert.deepStrictEqual([world.requests, world.spawned], [[], []])
        yield* Scope.close(scope, Exit.void)
      })
    )
  })

  it.effect("the startup can be followed by the host at any time, and reports to the host's listener too", () => {
    const world = new World().add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const { ended, events } = yield* startIn(scope, MemoriesStartup.layer(session, inContext))
        const atOnce = yield* Effect.fork(tagsOf(events))
        yield* ended
        const all = ["Indexed", "Claimed", "Asked", "Extracted", "Consolidating", "Published"]
        assert.deepStrictEqual(yield* Fiber.join(atOnce), all)
        assert.deepStrictEqual(yield* tagsOf(events), all)
        assert.deepStrictEqual(
          world.events.map(({ _tag }) => _tag),
          all
        )
        yield* Scope.close(scope, Exit.void)
      })
    )
  })

  it.effect("the startup can be followed if the host has no listener", () => {
    const world = new World().add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const services = Layer.effectContext(
          Effect.map(
            Effect.context<Services>(),
            Context.pick(
              AgentControl,
              Claims,
              Consolidations,
              Forgetting,
              Integrity,
              MemoryFs,
              ModelClient,
              Notes,
              ProjectLocks,
              Projects,
              Redactor,
              SessionStore,
              Settings,
              Spending,
              Templates,
              ThreadIndex,
              ThreadMemories,
              Facts,
              WorkingDirectories
            )
          )
        )
        const { ended, events } = yield* startIn(scope, MemoriesStartup.layer(session, services))
        assert.lengthOf(yield* tagsOf(events), 6)
        assert.strictEqual((yield* ended)._tag, "Finished")
        assert.deepStrictEqual(world.events, [])
        yield* Scope.close(scope, Exit.void)
      })
    )
  })

  for (const [facts, reason] of [
    [{ isEnabled: false }, "off"],
    [{ isEphemeral: true }, "ephemeral"],
    [{ isSubAgent: true }, "sub-agent"]
  ] as const) {
    it.scoped(`the startup builds nothing and starts no pass if the session is ${reason}`, () =>
      Effect.gen(function* () {
        let built = 0
        const services = Layer.effectContext(
          Effect.zipRight(
            Effect.sync(() => built++),
            Effect.context<Services>()
          )
        )
        const scope = yield* Effect.scope
        const startup = MemoriesStartup.layer({ ...session, ...facts }, services).pipe(Layer.provide(new World().layer))
        const { ended, events } = yield* startIn(scope, startup)
        assert.deepStrictEqual(yield* ended, { _tag: "NotStarted", reason })
        assert.deepStrictEqual(yield* tagsOf(events), [])
        assert.strictEqual(built, 0)
      })
    )
  }

  it.effect("the startup runs once if two parts of a host share it", () => {
    const world = new World().add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        let built = 0
        const services = Layer.effectContext(
          Effect.zipRight(
            Effect.sync(() => built++),
            Effect.context<Services>()
          )
        )
        const startup = MemoriesStartup.layer(session, services)
        class One extends Context.Tag("One")<One, MemoriesStartup.MemoriesStartup["Type"]>() {}
        class Other extends Context.Tag("Other")<Other, MemoriesStartup.MemoriesStartup["Type"]>() {}
        const host = Layer.merge(
          Layer.effect(One, MemoriesStartup.MemoriesStartup).pipe(Layer.provide(startup)),
          Layer.effect(Other, MemoriesStartup.MemoriesStartup).pipe(Layer.provide(startup))
        )
        const scope = yield* Scope.make()
        const context = yield* Layer.buildWithScope(host, scope)
        yield* Context.get(context, One).ended
        yield* Context.get(context, Other).ended
        assert.strictEqual(built, 1)
        assert.strictEqual(world.requests.length, 1)
        yield* Scope.close(scope, Exit.void)
      })
    )
  })

  it.scoped("a service that cannot be built is one warning without secrets, and not a failure of the host", () =>
    Effect.gen(function* () {
      const warnings: Array<string> = []
      const secret = `${"sk-proj-"}${"aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5bC7dE9fG1hJ3"}`
      const broken = Layer.fail(new StateDbUnavailable({ path: `/home/${secret}/state.sqlite`, reason: "corrupt" }))
      const startup = MemoriesStartup.layer(session, Layer.merge(new World().layer, broken))
      const { ended } = yield* startIn(yield* Effect.scope, startup.pipe(Layer.provideMerge(warningsInto(warnings))))
      const outcome = yield* ended
      assert.strictEqual(outcome._tag, "Failed")
      assert.strictEqual(warnings.length, 1)
      assert.isFalse(warnings[0]?.includes(secret))
    })
  )

  it.effect("a defect of the host's own service is a warning too", () => {
    const world = new World({
      stateDb: over(ThreadIndex, (index) => ({ ...index, listing: Effect.die(new Error("host broke")) }))
    })
    return inWorld(
      world.add(1),
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const { ended, events } = yield* startIn(scope, MemoriesStartup.layer(session, inContext))
        assert.deepStrictEqual(yield* tagsOf(events), [])
        assert.strictEqual((yield* ended)._tag, "Failed")
        assert.strictEqual(world.warnings.filter((warning) => warning.includes("host broke")).length, 1)
        yield* Scope.close(scope, Exit.void)
      })
    )
  })

  it.effect("closing the scope stops the pass and releases its claims", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<void>()
      const world = new World({
        model: () => Stream.unwrap(Effect.zipRight(Deferred.succeed(asked, undefined), Effect.never))
      }).add(1)
      yield* inWorld(
        world,
        Effect.gen(function* () {
          const scope = yield* Scope.make()
          const { ended, events } = yield* startIn(scope, MemoriesStartup.layer(session, inContext))
          const told = yield* Effect.fork(tagsOf(events))
          yield* Deferred.await(asked)
          const threadIndex = yield* ThreadIndex
          const held = yield* threadIndex.get(ThreadId.make(threadIdOf(1)))
          assert.isNotNull(Option.getOrThrow(held).extraction.claimExpiresAt)
          yield* Scope.close(scope, Exit.void)
          assert.deepStrictEqual(yield* ended, { _tag: "Stopped" })
          assert.deepStrictEqual(yield* Fiber.join(told), ["Indexed", "Claimed", "Asked"])
          const after = yield* threadIndex.get(ThreadId.make(threadIdOf(1)))
          assert.isNull(Option.getOrThrow(after).extraction.claimExpiresAt)
          assert.deepStrictEqual(world.warnings, [])
        })
      )
    })
  )

  it.effect("closing the scope while an agent works releases the directory's lock", () =>
    Effect.gen(function* () {
      const spawned = yield* Deferred.make<void>()
      const world = new World({ agent: () => Effect.zipRight(Deferred.succeed(spawned, undefined), Effect.never) })
      yield* inWorld(
        world.add(1),
        Effect.gen(function* () {
          const scope = yield* Scope.make()
          yield* startIn(scope, MemoriesStartup.layer(session, inContext))
          yield* Deferred.await(spawned)
          const locks = yield* ProjectLocks
          assert.strictEqual((yield* locks.holders).length, 1)
          yield* Scope.close(scope, Exit.void)
          assert.deepStrictEqual(yield* locks.holders, [])
        })
      )
    })
  )

  it.effect("closing the scope abandons a model that cannot be interrupted, and releases its claim", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<void>()
      const world = new World({
        model: () =>
          Stream.unwrap(Effect.uninterruptible(Effect.zipRight(Deferred.succeed(asked, undefined), Effect.never)))
      }).add(1)
      yield* inWorld(
        world,
        Effect.gen(function* () {
          const scope = yield* Scope.make()
          const { ended } = yield* startIn(scope, MemoriesStartup.layer(session, inContext))
          yield* Deferred.await(asked)
          const closed = yield* Effect.fork(Scope.close(scope, Exit.void))
          yield* TestClock.adjust("2 seconds")
          yield* Fiber.join(closed)
          assert.deepStrictEqual(yield* ended, { _tag: "Stopped" })
          const after = yield* Effect.flatMap(ThreadIndex, (index) => index.get(ThreadId.make(threadIdOf(1))))
          assert.isNull(Option.getOrThrow(after).extraction.claimExpiresAt)
          assert.deepStrictEqual(world.warnings, [])
        })
      )
    })
  )

  it.effect("closing the scope abandons an agent that cannot be interrupted, and releases its lock", () =>
    Effect.gen(function* () {
      const spawned = yield* Deferred.make<void>()
      const world = new World({
        agent: () => Effect.uninterruptible(Effect.zipRight(Deferred.succeed(spawned, undefined), Effect.never))
      }).add(1)
      yield* inWorld(
        world,
        Effect.gen(function* () {
          const scope = yield* Scope.make()
          yield* startIn(scope, MemoriesStartup.layer(session, inContext))
          yield* Deferred.await(spawned)
          const locks = yield* ProjectLocks
          assert.strictEqual((yield* locks.holders).length, 1)
          const closed = yield* Effect.fork(Scope.close(scope, Exit.void))
          yield* TestClock.adjust("2 seconds")
          yield* Fiber.join(closed)
          assert.deepStrictEqual(yield* locks.holders, [])
        })
      )
    })
  )

  it.effect("closing the scope waits two seconds for an uninterruptible port, with one warning", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<void>()
      const closed = yield* Deferred.make<void>()
      const world = new World({
        stateDb: over(ThreadIndex, (index) => ({
          ...index,
          listing: Effect.uninterruptible(Effect.zipRight(Deferred.succeed(asked, undefined), Effect.never))
        }))
      }).add(1)
      yield* inWorld(
        world,
        Effect.gen(function* () {
          const scope = yield* Scope.make()
          yield* startIn(scope, MemoriesStartup.layer(session, inContext))
          yield* Deferred.await(asked)
          yield* Effect.fork(Effect.zipRight(Scope.close(scope, Exit.void), Deferred.succeed(closed, undefined)))
          yield* TestClock.adjust("1999 millis")
          assert.isFalse(yield* Deferred.isDone(closed))
          yield* TestClock.adjust("1 millis")
          yield* Deferred.await(closed)
          assert.strictEqual(world.warnings.filter((warning) => warning.includes("did not stop in time")).length, 1)
        })
      )
    })
  )
})
