import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { redact, redactText } from "../../../src/domain/privacy/Redaction.js"
import { bordered, boundaries, dresses, isAmbiguous, madeSecrets, spellingsOf } from "../../support/secrets.js"
import { nonEmpty } from "../../support/nonEmpty.js"

const isLeft = (text: string, secret: (typeof madeSecrets)[number]): boolean =>
  spellingsOf(secret).some((spelling) => text.includes(spelling))

describe("made-up secrets", () => {
  it("the corpus has at least 60 secrets of at least 30 kinds", () => {
    assert.isAtLeast(madeSecrets.length, 60)
    assert.isAtLeast(new Set(madeSecrets.map(({ kind }) => kind)).size, 30)
  })

  for (const [name, dress] of nonEmpty(Object.entries(dresses))) {
    it(`all secrets are redacted in this form: ${name}`, () => {
      const left = madeSecrets.flatMap((secret) => {
        const text = redact(dress(secret))
        return spellingsOf(secret).some((spelling) => text.includes(spelling)) ? [`${secret.kind}: ${text}`] : []
      })
      assert.deepStrictEqual(left, [])
    })
  }

  for (const [name, boundary] of nonEmpty(Object.entries(boundaries))) {
    it(`all secrets are redacted beside ${name}, at every depth of nested JSON`, () => {
      const left = madeSecrets
        .filter((secret) => !isAmbiguous(boundary, secret))
        .flatMap((secret) => {
          const shapes = [bordered(boundary, secret)]
          for (let depth = 0; depth < 3; depth++) {
            shapes.push(JSON.stringify({ output: shapes.at(-1) }))
          }
          const cut = shapes.map((shape) => shape.slice(0, shape.lastIndexOf("there")))
          return [...shapes, ...cut].flatMap((shape) => {
            const text = redact(shape)
            return isLeft(text, secret) || !text.includes("it says x") ? [`${secret.kind}: ${text}`] : []
          })
        })
      assert.deepStrictEqual(left, [])
    })
  }

  it("secrets are redacted if parts of them are coloured, or their characters are escaped", () => {
    const [start, end] = [`ghp${"_"}a1B2c3D4`, "e5F6".repeat(7)]
    const texts = [
      `denied\u001b[1m${start}\u001b[0m${end}`,
      `token is ${start}\u001b[01;31m\u001b[K${end}`,
      `{"line":"${start}\\u001b[1m${end}"}`,
      `{"line":"${start.replace("_", "\\u005f")}${end}"}`,
      `{"url":"https:\\/\\/ada:hunter2x5!@db.ferry.test\\/ferry"}`,
      `callback?url=https%3A%2F%2Fada%3Ahunter2x5!%40db.ferry.test`,
      `form=password%3Dhunter2x5!%26next`,
      `{"argv":["deploy","--api-key","a7Qx9dkE82kd0fj3hunter2x5!"]}`
    ]
    assert.deepStrictEqual(
      texts.map(redact).filter((text) => text.includes(end) || text.includes("hunter2x5")),
      []
    )
    assert.strictEqual(redact(texts[3] ?? ""), '{"line":"[REDACTED_SECRET]"}')
  })

  it("the text around secrets stays readable, and JSON stays valid", () => {
    for (const secret of nonEmpty(madeSecrets)) {
      assert.doesNotThrow(() => JSON.parse(redact(dresses["json"]?.(secret) ?? "")), secret.kind)
      const outer: { readonly body: string } = JSON.parse(redact(dresses["escaped json"]?.(secret) ?? ""))
      assert.doesNotThrow(() => JSON.parse(outer.body), secret.kind)
      const prose = redact(dresses["prose"]?.(secret) ?? "")
      assert.isTrue(prose.startsWith("I put it here ("), prose)
      assert.isTrue(prose.endsWith("please do not tell anyone."), prose)
    }
  })

  it("secrets are counted by kind, and a marker names the kind if requested", () => {
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

describe("placeholders", () => {
  it("a value in words that say so is redacted, and its marker says that it is a placeholder", () => {
    const words = ["sk", "ai", "v1", "your", "key", "here"].join("-")
    assert.strictEqual(redact(`PASSWORD=changeme-before-release-here`), "PASSWORD=[REDACTED_SECRET:placeholder]")
    assert.strictEqual(redact(`OPENAI_SECRET=${words}`), "OPENAI_SECRET=[REDACTED_SECRET:placeholder]")
  })

  it("a secret beside a word of placeholders is a secret", () => {
    for (const value of ["x7k2-here-9dkE82kd", "hunter2x5-for-staging", "live-a7Qx9dkE82kd-change"]) {
      assert.strictEqual(redact(`MY_SECRET=${value}`), "MY_SECRET=[REDACTED_SECRET]")
    }
  })
})

describe("text without secrets", () => {
  it("identifiers, hashes, UUIDs, code and placeholders are not redacted", () => {
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
      "def test_sk_test_connection(): pass and my_sk_live_environment1",
      "cache_key-d41d8cd98f00b204e9800998ecf8427e",
      "C:\\new\\tools\\npm_modules\\ghp_notes.txt",
      '{"re":"\\\\btoken\\\\s*=\\\\s*(\\\\w+)","fmt":"token=%s\\n","id":"\\n01950000-1111-7abc-8def-0123456789ab"}',
      'password:\\"\\",pathname:i,port:\\"\\"',
      "%3D4f60cec1f0a2b3c4d5e6f708192a3b4c5d6e7f80",
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
    fc.constantFrom(...Object.values(boundaries)),
    fc.constantFrom(" ", "\n", '"', "\\", "://", "@", "=", "token", "Bearer ", "-----BEGIN ", "password", "cookie: a=")
  ),
  { maxLength: 8 }
)

describe("redaction of any text", () => {
  it.prop(
    "redaction of any text is idempotent",
    [anyText],
    ([parts]) => {
      const once = redact(parts.join(""))
      assert.strictEqual(redact(once), once)
    },
    { fastCheck: { numRuns: 500 } }
  )

  it.prop(
    "redaction of any text is idempotent if the markers name their kinds, in both forms of markers",
    [anyText],
    ([parts]) => {
      const once = redactText(parts.join(""), { withKinds: true }).text
      assert.strictEqual(redactText(once, { withKinds: true }).text, once)
      assert.strictEqual(redact(once), once)
    },
    { fastCheck: { numRuns: 500 } }
  )

  it("every made-up secret gives one marker, which is not redacted again, in every form", () => {
    const texts = nonEmpty(madeSecrets).flatMap((secret) =>
      Object.values(dresses).map((dress) => redactText(dress(secret), { withKinds: true }).text)
    )
    assert.deepStrictEqual(
      texts.filter((text) => /REDACTED_SECRET[^\]]*REDACTED_SECRET|\[\[REDACTED/.test(text)),
      []
    )
    assert.deepStrictEqual(
      texts.filter((text) => redactText(text, { withKinds: true }).text !== text),
      []
    )
  })

  it.prop(
    "redaction finds a secret beside any boundary, in any text and at any depth of JSON",
    [secret, fc.constantFrom(...Object.values(boundaries)), fc.string(), fc.nat(4)],
    ([secret, boundary, around, depth]) => {
      fc.pre(!isAmbiguous(boundary, secret))
      let text = `${around} ${bordered(boundary, secret)} ${around}`
      for (let level = 0; level < depth; level++) {
        text = JSON.stringify([text])
      }
      assert.isFalse(isLeft(redact(text), secret))
    },
    { fastCheck: { numRuns: 500 } }
  )

  it.prop(
    "redaction keeps valid JSON valid",
    [fc.dictionary(fc.string(), anyText)],
    ([record]) => {
      const json = JSON.stringify({ nested: JSON.stringify(record), record })
      assert.doesNotThrow(() => JSON.parse(redact(json)))
    },
    { fastCheck: { numRuns: 300 } }
  )

  it.prop(
    "redaction adds at most a marker for each hit",
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
