/**
 * Made-up secrets, by kind. None was ever valid; each is put together from pieces, so that no scanner takes this file for a
 * leak.
 */

/** Characters that look drawn at random, the same for the same seed. */
const drawn = (length: number, seed: number, alphabet: string): string => {
  let state = (seed * 2_654_435_761) >>> 0
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return alphabet[Math.floor((state / 2 ** 32) * alphabet.length)]
  }).join("")
}

const lower = "abcdefghijklmnopqrstuvwxyz"
const digits = "0123456789"
const upper = lower.toUpperCase()
const alphanumeric = lower + upper + digits
const hexadecimal = "0123456789abcdef"

/** A run with a small letter, a capital and a digit for certain. */
const mixed = (length: number, seed: number): string => `a7Q${drawn(length - 3, seed, alphanumeric)}`
const hex = (length: number, seed: number): string => drawn(length, seed, hexadecimal)

const base64 = (text: string): string => Buffer.from(text).toString("base64")
const base64url = (text: string): string => Buffer.from(text).toString("base64url")

const pem = (label: string, seed: number): string => {
  const body = Array.from({ length: 6 }, (_, line) => drawn(64, seed + line, `${alphanumeric}+/`)).join("\n")
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----`
}

/** A made-up secret: its kind, its text as it stands in the world, and the part of it that must not be found anywhere. */
export interface MadeSecret {
  readonly kind: string
  readonly text: string
  readonly core: string
  /** Whether the text is a name with its value, or a header, already, and is not to be put behind another name. */
  readonly isDressed?: boolean
}

const bare = (kind: string, text: string): MadeSecret => ({ kind, text, core: text })
const dressed = (kind: string, before: string, core: string, after = ""): MadeSecret => ({
  kind,
  text: `${before}${core}${after}`,
  core,
  isDressed: true
})

const key = pem(["RSA", "PRIVATE", "KEY"].join(" "), 71)
const openSsh = pem(["OPENSSH", "PRIVATE", "KEY"].join(" "), 83)
const core = (block: string): string => block.split("\n")[2] ?? ""

/** All of them. */
export const madeSecrets: ReadonlyArray<MadeSecret> = [
  bare("openai", `sk-${mixed(48, 1)}`),
  bare("openai-project", `sk-${"proj"}-${mixed(40, 2)}_${mixed(30, 3)}-${mixed(20, 4)}`),
  bare("openai-service", `sk-${"svcacct"}-${mixed(60, 5)}`),
  bare("anthropic", `sk-${"ant"}-api03-${mixed(93, 6)}AA`),
  bare("github-ghp", `ghp${"_"}${mixed(36, 7)}`),
  bare("github-gho", `gho${"_"}${mixed(36, 8)}`),
  bare("github-ghu", `ghu${"_"}${mixed(36, 9)}`),
  bare("github-ghs", `ghs${"_"}${mixed(36, 10)}`),
  bare("github-ghr", `ghr${"_"}${mixed(36, 11)}`),
  bare("github-fine", `github${"_pat_"}${mixed(22, 12)}_${mixed(59, 13)}`),
  bare("gitlab", `glpat${"-"}${mixed(20, 14)}`),
  bare("gitlab-runner", `glrt${"-"}${mixed(20, 15)}`),
  bare("gitlab-deploy", `gldt${"-"}${mixed(20, 16)}`),
  bare("slack-bot", `xoxb${"-"}${drawn(12, 17, digits)}-${drawn(12, 18, digits)}-${mixed(24, 19)}`),
  bare("slack-user", `xoxp${"-"}${drawn(12, 20, digits)}-${drawn(12, 21, digits)}-${hex(32, 22)}`),
  bare("slack-app", `xapp${"-"}1-A${drawn(10, 23, upper)}-${drawn(13, 24, digits)}-${hex(64, 25)}`),
  dressed(
    "slack-webhook",
    "https://hooks.slack.com/services/",
    `T${drawn(8, 26, upper)}/B${drawn(8, 27, upper)}/${mixed(24, 28)}`
  ),
  bare("stripe-live", `sk${"_live_"}${mixed(24, 29)}`),
  bare("stripe-restricted", `rk${"_live_"}${mixed(24, 30)}`),
  bare("stripe-test", `sk${"_test_"}${mixed(24, 31)}`),
  bare("stripe-webhook", `whsec${"_"}${mixed(32, 32)}`),
  bare("google", `AIza${"Sy"}${mixed(33, 33)}`),
  bare("google-oauth", `ya29${"."}${mixed(60, 34)}`),
  bare("google-client", `GOCSPX${"-"}${mixed(28, 35)}`),
  bare("aws-id", `AKIA${drawn(16, 36, upper + digits)}`),
  bare("aws-session-id", `ASIA${drawn(16, 37, upper + digits)}`),
  dressed("aws-secret", "AWS_SECRET_ACCESS_KEY=", `${mixed(20, 38)}/${mixed(18, 39)}+`),
  dressed("aws-secret-lower", "aws_secret_access_key = ", mixed(40, 40)),
  dressed("azure-storage", "AccountName=ferry;AccountKey=", `${mixed(84, 41)}==`, ";EndpointSuffix=core.windows.net"),
  dressed("azure-bus", "SharedAccessKeyName=root;SharedAccessKey=", `${mixed(42, 42)}=`),
  bare("azure-client", `a7Q${"8Q~"}${mixed(34, 43)}`),
  bare("npm", `npm${"_"}${mixed(36, 44)}`),
  bare("pypi", `pypi${"-"}AgEIcHlwaS5vcmc${mixed(60, 45)}`),
  bare("huggingface", `hf${"_"}${mixed(34, 46)}`),
  bare("telegram", `${drawn(10, 47, "123456789")}:AA${mixed(33, 48)}`),
  bare("sendgrid", `SG${"."}${mixed(22, 49)}.${mixed(43, 50)}`),
  bare("twilio-key", `SK${hex(32, 51)}`),
  dressed("twilio-token", "TWILIO_AUTH_TOKEN=", hex(32, 52)),
  bare("jwt", `${base64url('{"alg":"HS256","typ":"JWT"}')}.${base64url('{"sub":"ada","n":12345}')}.${mixed(43, 53)}`),
  { kind: "pem", text: key, core: core(key), isDressed: true },
  { kind: "openssh", text: openSsh, core: core(openSsh), isDressed: true },
  dressed("postgres", "postgres://ada:", mixed(16, 54), "@db.ferry.test:5432/ferry"),
  dressed("mongodb", "mongodb+srv://ada:", `${mixed(12, 55)}%40x`, "@cluster0.ferry.test/ferry"),
  dressed("redis", "redis://:", mixed(20, 56), "@cache.ferry.test:6379/0"),
  dressed("amqp", "amqp://guest:", mixed(10, 57), "@queue.ferry.test/vhost"),
  dressed("git-remote", "https://oauth2:", mixed(26, 58), "@git.ferry.test/ada/ferry.git"),
  dressed("bearer", "Authorization: Bearer ", `${mixed(20, 59)}+/${mixed(20, 60)}==`),
  dressed("basic", "Authorization: Basic ", base64(`ada:${mixed(18, 61)}`)),
  dressed("cookie", "Cookie: theme=dark; session_id=", mixed(32, 62), "; Path=/"),
  dressed("set-cookie", "Set-Cookie: connect.sid=", mixed(40, 63), "; HttpOnly"),
  dressed("yaml", "database:\n  password: ", mixed(14, 64)),
  dressed("toml", "[registry]\ntoken = ", mixed(30, 65)),
  dressed("flag", "deploy --api-key ", mixed(24, 66)),
  dressed("flag-equals", "deploy --auth-token=", mixed(24, 67)),
  dressed("passphrase", "SIGNING_PASSPHRASE=", mixed(18, 68)),
  dressed("credentials", "DEPLOY_CREDENTIALS=", mixed(22, 69)),
  dressed("pwd", "DB_PWD=", mixed(12, 70)),
  dressed("x-api-key", "X-Api-Key: ", mixed(32, 72)),
  bare("shopify", `shpat${"_"}${hex(32, 73)}`),
  bare("databricks", `dapi${hex(32, 74)}`),
  bare("vault", `hvs${"."}${mixed(95, 75)}`),
  bare("docker", `dckr${"_pat_"}${mixed(27, 76)}`),
  bare("digitalocean", `dop${"_v1_"}${hex(64, 77)}`),
  bare("linear", `lin${"_api_"}${mixed(40, 78)}`),
  bare("groq", `gsk${"_"}${mixed(52, 79)}`),
  bare("grafana", `glsa${"_"}${mixed(32, 80)}_${hex(8, 81)}`),
  bare("openrouter", `sk-${"or-v1"}-${hex(64, 84)}`),
  dressed("discord-webhook", "https://discord.com/api/webhooks/", `${drawn(18, 85, "123456789")}/${mixed(60, 86)}`),
  bare("discord", `M${mixed(23, 87)}.${mixed(6, 88)}.${mixed(38, 89)}`),
  bare("twilio-account", `AC${hex(32, 90)}`),
  bare("mailgun", `key${"-"}${hex(32, 91)}`),
  bare("1password", `ops${"_"}${base64url(`{"signInAddress":"ferry.test","n":"${mixed(40, 92)}"}`)}`),
  bare("notion", `ntn${"_"}${drawn(11, 93, digits)}${mixed(35, 94)}`),
  bare("vercel", `vcp${"_"}${mixed(56, 95)}`),
  bare("figma", `figd${"_"}${mixed(40, 96)}`),
  bare("xai", `xai${"-"}${mixed(80, 97)}`),
  bare("perplexity", `pplx${"-"}${mixed(48, 98)}`),
  bare("replicate", `r8${"_"}${mixed(37, 99)}`),
  bare("nvidia", `nvapi${"-"}${mixed(64, 100)}`),
  bare("square", `sq0atp${"-"}${mixed(22, 101)}`),
  bare("age", `AGE-SECRET-KEY-${"1"}${drawn(58, 102, upper + digits)}`),
  bare("doppler", `dp${".pt."}${mixed(43, 103)}`),
  bare("pulumi", `pul${"-"}${hex(40, 104)}`),
  bare("newrelic", `NRAK${"-"}${drawn(27, 105, upper + digits)}`),
  bare("sentry", `sntrys${"_"}${mixed(60, 106)}`),
  bare("atlassian", `ATATT${"3"}${mixed(60, 107)}=A1B2C3D4`),
  bare("tailscale", `tskey${"-auth-"}${mixed(12, 108)}-${mixed(32, 109)}`),
  bare("supabase", `sbp${"_"}${hex(40, 110)}`),
  bare("netlify", `nfp${"_"}${mixed(36, 111)}`),
  bare("rubygems", `rubygems${"_"}${hex(48, 112)}`),
  bare("postman", `PMAK${"-"}${hex(24, 113)}-${hex(34, 114)}`),
  bare("planetscale", `pscale${"_tkn_"}${mixed(43, 115)}`),
  bare("airtable", `pat${mixed(14, 116)}.${hex(64, 117)}`),
  bare("terraform", `${mixed(14, 118)}.atlasv1.${mixed(67, 119)}`),
  dressed("azure-sas", "https://ferry.blob.core.windows.net/c?sv=2022-11-02&sig=", `${mixed(40, 82)}%3D`)
]

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1)

/** The six dresses in which a secret is met. */
export const dresses: { readonly [name: string]: (secret: MadeSecret) => string } = {
  bare: ({ text }) => text,
  shell: ({ isDressed, text }) => (isDressed === true ? `echo '${text}' > notes.txt` : `export FERRY_TOKEN="${text}"`),
  json: ({ isDressed, text }) => JSON.stringify(isDressed === true ? { note: text } : { ferryToken: text }),
  "escaped json": ({ isDressed, text }) =>
    JSON.stringify({ body: JSON.stringify(isDressed === true ? { note: text } : { api_key: text, n: 1 }) }),
  header: ({ isDressed, text }) =>
    isDressed === true
      ? `curl -H "X-Note: ${text}" https://ferry.test/`
      : `curl -H "Authorization: Bearer ${text}" https://ferry.test/`,
  prose: ({ text }) => `I put it here (${text}), please do not tell anyone.`
}

