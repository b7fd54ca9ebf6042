import * as Effect from "effect/Effect"
import { byteLength, cutMiddle } from "./domain/ByteBudget.js"
import { EvidencePacking } from "./domain/EvidencePacking.js"
import type { RolloutReading } from "./domain/RolloutReading.js"
import { renderingCut } from "./domain/RolloutRendering.js"
import { renderTemplate } from "./domain/Template.js"
import type { TokenWindow } from "./services/ModelClient.js"
import { Settings } from "./Settings.js"
import { Templates } from "./Templates.js"

/** How often a packing is counted before it is cut to what fits whatever its text is. */
const countedPackings = 8

/** A first guess at how many bytes a token has: more than it mostly is, so that nothing is given up without need. */
const bytesPerToken = 4.5

/**
 * The user message of a stage-one request: the rendering where it fits. What is over the bytes of `rolloutBytes`, or with
 * a window over `tokens` (the instructions included), is shown as its evidence instead, packed by worth, whatever the
 * filter: what else the filter lets through is worth least. Of a rollout without evidence the head and the tail are left.
 */
export const stageOneInput = Effect.fn("StageOneInput.make")(function* (
  path: string,
  { evidence, rendering }: Pick<RolloutReading, "evidence" | "rendering">,
  window: TokenWindow | undefined,
  tokens: number
) {
  const { rolloutBytes } = yield* Settings
  const { stageOneInput, stageOneSystem } = yield* Templates
  const inputOf = (contents: string) =>
    renderTemplate(stageOneInput, { rollout_path: path, rollout_contents: contents })
  const isWhole = rendering.bytes <= rolloutBytes
  const whole = inputOf(rendering.text)
  // No text has more tokens than bytes, so what has few enough bytes need not be counted.
  if (isWhole && (window === undefined || byteLength(stageOneSystem) + byteLength(whole) <= tokens)) {
    return whole
  }
  const packing = evidence.events.length > 0 ? new EvidencePacking(evidence) : undefined
  const shrink = (bytes: number) => packing?.shrinkTo(bytes) ?? cutMiddle(rendering.text, bytes, renderingCut)
  if (window === undefined) {
    return inputOf(shrink(rolloutBytes))
  }
  const room = Math.max(0, tokens - (yield* window.count(stageOneSystem)))
  if (isWhole && (yield* window.count(whole)) <= room) {
    return whole
  }
  let bytes = Math.min(rolloutBytes, Math.ceil(room * bytesPerToken))
  for (let counted = 0; counted < countedPackings; counted++) {
    const input = inputOf(shrink(bytes))
    const count = yield* window.count(input)
    if (count <= room) {
      return input
    }
    bytes = Math.floor(Math.min(bytes, byteLength(input)) * (room / count) * 0.98)
  }
  return inputOf(shrink(Math.max(0, room - byteLength(inputOf("")))))
})
