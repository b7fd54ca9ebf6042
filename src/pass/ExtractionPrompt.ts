import * as Effect from "effect/Effect"
import { byteLength, cutMiddle } from "../domain/text/ByteBudget.js"
import { EvidencePacking } from "../domain/evidence/EvidencePacking.js"
import type { SessionReading } from "../domain/session/SessionReading.js"
import { renderingCut } from "../domain/session/RenderingCut.js"
import { rewrite, safe, type SafeText } from "../domain/privacy/SafeText.js"
import { renderTemplate } from "../domain/text/Template.js"
import { ModelClient, type TokenWindow } from "../services/ModelClient.js"
import { Redactor } from "../services/Redactor.js"
import { Settings } from "../settings/Settings.js"
import { Templates } from "../services/Templates.js"

/**
 * Maximum number of attempts to fit a session into a request by counting tokens. After that, bytes are counted instead.
 */
const countedPackings = 8

/**
 * First estimate of the bytes of a token, used to cut a session to size. It is high, so that nothing is dropped without
 * need.
 */
const bytesPerToken = 4.5

/**
 * The window of a model that states none: bytes count as tokens, and only the setting `rolloutBytes` limits a request.
 */
const withoutWindow: TokenWindow = { inputTokens: Infinity, count: (text) => Effect.succeed(byteLength(text)) }

/** Returns the window that a request must fit. For a model that states none, bytes count as tokens. */
export const windowOf = ({ window = withoutWindow }: ModelClient["Type"]): TokenWindow => window

/**
 * Makes the user message of a stage-one request (the request to extract a session's memory). It contains the rendered
 * session if that fits into `rolloutBytes` and, with the instructions, into the model's window and into `tokens`.
 * Otherwise it contains the session's events, the least valuable of them shortened or left out. Without events it
 * contains the beginning and the end of the rendering.
 */
export const stageOneInput = Effect.fn("StageOneInput.make")(function* (
  path: string,
  { evidence, rendering }: Pick<SessionReading, "evidence" | "rendering">,
  tokens: number
) {
  const { rolloutBytes } = yield* Settings
  const templates = yield* Templates
  const { redact } = yield* Redactor
  const stageOneInput = yield* redact(templates.stageOneInput)
  const rolloutPath = yield* redact(path)
  const { count, inputTokens } = windowOf(yield* ModelClient)
  const limit = Math.min(tokens, inputTokens)
  const inputOf = (contents: SafeText) =>
    renderTemplate(stageOneInput, { rollout_path: rolloutPath, rollout_contents: contents })
  const isWhole = rendering.bytes <= rolloutBytes
  // A text has at most as many tokens as bytes, so a text with few enough bytes needs no counting.
  if (isWhole && byteLength(templates.stageOneSystem) + byteLength(inputOf(safe``)) + rendering.bytes <= limit) {
    return inputOf(rendering.text)
  }
  const room = Math.max(0, limit - (yield* count(templates.stageOneSystem)))
  if (isWhole) {
    const whole = inputOf(rendering.text)
    if ((yield* count(whole)) <= room) {
      return whole
    }
  }
  const packing = evidence.events.length > 0 ? new EvidencePacking(evidence) : undefined
  const shrink = (bytes: number) =>
    packing === undefined
      ? Effect.succeed(rewrite(rendering.text, (text) => cutMiddle(text, bytes, renderingCut)))
      : redact(packing.shrinkTo(bytes))
  let bytes = Math.min(rolloutBytes, Math.ceil(room * bytesPerToken))
  for (let counted = 0; counted < countedPackings; counted++) {
    const input = inputOf(yield* shrink(bytes))
    const tokens = yield* count(input)
    if (tokens <= room) {
      return input
    }
    bytes = Math.floor(Math.min(bytes, byteLength(input)) * (room / tokens) * 0.98)
  }
  return inputOf(yield* shrink(Math.max(0, room - byteLength(inputOf(safe``)))))
})
