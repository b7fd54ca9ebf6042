import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { commandFirst } from "../../src/cli/CommandLine.js"

const vocabulary = {
  commands: new Set(["search", "status"]),
  valued: new Set(["--home", "--cwd"]),
  flags: new Set(["--json", "--help", "-h"])
}

const arranged = (...words: ReadonlyArray<string>) =>
  Either.getOrElse(commandFirst(words, vocabulary), ({ option }) => option)

describe("the words of a command line", () => {
  it("are put with the command first, options on either side of it", () => {
    assert.deepStrictEqual(arranged("--json", "--home", "x", "status"), ["status", "--json", "--home", "x"])
    assert.deepStrictEqual(arranged("search", "a", "--json", "b"), ["search", "a", "--json", "b"])
    assert.deepStrictEqual(arranged("--home=x", "search", "a"), ["search", "--home=x", "a"])
  })

  it("a command's name that is an option's value, or another one's word, is none", () => {
    assert.deepStrictEqual(arranged("--home", "status", "--json"), ["--home", "status", "--json"])
    assert.deepStrictEqual(arranged("search", "status"), ["search", "status"])
  })

  it("stay as they are without a command, whatever they are", () => {
    assert.deepStrictEqual(arranged("--json", "x"), ["--json", "x"])
    assert.deepStrictEqual(arranged(), [])
  })

  it("with an option that nobody knows are refused by its name, unless `--` says that it is a word", () => {
    assert.strictEqual(arranged("search", "--bogus=1", "a"), "--bogus")
    assert.strictEqual(arranged("--bogus", "x"), "--bogus")
    assert.deepStrictEqual(arranged("search", "--", "--bogus"), ["search", "--", "--bogus"])
  })

  it("with an option whose value is missing are refused by its name", () => {
    assert.strictEqual(arranged("status", "--cwd"), "--cwd")
    assert.deepStrictEqual(arranged("status", "--cwd="), ["status", "--cwd="])
  })

  it("with a wish for help become that wish", () => {
    assert.deepStrictEqual(arranged("--home", "x", "search", "a", "--help"), ["search", "--help"])
    assert.deepStrictEqual(arranged("--home", "x", "-h"), ["--help"])
    assert.deepStrictEqual(arranged("search", "--", "--help"), ["search", "--", "--help"])
  })
})
