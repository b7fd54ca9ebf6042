import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import { ground, type Grounding } from "../domain/memory/Grounding.js"
import { answerText, noAnswer, withDelta, withItem } from "../domain/model/ModelAnswer.js"
import { StreamEndedEarly } from "../domain/model/ModelError.js"
import {
  isNothing,
  parseStageOneOutput,
  stageOneJsonSchema,
  type StageOneOutput
} from "../domain/memory/StageOneOutput.js"
import { sessionHeader } from "../domain/evidence/SessionHeader.js"
import { withAuthority } from "../domain/privacy/Authority.js"
import { safe } from "../domain/privacy/SafeText.js"
import { countAnswer, type Pass } from "./Pass.js"
import { ModelClient, type StageOneRequest, type TokenUsage } from "../services/ModelClient.js"
import { Progress } from "../services/Progress.js"
import { type AskedSession, stageOneInput, windowOf } from "./ExtractionPrompt.js"
import { redact } from "../services/Redactor.js"
import { Templates } from "../services/Templates.js"

/**
 * A model's answer about a session. `grounding` has the share of its quotations that occur in the session; undefined
 * when they were not checked.
 */
export interface StageOneAnswer {
  readonly output: StageOneOutput
  readonly grounding: Grounding | undefined
}

/**
 * Asks the model what to remember of a session. Statements about the user keep only words that the user typed, and
 * quotations are looked up in the session. An answer that the offline extractor made without a model is taken
 * unchanged. Fails with the model's own errors, with `StreamEndedEarly` and with `MalformedAnswer`.
 */
export const askForMemory = Effect.fnUntraced(function* (pass: Pass, session: AskedSession) {
  const model = yield* ModelClient
  const { answersByRule = false } = model
  const request = yield* makeRequest(pass, session, Infinity)
  // Created before the request's turn, so that the model's preparation is done by then.
  const events = model.stream(request)
  const text = yield* pass.request(askWithin(pass, request, events, session))
  // Lets the next request be sent before this answer is processed.
  yield* Effect.yieldNow()
  const answer = yield* parseStageOneOutput(text)
  if (answersByRule) {
    return { output: answer, grounding: undefined }
  }
  const output = withAuthority(answer, session.rollout.evidence)
  return isNothing(output) ? { output, grounding: undefined } : groundAnswer(session, output)
})

/** Looks up the quotations of an answer in the session that the model was shown. */
const groundAnswer = ({ rollout, thread }: AskedSession, output: StageOneOutput): StageOneAnswer =>
  ground(output, {
    evidence: rollout.evidence,
    rendering: rollout.rendering.text,
    facts: [rollout.file.path, sessionHeader(thread, rollout.evidence), thread.gitSha ?? ""]
  })

const makeRequest = Effect.fnUntraced(function* (pass: Pass, session: AskedSession, tokens: number) {
  const { answersByRule = false } = yield* ModelClient
  const { stageOneSystem } = yield* Templates
  const { rollout, thread } = session
  const request: StageOneRequest = {
    pass: pass.owner,
    thread,
    instructions: yield* redact(stageOneSystem),
    input: answersByRule ? safe`` : yield* stageOneInput(session, tokens),
    outputSchema: stageOneJsonSchema(),
    evidence: rollout.evidence
  }
  return request
})

/**
 * Maximum number of retries with a smaller request after the model rejects one as too long. `shrinking` is the factor
 * of each reduction.
 */
const shrinkings = 3
const shrinking = 0.6

/** Sends the request, and retries with a smaller one when the server's window turns out to be smaller than expected. */
const askWithin = Effect.fnUntraced(function* (
  pass: Pass,
  first: StageOneRequest,
  firstEvents: AnswerEvents,
  session: AskedSession
) {
  const model = yield* ModelClient
  const { count, inputTokens } = windowOf(model)
  let request = first
  let events = firstEvents
  for (let shrunk = 0; ; shrunk++) {
    const answer = yield* Effect.either(collect(pass, request, events))
    if (Either.isRight(answer)) {
      return answer.right
    }
    if (answer.left._tag !== "ContextTooLong" || shrunk === shrinkings) {
      return yield* answer.left
    }
    const text = `${request.instructions}\n${request.input}`
    const tokens = Math.floor(Math.min(inputTokens, yield* count(text)) * shrinking)
    request = yield* makeRequest(pass, session, tokens)
    events = model.stream(request)
  }
})

type AnswerEvents = ReturnType<Context.Tag.Service<ModelClient>["stream"]>

const collect = Effect.fn("StageOneAnswer.collect")(function* (
  pass: Pass,
  request: StageOneRequest,
  events: AnswerEvents
) {
  const progress = yield* Progress
  yield* progress.report({ _tag: "Asked", threadId: request.thread.id })
  let answer = noAnswer
  let usage: TokenUsage | undefined
  yield* Stream.runForEachWhile(events, (event) =>
    Effect.sync(() => {
      switch (event._tag) {
        case "TextDelta":
          answer = withDelta(answer, event.text)
          return true
        case "ItemFinished":
          answer = withItem(answer, event.text)
          return true
        case "Completed":
          usage = event.usage
          return false
      }
    })
  )
  if (usage === undefined) {
    return yield* new StreamEndedEarly({ subject: { threadId: request.thread.id } })
  }
  yield* countAnswer(pass, usage)
  return answerText(answer)
})
