import { ThreadRow } from "../../../src/layers/state/sqlite/ThreadRow.js"
import { safe, type SafeText } from "../../../src/domain/privacy/SafeText.js"
import { Directory } from "../../../src/domain/thread/WorkingDirectory.js"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as fc from "effect/FastCheck"
import { byteLength } from "../../../src/domain/text/ByteBudget.js"
import { isComplete, type RolloutFile, Thread, threadOf } from "../../../src/domain/thread/Thread.js"
import { addLine, cwdOf, noFacts, type ThreadFacts } from "../../../src/domain/thread/ThreadFacts.js"
import { redact } from "../../../src/domain/privacy/Redaction.js"
import { RolloutBuilder, startOfFixtures, threadIdOf } from "../../../src/testing/RolloutBuilder.js"
import { rolloutLines } from "../../support/reading.js"
import { nonEmpty } from "../../support/nonEmpty.js"

const fileName = `rollout-2026-02-27T18-30-05-${threadIdOf(9)}.jsonl`
const inFileName = Date.UTC(2026, 1, 27, 18, 30, 5)
const file: RolloutFile = {
  agent: "codex",
  path: `/home/ada/.codex/sessions/2026/02/27/${fileName}`,
  size: 1_234,
  modifiedAt: Date.UTC(2026, 2, 5),
  isArchived: false
}
const now = Date.UTC(2026, 3, 1)

const rowOfFacts = (facts: ThreadFacts, of: Partial<RolloutFile> = {}): Thread => {
  const said = cwdOf(facts)
  return threadOf(facts, { ...file, ...of }, said === undefined ? null : Directory.make(said), now, redact)
}

const rowOf = (rollout: RolloutBuilder, of: Partial<RolloutFile> = {}): Thread =>
  rowOfFacts(rolloutLines(rollout.text()).reduce(addLine, noFacts), of)

const builder = () => new RolloutBuilder()
const named = (thread_name: unknown) => ({ type: "thread_name_updated", thread_name })
const tokens = (total_tokens: unknown) => ({ type: "token_count", info: { total_token_usage: { total_tokens } } })

describe("the row of a rollout", () => {
  it("a row has every column that the rollout and its file give", () => {
    const rollout = builder()
      .meta({
        id: threadIdOf(4),
        cwd: "/home/ada/projects/ferry",
        cli_version: "0.118.0",
        git: { commit_hash: "0a1b2c", branch: "main", repository_url: "https://git.example/ferry.git" }
      })
      .turnContext({ approval_policy: "on-request", sandbox_policy: { type: "workspace-write" } })
      .user("sort the departures")
      .event(tokens(4_321))
    assert.deepStrictEqual(
      { ...rowOf(rollout) },
      {
        id: rowOf(rollout).id,
        agent: "codex",
        rolloutPath: file.path,
        createdAt: startOfFixtures,
        updatedAt: startOfFixtures + 4_000,
        source: "cli",
        modelProvider: "openai",
        cwd: "/home/ada/projects/ferry",
        cliVersion: "0.118.0",
        title: "sort the departures",
        sandboxPolicy: "workspace-write",
        approvalMode: "on-request",
        tokensUsed: 4_321,
        firstUserMessage: "sort the departures",
        archivedAt: null,
        gitSha: "0a1b2c",
        gitBranch: "main",
        gitOriginUrl: "https://git.example/ferry.git",
        rolloutSize: 1_234,
        rolloutModifiedAt: file.modifiedAt,
        missingSince: null,
        withheld: null
      }
    )
    assert.strictEqual(rowOf(rollout).id, threadIdOf(4))
  })

  it("a row has null for unknown columns, vscode for a missing source, and the file's name and time", () => {
    const row = rowOf(builder().raw('{"type":"message","role":"assistant","content":[]}'))
    assert.strictEqual(row.id, threadIdOf(9))
    assert.deepInclude(row, {
      createdAt: inFileName,
      updatedAt: file.modifiedAt,
      source: safe`vscode`,
      modelProvider: null,
      cwd: null,
      cliVersion: null,
      title: null,
      sandboxPolicy: null,
      approvalMode: null,
      tokensUsed: null,
      firstUserMessage: null,
      gitSha: null,
      gitBranch: null,
      gitOriginUrl: null
    })
  })

  it("archived_at is the file's time below archived_sessions/", () => {
    assert.strictEqual(rowOf(builder().meta(), { isArchived: true }).archivedAt, file.modifiedAt)
  })
})

