import * as FileSystem from "@effect/platform/FileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Context, Deferred, Effect, Fiber, Layer, Stream } from "effect"
import { safe } from "../../src/domain/privacy/SafeText.js"
import { RateLimited } from "../../src/domain/model/ModelError.js"
import { renderMemorySummary } from "../../src/domain/memory/MemorySummary.js"
import { renderTraceFile, traceFileName } from "../../src/domain/memory/TraceMemory.js"
import * as AgentControlFromFunction from "../../src/layers/agent/FromFunction.js"
import * as AgentControlLanguageModel from "../../src/layers/agent/LanguageModel.js"
import * as AgentControlOffline from "../../src/layers/agent/Offline.js"
import * as FileSystemMemory from "../../src/layers/memory/FileSystemMemory.js"
import {
  AgentControl,
  type AgentRequest,
  type AgentStatus,
  consolidationSource,
  isFinal
} from "../../src/services/AgentControl.js"
import { redact } from "../../src/domain/privacy/Redaction.js"
import { idOf } from "../support/rows.js"
import { traceAbout, writeMemory } from "../../src/testing/World.js"
import { nonEmpty } from "../support/nonEmpty.js"
import { finish, languageModel, type Part, settings } from "../support/languageModel.js"

/** A staged copy of one trace, as an agent finds it. */
const stagedIn = Effect.fnUntraced(function* (directory: string, number: number) {
  const files = yield* FileSystem.FileSystem
  const threadId = idOf(number)
  const header = { threadId, cwd: "/home/ada/ferry", rolloutPath: "/codex/rollout.jsonl", updatedAt: 0 }
  const { summary, traceMemory } = traceAbout(`number ${number}`)
  yield* files.makeDirectory(`${directory}/trace_summaries`, { recursive: true })
  yield* files.writeFileString(
    `${directory}/trace_summaries/${traceFileName(threadId, "trace")}`,
    renderTraceFile(header, redact(traceMemory))
  )
  yield* files.writeFileString(
    `${directory}/memory_summary.md`,
    renderMemorySummary([{ threadId, summary: redact(summary) }])
  )
})

const request: AgentRequest = {
  pass: "pass",
  directory: "/staging",
  prompt: safe`consolidate`,
  source: consolidationSource
}

const statusesIn = (directory: string) =>
  Effect.gen(function* () {
    const { spawn } = yield* AgentControl
    const { status } = yield* spawn({ ...request, directory })
    return Chunk.toReadonlyArray(yield* Stream.runCollect(status))
  }).pipe(Effect.scoped)

/** The tags of statuses in order; an agent may report Running once or once for each of its turns. */
const tagsOf = (statuses: ReadonlyArray<AgentStatus>) =>
  statuses.map(({ _tag }) => _tag).filter((tag, index, all) => tag !== all[index - 1])

/** A language model that lists what there is, and then writes a memory that cites every trace. */
const writingModel = languageModel(({ prompt }) => {
  const listed = prompt.content.flatMap(({ content, role }) =>
    role === "tool" ? content.map(({ result }) => String(result)) : []
  )
  const ids = listed.flatMap((text) => [...text.matchAll(/trace_summaries\/(\S{13})/g)].map(([, id]) => id))
  const call = (name: string, params: unknown): Part => ({ type: "tool-call", id: `call-${name}`, name, params })
  return Stream.fromIterable([
    ...(listed.length === 0
      ? [call("list_files", { path: "." })]
      : [
          call("create_file", {
            path: "MEMORY.md",
            text: `# Memory\n${ids.map((id) => `- a line [${id}…]\n`).join("")}`
          }),
          call("finish", { summary: "done" })
        ]),
    finish("tool-calls")
  ])
})

const layers: { readonly [name: string]: Layer.Layer<AgentControl, never, FileSystem.FileSystem> } = {
  "the offline agent": Layer.provide(AgentControlOffline.layer, settings),
  "an agent that is a function": AgentControlFromFunction.layer((request) => writeMemory(request)),
  "an agent with a language model of the host's": AgentControlLanguageModel.layer({ name: "host" }).pipe(
    Layer.provide(writingModel),
    Layer.provide(settings)
  )
}

describe.each(Object.entries(layers))("%s", (_, layer) => {
  const world = Layer.provideMerge(layer, FileSystemMemory.layer)

  it.effect("an agent works in its directory, and reports Running and then one final status", () =>
    Effect.gen(function* () {
      yield* stagedIn("/staging", 1)
      const statuses = yield* statusesIn("/staging")
      assert.deepStrictEqual(tagsOf(statuses), ["Pending", "Running", "Completed"])
      assert.deepStrictEqual(
        statuses.map(isFinal),
        statuses.map((_, index) => index === statuses.length - 1)
      )
      const files = yield* FileSystem.FileSystem
      assert.isTrue((yield* files.readFileString("/staging/MEMORY.md")).startsWith("# Memory"))
    }).pipe(Effect.provide(world))
  )

  it.effect("an agent works beside other agents in other directories", () =>
    Effect.gen(function* () {
      const directories = Array.from({ length: 8 }, (_, index) => `/staging-${index}`)
      yield* Effect.forEach(directories, stagedIn)
      const ended = yield* Effect.forEach(directories, statusesIn, { concurrency: "unbounded" })
      assert.isTrue(nonEmpty(ended).every((statuses) => statuses.at(-1)?._tag === "Completed"))
      const files = yield* FileSystem.FileSystem
      const memories = yield* Effect.forEach(directories, (directory) => files.readFileString(`${directory}/MEMORY.md`))
      nonEmpty(memories).forEach((memory, index) => assert.include(memory, idOf(index).slice(0, 13)))
    }).pipe(Effect.provide(world))
  )

  it.effect("an agent without anything to work on ends as Errored with a reason", () =>
    Effect.gen(function* () {
      const last = (yield* statusesIn("/nowhere")).at(-1)
      assert.isTrue(last?._tag === "Errored" && last.message !== "")
    }).pipe(Effect.provide(world))
  )
})

