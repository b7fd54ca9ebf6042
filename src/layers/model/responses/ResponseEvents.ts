import type { ResponseError } from "@effect/platform/HttpClientError"
import type { HttpClientResponse } from "@effect/platform/HttpClientResponse"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { createParser } from "eventsource-parser"

const parseJson = Option.liftThrowable((text: string): unknown => JSON.parse(text))

/** How long the end of a body is waited for once its answer is whole. */
const lingering = Duration.millis(100)

/** What is made of a response's events. */
export interface EventReader {
  /** Is told each event that is JSON, in order. */
  readonly take: (event: unknown) => void
  /** Whether nothing more is wanted. What still comes is read all the same, but not waited for. */
  readonly isWhole: () => boolean
  /** Characters of the body, all told, after which no more is read. */
  readonly limit: number
}

/**
 * Reads the server-sent events of a response, to the end of its body where that comes in time: a connection that was read to
 * its end is used again. Returns whether there was more than the limit lets in. Fails when the body breaks off before the
 * answer is whole.
 */
export const readEvents = (
  response: HttpClientResponse,
  { isWhole, limit, take }: EventReader
): Effect.Effect<boolean, ResponseError> =>
  Effect.gen(function* () {
    const { feed } = createParser({ onEvent: ({ data }) => void Option.map(parseJson(data), take) })
    const decoder = new TextDecoder()
    // Pulled by hand: the stages of a stream would cost several times what reading an answer does.
    const pull = yield* Stream.toPull(response.stream)
    const last = Effect.timeoutFail(pull, { duration: lingering, onTimeout: Option.none })
    for (let characters = 0; characters <= limit;) {
      const pieces = yield* Effect.either(isWhole() ? last : pull)
      if (Either.isLeft(pieces)) {
        // A carriage return that ends the body ends its line: the parser waits for what may come behind it.
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