describe("id and created_at", () => {
  it("the id is the first session_meta's, not a parent's", () => {
    const rollout = builder()
      .meta({ id: threadIdOf(2), session_id: threadIdOf(3) })
      .meta({ id: threadIdOf(3) })
    assert.strictEqual(rowOf(rollout).id, threadIdOf(2))
  })

  it("created_at is session_meta's timestamp", () => {
    assert.strictEqual(rowOf(builder().meta({ timestamp: "2026-02-28T00:00:00Z" })).createdAt, Date.UTC(2026, 1, 28))
  })

  it("created_at is else the time in the file's name, else the file's", () => {
    assert.strictEqual(rowOf(builder().user("no meta")).createdAt, inFileName)
    assert.strictEqual(rowOf(builder().user("no meta"), { path: "/x/rollout-1.jsonl" }).createdAt, file.modifiedAt)
  })
})

describe("updated_at", () => {
  it("updated_at is the last timestamp that is a date, even if times go backwards", () => {
    const rollout = builder()
      .meta()
      .at(Date.UTC(2026, 2, 4))
      .assistant("later")
      .at(Date.UTC(2026, 2, 3))
      .assistant("earlier, but last")
      .raw('{"timestamp":"soon","type":"event_msg","payload":{"type":"x"}}')
      .raw('{"type":"event_msg","payload":{"type":"x"}}')
      .raw('{"timestamp":"2026-03-09T00:00:00Z","type":"ev')
    assert.strictEqual(rowOf(rollout).updatedAt, Date.UTC(2026, 2, 3))
  })

  it("updated_at may be numeric, and from a line of an unknown type", () => {
    const time = Date.UTC(2026, 2, 3)
    assert.strictEqual(
      rowOf(builder().meta().raw(`{"timestamp":${time},"type":"hologram","payload":{}}`)).updatedAt,
      time
    )
  })

  it("updated_at is the file's time if no line has one", () => {
    assert.strictEqual(rowOf(builder().raw('{"type":"message","role":"user","content":[]}')).updatedAt, file.modifiedAt)
  })

  it("updated_at is the file's time if the last record is in the future", () => {
    assert.strictEqual(rowOf(builder().at(now).meta()).updatedAt, now)
    assert.strictEqual(
      rowOf(
        builder()
          .at(now + 1)
          .meta()
      ).updatedAt,
      file.modifiedAt
    )
  })
})

