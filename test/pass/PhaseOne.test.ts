import { Directory } from "../../src/domain/thread/WorkingDirectory.js"
import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Duration, Effect, Fiber, Option, Stream, TestClock } from "effect"
import { ContextTooLong } from "../../src/domain/model/ModelError.js"
import { ThreadId } from "../../src/domain/thread/ThreadId.js"
import { MemoryFs } from "../../src/services/MemoryFs.js"
import { type ModelEvent, ModelFailure, TokenUsage } from "../../src/services/ModelClient.js"
import { Claims } from "../../src/services/state/Claims.js"
import { Facts } from "../../src/services/state/Facts.js"
import { StateDbFailure } from "../../src/services/state/StateDbError.js"
import { ThreadIndex } from "../../src/services/state/ThreadIndex.js"
import { ThreadMemories } from "../../src/services/state/ThreadMemories.js"
import { RolloutBuilder, simpleSession, startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { inWorld, answer, namesIn, over, pass, readText, traceAbout, World } from "../../src/testing/World.js"
import { onlyRollout } from "../support/onlyRollout.js"

const ferry = Directory.make("/home/ada/projects/ferry")
const id = (number: number) => ThreadId.make(threadIdOf(number))
const durationOf = (seconds: number) => Duration.seconds(seconds)
const completed = { _tag: "Completed", usage: new TokenUsage({ inputTokens: 1, outputTokens: 1 }) } as const

const fails = (isServerSide: boolean) => (request: { readonly thread: { readonly id: ThreadId } }) =>
  Stream.fail(new ModelFailure({ threadId: request.thread.id, reason: "it said no", isServerSide }))

const traceFolder = Effect.map(MemoryFs, (memoryFs) => `${memoryFs.rootOf(ferry).memoryPath}/trace_summaries`)

const warningsOfCuts = ({ warnings }: World): ReadonlyArray<string> =>
  warnings.filter((warning) => warning.includes("leaves out"))

describe("phase one: learning", () => {
  it.effect("a learned thread gets a trace file with its header, and a row with the thread's own time", () => {
    const world = new World().add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        const report = yield* pass
        const [learned] = report.extracted
        assert.deepStrictEqual(report.failed, [])
        assert.strictEqual(learned?.cwd, ferry)
        const lastLine = startOfFixtures + 60_000 + 11_000
        assert.strictEqual(
          yield* readText(learned?.traceFile ?? ""),
          [
            `thread_id: ${threadIdOf(1)}`,
            `cwd: ${ferry}`,
            `rollout_path: ${[...world.rollouts.keys()][0]}`,
            `updated_at: ${new Date(lastLine).toISOString()}`,
            "",
            traceAbout("request 1").traceMemory,
            ""
          ].join("\n")
        )
        assert.strictEqual(learned?.traceFile.split("/").at(-1), `${threadIdOf(1)}_request_1.md`)
        const memory = Option.getOrThrow(yield* (yield* ThreadMemories).get({ threadId: id(1), cwd: ferry }))
        assert.strictEqual(memory.updatedAt, lastLine)
        assert.strictEqual(memory.memorySummary, "request 1 was learned")
        assert.deepStrictEqual(report.model, {
          name: "scripted",
          calls: 1,
          inputTokens: 100,
          outputTokens: 10,
          cachedTokens: 0
        })
      })
    )
  })

  it.effect("a request has the system prompt, the path, a header, facts, the packed events and a strict schema", () => {
    const world = new World().add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        const [request] = world.requests
        assert.strictEqual(request?.instructions, "SYSTEM")
        const path = [...world.rollouts.keys()][0]
        const [before = "", rendered = ""] = request?.input.split("\n\nrendered conversation:\n") ?? []
        assert.deepStrictEqual(before.split("\n"), [
          `rollout_context: ${path}`,
          "- project: ferry",
          `- directory: ${ferry}`,
          "- start: 2026-03-02T09:01Z",
          "- duration: less than a minute",
          "- ended: finished",
          "- agent: Codex 0.118.0 (cli)",
          "",
          "facts:",
          "- failure, line 6 to 10: `TypeError: departures.sort is not a function`: fixed by editing `src/timetable.js` (`departures.sort()` → `[...departures].sort()`); verified by `npm test`",
          '- outcome, line 3 to 12: "request 1": success',
          "- works, line 5 to 10: Run the tests: `npm test`"
        ])
        assert.isTrue(
          rendered.startsWith('[{"line":3,"user":"request 1"},{"line":5,"command":"npm test","exit_code":1')
        )
        assert.deepStrictEqual(world.warnings, [])
        assert.isFalse(request?.input.includes("session_meta"))
        const { additionalProperties, required, type } = JSON.parse(JSON.stringify(request?.outputSchema))
        assert.deepStrictEqual([type, required, additionalProperties], ["object", ["traceMemory", "summary"], false])
        assert.deepStrictEqual(
          request?.evidence.events.map(({ _tag }) => _tag),
          ["UserText", "CommandRun", "FileEdit", "CommandRun", "AssistantText", "TurnEnd"]
        )
      })
    )
  })

  it.effect("a fact that is forgotten just before the memory is stored is in no row and no trace file", () => {
    const words = "never deploy on a heron Friday"
    const world = new World({
      model: () => Stream.fromIterable(answer({ traceMemory: `# A day\n- "${words}"\n- done`, summary: words })),
      stateDb: (context) => {
        const facts = Context.get(context, Facts)
        return over(ThreadMemories, (service) => ({
          ...service,
          store: (claim, learned, memories) =>
            Effect.zipRight(
              Effect.forEach(
                (memories[0].facts ?? []).filter(({ content }) => content._tag === "Wish"),
                (wish) => facts.mark(wish.id, ferry, { _tag: "Forgotten" }, "")
              ),
              service.store(claim, learned, memories)
            )
        }))(context)
      }
    }).add(1, { content: simpleSession({ id: threadIdOf(1), start: startOfFixtures + 60_000, request: words }) })
    return inWorld(
      world,
      Effect.gen(function* () {
        const [learned] = (yield* pass).extracted
        assert.strictEqual(world.requests.length, 1)
        const text = yield* readText(learned?.traceFile ?? "")
        assert.include(text, "- done")
        assert.notInclude(text, words)
        const memory = Option.getOrThrow(yield* (yield* ThreadMemories).get({ threadId: id(1), cwd: ferry }))
        assert.strictEqual(memory.memorySummary, "(forgotten)")
        assert.isEmpty((yield* (yield* Facts).of(ferry)).filter(({ content }) => content._tag === "Wish"))
      })
    )
  })

  it.effect("a thread is asked about again when its rollout grows, and not before", () => {
    const world = new World().add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        assert.strictEqual((yield* pass).candidates, 0)
        const held = onlyRollout(world)
        const more = new RolloutBuilder(startOfFixtures + 600_000).user("and the return trips too").text()
        world.rollouts.set(held.path, { ...held, content: held.content + more })
        assert.strictEqual((yield* pass).extracted.length, 1)
        assert.strictEqual(world.requests.length, 2)
      })
    )
  })

  it.effect("a thread that grows while the model answers is learned from again in the next pass", () => {
    const world: World = new World({
      model: () => {
        if (world.requests.length === 1) {
          const held = onlyRollout(world)
          const more = new RolloutBuilder(startOfFixtures + 600_000).user("one more thing").text()
          world.rollouts.set(held.path, { ...held, content: held.content + more })
        }
        return Stream.fromIterable(answer(traceAbout("something")))
      }
    }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        const second = yield* pass
        assert.strictEqual(second.extracted.length, 1)
        assert.isTrue(world.requests[1]?.input.includes("one more thing"))
        assert.strictEqual((yield* pass).candidates, 0)
      })
    )
  })

  it.effect("a thread has one trace file, even if its title changes", () => {
    const world = new World().add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        const held = onlyRollout(world)
        const named = new RolloutBuilder(startOfFixtures + 600_000)
          .event({ type: "thread_name_updated", thread_name: "Ferry timetable" })
          .text()
        world.rollouts.set(held.path, { ...held, content: held.content + named })
        yield* pass
        assert.deepStrictEqual(yield* namesIn(yield* traceFolder), [`${threadIdOf(1)}_ferry_timetable.md`])
      })
    )
  })
})