const escape = String.fromCharCode(27)

/** What may stand right beside a secret where text is escaped, encoded or coloured: none of it is part of a word. */
export const boundaries: { readonly [name: string]: string } = {
  "a newline": "\n",
  "an escaped newline": "\\n",
  "a newline escaped twice": "\\\\n",
  "a newline escaped three times": `${"\\".repeat(7)}n`,
  "an escaped tab": "\\t",
  "an escaped carriage return": "\\r",
  "an escaped quote": '\\"',
  "a colour": `${escape}[32m`,
  "a match that grep colours": `${escape}[01;31m${escape}[K`,
  "an escaped colour": "\\u001b[32m",
  "a colour escaped twice": "\\\\u001b[0;32m",
  "a colour as shells write it": "\\033[32m",
  "an encoded equals sign": "%3D",
  "an encoded quote": "%22",
  "an equals sign encoded twice": "%253D",
  "an equals sign in Unicode": "\\u003d",
  "an equals sign in Unicode, escaped twice": "\\\\u003D",
  "an equals sign in hexadecimal": "\\x3d",
  "an underscore": "_"
}

/** Secrets that a boundary cannot tell from something else: `cache_key-` and a hash is the name of a cache's entry. */
export const isAmbiguous = (boundary: string, { kind }: MadeSecret): boolean => boundary === "_" && kind === "mailgun"

/** A secret between two boundaries, in words. */
export const bordered = (boundary: string, { text }: MadeSecret): string =>
  `it says x${boundary}${boundary.startsWith("\\") ? escaped(text) : text}${boundary}y there`

/** How a secret's core may stand in what is written: as it is, and escaped for JSON once and twice. */
export const spellingsOf = ({ core: secret }: MadeSecret): ReadonlyArray<string> => [
  ...new Set([secret, escaped(secret), escaped(escaped(secret))])
]
