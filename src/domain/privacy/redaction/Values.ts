/* Judges a value by itself: whether it can be a secret at all, and whether it looks like one. */

/**
 * The source of a regular expression for one character of a value. A value ends at white space or a quote, or at a
 * backslash that escapes one of these.
 */
const valueCharacter = "(?:[^\\s\"'`\\\\]|\\\\+(?![\\\\\"'`nrtbf]|$))"

/**
 * The number of characters that are examined to decide whether a value is a secret. The rest is read only if it is one.
 */
const judgedCharacters = 512

const valueStart = new RegExp(`${valueCharacter}{1,${judgedCharacters}}`, "y")
const valueRest = new RegExp(`${valueCharacter}*`, "y")

/**
 * Returns the end of the part of a value that is examined, at most {@link judgedCharacters} long; `start` if there is
 * no value.
 */
export const judgedEnd = (text: string, start: number): number => {
  valueStart.lastIndex = start
  return start + (valueStart.exec(text)?.[0].length ?? 0)
}

/** Returns the end of a value, given the end of the part that was examined. */
export const wholeEnd = (text: string, end: number): number => {
  valueRest.lastIndex = end
  return end + (valueRest.exec(text)?.[0].length ?? 0)
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Matches a placeholder in place of a secret: `$TOKEN`, `<your key>`, `process.env.KEY`, `xxxxxxxx`. */
const placeholder =
  /^(?:[<{%*]|\.{3}|\$(?:[{(]|[A-Za-z_]\w*\W*$)|([^\w\s])\1{5,}\W*$|x{4,}|your|my[-_](?:api|secret|token|password|key)|example|placeholder|insert[-_]|replace[-_]|process\.|import\.|os\.|env\.|secrets\.|config\.|settings\.|vault:|arn:aws:secretsmanager|op:\/\/|ref\+|file:\/\/|(?:null|undefined|none|true|false|todo|redacted|string|str|number|boolean|password|passwd|secret|token|api[-_]?key|credentials?|hidden|masked|omitted|required|optional|anonymous|unknown)\W*$)/i

/** Matches a placeholder that may also be a real password: `changeme`, or one character repeated. */
const weakPlaceholder = /^(?:(\w)\1{5,}\W*$|change[-_]?me)/i

/** Matches code in place of a value: a path of names, a subscript, an operator, a name at the end of a statement. */
const code =
  /^[,;)}\]]|^\d[\d_]*[;,)]|^[A-Za-z_$][\w$]*\.[A-Za-z_$][\w$.]*[,;)]|\{\w*:|=>|\|\||&&|\?\?|\$\{|\.{3}|^!|^[A-Za-z_$]+(?:\$\d)?[;,)\]}?|:]+$|^[A-Za-z_$][\w$]*(?:[?!]?\.[A-Za-z_$#][A-Za-z_$]*)+[\d_]*[;,)\]}?:<|]*(?:<.*)?$|^[A-Za-z_$][\w$.]*\[|^[A-Za-z_$][\w$]*[;,]\w+\.|^[A-Za-z_$][\w$]*<|^\w\??:(?!:)|^\[|^[A-Za-z_$][\w$]?[,;})\]]|^\/\*|^\/\//

/** True if a value contains `(` or `::`, as a call or a qualified name (`std::env`) does. */
const isCall = (value: string): boolean => value.includes("(") || value.includes("::")

/**
 * True if a value is code or a placeholder, and so no secret whatever its name is. A UUID, a call and a weak password
 * are no secrets either, unless the name is one that only secrets have (`strong`).
 */
export const isNoSecret = (value: string, isQuoted: boolean, beside: "strong" | "any" = "any"): boolean =>
  (!isQuoted && code.test(value.slice(0, 400))) ||
  placeholder.test(value.slice(0, 400)) ||
  (beside === "any" &&
    (isCall(isQuoted ? value : value.slice(0, 400)) || uuid.test(value) || weakPlaceholder.test(value)))

/**
 * True for a name or words, as in code and prose: letters only, with single `_`, `-`, `.`, `:`, `/` or spaces between
 * them.
 */
export const isWords = (value: string): boolean => /^[A-Za-z]+(?:[-_./:\s][A-Za-z]+)*[.,;:!?)\]}]*$/.test(value)

const hash = /^(?:(?:sha\d{1,3}|md5)[-:])?(?:[0-9a-f]{7,8}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})$/i

/** The Shannon entropy of a value, in bits per character. */
const entropyOf = (value: string): number => {
  const counts = new Map<string, number>()
  for (const character of value) {
    counts.set(character, (counts.get(character) ?? 0) + 1)
  }
  let bits = 0
  for (const count of counts.values()) {
    bits -= (count / value.length) * Math.log2(count / value.length)
  }
  return bits
}

/** The number of characters that are examined to decide whether a value is random. */
const judged = 256

/** True if a value has only characters that tokens have, and is neither a path of names (`a.b.c`) nor a number. */
export const isTokenShaped = (value: string): boolean =>
  /^[A-Za-z0-9+/=_.~%$!@#^*-]+$/.test(value) && !/^[A-Za-z_]\w*(?:\.\w+)+$/.test(value) && !/^-?\d*$/.test(value)

/** True if the value looks random: two classes of characters, two digits, no hash, and at least this entropy. */
export const looksRandom = (value: string, bits: number): boolean => {
  const text = value.slice(0, judged)
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((one) => one.test(text)).length
  return classes >= 2 && /\d.*\d/.test(text) && !hash.test(text) && entropyOf(text) >= bits
}

const placeholderWord =
  /^(?:your|yours|my|change|changeme|placeholder|example|dummy|fake|sample|replace|replaceme|insert|here|todo|redacted|(.)\1{2,})$/i
const placeholderPart = /^(?:[A-Za-z]{1,14}|v?\d{1,3}|(\w)\1{2,})$/

/**
 * True if a redacted value only stands in the place of a secret, as `sk-v1-your-key-here` does: it consists of readable
 * words, and one of them says so. It is redacted all the same, since a password may be such words.
 */
export const standsForSecret = (value: string): boolean => {
  const parts = value.split(/[^A-Za-z0-9]+/).filter((part) => part !== "")
  return (
    parts.length > 1 &&
    parts.every((part) => placeholderPart.test(part)) &&
    parts.some((part) => placeholderWord.test(part))
  )
}