describe("agents with a language model of the host's", () => {
  it.effect("an agent that calls a tool which does not exist is told which ones there are, and goes on", () =>
    Effect.gen(function* () {
      const told: Array<string> = []
      const model = languageModel(({ prompt, tools }) => {
        const answers = prompt.content.flatMap(({ content, role }) => (role === "tool" ? content : []))
        told.push(...answers.map(({ result }) => String(result)))
        const call = (name: string, params: unknown): Part => ({ type: "tool-call", id: `call-${name}`, name, params })
        assert.includeMembers(
          tools.map(({ name }) => name),
          ["create_file", "finish"]
        )
        return Stream.fromIterable([
          ...(answers.length === 0
            ? [call("shell", { command: "ls" })]
            : answers.length === 1
              ? [call("create_file", { path: "MEMORY.md" })]
              : [call("create_file", { path: "MEMORY.md", text: "# Memory\n" }), call("finish", { summary: "done" })]),
          finish("tool-calls")
        ])
      })
      yield* stagedIn("/staging", 1)
      const statuses = yield* Effect.provide(
        statusesIn("/staging"),
        AgentControlLanguageModel.layer({ name: "host" }).pipe(Layer.provide(model), Layer.provide(settings))
      )
      assert.deepStrictEqual(tagsOf(statuses), ["Pending", "Running", "Completed"], JSON.stringify(statuses))
      assert.match(told[0] ?? "", /there is no tool .*there are list_files, read_file/)
      assert.include(told.join("\n"), "the parameters of create_file are wrong")
    }).pipe(Effect.provide(FileSystemMemory.layer))
  )
})

describe("agents", () => {
  it.effect("an agent is interrupted when its scope closes, which waits for it", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const stopped = yield* Deferred.make<void>()
      const endless = AgentControlFromFunction.layer(() =>
        Effect.zipRight(Deferred.succeed(begun, undefined), Effect.never).pipe(
          Effect.onInterrupt(() => Deferred.succeed(stopped, undefined))
        )
      )
      const following = yield* Effect.fork(Effect.provide(statusesIn("/staging"), endless))
      yield* Deferred.await(begun)
      yield* Fiber.interrupt(following)
      assert.isTrue(yield* Deferred.isDone(stopped))
    })
  )

  it.effect("an agent that dies ends as Errored", () =>
    Effect.gen(function* () {
      const dying = AgentControlFromFunction.layer(() => Effect.die(new Error("out of thoughts")))
      assert.deepStrictEqual((yield* Effect.provide(statusesIn("/staging"), dying)).at(-1), {
        _tag: "Errored",
        message: "out of thoughts"
      })
    })
  )

  it.effect("an agent starts when it is spawned, even if nobody reads its status", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<string>()
      const agent = AgentControlFromFunction.layer(({ directory }) => Deferred.succeed(begun, directory))
      yield* AgentControl.pipe(
        Effect.flatMap(({ spawn }) => spawn(request)),
        Effect.zipRight(Deferred.await(begun)),
        Effect.scoped,
        Effect.provide(agent)
      )
      assert.strictEqual(yield* Deferred.await(begun), "/staging")
    })
  )

  it.effect("an agent reports the cost of its turns as it works, and the provider that reads its inputs", () =>
    Effect.gen(function* () {
      const turn: AgentStatus = { _tag: "Running", turn: 1, inputTokens: 10, outputTokens: 2 }
      const agent = AgentControlFromFunction.layer((_, report) => report(turn), { provider: "openai" })
      yield* Effect.gen(function* () {
        assert.deepStrictEqual((yield* statusesIn("/staging")).slice(1), [
          { _tag: "Running" },
          turn,
          { _tag: "Completed" }
        ])
        assert.strictEqual((yield* AgentControl).provider, "openai")
      }).pipe(Effect.provide(agent))
    })
  )

  it.effect("an agent reports the failure of its model's server in its last status", () =>
    Effect.gen(function* () {
      const error = new RateLimited({ subject: { directory: "/staging" }, detail: "slow down" })
      const agent = AgentControlFromFunction.layer(() => error)
      assert.deepStrictEqual((yield* Effect.provide(statusesIn("/staging"), agent)).at(-1), {
        _tag: "Errored",
        message: error.message,
        error
      })
    })
  )

  it.effect("an agent works with the services of its layer, in the span that spawned it", () =>
    Effect.gen(function* () {
      class Tool extends Context.Tag("Tool")<Tool, string>() {}
      const seen: Array<string> = []
      const work = Effect.gen(function* () {
        const span = yield* Effect.orDie(Effect.currentParentSpan)
        seen.push(yield* Tool, span._tag === "Span" ? span.name : "")
      })
      const agent = AgentControlFromFunction.layer(() => work).pipe(
        Layer.provide(Layer.succeed(Tool, "the host's tool"))
      )
      const scope = yield* Effect.scope
      const built = yield* Layer.buildWithScope(agent, scope).pipe(Effect.withSpan("start of the host"))
      yield* statusesIn("/staging").pipe(Effect.withSpan("consolidation"), Effect.provide(built))
      assert.deepStrictEqual(seen, ["the host's tool", "consolidation"])
    }).pipe(Effect.scoped)
  )
})
