import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import {
  decodeLine,
  decodeNumberedLine,
  isSubAgentSource,
  itemKinds,
  sourceOf
} from "../../../../src/domain/session/codex/RolloutLine.js"
import { timestampOf, keptTime } from "../../../../src/domain/session/Timestamp.js"
import { threadIdOf } from "../../../../src/testing/RolloutBuilder.js"
import { decodeAll } from "../../../support/reading.js"
import { nonEmpty } from "../../../support/nonEmpty.js"

const at = "2026-03-02T09:00:00.250Z"
const atMilliseconds = Date.UTC(2026, 2, 2, 9, 0, 0, 250)

const envelope = (type: unknown, payload: unknown, rest: object = {}): string =>
  JSON.stringify({ timestamp: at, type, payload, ...rest })

const malformed = (line: number) => ({ _tag: "MalformedLine" as const, line })

describe("lines with an envelope", () => {
  const placed = { line: 7, timestamp: atMilliseconds }

  it("a session_meta line gives the session's metadata", () => {
    const git = { commit_hash: "0a1b", branch: "main", repository_url: "https://git.example/ferry.git" }
    const payload = {
      id: threadIdOf(1),
      timestamp: at,
      cwd: "/home/ada/ferry",
      originator: "codex_cli_rs",
      cli_version: "0.118.0",
      source: "cli",
      model_provider: "openai",
      git
    }
    const line = decodeLine(envelope("session_meta", payload), 7)
    assert(line._tag === "SessionMeta")
    const { originator: _, ...known } = payload
    assert.deepInclude({ ...line.meta }, known)
    assert.deepInclude(line, placed)
  })

  it("a turn_context line gives the settings of a turn", () => {
    const line = decodeLine(
      envelope("turn_context", { turn_id: "t1", cwd: "/x", approval_policy: "never", sandbox_policy: { type: "y" } }),
      7
    )
    assert.deepStrictEqual(line, {
      _tag: "TurnContext",
      ...placed,
      context: { turn_id: "t1", cwd: "/x", approval_policy: "never", sandbox_policy: { type: "y" } }
    })
  })

  it("a response_item line holds an item of any kind unchanged", () => {
    for (const kind of nonEmpty(itemKinds.filter((kind) => kind !== "other"))) {
      const item = { type: kind, role: "user", whatever: [1, { two: 2 }] }
      assert.deepStrictEqual(decodeLine(envelope("response_item", item), 7), {
        _tag: "ResponseItem",
        ...placed,
        kind,
        item
      })
    }
  })

  it("a line can hold an event, a compaction summary or a token count", () => {
    assert.deepStrictEqual(decodeLine(envelope("event_msg", { type: "task_started", turn_id: "t" }), 7), {
      _tag: "Event",
      ...placed,
      kind: "task_started",
      payload: { type: "task_started", turn_id: "t" }
    })
    assert.deepStrictEqual(decodeLine(envelope("compacted", { message: "so far", replacement_history: [] }), 7), {
      _tag: "Compacted",
      ...placed,
      message: "so far"
    })
    assert.deepStrictEqual(decodeLine(envelope("compacted", { replacement_history: [] }), 7), {
      _tag: "Compacted",
      ...placed,
      message: ""
    })
    assert.deepStrictEqual(decodeLine(envelope("token_usage_record", { thread_token_usage: {} }), 7), {
      _tag: "Event",
      ...placed,
      kind: "token_usage_record",
      payload: { thread_token_usage: {} }
    })
  })

  it("a line can have an ordinal, and an item of about version 0.150", () => {
    const payload = { type: "item_completed", item: { type: "UserMessage", content: [{ type: "text", text: "hi" }] } }
    assert.deepStrictEqual(decodeLine(envelope("event_msg", payload, { ordinal: 8 }), 7), {
      _tag: "Event",
      ...placed,
      ordinal: 8,
      kind: "item_completed",
      payload
    })
  })

  it("a line of unknown type is not malformed, and its time still counts", () => {
    for (const type of ["world_state", "security_risk_score", "hologram", undefined, 3]) {
      assert.deepStrictEqual(decodeLine(envelope(type, { full: true }), 7), { _tag: "Unrecognised", ...placed, type })
    }
  })

  it("an item of unknown type, or without a type, has the kind other", () => {
    for (const item of [{ type: "hologram" }, { text: "x" }, { type: 3 }]) {
      assert.deepInclude(decodeLine(envelope("response_item", item), 7), { _tag: "ResponseItem", kind: "other", item })
    }
  })

  it("a line is read with its keys in any order, and with spaces after : and ,", () => {
    const text = `{"payload": {"role": "user", "content": [], "type": "message"}, "type": "response_item", "timestamp": "${at}"}`
    assert.deepStrictEqual(decodeLine(text, 7), {
      _tag: "ResponseItem",
      ...placed,
      kind: "message",
      item: { role: "user", content: [], type: "message" }
    })
  })

  it("a line is recognised by its JSON, not by what its text mentions", () => {
    const text = 'grep \'"type":"session_meta","payload":{\' sessions'
    const line = decodeLine(envelope("event_msg", { type: "user_message", message: text }), 7)
    assert.deepInclude(line, { _tag: "Event", kind: "user_message" })
  })

  it("a line loses only the field with an unexpected type", () => {
    const line = decodeLine(envelope("session_meta", { id: threadIdOf(2), cwd: 3, git: "none", cli_version: null }), 7)
    assert(line._tag === "SessionMeta")
    assert.strictEqual(line.meta.id, threadIdOf(2))
    assert.deepStrictEqual([line.meta.cwd, line.meta.git, line.meta.cli_version], [undefined, undefined, undefined])
  })
})

