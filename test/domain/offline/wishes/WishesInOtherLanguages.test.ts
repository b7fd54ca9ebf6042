import { assert, describe, it } from "@effect/vitest"
import { preferencesIn } from "../../../../src/domain/offline/wishes/Preferences.js"
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
      "In tidepool always run pnpm lint before committing",
      "In packages/web we never use default exports",
      "We decided to keep moment for dates, so don't suggest replacing it again",
      "We agreed not to use ORMs here",
      "Please don't suggest Redux again",
      "Business rules always live in src/domain/",
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
      "In production always fails with a timeout",
      "We decided to drop the column, so write the migration",
      "We agreed to meet on Friday",
      "don't run it again",
      "The request always goes to the wrong server",
      "In summary the build is red",
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
      "日期一律用 UTC 存储，绝不要用本地时间",
      "我们决定继续用 moment，不要再建议替换",
      "别再推荐换框架了",
      "以后合并前都要先跑集成测试",
      "记住：发布脚本只能在 release 分支上运行",
      "这个仓库里不允许用默认导出",
      "每次提交前先跑 lint",
      "不要直接推送到 main",
      "我更喜欢函数式写法",
      "用 pnpm，不要用 npm"
    ],
    passing: [
      "统计一律为零，是个错误吗？",
      "把工具类拆成两个文件，别改公开的接口",
      "我们决定周五发布",
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
      "ビジネスロジックは必ずapp/servicesに置く",
      "momentを使い続けることにしました",
      "もう別のライブラリを提案しないでください",
      "今後はテストを先に書いてください",
      "このプロジェクトではnpmではなくbunを使うこと",
      "確認せずにmainへpushしないでください",
      "必ずlintを通してからコミットしてください",
      "日本語で答えてください",
      "anyは使用禁止です",
      "クラスより関数のほうが好きです"
    ],
    passing: [
      "会議は金曜日に延期した",
      "ログは常に空になる",
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
      "비즈니스 로직은 항상 app/services에 둔다",
      "moment를 계속 쓰기로 했어요, 그러니 바꾸자고 하지 마세요",
      "다시 다른 라이브러리를 제안하지 마세요",
      "앞으로 주석은 영어로 써줘",
      "이 저장소에서는 yarn 대신 pnpm을 사용해",
      "항상 테스트를 먼저 작성해 주세요",
      "main에 직접 푸시하지 마세요",
      "절대로 .env 파일을 커밋하지 마세요",
      "한국어로 답해 주세요"
    ],
    passing: [
      "로그가 항상 비어 있어요",
      "금요일에 만나요",
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
      "Geschäftslogik gehört immer in app/services",
      "Wir bleiben bei moment",
      "Nein, keine Callbacks in den Modellen",
      "Schlag Redux nicht wieder vor",
      "Bitte pushe nie direkt auf main",
      "In diesem Repo nutzen wir ausschließlich bun",
      "Merk dir: Migrationen laufen nur nachts",
      "Verwende keine Klassen",
      "Von nun an schreibst du zuerst die Tests",
      "Ich möchte keine Emojis in Commits",
      "Antworte immer auf Deutsch"
    ],
    passing: [
      "keine Tests sind im Ordner gelaufen",
      "Der Fehler kommt immer wieder",
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
      "Nada de callbacks en los modelos",
      "La lógica va siempre en app/services",
      "Hemos decidido mantener moment",
      "Usa siempre bun para los scripts",
      "De ahora en adelante escribe las pruebas primero",
      "Nunca subas el archivo .env",
      "Recuerda que aquí desplegamos solo los martes",
      "En este repositorio usamos tabuladores",
      "Prefiero mensajes de commit cortos",
      "No uses clases"
    ],
    passing: [
      "nada de nuevo en el registro",
      "la petición siempre falla en producción",
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
      "Pas de callbacks dans les modèles",
      "La logique va toujours dans app/services",
      "On a décidé de garder moment",
      "N'ajoute jamais de dépendance sans demander",
      "Dans ce projet, on n'utilise pas les classes",
      "Ne pousse jamais sur main et ne commite pas les secrets",
      "Désormais, écris les tests d'abord",
      "Utilise toujours bun",
      "Je préfère les petites fonctions",
      "Réponds toujours en français"
    ],
    passing: [
      "pas de chance",
      "le serveur va toujours mal",
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
      "Nada de callbacks nos modelos",
      "A lógica fica sempre em app/services",
      "Decidimos manter o moment",
      "Sempre escreva os testes primeiro",
      "Nunca commite o arquivo .env",
      "Não use classes",
      "A partir de agora responda em português",
      "Neste projeto usamos pnpm",
      "Prefiro commits pequenos",
      "Use bun em vez de npm"
    ],
    passing: [
      "nada de errado no log",
      "o servidor fica sempre lento",
      "Só desta vez não precisa atualizar o changelog",
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
      "Никаких колбэков в моделях",
      "Логика всегда лежит в app/services",
      "Мы решили оставить moment",
      "Больше не предлагай Redux",
      "Никогда не коммить напрямую в main",
      "Всегда запускай линтер перед пушем",
      "В этом проекте используем только pnpm",
      "Запомни: миграции запускаются ночью",
      "Используй bun вместо npm",
      "Впредь отвечай на русском",
      "Не добавляй комментарии к очевидному коду"
    ],
    passing: [
      "никаких новостей",
      "мы решили перенести релиз",
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
      "Żadnych callbacków w modelach",
      "Logika zawsze trafia do app/services",
      "Zostajemy przy moment",
      "Zawsze uruchamiaj testy przed commitem",
      "Nigdy nie pushuj na main",
      "Od teraz odpowiadaj po polsku",
      "W tym projekcie używamy pnpm",
      "Nie dodawaj komentarzy do oczywistego kodu",
      "Wolę krótkie funkcje",
      "Używaj bun zamiast npm"
    ],
    passing: [
      "żadnych nowości",
      "serwer zawsze jest wolny",
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
      "İş mantığı her zaman app/services altında olmalı",
      "moment ile kalıyoruz",
      "Bir daha Redux önerme",
      "Bundan sonra testleri önce yaz",
      "Asla main'e doğrudan push etme",
      "Bu projede pnpm kullanıyoruz",
      "Her zaman önce lint çalıştır",
      "npm yerine bun kullan",
      "Kısa fonksiyonları tercih ederim",
      "Lütfen yorum ekleme"
    ],
    passing: [
      "sunucu her zaman yavaş",
      "cuma günü buluşalım",
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
      "Logic nghiệp vụ luôn nằm trong app/services",
      "Chúng ta đã quyết định giữ moment",
      "Đừng đề xuất Redux nữa",
      "Từ nay hãy viết test trước",
      "Luôn chạy lint trước khi commit",
      "Đừng bao giờ push thẳng lên main",
      "Trong dự án này chỉ dùng pnpm",
      "Tôi thích hàm nhỏ hơn",
      "Trả lời bằng tiếng Việt",
      "Nhớ rằng chúng ta chỉ deploy vào thứ ba"
    ],
    passing: [
      "log luôn trống",
      "chúng ta đã quyết định gặp nhau thứ sáu",
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
