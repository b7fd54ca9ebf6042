import { createHash } from "node:crypto"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import {
  type Conversation,
  itemsToSendBack,
  textOf,
  toolAnswer,
  userMessage,
  withCalls,
  withoutLongest
} from "../../domain/agent/Conversation.js"
import { firstMessage, type SizedInput } from "../../domain/agent/FirstMessage.js"
import { toolRequests } from "../../domain/model/ModelResponse.js"
import { AgentControl, type AgentRequest } from "../../services/AgentControl.js"
import { Settings } from "../../settings/Settings.js"
import { AgentGaveUp, startAgent, type Report } from "./AgentStatusStream.js"
import { makeTools } from "./Tools.js"
import { makeWorkspace } from "./Workspace.js"
import { ServedModel } from "../model/server/ServedModel.js"

/** Maximum number of mistakes, after which the agent gives up: malformed tool calls, and turns without a call. */
const mistakeLimit = 12

/** Factor by which the conversation is shortened when the server rejects it as too long. */
const shrinking = 0.6

/** Maximum number of tool calls of one answer. Further ones are dropped, so that they cost nothing in later turns. */
const callsPerTurn = 64

/**
 * Maximum number of files that an agent may create. `rewriteFactor` times the maximum size of a file is the maximum
 * number of bytes that it may write in total.
 */
const fileLimit = 200
const rewriteFactor = 20

const begin =
  "Consolidate the memory in your directory now. Read with the tools only what you need and is not below. Call finish in the same answer as your last change."
const unfinished = "error: not finished; a change before this call was refused. Mend it, then call finish again."
const goOn = "Nothing was called. Go on with a tool, or call finish if MEMORY.md is as it should be."

const make = Effect.gen(function* () {
  const fileSystem = yield* FileSystem.FileSystem
  const { ask, provider, window } = yield* ServedModel
  const settings = yield* Settings
  const { agentTimeLimit, agentTokens, agentTurns, consolidationEffort, modelOutputTokens, publishedFileBytes } =
    settings

  /** Fits the conversation into a turn's window, dropping the longest tool outputs first. */
  const fitted = Effect.fnUntraced(function* (given: Conversation, instructions: string, room: number) {
    let items = given
    for (;;) {
      const text = `${instructions}\n${textOf(items)}`
      const isSmall = Buffer.byteLength(text) <= room || (yield* window.count(text)) <= room
      const smaller = isSmall ? undefined : withoutLongest(items)
      if (smaller === undefined) {
        return { items, text }
      }
      items = smaller
    }
  })

  const run = Effect.fn("AgentControl.consolidate")(function* (request: AgentRequest, report: Report) {
    const { directory, inputs = [], pass, project = "", prompt } = request
    const cacheKey = createHash("sha256").update(project).digest("hex").slice(0, 32)
    const workspace = yield* makeWorkspace(directory, {
      fileBytes: publishedFileBytes,
      files: fileLimit,
      writtenBytes: publishedFileBytes * rewriteFactor
    })
    const tools = makeTools(workspace)
    const toolText = JSON.stringify(tools.definitions)
    const sized = yield* Effect.forEach(inputs, (input) =>
      Effect.map(window.count(input.text), (size): SizedInput => ({ ...input, size }))
    )
    // Every turn sends the first message again, so it may take only a part of what the agent may cost.
    const shownTokens = Math.min(window.inputTokens / 2, agentTokens / 8)
    let items: Conversation = [userMessage(firstMessage(begin, sized, shownTokens))]
    let isShown = sized.length > 0
    let mistakes = 0
    let room = window.inputTokens
    const spent = { inputTokens: 0, outputTokens: 0, cachedTokens: 0 }
    for (let turn = 1; turn <= agentTurns; turn++) {
      const sent = yield* fitted(items, `${prompt}\n${toolText}`, room)
      const left = agentTokens - spent.inputTokens - spent.outputTokens
      if (Buffer.byteLength(sent.text) > left && (yield* window.count(sent.text)) > left) {
        return yield* new AgentGaveUp({
          reason: `it needs more than its limit of ${agentTokens} tokens; raise MEMORIES_AGENT_TOKENS`
        })
      }
      const answer = yield* Effect.either(
        ask({
          subject: { directory },
          pass,
          project,
          instructions: prompt,
          conversation: sent.items,
          tools: tools.definitions,
          output: undefined,
          effort: consolidationEffort,
          cacheKey,
          text: sent.text,
          maxOutputTokens: Math.min(modelOutputTokens, agentTokens)
        })
      )
      if (Either.isLeft(answer)) {
        const error = answer.left
        const canShrink = withoutLongest(sent.items) !== undefined
        if (error._tag !== "ContextTooLong" || !(canShrink || isShown)) {
          return yield* error
        }
        room = Math.floor(Math.min(room, yield* window.count(sent.text)) * shrinking)
        items = canShrink ? sent.items : [userMessage(firstMessage(begin, sized, 0)), ...sent.items.slice(1)]
        isShown = isShown && canShrink
        continue
      }
      const { response, usage } = answer.right
      spent.inputTokens += usage.inputTokens
      spent.outputTokens += usage.outputTokens
      spent.cachedTokens += usage.cachedTokens ?? 0
      yield* report({ _tag: "Running", turn, tokens: spent.inputTokens + spent.outputTokens, ...spent })
      const { isCut, items: answered } = withCalls(response.items, callsPerTurn)
      items = [...sent.items, ...itemsToSendBack(answered)]
      const calls = toolRequests({ ...response, items: answered })
      if (calls.length === 0) {
        mistakes++
        items = [...items, userMessage(goOn)]
      }
      let finished = false
      let isLost = false
      for (const call of calls) {
        if (finished) {
          items = [...items, toolAnswer(call.callId, "error: not done; finish was called before")]
          continue
        }
        if (isLost && tools.isFinish(call)) {
          items = [...items, toolAnswer(call.callId, unfinished)]
          continue
        }
        const outcome = yield* tools.call(call)
        isLost = isLost || outcome.isLost
        mistakes += outcome.isMalformed ? 1 : 0
        finished = outcome.finished
        items = [...items, toolAnswer(call.callId, outcome.output)]
      }
      if (finished) {
        return
      }
      if (isCut) {
        mistakes++
        items = [...items, userMessage(`Only the first ${callsPerTurn} calls were run. Call fewer tools at a time.`)]
      }
      if (mistakes >= mistakeLimit) {
        return yield* new AgentGaveUp({
          reason: `it called tools wrongly, or none, ${mistakes} times; try another --model`
        })
      }
    }
    return yield* new AgentGaveUp({
      reason: `it did not finish within ${agentTurns} turns; raise MEMORIES_AGENT_TURNS`
    })
  })

  return AgentControl.of({
    provider,
    spawn: (request) =>
      startAgent((report) =>
        run(request, report).pipe(
          Effect.timeoutFail({
            duration: agentTimeLimit,
            onTimeout: () => new AgentGaveUp({ reason: "it exceeded its time limit; raise MEMORIES_AGENT_TIME_LIMIT" })
          }),
          Effect.provideService(FileSystem.FileSystem, fileSystem)
        )
      )
  })
})

/**
 * Consolidates with a model that can call tools. The agent runs in this process: it can list, read, search, write,
 * change, delete and rename files of its own directory and nothing else, and it is done only when it calls `finish`. A
 * refused tool call is answered with its reason; a failure of the model or its server ends the agent as `Errored`.
 */
export const layer: Layer.Layer<AgentControl, never, FileSystem.FileSystem | ServedModel | Settings> = Layer.effect(
  AgentControl,
  make
)
