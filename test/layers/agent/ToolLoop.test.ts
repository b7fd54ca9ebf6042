import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Deferred, Duration, Effect, Fiber, Layer, Stream } from "effect"
import type { AgentInput } from "../../../src/domain/agent/FirstMessage.js"
import { redact } from "../../../src/domain/privacy/Redaction.js"
import { safe } from "../../../src/domain/privacy/SafeText.js"
import { agent } from "../../../src/layers/model/server/OpenAi.js"
import * as ProcessTableMemory from "../../../src/layers/node/ProcessTableMemory.js"
import * as StateDb from "../../../src/layers/state/StateDb.js"
import { AgentControl, type AgentStatus } from "../../../src/services/AgentControl.js"
import * as Settings from "../../../src/settings/Settings.js"
import { snapshot, temporaryFolder, write } from "../../support/program.js"
import {
  type Call,
  calling,
  replies,
  type Script,
  serve,
  toolOutputs,
  tokensOf
} from "../../support/responsesServer.js"
import { nonEmpty } from "../../support/nonEmpty.js"
import { withTimePassing } from "../../support/time.js"

const trace = "0195a000-0001-7abc-8def-0123456789ab_ferry.md"

/** A staged copy as phase two makes it, with something beside it that is none of the agent's business. */
const makeStaging = (folder: string): string => {
  const directory = join(folder, "staging")
  write(join(directory, "memory_summary.md"), "# Memory Summary\n")
  write(join(directory, "trace_summaries", trace), "one\ntwo departures\nthree\n")
  write(join(folder, "outside.md"), "not yours\n")
  return directory
}

const world = Effect.fnUntraced(function* (
  script: Script,
  given: Partial<Settings.SettingValues> = {},
  inputs: ReadonlyArray<AgentInput> = []
) {
  const folder = yield* temporaryFolder
  const directory = makeStaging(folder)
  const server = yield* serve(script)
  const services = agent.pipe(
    Layer.provide(StateDb.layerMemory),
    Layer.provide(ProcessTableMemory.layer),
    Layer.provide(NodeFileSystem.layer),
    Layer.provide(
      Settings.layer({
        codexHome: folder,
        memoriesHome: folder,
        model: "openai:gpt-5-mini",
        modelServers: { openai: { baseUrl: server.baseUrl, apiKey: undefined } },
        modelRetryFirst: Duration.millis(1),
        maxTokens: undefined,
        ...given
      })
    )
  )
  /** The statuses of one agent, from the first to the last. */
  const run = AgentControl.pipe(
    Effect.flatMap(({ spawn }) =>
      spawn({ pass: "pass", directory, prompt: redact(`work in ${directory}`), inputs, source: "memory_consolidation" })
    ),
    Effect.flatMap(({ status }) => Stream.runCollect(status)),
    Effect.scoped,
    Effect.provide(services),
    Effect.map(Chunk.toReadonlyArray)
  )
  return { folder, directory, server, run, services }
})

const last = (statuses: ReadonlyArray<AgentStatus>): AgentStatus | undefined => statuses.at(-1)

const memory: Call = { name: "create_file", parameters: { path: "MEMORY.md", text: "# Memory\n- a line\n" } }
const done: Call = { name: "finish", parameters: { summary: "done" } }

/** Plays turns one after the other; what comes after them finishes. */
const turns =
  (...all: ReadonlyArray<ReadonlyArray<Call>>): Script =>
  (request, index) =>
    calling(...(all[index] ?? [done]))(request)

