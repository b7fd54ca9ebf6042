import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"
import { wantsColour } from "../../../src/cli/terminal/Terminal.js"

const wanted = (isTTY: boolean, variables: ReadonlyArray<readonly [string, string]>) =>
  wantsColour({ isTTY }).pipe(Effect.provide(Layer.setConfigProvider(ConfigProvider.fromMap(new Map(variables)))))

describe("colour", () => {
  it.effect("colour is for a terminal, unless NO_COLOR holds something", () =>
    Effect.gen(function* () {
      assert.isTrue(yield* wanted(true, []))
      assert.isTrue(yield* wanted(true, [["NO_COLOR", ""]]))
      assert.isFalse(yield* wanted(true, [["NO_COLOR", "1"]]))
    })
  )

  it.effect("colour never goes into a pipe", () =>
    Effect.gen(function* () {
      assert.isFalse(yield* wanted(false, []))
      assert.isFalse(yield* wanted(false, [["NO_COLOR", ""]]))
    })
  )
})