describe("title and first_user_message", () => {
  const labels = (rollout: RolloutBuilder) => {
    const { firstUserMessage, title } = rowOf(rollout)
    return { firstUserMessage, title }
  }
  const both = (text: SafeText) => ({ firstUserMessage: text, title: text })
  const userMessage = (message: string, rest: object = {}) => ({ type: "user_message", message, ...rest })
  const image = { images: ["data:image/png;base64,AA=="] }

  it("title and first message are the first user_message event, not injected text", () => {
    const rollout = builder()
      .message("user", "# AGENTS.md instructions for /home/ada\n\nuse tabs")
      .message("user", "<something_new>the harness says</something_new>")
      .user("sort the departures")
      .user("and the arrivals")
    assert.deepStrictEqual(labels(rollout), both(safe`sort the departures`))
  })

  it("title and first message are the first UserMessage item of Codex 0.150", () => {
    const rollout = builder()
      .message("user", "<something_new>the harness says</something_new>")
      .completed({ type: "AgentMessage", content: [{ type: "Text", text: "hello" }] })
      .completed({ type: "UserMessage", content: [{ type: "text", text: "sort the departures" }] })
    assert.deepStrictEqual(labels(rollout), both(safe`sort the departures`))
  })

  it("title and first message are the first message that was not injected, without any event", () => {
    const rollout = builder()
      .raw('{"type":"message","role":"user","content":[{"type":"input_text","text":"<environment_context>x"}]}')
      .raw('{"type":"message","role":"user","content":[{"type":"input_text","text":"sort them"}]}')
    assert.deepStrictEqual(labels(rollout), both(safe`sort them`))
  })

  it('the prefix up to "## My request for Codex:" is cut from title and first message', () => {
    const prefix = "# Context from my IDE setup:\n\n## Active file: a.ts\n\n## My request for Codex:"
    for (const text of [`${prefix}\nsort them  \n`, `${prefix} sort them`, `${prefix}\r\n\r\nsort them`]) {
      assert.deepStrictEqual(labels(builder().event(userMessage(text))), both(safe`sort them`))
    }
  })

  it("an image alone gives [Image] as first message, and the title is the first message with words", () => {
    const rollout = builder().event(userMessage("", image)).event(userMessage("what is it?"))
    assert.deepStrictEqual(labels(rollout), { firstUserMessage: safe`[Image]`, title: safe`what is it?` })
    assert.deepStrictEqual(labels(builder().event(userMessage(" ", { local_images: ["/tmp/a.png"] }))), {
      firstUserMessage: safe`[Image]`,
      title: null
    })
    const item = { type: "UserMessage", content: [{ type: "image", image_url: "data:image/png;base64,AA==" }] }
    assert.deepStrictEqual(labels(builder().completed(item)), { firstUserMessage: safe`[Image]`, title: null })
  })

  it("the title is the first message that says more than hello, or the greeting if there is no other", () => {
    const rollout = builder().event(userMessage("Hello there."))
    assert.deepStrictEqual(labels(rollout), both(safe`Hello there.`))
    assert.deepStrictEqual(labels(rollout.event(userMessage("sort the harbours"))), {
      firstUserMessage: safe`Hello there.`,
      title: safe`sort the harbours`
    })
  })

  it("title and first message are the words of a message that has an image too", () => {
    assert.deepStrictEqual(labels(builder().event(userMessage("what is it?", image))), both(safe`what is it?`))
  })

  it("an event without a person's input is skipped", () => {
    const rollout = builder()
      .event(userMessage("<environment_context>\n<cwd>/x</cwd>\n</environment_context>"))
      .event(userMessage("", { images: [], local_images: [] }))
      .event(userMessage("sort them"))
    assert.deepStrictEqual(labels(rollout), both(safe`sort them`))
  })

  it("the last thread_name_updated gives the title", () => {
    const rollout = builder()
      .user("sort them")
      .event(named("Ferries"))
      .event(named(" Ferry timetable "))
      .event(named(""))
    assert.deepStrictEqual(labels(rollout), { firstUserMessage: safe`sort them`, title: safe`Ferry timetable` })
  })

  it("labels are redacted, and a pasted document is cut at a whole character", () => {
    assert.deepStrictEqual(labels(builder().user("use password=hunter2hunter2 please")), {
      firstUserMessage: safe`use password=[REDACTED_SECRET] please`,
      title: safe`use password=[REDACTED_SECRET] please`
    })
    const { title } = rowOf(builder().user("é".repeat(100_000)))
    assert.isAtMost(byteLength(title ?? ""), 4_096)
    assert.match(title ?? "", /^é+$/)
  })
})

