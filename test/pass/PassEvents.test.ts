import { Directory } from "../../src/domain/thread/WorkingDirectory.js"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Deferred, Duration, Effect, Exit, Fiber, Layer, Schema, Scope, Stream } from "effect"
import { ThreadId } from "../../src/domain/thread/ThreadId.js"
import * as PassEventLog from "../../src/pass/PassEvents.js"
import { PassEvents, Progress, ProgressEvent } from "../../src/services/Progress.js"
import { ProjectLocks } from "../../src/services/state/ProjectLocks.js"
import { threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { answer, inWorld, pass, traceAbout, World } from "../../src/testing/World.js"
import { nonEmpty } from "../support/nonEmpty.js"

const published = (number: number): ProgressEvent => ({ _tag: "Published", cwd: `/${number}` })

const numbersUpTo = (count: number) => Array.from({ length: count }, (_, number) => number)

const collect = (events: Stream.Stream<ProgressEvent>) => Effect.map(Stream.runCollect(events), Chunk.toReadonlyArray)

/** The first events, without waiting for the end. */
const firstOf = (events: Stream.Stream<ProgressEvent>, count: number) => collect(Stream.take(events, count))

describe("the events of a pass", () => {
  it.effect("events reach every reader in order, and then end", () =>
    Effect.gen(function* () {
      const { end, events, report } = yield* PassEventLog.make
      const followers = yield* Effect.forEach(numbersUpTo(3), () => Effect.fork(collect(events)))
      yield* Effect.yieldNow()
      yield* Effect.forEach(numbersUpTo(10), (number) => report(published(number)))
      yield* end
      for (const follower of nonEmpty(followers)) {
        assert.deepStrictEqual(yield* Fiber.join(follower), numbersUpTo(10).map(published))
      }
    })
  )

  it.effect("events reach readers while the pass runs", () =>
    Effect.gen(function* () {
      const { events, report } = yield* PassEventLog.make
      const first = yield* Effect.fork(firstOf(events, 1))
      yield* Effect.yieldNow()
      yield* report(published(1))
      assert.deepStrictEqual(yield* Fiber.join(first), [published(1)])
    })
  )

  it.effect("events reach late readers from the first one on, even after the end", () =>
    Effect.gen(function* () {
      const { end, events, report } = yield* PassEventLog.make
      yield* report(published(1))
      assert.deepStrictEqual(yield* firstOf(events, 1), [published(1)])
      yield* report(published(2))
      assert.deepStrictEqual(yield* firstOf(events, 2), [published(1), published(2)])
      yield* end
      assert.deepStrictEqual(yield* collect(events), [published(1), published(2)])
    })
  )

  it.effect("events do not wait for readers, and a slow reader misses only the oldest ones", () =>
    Effect.gen(function* () {
      const { end, events, report } = yield* PassEventLog.make
      const total = PassEventLog.keptEvents * 2 + 10
      const isAtWork = yield* Deferred.make<void>()
      const mayGoOn = yield* Deferred.make<void>()
      const slow = yield* events.pipe(
        Stream.tap(() => Effect.zipRight(Deferred.succeed(isAtWork, undefined), Deferred.await(mayGoOn))),
        collect,
        Effect.fork
      )
      const dead = yield* Effect.fork(Stream.runForEach(events, () => Effect.never))
      yield* Effect.yieldNow()
      yield* report(published(0))
      yield* Deferred.await(isAtWork)
      yield* Effect.forEach(numbersUpTo(total), (number) => report(published(number + 1)), { discard: true })
      yield* end
      yield* Deferred.succeed(mayGoOn, undefined)
      const last = numbersUpTo(PassEventLog.keptEvents).map((number) =>
        published(total - PassEventLog.keptEvents + 1 + number)
      )
      assert.deepStrictEqual(yield* Fiber.join(slow), [published(0), ...last])
      assert.deepStrictEqual(yield* collect(events), last)
      yield* Fiber.interrupt(dead)
    })
  )

  it.effect("events and their readers end with the scope of their layer", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(PassEventLog.layer, scope)
      const follower = yield* PassEvents.pipe(
        Effect.flatMap(({ events }) => collect(events)),
        Effect.provide(context),
        Effect.fork
      )
      const { report } = yield* Effect.provide(Progress, context)
      yield* report(published(1))
      yield* Scope.close(scope, Exit.void)
      yield* report(published(2))
      assert.deepStrictEqual(yield* Fiber.join(follower), [published(1)])
    })
  )
})

