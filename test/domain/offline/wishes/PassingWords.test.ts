import { assert, describe, it } from "@effect/vitest"
import { readUserWord } from "../../../../src/domain/offline/reading/UserWord.js"
import { isPassing } from "../../../../src/domain/offline/wishes/PassingWords.js"
import { preferencesIn } from "../../../../src/domain/offline/wishes/Preferences.js"

/** The wishes in a message that follows a request. */
const wishes = (text: string): ReadonlyArray<string> =>
  ["Sort the harbours", text].flatMap((said, index) =>
    index === 0
      ? []
      : preferencesIn([{ _tag: "Asked", kind: "typed", line: 2, text: said, word: readUserWord(said, false) }]).map(
          (wish) => wish.text
        )
  )

/** The texts in which a wish is found. */
const wishful = (...texts: ReadonlyArray<string>): ReadonlyArray<string> =>
  texts.filter((text) => wishes(text).length > 0)

describe("words that end a wish", () => {
  it("an order that ends at a time is no lasting wish, in any language", () => {
    assert.deepStrictEqual(
      wishful(
        "always keep the tunnel open until we are through",
        "never deploy before the release on Tuesday",
        "Please always ask me tonight",
        "never restart the queue while I am at lunch",
        "for the rest of the day never touch the tide tables",
        "During the demo always use the mock server",
        "Frag heute immer, bevor du etwas verschiebst",
        "Solange ich im Zug bin, niemals deployen",
        "Aujourd'hui, utilise toujours le serveur de test",
        "Usa siempre el servidor de pruebas hasta el lunes",
        "Oggi usa sempre il server di prova",
        "Use sempre o servidor de teste até amanhã",
        "Сегодня всегда используй тестовый сервер",
        "Dzisiaj zawsze używaj serwera testowego",
        "Bugün her zaman test sunucusunu kullan",
        "今日は必ずテストサーバーを使ってください",
        "今天必须使用测试服务器",
        "오늘은 항상 테스트 서버를 사용해 주세요",
        "Hôm nay luôn dùng máy chủ thử"
      ),
      []
    )
  })

  it("an order about one place of the task is no lasting wish", () => {
    assert.deepStrictEqual(
      wishful(
        "Always open port 4000 in this test",
        "never allocate twice in this method",
        "On this branch we never squash",
        "Prefer the upper menu for the settings",
        "I always want the table aligned left",
        "Benutze in dieser Funktion nie null",
        "N'utilise jamais null dans cette fonction",
        "Никогда не используй null в этой функции",
        "この関数では必ずconstを使ってください"
      ),
      []
    )
  })

  it("a fact of the product, a report, a request to look and one answer's form are no lasting wish", () => {
    assert.deepStrictEqual(
      wishful(
        "From now on the ticket costs 7 euros, update it",
        "Ab sofort gilt der neue Tarif, ändere das in tarif.ts",
        "Désormais le port est fermé, corrige-le",
        "A partir de ahora el billete cuesta 7 euros, cámbialo",
        "今後は料金を7ユーロにして、fares.tsを変更して",
        "从现在开始票价是7欧元，改一下fares.ts",
        "always throws at midnight, repair it",
        "Please explain why we never retry the upload",
        "don't use docker here, you have no socket",
        "Answer in two sentences",
        "reply with only the number",
        "Antworte in einem Satz",
        "Responde en una palabra",
        "一言で答えてください"
      ),
      []
    )
  })

  it("a wish that only looks alike stays", () => {
    for (const text of [
      "Never merge until CI is green",
      "always run the linter before you push",
      "From now on the docs are in English, never in German",
      "never use sudo here",
      "always name the test files *.spec.ts",
      "Answer in German from now on",
      "In diesem Projekt benutzen wir immer pnpm",
      "Usa sempre pnpm",
      "今後は日本語で答えてください",
      "To this day we used npm; from now on we use pnpm"
    ]) {
      assert.isAbove(wishes(text).length, 0, text)
    }
  })

  it("a condition is never cut off from its wish", () => {
    assert.deepStrictEqual(
      wishful("While we hunt the leak, always log the heap", "When the user scrolls, never load more"),
      []
    )
    assert.deepStrictEqual(wishes("When you commit, always sign off"), ["When you commit, always sign off"])
    assert.deepStrictEqual(wishes("If you rename a table, please never drop the old one"), [
      "If you rename a table, please never drop the old one"
    ])
  })

  it("a clause of nothing but words is read quickly", () => {
    assert.isFalse(isPassing("word ".repeat(4_000)))
    assert.isFalse(isPassing("the ".repeat(4_000)))
    assert.isFalse(isPassing(",".repeat(10_000)))
  })
})

describe("wishes that are said in another order", () => {
  it("a default, a rule for all later work and a late `always` are wishes", () => {
    for (const text of [
      "By default put tests beside the source",
      "For all future work target Node 22",
      "it is essential that you never touch vendor/",
      "Check with me before you drop a table, always",
      "speak German with me please, always",
      "In general avoid inheritance",
      "Non installare mai pacchetti globali",
      "Prima di ogni commit esegui il linter",
      "Chiedi sempre prima di cancellare"
    ]) {
      assert.deepStrictEqual(wishes(text), [text], text)
    }
  })
})
