import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { redactText } from "../../src/domain/privacy/Redaction.js"
import * as Redactor from "../../src/services/Redactor.js"
import * as Settings from "../../src/settings/Settings.js"
import { exampleHome } from "../support/exampleHome.js"
import { temporaryFolder } from "../support/program.js"
import { realPass } from "../support/realWorld.js"

const token = `ghp_${"a1B2c3D4e5".repeat(4)}`

/** A redactor that notes every text its rules search. */
const counting = (searched: Array<string>) =>
  Layer.effect(
    Redactor.Redactor,
    Redactor.make(
      Effect.succeed((text) => {
        searched.push(text)
        return redactText(text).text
      })
    )
  )

const kindsOf = (redactionKinds: boolean) =>
  Redactor.redact(`push with ${token}`).pipe(
    Effect.provide(
      Layer.provide(Redactor.layer, Settings.layer({ codexHome: "/codex", memoriesHome: "/memories", redactionKinds }))
    )
  )

describe("the redactor", () => {
  it.effect("the redactor marks a secret as the settings say", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* kindsOf(false), "push with [REDACTED_SECRET]")
      assert.strictEqual(yield* kindsOf(true), "push with [REDACTED_SECRET:github]")
    })
  )

  it.effect("the redactor searches a text once, and its own result never", () => {
    const searched: Array<string> = []
    return Effect.gen(function* () {
      const text = `push with ${token}`
      const redacted = yield* Redactor.redact(text)
      assert.strictEqual(yield* Redactor.redact(text), redacted)
      assert.strictEqual(yield* Redactor.safeMessage({ message: redacted }), redacted)
      assert.deepStrictEqual(searched, [text])
    }).pipe(Effect.provide(counting(searched)))
  })

  it.effect("the redactor still redacts when it remembers no more texts", () => {
    const searched: Array<string> = []
    return Effect.gen(function* () {
      const long = `${"tide ".repeat(250_000)}${token}`
      for (const text of [`push with ${token}`, long, long, `push with ${token}`]) {
        assert.notInclude(yield* Redactor.redact(text), token)
      }
    }).pipe(Effect.provide(counting(searched)))
  })

  it.scopedLive("the redactor searches no text twice in a pass over the example home", () =>
    Effect.gen(function* () {
      const searched: Array<string> = []
      const memoriesHome = join(yield* temporaryFolder, "memories")
      const redactor = counting(searched)
      const report = yield* realPass({ codexHome: yield* exampleHome, memoriesHome, redactor })
      assert.isAbove(report.extracted.length, 5)
      assert.isAbove(searched.length, 100)
      assert.strictEqual(searched.length, new Set(searched).size)
    })
  )
})
