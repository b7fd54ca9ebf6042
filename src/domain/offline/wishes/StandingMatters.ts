/* Recognises wishes about what a project has many of, such as the language of comments or the format of dates. */

/** The words of one language for such wishes, as sources of patterns. */
interface Matter {
  readonly language: string
  /** Names of what a project has many of. Only plurals, where the language has them: one comment belongs to its task. */
  readonly things: string
  /** The form in which they should be: a language, a format of dates, a way to write names. */
  readonly forms: string
  /** Words that make the clause an order. A clause of things, a form and no verb is an order too. */
  readonly orders: string
  /** Words of a request that changes what is there, or of a report about it. */
  readonly changes: string
}

const formats = String.raw`ISO[ -]?8601\S*|RFC ?3339|UTC|YYYY-MM-DD|DD\.MM\.YYYY|unix timestamps?|camel ?case|snake[_ ]?case|pascal ?case|kebab-?case|\*?\.(?:spec|test)\.\w{2,4}`

const matters: ReadonlyArray<Matter> = [
  {
    language: "English",
    things:
      "(?:code )?comments|docstrings|commits|(?:commit|log|error) messages|(?:pr|pull request|commit) (?:titles|descriptions)|(?:variable|function|method|class|type|test|file|branch|column|table) names|(?:test|spec) files|identifiers|variables|functions|dates|timestamps|times|answers|replies|responses|explanations",
    forms: `in (?:the )?(?:plain |british |american )?(?:english|german|french|spanish|japanese|chinese|italian|portuguese|russian|korean|polish|turkish|vietnamese|dutch|imperative|past tense|present tense|lower ?case|upper ?case)|(?:under|within|below|at most) \\d+ (?:lines|characters|words|columns)|${formats}`,
    orders:
      "(?:please |always )?(?:write|name|keep|format|store|phrase|give|use|make)(?= )|(?:should|must|always|please|have to|are to|need to)",
    changes:
      "translate|convert|rename|fix|change|rewrite|move|update|migrate|refactor|find|show|list|why|are (?:in|all|already|not)|were|parse|add|delete|remove"
  },
  {
    language: "Chinese",
    things:
      "注释|(?:变量|函数|方法|类|文件|分支|测试|字段)(?:的)?(?:名称?|命名)|命名|提交(?:信息|说明|消息|记录)|commit(?: ?messages?)?|回答|回复|日期|时间戳?|日志|错误(?:信息|提示)",
    forms: `\\p{Script=Han}{1,2}(?:文|语)|驼峰|下划线|小写|大写|${formats}`,
    orders: "请|要|都|必须|务必|统一|应该|一律|(?:^|.)用.{1,12}(?:写|编写|命名|格式)?$",
    changes: "翻译|改成|改为|换成|转换|转成|修复|为什么|已经|吗|一份|一下|一个|把"
  },
  {
    language: "Japanese",
    things:
      "(?:(?:変数|関数|クラス|ファイル|テスト|ブランチ|メソッド)名|命名|コメント|コミット(?:メッセージ)?|回答|返答|返事|説明|ドキュメント|日付|日時|時刻|ログ|エラーメッセージ)(?:は|も|は(?:全て|すべて))",
    forms: `\\p{Script=Han}{1,3}語|キャメルケース|スネークケース|小文字|${formats}`,
    orders:
      "ください|下さい|お願い|ほしい|欲しい|(?:書く|する|使う|統一する)(?:こと)?[。！]?$|統一(?:して)?[。！]?$|して[。！]?$|で[。！]?$",
    changes: "翻訳|直して|変換|変えて|変更|修正|なぜ|どう"
  },
  {
    language: "Korean",
    things:
      "(?:(?:변수|함수|클래스|파일|테스트|브랜치|메서드) ?(?:명|이름)|주석|커밋 ?메시지|답변|대답|설명|문서|날짜|시간|로그|에러 ?메시지)(?:은|는|도)",
    forms: `\\p{Script=Hangul}+어로|카멜 ?케이스|스네이크 ?케이스|소문자|${formats}`,
    orders: String.raw`(?:세요|줘|줘요|할 것|하자|해|써|쓰기|하기|합니다|부탁(?:해|드려요|드립니다))[\s.!]{0,3}$`,
    changes: "번역|바꿔|변경|고쳐|수정|왜|변환"
  },
  {
    language: "German",
    things:
      "(?:code-?)?kommentare|docstrings|(?:variablen|funktions|klassen|methoden|datei|test|branch|spalten|tabellen)-?namen|namen|bezeichner|commits|commit-?(?:nachrichten|messages|texte)|(?:log|fehler)-?(?:meldungen|nachrichten)|pr-?(?:titel|beschreibungen)|antworten|datumsangaben|zeitangaben|zeitstempel|erklärungen",
    forms: `(?:auf|in) (?:deutsch|englisch|französisch|spanisch|italienisch|polnisch|russisch|türkisch)|(?:im )?imperativ|kleinbuchstaben|${formats}`,
    orders: String.raw`bitte|immer|schreibe?|verfasse?|nenne?|formatiere?|müssen|sollen|sollten|will|möchte|(?:schreiben|verfassen|benennen|formatieren|angeben|halten)[\s.!]*$`,
    changes:
      "übersetze?|änder\\p{L}*|benenne? .* um|umbenennen|konvertier\\p{L}*|warum|sind|waren|wandle|repariere?|füge?"
  },
  {
    language: "Spanish",
    things:
      "comentarios|docstrings|commits|(?:nombres|los nombres) de (?:las |los )?(?:variables|funciones|clases|archivos|ramas|pruebas|tests|métodos)|mensajes de (?:los )?(?:commits?|error|log)|identificadores|respuestas|fechas|horas|explicaciones",
    forms: `en (?:el )?(?:inglés|español|castellano|francés|alemán|portugués|italiano|imperativo|minúsculas?)|${formats}`,
    orders: "escribe|escriba|escribid|pon|deben|tienen que|van|siempre|nombra|usa|quiero|por favor|formatea",
    changes: "traduce|traduzca|cambia|convierte|arregla|renombra|están|son|corrige|pasa|añade|agrega"
  },
  {
    language: "French",
    things:
      "commentaires|docstrings|commits|noms (?:de |des |d['’])(?:variables?|fonctions?|classes?|fichiers?|branches?|tests?|méthodes?)|messages (?:de |des |d['’])(?:commits?|logs?|erreurs?)|identifiants|réponses|dates|heures|explications",
    forms: `en (?:anglais|français|allemand|espagnol|italien|portugais|minuscules?)|à l['’]impératif|${formats}`,
    orders:
      "écris|écrivez|mets|mettez|doivent|toujours|veux|voudrais|nomme[sz]?|utilise[sz]?|formate[sz]?|s['’]il (?:te|vous) plaît",
    changes:
      "traduis|traduisez|change[sz]?|convertis|convertissez|renomme[sz]?|corrige[sz]?|sont|ajoute[sz]?|passe[sz]?"
  },
  {
    language: "Portuguese",
    things:
      "comentários|docstrings|commits|nomes (?:de|das|dos) (?:variáveis|funções|classes|arquivos|branches|testes|métodos)|mensagens (?:de|dos) (?:commits?|erro|log)|identificadores|respostas|datas|horários|explicações",
    forms: `em (?:inglês|português|espanhol|francês|alemão|italiano|minúsculas?)|no imperativo|${formats}`,
    orders: "escreva|escrevam|coloque|devem|têm que|sempre|quero|nomeie|use|formate|por favor",
    changes: "traduza|mude|converta|renomeie|corrija|estão|são|adicione|altere|passe"
  },
  {
    language: "Russian",
    things:
      "комментарии|докстринги|коммиты|(?:имена|названия) (?:переменных|функций|классов|файлов|веток|тестов|методов)|(?:сообщения|описания) (?:к )?коммит(?:ов|ам)|сообщения об ошибках|переменные|идентификаторы|ответы|даты|логи|объяснения",
    forms: `(?:на|по)[ -](?:английск|русск|немецк|французск|испанск)\\p{L}+|${formats}`,
    orders:
      "пиши(?:те)?|давай(?:те)?|должны|всегда|хочу|называй(?:те)?|используй(?:те)?|форматируй(?:те)?|пожалуйста|нужно писать",
    changes:
      "переведи(?:те)?|переименуй(?:те)?|измени(?:те)?|исправь(?:те)?|конвертируй|преобразуй|почему|добавь(?:те)?|удали(?:те)?"
  },
  {
    language: "Polish",
    things:
      "komentarze|docstringi|commity|nazwy (?:zmiennych|funkcji|klas|plików|gałęzi|testów|metod)|(?:wiadomości|komunikaty|opisy) commitów|komunikaty (?:o )?błęd(?:ów|ach)|identyfikatory|odpowiedzi|daty|wyjaśnienia",
    forms: `po (?:angielsku|polsku|niemiecku|francusku)|w (?:języku )?(?:angielskim|polskim)|${formats}`,
    orders: "pisz(?:cie)?|mają|powinny|muszą|zawsze|chcę|nazywaj|formatuj|używaj|proszę",
    changes: "przetłumacz|zmień|przekonwertuj|popraw|dlaczego|są|dodaj|usuń"
  },
  {
    language: "Turkish",
    things:
      "yorum(?:lar)\\p{L}*|(?:değişken|fonksiyon|sınıf|dosya|test|dal|metot) (?:ad|isim|ism)\\p{L}*|commit mesaj\\p{L}*|hata mesaj\\p{L}*|cevaplar\\p{L}*|yanıtlar\\p{L}*|tarihler\\p{L}*|açıklamalar\\p{L}*",
    forms: `(?:ingilizce|İngilizce|türkçe|almanca|fransızca)|${formats}`,
    orders: String.raw`(?:yaz|olsun|olmalı|ver|kullan|yazılsın|yazılmalı|göster|tut|adlandır)(?:[ıiuü]n(?:[ıiuü]z)?)?[\s.!]{0,3}$`,
    changes: "çevir\\p{L}*|değiştir\\p{L}*|düzelt\\p{L}*|dönüştür\\p{L}*|neden|ekle"
  },
  {
    language: "Vietnamese",
    things:
      "comment|chú thích|tên (?:các )?(?:biến|hàm|lớp|file|tệp|nhánh|test)|commit message|(?:thông điệp|nội dung|tin nhắn) commit|câu trả lời|ngày(?: tháng| giờ)?|thông báo lỗi|lời giải thích",
    forms: `(?:bằng )?tiếng (?:anh|việt|pháp|đức|nhật|trung|hàn)|chữ thường|${formats}`,
    orders: "viết|phải|nên|luôn|hãy|dùng|đặt|muốn|cần",
    changes: "dịch|đổi|sửa|chuyển|tại sao|thêm|xóa|xoá|này|đó"
  }
]

