import { assert, describe, it } from "@effect/vitest"
import { redact } from "../../../../src/domain/privacy/Redaction.js"
import * as fc from "effect/FastCheck"
import { preferencesIn } from "../../../../src/domain/offline/wishes/Preferences.js"
import { readUserWord } from "../../../../src/domain/offline/reading/UserWord.js"

const wishes = (...texts: ReadonlyArray<string>): ReadonlyArray<string> =>
  preferencesIn(
    texts.map((text, index) => ({
      _tag: "Asked",
      kind: "typed",
      line: index + 1,
      text,
      word: readUserWord(text, index === 0)
    }))
  ).map(({ text }) => text)

describe("preferencesIn", () => {
  it("each preference is found by itself, in the user's words", () => {
    assert.deepStrictEqual(
      wishes("In this repository I prefer tabs over spaces, and please no trailing summaries. Set that up."),
      ["In this repository I prefer tabs over spaces", "please no trailing summaries"]
    )
  })

  it("a ban on one act within the task is no preference, and one with a word of duration is", () => {
    const oneOff = [
      "don't open the browser",
      "please do not open a preview window",
      "don't explain, just do it",
      "don't ask; simply fix the test",
      "do not show the diff"
    ]
    assert.deepStrictEqual(
      oneOff.map((order) => wishes(order)),
      oneOff.map(() => [])
    )
    const lasting = [
      "never open the browser",
      "don't ever open the browser",
      "don't open browsers",
      "don't explain obvious code",
      "never explain, just do it",
      "do not start the dev server",
      "from now on don't explain, just do it"
    ]
    assert.deepStrictEqual(
      lasting.map((order) => wishes(order)),
      lasting.map((order) => [order])
    )
  })

  it("a fact that the user says to remember is a preference by its word", () => {
    for (const note of ["remember that the test is in src/a.test.ts", "Remember that berth 4 has no crane"]) {
      assert.deepStrictEqual(wishes(note), [note])
    }
    assert.deepStrictEqual(wishes("do you remember that test in src/a.test.ts?"), [])
  })

  it("standing orders are preferences", () => {
    for (const order of [
      "always run npm test before committing",
      "never commit the dist folder",
      "don't use lodash",
      "use pnpm, not npm",
      "we use uv instead of pip here",
      "From now on answer in German",
      "I don't want trailing commas",
      "stop adding trailing summaries",
      "no new dependencies in this project",
      "keep answers short",
      "we don't use classes here",
      "For the future: money is always Decimal here, never float",
      "this project uses pnpm",
      "I'd rather have small commits",
      "Whenever you change the schema, run make codegen",
      "before every commit run the linter",
      "make sure you never commit generated files",
      "use conventional commits",
      "Commit messages should be in the imperative",
      "don't open a PR without tests"
    ]) {
      assert.deepStrictEqual(wishes(order), [order])
    }
  })

  it("a wish after a reminder is found without the reminder", () => {
    assert.deepStrictEqual(wishes("Sort the list. And as I said: no new dependencies in this project."), [
      "no new dependencies in this project"
    ])
  })

  it("an order in a correction holds for its task, unless its words say more", () => {
    assert.deepStrictEqual(wishes("Write a parser", "no, that's wrong, use the Result type"), [])
    assert.deepStrictEqual(wishes("Write a parser", "no, that's wrong, always use the Result type"), [
      "always use the Result type"
    ])
  })

  it("an order for the task at hand is not a preference", () => {
    for (const order of [
      "Do not edit code. Provide a short written recommendation.",
      "Do not crash on malformed lines.",
      "the server never starts",
      "it always fails with EADDRINUSE",
      "I want to deploy this.",
      "Should I always use tabs?",
      "make the button always visible",
      "Never mind",
      "do not use that file",
      "no tests ran in this project",
      "stop, do not touch auth.ts, only session.ts",
      "Approved. Stay within the docs and do not open a PR.",
      "please don't create a new branch",
      "Every time I press the button it crashes",
      "Before you start, read the README",
      "Commits should be listed newest first in the sidebar"
    ]) {
      assert.deepStrictEqual(wishes(order), [], order)
    }
  })

  it("wishes in other languages than English are found", () => {
    for (const order of [
      "Bitte verwende immer pnpm",
      "Ab jetzt auf Deutsch antworten",
      "Wir benutzen hier keine Klassen",
      "Je préfère les tabulations",
      "N'utilise pas lodash",
      "Prefiero commits pequeños",
      "Usa siempre pnpm en este proyecto",
      "Prefiro testes pequenos",
      "Preferisco gli spazi",
      "Всегда запускай тесты перед коммитом",
      "今後は日本語で答えてください",
      "console.logは使わないでください",
      "以后都用 pnpm",
      "请始终使用 pnpm",
      "앞으로는 한국어로 답해 주세요"
    ]) {
      assert.deepStrictEqual(wishes(order), [order])
    }
  })

  it("complaints and orders for the task at hand are not preferences in other languages either", () => {
    for (const text of [
      "der Server stürzt immer ab",
      "keine Tests sind gelaufen",
      "le test échoue toujours",
      "el servidor nunca arranca",
      "сервер никогда не стартует",
      "サーバーは必ず落ちる",
      "このファイルは変更しないでください",
      "构建总是失败",
      "完成以后告诉我",
      "서버가 항상 죽어요"
    ]) {
      assert.deepStrictEqual(wishes(text), [], text)
    }
  })

  it("nothing is taken from fences, quotations, headings and long pasted texts", () => {
    assert.deepStrictEqual(wishes("Fix this:\n```\nalways use tabs\n```\n> never use spaces\n# never do this"), [])
    assert.deepStrictEqual(wishes(`Implement this.\n${"Always write the spec down. ".repeat(80)}`), [])
  })

  it("a wish with a secret is left out", () => {
    assert.deepStrictEqual(wishes(redact("always use password = correcthorse")), [])
  })

  it("a repeated wish is listed once", () => {
    assert.deepStrictEqual(wishes("always use tabs", "ALWAYS use tabs!"), ["always use tabs"])
  })

  it.prop(
    "any text gives only a few short preferences",
    [fc.array(fc.string({ unit: "binary", maxLength: 300 }))],
    ([texts]) => {
      const found = wishes(...texts)
      return found.length <= 8 && found.every((wish) => wish.length <= 160 && !wish.includes("\n"))
    }
  )
})
