import * as Duration from "effect/Duration"
import type { ModelError } from "./ModelError.js"

/** How requests that may succeed later are made again. */
export interface ModelRetry {
  /** Requests in all, the first included. */
  readonly attempts: number
  /** The wait before the second request; each later one is twice as long. */
  readonly first: Duration.Duration
  /** No wait is longer. A server that asks for a longer one is not asked again in this pass. */
  readonly longest: Duration.Duration
}

/**
 * How long to wait, in milliseconds, before a failed request is made again; undefined where it is not. `attempt` counts the
 * requests made (1 or more), `random` is from 0 to 1. What a server asks for is waited for in full, with up to a tenth more
 * so that not all come back at once; otherwise the wait is exponential, between a half and the whole of it. What was asked
 * wrongly, refused, or not paid for cannot succeed; a time-out has already cost as long as anyone waits.
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

/** Milliseconds that a `retry-after` or `retry-after-ms` header asks for, as RFC 9110 section 10.2.3 has it; `now` in Unix milliseconds. */
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
