/* Recognises words that end a wish in time or keep it in one place, whatever else the clause says. */

const words = (...sources: ReadonlyArray<string>): RegExp =>
  new RegExp(String.raw`(?<!\p{L})(?:${sources.join("|")})(?!\p{L})`, "iu")

/** Words for a time that ends soon: today, until we are done, while I am away. */
const endingTimes: ReadonlyArray<RegExp> = [
  words(
    String.raw`(?:for |until |only )?(?:today|tonight|tomorrow)(?!['’]s)`,
    String.raw`this (?:morning|afternoon|evening|week|weekend|month|sprint|hour|round)`,
    String.raw`for the (?:rest|remainder|duration) of (?:the|this|our)?`,
    String.raw`(?:until|till|before) (?:(?:we|I)(?:['’](?:re|m)| are| am| have|['’]ve)|monday|tuesday|wednesday|thursday|friday|saturday|sunday|the (?:end|demo|deadline|launch|weekend|meeting|freeze)|the release on|next|further notice|later|noon|lunch|\d)`,
    String.raw`(?:while|as long as) (?:(?:I|we|they)(?:['’](?:m|re)| am| are| have)?|(?:he|she|it)['’]?s?|(?:the|this|our|my) [\p{L}-]+ (?:is|are)) [\p{L}-]+`,
    String.raw`during (?:the|this|our|my) (?:demo|migration|meeting|freeze|call|session|outage|holidays?|incident)`
  ),
  words(
    "heute",
    "morgen (?:früh|nachmittag)",
    String.raw`bis (?:wir|ich|zum|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|morgen|ende)`,
    String.raw`(?:solange|während) (?:ich|wir)`,
    "für den rest"
  ),
  words(
    "aujourd['’]hui",
    "demain",
    "cette semaine",
    String.raw`jusqu['’](?:à|au|en|ici)`,
    String.raw`(?:pendant|tant) (?:mon|que (?:je|nous|on))`,
    "pour le reste"
  ),
  words(
    "hoy",
    "esta semana",
    "hasta (?:que|el|la|mañana)",
    String.raw`mientras (?:yo )?(?:est\p{L}+|no est\p{L}+|trabajamos|depuramos)`,
    "por el resto"
  ),
  words("oggi", "domani", "finché", "fino a", "mentre (?:sono|siamo)", "per il resto"),
  words(
    "hoje",
    "amanhã",
    String.raw`até (?:que|o|a|amanhã|terminar\p{L}*|acabar\p{L}*)`,
    "enquanto (?:eu|nós|estou|estamos)",
    "pelo resto"
  ),
  words(
    "сегодня",
    "завтра",
    "пока (?:мы|я|не)",
    String.raw`до (?:конца|понедельника|вторника|среды|четверга|пятницы|завтра)`
  ),
  words("сьогодні", "завтра", "поки (?:ми|я|не)"),
  words(
    "dzisiaj",
    "dziś",
    "jutro",
    "dopóki",
    "podczas gdy",
    String.raw`do (?:końca|poniedziałku|wtorku|środy|czwartku|piątku|jutra)`
  ),
  words("vandaag", "morgen", "totdat (?:we|ik)", "zolang (?:ik|we)"),
  words("bugün", "yarın", String.raw`\p{L}+(?:ana|ene) kadar`, "ben yokken"),
  /今日(?!では)|本日|明日|(?:終わる|完了する|月曜|火曜|水曜|木曜|金曜)[^。]{0,6}まで|(?:私|僕)が.{1,12}(?:間|あいだ)/u,
  /今天|今晚|明天|(?:直到|等到?|在).{1,12}(?:之前都|为止)|我(?:不在|离开)/u,
  /오늘|내일|(?:끝날|마칠|완료될|월요일|금요일)\s?때?까지|(?:내가|제가) .{1,12}동안|없는 동안/u,
  words("hôm nay", "ngày mai", "cho đến(?: khi)?", "trong (?:khi|lúc) (?:tôi|mình)")
]

/** Names of places in a task; a rule for one of them is no rule of the project. */
const places =
  "test|tests|function|method|class|file|script|branch|pr|pull request|merge request|session|task|ticket|issue|page|screen|component|commit|loop|query|chat|conversation|thread|step|turn|call|dialog"

/** Words that keep a wish in one place of the task. */
const localPlaces: ReadonlyArray<RegExp> = [
  words(String.raw`(?:in|on|for|inside|within|during) this (?:one |single |new )?(?:${places})`),
  /^(?:please )?(?:I )?prefer (?:the|this|that) .{1,40} (?:for|in|on) (?:the|this|that)\b/i,
  /\bas the (?:\p{L}+ )?(?:type|name|value|key|default|title|label) here\b/iu,
  /^I (?:always|never) (?:want|need) the (?!code|tests?\b|docs|commits?|answers?|comments|changelog|branch)/i,
  words("(?:in|für|auf) diese[mnrs]? (?:Funktion|Datei|Test|Methode|Klasse|Sitzung|Session|Branch|Aufgabe|Seite)"),
  words("(?:dans|pour|sur) (?:cette|ce|cet) (?:fonction|fichier|test|méthode|classe|session|branche|tâche|page)"),
  words("(?:en|para) est[ea] (?:función|archivo|fichero|prueba|test|clase|sesión|rama|tarea|página)"),
  words("(?:in|per|su) quest[ao] (?:funzione|file|test|classe|sessione|branch|attività|pagina)"),
  words("n?(?:para )?est[ea] (?:função|arquivo|teste|classe|sessão|branch|tarefa|página)"),
  words(String.raw`(?:в|на|для) это[йм] (?:функции|файле|тесте|классе|сессии|ветке|задаче|задачи|сессии|странице)`),
  words(String.raw`(?:w|na|dla) t(?:ej|ym) (?:funkcji|pliku|teście|klasie|sesji|gałęzi|zadaniu|stronie)`),
  words(String.raw`bu (?:fonksiyon|dosya|test|sınıf|oturum|dal|görev|sayfa)\p{L}*`),
  /この(?:関数|ファイル|テスト|クラス|セッション|ブランチ|タスク|ページ)(?:で|では|は|だけ)/u,
  /(?:这|本)(?:个|次)?(?:函数|文件|测试|类|会话|分支|任务|页面)(?:里|中|内|上)/u,
  /(?:이|이번) (?:함수|파일|테스트|클래스|세션|브랜치|작업|페이지)(?:에서는?|만)/u,
  words("trong (?:hàm|tệp|file|test|lớp|phiên|nhánh|trang) này")
]