interface Patterns {
  readonly things: RegExp
  readonly forms: RegExp
  readonly orders: RegExp
  readonly changes: RegExp
  readonly withoutVerb: RegExp
}

/** Makes a pattern that matches a source as whole words, where the script separates words. */
const patternsOf = ({ changes, forms, language, orders, things }: Matter): Patterns => {
  const isSpaced = !["Chinese", "Japanese", "Korean"].includes(language)
  const [before, after] = isSpaced ? [String.raw`(?<![\p{L}-])`, String.raw`(?![\p{L}-])`] : ["", ""]
  const whole = (source: string): RegExp => new RegExp(`${before}(?:${source})${after}`, "iu")
  return {
    things: whole(things),
    forms: whole(forms),
    orders: whole(orders),
    changes: whole(changes),
    withoutVerb: new RegExp(
      String.raw`^(?:\p{L}+ ){0,2}(?:${things})(?: \p{L}+){0,1} (?:${forms})(?:,? \p{L}+)?[\s.!]{0,3}$`,
      "iu"
    )
  }
}

const patterns = matters.map(patternsOf)

const longest = 140

/**
 * True if a clause says in which form all things of a kind should be, such as `variable names in English`. A request to
 * translate or to rename what is there is none.
 */
export const isAboutStandingMatter = (clause: string): boolean => {
  const text = clause.normalize("NFC")
  return (
    text.length <= longest &&
    patterns.some(
      ({ changes, forms, orders, things, withoutVerb }) =>
        things.test(text) && forms.test(text) && !changes.test(text) && (orders.test(text) || withoutVerb.test(text))
    )
  )
}
