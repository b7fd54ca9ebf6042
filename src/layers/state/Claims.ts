import type { SqlError } from "@effect/sql/SqlError"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ParseError } from "effect/ParseResult"
import { learnedFrom, noFailure, unclaimed } from "../../domain/thread/Extraction.js"
import { claimEnd } from "../../domain/thread/LeaseTimes.js"
import { Thread, unchecked } from "../../domain/thread/Thread.js"
import type { ThreadId } from "../../domain/thread/ThreadId.js"
import { memoryVersion } from "../../domain/memory/TraceMemory.js"
import {
  type Claim,
  ClaimLost,
  type ExtractionFailure,
  type Learned,
  type NewMemory,
  type StateDbFailure
} from "../../services/StateDb.js"
import type { Tools } from "./sqlite/Operation.js"

const unclaimedRow = { ...unclaimed, claimHost: null, claimPid: null, claimProcessStarted: null }

/** `noFailure` as the database has it: SQLite has no booleans. */
export const noFailureRow = { ...noFailure, isQuarantined: 0 }

/** Tries of one thread that are kept. */
const triesKept = 20

/** The operations on claims, and what their owners store. */
export const make = ({ goneHolder, normalise, self, sql, statement, transaction }: Tools) => {
  const holding = (owner: string, lease: Duration.Duration) =>
    Effect.map(Clock.currentTimeMillis, (now) => ({
      now,
      columns: {
        claimOwner: owner,
        claimExpiresAt: claimEnd(now, lease),
        claimHost: self.host,
        claimPid: self.pid,
        claimProcessStarted: self.processStarted
      }
    }))

  const claim = Effect.fnUntraced(function* (threadId: ThreadId, owner: string, lease: Duration.Duration) {
    const { columns, now } = yield* holding(owner, lease)
    const taken = yield* sql`INSERT INTO extractions (thread_id, claim_owner, claim_expires_at, claim_host, claim_pid,
        claim_process_started)
      SELECT id, ${columns.claimOwner}, ${columns.claimExpiresAt}, ${columns.claimHost}, ${columns.claimPid},
        ${columns.claimProcessStarted} FROM threads WHERE id = ${threadId}
      ON CONFLICT (thread_id) DO UPDATE SET claim_owner = excluded.claim_owner,
        claim_expires_at = excluded.claim_expires_at, claim_host = excluded.claim_host, claim_pid = excluded.claim_pid,
        claim_process_started = excluded.claim_process_started
      WHERE extractions.claim_owner IS NULL OR extractions.claim_owner = excluded.claim_owner
        OR extractions.claim_expires_at <= ${now}
      RETURNING thread_id`
    if (taken.length > 0) {
      return Option.some({ threadId, owner })
    }
    const gone = yield* goneHolder(sql`SELECT claim_owner AS owner, claim_expires_at AS mark, claim_host AS host,
      claim_pid AS pid, claim_process_started AS process_started FROM extractions WHERE thread_id = ${threadId}`)
    if (gone === undefined) {
      return Option.none<Claim>()
    }
    const swapped = yield* sql`UPDATE extractions SET ${sql.update(columns)} WHERE thread_id = ${threadId}
      AND claim_owner = ${gone.owner} AND claim_expires_at = ${gone.mark} RETURNING thread_id`
    return swapped.length > 0 ? Option.some({ threadId, owner }) : Option.none<Claim>()
  })

  /** Changes the row of a claim that is still its owner's. Returns whether it was. */
  const change = (claim: Claim, columns: { readonly [column: string]: string | number | null }) =>
    Effect.map(
      sql`UPDATE extractions SET ${sql.update(columns)}
        WHERE thread_id = ${claim.threadId} AND claim_owner = ${claim.owner} RETURNING thread_id`,
      (rows) => rows.length > 0
    )

  /** Does what only a claim's owner may, in one transaction with the proof that the claim is still theirs. */
  const asOwner = (
    name: string,
    claim: Claim,
    columns: { readonly [column: string]: string | number | null },
    work: Effect.Effect<unknown, SqlError | ParseError>
  ): Effect.Effect<void, ClaimLost | StateDbFailure> =>
    transaction(name)(Effect.tap(change(claim, columns), (isOurs) => (isOurs ? work : Effect.void))).pipe(
      Effect.filterOrFail(
        (isOurs) => isOurs,
        () => new ClaimLost({ threadId: claim.threadId })
      ),
      Effect.asVoid
    )

  const renewClaim = Effect.fnUntraced(function* (claim: Claim, lease: Duration.Duration) {
    const { columns } = yield* holding(claim.owner, lease)
    if (!(yield* statement("renewClaim")(change(claim, columns)))) {
      return yield* new ClaimLost({ threadId: claim.threadId })
    }
  })

  const completeThread = Effect.fnUntraced(function* (claim: Claim, thread: Thread) {
    const cwd = thread.cwd === null ? null : yield* normalise(thread.cwd)
    const completed = new Thread({ ...thread, id: claim.threadId, cwd }, unchecked)
    yield* asOwner(
      "completeThread",
      claim,
      { claimOwner: claim.owner },
      sql`UPDATE threads SET ${sql.update({ ...completed }, ["id"])} WHERE id = ${claim.threadId}`
    )
    return completed
  })

  /** How a try learnedFrom, for people who ask later. */
  const recordTry = (
    { threadId }: Claim,
    row: {
      readonly outcome: string
      readonly errorTag?: string
      readonly errorMessage?: string
      readonly retryAt?: number
    }
  ) =>
    Effect.gen(function* () {
      const { errorMessage = null, errorTag = null, outcome, retryAt = null } = row
      const at = yield* Clock.currentTimeMillis
      yield* sql`INSERT INTO extraction_tries ${sql.insert({ threadId, at, outcome, errorTag, errorMessage, retryAt })}`
      yield* sql`DELETE FROM extraction_tries WHERE thread_id = ${threadId} AND rowid NOT IN
        (SELECT rowid FROM extraction_tries WHERE thread_id = ${threadId} ORDER BY at DESC, rowid DESC LIMIT ${triesKept})`
    })

  const storeMemory = (claim: Claim, memory: NewMemory) => {
    const row = {
      threadId: claim.threadId,
      traceSummary: memory.traceSummary,
      memorySummary: memory.memorySummary,
      updatedAt: memory.updatedAt,
      slug: memory.slug,
      version: memoryVersion({ traceMemory: memory.traceSummary, summary: memory.memorySummary }),
      rolloutSize: memory.content.size,
      rolloutHash: memory.content.hash,
      quotedItems: memory.grounding?.items ?? null,
      groundedItems: memory.grounding?.grounded ?? null
    }
    return asOwner(
      "storeMemory",
      claim,
      { ...unclaimedRow, ...noFailureRow, ...learnedFrom("memory", memory) },
      Effect.zipRight(
        sql`INSERT INTO thread_memory ${sql.insert(row)}
          ON CONFLICT (thread_id) DO UPDATE SET ${sql.update(row, ["threadId"])}`,
        recordTry(claim, { outcome: "memory" })
      )
    )
  }

  const storeNothing = (claim: Claim, nothing: Learned) =>
    asOwner(
      "storeNothing",
      claim,
      { ...unclaimedRow, ...noFailureRow, ...learnedFrom("nothing", nothing) },
      Effect.zipRight(
        sql`DELETE FROM thread_memory WHERE thread_id = ${claim.threadId}`,
        recordTry(claim, { outcome: "nothing" })
      )
    )

  const storeFailure = (claim: Claim, failure: ExtractionFailure) =>
    asOwner(
      "storeFailure",
      claim,
      {
        ...unclaimedRow,
        attempts: failure.attempts,
        retryAt: failure.retryAt ?? null,
        isQuarantined: failure.retryAt === undefined ? 1 : 0,
        errorTag: failure.errorTag,
        errorMessage: failure.errorMessage,
        failedSize: failure.content.size,
        failedHash: failure.content.hash,
        failedModifiedAt: failure.modifiedAt
      },
      recordTry(claim, {
        outcome: "failed",
        errorTag: failure.errorTag,
        errorMessage: failure.errorMessage,
        ...(failure.retryAt === undefined ? {} : { retryAt: failure.retryAt })
      })
    )

  return {
    claim: (threadId: ThreadId, owner: string, lease: Duration.Duration) =>
      statement("claim")(claim(threadId, owner, lease)),
    renewClaim,
    releaseClaim: (claim: Claim) => statement("releaseClaim")(change(claim, unclaimedRow)),
    completeThread,
    storeMemory,
    storeNothing,
    storeFailure,
    keepFailure: (threadId: ThreadId, modifiedAt: number) =>
      statement("keepFailure")(
        Effect.asVoid(
          sql`UPDATE extractions SET failed_modified_at = ${modifiedAt}
            WHERE thread_id = ${threadId} AND error_tag IS NOT NULL`
        )
      )
  }
}
