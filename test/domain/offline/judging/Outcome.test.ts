import { assert, describe, it } from "@effect/vitest"
import { asked, ended, ran, said, traceOf } from "../MadeSession.js"

const outcomeOf = (request: string): string | undefined =>
  /^Outcome: (\w+)$/m.exec(
    traceOf(asked(request), ran("npm test", 0, "# pass 12\n# fail 0"), said("12."), ended).traceMemory
  )?.[1]

describe("the outcome of a request for checks", () => {
  it("a request to run the checks succeeds with a check that passed, in any language of the wishes", () => {
    for (const request of [
      "Run the tests",
      "結合テストを実行してください",
      "跑一下测试",
      "테스트를 돌려줘",
      "Führe die Prüfung aus",
      "Ejecuta las pruebas",
      "Lance la suite",
      "Rode a suíte",
      "Запусти проверку",
      "Uruchom zestaw",
      "Paketi çalıştır",
      "Chạy bộ kiểm tra"
    ]) {
      assert.strictEqual(outcomeOf(request), "success", request)
    }
  })

  it("a question that a check cannot answer stays uncertain", () => {
    for (const request of [
      "Warum ist die Suche so langsam?",
      "为什么搜索这么慢？",
      "Pourquoi la recherche est-elle lente ?"
    ]) {
      assert.strictEqual(outcomeOf(request), "uncertain", request)
    }
  })
})
