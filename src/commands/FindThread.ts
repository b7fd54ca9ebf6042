import * as Effect from "effect/Effect"
import { ThreadId } from "../domain/thread/ThreadId.js"
import { isThreadPrefix } from "../domain/thread/ThreadPrefix.js"
import { InputInvalid, ThreadNotFound } from "../services/Memories.js"
import { ThreadIndex } from "../services/state/ThreadIndex.js"

/**
 * Finds the one thread that has an id, or whose id begins with a text. Fails with `ThreadNotFound` when there is none
 * or more than one.
 */
export const findThread = Effect.fnUntraced(function* (given: string) {
  const text = given.trim().toLowerCase().replace(/…$/, "")
  if (!isThreadPrefix(text)) {
    return yield* new InputInvalid({
      input: "threadId",
      value: given,
      expected: "a thread id, or its first eight characters or more"
    })
  }
  const threadIndex = yield* ThreadIndex
  const [found, ...others] = yield* threadIndex.idsFrom(text)
  return found === undefined || others.length > 0
    ? yield* new ThreadNotFound({ given: text, candidates: found === undefined ? [] : [found, ...others] })
    : ThreadId.make(found)
})
