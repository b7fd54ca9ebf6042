/** What a value says of itself: whether it can be a secret at all, and whether it looks like one. */

/** The characters of a value: to white space or a quote. A backslash that escapes one of those is the text's, not the value's. */
const valueCharacter = "(?:[^\\s\"'`\\\\]|\\\\+(?![\\\\\"'`nrtbf]|$))"

/** So much of a value is read to tell whether it is a secret; only of one that is, the rest is read too. */
const judgedCharacters = 512

const valueStart = new RegExp(`${valueCharacter}{1,${judgedCharacters}}`, "y")
const valueRest = new RegExp(`${valueCharacter}*`, "y")

/** Where the part of a value that is judged ends; its start where there is no value. */
export const judgedEnd = (text: string, start: number): number => {
  valueStart.lastIndex = start
  return start + (valueStart.exec(text)?.[0].length ?? 0)
}

/** Where a value ends whose judged part is known. */
export const wholeEnd = (text: string, end: number): number => {
  valueRest.lastIndex = end
  return end + (valueRest.exec(text)?.[0].length ?? 0)
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** A value that stands for a secret that is not there: `$TOKEN`, `<your key>`, `process.env.KEY`, `xxxxxxxx`. */
const placeholder =
  /^(?:[<{%*]|\.{3}|\$(?:[{(]|[A-Za-z_]\w*\W*$)|([^\w\s])\1{5,}\W*$|x{4,}|your|my[-_](?:api|secret|token|password|key)|example|placeholder|insert[-_]|replace[-_]|process\.|import\.|os\.|env\.|secrets\.|config\.|settings\.|vault:|arn:aws:secretsmanager|op:\/\/|ref\+|file:\/\/|(?:null|undefined|none|true|false|todo|redacted|string|str|number|boolean|password|passwd|secret|token|api[-_]?key|credentials?|hidden|masked|omitted|required|optional|anonymous|unknown)\W*$)/i

/** The same, but a password too that someone may have: the one that came with the machine, one key held down. */
const weakPlaceholder = /^(?:(\w)\1{5,}\W*$|change[-_]?me)/i

/** Code where a value would be: a path of names, a subscript, an operator, a name that the statement ends after. */
const code =
  /^[,;)}\]]|^\d[\d_]*[;,)]|^[A-Za-z_$][\w$]*\.[A-Za-z_$][\w$.]*[,;)]|\{\w*:|=>|\|\||&&|\?\?|\$\{|\.{3}|^!|^[A-Za-z_$]+(?:\$\d)?[;,)\]}?|:]+$|^[A-Za-z_$][\w$]*(?:[?!]?\.[A-Za-z_$#][A-Za-z_$]*)+[\d_]*[;,)\]}?:<|]*(?:<.*)?$|^[A-Za-z_$][\w$.]*\[|^[A-Za-z_$][\w$]*[;,]\w+\.|^[A-Za-z_$][\w$]*<|^\w\??:(?!:)|^\[|^[A-Za-z_$][\w$]?[,;})\]]|^\/\*|^\/\//

/** What else is code, a call or a path of types, and how identifiers are written, beside names that promise less. */
const isCall = (value: string): boolean => value.includes("(") || value.includes("::")

/**
 * Whether a value is code or a placeholder, and so no secret whatever its name; or what is one beside a strong name alone:
 * a UUID, a call, a password that nobody should have.
 */
export const isNoSecret = (value: string, isQuoted: boolean, beside: "strong" | "any" = "any"): boolean =>
  (!isQuoted && code.test(value.slice(0, 400))) ||
  placeholder.test(value.slice(0, 400)) ||
  (beside === "any" &&
    (isCall(isQuoted ? value : value.slice(0, 400)) || uuid.test(value) || weakPlaceholder.test(value)))

/** A name or words, as code and prose have them: letters alone, perhaps with `_`, `-`, `.` or `/` between. */
export const isWords = (value: string): boolean => /^[A-Za-z]+(?:[-_./:\s][A-Za-z]+)*[.,;:!?)\]}]*$/.test(value)

const hash = /^(?:(?:sha\d{1,3}|md5)[-:])?(?:[0-9a-f]{7,8}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})$/i

/** Shannon's entropy of a value's characters, in bits per character. */
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

/** Characters of a value that are looked at to tell whether it is random. */
const judged = 256

/** Whether an unquoted or a quoted value is made of nothing but what tokens are made of, and of no names in a row. */
export const isTokenShaped = (value: string): boolean =>
  /^[A-Za-z0-9+/=_.~%$!@#^*-]+$/.test(value) && !/^[A-Za-z_]\w*(?:\.\w+)+$/.test(value) && !/^-?\d*$/.test(value)

/** Whether a value looks drawn at random: of several classes, digits among them, and of at least so much entropy. */
export const looksRandom = (value: string, bits: number): boolean => {
  const text = value.slice(0, judged)
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((one) => one.test(text)).length
  return classes >= 2 && /\d.*\d/.test(text) && !hash.test(text) && entropyOf(text) >= bits
}