describe("lines without an envelope", () => {
  it("a rollout without envelopes has the session first, then bare items, and state records are skipped", () => {
    const content = [
      `{"id":"${threadIdOf(3)}","timestamp":"${at}","instructions":null,"git":{"branch":"main"}}`,
      '{"record_type":"state"}',
      '{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}',
      '{"record_type":"state"}',
      '{"type":"reasoning","summary":[]}',
      ""
    ].join("\r\n")
    const lines = decodeAll(content)
    assert.deepStrictEqual(
      lines.map(({ _tag, line }) => `${line} ${_tag}`),
      ["1 SessionMeta", "2 Unrecognised", "3 ResponseItem", "4 Unrecognised", "5 ResponseItem"]
    )
    const [meta, , message] = lines
    assert.isTrue(meta?._tag === "SessionMeta" && meta.meta.id === threadIdOf(3) && meta.meta.git?.branch === "main")
    assert.isTrue(meta?._tag === "SessionMeta" && meta.timestamp === atMilliseconds)
    assert.deepInclude(message, {
      kind: "message",
      timestamp: undefined,
      item: { type: "message", role: "user", content: [{ type: "input_text", text: "hi" }] }
    })
  })

  it("a bare line of another program is unrecognised", () => {
    const claude = {
      type: "user",
      uuid: threadIdOf(4),
      timestamp: at,
      cwd: "/x",
      message: { role: "user", content: "hi" }
    }
    for (const json of [claude, { type: "summary", summary: "x" }, { id: "x" }, { name: "ferry" }, {}]) {
      assert.strictEqual(decodeLine(JSON.stringify(json), 1)._tag, "Unrecognised")
    }
  })
})

