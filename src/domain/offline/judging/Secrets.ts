import { holdsMarker, redactionMarker, withoutPlaceholders } from "../../privacy/redaction/Marker.js"

/*
 * Prevents secrets from being quoted by offline extraction, and reports that one was pasted. The input is already
 * redacted, except for values that only the prose around them shows to be secret, as in `my password is …`.
 */

const said = /\b(password|passphrase|token|secret|api[ _-]?key)(\s{1,3}(?:is|was)\s{1,3})(["'`]?)([^\s"'`,;]{8,})/gi
const privateKey = /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----/

/** Matches a placeholder in place of a secret: `$TOKEN`, `<your key>`, `process.env.KEY`. */
const placeholder =
  /^(?:[$<{%[(*.]|x{4,}|your|example|changeme|placeholder|process\.|os\.|env\.|secrets\.|null|undefined)|(?:^|[-_])your[-_]|[-_]here\b/i

/** Replaces a value that prose calls a secret (`the password is …`) by the redaction marker. Placeholders stay. */
export const withoutSecrets = (text: string): string =>
  text.replace(said, (whole: string, name: string, verb: string, quote: string, secret: string) =>
    placeholder.test(secret) ? whole : `${name}${verb}${quote}${redactionMarker}`
  )

const kinds: ReadonlyArray<readonly [string, RegExp]> = [
  ["AWS keys", /\b(?:AKIA|ASIA)[A-Z0-9]{12}|\bAWS_[A-Z_]{3,40}\s{0,3}[:=]/],
  ["a private key", privateKey],
  ["a token", /\b(?:token|bearer|api[ _-]?key|secret)\b|sk-[A-Za-z0-9]|gh[pousr]_|xox[abprs]-|_(?:TOKEN|API_KEY)\b/i],
  ["a password", /\b(?:password|passphrase|passwd)\b|_PASSWORD\b|:\/\/[^\s:/@]{1,80}:[^\s:/@]{3,200}@/i]
]

/** Names the kinds of secrets in a text, such as `a password`; empty if it contains none, or only placeholders. */
export const secretKinds = (given: string): ReadonlyArray<string> => {
  const text = withoutPlaceholders(given)
  if (!holdsMarker(text) && withoutSecrets(text) === text) {
    return []
  }
  const found = kinds.filter(([, pattern]) => pattern.test(text)).map(([name]) => name)
  return found.length === 0 ? ["a secret"] : found
}

/** True if the text contains a redaction marker, or prose that calls a value a secret. */
export const holdsSecret = (text: string): boolean => holdsMarker(text) || withoutSecrets(text) !== text
