import { assert, describe, it } from "@effect/vitest"
import { toolAnswer, userMessage } from "../../../src/domain/agent/Conversation.js"
import { RequestRejected } from "../../../src/domain/model/ModelError.js"
import { toolRequests } from "../../../src/domain/model/ModelResponse.js"
import type { ModelRequest, OptionalField, Recipient } from "../../../src/domain/model/wire/ModelRequest.js"
import { rejectedField } from "../../../src/domain/model/wire/OptionalFields.js"
import type { Wire } from "../../../src/domain/model/wire/Wire.js"
import { wires } from "../../../src/domain/model/wire/Wires.js"
import { nonEmpty } from "../../support/nonEmpty.js"

const request: ModelRequest = {
  instructions: "learn",
  conversation: [userMessage("a session")],
  tools: [],
  output: { name: "answer", schema: { type: "object" } },
  effort: "low",
  cacheKey: undefined,
  maxOutputTokens: 1_000
}

const agentRequest: ModelRequest = {
  ...request,
  output: undefined,
  cacheKey: "project",
  tools: [{ name: "finish", description: "Ends.", parameters: { type: "object" } }]
}

const to = (model: string, provider: string, without: ReadonlyArray<OptionalField> = []): Recipient => ({
  model,
  provider,
  serviceTier: "flex",
  without: new Set(without)
})

const readAll = (wire: Wire, events: ReadonlyArray<unknown>) => {
  const reader = wire.read()
  events.forEach(reader.take)
  return { ...reader.received(), rest: reader.rest() }
}

describe("fields about the cache", () => {
  it("a request of phase one stays out of the cache where writing to it costs extra", () => {
    for (const wire of [wires.openai, wires.chat]) {
      const explicit = wire.body(request, to("gpt-6-sol", "openai"))
      assert.deepStrictEqual(explicit["prompt_cache_options"], { mode: "explicit" })
      assert.notProperty(wire.body(request, to("gpt-5-mini", "openai")), "prompt_cache_options")
    }
    assert.notProperty(wires.anthropic.body(request, to("claude-opus-5-5", "anthropic")), "cache_control")
  })

  it("a request of the agent has a key for its project, or asks for the cache", () => {
    for (const wire of [wires.openai, wires.chat]) {
      const body = wire.body(agentRequest, to("gpt-6-sol", "openai"))
      assert.strictEqual(body["prompt_cache_key"], "project")
      assert.notProperty(body, "prompt_cache_options")
    }
    const body = wires.anthropic.body(agentRequest, to("claude-opus-5-5", "anthropic"))
    assert.deepStrictEqual(body["cache_control"], { type: "ephemeral" })
  })

  it("a server of somebody else's gets no field of OpenAI's cache", () => {
    for (const wire of [wires.openai, wires.chat]) {
      assert.notMatch(JSON.stringify(wire.body(agentRequest, to("gpt-6-sol", "localhost:8000"))), /prompt_cache/)
    }
  })
})

describe("optional fields", () => {
  const fields: ReadonlyArray<readonly [OptionalField, string, ReadonlyArray<keyof typeof wires>]> = [
    ["strict output", "json_schema", ["openai", "chat", "anthropic"]],
    ["effort", "effort", ["openai", "chat", "anthropic"]],
    ["service tier", "service_tier", ["openai", "chat"]],
    ["usage", "stream_options", ["chat"]]
  ]
  for (const [field, word, apis] of fields) {
    it(`a request goes without ${field} once a server rejected it`, () => {
      for (const api of nonEmpty(apis)) {
        assert.include(JSON.stringify(wires[api].body(request, to("m", "host"))), word, api)
        assert.notInclude(JSON.stringify(wires[api].body(request, to("m", "host", [field]))), word, api)
      }
    })
  }

  it("a rejected field is recognised by the words of several servers, and other rejections are none", () => {
    const fieldOf = (detail: string, status = 400) =>
      rejectedField(new RequestRejected({ subject: { directory: "/d" }, status, detail }))
    const words: ReadonlyArray<readonly [string, OptionalField | undefined]> = [
      ["Unsupported parameter: 'reasoning.effort' is not supported with this model.", "effort"],
      ["Unrecognized request argument supplied: reasoning_effort", "effort"],
      ["output_config.effort: Extra inputs are not permitted", "effort"],
      ["'response_format' of type 'json_schema' is not supported with this model", "strict output"],
      ["tools.0.custom.strict: Extra inputs are not permitted", "strict output"],
      ["Unknown parameter: 'service_tier'", "service tier"],
      ["Extra inputs are not permitted: stream_options", "usage"],
      ["Unknown parameter: 'prompt_cache_options'.", "cache"],
      ["messages.1.content.0: Invalid `signature` in `thinking` block", "reasoning"],
      ["Invalid value for max_tokens", undefined],
      ["the prompt was flagged", undefined]
    ]
    for (const [detail, field] of words) {
      assert.strictEqual(fieldOf(detail), field, detail)
    }
    assert.isUndefined(fieldOf("reasoning_effort", 403))
  })
})

