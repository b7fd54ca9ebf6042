import * as Duration from "effect/Duration"
import type { ModelError } from "./ModelError.js"

/** Policy for retrying requests that may succeed later. */
export interface ModelRetry {
  /** Maximum number of requests, including the first. */
  readonly attempts: number
  /** Wait before the second request; it doubles for each later one. */
  readonly first: Duration.Duration
  /** Maximum wait. A server that asks for a longer one is not asked again in this pass. */
  readonly longest: Duration.Duration
}

/**
 * The wait before a retry, in milliseconds; undefined when the request is not retried. `attempt` counts the requests
 * made so far (1 or more), `random` lies between 0 and 1.
 *
 * A wait that the server asks for is observed in full, plus up to a tenth so that clients do not return all at once.
 * Otherwise the wait is exponential, between half of it and the whole. Invalid, refused and unpaid requests cannot
 * succeed, and a time-out has already cost the longest acceptable wait, so none of these is retried.
 */
export const waitBefore = (
  error: ModelError,
  attempt: number,
  { attempts, first, longest }: ModelRetry,
  random: number
): number | undefined => {
  if (attempt >= attempts) {
    return undefined
  }
  const limit = Duration.toMillis(longest)
  const backoff = Math.min(limit, Duration.toMillis(first) * 2 ** (attempt - 1)) * (0.5 + random / 2)
  switch (error._tag) {
    case "RateLimited":
    case "ModelOverloaded":
    case "ModelServerFailed":
      return error.retryAfter === undefined
        ? backoff
        : error.retryAfter <= limit
          ? error.retryAfter * (1 + random / 10)
          : undefined
    case "ModelUnreachable":
    case "StreamEndedEarly":
      return backoff
    default:
      return undefined
  }
}

/**
 * The wait that a `retry-after` (RFC 9110, section 10.2.3) or `retry-after-ms` header asks for, in milliseconds. `now`
 * is in Unix milliseconds.
 */
export const retryAfterOf = (
  headers: { readonly [name: string]: string | undefined },
  now: number
): number | undefined => {
  const milliseconds = headers["retry-after-ms"]?.trim() ?? ""
  if (/^\d+(?:\.\d+)?$/.test(milliseconds)) {
    return Number(milliseconds)
  }
  const text = headers["retry-after"]?.trim() ?? ""
  if (/^\d+(?:\.\d+)?$/.test(text)) {
    return Number(text) * 1_000
  }
  const date = /[A-Za-z]/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