describe("phase one: selection", () => {
  it.effect("a maximum of 0 candidates takes none, and reports how many are waiting", () => {
    const world = new World({ settings: { candidates: 0 } }).add(1).add(2)
    return inWorld(
      world,
      Effect.gen(function* () {
        const report = yield* pass
        assert.deepStrictEqual([report.candidates, report.waiting, world.requests.length], [0, 2, 0])
      })
    )
  })

  it.effect("the current thread is skipped silently, and a thread being written is reported as idle", () => {
    const world = new World({ settings: { currentThread: threadIdOf(1) } }).add(1).add(2)
    return Effect.gen(function* () {
      yield* TestClock.setTime(startOfFixtures + 5 * 60_000)
      const report = yield* pass
      assert.deepStrictEqual(
        report.skipped.map(({ reason, threadId }) => [threadId, reason]),
        [[threadIdOf(2), "idle"]]
      )
      assert.strictEqual(world.requests.length, 0)
    }).pipe(Effect.provide(world.layer))
  })

  it.effect("a thread of a source that is not allowed is never taken, nor is a sub-agent's", () => {
    const world = new World({ settings: { sources: "all" } })
      .add(1, { source: "exec" })
      .add(2, { source: { subagent: "review" } })
    const narrow = new World().add(1, { source: "exec" })
    return Effect.gen(function* () {
      yield* inWorld(world, pass)
      assert.deepStrictEqual(
        world.requests.map(({ thread }) => thread.id),
        [id(1)]
      )
      yield* inWorld(narrow, pass)
      assert.strictEqual(narrow.requests.length, 0)
    })
  })

  it.effect("a backlog is drained from both ends, up to the limit in each pass", () => {
    const world = new World({ settings: { candidates: 4 } })
    Array.from({ length: 10 }, (_, index) => world.add(index + 1))
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        assert.deepStrictEqual(world.requests.map(({ thread }) => thread.id).sort(), [1, 2, 9, 10].map(id))
        yield* pass
        assert.strictEqual((yield* pass).extracted.length, 2)
        assert.strictEqual((yield* pass).candidates, 0)
      })
    )
  })
})

