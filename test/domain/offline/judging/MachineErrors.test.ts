import { assert, describe, it } from "@effect/vitest"
import { isOfSetup } from "../../../../src/domain/offline/judging/MachineErrors.js"
import { nonEmpty } from "../../../support/nonEmpty.js"

describe("errors of the setup", () => {
  it("an error about the machine or the configuration of a tool is one of the setup", () => {
    const errors = [
      'Error: can\'t load config: unsupported version of the configuration: ""',
      "failed to save data to low-level cache: open /home/ada/.cache/golangci-lint/16/1-a: operation not permitted",
      "Error loading settings file: TOML parse error at line 8, column 12",
      "× Invalid TOML in config file: /home/ada/code/shop/mise.toml",
      "ESLint couldn't find an eslint.config.(js|mjs|cjs) file.",
      "mkdir: cannot create directory '/var/cache/x': Permission denied",
      "sh: 1: vitest: not found"
    ]
    for (const error of nonEmpty(errors)) {
      assert.isTrue(isOfSetup(error), error)
    }
  })

  it("an error of the code is none of the setup", () => {
    const errors = [
      "TypeError: rows.map is not a function",
      "src/cart.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.",
      "cart/cart.go:12:15: Error return value of `f.Close` is not checked (errcheck)",
      "AssertionError: expected 1 to be 2",
      "ValueError: invalid amount"
    ]
    for (const error of nonEmpty(errors)) {
      assert.isFalse(isOfSetup(error), error)
    }
  })
})
