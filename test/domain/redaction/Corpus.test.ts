import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { redact, redactText } from "../../../src/domain/privacy/Redaction.js"
import { dresses, madeSecrets, spellingsOf } from "../../support/secrets.js"

describe("made-up secrets", () => {
  it("are at least 60, of at least 30 kinds", () => {
    assert.isAtLeast(madeSecrets.length, 60)
    assert.isAtLeast(new Set(madeSecrets.map(({ kind }) => kind)).size, 30)
  })

  for (const [name, dress] of Object.entries(dresses)) {
    it(`are all taken out of the dress: ${name}`, () => {
      const left = madeSecrets.flatMap((secret) => {
        const text = redact(dress(secret))
        return spellingsOf(secret).some((spelling) => text.includes(spelling)) ? [`${secret.kind}: ${text}`] : []
      })
      assert.deepStrictEqual(left, [])
    })
  }

  it("leave what surrounds them readable, and JSON valid", () => {
    for (const secret of madeSecrets) {
      assert.doesNotThrow(() => JSON.parse(redact(dresses["json"]?.(secret) ?? "")), secret.kind)
      const outer: { readonly body: string } = JSON.parse(redact(dresses["escaped json"]?.(secret) ?? ""))
      assert.doesNotThrow(() => JSON.parse(outer.body), secret.kind)
      const prose = redact(dresses["prose"]?.(secret) ?? "")
      assert.isTrue(prose.startsWith("I put it here ("), prose)
      assert.isTrue(prose.endsWith("please do not tell anyone."), prose)
    }
  })

  it("are counted by kind, and a marker names its kind where that is wanted", () => {
    const text = `push with ghp${"_"}${"a1B2".repeat(9)} and npm${"_"}${"a1B2".repeat(9)} and npm${"_"}${"b2C3".repeat(9)}`
    const { counts, text: shown } = redactText(text, { withKinds: true })
    assert.deepStrictEqual(
      [...counts],
      [
        ["github", 1],
        ["npm", 2]
      ]
    )
    assert.strictEqual(shown, "push with [REDACTED_SECRET:github] and [REDACTED_SECRET:npm] and [REDACTED_SECRET:npm]")
    assert.strictEqual(redactText(shown, { withKinds: true }).text, shown)
    assert.strictEqual(redact(shown), shown)
  })
})

describe("what is no secret", () => {
  it("stays: identifiers, hashes, UUIDs, code, placeholders", () => {
    const texts = [
      "token = usize::from(limit)",
      "password: string",
      "const token = tokens[index];",
      "token = SyntaxKind.CommaToken;",
      "commit 4f60cec1f0a2b3c4d5e6f708192a3b4c5d6e7f80",
      'integrity "sha512-AbCdEf0123456789AbCdEf0123456789AbCdEf0123456789AbCdEf0123456789AbCdEf0123456789AbCdEg=="',
      "thread 01950000-1111-7abc-8def-0123456789ab",
      'cacheKey: "d41d8cd98f00b204e9800998ecf8427e"',
      "export GITHUB_TOKEN=$GH_TOKEN",
      "API_KEY=<your key>",
      "password: ${{ secrets.NPM_TOKEN }}",
      "https://user:password@example.com/",
      "the secret of good coffee is water",
      "PWD=/home/ada/projects/ferry",
      "credentials: 'same-origin'",
      "sk-estimator-html-documentation-link-container",
      "Basic authentication is not supported",
      "the bearer of good news",
      "cd /home/ada/.codex/sessions/2026/03/02/rollout-2026-03-02T09-00-00-01950000-1111-7abc-8def-0123456789ab.jsonl"
    ]
    assert.deepStrictEqual(
      texts.filter((text) => redact(text) !== text),
      []
    )
  })
})

const secret = fc.constantFrom(...madeSecrets)
const dress = fc.constantFrom(...Object.values(dresses))
const anyText = fc.array(
  fc.oneof(
    fc.tuple(secret, dress).map(([secret, dress]) => dress(secret)),
    fc.string({ unit: "binary" }),
    fc.constantFrom(" ", "\n", '"', "\\", "://", "@", "=", "token", "Bearer ", "-----BEGIN ", "password", "cookie: a=")
  ),
  { maxLength: 8 }
)

describe("redaction of any text", () => {
  it.prop(
    "is idempotent",
    [anyText],
    ([parts]) => {
      const once = redact(parts.join(""))
      assert.strictEqual(redact(once), once)
    },
    { fastCheck: { numRuns: 500 } }
  )

  it.prop(
    "keeps valid JSON valid",
    [fc.dictionary(fc.string(), anyText)],
    ([record]) => {
      const json = JSON.stringify({ nested: JSON.stringify(record), record })
      assert.doesNotThrow(() => JSON.parse(redact(json)))
    },
    { fastCheck: { numRuns: 300 } }
  )

  it.prop(
    "adds at most a marker for each hit",
    [anyText],
    ([parts]) => {
      const text = parts.join("")
      const { counts, text: redacted } = redactText(text)
      const hits = [...counts.values()].reduce((sum, count) => sum + count, 0)
      assert.isAtMost(redacted.length, text.length + hits * "[REDACTED_SECRET]".length)
    },
    { fastCheck: { numRuns: 300 } }
  )
})
