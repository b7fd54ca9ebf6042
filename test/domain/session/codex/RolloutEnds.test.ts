import { safe } from "../../../../src/domain/privacy/SafeText.js"
import { Directory } from "../../../../src/domain/thread/WorkingDirectory.js"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import type { NumberedLine } from "../../../../src/domain/session/LineSplitter.js"
import { HeadReader, readTail } from "../../../../src/domain/session/codex/RolloutEnds.js"
import { type RolloutFile, threadOf } from "../../../../src/domain/thread/Thread.js"
import { addLine, cwdOf, joinFacts, noFacts, type ThreadFacts } from "../../../../src/domain/thread/ThreadFacts.js"
import { redact } from "../../../../src/domain/privacy/Redaction.js"
import { RolloutBuilder, simpleSession, startOfFixtures, threadIdOf } from "../../../../src/testing/RolloutBuilder.js"
import { rolloutLines, splitWhole } from "../../../support/reading.js"

const file: RolloutFile = { agent: "codex", path: "/codex/rollout-x.jsonl", size: 1, modifiedAt: 7, isArchived: false }
const now = startOfFixtures + 86_400_000

const readHead = (lines: ReadonlyArray<NumberedLine>): ThreadFacts => {
  const reader = new HeadReader()
  lines.every((line) => reader.push([line]))
  return reader.result()
}

const readEnds = (content: string): ThreadFacts =>
  joinFacts(readHead(splitWhole(content)), readTail(Buffer.from(content), true))

const readWhole = (content: string): ThreadFacts => rolloutLines(content).reduce(addLine, noFacts)

const rowOf = (facts: ThreadFacts) => {
  const said = cwdOf(facts)
  return threadOf(facts, file, said === undefined ? null : Directory.make(said), now, redact)
}

/** One step of a rollout, as Codex writes them. */
const step: fc.Arbitrary<(rollout: RolloutBuilder) => RolloutBuilder> = fc.oneof(
  fc.string().map((text) => (rollout: RolloutBuilder) => rollout.user(`please ${text}`)),
  fc.string().map((text) => (rollout: RolloutBuilder) => rollout.assistant(text)),
  fc.string().map((text) => (rollout: RolloutBuilder) => rollout.command("npm test", text, 1)),
  fc
    .constantFrom("never", "on-request", undefined)
    .map((approval_policy) => (rollout: RolloutBuilder) => rollout.turnContext({ approval_policy })),
  fc
    .constantFrom("read-only", { type: "workspace-write" }, undefined)
    .map((sandbox_policy) => (rollout: RolloutBuilder) => rollout.turnContext({ sandbox_policy })),
  fc
    .nat()
    .map(
      (total_tokens) => (rollout: RolloutBuilder) =>
        rollout.event({ type: "token_count", info: { total_token_usage: { total_tokens } } })
    ),
  fc
    .nat()
    .map(
      (total_tokens) => (rollout: RolloutBuilder) =>
        rollout.line("token_usage_record", { thread_token_usage: { total_tokens } })
    ),
  fc
    .string()
    .map((thread_name) => (rollout: RolloutBuilder) => rollout.event({ type: "thread_name_updated", thread_name })),
  fc
    .constantFrom(
      '{"timestamp":"2026-03-02T09:',
      '{"type":"event_msg","payload":{"type":"turn_context"}}',
      "",
      '{"timestamp":1772442000,"type":"hologram","payload":{}}',
      '{"timestamp":"none","type":"event_msg","payload":{"type":"token_count","info":null}}'
    )
    .map((text) => (rollout: RolloutBuilder) => rollout.raw(text)),
  fc.constant((rollout: RolloutBuilder) => rollout.event({ type: "user_message", message: "", images: ["x"] })),
  fc.constant((rollout: RolloutBuilder) => rollout.meta({ id: threadIdOf(2), cwd: "/elsewhere" }))
)

