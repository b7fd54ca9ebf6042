import { assert, describe, it } from "@effect/vitest"
import { redact } from "../../../src/domain/privacy/Redaction.js"
import { evidenceFilter } from "../../../src/domain/session/codex/RolloutFilter.js"
import { RolloutReader } from "../../../src/domain/session/codex/RolloutReading.js"
import { RolloutBuilder } from "../../../src/testing/RolloutBuilder.js"
import { rolloutLines } from "../../support/reading.js"

/** Everything that is read of a session in which a command prints something, and what is said then. */
const readingOf = (command: string, output: string, said = "Done"): string => {
  const text = new RolloutBuilder().meta().user("look").command(command, output).assistant(said).turnEnd().text()
  const reader = new RolloutReader(evidenceFilter, 1_000_000, redact, "/memories")
  rolloutLines(text).forEach((line) => reader.add(line))
  return JSON.stringify(reader.result())
}

const secret = "tr0ub4dor"
const uuid = "7f3c9a52-1b6e-4d08-9c41-5e2d8a6b0f17"

describe("credentials that only their command reveals", () => {
  for (const [command, output, value] of [
    ["kubectl get secret db -o jsonpath={.data.pw} | base64 -d", `${secret}\n`, secret],
    ["echo c3dvcmRmaXNo | base64 --decode", "swordfish", "swordfish"],
    ["cat ~/.pgpass", `db.example.com:5432:shop:ada:${secret}\n*:*:*:root:${uuid}\n`, uuid],
    ["cat ~/.netrc", `machine example.com\n  login ada\n  password ${uuid}\n`, uuid],
    ["pass show shop/db", `${secret}\n`, secret],
    ["gopass show shop/db", secret, secret],
    ["security find-generic-password -s shop -w", secret, secret],
    ["op read op://shop/db/password", uuid, uuid]
  ] as const) {
    it(`a printed credential is redacted from the session: ${command}`, () => {
      const reading = readingOf(command, output)
      assert.notInclude(reading, value)
      assert.include(reading, "[REDACTED_SECRET]")
    })
  }

  it("a printed credential is redacted from later text too, unless it is an ordinary word", () => {
    assert.notInclude(readingOf("pass show shop/db", uuid, `The password is now ${uuid} there`), uuid)
    assert.include(readingOf("pass show shop/db", "swordfish", "I ate swordfish"), "I ate swordfish")
  })

  it("a word is not a credential if another command prints it, or more than a word is printed", () => {
    assert.include(readingOf("cat version.txt", "tr0ub4dor"), secret)
    assert.include(readingOf("base64 -d data.txt", "hello to the world\nand all"), "hello to the world")
  })

  it("the value of a private key's name is redacted", () => {
    assert.notInclude(redact("JWT_PRIVATE=Zm9vYmFyYmF6cXV4MTIz"), "Zm9vYmFy")
    assert.include(redact("is_private: visibility"), "visibility")
  })
})
