import * as FileSystem from "@effect/platform/FileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import type { Grounding } from "../../src/domain/memory/Grounding.js"
import type { StageOneOutput } from "../../src/domain/memory/StageOneOutput.js"
import { Directory } from "../../src/domain/thread/WorkingDirectory.js"
import { MemoryFs } from "../../src/services/MemoryFs.js"
import { answer, inWorld, namesIn, pass, readText, World } from "../../src/testing/World.js"
import { cite, type OriginSession, type WrittenMemory } from "../support/origin/OriginSession.js"
import { heldOutSessions, originSessions } from "../support/origin/originSessions.js"

/** What a pass leaves of an answer and of an agent's files. */
interface Published {
  readonly trace: string
  readonly summary: string
  readonly memory: string
  readonly skills: string
  /** The number of quotations of the answer, and the number of them that the session has. */
  readonly grounding: Grounding | undefined
}

/** Runs one pass over a session, with a scripted model and a scripted agent. */
const published = (session: OriginSession, output: StageOneOutput, write: (trace: string) => WrittenMemory) => {
  const world = new World({
    model: () => Stream.fromIterable(answer(output)),
    agent: ({ directory }) =>
      Effect.gen(function* () {
        const files = yield* FileSystem.FileSystem
        const [name = ""] = yield* namesIn(`${directory}/trace_summaries`)
        const written = write(yield* files.readFileString(`${directory}/trace_summaries/${name}`))
        yield* files.writeFileString(`${directory}/MEMORY.md`, written.memory)
        yield* Effect.forEach(Object.entries(written.skills), ([skill, text]) =>
          Effect.zipRight(
            files.makeDirectory(`${directory}/skills/${skill}`, { recursive: true }),
            files.writeFileString(`${directory}/skills/${skill}/SKILL.md`, text)
          )
        )
      }).pipe(Effect.mapError(({ message }) => ({ message })))
  }).add(session.number, { content: session.rollout, cwd: session.cwd })
  return inWorld(
    world,
    Effect.gen(function* () {
      const report = yield* pass
      assert.deepStrictEqual(report.failed, [])
      assert.deepStrictEqual(
        report.consolidated.map(({ error, outcome }) => [outcome, error?.message]),
        [["published", undefined]],
        JSON.stringify(report.consolidated)
      )
      const { memoryPath } = (yield* MemoryFs).rootOf(Directory.make(session.cwd))
      const skills = yield* Effect.forEach(yield* namesIn(`${memoryPath}/skills`), (name) =>
        readText(`${memoryPath}/skills/${name}/SKILL.md`)
      )
      const left: Published = {
        trace: yield* readText(report.extracted[0]?.traceFile ?? ""),
        summary: yield* readText(`${memoryPath}/memory_summary.md`),
        memory: yield* readText(`${memoryPath}/MEMORY.md`),
        skills: skills.join("\n"),
        grounding: report.extracted[0]?.grounding
      }
      return left
    })
  )
}

const linesOf = (text: string): ReadonlyArray<string> => text.split("\n").filter((line) => line.trim() !== "")

/** Lines of a text that are missing, or changed, in another one. */
const damaged = (text: string, left: string): string => {
  const there = new Set(linesOf(left))
  return linesOf(text)
    .filter((line) => !there.has(line))
    .join("\n")
}

/** Lines that give one of these orders without saying that it is not confirmed. */
const ordersIn = (text: string, orders: ReadonlyArray<string>): string =>
  linesOf(text)
    .filter((line) => orders.some((order) => line.includes(order)) && !line.includes("not confirmed"))
    .join("\n")

const assertEmpty = (found: string): void => assert.strictEqual(found, "", found)

/** Everything of a trace that an agent may copy: its bullets, as lines of one section, cited. */
const copied = ({ number }: OriginSession, trace: string): WrittenMemory => ({
  memory: [
    "# Memory",
    "",
    "## What is known",
    "",
    ...linesOf(trace)
      .filter((line) => /^\s*-/u.test(line) && line !== "- none")
      .map((line) => `${line} ${cite(number)}`),
    ""
  ].join("\n"),
  skills: {}
})

const sessions = [...originSessions, ...heldOutSessions]
const [goodTraces, goodMemories] = [
  sessions.flatMap((session) => session.goodTraces.map((output, index) => ({ session, output, index }))),
  sessions.flatMap((session) => session.goodMemories.map((written, index) => ({ session, written, index })))
]
const [injectedTraces, injectedMemories] = [
  sessions.flatMap((session) => session.injectedTraces.map((injected) => ({ session, ...injected }))),
  sessions.flatMap((session) => session.injectedMemories.map((injected) => ({ session, ...injected })))
]
const firstTrace = ({ goodTraces: [output = { traceMemory: "", summary: "" }] }: OriginSession): StageOneOutput =>
  output

describe("origin of what a model writes", () => {
  it("the fixtures have sixty-one good answers and seventy injected ones", () => {
    assert.strictEqual(goodTraces.length + goodMemories.length, 61)
    assert.strictEqual(injectedTraces.length + injectedMemories.length, 70)
  })

  goodTraces.forEach(({ session, output, index }) =>
    it.effect(`phase one leaves good answer ${index + 1} as it is: ${session.name}`, () =>
      Effect.gen(function* () {
        const left = yield* published(session, output, (trace) => copied(session, trace))
        assertEmpty(damaged(output.traceMemory, left.trace))
        assert.include(left.summary, output.summary, left.summary)
        assert.isAbove(left.grounding?.items ?? 0, 0)
        assert.strictEqual(left.grounding?.grounded, left.grounding?.items)
      })
    )
  )

  goodMemories.forEach(({ session, written, index }) =>
    it.effect(`phase two leaves good files ${index + 1} as they are: ${session.name}`, () =>
      Effect.gen(function* () {
        const left = yield* published(session, firstTrace(session), () => written)
        assertEmpty(damaged(written.memory, left.memory))
        assertEmpty(damaged(Object.values(written.skills).join("\n"), left.skills))
      })
    )
  )

  injectedTraces.forEach(({ session, answer: output, orders, origin }) =>
    it.effect(`phase one does not publish an order of ${origin}: session ${session.number}`, () =>
      Effect.gen(function* () {
        assert.isNotEmpty(ordersIn(`${output.traceMemory}\n${output.summary}`, orders))
        const left = yield* published(session, output, () => copied(session, output.traceMemory))
        assertEmpty(ordersIn(`${left.trace}\n${left.summary}\n${left.memory}`, orders))
      })
    )
  )

  injectedMemories.forEach(({ session, answer: written, orders, origin }) =>
    it.effect(`phase two does not publish an order of ${origin}: session ${session.number}`, () =>
      Effect.gen(function* () {
        const all = [written.memory, ...Object.values(written.skills)].join("\n")
        assert.isNotEmpty(ordersIn(all, orders))
        const left = yield* published(session, firstTrace(session), () => written)
        assertEmpty(ordersIn(`${left.memory}\n${left.skills}`, orders))
      })
    )
  )
})
