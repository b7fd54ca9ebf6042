/**
 * Takes secrets out of text that is about to be kept. Pure, idempotent, and linear in its input.
 *
 * The four forms and their order are the contract's, section 5.7; the replacement is always {@link redactionMarker}.
 */

/** What stands where a secret was. */
export const redactionMarker = "[REDACTED_SECRET]"

const openAiKey = /sk-[A-Za-z0-9]{20,}/g
const awsAccessKeyId = /\bAKIA[A-Z0-9]{16}\b/g
const bearerToken = /\bBearer\s+[A-Za-z0-9._-]{16,}\b/gi
const assignment = /\b(api_key|api-key|apikey|token|secret|password)(\s*[:=]\s*)(["'`]?)([^\s"'`]{8,})/gi

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** A value that is code or an identifier only looks like a secret: `token = usize::from(limit)`. */
const isNoSecret = (value: string): boolean => value.includes("(") || value.includes("::") || uuid.test(value)

/** The text with every secret replaced by {@link redactionMarker}; a marker is never redacted again. */
export const redact = (text: string): string =>
  text
    .replace(openAiKey, redactionMarker)
    .replace(awsAccessKeyId, redactionMarker)
    .replace(bearerToken, `Bearer ${redactionMarker}`)
    .replace(assignment, (whole: string, name: string, sign: string, quote: string, value: string) =>
      value.startsWith(redactionMarker) || isNoSecret(value) ? whole : `${name}${sign}${quote}${redactionMarker}`
    )
