import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { byDirectory, evidenceByDirectory } from "../../../src/domain/evidence/EvidenceByDirectory.js"
import type { SessionEvent } from "../../../src/domain/session/SessionEvent.js"
import { RolloutBuilder } from "../../../src/testing/RolloutBuilder.js"
import { evidenceOf } from "../../support/reading.js"

const [ferry, tram] = ["/home/ada/projects/ferry", "/home/ada/projects/tram"]

const begin = () => new RolloutBuilder().meta({ cwd: ferry })

const at = (rollout: RolloutBuilder, cwd: string) =>
  rollout.event({ type: "task_started", turn_id: "turn" }).turnContext({ cwd })

const own = (directory: string | undefined) => directory ?? ferry

/** What each directory's part holds, in words. */
const told = (rollout: RolloutBuilder) =>
  evidenceByDirectory(evidenceOf(rollout), own).map(({ directory, evidence }) => [
    directory,
    ...evidence.events.map((event) =>
      event._tag === "UserText" || event._tag === "AssistantText"
        ? event.text
        : event._tag === "CommandRun"
          ? event.command
          : event._tag
    )
  ])

describe("the evidence of a session that changes its directory", () => {
  it("an event goes with the directory of its turn", () => {
    const rollout = at(at(begin(), ferry).user("fix the ferry").command("npm test", "ok\n").turnEnd(), tram)
      .user("now the tram")
      .command("make test", "ok\n")
      .assistant("done")
      .turnEnd()
    const again = at(rollout, ferry).user("and push the ferry").turnEnd()
    assert.deepStrictEqual(told(again), [
      [ferry, "fix the ferry", "npm test", "TurnEnd", "and push the ferry", "TurnEnd"],
      [tram, "now the tram", "make test", "done", "TurnEnd"]
    ])
  })

  it("a request goes with its turn's directory where that is told below it", () => {
    const rollout = begin()
      .turnContext()
      .user("fix the ferry")
      .assistant("done")
      .user("now the tram")
      .turnContext({ cwd: tram })
      .command("make test", "ok\n")
    assert.deepStrictEqual(told(rollout), [
      [ferry, "fix the ferry", "done"],
      [tram, "now the tram", "make test"]
    ])
  })

  it("a request that was never answered stays where it was asked", () => {
    const rollout = at(begin(), ferry).user("fix the ferry")
    assert.deepStrictEqual(told(at(rollout, tram).user("now the tram")), [
      [ferry, "fix the ferry"],
      [tram, "now the tram"]
    ])
  })

  it("a command that ran in another directory stays with its turn", () => {
    const run = (workdir: string) => ({ cmd: "make test", workdir })
    const rollout = at(begin(), ferry)
      .user("fix the ferry")
      .functionCall("one", "exec_command", run(`${ferry}/web`))
      .functionCall("two", "exec_command", run(tram))
      .functionCall("three", "exec_command", {
        cmd: "apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: a\n+a\n*** End Patch\nEOF",
        workdir: tram
      })
    assert.deepStrictEqual(told(rollout), [[ferry, "fix the ferry", "make test", "make test", "FileEdit"]])
  })

  it("the end of the session is told only in the directory of the last turn", () => {
    const rollout = at(at(begin(), ferry).user("fix the ferry").command("npm test", "ok\n"), tram).user("now the tram")
    const parts = evidenceByDirectory(evidenceOf(rollout), own)
    assert.deepStrictEqual(
      parts.map(({ directory, evidence }) => [directory, evidence.finished]),
      [
        [ferry, undefined],
        [tram, false]
      ]
    )
  })

  it("a session has no part for a directory in which nothing was asked or done", () => {
    const rollout = at(at(begin(), ferry).user("fix the ferry").turnEnd(), tram).assistant("hello").turnEnd()
    assert.deepStrictEqual(told(rollout), [[ferry, "fix the ferry", "TurnEnd"]])
  })
})

describe("the parts of a session", () => {
  const place = fc.record({
    line: fc.integer({ min: 1, max: 1_000 }),
    time: fc.constant(undefined),
    directory: fc.constantFrom(ferry, tram, `${ferry}/web`, undefined)
  })
  const event: fc.Arbitrary<SessionEvent> = fc
    .tuple(place, fc.constantFrom("UserText", "AssistantText", "CommandRun", "ToolUse", "TurnEnd", "Compaction"))
    .map(([where, tag]): SessionEvent => {
      switch (tag) {
        case "UserText":
          return { _tag: tag, ...where, provenance: "user", kind: "typed", text: "fix it" }
        case "AssistantText":
          return { _tag: tag, ...where, provenance: "assistant", text: "done", isFinal: undefined }
        case "CommandRun":
          return {
            _tag: tag,
            ...where,
            sessionDirectory: ferry,
            provenance: "assistant",
            outputLine: where.line,
            command: "make",
            isEscalated: false,
            output: undefined
          }
        case "ToolUse":
          return { _tag: tag, ...where, provenance: "assistant", tool: "web_search", hasEnded: true, error: undefined }
        case "TurnEnd":
          return { _tag: tag, ...where, provenance: "harness" }
        default:
          return { _tag: "Compaction", ...where, provenance: "harness" }
      }
    })

  it.prop("the parts hold every event of the session once, in the session's order", [fc.array(event)], ([events]) => {
    const parts = byDirectory(events, own)
    const order = new Map(events.map((one, index) => [one, index]))
    const indexes = parts.map((part) => part.events.map((one) => order.get(one) ?? -1))
    assert.deepStrictEqual(
      indexes.flat().sort((one, other) => one - other),
      events.map((_, index) => index)
    )
    assert.deepStrictEqual(
      indexes,
      indexes.map((some) => some.toSorted((one, other) => one - other))
    )
    assert.strictEqual(new Set(parts.map(({ directory }) => directory)).size, parts.length)
  })
})
