import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { readCommandLine } from "../../src/cli/CommandLine.js"
import { commandTable } from "../../src/cli/CommandTable.js"
import { nonEmpty } from "../support/nonEmpty.js"

const read = (...words: ReadonlyArray<string>) =>
  Either.match(readCommandLine(words), { onLeft: ({ message }) => message, onRight: (line) => line })

/** The words that the command's parser gets. */
const run = (...words: ReadonlyArray<string>) => {
  const line = read(...words)
  return typeof line !== "string" && line._tag === "Run" ? line.words : line
}

describe("command lines", () => {
  it("a command line without a command runs a pass", () => {
    assert.deepStrictEqual(read(), { _tag: "Run", command: undefined, words: [] })
    assert.deepStrictEqual(run("--limit", "3", "--all"), ["--limit", "3", "--all", "true"])
  })

  it("a command line has options on either side of its command", () => {
    assert.deepStrictEqual(run("--json", "--codex-home", "x", "status"), [
      "status",
      "--json",
      "true",
      "--codex-home",
      "x"
    ])
    assert.deepStrictEqual(run("search", "a", "--json", "b"), ["search", "--json", "true", "--", "a", "b"])
    assert.deepStrictEqual(run("--cwd=x=y", "search", "a"), ["search", "--cwd", "x=y", "--", "a"])
  })

  it("a command's name is a value or a word in the place of one", () => {
    assert.deepStrictEqual(run("--codex-home", "status"), ["--codex-home", "status"])
    assert.deepStrictEqual(run("search", "status"), ["search", "--", "status"])
  })

  it("everything after -- is words", () =>
    assert.deepStrictEqual(run("search", "--", "--bogus", "--help"), ["search", "--", "--bogus", "--help"]))

  it("an empty value is not a missing one", () => assert.deepStrictEqual(run("list", "--cwd="), ["list", "--cwd", ""]))

  it("a word after a flag is not the flag's value", () =>
    assert.deepStrictEqual(run("search", "--json", "false"), ["search", "--json", "true", "--", "false"]))

  it("the option --source may be given several times, and no other", () => {
    assert.deepStrictEqual(run("--source", "cli", "--source", "exec"), ["--source", "cli", "--source", "exec"])
    assert.strictEqual(read("--limit", "1", "--limit", "2"), "--limit was given twice; give it once")
  })
})

describe("help", () => {
  it("help is given for --help, -h and help, whatever else is wrong", () => {
    for (const words of [["--help"], ["-h"], ["help"], ["help", "help"], ["--bogus", "-h"], ["stauts", "--help"]]) {
      assert.deepStrictEqual(read(...words), { _tag: "Help", command: undefined })
    }
  })

  it.each(["plan", "search", "remember"] as const)("help of %s is given in all three ways", (command) => {
    for (const words of [
      ["help", command],
      [command, "--help"],
      ["--json", command, "-h"]
    ]) {
      assert.deepStrictEqual(read(...words), { _tag: "Help", command })
    }
  })

  it("help of an unknown command is an error", () =>
    assert.strictEqual(read("help", "stauts"), "unknown command stauts; did you mean status?"))
})

describe("version and completions", () => {
  it("the version and the completions are requested by --version, -V and --completions", () => {
    assert.deepStrictEqual(read("--version"), { _tag: "Version" })
    assert.deepStrictEqual(read("-V"), { _tag: "Version" })
    assert.deepStrictEqual(read("--completions", "fish"), { _tag: "Library", words: ["--completions", "fish"] })
  })

  it("completions of an unknown shell are an error", () =>
    assert.strictEqual(read("--completions", "tcsh"), "--completions needs a shell; give one of bash, zsh, fish, sh"))
})

describe("mistakes on the command line", () => {
  it.each([
    [["--verison"], "unknown option --verison; did you mean --version?"],
    [["--memory-home", "x"], "unknown option --memory-home; did you mean --memories-home?"],
    [["--nosuch"], "unknown option --nosuch; see `rollout-memories --help`"],
    [["list", "--bogus=1"], "unknown option --bogus; see `rollout-memories list --help`"],
    [["list", "--match", "x"], "list has no option --match; see `rollout-memories list --help`"],
    [["--thread", "x"], "a pass has no option --thread; see `rollout-memories --help`"],
    [["stauts"], "unknown command stauts; did you mean status?"],
    [["--json", "serach", "x"], "unknown command serach; did you mean search?"],
    [["frobnicate"], "unknown command frobnicate; see `rollout-memories --help`"],
    [["show", "--thread"], "--thread has no value; give one after it: --thread ID"],
    [["--json=maybe"], "--json takes no value; give --json alone"],
    [["context"], "context needs --cwd DIR; see `rollout-memories context --help`"],
    [["list", "ferry"], "list takes no argument ferry; see `rollout-memories list --help`"],
    [["search"], "search needs WORDS; see `rollout-memories search --help`"]
  ] as const)("the mistake %j is explained", (words, message) => assert.strictEqual(read(...words), message))

  it("an unknown option of any command is answered with that command's help", () => {
    for (const command of nonEmpty(Object.keys(commandTable))) {
      assert.strictEqual(read(command, "--bogus"), `unknown option --bogus; see \`rollout-memories ${command} --help\``)
    }
  })
})