describe("agents with a model and tools", () => {
  it.scopedLive("an agent can use every tool, and completes only by calling finish", () =>
    Effect.gen(function* () {
      const skill = "skills/run-tests/SKILL.md"
      const { directory, run, server } = yield* world(
        turns(
          [
            { name: "list_files", parameters: { path: "." } },
            { name: "read_file", parameters: { path: `trace_summaries/${trace}`, first_line: 2, last_line: 3 } },
            { name: "search", parameters: { path: ".", text: "DEPARTURES" } }
          ],
          [memory, { name: "replace_string", parameters: { path: "MEMORY.md", old: "a line", new: "a better line" } }],
          [
            { name: "insert_lines", parameters: { path: "MEMORY.md", after_line: 1, text: "second" } },
            { name: "create_file", parameters: { path: "skills/draft/SKILL.md", text: "steps\n" } },
            { name: "rename_file", parameters: { from: "skills/draft/SKILL.md", to: skill } },
            { name: "create_file", parameters: { path: "skills/draft/notes.md", text: "no\n" } },
            { name: "delete_file", parameters: { path: "skills/draft/notes.md" } }
          ],
          [done]
        )
      )
      const statuses = yield* run
      assert.deepStrictEqual(
        statuses.map(({ _tag }) => _tag),
        ["Pending", "Running", "Running", "Running", "Running", "Completed"]
      )
      assert.strictEqual(readFileSync(join(directory, "MEMORY.md"), "utf8"), "# Memory\nsecond\n- a better line\n")
      assert.strictEqual(readFileSync(join(directory, skill), "utf8"), "steps\n")
      assert.deepStrictEqual(readdirSync(join(directory, "skills/draft")), [])
      const [, second] = server.requests
      assert.deepStrictEqual(second === undefined ? [] : toolOutputs(second), [
        `memory_summary.md (17 bytes)\ntrace_summaries/${trace} (${"one\ntwo departures\nthree\n".length} bytes)`,
        "2\ttwo departures\n3\tthree",
        `trace_summaries/${trace}:2: two departures`
      ])
      assert.deepStrictEqual(statuses[1], {
        _tag: "Running",
        turn: 1,
        tokens: (statuses[1]?._tag === "Running" ? (statuses[1].inputTokens ?? 0) : 0) + 50,
        inputTokens: statuses[1]?._tag === "Running" ? statuses[1].inputTokens : 0,
        outputTokens: 50,
        cachedTokens: 0
      })
      assert.strictEqual(server.requests[0]?.body["store"], false)
      assert.deepStrictEqual(server.requests[0]?.body["reasoning"], { effort: "medium" })
    })
  )

  it.scopedLive("an agent cannot leave its directory or change files that are not its own", () =>
    Effect.gen(function* () {
      const tries: ReadonlyArray<Call> = [
        { name: "read_file", parameters: { path: "../outside.md", first_line: 1, last_line: 1 } },
        { name: "read_file", parameters: { path: "/etc/passwd", first_line: 1, last_line: 1 } },
        { name: "read_file", parameters: { path: "skills/out/outside.md", first_line: 1, last_line: 1 } },
        { name: "read_file", parameters: { path: "skills/leak/file.md", first_line: 1, last_line: 1 } },
        { name: "list_files", parameters: { path: ".." } },
        { name: "search", parameters: { path: "skills/out", text: "yours" } },
        { name: "create_file", parameters: { path: "skills/out/new.md", text: "x" } },
        { name: "create_file", parameters: { path: "../new.md", text: "x" } },
        { name: "create_file", parameters: { path: "skills/../../new.md", text: "x" } },
        { name: "create_file", parameters: { path: "skills\\..\\..\\new.md", text: "x" } },
        { name: "create_file", parameters: { path: "notes.md", text: "x" } },
        { name: "create_file", parameters: { path: "memory_summary.md", text: "x" } },
        { name: "replace_string", parameters: { path: `trace_summaries/${trace}`, old: "one", new: "1" } },
        { name: "delete_file", parameters: { path: `trace_summaries/${trace}` } },
        { name: "delete_file", parameters: { path: "skills/out/outside.md" } },
        { name: "rename_file", parameters: { from: "MEMORY.md", to: "../MEMORY.md" } },
        { name: "rename_file", parameters: { from: `trace_summaries/${trace}`, to: "MEMORY.md" } },
        { name: "replace_string", parameters: { path: "skills/leak/file.md", old: "not", new: "is" } }
      ]
      const { directory, folder, run, server } = yield* world(turns(tries, [memory, done]))
      mkdirSync(join(directory, "skills/leak"), { recursive: true })
      symlinkSync(folder, join(directory, "skills/out"))
      symlinkSync(join(folder, "outside.md"), join(directory, "skills/leak/file.md"))
      const before = snapshot(folder)
      assert.strictEqual(last(yield* run)?._tag, "Completed")
      const [, second] = server.requests
      const outputs = second === undefined ? [] : toolOutputs(second)
      assert.strictEqual(outputs.length, tries.length)
      for (const [index, output] of nonEmpty(outputs.entries())) {
        assert.match(output, /^error: /, JSON.stringify(tries[index]))
        assert.notInclude(output, "not yours\n")
      }
      const { "staging/MEMORY.md": _, ...rest } = snapshot(folder)
      assert.deepStrictEqual(rest, before)
    })
  )

  it.scopedLive("an agent can write neither too large a file nor too many files", () =>
    Effect.gen(function* () {
      const files = Array.from({ length: 50 }, (_, index) => index)
      const batch = (round: number): ReadonlyArray<Call> =>
        files.map((index) => ({
          name: "create_file",
          parameters: { path: `skills/s/${round}-${index}.md`, text: "x" }
        }))
      const big: Call = { name: "create_file", parameters: { path: "MEMORY.md", text: "x".repeat(300_000) } }
      const { directory, run, server } = yield* world(
        turns(
          [big],
          batch(1),
          batch(2),
          batch(3),
          batch(4),
          batch(5),
          [memory, done],
          [{ name: "delete_file", parameters: { path: "skills/s/1-1.md" } }],
          [memory],
          [done]
        ),
        { agentTurns: 9 }
      )
      const end = last(yield* run)
      assert.strictEqual(end?._tag, "Errored")
      assert.isFalse(existsSync(join(directory, "MEMORY.md")))
      assert.strictEqual(readdirSync(join(directory, "skills/s")).length, 199)
      const refused = server.requests.flatMap(toolOutputs)
      assert.isTrue(refused.some((output) => /300000 bytes; a file has at most 200000/.test(output)))
      assert.isTrue(refused.some((output) => /as many as you may/.test(output)))
    })
  )

  it.scopedLive("an agent learns of unknown tools and invalid parameters, and gives up after too many of them", () =>
    Effect.gen(function* () {
      const { run, server } = yield* world(
        turns(
          [
            { name: "shell", parameters: { command: "ls" } },
            { name: "read_file", parameters: { path: "MEMORY.md" } },
            { name: "read_file", parameters: "{not json" },
            { name: "finish", parameters: { summary: "too early" } }
          ],
          [memory, done]
        )
      )
      assert.strictEqual(last(yield* run)?._tag, "Completed")
      const outputs = server.requests[1] === undefined ? [] : toolOutputs(server.requests[1])
      assert.match(outputs[0] ?? "", /there is no tool shell; there are list_files, read_file/)
      assert.match(outputs[1] ?? "", /parameters of read_file are wrong: .*first_line/s)
      assert.match(outputs[2] ?? "", /no JSON/)
      assert.match(outputs[3] ?? "", /MEMORY.md is missing or empty/)

      const stubborn = yield* world(calling({ name: "shell", parameters: {} }))
      const end = last(yield* stubborn.run)
      assert.strictEqual(end?._tag, "Errored")
      assert.match(end?._tag === "Errored" ? end.message : "", /12 times/)
      assert.strictEqual(stubborn.server.requests.length, 12)
    })
  )

  it.scopedLive("an agent is shown its inputs at once, and can edit and finish in one answer", () =>
    Effect.gen(function* () {
      const edit: Call = { name: "replace_string", parameters: { path: "MEMORY.md", old: "a line", new: "a new line" } }
      const inputs = [{ name: "MEMORY.md", text: safe`# Memory\n- a line\n` }]
      const { directory, run, server } = yield* world(turns([edit, done]), {}, inputs)
      write(join(directory, "MEMORY.md"), "# Memory\n- a line\n")
      assert.strictEqual(last(yield* run)?._tag, "Completed")
      assert.strictEqual(server.requests.length, 1)
      assert.include(JSON.stringify(server.requests[0]?.body["input"]), "=== MEMORY.md (18 bytes) ===")
      assert.strictEqual(readFileSync(join(directory, "MEMORY.md"), "utf8"), "# Memory\n- a new line\n")
    })
  )

  it.scopedLive("an agent does not finish in an answer whose change was refused", () =>
    Effect.gen(function* () {
      const wrong: Call = { name: "replace_string", parameters: { path: "MEMORY.md", old: "not there", new: "x" } }
      const { directory, run, server } = yield* world(turns([memory], [wrong, done], [done]))
      assert.strictEqual(last(yield* run)?._tag, "Completed")
      assert.strictEqual(server.requests.length, 3)
      const outputs = server.requests[2] === undefined ? [] : toolOutputs(server.requests[2])
      assert.match(outputs[1] ?? "", /^error: not finished; a change before this call was refused/)
      assert.strictEqual(readFileSync(join(directory, "MEMORY.md"), "utf8"), "# Memory\n- a line\n")
      const looking: Call = { name: "read_file", parameters: { path: "nowhere.md", first_line: 1, last_line: 1 } }
      const other = yield* world(turns([memory, looking, done]))
      assert.strictEqual(last(yield* other.run)?._tag, "Completed")
      assert.strictEqual(other.server.requests.length, 1, "a read that was refused loses nothing")
    })
  )

  it.scopedLive("create_file replaces a file of the agent's, and leaves no more files than it may make", () =>
    Effect.gen(function* () {
      const other: Call = { name: "create_file", parameters: { path: "MEMORY.md", text: "# Other\n" } }
      const { directory, run } = yield* world(turns([memory, other, done]))
      assert.strictEqual(last(yield* run)?._tag, "Completed")
      assert.strictEqual(readFileSync(join(directory, "MEMORY.md"), "utf8"), "# Other\n")
    })
  )

  it.scopedLive("inputs that have no room are named, and a server that finds them too long gets none of them", () =>
    Effect.gen(function* () {
      const inputs = [
        { name: "trace_summaries/long.md", text: redact("a word and another\n".repeat(4_000)) },
        { name: "trace_summaries/short.md", text: redact("ferries and piers\n".repeat(400)) }
      ]
      const small = yield* world(turns([memory, done]), { modelWindow: 20_000, modelOutputTokens: 1_000 }, inputs)
      assert.strictEqual(last(yield* small.run)?._tag, "Completed")
      const shown = small.server.requests[0]?.text ?? ""
      assert.include(shown, "ferries and piers")
      assert.include(shown, "=== not shown here ===\\ntrace_summaries/long.md (76,000 bytes)")
      const strict = yield* world(
        (request, index) =>
          tokensOf(request.body) > 1_500 ? replies.tooLong() : turns([], [memory, done])(request, index),
        {},
        inputs
      )
      assert.strictEqual(last(yield* strict.run)?._tag, "Completed")
      assert.strictEqual(strict.server.requests.length, 2)
      const [, second] = strict.server.requests
      assert(second !== undefined)
      assert.include(second.text, "trace_summaries/short.md (7,200 bytes)")
      assert.notInclude(second.text, "ferries and piers")
    })
  )

  it.scopedLive("an agent that never finishes ends at its limit of turns, tokens or time, with advice", () =>
    Effect.gen(function* () {
      const endless = calling({ name: "list_files", parameters: { path: "." } })
      const ends: ReadonlyArray<readonly [Partial<Settings.SettingValues>, RegExp, number | undefined]> = [
        [{ agentTurns: 5 }, /5 turns; raise MEMORIES_AGENT_TURNS/, 5],
        [{ agentTokens: 3_000 }, /3000 tokens.*MEMORIES_AGENT_TOKENS/, undefined]
      ]
      for (const [given, says, requests] of ends) {
        const { run, server } = yield* world(endless, given)
        const end = last(yield* run)
        assert.match(end?._tag === "Errored" ? end.message : "", says)
        assert.isTrue(requests === undefined || server.requests.length === requests)
        assert.isBelow(server.requests.length, 20)
      }
      const slow = yield* world(replies.silent, { agentTimeLimit: Duration.minutes(1) })
      const isAsked = () => slow.server.requests.length > 0
      const end = last(yield* withTimePassing(slow.run, { once: isAsked, step: "10 seconds" }))
      assert.match(end?._tag === "Errored" ? end.message : "", /MEMORIES_AGENT_TIME_LIMIT/)
    })
  )

  it.scopedLive("an agent ends at its limit of tokens even if the server reports a cost of zero or less", () =>
    Effect.gen(function* () {
      for (const tokens of [0, -1_000, Number.MAX_VALUE]) {
        const { run, server } = yield* world(
          (request) => {
            const turn = calling({ name: "list_files", parameters: { path: "." } })(request)
            return {
              ...turn,
              body: turn.body.replaceAll(/"(input|output|total)_tokens":\d+/g, `"$1_tokens":${tokens}`)
            }
          },
          { agentTokens: 100_000, modelOutputTokens: 16_000 }
        )
        const end = last(yield* run)
        assert.match(end?._tag === "Errored" ? end.message : "", /MEMORIES_AGENT_TOKENS/)
        assert.isAtMost(server.requests.length, 7)
      }
    })
  )

  it.scopedLive("an agent that calls no tools is asked to continue, and gives up in the end", () =>
    Effect.gen(function* () {
      const { run, server } = yield* world(replies.ok("I have written the memory."))
      assert.strictEqual(last(yield* run)?._tag, "Errored")
      assert.strictEqual(server.requests.length, 12)
    })
  )

  it.scopedLive("an agent is interrupted when its scope closes, and so is its request", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<void>()
      const { directory, server, services } = yield* world((request, index) => {
        Deferred.unsafeDone(asked, Effect.void)
        return index < 0 ? replies.ok("")(request) : replies.silent()
      })
      const statuses = yield* Effect.gen(function* () {
        const { spawn } = yield* AgentControl
        const inner = yield* Effect.scoped(
          Effect.gen(function* () {
            const agent = yield* spawn({ pass: "p", directory, prompt: safe`work`, source: "memory_consolidation" })
            const following = yield* Effect.forkDaemon(Stream.runCollect(agent.status))
            yield* Deferred.await(asked)
            return following
          })
        )
        return yield* Fiber.join(inner)
      }).pipe(Effect.provide(services))
      assert.strictEqual(last(Chunk.toReadonlyArray(statuses))?._tag, "Interrupted")
      assert.strictEqual(server.requests.length, 1)
    })
  )

  it.scopedLive("the longest tool output is dropped when the conversation exceeds the window", () =>
    Effect.gen(function* () {
      const read: Call = {
        name: "read_file",
        parameters: { path: "trace_summaries/long.md", first_line: 1, last_line: 2_000 }
      }
      const { directory, run, server } = yield* world(turns([read], [read], [read], [read], [memory, done]), {
        modelWindow: 40_000,
        modelOutputTokens: 1_000
      })
      write(join(directory, "trace_summaries/long.md"), "a word and another\n".repeat(2_500))
      assert.strictEqual(last(yield* run)?._tag, "Completed")
      assert.include(server.requests[4]?.text ?? "", "left out to make room")
      const [, early] = server.requests
      assert(early !== undefined)
      assert.notInclude(early.text, "left out to make room")
    })
  )

  it.scopedLive("tool outputs are dropped when the server reports that the request is too long", () =>
    Effect.gen(function* () {
      const read: Call = {
        name: "read_file",
        parameters: { path: "trace_summaries/long.md", first_line: 1, last_line: 2_000 }
      }
      const play = turns([read], [read], [read], [memory, done])
      let answered = 0
      const { directory, run, server } = yield* world((request) =>
        tokensOf(request.body) > 30_000 ? replies.tooLong() : play(request, answered++)
      )
      write(join(directory, "trace_summaries/long.md"), "a word and another\n".repeat(2_500))
      assert.strictEqual(last(yield* run)?._tag, "Completed")
      assert.include(server.requests.at(-1)?.text ?? "", "left out to make room")
    })
  )
})
