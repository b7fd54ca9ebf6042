import { redact, redactionMarker } from "../Redaction.js"

/**
 * What the offline brain knows of secrets: it never quotes one, and it says that one was pasted. The second line of
 * defence is the caller's redaction of the whole memory.
 */

const value = "([\"'`]?)([^\\s\"'`,;]{8,})"

const moreSecrets: ReadonlyArray<RegExp> = [
  new RegExp(
    `\\b([A-Z][A-Z0-9_]{0,60}(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)(?:_[A-Z0-9_]{1,30})?)(\\s{0,3}[:=]\\s{0,3})${value}`,
    "g"
  ),
  new RegExp(`\\b(password|passphrase|token|secret|api[ _-]?key)(\\s{1,3}(?:is|was)\\s{1,3})${value}`, "gi"),
  new RegExp(`\\b((?:db|user|access|client|auth)[_-](?:password|secret|token|key))(\\s{0,3}[:=]\\s{0,3})${value}`, "gi")
]
const knownForms =
  /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}|xox[abprs]-[A-Za-z0-9-]{10,}|AIza[A-Za-z0-9_-]{30,}|npm_[A-Za-z0-9]{30,}|sk-[A-Za-z0-9_-]{20,}|ASIA[A-Z0-9]{16}|eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{8,})/g
const passwordInUrl = /(:\/\/[^\s:/@]{1,80}:)([^\s:/@]{3,200})(?=@)/g
const privateKey = /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----/

/** A value that stands for a secret that is not there: `$TOKEN`, `<your key>`, `process.env.KEY`. */
const placeholder =
  /^(?:[$<{%[(*.]|x{4,}|your|example|changeme|placeholder|process\.|os\.|env\.|secrets\.|null|undefined)/i

/** The text with everything that looks like a secret replaced by the redaction's own marker. */
export const withoutSecrets = (text: string): string => {
  const marked = moreSecrets.reduce(
    (text, pattern) =>
      text.replace(pattern, (whole: string, name: string, sign: string, quote: string, secret: string) =>
        secret.startsWith(redactionMarker) || placeholder.test(secret)
          ? whole
          : `${name}${sign}${quote}${redactionMarker}`
      ),
    redact(text)
  )
  const shown = marked.replace(knownForms, redactionMarker).replace(passwordInUrl, `$1${redactionMarker}`)
  const key = privateKey.exec(shown)
  return key === null ? shown : shown.slice(0, key.index) + redactionMarker
}

const kinds: ReadonlyArray<readonly [string, RegExp]> = [
  ["AWS keys", /\b(?:AKIA|ASIA)[A-Z0-9]{12}|\bAWS_[A-Z_]{3,40}\s{0,3}[:=]/],
  ["a private key", privateKey],
  ["a token", /\b(?:token|bearer|api[ _-]?key|secret)\b|sk-[A-Za-z0-9]|gh[pousr]_|xox[abprs]-|_(?:TOKEN|API_KEY)\b/i],
  ["a password", /\b(?:password|passphrase|passwd)\b|_PASSWORD\b|:\/\/[^\s:/@]{1,80}:[^\s:/@]{3,200}@/i]
]

/** What kinds of secrets a text holds, as a person would name them; empty where it holds none. */
export const secretKinds = (text: string): ReadonlyArray<string> => {
  if (!text.includes(redactionMarker) && withoutSecrets(text) === text) {
    return []
  }
  const found = kinds.filter(([, pattern]) => pattern.test(text)).map(([name]) => name)
  return found.length === 0 ? ["a secret"] : found
}

/** Whether a text holds something that looks like a secret, or the mark of one that was taken out. */
export const holdsSecret = (text: string): boolean => text.includes(redactionMarker) || withoutSecrets(text) !== text