describe("columns of the last line that has them", () => {
  it("sandbox_policy and approval_mode are the last turn_context's, in every form of a policy", () => {
    const rollout = builder()
      .turnContext({ approval_policy: "never", sandbox_policy: { type: "danger-full-access" } })
      .turnContext({ approval_policy: "on-request", sandbox_policy: { mode: "read-only" } })
    assert.deepInclude(rowOf(rollout), { approvalMode: safe`on-request`, sandboxPolicy: safe`read-only` })
    assert.strictEqual(
      rowOf(builder().turnContext({ sandbox_policy: "workspace-write" })).sandboxPolicy,
      "workspace-write"
    )
  })

  it("tokens_used is the last token_count's total; one whose info is null does not count", () => {
    const rollout = builder().event(tokens(10)).event(tokens(25)).event({ type: "token_count", info: null })
    assert.strictEqual(rowOf(rollout).tokensUsed, 25)
  })

  it("tokens_used is else the last token_usage_record's thread total", () => {
    const record = (total_tokens: number) => ({
      usage: { total_tokens: 1 },
      turn_token_usage: { total_tokens: 2 },
      thread_token_usage: { total_tokens }
    })
    const rollout = builder().line("token_usage_record", record(30)).line("token_usage_record", record(70))
    assert.strictEqual(rowOf(rollout).tokensUsed, 70)
    assert.strictEqual(rowOf(rollout.event(tokens(65)).line("token_usage_record", record(90))).tokensUsed, 65)
  })
})

describe("a complete row", () => {
  const rollout = () => builder().meta().user("sort them")
  const read = rowOf(rollout())
  const stored = (fields: Partial<Thread>): Thread => new Thread({ ...read, ...fields })

  it("a stored row is complete if it has every value of the reading, or more", () => {
    assert.isTrue(isComplete(read, read))
    assert.isTrue(isComplete(stored({ tokensUsed: 12 }), read))
  })

  it("a stored row is complete with a normalised cwd", () => {
    assert.isTrue(isComplete(stored({ cwd: Directory.make("/canonical") }), read))
    assert.isFalse(isComplete(stored({ cwd: null }), read))
  })

  it("a stored row is not complete if a column is missing or differs", () => {
    assert.isFalse(isComplete(stored({ title: null }), read))
    assert.isFalse(isComplete(stored({ updatedAt: read.updatedAt - 1 }), read))
  })
})

describe("a row reads back as it was written", () => {
  const odd = fc.oneof(
    fc.double(),
    fc.maxSafeInteger(),
    fc.constantFrom(1e300, -1e17, Infinity, 8.64e15, 253_402_300_800_000, 0.5),
    fc.string(),
    fc.constantFrom("a\0b", "\ud800", "\udfff x", "9999-12-31T23:59:59-12:00", "x".repeat(70_000)),
    fc.constant(null)
  )
  const isRow = Schema.is(Schema.typeSchema(ThreadRow))

  it.prop(
    "a row reads back as it was written, for any values in the rollout's fields",
    [fc.array(odd, { minLength: 22, maxLength: 22 })],
    ([values]) => {
      const line = (type: string, payload: unknown) => JSON.stringify({ timestamp: values[0], type, payload })
      const text = [
        line("session_meta", {
          id: values[1],
          timestamp: values[2],
          cwd: values[3],
          cli_version: values[4],
          model_provider: values[5],
          source: values[6],
          thread_source: values[7],
          git: { commit_hash: values[8], branch: values[9], repository_url: values[10] }
        }),
        line("turn_context", { cwd: values[11], approval_policy: values[12], sandbox_policy: values[13] }),
        line("event_msg", { type: "user_message", message: values[14] }),
        line("event_msg", { type: "thread_name_updated", thread_name: values[15] }),
        line("event_msg", { type: "token_count", info: { total_token_usage: { total_tokens: values[16] } } }),
        line("token_usage_record", { thread_token_usage: { total_tokens: values[17] } }),
        JSON.stringify({ timestamp: values[18], type: "event_msg", payload: { type: "x" } })
      ].join("\n")
      const row = rowOfFacts(rolloutLines(text).reduce(addLine, noFacts))
      assert.isTrue(isRow(row), JSON.stringify(row))
      for (const [field, value] of nonEmpty(Object.entries(row))) {
        if (typeof value === "string") {
          assert.strictEqual(Buffer.from(value).toString().replaceAll("\0", ""), value, field)
          assert.isAtMost(value.length, 32_767, field)
        } else {
          assert.isTrue(value === null || Number.isSafeInteger(value), field)
        }
      }
      for (const time of [row.createdAt, row.updatedAt]) {
        assert.match(new Date(time).toISOString(), /^\d{4}-/)
      }
    }
  )
})