describe("phase one: the model's answer", () => {
  const streams: { readonly [behaviour: string]: ReadonlyArray<ModelEvent> } = {
    "text deltas in order": [
      { _tag: "TextDelta", text: '{"traceMemory":"# a","sum' },
      { _tag: "ItemFinished", text: "not this" },
      { _tag: "TextDelta", text: 'mary":"b"}' },
      completed
    ],
    "the first finished message's text when no delta came": [
      { _tag: "ItemFinished", text: undefined },
      { _tag: "ItemFinished", text: '{"traceMemory":"# a","summary":"b"}' },
      { _tag: "ItemFinished", text: "not this" },
      completed
    ]
  }

  it.effect.each(Object.entries(streams))("the model's answer is read from %s", ([, events]) => {
    const world = new World({ model: () => Stream.fromIterable(events) }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        assert.strictEqual((yield* pass).extracted.length, 1)
        const memory = Option.getOrThrow(yield* (yield* ThreadMemories).get({ threadId: id(1), cwd: ferry }))
        assert.strictEqual(memory.memorySummary, "b")
        assert.isTrue(memory.traceSummary.startsWith("# Trace Summary\n\nTrace context:"))
      })
    )
  })

  it.effect("a stream that ends early is an error, and nothing is stored", () => {
    const world = new World({
      model: () => Stream.make({ _tag: "TextDelta" as const, text: '{"traceMemory":"a","summary":"b"}' })
    }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        const report = yield* pass
        assert.strictEqual(report.failed[0]?.error._tag, "StreamEndedEarly")
        assert.strictEqual(report.model.calls, 0)
        assert.deepStrictEqual(yield* namesIn(yield* traceFolder), [])
      })
    )
  })

  it.effect("an answer that is not an object is an error, whose message does not repeat it", () => {
    const world = new World({
      model: () => Stream.make({ _tag: "TextDelta" as const, text: "the secret plan" }, completed)
    }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        const { error } = (yield* pass).failed[0] ?? {}
        assert.strictEqual(error?._tag, "MalformedAnswer")
        assert.isFalse(error?.message.includes("secret plan"))
      })
    )
  })

  it.effect("an answer without a memory is recorded, and removes an earlier memory", () => {
    let says = traceAbout("something")
    const world: World = new World({ model: () => Stream.fromIterable(answer(says)) }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        const held = onlyRollout(world)
        world.rollouts.set(held.path, { ...held, content: `${held.content}{"timestamp":"2026-03-02T12:00:00Z"}\n` })
        says = { traceMemory: "", summary: "" }
        const report = yield* pass
        assert.deepStrictEqual(report.noOutput, [{ threadId: threadIdOf(1), cwd: ferry }])
        assert.isTrue(Option.isNone(yield* (yield* ThreadMemories).get({ threadId: id(1), cwd: ferry })))
        assert.deepStrictEqual(yield* namesIn(yield* traceFolder), [])
        assert.strictEqual((yield* pass).candidates, 0)
      })
    )
  })

  it.effect("secrets are redacted, and fields that are too long are cut, before anything is stored", () => {
    const secret = `sk-${"a1".repeat(12)}`
    const long = `${traceAbout("x").traceMemory}\n${secret}\n${"z".repeat(5_000)}`
    const world = new World({
      settings: { traceBytes: 1_000, summaryBytes: 100 },
      model: () => Stream.fromIterable(answer({ traceMemory: long, summary: `${secret} ${"word ".repeat(100)}` }))
    }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        const memory = Option.getOrThrow(yield* (yield* ThreadMemories).get({ threadId: id(1), cwd: ferry }))
        assert.strictEqual(Buffer.byteLength(memory.traceSummary), 1_000)
        assert.isTrue(memory.traceSummary.includes("[... TRACE MEMORY TRUNCATED ...]"))
        assert.isAtMost(Buffer.byteLength(memory.memorySummary), 100)
        assert.isTrue(memory.memorySummary.startsWith("[REDACTED_SECRET] word"))
        assert.isFalse(memory.traceSummary.includes(secret))
      })
    )
  })
})

