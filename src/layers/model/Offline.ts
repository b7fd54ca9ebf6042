import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { StageOneOutput } from "../../domain/memory/StageOneOutput.js"
import { ModelClient, type ModelEvent, TokenUsage } from "../../services/ModelClient.js"
import { yieldToEventLoop } from "../node/YieldToEventLoop.js"

const encodeAnswer = Schema.encodeSync(Schema.parseJson(StageOneOutput))

const noTokens = new TokenUsage({ inputTokens: 0, outputTokens: 0 })

/** Loads the extractor with the first request, so that a pass with nothing to do starts faster. */
const loadExtractor = Effect.promise(() => import("../../domain/offline/writing/OfflineExtractor.js"))

/**
 * Writes trace memories from a session's events by fixed rules, without a model: no key, no network and no cost, and
 * the same answer for the same session. Never fails.
 */
export const layer: Layer.Layer<ModelClient> = Layer.succeed(ModelClient, {
  name: "offline",
  answersByRule: true,
  stream: ({ evidence, thread }) =>
    Stream.fromIterableEffect(
      Effect.map(Effect.zipLeft(loadExtractor, yieldToEventLoop), ({ extractTrace }): ReadonlyArray<ModelEvent> => {
        const { cwd, gitBranch, gitSha } = thread
        const session = { cwd: cwd ?? "", gitBranch: gitBranch ?? undefined, gitSha: gitSha ?? undefined }
        return [
          { _tag: "TextDelta", text: encodeAnswer(extractTrace(session, evidence)) },
          { _tag: "Completed", usage: noTokens }
        ]
      })
    )
})
