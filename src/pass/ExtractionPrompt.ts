import * as Effect from "effect/Effect"
import { byteLength, cutMiddle } from "../domain/text/ByteBudget.js"
import { EvidencePacking } from "../domain/evidence/EvidencePacking.js"
import type { SessionFact } from "../domain/facts/Fact.js"
import { factList } from "../domain/evidence/FactList.js"
import { sessionHeader } from "../domain/evidence/SessionHeader.js"
import { renderingCut } from "../domain/session/RenderingCut.js"
import { rewrite, safe, type SafeText } from "../domain/privacy/SafeText.js"
import { counted } from "../domain/text/Counted.js"
import { renderTemplate } from "../domain/text/Template.js"
import type { Thread } from "../domain/thread/Thread.js"
import { warn } from "../services/Logging.js"
import { ModelClient, type TokenWindow } from "../services/ModelClient.js"
import { Redactor } from "../services/Redactor.js"
import { Settings } from "../settings/Settings.js"
import { Templates } from "../services/Templates.js"
import type { LoadedRollout } from "./ReadSession.js"

/**
 * Maximum number of attempts to fit a session into a request by counting tokens. After that, bytes are counted instead.
 */
const countedPackings = 8

/**
 * First estimate of the bytes of a token, used to cut a session to size. It is high, so that nothing is dropped without
 * need.
 */
const bytesPerToken = 4.5

/** UTF-8 bytes of a session's events above which a request leaves out the steps that a memory needs least. */
const plentyBytes = 40_000

/** Maximum UTF-8 bytes of the facts in a request. In a small window they get a quarter of it at most. */
const factBytes = 6_000

/**
 * The window of a model that states none: bytes count as tokens, and only the setting `rolloutBytes` limits a request.
 */
const withoutWindow: TokenWindow = { inputTokens: Infinity, count: (text) => Effect.succeed(byteLength(text)) }

/** Returns the window that a request must fit. For a model that states none, bytes count as tokens. */
export const windowOf = ({ window = withoutWindow }: ModelClient["Type"]): TokenWindow => window

/** A session, or its work in one directory, that a model is asked about. */
export interface AskedSession {
  readonly thread: Thread
  readonly rollout: Pick<LoadedRollout, "evidence" | "file" | "rendering">
  readonly facts: ReadonlyArray<SessionFact>
}

/** The session as a request shows it, and what the request does not have of it. */
interface Shown {
  readonly contents: SafeText
  /** The size of the whole session and of what was left out, in UTF-8 bytes. */
  readonly of: number
  readonly bytes: number
  readonly events: number
}

/**
 * Makes the functions that show a session within a number of UTF-8 bytes: as its packed events, or as the items of its
 * file if the setting asks for all of them or if it has no events. Items that do not fit give way to the events.
 */
const makeShow = Effect.fnUntraced(function* ({ evidence, rendering }: AskedSession["rollout"]) {
  const { rolloutBytes, rolloutFilter } = yield* Settings
  const { redact } = yield* Redactor
  const packing = evidence.events.length > 0 ? new EvidencePacking(evidence) : undefined
  packing?.dispense(plentyBytes)
  const isByItem = packing === undefined || (rolloutFilter === "keep-all" && rendering.items > 0)
  const whole: Shown = { contents: rendering.text, of: rendering.bytes, bytes: 0, events: 0 }
  const within = Effect.fnUntraced(function* (bytes: number) {
    const limit = Math.min(bytes, rolloutBytes)
    if (packing === undefined) {
      const contents = rewrite(rendering.text, (text) => cutMiddle(text, limit, renderingCut))
      const shown: Shown = { ...whole, contents, bytes: Math.max(0, rendering.bytes - byteLength(contents)) }
      return shown
    }
    const packed = packing.shrinkTo(limit)
    const shown: Shown = { contents: yield* redact(packed), ...packing.leftOut(packed) }
    return shown
  })
  return { whole: isByItem && rendering.bytes <= rolloutBytes ? whole : undefined, within }
})

/**
 * Makes the user message of a stage-one request (the request to extract a session's memory): the session's header, its
 * facts and its events. Of a long session the steps that a memory needs least are left out. Of one that still does not
 * fit into `rolloutBytes` and, with the instructions, into the model's window and into `tokens`, the least valuable
 * events are shortened or left out. One warning says how much is missing.
 */
export const stageOneInput = Effect.fn("StageOneInput.make")(function* (
  { facts, rollout, thread }: AskedSession,
  tokens: number
) {
  const templates = yield* Templates
  const { redact } = yield* Redactor
  const { count, inputTokens } = windowOf(yield* ModelClient)
  const limit = Math.min(tokens, inputTokens)
  const room = limit === Infinity ? limit : Math.max(0, limit - (yield* count(templates.stageOneSystem)))
  const listed = factList(facts, Math.min(factBytes, room / 4))
  const template = yield* redact(templates.stageOneInput)
  const values = {
    rollout_path: yield* redact(rollout.file.path),
    session_header: yield* redact(sessionHeader(thread, rollout.evidence)),
    session_facts: yield* redact(listed.text)
  }
  const inputOf = (contents: SafeText) => renderTemplate(template, { ...values, rollout_contents: contents })
  // A text has at most as many tokens as bytes, so a text with few enough bytes needs no counting.
  const tokensOf = (input: SafeText) => (byteLength(input) <= room ? Effect.succeed(byteLength(input)) : count(input))
  const show = yield* makeShow(rollout)
  const fitted = Effect.gen(function* () {
    if (show.whole !== undefined && (yield* tokensOf(inputOf(show.whole.contents))) <= room) {
      return show.whole
    }
    let bytes = Math.ceil(room * bytesPerToken)
    for (let counted = 0; counted < countedPackings; counted++) {
      const shown = yield* show.within(bytes)
      const input = inputOf(shown.contents)
      const tokens = yield* tokensOf(input)
      if (tokens <= room) {
        return shown
      }
      bytes = Math.floor(Math.min(bytes, byteLength(input)) * (room / tokens) * 0.98)
    }
    return yield* show.within(Math.max(0, room - byteLength(inputOf(safe``))))
  })
  const shown = yield* fitted
  yield* warnOfLoss(rollout.file.path, shown, listed.leftOut)
  return inputOf(shown.contents)
})

/** Says in one warning how much of a session a request leaves out. */
const warnOfLoss = Effect.fnUntraced(function* (path: string, { bytes, events, of }: Shown, facts: number) {
  const parts = [
    ...(bytes === 0 ? [] : [`${bytes} of ${counted(of, "byte", "bytes")}`]),
    ...(events === 0 ? [] : [counted(events, "whole event", "whole events")]),
    ...(facts === 0 ? [] : [counted(facts, "fact", "facts")])
  ]
  if (parts.length > 0) {
    yield* warn(`${path}: the request leaves out ${parts.join(", ")}, worth least first`)
  }
})
