import * as Effect from "effect/Effect"
import { Claims } from "../../../services/state/Claims.js"
import { runOn, threadOf } from "../../RunCommand.js"
import type { CommandServices } from "../../CommandServices.js"
import type { Given } from "../../Options.js"
import { print } from "../../terminal/Screen.js"

/**
 * Implements `retry`: lets the next pass try a thread again whose extraction failed, even if it is in quarantine or
 * waits for its next attempt.
 */
export const run = <E>(
  given: Given & { readonly json: boolean; readonly thread: string },
  { amending }: CommandServices<E>
) =>
  runOn(
    given,
    amending,
    Effect.gen(function* () {
      const claims = yield* Claims
      const threadId = yield* threadOf(given.thread)
      const retried = yield* claims.retry(threadId)
      yield* print(given.json, { threadId, retried }, () => [
        retried
          ? `Thread ${threadId} is tried again by the next pass.`
          : `Thread ${threadId} has not failed: there is nothing to try again. \`rollout-memories why --thread ${threadId}\` tells more.`
      ])
    })
  )
