import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { IgnoreRules } from "../../domain/thread/IgnoreRules.js"
import { safe } from "../../domain/privacy/SafeText.js"
import type { Thread } from "../../domain/thread/Thread.js"
import type { Pass } from "../Pass.js"
import { decideProjectOf } from "../projects/ProjectOf.js"
import { Claims } from "../../services/state/Claims.js"
import { Facts } from "../../services/state/Facts.js"
import { ThreadIndex } from "../../services/state/ThreadIndex.js"
import { whileRenewed } from "../../services/state/WhileRenewed.js"
import { logWarning } from "../../services/Logging.js"
import { safeMessage } from "../../services/Redactor.js"
import { Settings } from "../../settings/Settings.js"

/** Loads the code that extracts facts, with the first session to extract again. */
const loadReading = Effect.promise(() =>
  Promise.all([import("../ReadSession.js"), import("../SessionParts.js"), import("./SessionFacts.js")])
)

/**
 * Extracts the facts again of every session whose facts were made by an older version of the rules, if its file still
 * exists. Uses no model, and is not limited by the setting `candidates`. Traces and summaries stay as they are. A
 * session that fails is tried again by the next pass.
 */
export const refreshFacts = Effect.fn("RefreshFacts.run")(function* (pass: Pass, ignore: IgnoreRules) {
  const facts = yield* Facts
  const threadIndex = yield* ThreadIndex
  const { concurrency } = yield* Settings
  yield* Effect.forEach(
    yield* facts.stale,
    ({ threadId }) =>
      Effect.flatMap(
        threadIndex.get(threadId),
        Option.match({ onNone: () => Effect.void, onSome: ({ thread }) => refresh(pass, thread, ignore) })
      ),
    { concurrency, discard: true }
  )
})

/**
 * Extracts the facts of one session again, under its claim. Does nothing if another pass holds the claim. Never fails.
 */
const refresh = (pass: Pass, thread: Thread, ignore: IgnoreRules) =>
  Effect.gen(function* () {
    const claims = yield* Claims
    const facts = yield* Facts
    const { claimLease } = yield* Settings
    const { cwd } = thread
    if (cwd === null || thread.withheld !== null) {
      return
    }
    yield* Effect.acquireUseRelease(
      claims.acquire(thread.id, pass.owner, claimLease),
      Option.match({
        onNone: () => Effect.void,
        onSome: (claim) =>
          whileRenewed(
            Effect.gen(function* () {
              const [{ load }, { partsByProject }, { factsOfPart }] = yield* loadReading
              const rollout = yield* load(thread)
              const { parts } = yield* partsByProject(thread, cwd, rollout, ignore, decideProjectOf)
              const extracted = yield* Effect.forEach(parts, (part) =>
                Effect.map(factsOfPart(part), (found) => ({ cwd: part.cwd, facts: found }))
              )
              // Of a session that misses a file the facts of before say more.
              yield* facts.replace(claim, rollout.isIncomplete ? [] : extracted)
            }),
            claims.renew(claim, claimLease),
            claimLease
          )
      }),
      (claim) => (Option.isSome(claim) ? Effect.ignore(claims.release(claim.value)) : Effect.void)
    )
  }).pipe(
    Effect.catchAll((error) =>
      Effect.flatMap(safeMessage(error), (message) =>
        logWarning(safe`the facts of a session could not be extracted again: ${message}`).pipe(
          Effect.annotateLogs("rollout", thread.rolloutPath)
        )
      )
    ),
    Effect.withSpan("RefreshFacts.refresh", { attributes: { threadId: thread.id } })
  )
