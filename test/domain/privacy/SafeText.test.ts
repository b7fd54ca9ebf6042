import { assert, describe, it } from "@effect/vitest"
import { joinSafe, linesOf, rewrite, safe, type SafeText } from "../../../src/domain/privacy/SafeText.js"
import { redact } from "../../../src/domain/privacy/Redaction.js"
import { threadIdOf } from "../../../src/testing/RolloutBuilder.js"
import { ThreadId } from "../../../src/domain/thread/ThreadId.js"
import type { Directory } from "../../../src/domain/thread/WorkingDirectory.js"

const secret = `ghp_${"k4Zq".repeat(9)}`

/** Tells a compiler error from its absence: each mark below fails the type check when the line under it compiles. */
const refused: ReadonlyArray<(raw: string, directory: Directory) => SafeText> = [
  // @ts-expect-error a text that nobody redacted
  (raw) => raw,
  // @ts-expect-error a text that nobody redacted, among words of the code
  (raw) => safe`it said ${raw}`,
  // @ts-expect-error a text that is built of one that nobody redacted
  (raw) => safe`it said ${`${raw}!`}`,
  // @ts-expect-error a directory, which is a name that somebody gave
  (_, directory) => safe`in ${directory}`,
  // @ts-expect-error texts that nobody redacted
  (raw) => joinSafe([raw], ", "),
  // @ts-expect-error a separator that only the running program knows
  (raw) => joinSafe([safe`one`, safe`two`], raw),
  // @ts-expect-error the part of a safe text that JavaScript cut
  (raw) => redact(raw).slice(0, 10),
  // @ts-expect-error a text that nobody redacted
  (raw) => rewrite(raw, (text) => text.trim())
]

describe("a safe text", () => {
  it("a safe text is what a redaction returns, or words of the code", () => {
    const id = ThreadId.make(threadIdOf(1))
    const reason: "busy" | "gone" = "busy"
    const text: SafeText = safe`${id} is ${reason} ${3} times: ${redact(`token ${secret}`)}`
    assert.strictEqual(text, `${threadIdOf(1)} is busy 3 times: token [REDACTED_SECRET]`)
  })

  it("a safe text stays one when it is joined, split into lines and rewritten", () => {
    const lines: ReadonlyArray<SafeText> = linesOf(joinSafe([safe`one`, safe`two`], "\n"))
    assert.deepStrictEqual(lines, [safe`one`, safe`two`])
    const cut: SafeText = rewrite(redact(`token ${secret}`), (redacted) => redacted.slice(0, 5))
    assert.strictEqual(cut, "token")
  })

  it("a safe text is made of no other text, by its type", () => {
    assert.isNotEmpty(refused)
  })
})
