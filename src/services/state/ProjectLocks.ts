import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import { LeaseLost } from "../../domain/memory/ConsolidationError.js"
import type { Directory } from "../../domain/thread/WorkingDirectory.js"
import type { Holder, StateDbFailure } from "./StateDbError.js"
import { whileRenewed } from "./WhileRenewed.js"

/** A request for a directory's lock. */
export interface LockRequest {
  readonly cwd: Directory
  /** Owner id, unique per pass. An owner that asks for its own lock again gets it. */
  readonly owner: string
  /** Time after which a lock that was not renewed may be taken over; zero or less takes over any lock. */
  readonly lease: Duration.Duration
}

/** A held lock, for the work that runs under it. */
export interface HeldLock {
  /** Renews the lease now. Fails when another owner has the lock, or when that cannot be determined. */
  readonly confirm: Effect.Effect<void, LeaseLost>
}

/** Runs work under a directory's lock; returns none when another owner holds the lock. */
type WithLock = <A, E, R>(
  request: LockRequest,
  work: (lock: HeldLock) => Effect.Effect<A, E, R>
) => Effect.Effect<Option.Option<A>, E | LeaseLost | StateDbFailure, R>

/**
 * Locks for consolidating directories: one owner at a time, in one process or many. The lease is renewed while the work
 * runs; when a renewal fails, the work is interrupted and the result is `LeaseLost`. The owner releases the lock when
 * the work has ended, however it ended. A lock is free when its lease is over, or at once when its process is known to
 * have ended on this host. Acquiring and reading fail with `StateDbFailure`.
 */
export class ProjectLocks extends Context.Tag("rollout-memories/state/ProjectLocks")<
  ProjectLocks,
  {
    readonly withLock: WithLock
    /** Lists the directories with a lock, held now or left by a killed process, in the order of their paths. */
    readonly holders: Effect.Effect<ReadonlyArray<Holder<Directory>>, StateDbFailure>
  }
>() {}

/** The database statements behind the locks; each is atomic. */
export interface LockStatements {
  /**
   * Inserts the lock, or takes it over when it is the owner's own, stale, or left by a process that has ended. Returns
   * whether the owner has it.
   */
  readonly acquire: (request: LockRequest) => Effect.Effect<boolean, StateDbFailure>
  /** Renews the lock. Returns whether it was still this owner's; unlike `acquire`, it never takes a free lock. */
  readonly renew: (request: LockRequest) => Effect.Effect<boolean, StateDbFailure>
  /** Deletes this owner's lock; a lock of another owner stays. */
  readonly release: (request: LockRequest) => Effect.Effect<boolean, StateDbFailure>
}

/** Makes `withLock` from a database's statements. */
export const makeWithLock =
  (statements: LockStatements): WithLock =>
  (request, work) => {
    const confirm = Effect.orElseSucceed(statements.renew(request), () => false).pipe(
      Effect.filterOrFail(
        (isOurs) => isOurs,
        () => new LeaseLost({ cwd: request.cwd })
      ),
      Effect.asVoid
    )
    return Effect.acquireUseRelease(
      statements.acquire(request),
      (isOurs) =>
        isOurs ? Effect.asSome(whileRenewed(work({ confirm }), confirm, request.lease)) : Effect.succeedNone,
      (isOurs) => (isOurs ? Effect.ignore(statements.release(request)) : Effect.void)
    )
  }