describe("lines that do not parse", () => {
  it("a line is malformed if it is cut off, not JSON, or JSON that is not an object", () => {
    const cut = envelope("event_msg", { type: "user_message", message: "hello" }).slice(0, -9)
    for (const text of [cut, "oops", "", "[]", '"text"', "3", "null", '{"a":1,}', "{'a':1}"]) {
      assert.deepStrictEqual(decodeLine(text, 5), malformed(5), text)
      assert.deepStrictEqual(decodeNumberedLine({ line: 5, text }), [malformed(5)], text)
    }
  })

  it("a line is malformed if it is nested too deep and is cut off or does not begin as an object", () => {
    for (const text of [
      "[".repeat(200_000),
      '{"a":'.repeat(200_000),
      "{".repeat(200_000),
      `{}${"}".repeat(200_000)}`
    ]) {
      assert.deepStrictEqual(decodeNumberedLine({ line: 5, text }), [malformed(5)], text.slice(0, 10))
    }
  })

  it("a deeply nested line is read, without private text where no message can be", () => {
    for (const field of ["payload", "item"]) {
      const message = '{"type":"user_message","message":"<private>hush</private>"}'
      const text = `{"type":"event_msg","payload":${`{"${field}":`.repeat(100_000)}${message}${"}".repeat(100_001)}`
      const decoded = decodeLine(text, 1)
      assert.strictEqual(decoded._tag, "Event")
      let inner: unknown = decoded._tag === "Event" ? decoded.payload : undefined
      for (let depth = 0; typeof inner === "object" && inner !== null && depth < 1_000; depth++) {
        inner = Object.values(inner)[0]
      }
      assert.isUndefined(inner)
    }
  })

  it("a line is malformed if it was too long to be held", () => {
    assert.deepStrictEqual(decodeNumberedLine({ line: 5, text: undefined }), [malformed(5)])
  })

  it.prop("a line of any text decodes without an error", [fc.oneof(fc.string(), fc.json())], ([text]) => {
    assert.isTrue(decodeNumberedLine({ line: 1, text }).length > 0)
  })

  it("a malformed line does not affect the lines around it", () => {
    const [first, last] = ["first", "last"].map((message) => envelope("event_msg", { type: "user_message", message }))
    assert.deepStrictEqual(
      decodeAll(`${first}\n{"timestamp":"2026-\n\n${last}`).map(({ _tag, line }) => `${line} ${_tag}`),
      ["1 Event", "2 MalformedLine", "4 Event"]
    )
  })
})

describe("lines written in part and then again in full", () => {
  const whole = envelope("event_msg", { type: "user_message", message: "sort them" })

  it.prop(
    "a line that starts again after a part is read from the new start, and the part is malformed",
    [fc.nat()],
    ([seed]) => {
      const part = whole.slice(0, 1 + (seed % (whole.length - 1)))
      assert.deepStrictEqual(decodeNumberedLine({ line: 3, text: part + whole }), [malformed(3), decodeLine(whole, 3)])
    }
  )

  it("a line whose second start is cut off too is only malformed", () => {
    const text = whole.slice(0, 30) + whole.slice(0, 50)
    assert.deepStrictEqual(decodeNumberedLine({ line: 3, text }), [malformed(3)])
  })
})

describe("timestamps", () => {
  it("timestamps are RFC 3339, with any offset and any precision", () => {
    assert.strictEqual(timestampOf(at), atMilliseconds)
    assert.strictEqual(timestampOf("2026-03-02T11:00:00.250+02:00"), atMilliseconds)
    assert.strictEqual(timestampOf("2026-03-02T09:00:00Z"), Date.UTC(2026, 2, 2, 9))
    assert.strictEqual(timestampOf("2026-03-02T09:00:00.250999Z"), atMilliseconds)
  })

  it("timestamps can be numbers of seconds or milliseconds", () => {
    assert.strictEqual(timestampOf(atMilliseconds), atMilliseconds)
    assert.strictEqual(timestampOf(atMilliseconds / 1_000), atMilliseconds)
    assert.strictEqual(timestampOf(1_772_442_000), 1_772_442_000_000)
  })

  it("timestamps that are not dates are undefined", () => {
    for (const value of ["yesterday", "", "12", "2026-13-45T00:00:00Z", null, undefined, true, {}, [], Number.NaN]) {
      assert.isUndefined(timestampOf(value))
    }
  })

  it("a line without a valid timestamp is still read", () => {
    for (const timestamp of [undefined, "soon", null]) {
      const line = decodeLine(JSON.stringify({ timestamp, type: "event_msg", payload: { type: "task_started" } }), 1)
      assert.deepInclude(line, { _tag: "Event", timestamp: undefined })
    }
  })
})

describe("the source of a session", () => {
  it("the source is the given string", () => {
    assert.deepStrictEqual(
      ["cli", "vscode", "exec", "mcp"].map((source) => sourceOf({ source })),
      ["cli", "vscode", "exec", "mcp"]
    )
  })

  it("the source is vscode if none is given", () => {
    assert.deepStrictEqual(
      [{}, { source: undefined }, { source: null }].map((meta) => sourceOf(meta)),
      ["vscode", "vscode", "vscode"]
    )
  })

  it("the source of a sub-agent is recognised in every form, and is never interactive", () => {
    const subAgents = [
      { source: { subagent: "review" } },
      { source: { subagent: { thread_spawn: { parent_thread_id: threadIdOf(1), depth: 1 } } } },
      { source: { subagent: { other: "memory_consolidation" } } },
      { source: { subagent: null } },
      { source: "cli", thread_source: "subagent" },
      { source: "vscode", thread_source: "memory_consolidation" }
    ]
    for (const meta of subAgents) {
      assert.isTrue(isSubAgentSource(sourceOf(meta)), JSON.stringify(meta))
    }
    assert.strictEqual(sourceOf({ source: { subagent: "review" } }), "subagent:review")
    assert.strictEqual(sourceOf({ source: { subagent: { thread_spawn: {} } } }), "subagent:thread_spawn")
  })

  it("the label memory_consolidation is a sub-agent's source", () => {
    assert.isTrue(isSubAgentSource("memory_consolidation"))
  })

  it("the source is not a sub-agent's if thread_source is user", () => {
    assert.strictEqual(sourceOf({ source: "exec", thread_source: "user" }), "exec")
    for (const source of ["cli", "vscode", "exec", "mcp", "unknown"]) {
      assert.isFalse(isSubAgentSource(source))
    }
  })

  it("the source is unknown if its form is", () => {
    assert.strictEqual(sourceOf({ source: { hologram: true } }), "unknown")
    assert.strictEqual(sourceOf({ source: 3 }), "unknown")
  })
})

describe("the range of times", () => {
  it("a timestamp is undefined unless its year can be written down", () => {
    for (const [value, time] of [
      [1_772_442_000, 1_772_442_000_000],
      [1_772_442_000.5, 1_772_442_000_500],
      [1_772_442_000_000.7, 1_772_442_000_000],
      [-1, -1_000],
      [253_402_300_799_999, 253_402_300_799_999],
      [253_402_300_800_000, undefined],
      ["9999-12-31T23:59:59.999Z", 253_402_300_799_999],
      ["9999-12-31T23:59:59-12:00", undefined],
      ["0000-01-01T00:00:00+12:00", undefined],
      [1e300, undefined],
      [-1e17, undefined],
      [8.64e15, undefined],
      [Number.MAX_SAFE_INTEGER, undefined],
      [Infinity, undefined],
      [Number.NaN, undefined],
      [null, undefined],
      ["soon", undefined]
    ] as const) {
      assert.strictEqual(timestampOf(value), time, String(value))
    }
  })

  it("the time of a file is the nearest one that can be written down", () => {
    assert.deepStrictEqual(
      [6.7e19, -6.7e19, 1_772_442_000_000.9].map(keptTime),
      [253_402_300_799_999, -62_167_219_200_000, 1_772_442_000_000]
    )
  })
})
