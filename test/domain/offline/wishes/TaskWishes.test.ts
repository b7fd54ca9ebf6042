import { assert, describe, it } from "@effect/vitest"
import { constraintsIn, remarksBeside } from "../../../../src/domain/offline/wishes/TaskWishes.js"
import { preferencesIn } from "../../../../src/domain/offline/wishes/Preferences.js"
import type { Asked } from "../../../../src/domain/offline/reading/Tasks.js"
import { readUserWord } from "../../../../src/domain/offline/reading/UserWord.js"

const typed = (text: string): ReadonlyArray<Asked> => [
  { _tag: "Asked", kind: "typed", line: 1, text, word: readUserWord(text, true) }
]
const constraints = (text: string) => constraintsIn(typed(text)).map((one) => one.text)
const remarks = (text: string) => remarksBeside(typed(text)).map((one) => one.text)

/** Requests with a limit for their task, and the words of the limit. */
const limited: ReadonlyArray<readonly [request: string, limit: string]> = [
  ["Add an endpoint. For this change leave the changelog alone, I am rewriting it.", "leave the changelog alone"],
  ["Move the helpers. This time you don't need to update the docs.", "you don't need to update the docs"],
  ["把工具类拆成两个文件，别改公开的接口。", "别改公开的接口"],
  ["修复登录按钮，这次不需要更新文档。", "不需要更新文档"],
  ["ログイン画面を直してください。このファイルは変更しないでください。", "このファイルは変更しないでください"],
  ["로그인 버튼을 고쳐줘. 이 파일은 커밋하지 마세요.", "이 파일은 커밋하지 마세요"],
  ["Schreib den Parser um. Diesmal bitte keine Tests.", "Diesmal bitte keine Tests"],
  ["Arregla el botón de inicio. Por esta vez no hace falta cambiar la versión.", "no hace falta cambiar la versión"],
  ["Corrige le bouton de connexion. Pour l'instant, ne touche pas à ce fichier.", "ne touche pas à ce fichier"],
  ["Apaga o exportador antigo. Só desta vez não precisa atualizar o changelog.", "não precisa atualizar o changelog"],
  ["Исправь кнопку входа, не трогай этот файл.", "не трогай этот файл"],
  ["Popraw przycisk logowania. Tym razem nie zmieniaj tego pliku.", "nie zmieniaj tego pliku"],
  ["Giriş düğmesini düzelt. Bu dosyaya dokunma.", "Bu dosyaya dokunma"],
  ["Sửa nút đăng nhập. Lần này không cần cập nhật tài liệu.", "không cần cập nhật tài liệu"]
]

/** Requests with a report: nothing in them limits the work. */
const reports: ReadonlyArray<string> = [
  "Fix the login. This time the tests pass.",
  "修复登录，特别是按钮的颜色。",
  "Repariere den Login. Diesmal schlägt der Test fehl.",
  "Corrige le bouton. Le test ne passe pas.",
  "Arregla el botón. La prueba no pasa.",
  "Corrija o botão. O teste não passa.",
  "Исправь кнопку. Не работает сборка.",
  "Popraw przycisk. Nie działa build.",
  "Düğmeyi düzelt. Sunucu çalışmıyor."
]

describe("constraintsIn", () => {
  for (const [request, limit] of limited) {
    it(`a limit of the task is kept with the task and does not last: ${limit}`, () => {
      assert.strictEqual(constraints(request).length, 1)
      assert.include(constraints(request)[0], limit)
      assert.deepStrictEqual(preferencesIn(typed(request)), [])
    })
  }

  for (const request of reports) {
    it(`a report is no limit of the task: ${request}`, () => {
      assert.deepStrictEqual(constraints(request), [])
    })
  }
})

describe("remarksBeside", () => {
  it("a clause beside a request is kept, in any language", () => {
    assert.deepStrictEqual(remarks("Voeg een knop toe. Gebruik altijd de huisstijl van het bedrijf."), [
      "Gebruik altijd de huisstijl van het bedrijf"
    ])
    assert.deepStrictEqual(remarks("新しいボタンを追加して。デザインは会社のスタイルガイドに従う。"), [
      "デザインは会社のスタイルガイドに従う"
    ])
  })

  it("a message of one clause, a question, a greeting and a plain request are not kept", () => {
    for (const message of [
      "Gebruik altijd de huisstijl van het bedrijf.",
      "Voeg een knop toe. Wat vind je ervan?",
      "Voeg een knop toe. Draai de tests.",
      "Hello there! Fix the parser. Then run the tests and commit everything.",
      "Add a button. Thanks a lot for your help!",
      "修复登录按钮。运行测试并提交。"
    ]) {
      assert.deepStrictEqual(remarks(message), [], message)
    }
  })

  it("a session keeps at most 24 clauses, each of at most 160 characters", () => {
    const many = Array.from({ length: 40 }, (_, index) => `De kleur nummer ${index} hoort bij de huisstijl.`)
    assert.strictEqual(remarks(`Voeg een knop toe.\n${many.slice(0, 24).join("\n")}`).length, 24)
    assert.deepStrictEqual(remarks(`Voeg een knop toe. ${"De kleur hoort bij de stijl en ".repeat(6)}.`), [])
  })
})

describe("descriptions of a problem", () => {
  it("a problem statement whose last word looks like an order of another language is no limit", () => {
    for (const text of [
      "The exporter cannot write the snapshot of a large project in bounded time",
      "The page shows the wrong name",
      "The import rejects a column that is in the schema"
    ]) {
      assert.deepStrictEqual(constraints(`Fix the exporter. ${text}.`), [])
    }
    assert.deepStrictEqual(constraints("Giriş düğmesini düzelt. Testleri silme."), ["Testleri silme"])
  })
})