describe("reading the ends of a rollout", () => {
  it.prop(
    "the ends of a small rollout give the same row as the whole of it",
    [fc.array(step, { maxLength: 30 }), fc.boolean()],
    ([steps, endsWithNewline]) => {
      const rollout = steps.reduce((so_far, take) => take(so_far), new RolloutBuilder().meta().turnContext())
      const content = endsWithNewline ? rollout.text() : rollout.text().trimEnd()
      assert.deepStrictEqual(rowOf(readEnds(content)), rowOf(readWhole(content)))
    },
    { fastCheck: { numRuns: 500 } }
  )

  it("the ends of a rollout without envelopes give the same row as the whole of it", () => {
    const content = [
      `{"id":"${threadIdOf(3)}","timestamp":"2026-03-02T09:00:00Z","instructions":null,"git":{"branch":"main"}}`,
      '{"record_type":"state"}',
      '{"type":"message","role":"user","content":[{"type":"input_text","text":"<environment_context><cwd>/x</cwd>"}]}',
      '{"record_type":"state"}',
      '{"type":"message","role":"user","content":[{"type":"input_text","text":"sort them"}]}',
      ...Array.from({ length: 20 }, () => '{"record_type":"state"}')
    ].join("\r\n")
    const row = rowOf(readEnds(content))
    assert.deepStrictEqual(row, rowOf(readWhole(content)))
    assert.deepInclude(row, { cwd: Directory.make("/x"), title: safe`sort them`, updatedAt: startOfFixtures })
  })
})

describe("the head of a rollout", () => {
  it("the head is read no further than the lines that it needs", () => {
    const lines = splitWhole(simpleSession())
    const reader = new HeadReader()
    // The session, the settings, the request's message and its event.
    assert.deepStrictEqual(
      lines.slice(0, 4).map((line) => reader.push([line])),
      [true, true, true, false]
    )
    assert.strictEqual(reader.result().firstRequest, "the timetable test fails, please fix it")
  })

  it("the head is read on while the session, its directory or the request is unknown", () => {
    const wanted = [
      new RolloutBuilder().user("sort them").turnContext(),
      new RolloutBuilder().meta({ cwd: "" }).user("sort them"),
      new RolloutBuilder().meta().event({ type: "user_message", message: "", images: ["x"] }),
      new RolloutBuilder().meta().turnContext()
    ]
    for (const rollout of wanted) {
      assert.isTrue(new HeadReader().push(splitWhole(rollout.text())))
    }
  })

  it("the head waits for the event of a request for a limited number of lines", () => {
    const reader = new HeadReader()
    reader.push(splitWhole(new RolloutBuilder().meta().message("user", "sort them").text()))
    const lines = splitWhole("{}\n".repeat(100))
    assert.isTrue(reader.push(lines.slice(0, 3)))
    assert.isFalse(reader.push(lines))
  })
})

describe("the tail of a rollout", () => {
  const last = new RolloutBuilder()
    .turnContext({ approval_policy: "never", sandbox_policy: "read-only" })
    .event({ type: "thread_name_updated", thread_name: "Ferries" })
    .event({ type: "token_count", info: { total_token_usage: { total_tokens: 5 } } })
    .text()
  const ofLast = {
    ...noFacts,
    isRollout: true,
    approvalMode: "never",
    sandboxPolicy: "read-only",
    threadName: "Ferries",
    countedTokens: 5,
    lastTimestamp: startOfFixtures + 2_000
  }

  it("the tail gives the facts of the last line of each kind", () => {
    assert.deepStrictEqual(readTail(Buffer.from(last), false), {
      ...ofLast,
      approvalMode: undefined,
      sandboxPolicy: undefined
    })
    assert.deepStrictEqual(readTail(Buffer.from(last), true), ofLast)
  })

  it("a tail that begins in the middle of a line ignores that line", () => {
    const before = new RolloutBuilder(startOfFixtures - 60_000).turnContext({ approval_policy: "on-request" }).text()
    for (let cut = 1; cut < before.length; cut += 7) {
      assert.deepStrictEqual(readTail(Buffer.from(before.slice(cut) + last), false), ofLast)
    }
  })

  it("the tail ignores lines that do not parse or only mention the names of fields", () => {
    const mentioned = new RolloutBuilder(startOfFixtures + 60_000)
      .assistant('"turn_context" and "token_count" and "thread_name_updated"')
      .text()
    const facts = readTail(Buffer.from(`${last}${mentioned}{"timestamp":"2026-03-`), true)
    assert.deepStrictEqual(facts, { ...ofLast, lastTimestamp: startOfFixtures + 60_000 })
  })

  it("a tail without any rollout line gives no facts", () => {
    assert.deepStrictEqual(readTail(Buffer.from(""), true), noFacts)
    assert.deepStrictEqual(readTail(Buffer.from("not a rollout\n\n"), true), noFacts)
  })
})