describe("phase one: failures", () => {
  it.effect("a file that is not a rollout, or has no directory, fails alone and leaves its place to others", () => {
    const world = new World({ settings: { candidates: 8 } }).add(1)
    Array.from({ length: 8 }, (_, index) =>
      world.add(index + 2, {
        content:
          index % 2 === 0
            ? '{"type":"user","message":{"role":"user"},"uuid":"x"}\n'
            : new RolloutBuilder(startOfFixtures + index)
                .meta({ id: threadIdOf(index + 2), cwd: "" })
                .user("hello")
                .text()
      })
    )
    return inWorld(
      world,
      Effect.gen(function* () {
        const report = yield* pass
        assert.deepStrictEqual(report.failed.map(({ error }) => error._tag).sort(), [
          ...Array(4).fill("NoWorkingDirectory"),
          ...Array(4).fill("NotACodexRollout")
        ])
        assert.deepStrictEqual(
          report.extracted.map(({ threadId }) => threadId),
          [threadIdOf(1)]
        )
        assert.strictEqual(world.requests.length, 1)
        const again = yield* pass
        assert.deepStrictEqual([...new Set(again.skipped.map(({ reason }) => reason))], ["quarantined"])
        assert.deepStrictEqual([again.failed.length, world.requests.length], [0, 1])
      })
    )
  })

  it.effect("lines that do not parse are counted and skipped with one warning", () => {
    const content = simpleSession({ id: threadIdOf(1) }).replace("\n", "\nnot json\n[1]\n")
    const world = new World().add(1, { content })
    return inWorld(
      world,
      Effect.gen(function* () {
        assert.strictEqual((yield* pass).extracted.length, 1)
        assert.deepStrictEqual(
          world.warnings.filter((warning) => warning.includes("skipped")).map((warning) => warning.slice(0, 7)),
          ["2 lines"]
        )
      })
    )
  })

  for (const rolloutFilter of ["evidence", "keep-all"] as const) {
    it.effect(`a rollout over the budget is packed by worth, with a warning (filter ${rolloutFilter})`, () => {
      const rollout = new RolloutBuilder(startOfFixtures).meta({ id: threadIdOf(1) })
      for (let turn = 1; turn <= 30; turn++) {
        rollout
          .message("developer", "mind the rules ".repeat(60))
          .user(`wish ${turn} of the pier`)
          .command(`cat log-${turn}`, "all boats on time\n".repeat(100))
          .command(`npm test -- ${turn}`, `${"-".repeat(900)}\nError: pier ${turn} is gone\n`, 1)
      }
      const world = new World({ settings: { rolloutBytes: 12_000, rolloutFilter } }).add(1, {
        content: rollout.text()
      })
      return inWorld(
        world,
        Effect.gen(function* () {
          yield* pass
          const rendered = world.requests[0]?.input.split("rendered conversation:\n")[1] ?? ""
          assert.isAtMost(Buffer.byteLength(rendered), 12_000)
          assert.isAbove(Buffer.byteLength(rendered), 9_000)
          for (let turn = 1; turn <= 30; turn++) {
            assert.include(rendered, `wish ${turn} of the pier`)
            assert.include(rendered, `Error: pier ${turn} is gone`)
          }
          assert.notInclude(rendered, "mind the rules")
          assert.match(warningsOfCuts(world)[0] ?? "", /the request leaves out \d+ of [\d,]+ bytes/)
          assert.strictEqual(warningsOfCuts(world).length, 1)
        })
      )
    })
  }

  it.effect("the steps that matter least go from a session of 60 KB, and one warning says how much", () => {
    const rollout = new RolloutBuilder(startOfFixtures).meta({ id: threadIdOf(1) })
    for (let turn = 1; turn <= 30; turn++) {
      rollout
        .user(`wish ${turn} of the pier`)
        .command(`cat log-${turn}`, "all boats on time\n".repeat(80))
        .command(`npm test -- ${turn}`, `${"-".repeat(500)}\nError: pier ${turn} is gone\n`, 1)
    }
    const world = new World().add(1, { content: rollout.text() })
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        const rendered = world.requests[0]?.input.split("rendered conversation:\n")[1] ?? ""
        assert.isAtMost(Buffer.byteLength(rendered), 40_000)
        assert.isAbove(Buffer.byteLength(rendered), 30_000)
        for (let turn = 1; turn <= 30; turn++) {
          assert.include(rendered, `"wish ${turn} of the pier"`)
          assert.include(rendered, `"output":"${"-".repeat(500)}\\nError: pier ${turn} is gone\\n"`)
        }
        assert.match(warningsOfCuts(world)[0] ?? "", /rollout-\S+\.jsonl: the request leaves out \d+ of 6\d,\d+ bytes/)
        assert.strictEqual(warningsOfCuts(world).length, 1)
      })
    )
  })

  it.effect("a rollout over the budget without evidence keeps its head and tail around the marker", () => {
    const content = new RolloutBuilder(startOfFixtures)
      .meta({ id: threadIdOf(1) })
      .item({ type: "novelty", text: `first ${"x".repeat(10_000)} last` })
      .text()
    const world = new World({ settings: { rolloutBytes: 2_000 } }).add(1, { content })
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        const rendered = world.requests[0]?.input.split("rendered conversation:\n")[1] ?? ""
        assert.strictEqual(Buffer.byteLength(rendered), 2_000)
        assert.match(rendered, /first x+\n\n\[\.\.\. ROLLOUT TRUNCATED FOR MEMORY EXTRACTION \.\.\.\]\n\nx+ last/)
        assert.match(
          warningsOfCuts(world)[0] ?? "",
          /the request leaves out 8\d\d\d of 10,\d+ bytes, worth least first/
        )
        assert.strictEqual(warningsOfCuts(world).length, 1)
      })
    )
  })

  it.effect("a request that is too long for a model of unknown window is repeated with less", () => {
    const world: World = new World({
      model: (request) =>
        Buffer.byteLength(request.input) > 1_000
          ? Stream.fail(new ContextTooLong({ subject: { threadId: request.thread.id }, detail: "that is too much" }))
          : Stream.fromIterable(answer(traceAbout("less")))
    }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        assert.strictEqual((yield* pass).extracted.length, 1)
        const sizes = world.requests.map(({ input }) => Buffer.byteLength(input))
        assert.isAbove(sizes.length, 1)
        assert.deepStrictEqual(
          sizes,
          [...sizes].sort((left, right) => right - left)
        )
        assert.include(world.requests.at(-1)?.input ?? "", "request 1")
      })
    )
  })

  it.effect("threads that always fail are tried as often as the backoff allows, and do not delay a good one", () => {
    const bad = new Set(Array.from({ length: 8 }, (_, index) => threadIdOf(index + 2)))
    const world: World = new World({
      settings: { candidates: 8, retryAttempts: 5 },
      model: (request) =>
        bad.has(request.thread.id) ? fails(false)(request) : Stream.fromIterable(answer(traceAbout("good")))
    }).add(1)
    bad.forEach((_, threadId) => world.add([...bad].indexOf(threadId) + 2))
    return inWorld(
      world,
      Effect.gen(function* () {
        const taken: Array<number> = []
        for (let index = 0; index < 20; index++) {
          const report = yield* pass
          taken.push(report.extracted.length)
          yield* TestClock.adjust("10 minutes")
        }
        // The first pass takes seven bad ones and the good one, or eight bad ones; the second pass has the good one at the latest.
        assert.strictEqual(
          taken.slice(0, 2).reduce((sum, one) => sum + one, 0),
          1
        )
        // 10 m, 40 m, 160 m: the fifth attempt lies beyond the 200 minutes of the test.
        const requestsOf = (threadId: string) => world.requests.filter(({ thread }) => thread.id === threadId).length
        assert.deepStrictEqual([...bad].map(requestsOf), Array(8).fill(3))
        yield* TestClock.adjust("30 days")
        for (let index = 0; index < 5; index++) {
          yield* pass
          yield* TestClock.adjust("2 days")
        }
        assert.deepStrictEqual([...bad].map(requestsOf), Array(8).fill(5))
        assert.deepStrictEqual(
          (yield* pass).skipped.map(({ reason }) => reason),
          Array(8).fill("quarantined")
        )
      })
    )
  })

  it.effect("a failed thread is tried again if its content is new, and not if its file was only touched", () => {
    const world: World = new World({ settings: { retryAttempts: 1 }, model: fails(false) }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        assert.strictEqual((yield* pass).failed.length, 1)
        const held = onlyRollout(world)
        world.rollouts.set(held.path, { ...held, modifiedAt: held.modifiedAt + 60_000 })
        assert.deepStrictEqual(
          (yield* pass).skipped.map(({ reason }) => reason),
          ["quarantined"]
        )
        assert.strictEqual(world.requests.length, 1)
        const content = held.content.replace("request 1", "request 9")
        world.rollouts.set(held.path, { ...held, content, modifiedAt: held.modifiedAt + 120_000 })
        assert.strictEqual((yield* pass).failed.length, 1)
        assert.strictEqual(world.requests.length, 2)
      })
    )
  })

  it.effect("a failure of the model's server does not count as an attempt", () => {
    const world = new World({ settings: { retryAttempts: 2 }, model: fails(true) }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* Effect.repeatN(pass, 4)
        assert.strictEqual(world.requests.length, 5)
        const { extraction } = Option.getOrThrow(yield* (yield* ThreadIndex).get(id(1)))
        assert.deepStrictEqual([extraction.attempts, extraction.isQuarantined], [0, false])
      })
    )
  })

  it.effect("a defect in one candidate does not affect the others", () => {
    const world = new World({
      model: ({ thread }) =>
        thread.id === threadIdOf(1) ? Stream.die("boom") : Stream.fromIterable(answer(traceAbout("fine")))
    })
      .add(1)
      .add(2)
    return inWorld(
      world,
      Effect.gen(function* () {
        const report = yield* pass
        assert.deepStrictEqual([report.extracted.length, report.failed[0]?.error._tag], [1, "ExtractionDefect"])
      })
    )
  })

  it.effect("the earlier trace file is restored if the DB cannot store, and the next pass succeeds", () => {
    let isBroken = false
    const world: World = new World({
      model: ({ thread }) => Stream.fromIterable(answer(traceAbout(`${thread.rolloutSize} bytes`))),
      stateDb: over(ThreadMemories, (threadMemories) => ({
        ...threadMemories,
        store: (claim, learned, memories) =>
          isBroken
            ? new StateDbFailure({ operation: "ThreadMemories.store", cause: "disk I/O error" })
            : threadMemories.store(claim, learned, memories)
      }))
    }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        const first = yield* pass
        const before = yield* readText(first.extracted[0]?.traceFile ?? "")
        const held = onlyRollout(world)
        const more = new RolloutBuilder(startOfFixtures + 900_000).user("more").text()
        world.rollouts.set(held.path, { ...held, content: held.content + more })
        isBroken = true
        const broken = yield* pass
        assert.strictEqual(broken.failed[0]?.error._tag, "StateDbFailure")
        assert.strictEqual(yield* readText(first.extracted[0]?.traceFile ?? ""), before)
        isBroken = false
        const mended = yield* pass
        assert.strictEqual(mended.extracted.length, 1)
        assert.notStrictEqual(yield* readText(first.extracted[0]?.traceFile ?? ""), before)
      })
    )
  })

  it.effect("no trace file stays if the DB cannot store a first memory", () => {
    const world = new World({
      stateDb: over(ThreadMemories, (threadMemories) => ({
        ...threadMemories,
        store: () => new StateDbFailure({ operation: "ThreadMemories.store", cause: "disk I/O error" })
      }))
    }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        assert.deepStrictEqual(yield* namesIn(yield* traceFolder), [])
      })
    )
  })
})