const encodeEvent = Schema.encodeSync(Schema.parseJson(ProgressEvent))
const decodeEvent = Schema.decodeUnknownSync(Schema.parseJson(ProgressEvent))

/** Runs a pass over a world, and says what it told. */
const eventsOf = (world: World) =>
  inWorld(
    world,
    Effect.gen(function* () {
      const { end, events, report } = yield* PassEventLog.make
      yield* Effect.provideService(pass, Progress, { report })
      yield* end
      return yield* collect(events)
    })
  )

const threadOf = (event: ProgressEvent): string | undefined => ("threadId" in event ? event.threadId : undefined)

const told = (events: ReadonlyArray<ProgressEvent>, isOf: (event: ProgressEvent) => boolean) =>
  events.filter(isOf).map(({ _tag }) => _tag)

describe("the progress of a pass", () => {
  it.effect("progress is complete and in order for each thread and each directory", () =>
    Effect.gen(function* () {
      const world = new World({
        model: ({ thread }) =>
          thread.title === "request 2"
            ? Stream.fromIterable(answer({ traceMemory: "", summary: "" }))
            : thread.title === "request 3"
              ? Stream.empty
              : Stream.fromIterable(answer(traceAbout("ferries")))
      })
        .add(1)
        .add(2)
        .add(3)
        .add(4, { cwd: "/home/ada/projects/pier" })
      const events = yield* eventsOf(world)
      assert.deepStrictEqual(events[0], { _tag: "Indexed", threads: 4, changed: 4 })
      const ofThread = (number: number) => told(events, (event) => threadOf(event) === threadIdOf(number))
      assert.deepStrictEqual(ofThread(1), ["Claimed", "Asked", "Extracted"])
      assert.deepStrictEqual(ofThread(2), ["Claimed", "Asked", "NoOutput"])
      assert.deepStrictEqual(ofThread(3), ["Claimed", "Asked", "ExtractionFailed"])
      assert.deepStrictEqual(ofThread(4), ["Claimed", "Asked", "Extracted"])
      const ofDirectory = (cwd: string) =>
        told(events, (event) => threadOf(event) === undefined && "cwd" in event && event.cwd === cwd)
      for (const cwd of ["/home/ada/projects/ferry", "/home/ada/projects/pier"]) {
        assert.deepStrictEqual(ofDirectory(cwd), ["Consolidating", "Published"])
      }
    })
  )

  it.effect("progress includes skipped threads, locked directories and failed consolidations", () =>
    Effect.gen(function* () {
      const world = new World({
        settings: { concurrency: 1 },
        agent: () => Effect.fail({ message: "out of thoughts" })
      })
        .add(1)
        .add(2, { cwd: "/home/ada/projects/pier" })
        .add(1_430)
      const events = yield* inWorld(
        world,
        Effect.gen(function* () {
          const { end, events, report } = yield* PassEventLog.make
          const { withLock } = yield* ProjectLocks
          yield* withLock(
            { cwd: Directory.make("/home/ada/projects/pier"), owner: "another", lease: Duration.minutes(10) },
            () => Effect.provideService(pass, Progress, { report })
          )
          yield* end
          return yield* collect(events)
        })
      )
      assert.deepStrictEqual(
        events.filter(({ _tag }) => _tag !== "Claimed" && _tag !== "Asked" && _tag !== "Extracted"),
        [
          { _tag: "Indexed", threads: 3, changed: 3 },
          { _tag: "Skipped", threadId: ThreadId.make(threadIdOf(1_430)), reason: "idle" },
          { _tag: "Consolidating", cwd: "/home/ada/projects/ferry" },
          { _tag: "ConsolidationFailed", cwd: "/home/ada/projects/ferry", errorTag: "AgentFailure" },
          { _tag: "Locked", cwd: "/home/ada/projects/pier" }
        ]
      )
    })
  )

  it.effect("progress can be encoded as JSON and decoded, without text of a session or a memory", () =>
    Effect.gen(function* () {
      const world = new World({ model: () => Stream.fromIterable(answer(traceAbout("canary of the memory"))) })
      const events = yield* eventsOf(world.add(1))
      assert.deepStrictEqual(
        events.map((event) => decodeEvent(encodeEvent(event))),
        events
      )
      const text = events.map((event) => encodeEvent(event)).join("\n")
      assert.notInclude(text, "canary")
      assert.notInclude(text, "request 1")
    })
  )

  it.effect("progress of a pass with nothing to do is only Indexed", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* eventsOf(new World()), [{ _tag: "Indexed", threads: 0, changed: 0 }])
    })
  )
})