describe("conversations", () => {
  const conversation = [
    userMessage("begin"),
    { type: "reasoning", encrypted_content: "signed", summary: [{ type: "summary_text", text: "hm" }] },
    { type: "reasoning", encrypted_content: "secret" },
    { type: "message", role: "assistant", content: [{ type: "output_text", text: "I look" }] },
    { type: "function_call", call_id: "a", name: "list", arguments: '{"path":"."}', extra_content: { signed: 1 } },
    { type: "function_call", call_id: "b", name: "list", arguments: "{broken" },
    toolAnswer("a", "files"),
    toolAnswer("b", "error: no JSON"),
    userMessage("go on")
  ]

  it("a turn of the model is one message of Chat Completions, with its text and its calls", () => {
    const { messages } = wires.chat.body({ ...agentRequest, conversation }, to("m", "host"))
    assert.deepStrictEqual(messages, [
      { role: "system", content: "learn" },
      { role: "user", content: "begin" },
      {
        role: "assistant",
        content: "I look",
        tool_calls: [
          {
            id: "a",
            type: "function",
            function: { name: "list", arguments: '{"path":"."}' },
            extra_content: { signed: 1 }
          },
          { id: "b", type: "function", function: { name: "list", arguments: "{broken" } }
        ]
      },
      { role: "tool", tool_call_id: "a", content: "files" },
      { role: "tool", tool_call_id: "b", content: "error: no JSON" },
      { role: "user", content: "go on" }
    ])
  })

  it("user and model take turns in Messages, with the thinking as it was signed and objects as parameters", () => {
    const { messages } = wires.anthropic.body({ ...agentRequest, conversation }, to("m", "host"))
    assert.deepStrictEqual(messages, [
      { role: "user", content: [{ type: "text", text: "begin" }] },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "hm", signature: "signed" },
          { type: "redacted_thinking", data: "secret" },
          { type: "text", text: "I look" },
          { type: "tool_use", id: "a", name: "list", input: { path: "." } },
          { type: "tool_use", id: "b", name: "list", input: {} }
        ]
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "a", content: "files" },
          { type: "tool_result", tool_use_id: "b", content: "error: no JSON" },
          { type: "text", text: "go on" }
        ]
      }
    ])
  })
})

describe("answers of Chat Completions", () => {
  const choice = (delta: unknown, finish_reason: string | null = null) => ({
    choices: [{ index: 0, delta, finish_reason }]
  })
  const call = (fields: object) => choice({ tool_calls: [fields] })

  it("calls that all have the same index, or none, are told apart by their ids", () => {
    for (const index of [0, undefined]) {
      const response = readAll(wires.chat, [
        call({ index, id: "one", function: { name: "list", arguments: '{"path"' } }),
        call({ index, function: { arguments: ':"."}' } }),
        call({ index, id: "two", function: { name: "finish", arguments: {} } }),
        choice({}, "stop")
      ])
      assert.deepStrictEqual(toolRequests(response), [
        { callId: "one", name: "list", parameters: '{"path":"."}' },
        { callId: "two", name: "finish", parameters: "{}" }
      ])
    }
  })

  it("a call without an id gets one", () => {
    const response = readAll(wires.chat, [
      call({ index: 0, id: null, function: { name: "list", arguments: "" } }),
      call({ index: 1, function: { name: "finish", arguments: "{}" } }),
      choice({}, "tool_calls")
    ])
    assert.deepStrictEqual(
      toolRequests(response).map(({ callId }) => callId),
      ["call_0", "call_1"]
    )
  })

  it("token counts are awaited after the end of the answer, and not after the end of the stream", () => {
    const answer = [choice({ content: "yes" }), choice({}, "stop")]
    assert.strictEqual(readAll(wires.chat, answer).rest, "usage")
    assert.strictEqual(readAll(wires.chat, [...answer, "[DONE]"]).rest, "nothing")
    assert.strictEqual(readAll(wires.chat, answer.slice(0, 1)).rest, "events")
    const late = { choices: [], usage: { prompt_tokens: 10, completion_tokens: 5 } }
    assert.deepStrictEqual(readAll(wires.chat, [...answer, late]).usage, { inputTokens: 10, outputTokens: 5 })
  })

  it("a stream that ends without a reason is not a whole answer", () => {
    assert.isUndefined(readAll(wires.chat, [choice({ content: "half" }), "[DONE]"]).end)
  })
})

describe("answers of Messages", () => {
  it("an answer that does not say why it stopped is not whole", () => {
    assert.isUndefined(readAll(wires.anthropic, [{ type: "message_stop" }]).end)
  })

  it("tokens of the cache are a part of the input, though the API counts them apart", () => {
    const { usage } = readAll(wires.anthropic, [
      {
        type: "message_start",
        message: {
          usage: { input_tokens: 10, cache_read_input_tokens: 700, cache_creation_input_tokens: 90, output_tokens: 1 }
        }
      },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 5, input_tokens: null } },
      { type: "message_stop" }
    ])
    assert.deepStrictEqual(usage, { inputTokens: 800, outputTokens: 5, cachedTokens: 700, writtenTokens: 90 })
  })
})