describe("phase one: claims", () => {
  it.effect("claims: a claim is renewed while the model works, so that no second pass reads the thread", () => {
    const world: World = new World({
      settings: { claimLease: durationOf(60) },
      model: () => Stream.fromIterableEffect(Effect.delay(Effect.succeed(answer(traceAbout("slow"))), "3 minutes"))
    }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        const first = yield* Effect.fork(pass)
        yield* TestClock.adjust("1 minutes")
        yield* TestClock.adjust("1 minutes")
        const second = yield* pass
        assert.deepStrictEqual(
          second.skipped.map(({ reason }) => reason),
          ["claimed"]
        )
        yield* TestClock.adjust("1 minutes")
        assert.strictEqual((yield* Fiber.join(first)).extracted.length, 1)
        assert.strictEqual(world.requests.length, 1)
      })
    )
  })

  it.effect("claims: a thread learned by another pass after selection is not asked about again", () => {
    let listed: ReturnType<ThreadIndex["Type"]["unlearned"]> | undefined
    const world: World = new World({
      stateDb: over(ThreadIndex, (threadIndex) => ({
        ...threadIndex,
        // The second pass selects from what there was before the first one.
        unlearned: (query) =>
          listed ??
          Effect.tap(threadIndex.unlearned(query), (page) => Effect.sync(() => (listed = Effect.succeed(page))))
      }))
    }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        assert.lengthOf((yield* pass).extracted, 1)
        const second = yield* pass
        assert.deepStrictEqual(
          second.skipped.map(({ reason }) => reason),
          ["claimed"]
        )
        assert.lengthOf(world.requests, 1)
      })
    )
  })

  it.effect("claims: a lost claim interrupts the model, stores nothing and reports ClaimLost", () =>
    Effect.gen(function* () {
      const interrupted = yield* Deferred.make<void>()
      const world: World = new World({
        model: () => Stream.fromEffect(Effect.onInterrupt(Effect.never, () => Deferred.succeed(interrupted, undefined)))
      }).add(1)
      yield* inWorld(
        world,
        Effect.gen(function* () {
          const claims = yield* Claims
          const threadIndex = yield* ThreadIndex
          const running = yield* Effect.fork(pass)
          yield* TestClock.adjust("1 seconds")
          const { extraction } = Option.getOrThrow(yield* threadIndex.get(id(1)))
          const owner = extraction.claimOwner ?? ""
          yield* claims.release({ threadId: id(1), owner })
          yield* claims.acquire(id(1), "another pass", durationOf(3_600))
          yield* TestClock.adjust("10 minutes")
          yield* Deferred.await(interrupted)
          const report = yield* Fiber.join(running)
          assert.strictEqual(report.failed[0]?.error._tag, "ClaimLost")
          const after = Option.getOrThrow(yield* threadIndex.get(id(1)))
          assert.deepStrictEqual([after.extraction.claimOwner, after.extraction.attempts], ["another pass", 0])
        })
      )
    })
  )

  it.effect("claims: a claim is released when the pass is interrupted", () => {
    const world = new World({ model: () => Stream.never }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        const running = yield* Effect.fork(pass)
        yield* TestClock.adjust("1 seconds")
        yield* Fiber.interrupt(running)
        const { extraction } = Option.getOrThrow(yield* (yield* ThreadIndex).get(id(1)))
        assert.strictEqual(extraction.claimOwner, null)
        assert.strictEqual(extraction.attempts, 0)
      })
    )
  })
})

describe("phase one: forks", () => {
  it.effect("a fork is learned from without its parent's history", () => {
    const start = startOfFixtures + 60_000
    const builder = new RolloutBuilder(start).meta({ id: threadIdOf(1), forked_from_id: threadIdOf(2) })
    const parent = new RolloutBuilder(startOfFixtures)
      .meta({ id: threadIdOf(2) })
      .user("the parent's request")
      .turnEnd()
    const content = builder.text() + parent.text() + new RolloutBuilder(start + 60_000).user("the child's own").text()
    const world = new World().add(1, { content })
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        assert.isFalse(world.requests[0]?.input.includes("the parent's request"))
        assert.isTrue(world.requests[0]?.input.includes("the child's own"))
      })
    )
  })
})
