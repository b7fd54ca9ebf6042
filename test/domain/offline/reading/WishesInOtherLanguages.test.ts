import { assert, describe, it } from "@effect/vitest"
import { preferencesIn } from "../../../../src/domain/offline/judging/Preferences.js"
import { readUserWord } from "../../../../src/domain/offline/reading/UserWord.js"
import { nonEmpty } from "../../../support/nonEmpty.js"

const wishes = (text: string): ReadonlyArray<string> =>
  preferencesIn([{ _tag: "Asked", kind: "typed", line: 1, text, word: readUserWord(text, true) }]).map(
    (wish) => wish.text
  )

interface Examples {
  readonly language: string
  /** Said once, meant for good. */
  readonly lasting: ReadonlyArray<string>
  /** Requests, complaints, facts, and orders for one thing or one moment. */
  readonly passing: ReadonlyArray<string>
}

const examples: ReadonlyArray<Examples> = [
  {
    language: "English",
    lasting: [
      "In this fork always use bun, never yarn",
      "I want all timestamps as UTC",
      "tabs, not spaces",
      "uv not pip",
      "do NOT start the dev server",
      "do not commit the build folder",
      "don't ever force-push to release branches",
      "For this monorepo we keep one lockfile",
      "remember that migrations need a second reviewer",
      "snake_case, not camelCase"
    ],
    passing: [
      "I want all tests to pass",
      "I want every button to be blue",
      "left, not right",
      "session.ts, not auth.ts",
      "start the dev server",
      "do the tests always pass in this fork?",
      "in this branch the build always fails",
      "it's a warning, not an error",
      "the worker never restarts",
      "do it again but only for the first page"
    ]
  },
  {
    language: "Chinese",
    lasting: [
      "以后合并前都要先跑集成测试",
      "记住：发布脚本只能在 release 分支上运行",
      "这个仓库里不允许用默认导出",
      "每次提交前先跑 lint",
      "不要直接推送到 main",
      "我更喜欢函数式写法",
      "用 pnpm，不要用 npm"
    ],
    passing: [
      "构建总是失败",
      "完成以后告诉我",
      "这个项目用什么数据库？",
      "这个项目使用了 React",
      "不要修改这个文件",
      "这次先不要提交",
      "帮我写一个解析器"
    ]
  },
  {
    language: "Japanese",
    lasting: [
      "今後はテストを先に書いてください",
      "このプロジェクトではnpmではなくbunを使うこと",
      "確認せずにmainへpushしないでください",
      "必ずlintを通してからコミットしてください",
      "日本語で答えてください",
      "anyは使用禁止です",
      "クラスより関数のほうが好きです"
    ],
    passing: [
      "サーバーは必ず落ちる",
      "このファイルは変更しないでください",
      "まだコミットしないでください",
      "このプロジェクトではReactを使っています",
      "いつも動かない",
      "ログイン画面を直してください",
      "今後の予定を教えて"
    ]
  },
  {
    language: "Korean",
    lasting: [
      "앞으로 주석은 영어로 써줘",
      "이 저장소에서는 yarn 대신 pnpm을 사용해",
      "항상 테스트를 먼저 작성해 주세요",
      "main에 직접 푸시하지 마세요",
      "절대로 .env 파일을 커밋하지 마세요",
      "한국어로 답해 주세요"
    ],
    passing: [
      "서버가 항상 죽어요",
      "이 파일은 커밋하지 마세요",
      "로그인 버튼을 고쳐줘",
      "아직 푸시하지 마세요",
      "앞으로 남은 작업이 뭐야?",
      "테스트가 매번 실패해"
    ]
  },
  {
    language: "German",
    lasting: [
      "Bitte pushe nie direkt auf main",
      "In diesem Repo nutzen wir ausschließlich bun",
      "Merk dir: Migrationen laufen nur nachts",
      "Verwende keine Klassen",
      "Von nun an schreibst du zuerst die Tests",
      "Ich möchte keine Emojis in Commits",
      "Antworte immer auf Deutsch"
    ],
    passing: [
      "der Server stürzt immer ab",
      "In diesem Projekt schlägt der Build fehl",
      "Ändere diese Datei nicht",
      "Warum läuft der Test nie durch?",
      "immer wieder kommt derselbe Fehler",
      "Schreib einen Parser für die Logs",
      "diesmal bitte keine Tests"
    ]
  },
  {
    language: "Spanish",
    lasting: [
      "Usa siempre bun para los scripts",
      "De ahora en adelante escribe las pruebas primero",
      "Nunca subas el archivo .env",
      "Recuerda que aquí desplegamos solo los martes",
      "En este repositorio usamos tabuladores",
      "Prefiero mensajes de commit cortos",
      "No uses clases"
    ],
    passing: [
      "el servidor nunca arranca",
      "la prueba siempre falla",
      "no toques este archivo",
      "en este proyecto la compilación no funciona",
      "¿usamos siempre tabuladores?",
      "arregla el botón de inicio",
      "todavía no hagas commit"
    ]
  },
  {
    language: "French",
    lasting: [
      "N'ajoute jamais de dépendance sans demander",
      "Dans ce projet, on n'utilise pas les classes",
      "Ne pousse jamais sur main et ne commite pas les secrets",
      "Désormais, écris les tests d'abord",
      "Utilise toujours bun",
      "Je préfère les petites fonctions",
      "Réponds toujours en français"
    ],
    passing: [
      "le test échoue toujours",
      "dans ce projet, le serveur plante toujours",
      "ne touche pas à ce fichier",
      "on ne sait pas pourquoi ça casse",
      "corrige le bouton de connexion",
      "est-ce qu'on utilise toujours yarn ?",
      "pour l'instant, ne commite pas"
    ]
  },
  {
    language: "Portuguese",
    lasting: [
      "Sempre escreva os testes primeiro",
      "Nunca commite o arquivo .env",
      "Não use classes",
      "A partir de agora responda em português",
      "Neste projeto usamos pnpm",
      "Prefiro commits pequenos",
      "Use bun em vez de npm"
    ],
    passing: [
      "o teste sempre falha",
      "o servidor nunca sobe",
      "não mexa neste arquivo por enquanto",
      "neste projeto o build não funciona",
      "corrija o botão de login",
      "ainda não faça commit",
      "usamos sempre tabs?"
    ]
  },
  {
    language: "Russian",
    lasting: [
      "Никогда не коммить напрямую в main",
      "Всегда запускай линтер перед пушем",
      "В этом проекте используем только pnpm",
      "Запомни: миграции запускаются ночью",
      "Используй bun вместо npm",
      "Впредь отвечай на русском",
      "Не добавляй комментарии к очевидному коду"
    ],
    passing: [
      "сервер никогда не стартует",
      "всегда падает с ошибкой",
      "пока не коммить",
      "в этом проекте не работает сборка",
      "исправь кнопку входа",
      "не трогай этот файл",
      "почему тест всегда красный?"
    ]
  },
  {
    language: "Polish",
    lasting: [
      "Zawsze uruchamiaj testy przed commitem",
      "Nigdy nie pushuj na main",
      "Od teraz odpowiadaj po polsku",
      "W tym projekcie używamy pnpm",
      "Nie dodawaj komentarzy do oczywistego kodu",
      "Wolę krótkie funkcje",
      "Używaj bun zamiast npm"
    ],
    passing: [
      "serwer nigdy nie startuje",
      "test zawsze się wywala",
      "nie zmieniaj tego pliku",
      "w tym projekcie nie działa build",
      "popraw przycisk logowania",
      "jeszcze nie commituj",
      "czy zawsze używamy tabów?"
    ]
  },
  {
    language: "Turkish",
    lasting: [
      "Bundan sonra testleri önce yaz",
      "Asla main'e doğrudan push etme",
      "Bu projede pnpm kullanıyoruz",
      "Her zaman önce lint çalıştır",
      "npm yerine bun kullan",
      "Kısa fonksiyonları tercih ederim",
      "Lütfen yorum ekleme"
    ],
    passing: [
      "sunucu her zaman çöküyor",
      "artık çalışmıyor",
      "bu dosyayı asla değiştirme",
      "bu projede build çalışmıyor",
      "giriş düğmesini düzelt",
      "şimdilik commit etme",
      "her zaman sekme mi kullanıyoruz?"
    ]
  },
  {
    language: "Vietnamese",
    lasting: [
      "Từ nay hãy viết test trước",
      "Luôn chạy lint trước khi commit",
      "Đừng bao giờ push thẳng lên main",
      "Trong dự án này chỉ dùng pnpm",
      "Tôi thích hàm nhỏ hơn",
      "Trả lời bằng tiếng Việt",
      "Nhớ rằng chúng ta chỉ deploy vào thứ ba"
    ],
    passing: [
      "server luôn bị lỗi",
      "trong dự án này có lỗi build",
      "đừng sửa file này",
      "sửa nút đăng nhập",
      "tạm thời đừng commit",
      "từ nay server chạy chậm quá phải không?",
      "chạy test giúp tôi"
    ]
  }
]

for (const { language, lasting, passing } of nonEmpty(examples)) {
  describe(`sentences in ${language}`, () => {
    for (const text of nonEmpty(lasting)) {
      it(`a sentence is a lasting wish: ${text}`, () => {
        assert.isTrue(nonEmpty(wishes(text)).every((wish) => text.includes(wish)))
      })
    }
    for (const text of nonEmpty(passing)) {
      it(`a sentence is not a lasting wish: ${text}`, () => {
        assert.deepStrictEqual(wishes(text), [])
      })
    }
  })
}

it("accents in wishes may be composed or not", () => {
  assert.strictEqual(wishes("Từ nay hãy viết test trước".normalize("NFD")).length, 1)
})
