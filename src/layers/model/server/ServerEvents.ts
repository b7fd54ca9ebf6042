import type { ResponseError } from "@effect/platform/HttpClientError"
import type { HttpClientResponse } from "@effect/platform/HttpClientResponse"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { createParser } from "eventsource-parser"
import { streamEnd } from "../../../domain/model/wire/ChatCompletions.js"
import type { Rest } from "../../../domain/model/wire/Wire.js"

const parseJson = Option.liftThrowable((text: string): unknown => JSON.parse(text))

/** Time to wait for the rest of a response body once the answer and its token counts are there. */
const bodyEndTimeout = Duration.millis(100)

/** Time to wait for the token counts of a complete answer. */
const usageTimeout = Duration.seconds(5)

/** Receives the events of a response. */
export interface EventReader {
  /** Receives each event that is valid JSON, in order, and the mark at the end of some streams. */
  readonly take: (event: unknown) => void
  /** Returns the part that is still to come. Once the answer is complete, the rest is read if it arrives soon, but not waited for. */
  readonly rest: () => Rest
  /** Maximum number of characters read from the body. */
  readonly limit: number
}

/**
 * Reads the server-sent events of a response, and the rest of its body if that ends in time: a connection whose body
 * was read to the end can be reused. Returns true when the limit cut the body short. Fails when the body breaks off
 * before the answer is complete.
 */
export const readEvents = (
  response: HttpClientResponse,
  { limit, rest, take }: EventReader
): Effect.Effect<boolean, ResponseError> =>
  Effect.gen(function* () {
    const { feed } = createParser({
      onEvent: ({ data }) => (data === streamEnd ? take(data) : void Option.map(parseJson(data), take))
    })
    const decoder = new TextDecoder()
    // Pulled by hand: the operators of a stream would cost several times as much as reading an answer.
    const pull = yield* Stream.toPull(response.stream)
    const pulls = {
      events: pull,
      usage: Effect.timeoutFail(pull, { duration: usageTimeout, onTimeout: Option.none }),
      nothing: Effect.timeoutFail(pull, { duration: bodyEndTimeout, onTimeout: Option.none })
    }
    const isWhole = () => rest() !== "events"
    for (let characters = 0; characters <= limit;) {
      const pieces = yield* Effect.either(pulls[rest()])
      if (Either.isLeft(pieces)) {
        // A trailing carriage return ends its line, but the parser still waits for a line feed after it.
        feed("\n")
        return yield* isWhole() || Option.isNone(pieces.left) ? Effect.succeed(false) : Effect.fail(pieces.left.value)
      }
      for (const piece of pieces.right) {
        const text = decoder.decode(piece, { stream: true })
        characters += text.length
        feed(text)
      }
    }
    return !isWhole()
  }).pipe(Effect.scoped)
