import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import { LeaseLost } from "../../domain/memory/ConsolidationError.js"
import type { Directory } from "../../domain/thread/WorkingDirectory.js"
import type { Holder, StateDbFailure } from "./StateDb.js"
import { whileRenewed } from "./WhileRenewed.js"

/** A request for a directory's lock. */
export interface LockRequest {
  readonly cwd: Directory
  /** Unique per pass. The owner of a lock gets it again. */
  readonly owner: string
  /** A lock that was not renewed for so long is anybody's; zero or less takes any lock. */
  readonly lease: Duration.Duration
}

/** A lock while its work runs. */
export interface HeldLock {
  /** Renews the lease now. Fails when the lock is another owner's, or when that cannot be found out. */
  readonly confirm: Effect.Effect<void, LeaseLost>
}

/** Does work under a directory's lock; returns none when another owner holds it. */
type WithLock = <A, E, R>(
  request: LockRequest,
  work: (lock: HeldLock) => Effect.Effect<A, E, R>
) => Effect.Effect<Option.Option<A>, E | LeaseLost | StateDbFailure, R>

/**
 * The locks under which directories are consolidated, one owner at a time in one process or many. The lease is renewed while
 * the work runs; when a renewal fails, the work is interrupted and the result is `LeaseLost`. The lock is released when the
 * work has ended, however it ended, and by its owner alone. It is free when its lease is over, or at once when its process is
 * known to be gone from this host. Acquiring and reading fail with `StateDbFailure`.
 */
export class ProjectLocks extends Context.Tag("rollout-memories/state/ProjectLocks")<
  ProjectLocks,
  {
    readonly withLock: WithLock
    /** The directories whose lock somebody holds, or held when it was killed; in the order of their paths. */
    readonly holders: Effect.Effect<ReadonlyArray<Holder<Directory>>, StateDbFailure>
  }
>() {}

/** The statements on locks. Each is atomic. */
export interface LockStatements {
  /** Inserts the lock, or takes it over where it is the owner's own, stale, or of a process that is gone. */
  readonly acquire: (request: LockRequest) => Effect.Effect<boolean, StateDbFailure>
  /** Returns whether the lock was still this owner's; unlike acquiring, it never takes a lock that is free. */
  readonly renew: (request: LockRequest) => Effect.Effect<boolean, StateDbFailure>
  /** Deletes the owner's own lock; anybody else's release changes nothing. */
  readonly release: (request: LockRequest) => Effect.Effect<boolean, StateDbFailure>
}

/** Makes `withLock` from the statements of a database. */
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
