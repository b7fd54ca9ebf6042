import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { faultsIn } from "../support/linter.js"

const faults = (lines: ReadonlyArray<string>) =>
  faultsIn("docstrings.mjs", ["house/docstring-start", "house/docstring-exists"], lines)

describe("the linter's rules for docstrings", () => {
  it.scoped("a docstring that starts with a noun or a verb is accepted", () =>
    Effect.gen(function* () {
      const lines = [
        "/** Returns the size of a file, in bytes. */",
        "export const sizeOf = (text: string) => text.length",
        "/** The options of a reader. */",
        "export interface Options {",
        "  /** Maximum size, in bytes. */",
        "  readonly limit: number",
        "}"
      ]
      assert.deepStrictEqual(yield* faults(lines), [])
    })
  )

  it.scoped("a docstring that starts with a word that asks, a preposition or an adjective is refused", () =>
    Effect.gen(function* () {
      const refused = [
        "/** What a file holds. */",
        "/** In bytes. */",
        "/** Undefined without a limit. */",
        "/** Whether it is read. */"
      ]
      const lines = refused.flatMap((docstring, index) => [docstring, `const value${index} = ${index}`])
      assert.deepStrictEqual(yield* faults(lines), refused)
    })
  )

  it.scoped("an exported declaration without a docstring is refused, and one of the module alone is not", () =>
    Effect.gen(function* () {
      const lines = [
        "const inner = 1",
        "export const outer = inner",
        "/** Adds two numbers. */",
        "export const add = (one: number, other: number) => one + other",
        "// A comment is no docstring.",
        "export interface Sum {}"
      ]
      assert.deepStrictEqual(yield* faults(lines), ["export const outer = inner", "export interface Sum {}"])
    })
  )

  it.scoped("a function with several signatures needs one docstring, before the first of them", () =>
    Effect.gen(function* () {
      const lines = [
        "/** Doubles a number or a text. */",
        "export function double(value: number): number",
        "export function double(value: unknown): unknown {",
        "  return value",
        "}"
      ]
      assert.deepStrictEqual(yield* faults(lines), [])
    })
  )
})
