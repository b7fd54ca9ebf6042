import { findAround, otherBeginnings } from "./MaintainedRules.js"
import type { Finder, Span } from "./Span.js"

/**
 * Secrets that are recognised by their form alone. The forms are those that the issuers document; the lengths are
 * shorter than those issued today, so that a form whose length changes is still found. No letter or digit may come
 * before a form, but `_` may, as in `KEY_ghp_…`. Each alternative begins with letters of its own and ends with a run of
 * one class, so that trying it costs no more than reading the run.
 */
const forms: ReadonlyArray<readonly [kind: string, form: string]> = [
  ["anthropic", "sk-ant-[\\w-]{16,}"],
  ["openai", "sk-(?:proj|svcacct|admin|None)-[\\w-]{16,}"],
  ["openrouter", "sk-or-v1-[\\w-]{16,}"],
  ["stripe", "sk_(?:live|test)_[A-Za-z0-9]{10,}|rk_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/]{24,}"],
  ["github", "gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\\w{20,}"],
  ["gitlab", "gl(?:pat|ptt|dt|rt|soat|cbt|ft|agent|imt|oas|ffct|wt)-[\\w-]{16,}|GR1348941[\\w-]{16,}"],
  ["slack", "xox[a-z]-[\\w-]{10,}|xoxe\\.xox[bp]-[\\w-]{10,}|xapp-[\\w-]{10,}"],
  ["slack-webhook", "hooks\\.slack\\.com/(?:services|workflows|triggers)/[\\w/-]{20,}"],
  ["discord-webhook", "discord(?:app)?\\.com/api/webhooks/\\d{10,}/[\\w-]{20,}"],
  ["google", "AIza[\\w-]{30,}|ya29\\.[\\w-]{20,}|GOCSPX-[\\w-]{20,}"],
  ["aws", "A(?:BI|CC|SI)A[A-Z0-9]{16}(?![A-Za-z0-9])"],
  ["npm", "npm_[A-Za-z0-9]{30,}"],
  ["pypi", "pypi-[\\w-]{30,}"],
  ["huggingface", "hf_[A-Za-z0-9]{30,}|api_org_[A-Za-z0-9]{30,}"],
  ["sendgrid", "SG\\.[\\w-]{16,}\\.[\\w-]{16,}"],
  ["twilio", "AC[0-9a-f]{32}(?![A-Za-z0-9])|SK[0-9a-f]{32}(?![A-Za-z0-9])"],
  ["mailgun", "k(?<!_k)ey-[0-9a-f]{32}(?![A-Za-z0-9])"],
  ["jwt", "eyJ[\\w-]{8,}\\.[\\w-]{8,}(?:\\.[\\w-]*){0,4}"],
  ["shopify", "shp(?:pa|ca|at|ss)_[A-Za-z0-9]{24,}"],
  ["databricks", "dapi[0-9a-f]{32}(?:-\\d)?(?![A-Za-z0-9])"],
  ["vault", "hv[sbr]\\.[\\w-]{20,}"],
  ["docker", "dckr_(?:pat|oat)_[\\w-]{20,}"],
  ["figma", "figd_[\\w-]{20,}"],
  ["notion", "ntn_[A-Za-z0-9]{40,}"],
  ["linear", "lin_(?:api|oauth)_[A-Za-z0-9]{30,}"],
  ["groq", "gsk_[A-Za-z0-9]{30,}"],
  ["xai", "xai-[A-Za-z0-9]{40,}"],
  ["perplexity", "pplx-[A-Za-z0-9]{40,}"],
  ["replicate", "r8_[A-Za-z0-9]{30,}"],
  ["nvidia", "nvapi-[\\w-]{40,}"],
  ["1password", "ops_eyJ[\\w+/=-]{40,}"],
  ["vercel", "vc[piark]_[A-Za-z0-9]{20,}"],
  ["digitalocean", "do[opr]_v1_[0-9a-f]{32,}"],
  ["square", "sq0[a-z]{3}-[\\w-]{22,}"],
  ["private-key", "LS0tLS1CRUdJTi[A-Za-z0-9+/]{0,24}(?:UFJJVkFURSBLRV|BSSVZBVEUgS0VZ|QUklWQVRFIEtFW)[A-Za-z0-9+/=]*"],
  ["age", "AGE-SECRET-KEY-1[0-9A-Z]{40,}"],
  ["doppler", "dp\\.(?:pt|st|ct|sa|scim|audit)\\.[A-Za-z0-9]{30,}"],
  ["pulumi", "pul-[0-9a-f]{40}(?![A-Za-z0-9])"],
  ["newrelic", "NRAK-[A-Z0-9]{20,}"],
  ["sentry", "sntry[su]_[\\w+/=-]{30,}"],
  ["atlassian", "ATATT3[\\w=-]{40,}"],
  ["grafana", "glc_[A-Za-z0-9+/]{32,}|glsa_\\w{32,}"],
  ["tailscale", "tskey-[\\w-]{20,}"],
  ["supabase", "sbp_[0-9a-f]{40}(?![A-Za-z0-9])|sb_secret_[\\w-]{20,}"],
  ["netlify", "nfp_[A-Za-z0-9]{30,}"],
  ["rubygems", "rubygems_[0-9a-f]{40,}"],
  ["postman", "PMAK-[0-9a-f-]{40,}"],
  ["planetscale", "pscale_(?:tkn|pw|oauth)_[\\w.=-]{20,}"],
  ["airtable", "pat[A-Za-z0-9]{14}\\.[0-9a-f]{40,}"],
  ["discord", ["M", "N", "O"].map((first) => `${first}[A-Za-z\\d_-]{23,25}\\.[\\w-]{6}\\.[\\w-]{27,}`).join("|")],
  ["fly", "fm[12][ar]?_[A-Za-z0-9+/=_-]{60,}"]
]

