import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { redact } from "../../../../src/domain/privacy/Redaction.js"
import { holdsSecret, secretKinds, withoutSecrets } from "../../../../src/domain/offline/judging/Secrets.js"

// Made up, and written in two halves so that no scanner takes this file for a leak.
const awsId = `AKIA${"ABCDEFGHIJKLMNOP"}`
const token = `ghp_${"abcdefghijklmnopqrstuvwxyz0123456789"}`

describe("secrets", () => {
  it("secrets of all usual forms are redacted", () => {
    for (const text of [
      `id ${awsId}`,
      `AWS_SECRET_ACCESS_KEY=${"a1b2c3d4e5f6g7h8"}`,
      `push with ${token}`,
      "password = correcthorse",
      "my password is correcthorse",
      "psql postgres://ada:hunter22@db/shop",
      "Authorization: Bearer abcdefghijklmnop123"
    ]) {
      assert.isTrue(holdsSecret(redact(text)), text)
      assert.include(withoutSecrets(redact(text)), "[REDACTED_SECRET]")
    }
  })

  it("placeholders and code are not redacted", () => {
    for (const text of [
      "export TOKEN_NAME=$GITHUB_TOKEN",
      "API_KEY=<your key>",
      "const token = next()",
      "run the tests"
    ]) {
      assert.isFalse(holdsSecret(text), text)
    }
  })

  it("pasted secrets are named by kind and never quoted", () => {
    assert.deepStrictEqual(secretKinds(redact(`AWS_ACCESS_KEY_ID=${awsId}, password = correcthorse`)), [
      "AWS keys",
      "a password"
    ])
    assert.deepStrictEqual(secretKinds(redact(`use token ${token}`)), ["a token"])
    assert.deepStrictEqual(secretKinds("AWS_ACCESS_KEY_ID=[REDACTED_SECRET]"), ["AWS keys"])
    assert.deepStrictEqual(secretKinds("AWS_ACCESS_KEY_ID=[REDACTED_SECRET:aws]"), ["AWS keys"])
    assert.deepStrictEqual(secretKinds("nothing here"), [])
  })

  it("a placeholder is no pasted secret, and a secret beside it is one", () => {
    const placeholder = `OPENAI_SECRET=${["sk", "ai", "v1", "your", "key", "here"].join("-")}`
    for (const text of [placeholder, "PASSWORD=changeme-before-release-here", "my token is put-your-token-here"]) {
      assert.deepStrictEqual(secretKinds(redact(text)), [], text)
    }
    assert.deepStrictEqual(secretKinds(redact(`${placeholder} and password = correcthorse`)), ["a password"])
  })

  it.prop("redacting twice equals redacting once", [fc.string({ unit: "binary" })], ([text]) => {
    const once = withoutSecrets(text)
    return withoutSecrets(once) === once
  })
})
