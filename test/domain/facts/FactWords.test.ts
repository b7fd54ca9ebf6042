import { assert, describe, it } from "@effect/vitest"
import { factIdOf, type FactContent, type SessionFact } from "../../../src/domain/facts/Fact.js"
import { alsoTold, withoutFacts } from "../../../src/domain/facts/FactWords.js"

const fact = (content: FactContent, text: string): SessionFact => ({
  id: factIdOf(content),
  text,
  basis: "user",
  line: 1,
  lastLine: 1,
  at: null,
  content
})

const wish = (words: string) => fact({ _tag: "Wish", words, isLasting: true }, `"${words}"`)

const command = (text: string) =>
  fact(
    {
      _tag: "Command",
      command: "npm test",
      key: "npm test",
      aliases: [],
      use: "npm test",
      kind: "test",
      program: "npm",
      place: "",
      purpose: "run the tests",
      passes: 1,
      failures: 0,
      isReusable: true,
      narrowness: 0
    },
    text
  )

describe("withoutFacts", () => {
  const friday = wish("please never deploy on a Friday")

  it("an item that quotes the words goes, whatever their case and signs", () =>
    assert.strictEqual(
      withoutFacts('User preferences:\n- "Please, never deploy on a friday!" (L6)\n- "use tabs" (L7)\n', [friday]),
      'User preferences:\n- "use tabs" (L7)\n'
    ))

  it("the words in a heading or a sentence are replaced, with their quotation marks", () =>
    assert.strictEqual(
      withoutFacts(
        '## Task: Please never deploy on a Friday\nThe user wants "please never deploy on a Friday". More.',
        [friday]
      ),
      "## Task: (forgotten)\nThe user wants (forgotten). More."
    ))

  it("a text that does not tell the fact stays byte for byte", () => {
    const text = "- never deploy on a Monday\r\n\n  deploy  \n"
    assert.strictEqual(withoutFacts(text, [friday]), text)
  })

  it("a quotation that was cut is the same words", () => {
    const long = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    assert.strictEqual(
      withoutFacts("# one two three four five six seven eight nine ten eleven twelve…", [wish(long)]),
      "# (forgotten)"
    )
  })

  it("the words are the same without the courtesy around them", () =>
    assert.strictEqual(
      withoutFacts("## Task: never deploy on a Friday, and fix the test", [
        wish("Please, never deploy on a Friday, thanks")
      ]),
      "## Task: (forgotten), and fix the test"
    ))

  it("other words after the same beginning are another statement", () => {
    const text = "- never deploy on a Monday"
    assert.strictEqual(withoutFacts(text, [friday]), text)
  })

  it("few words are those of the fact only where a line says nothing else", () =>
    assert.strictEqual(
      withoutFacts('- "use tabs" (L3)\n- the parser cannot use tabs yet\n', [wish("use tabs")]),
      "- the parser cannot use tabs yet\n"
    ))

  it("a command goes from the list of commands, and not from what else names it", () =>
    assert.strictEqual(
      withoutFacts("- run the tests: `npm test` [01900001-aaaa…]\n- `npm test` failed (L9)\n", [
        command("Run the tests: `npm test`")
      ]),
      "- `npm test` failed (L9)\n"
    ))

  it("words without spaces between them are known as a whole", () =>
    assert.strictEqual(withoutFacts('- "请不要在星期五部署" (L3)\n- ok\n', [wish("请不要在星期五部署")]), "- ok\n"))
})

const failure = (errors: ReadonlyArray<string>) =>
  fact(
    {
      _tag: "Failure",
      signature: "heron",
      errors,
      command: "make test",
      key: "make test",
      edits: [],
      commands: [],
      check: "make test",
      isFixed: true
    },
    `\`${errors[0]}\`: fixed by editing \`src/a.py\`; verified by \`make test\``
  )

describe("withoutFacts of failures and commands", () => {
  it("the error of a failure goes from titles, steps and summaries", () =>
    assert.strictEqual(
      withoutFacts(
        "# make test failed with IndexError: heron index out of range; it passes now\n- `make test` failed (exit 1): `IndexError: heron index out of range` (L7)\n- `make test` passed (L9)",
        [failure(["IndexError: heron index out of range"])]
      ),
      "# make test failed with (forgotten); it passes now\n- `make test` passed (L9)"
    ))

  it("a short error goes where its own command is named, and stays elsewhere", () =>
    assert.strictEqual(
      withoutFacts("- `make test` failed: `1 failed, 7 passed`\n- `npm test` failed: `1 failed, 7 passed`", [
        failure(["1 failed, 7 passed"])
      ]),
      "- `npm test` failed: `1 failed, 7 passed`"
    ))

  it("a command goes from its runs, procedures and titles, and stays in the user's words and in failures", () =>
    assert.strictEqual(
      withoutFacts(
        [
          "# Fix the list; npm test passes (8 tests)",
          '- "always run `npm test`" (L4)',
          "- `npm test`, printed `ok` (L9)",
          "- `npm test -- --all` passed (L10)",
          "- All checks in order (`npm run lint` and `npm test`): see `skills/checks/SKILL.md`",
          "- `TypeError: x`: fixed by editing `a.js`; verified by `npm test`"
        ].join("\n"),
        [command("Run the tests: `npm test`")]
      ),
      [
        "# Fix the list; (forgotten) passes (8 tests)",
        '- "always run `npm test`" (L4)',
        "- `npm test -- --all` passed (L10)",
        "- `TypeError: x`: fixed by editing `a.js`; verified by `npm test`"
      ].join("\n")
    ))
})

describe("alsoTold", () => {
  const friday = wish("please never deploy on a Friday")
  const outcome = fact(
    { _tag: "Outcome", title: "Ship it → please never deploy on a Friday", outcome: "success" },
    '"Ship it → please never deploy on a Friday": success'
  )

  it("a task whose title repeats the words tells them too", () =>
    assert.deepStrictEqual(alsoTold([friday, outcome, wish("use tabs")], [friday]), [outcome]))

  it("a command is not told by the wish that names it", () =>
    assert.deepStrictEqual(alsoTold([command("Run the tests: `npm test`")], [wish("run the tests npm test")]), []))
})
