import * as Effect from "effect/Effect"
import { byteLength, cutMiddle } from "../domain/text/ByteBudget.js"
import { EvidencePacking } from "../domain/evidence/EvidencePacking.js"
import type { RolloutReading } from "../domain/session/codex/RolloutReading.js"
import { renderingCut } from "../domain/session/RenderingCut.js"
import { renderTemplate } from "../domain/text/Template.js"
import { ModelClient, type TokenWindow } from "../services/ModelClient.js"
import { Settings } from "../settings/Settings.js"
import { Templates } from "../services/Templates.js"

/** How often a packing is counted before it is cut to what fits whatever its text is. */
const countedPackings = 8

/** A first guess at how many bytes a token has: more than it mostly is, so that nothing is given up without need. */
const bytesPerToken = 4.5

/** Of a model that names no window bytes alone are counted, and limited by nothing but `rolloutBytes`. */
const withoutWindow: TokenWindow = { inputTokens: Infinity, count: (text) => Effect.succeed(byteLength(text)) }

/** The window that a request has to fit; where the model names none, bytes stand for tokens. */
export const windowOf = ({ window = withoutWindow }: ModelClient["Type"]): TokenWindow => window

/**
 * The user message of a stage-one request: the rendering where it fits into the bytes of `rolloutBytes`, and with the
 * instructions into the model's window and into `tokens`. What does not is shown as its evidence instead, packed by worth,
 * whatever the filter: what else the filter lets through is worth least. Of a rollout without evidence the head and the
 * tail are left.
 */
export const stageOneInput = Effect.fn("StageOneInput.make")(function* (
  path: string,
  { evidence, rendering }: Pick<RolloutReading, "evidence" | "rendering">,
  tokens: number
) {
  const { rolloutBytes } = yield* Settings
  const { stageOneInput, stageOneSystem } = yield* Templates
  const { count, inputTokens } = windowOf(yield* ModelClient)
  const limit = Math.min(tokens, inputTokens)
  const inputOf = (contents: string) =>
    renderTemplate(stageOneInput, { rollout_path: path, rollout_contents: contents })
  const isWhole = rendering.bytes <= rolloutBytes
  // No text has more tokens than bytes, so what has few enough bytes need not be counted.
  if (isWhole && byteLength(stageOneSystem) + byteLength(inputOf("")) + rendering.bytes <= limit) {
    return inputOf(rendering.text)
  }
  const room = Math.max(0, limit - (yield* count(stageOneSystem)))
  if (isWhole) {
    const whole = inputOf(rendering.text)
    if ((yield* count(whole)) <= room) {
      return whole
    }
  }
  const packing = evidence.events.length > 0 ? new EvidencePacking(evidence) : undefined
  const shrink = (bytes: number) => packing?.shrinkTo(bytes) ?? cutMiddle(rendering.text, bytes, renderingCut)
  let bytes = Math.min(rolloutBytes, Math.ceil(room * bytesPerToken))
  for (let counted = 0; counted < countedPackings; counted++) {
    const input = inputOf(shrink(bytes))
    const tokens = yield* count(input)
    if (tokens <= room) {
      return input
    }
    bytes = Math.floor(Math.min(bytes, byteLength(input)) * (room / tokens) * 0.98)
  }
  return inputOf(shrink(Math.max(0, room - byteLength(inputOf("")))))
})
