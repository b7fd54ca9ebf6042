import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { SafeText } from "../../domain/privacy/SafeText.js"
import { noFailure, unclaimed } from "../../domain/thread/Extraction.js"
import { claimEnd } from "../../domain/thread/LeaseTimes.js"
import { ThreadId } from "../../domain/thread/ThreadId.js"
import { type Claim, ClaimLost, Claims } from "../../services/state/Claims.js"
import type { StateDbFailure } from "../../services/state/StateDbError.js"
import { HolderRow, Queries, type QueryError } from "./sqlite/Queries.js"
import { findAll, StoredText } from "./sqlite/Rows.js"

/** Maximum number of past attempts that are stored for each thread, for `why` to show. */
const triesKept = 20

const TryRow = Schema.Struct({
  at: Schema.Int,
  outcome: Schema.String,
  errorTag: Schema.NullOr(Schema.String),
  errorMessage: Schema.NullOr(StoredText),
  retryAt: Schema.NullOr(Schema.Int)
})

/** The values of the claim's columns when nobody holds a claim. */
export const unclaimedRow = { ...unclaimed, claimHost: null, claimPid: null, claimProcessStarted: null }

/**
 * The values of the columns about failures when there is no failure, with a number for the boolean that SQLite lacks.
 */
export const noFailureRow = { ...noFailure, isQuarantined: 0 }

/** SQL that selects the holder of a claim, as the columns of a `HolderRow`. */
export const claimColumns = `claim_owner AS owner, claim_expires_at AS mark, claim_host AS host, claim_pid AS pid,
  claim_process_started AS process_started`

type Columns = { readonly [column: string]: string | number | null }

type Sql = Queries["Type"]["sql"]

/** Updates the row of a claimed thread if the owner still holds the claim. Returns whether it does. */
export const changeClaimed = (sql: Sql, claim: Claim, columns: Columns) =>
  Effect.map(
    sql`UPDATE extractions SET ${sql.update(columns)}
      WHERE thread_id = ${claim.threadId} AND claim_owner = ${claim.owner} RETURNING thread_id`,
    (rows) => rows.length > 0
  )

/**
 * Runs work that only the owner of a claim may do, in the same transaction as the check that the claim is still held.
 */
export const asOwner = (
  { sql, transaction }: Queries["Type"],
  operation: string,
  claim: Claim,
  columns: Columns,
  work: Effect.Effect<unknown, QueryError>
): Effect.Effect<void, ClaimLost | StateDbFailure> =>
  transaction(operation)(
    Effect.tap(changeClaimed(sql, claim, columns), (isOurs) => (isOurs ? work : Effect.void))
  ).pipe(
    Effect.filterOrFail(
      (isOurs) => isOurs,
      () => new ClaimLost({ threadId: claim.threadId })
    ),
    Effect.asVoid
  )

/** Records the outcome of an attempt to extract a thread. `why` shows it. */
export const recordTry = Effect.fnUntraced(function* (
  sql: Sql,
  { threadId }: Claim,
  row: {
    readonly outcome: string
    readonly errorTag?: string
    readonly errorMessage?: SafeText
    readonly retryAt?: number | undefined
  }
) {
  const { errorMessage = null, errorTag = null, outcome, retryAt = null } = row
  const at = yield* Clock.currentTimeMillis
  yield* sql`INSERT INTO extraction_tries ${sql.insert({ threadId, at, outcome, errorTag, errorMessage, retryAt })}`
  yield* sql`DELETE FROM extraction_tries WHERE thread_id = ${threadId} AND rowid NOT IN
    (SELECT rowid FROM extraction_tries WHERE thread_id = ${threadId} ORDER BY at DESC, rowid DESC LIMIT ${triesKept})`
})

const make = Effect.map(Queries, (queries) => {
  const { holderOf, isGone, self, sql, statement } = queries

  const claimOf = findAll({
    Request: ThreadId,
    Result: HolderRow,
    execute: (threadId) =>
      sql`SELECT thread_id AS of, ${sql.literal(claimColumns)} FROM extractions WHERE thread_id = ${threadId}`
  })

  const claims = findAll({
    Request: Schema.Void,
    Result: HolderRow,
    execute: () => sql`SELECT thread_id AS of, ${sql.literal(claimColumns)} FROM extractions
      WHERE claim_owner IS NOT NULL ORDER BY thread_id`
  })

  const tries = findAll({
    Request: ThreadId,
    Result: TryRow,
    execute: (threadId) => sql`SELECT at, outcome, error_tag, error_message, retry_at FROM extraction_tries
      WHERE thread_id = ${threadId} ORDER BY at, rowid`
  })

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

  const acquire = Effect.fnUntraced(function* (threadId: ThreadId, owner: string, lease: Duration.Duration) {
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
    const [gone] = yield* Effect.filter(yield* claimOf(threadId), isGone)
    if (gone === undefined) {
      return Option.none<Claim>()
    }
    const swapped = yield* sql`UPDATE extractions SET ${sql.update(columns)} WHERE thread_id = ${threadId}
      AND claim_owner = ${gone.owner} AND claim_expires_at = ${gone.mark} RETURNING thread_id`
    return swapped.length > 0 ? Option.some({ threadId, owner }) : Option.none<Claim>()
  })

  return Claims.of({
    acquire: (threadId, owner, lease) => statement("Claims.acquire")(acquire(threadId, owner, lease)),
    renew: Effect.fnUntraced(function* (claim, lease) {
      const { columns } = yield* holding(claim.owner, lease)
      if (!(yield* statement("Claims.renew")(changeClaimed(sql, claim, columns)))) {
        return yield* new ClaimLost({ threadId: claim.threadId })
      }
    }),
    release: (claim) => statement("Claims.release")(changeClaimed(sql, claim, unclaimedRow)),
    recordFailure: (claim, { attempts, content, errorMessage, errorTag, modifiedAt, retryAt }) =>
      asOwner(
        queries,
        "Claims.recordFailure",
        claim,
        {
          ...unclaimedRow,
          attempts,
          retryAt: retryAt ?? null,
          isQuarantined: retryAt === undefined ? 1 : 0,
          errorTag,
          errorMessage,
          failedSize: content.size,
          failedHash: content.hash,
          failedModifiedAt: modifiedAt
        },
        recordTry(sql, claim, { outcome: "failed", errorTag, errorMessage, retryAt })
      ),
    keepFailure: (threadId, modifiedAt) =>
      statement("Claims.keepFailure")(
        Effect.asVoid(
          sql`UPDATE extractions SET failed_modified_at = ${modifiedAt}
            WHERE thread_id = ${threadId} AND error_tag IS NOT NULL`
        )
      ),
    retry: (threadId) =>
      statement("Claims.retry")(
        Effect.map(
          sql`UPDATE extractions SET ${sql.update(noFailureRow)}
            WHERE thread_id = ${threadId} AND error_tag IS NOT NULL RETURNING thread_id`,
          (rows) => rows.length > 0
        )
      ),
    tries: (threadId) => statement("Claims.tries")(tries(threadId)),
    holders: statement("Claims.holders")(Effect.flatMap(claims(), (rows) => Effect.forEach(rows, holderOf)))
  })
})

/** Stores claims and failures in the table `extractions`, which has a row for each thread that was ever claimed. */
export const layer: Layer.Layer<Claims, never, Queries> = Layer.effect(Claims, make)
