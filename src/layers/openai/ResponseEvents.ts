import type { ResponseError } from "@effect/platform/HttpClientError"
import type { HttpClientResponse } from "@effect/platform/HttpClientResponse"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { createParser } from "eventsource-parser"

const parseJson = Option.liftThrowable((text: string): unknown => JSON.parse(text))

/** Characters without an event after which no more is read: no event that means anything is as long. */
const eventCharacters = 10_000_000

/** How long the end of a body is waited for once its answer is whole. */
const lingering = Duration.millis(100)

/** What is made of a response's events. */
export interface EventReader {
  /** Is told each event that is JSON, in order. */
  readonly take: (event: unknown) => void
  /** Whether nothing more is wanted. What still comes is read all the same, but not waited for. */
  readonly isWhole: () => boolean
  /** Whether more came than anybody can want. */
  readonly isTooMuch: () => boolean
}

/**
 * Reads the server-sent events of a response, to the end of its body where that comes in time: a connection that was read to
 * its end is used again. Fails when the body breaks off before the answer is whole. A body of which no event comes for ten
 * million characters ends there.
 */
export const readEvents = (
  response: HttpClientResponse,
  { isTooMuch, isWhole, take }: EventReader
): Effect.Effect<void, ResponseError> =>
  Effect.gen(function* () {
    let sinceEvent = 0
    const { feed } = createParser({
      onEvent: ({ data }) => {
        sinceEvent = 0
        Option.map(parseJson(data), take)
      }
    })
    const decoder = new TextDecoder()
    // Pulled by hand: the stages of a stream would cost several times what reading an answer does.
    const pull = yield* Stream.toPull(response.stream)
    const last = Effect.timeoutFail(pull, { duration: lingering, onTimeout: Option.none })
    while (sinceEvent <= eventCharacters && !isTooMuch()) {
      const pieces = yield* Effect.either(isWhole() ? last : pull)
      if (Either.isLeft(pieces)) {
        return yield* isWhole() || Option.isNone(pieces.left) ? Effect.void : Effect.fail(pieces.left.value)
      }
      for (const piece of pieces.right) {
        const text = decoder.decode(piece, { stream: true })
        sinceEvent += text.length
        feed(text)
      }
    }
  }).pipe(Effect.scoped)

/** Characters of an error's body that are read: what servers say of a failure is short, and what is not is a page. */
const errorCharacters = 64_000

/** What a server says of a failure; nothing where that cannot be read. */
export const readErrorBody = (response: HttpClientResponse): Effect.Effect<string> =>
  Stream.decodeText(response.stream).pipe(
    Stream.runFoldWhile(
      "",
      (body) => body.length < errorCharacters,
      (body, text) => body + text
    ),
    Effect.orElseSucceed(() => "")
  )