/** Words that ask for the form of the next answer alone. */
const oneAnswer: ReadonlyArray<RegExp> = [
  words(
    String.raw`(?:answer|reply|respond) (?:only |just )?(?:in|with) (?:one|a single|two|three|\d+) (?:sentences?|words?|lines?|paragraphs?)`,
    String.raw`(?:answer|reply|respond) (?:only |just )?with (?:only |just )?(?:the|yes|no|ok|a)`,
    "in einem (?:Satz|Wort)",
    "en (?:une|un seul?e?) (?:phrase|mot|ligne)",
    "en una (?:frase|palabra|línea)",
    "in una (?:frase|parola|riga)",
    "(?:em|numa) (?:uma )?(?:frase|palavra|linha)",
    "одним (?:предложением|словом)",
    "одним реченням",
    "jednym (?:zdaniem|słowem)",
    "tek (?:cümle|kelime)(?:yle|ile)?",
    "in één zin",
    "bằng một câu"
  ),
  /一文で|一言で|用?一句话|한 문장으로|한마디로/u
]

/** Words of a fact about the product, followed by the order to change it. */
const change = words(
  String.raw`(?:change|fix|update|adjust|correct|set|replace|repair|edit) (?:it|this|that|them)`,
  String.raw`(?:ändere?|korrigiere?|behebe?|fixe?|passe?|aktualisiere?) (?:das|es|dies|sie|ihn)`,
  String.raw`(?:change|corrige|modifie|mets|adapte|répare)[sz]?-(?:le|la|les|y)`,
  String.raw`(?:cámbia|corríge|actualíza|modifíca|arrégla)(?:lo|la|los|las)`,
  String.raw`(?:cambia|correggi|aggiorna|modifica|sistema)(?:lo|la|li|le)`,
  String.raw`(?:mude|muda|altere|corrija|atualize)(?:-[oa]s?| isso)`,
  String.raw`(?:измени|исправь|поменяй|обнови)(?:те)? (?:это|его|её|в)`,
  String.raw`(?:zmień|popraw|zaktualizuj) (?:to|go|ją)`,
  String.raw`(?:bunu|onu) (?:değiştir|düzelt|güncelle)`,
  String.raw`(?:hãy )?(?:sửa|đổi) (?:nó|lại)`
)
const changeAfterComma = /[,;，、；]\s*(?:(?:and|so|und|et|y|e|и|i|ve|please|bitte|por favor)\s+)*(.{1,60})$/iu
const changeInSpacelessScript =
  /[,，、；]\s*(?:.{0,40}(?:を|も)(?:変更|修正|直|更新)して|(?:请|把)?.{0,12}(?:改一下|改掉|修一下|修复|更新一下)|.{0,40}(?:를|을) ?(?:바꿔|수정해|변경해|고쳐))/u
/** Matches a statement about a price or an amount of the product. */
const amount =
  /(?<!\p{L})(?:is|are|costs?|ist|kostet|kosten|est|coûtent?|coûte|cuesta|es|costa|è|custa|é|стоит|kosztuje)(?!\p{L})[^,.]{0,20}\d+(?:[.,]\d+)? ?(?:€|\$|£|%|euros?|dollars?|pounds?|dólares|dollari|евро|долларов|złotych)/iu

/** Matches the reason of an order that holds for the session alone: the assistant lacks the means. */
const lackingMeans =
  /[,;]\s*(?:since |because |as )?you (?:have no|don['’]t have|do not have|lack|can['’]?t|cannot|can not|aren['’]t allowed|are not allowed)\b/i

/** Matches a request to look into something, in which a rule may be mentioned. */
const lookingInto =
  /^(?:please |can you |could you |and )*(?:explain|tell me|show me|find out|check|describe|figure out|look into|understand|investigate)\b.{0,40}\b(?:why|how|whether|if|what|where|when)\b/i

/** Matches a report of what something does, which a third person tells: `always returns 3`. */
const report =
  /^(?:it |this |that )?(?:always|never) (?!\p{L}+ss\b)(?:returns|fails|crashes|throws|prints|shows|gets|gives|logs|hangs|breaks|works|ends|stops|renders|calls|runs|passes|loads|saves|says|comes)\b/iu

const isProductFact = (text: string): boolean =>
  change.test(changeAfterComma.exec(text)?.[1] ?? "") || changeInSpacelessScript.test(text) || amount.test(text)

/**
 * True if a clause cannot hold beyond its task, even if it says `always`: it ends at a time, is about one place or one
 * answer, states a fact of the product, or reports or asks something.
 */
export const isPassing = (clause: string): boolean => {
  const text = clause.normalize("NFC")
  return (
    [...endingTimes, ...localPlaces, ...oneAnswer].some((rule) => rule.test(text)) ||
    isProductFact(text) ||
    [lackingMeans, lookingInto, report].some((rule) => rule.test(text))
  )
}