/**
 * Joins alternatives into one regular expression that tests the first letter once, since trying each alternative in
 * turn takes twice as long.
 */
const byFirstLetter = (alternatives: ReadonlyArray<string>): string => {
  const groups = new Map<string, Array<string>>()
  for (const alternative of alternatives) {
    const first = /^[A-Za-z]/.exec(alternative)?.[0] ?? ""
    groups.set(first, [...(groups.get(first) ?? []), alternative.slice(first.length)])
  }
  return [...groups].map(([first, rest]) => `${first}(?:${rest.join("|")})`).join("|")
}

const alternatives = forms.flatMap(([, form]) => form.split(/\|(?![^(]*\))/))
const anyForm = new RegExp(
  `(?<![A-Za-z0-9])(?:(${byFirstLetter(alternatives)})|${byFirstLetter(otherBeginnings)})`,
  "g"
)
const eachForm = forms.map(([kind, form]) => [kind, new RegExp(`^(?:${form})$`)] as const)

const kindOf = (secret: string): string => eachForm.find(([, form]) => form.test(secret))?.[0] ?? "token"

/** Matches OpenAI's first form of a key, also inside a word. */
const openAiKey = /sk-[A-Za-z0-9]{20,}/g
/** Matches OpenAI's newer form of a key, with `-` and `_`. Class names have these too, but no digits or no capitals. */
const dashedKey = /(?<![A-Za-z0-9])sk-(?=[\w-]{0,80}\d)(?=[\w-]{0,80}[A-Z])[\w-]{32,}/g
/** Matches the id of an AWS access key. */
const awsAccessKeyId = /(?<![A-Za-z0-9])AKIA[A-Z0-9]{16}(?![A-Za-z0-9])/g
/** Matches the id and token of a Telegram bot; https://core.telegram.org/bots/api#authorizing-your-bot. */
const telegramToken = /(?<![A-Za-z0-9])\d{8,10}:[A-Za-z0-9_-]{35}(?![A-Za-z0-9])/g
/** Matches a client secret of Azure AD; https://learn.microsoft.com/en-us/purview/sit-defn-azure-ad-client-secret. */
const azureSecret = /[\w~.-]{3}\dQ~[\w~.-]{31,34}/g
/** Matches the signature in an Azure SAS URL. */
const sasSignature = /(?<=[?&;]sig=)[A-Za-z0-9%+/]{20,}={0,2}/g
/**
 * Matches a token of HCP Terraform;
 * https://developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens.
 */
const terraformToken = /[A-Za-z0-9]{14}\.atlasv1\.[\w-]{40,}/g

const simple: ReadonlyArray<readonly [kind: string, pattern: RegExp, hint: string]> = [
  ["openai", openAiKey, "sk-"],
  ["openai", dashedKey, "sk-"],
  ["aws", awsAccessKeyId, "AKIA"],
  ["azure", azureSecret, "Q~"],
  ["azure-sas", sasSignature, "sig="],
  ["terraform", terraformToken, ".atlasv1."]
]

const allOf = (text: string, pattern: RegExp, kind: string): ReadonlyArray<Span> => {
  const spans: Array<Span> = []
  pattern.lastIndex = 0
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    spans.push({ start: match.index, end: match.index + match[0].length, kind })
  }
  return spans
}

/**
 * Matches words joined by `_` or `-`, as in the name of a function. If `_` comes before `sk_test_connection`, it is the
 * rest of such a name and no secret.
 */
const name = /^(?:[A-Za-z]{1,24}\d{0,3}(?:[-_]|$))+$/

/**
 * Finds the secrets that have a form of this module, and the places where the rules of {@link findAround} must look, in
 * one scan of the text.
 */
const byForm: Finder = (text) => {
  const spans: Array<Span> = []
  const places: Array<number> = []
  anyForm.lastIndex = 0
  for (let match = anyForm.exec(text); match !== null; match = anyForm.exec(text)) {
    const isForm = match[1] !== undefined
    if (text[match.index - 1] === "_" && (!isForm || name.test(match[0]))) {
      continue
    }
    places.push(match.index)
    if (isForm) {
      spans.push({ start: match.index, end: match.index + match[0].length, kind: kindOf(match[0]) })
    }
  }
  return places.length === 0 ? spans : [...spans, ...findAround(text, places)]
}

/** Finds the secrets that are recognised without a name beside them. */
export const findKnownForms: Finder = (text) => {
  const spans = [...byForm(text), ...allOf(text, telegramToken, "telegram")]
  const others = simple.filter(([, , hint]) => text.includes(hint))
  return others.length === 0 ? spans : [...spans, ...others.flatMap(([kind, pattern]) => allOf(text, pattern, kind))]
}
