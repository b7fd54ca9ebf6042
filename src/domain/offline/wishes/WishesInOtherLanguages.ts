/**
 * Rules for lasting wishes in one of the languages that people type most often besides English. They contain only forms
 * that are an order or a preference by themselves: `immer` (always), for example, may also be part of a complaint about
 * a server.
 */
interface Language {
  readonly name: string
  /**
   * Matches letters that every clause in the language contains. Clauses without them need not be compared with the
   * forms.
   */
  readonly letters: RegExp
  /** Patterns of clauses that state a lasting wish. */
  readonly wishes: ReadonlyArray<RegExp>
  /** Matches words that limit a clause to one object or one moment, so that it is no lasting wish. */
  readonly passing: RegExp
}

/** Makes a pattern that matches `source` only as whole words. */
const words = (source: string): RegExp => new RegExp(String.raw`(?<!\p{L})(?:${source})(?!\p{L})`, "iu")

/** Makes a pattern that matches `source` at the start of a clause, also after one of the polite words. */
const first = (politeness: string, source: string): RegExp =>
  new RegExp(String.raw`^(?:(?:${politeness})[,\s]\s{0,3})?(?:${source})(?!\p{L})`, "iu")

/** Makes a pattern that matches `source` at the end of a clause. */
const last = (source: string): RegExp => new RegExp(String.raw`(?:${source})[\s.!。！]{0,3}$`, "iu")

const latin = /[a-z]/i
const han = /[\u3400-\u9fff]/
const kana = /[\u3040-\u30ff]/

const germanOrder =
  "verwende|benutze?|nutze?|nimm|schreibe?|mache?|füge?|committe|pushe?|lass|führe?|prüfe?|halte?|nenne?|antworte|frage?|starte|teste|lösche?|ändere?|erstelle?|lege?|setze?|formatiere?|installiere?|importiere?|rühre?|fass|vermeide"
/** The source of a lookbehind that excludes a word after an article, since there it is a noun and not an order. */
const notNoun = String.raw`(?<!(?<!\p{L})(?:el|la|los|las|una?|o|a|os|as|uma?|este|esta|esse|essa) )`
/**
 * The source of a lookahead that excludes phrases in which Spanish and Portuguese `nada` forbids nothing, such as `nada
 * de nuevo`.
 */
const notThing = "(?!nuev|nov|rar|mal|err|estra|especial|m[aá]is|más|is[st]o|es[ot]o)"
const spanishOrder =
  "usa|use|usad|utiliza|utilice|ejecuta|ejecute|escribe|escriba|responde|responda|contesta|haz|haga|pon|añade|agrega|corre|mantén|crea|comprueba|prueba|pregunta|pide|lanza"
const spanishForbidden =
  "uses?|utilices?|hagas?|escribas?|borres?|toques?|pongas?|subas?|añadas?|agregues?|commitees?|instales?|cambies?|crees|modifiques?|incluyas?|metas?|empujes?"
const frenchOrder =
  "utilise[sz]?|emploie[sz]?|écri(?:s|vez)|lance[sz]?|réponds?(?:ez)?|fai(?:s|tes)|met(?:s|tez)|garde[sz]?|exécute[sz]?|ajoute[sz]?|commite[sz]?"
const frenchInfinitive = "utiliser|écrire|lancer|faire|exécuter|mettre|garder|répondre|employer|ajouter|commiter"
const portugueseOrder =
  "use|usa|utilize|rode|roda|execute|escreva|faça|mantenha|responda|crie|adicione|teste|verifique|pergunte"
const portugueseForbidden = `${portugueseOrder}|commite|envie|apague|remova|toque|mexa|suba|altere|instale|inclua|coloque`
const russianForbidden =
  "используй|добавляй|коммить|пушь|пуши|пиши|трогай|удаляй|меняй|создавай|ставь|делай|запускай|устанавливай"
const polishOrder = String.raw`\p{L}+j(?:cie)?|pisz(?:cie)?|rób(?:cie)?|uruchom|sprawdź|twórz`
const turkishOrder =
  "kullan|yap|yaz|çalıştır|cevap ver|yanıtla|ekle|sor|commit et|test et|kontrol et|cevapla|bırak|tut|kullanma|yapma|yazma|ekleme|silme|değiştirme|etme|çalıştırma|push(?:la)?ma|commitleme"
const vietnameseOrder =
  "dùng|sử dụng|chạy|viết|trả lời|kiểm tra|đặt|giữ|hỏi|commit|push|tạo|thêm|sửa|xóa|xoá|đẩy|cài|đụng"
const koreanOrder =
  "(?:하|쓰|으|주|우|리|드|이)?세요|해 ?줘|해 ?주세요|써 ?줘|할 ?것|쓸 ?것|하자|쓰자|써|쓰기|하기|하도록(?: 해)?|(?:지|하지) ?(?:마|말 ?것|말아 ?줘|말자)|말아 ?줘|마세요"
const japaneseOrder =
  "ください|下さい|お願いします|お願い|ほしい(?:です)?|欲しい(?:です)?|こと|ようにして|使う|使って|使用する|禁止(?:です)?|して"
const japaneseForbidden = "(?:使わ|書か|入れ|残さ|含め|触ら|直接触ら|(?<!動作|起動|機能|存在|成功|対応)し)ない"

const italianOrder =
  "usa|usate|utilizza|scrivi|esegui|lancia|rispondi|chiedi|metti|tieni|aggiungi|crea|controlla|verifica|preferisci|evita|formatta|testa"
const italianForbidden =
  "usare|utilizzare|scrivere|eseguire|committare|pushare|installare|aggiungere|toccare|modificare|cancellare|fare|creare|mettere|chiedere|pubblicare|unire|rinominare"

const languages: ReadonlyArray<Language> = [
  {
    name: "Chinese",
    letters: han,
    wishes: [
      /(?:之|以)?前(?:一定|务必|必须|总是|都)(?:都|要|得|先)*(?:跑|运行|执行|检查|测试|问|写|确认)/u,
      /每次(?!.{0,20}(?:失败|报错|崩|出错)).{1,12}(?:前|后|时|完)(?:.{0,6})?[，,]?(?:都|先|必须|务必)(?:要|得|先)*(?:跑|运行|执行|检查|测试|问|写|确认)/u,
      /(?:从现在(?:起|开始)|从今以后)[，,]?(?:用|使用|写|跑|不)/u,
      /我(?:们)?(?:希望|想要?|要)(?:你)?(?:以后|总是|每次|一直|始终)/u,
      /(?:一律|统一|绝不|决不|永远不)(?:要|能|可以?|准|许|得|会|再)?(?:用|使用|写|放|存|以|按|由|走|改|加|引入|提交|推送|出现)/u,
      /(?:我们|咱们|团队|大家)(?:已经?|之前)?(?:决定|商定|说好|约定|定下)(?:了|好了?|过)?(?:要|就)?(?:继续|保留|坚持|一直|只|不再?|都)?(?:用|使用|保留|坚持|放弃)/u,
      /(?:不要|别|不用)再(?:建议|提议|提出|推荐|问|提)/u,
      /(?:^|[，,;；：:\s]|请|我们|你)(?:以后|今后|从现在(?:起|开始)|从今(?:以后|往后)|往后)[，,\s]?.{0,30}(?:都|请|要|不|别|必须|一律|先|用|只|得|禁止)/u,
      /^(?:请|你)?(?:要|务必)?记住(?!了|吗|没)[：:，,\s]*\S{3}/u,
      /(?:这个|本|我们的?|咱们的?|此)(?:项目|仓库|代码库|工程|团队)(?:里面|里|中|内|上)?[，,\s]?.{0,20}(?:不允许|不许|禁止|不要|不准|不用|别用|只用|只能|一律|统一|必须|都用|要用|使用(?!了|的|什么|哪)|(?<![使不])用(?!了|的|什么|哪|户|到|来|例))/u,
      /^(?:请|你|要)?(?:务必)?(?:总是|始终|一律|永远|每次都?)(?:要|用|使用|运行|先|写|跑|保持|不要|不|别)/u,
      /^(?:请)?(?:在)?每次.{1,12}(?:前|后|时|之前|之后)[，,]?(?:都|先|必须|要|请)/u,
      /^(?:请|千万|绝对)?(?:不要|别|不准|禁止|切勿|不许)再?(?:使用|用|添加|加|提交|修改|直接|写|推送|push|commit|删除|引入|安装|自动)/u,
      /(?:请|要)(?:总是|始终|务必)(?!失败)/u,
      /我(?:更喜欢|偏好|习惯用?|喜欢用|不喜欢|倾向于?)/u,
      /(?:用|使用)\p{L}{1,4}(?:回答|回复|交流)/u,
      /^(?:请)?(?:统一)?(?:使用|用) ?\S{1,20} ?[，,]? ?(?:而不是|不要用|别用|不用|代替) ?\S/u
    ],
    passing: /(?:这个|那个)(?!项目|仓库|代码库|工程|团队)|这次|本次|今回|暂时|先不|现在|目前|一下就/u
  },
  {
    name: "Japanese",
    letters: kana,
    wishes: [
      /(?:一律|必ず|常に|すべて|全て).{1,30}(?:に置く|に書く|に入れる|に統一(?:する)?|で統一(?:する)?|で書く|で扱う)(?:こと)?[。！]?$/u,
      /(?:ことに(?:した|決めた|しました|決めました|なっている|なっています)|を?(?:使い|維持し)続ける(?:と|ことに).{0,4}(?:決め|した|しました)).{0,20}[。！]?$/u,
      /(?:もう|二度と|これ以上).{1,30}(?:提案|勧め|聞か|持ち出さ)(?:し)?ないで/u,
      new RegExp(
        String.raw`(?:今後|これから|以後|次回から)(?:は|も|、).{1,60}(?:${japaneseOrder}|${japaneseForbidden})(?:ね|です)?[。！]?$`,
        "u"
      ),
      new RegExp(
        String.raw`(?:この|当|本|うちの)(?:リポジトリ|プロジェクト|レポ|チーム|コードベース)(?:内)?(?:では|でも|は|で).{1,60}(?:${japaneseOrder}|${japaneseForbidden})(?:ね)?[。！]?$`,
        "u"
      ),
      new RegExp(String.raw`(?:必ず|常に|毎回|いつも|絶対に?).{1,60}(?:${japaneseOrder})(?:ね)?[。！]?$`, "u"),
      /(?:[わらさたかなまばがしべせけめれえ])ないで(?:ください|下さい|ほしい|欲しい|ね|。|$)/u,
      /(?:ではなく|じゃなく(?:て)?|の代わりに).{1,30}(?:使う|使って|使用)/u,
      /(?:使用禁止|は禁止|厳禁)/u,
      /(?:のほうが|の方が|を|が)好(?:き|み)/u,
      /\p{L}語で(?:答え|回答|返答|返事|書い)/u,
      /^(?:覚えておいて|覚えといて|メモ：)/u
    ],
    passing:
      /(?:この|その|あの)(?!リポジトリ|プロジェクト|レポ|チーム|コードベース)|これ(?!から)|それ|今回|まだ|今は|とりあえず|一旦|いったん|同じで|同様に/u
  },
  {
    name: "Korean",
    letters: /[\uac00-\ud7af]/,
    wishes: [
      last(String.raw`전에(?:는)? ?(?:반드시|항상|꼭|먼저) .{1,40}(?:줘|주세요|할 것|하자|하세요)`),
      /(?:허락|확인|승인|허가|묻지|물어보지|동의)(?:도)? ?(?:없이|않고|안 하고).{0,20}지 ?(?:마|말)/u,
      last(
        String.raw`(?:항상|언제나|무조건|전부|모두) .{1,60}(?:두기|둔다|둡니다|넣기|넣는다|써야 ?(?:해|합니다)|있어야 ?(?:해|합니다)|통일(?:해|합니다)?)`
      ),
      /(?<=[가-힣])기로 (?:했|결정했|정했|합의했)/u,
      /(?:다시|더 ?이상) .{0,20}(?:제안|추천|언급|물어보)(?:하)?지 ?(?:마|말)/u,
      last(`(?:앞으로|이제부터|지금부터|다음부터)(?:는|도|는요)?,? .{1,80}(?:${koreanOrder})`),
      last(
        `(?:이|우리|본) ?(?:프로젝트|저장소|레포|리포|코드베이스|팀)(?:에서)?(?:는|은)? .{1,80}(?:${koreanOrder}|금지)`
      ),
      last(`(?:항상|언제나|매번|반드시) .{1,60}(?:${koreanOrder})`),
      last(`(?:절대|절대로|결코|다시는) .{1,60}(?:${koreanOrder}|금지)`),
      /(?:사용하지|쓰지|넣지|추가하지|커밋하지|푸시하지|올리지|만들지|바꾸지) ?(?:마|말)/u,
      / 대신 \S{1,30} ?(?:써|쓰|사용(?:해|하))/u,
      /\p{L}어로 (?:답|대답|응답)/u,
      /(?:을|를|이|가) (?:선호|더 좋아)(?:해|합니다|하)/u,
      /^기억해(?:둬|줘| ?둬)?[:：,]/u
    ],
    passing:
      /이번|이 파일|이것|저것|그것|지금은|아직|일단|(?<![가-힣])(?:이|그|저) (?!프로젝트|저장소|레포|리포|코드베이스|팀)(?:함수|버튼|화면|커밋|작업)/u
  },
  {
    name: "Russian",
    letters: /[\u0400-\u04ff]/,
    wishes: [
      words(String.raw`(?:хочу|хотим|хотелось бы)(?:,? чтобы (?:ты|вы|мы)?)? ?(?:\p{L}+ )?всегда|всегда хочу`),
      words(
        String.raw`(?:перед|после) кажд(?:ым|ого) (?:коммит|пуш|мерж|релиз|изменени|депло)\p{L}*,? (?:сначала |обязательно )?(?:запускай|прогоняй|проверяй|спрашивай|делай|пиши|обновляй)(?:те)?`
      ),
      words(
        String.raw`(?:запускай|прогоняй|проверяй|спрашивай|обновляй)(?:те)? .{2,50} (?:перед|после) кажд(?:ым|ого) (?:коммит|пуш|мерж|релиз|изменени|депло)\p{L}*`
      ),
      first("и|но|мы", String.raw`используем (?:только|всегда|исключительно) \S+`),
      words(
        String.raw`(?:всегда|только) (?:лежит|лежат|живёт|живет|хранится|хранятся|должн[аоы]? (?:быть|лежать|жить|идти)) (?:в|на|под)`
      ),
      words(
        String.raw`мы (?:уже )?(?:решили|договорились) (?:оставить|использовать|не использовать|остаться|держаться|обойтись|не \p{L}+ть)`
      ),
      words(String.raw`(?:больше )?не (?:предлагай|советуй|спрашивай|напоминай)(?:те)?`),
      first("пожалуйста|и|но|нет", String.raw`никаких \p{L}+(?:ов|ев|ей|ий|к|х) (?:в|на|под|внутри|из)`),
      words("предпочитаю|предпочитаем|впредь|отныне|с этого момента|в дальнейшем|запомни(?:те)?"),
      first("пожалуйста|и|но", String.raw`(?:всегда|никогда не) \p{L}{1,30}(?:й|йте|и|ите|ь|ьте)(?<!ться|нибудь)`),
      words(`не (?:${russianForbidden})(?:те)?`),
      words(
        String.raw`(?:в|для) (?:этом|нашем|этого|нашего) (?:проект\p{L}|репозитори\p{L}|код\p{L}) .{0,30}(?:используй(?:те)?|используем|не используем|пишем|нельзя|только)`
      ),
      words(String.raw`используй(?:те)? \S.{0,40} (?:вместо|а не) \S.{0,30}`),
      words(String.raw`отвечай(?:те)? (?:только |всегда )?(?:на|по)[ -]\p{L}+`),
      words(String.raw`мне больше нрав\p{L}+`)
    ],
    passing: /(?<!\p{L})(?:пока|сейчас|этот файл|этом файле|в этот раз|на этот раз|это|его|её)(?!\p{L})/iu
  },
  {
    name: "German",
    letters: latin,
    wishes: [
      first(
        "bitte|und",
        String.raw`(?:vor|nach) jede[mr] (?:commit|push|merge|release|änderung|deployment|deploy|pr|schritt) (?:bitte |immer |erst |zuerst |zunächst )*(?:(?:${germanOrder})(?!\p{L})|.{3,60}\p{L}(?:en|ern|eln)[.!]?$)`
      ),
      words(
        String.raw`(?:${germanOrder}) .{2,60} (?:vor|nach) jede[mr] (?:commit|push|merge|release|änderung|deployment|deploy|pr)`
      ),
      words(
        String.raw`(?:ich (?:möchte|will|hätte gerne?)|wir (?:wollen|möchten)),? dass (?:du|ihr|wir|alle) .{0,40}(?:immer|nie|niemals|stets)`
      ),
      first(
        "bitte",
        String.raw`in (?:diesem|unserem) (?:projekt|repo(?:sitory)?|code) (?:bitte )?(?:keine?n?|nur|ausschließlich) \p{L}+`
      ),
      words(
        String.raw`(?:gehör(?:t|en)|komm(?:t|en)|lieg(?:t|en)|bleib(?:t|en)|steh(?:t|en)|müssen|muss) (?:immer|stets|ausschließlich|grundsätzlich) (?:in|nach|unter|ins|im|zu)`
      ),
      words(
        String.raw`wir (?:haben (?:uns )?(?:entschieden|beschlossen|darauf geeinigt)|haben uns (?:für|gegen) .{1,60} entschieden|bleiben bei)`
      ),
      words(String.raw`schlag(?:e|t)? .{0,40}(?:nicht|nie) (?:wieder|mehr|noch einmal|nochmal) vor`),
      first(
        "nein|bitte|und|aber",
        String.raw`keine \p{L}+ (?:in|im|unter|innerhalb) (?:den |der |die |dem |unseren |unserem )?\p{L}+(?: mehr)?[.!]?$`
      ),
      words("ab jetzt|ab sofort|von nun an|in Zukunft|künftig|zukünftig"),
      words("ich (?:bevorzuge|mag keine?n?|(?:möchte|will|hätte gerne?) (?:lieber|immer|nie|keine?n?))"),
      first("bitte|und|aber", String.raw`(?:immer|niemals|stets|grundsätzlich) (?!wieder|noch|wenn|ab|mehr|so)\p{L}+`),
      // In Polish "nie" only says no.
      last(String.raw`^nie .{0,80}\p{L}(?:en|ern|eln)`),
      words("bitte (?:immer|nie|niemals|keine?n?)"),
      first(
        "bitte|und|aber",
        String.raw`(?:${germanOrder}) .{0,60}(?<!\p{L})(?:immer|nie|niemals|stets|ausschließlich|nur|keine?n?|statt|nicht)`
      ),
      words(
        "(?:wir|ich) (?:verwenden?|benutzen?|nutzen?|schreiben?) .{0,60}(?:immer|nie|nur|ausschließlich|keine?n?|statt|nicht)"
      ),
      words(
        "(?:verwenden|benutzen|nutzen|schreiben|nehmen|committen) wir .{0,60}(?:immer|nie|nur|ausschließlich|keine?n?|statt|nicht)"
      ),
      first(
        "und|also",
        String.raw`(?:in (?:diesem|unserem)|im) (?:Projekt|Repo(?:sitory)?|Team|Code) (?:bitte |immer |nie |gilt|gelten|verwenden wir|nutzen wir|benutzen wir|schreiben wir|nehmen wir)`
      ),
      first("bitte", "merke? dir|merkt euch"),
      words(String.raw`antworte(?:t)? (?:\p{L}{1,12} )?auf \p{L}+`)
    ],
    passing:
      /(?<!\p{L})(?:diesmal|vorerst|erst ?mal|gerade|noch nicht|jetzt noch|(?:die|der|das|in|an)? ?dieser? (?:Datei|Funktion|Aufgabe|Zeile|Stelle)|diese Datei)(?!\p{L})/iu
  },
  {
    name: "French",
    letters: latin,
    wishes: [
      words(String.raw`réponds?(?:ez)?(?:-moi|-nous)? (?:toujours |uniquement )?en \p{L}+`),
      words(
        String.raw`(?:je (?:veux|voudrais|souhaite)|nous voulons|on veut) (?:que (?:tu|vous|l['’]on|on) .{0,30})?(?:toujours|systématiquement) (?:que|les?|la|des|une?|l['’]|d['’])`
      ),
      words(String.raw`je veux que (?:tu|vous) \p{L}+ (?:toujours|systématiquement)`),
      words(
        `(?:avant|après) chaque (?:commit|push|merge|release|changement|modification|déploiement|pr),? (?:${frenchOrder}|vérifie[sz]?|teste[sz]?|demande[sz]?)`
      ),
      words(
        String.raw`(?:${frenchOrder}|vérifie[sz]?|teste[sz]?|demande[sz]?) .{2,50} (?:avant|après) chaque (?:commit|push|merge|release|changement|modification|déploiement|pr)`
      ),
      words(
        String.raw`(?:va|vont|reste|restent|vit|vivent|se met|se mettent|doit|doivent) toujours (?:dans|sous|en|être|aller|rester|vivre)`
      ),
      words(
        String.raw`(?:on|nous) (?:a|avons) (?:déjà )?(?:décidé|choisi|convenu) (?:de |d['’])(?:garder|rester|utiliser|conserver|ne (?:pas|plus|jamais))`
      ),
      words(String.raw`ne (?:propose|suggère|recommande|redemande)[sz]? (?:pas|plus|jamais)`),
      first(
        "non|et|mais",
        String.raw`(?:pas|plus|jamais) (?:de |d['’])\p{L}+ (?:dans|sous|chez|à l['’]intérieur de) (?:les |le |la |nos |notre |l['’])\p{L}+`
      ),
      words("je préfère|nous préférons|à l['’]avenir|désormais|dorénavant|à partir de maintenant"),
      words(String.raw`je ne veux (?:pas|plus) (?:de|d['’]|que|voir|utiliser)`),
      words("merci de (?:toujours|ne (?:pas|jamais|plus))"),
      words(`toujours (?:${frenchInfinitive})|ne jamais (?:${frenchInfinitive}|\\p{L}+er)|jamais de`),
      words(`(?:${frenchOrder}) (?:toujours|plutôt|uniquement|systématiquement)`),
      words(
        String.raw`n['’](?:utilise[sz]?|ajoute[sz]?|écri(?:s|vez)|installe[sz]?|efface[sz]?|emploie[sz]?) (?:pas|jamais|plus)`
      ),
      first(
        "s['’]il (?:te|vous) plaît|stp|merci|et|mais",
        String.raw`ne (?:${frenchOrder}|push(?:e|ez)?|pousse[sz]?|touche[sz]?|supprime[sz]?|crée[sz]?|modifie[sz]?) (?:pas|jamais|plus)`
      ),
      words(
        String.raw`dans (?:ce|notre) (?:projet|dépôt|repo|code)[ ,]{1,2}(?:on |nous |il faut |utilise|n['’]utilise|écris|ne )\S.{0,60}`
      ),
      words(String.raw`(?:on|nous) n['’](?:utilise|utilisons|écrit|écrivons|emploie) (?:pas|jamais|que)`),
      words(String.raw`(?:souviens-toi|rappelle-toi|retiens|notez|note)(?: bien)? (?:que|qu['’])`),
      words(String.raw`(?:utilise[sz]?|préfère[sz]?) \S.{0,40} (?:plutôt que|au lieu de|et (?:non|pas)) \S{1,30}`),
      words(String.raw`réponds?(?:ez)? (?:toujours )?en \p{L}+`)
    ],
    passing:
      /(?<!\p{L})(?:ce fichier|cette fonction|cette fois|pour l['’]instant|pour le moment|maintenant(?<!à partir de maintenant)|encore)(?!\p{L})/iu
  },
  {
    name: "Spanish",
    letters: latin,
    wishes: [
      words(String.raw`(?:quiero|queremos|quisiera|me gustaría) (?:que )?(?:\p{L}+ ){0,3}siempre|siempre quiero`),
      words(
        `(?:antes|después) de (?:cada|hacer cada) (?:commit|push|merge|release|cambio|despliegue|pr),? (?:${spanishOrder}|verifica|revisa)`
      ),
      words(
        String.raw`(?:${spanishOrder}|verifica|revisa) .{2,50} (?:antes|después) de cada (?:commit|push|merge|release|cambio|despliegue|pr)`
      ),
      first("y|pero", String.raw`(?:solo |siempre )?usamos (?:solo|solamente|siempre|únicamente) \S+`),
      words(
        String.raw`(?:va|van|vive|viven|queda|quedan|debe|deben) (?:ir |estar |vivir |quedar )?siempre (?:en|bajo|dentro|ir|estar|vivir)|siempre (?:va|van|vive|viven|debe|deben) (?:en|bajo|dentro|ir|estar)`
      ),
      words(String.raw`(?:hemos decidido|decidimos|acordamos|quedamos en) (?:mantener|usar|seguir|conservar|no)`),
      words(String.raw`no (?:vuelvas a )?(?:sugieras|propongas|recomiendes|sugerir|proponer|preguntar|preguntes)`),
      first("no|por favor|y|pero", String.raw`nada de ${notThing}\p{L}+`),
      words("de ahora en adelante|a partir de ahora|en adelante|prefiero|preferimos|no me gustan?"),
      words(`siempre (?:${spanishOrder})|${notNoun}(?:${spanishOrder}) siempre`),
      words(`(?:nunca|jamás) (?:${spanishForbidden})`),
      first("por favor|y|pero", `no (?:${spanishForbidden})`),
      words(String.raw`(?:recuerda|recuerde|recordad|ten en cuenta) que \S.{4,80}`),
      words(
        String.raw`en (?:este|nuestro) (?:proyecto|repo|repositorio|equipo|código),? (?:solo |siempre |nunca |no )?(?:${spanishOrder}|usamos|utilizamos|escribimos|hacemos|se usa|está prohibido|${spanishForbidden})`
      ),
      words("aquí (?:no |siempre |solo |nunca )(?:usamos|se usa|utilizamos|hacemos|escribimos)"),
      words(String.raw`(?:usa|usamos|utiliza|usad) \S.{0,40} (?:en lugar de|en vez de|y no) \S{1,30}`),
      words(String.raw`(?:responde|contesta|respóndeme) (?:siempre )?en \p{L}+`)
    ],
    passing: /(?<!\p{L})(?:este archivo|este fichero|esta función|esta vez|por ahora|de momento|todavía|aún)(?!\p{L})/iu
  },
  {
    name: "Portuguese",
    letters: latin,
    wishes: [
      words(String.raw`(?:quero|queremos|gostaria) (?:que )?(?:\p{L}+ ){0,3}sempre|sempre quero`),
      words(
        `(?:antes|depois) de (?:cada|todo) (?:commit|push|merge|release|mudança|alteração|deploy|pr),? (?:${portugueseOrder})`
      ),
      words(
        String.raw`(?:${portugueseOrder}) .{2,50} (?:antes|depois) de (?:cada|todo) (?:commit|push|merge|release|mudança|alteração|deploy|pr)`
      ),
      first("e|mas", String.raw`(?:só |sempre )?usamos (?:só|somente|apenas|sempre) \S+`),
      words(
        String.raw`(?:fica|ficam|vai|vão|mora|moram|vive|vivem|deve|devem) (?:ir |ficar |estar |morar )?sempre (?:em|no|na|nos|nas|sob|dentro|ficar|ir|estar)|sempre (?:fica|ficam|vai|vão|deve|devem) (?:em|no|na|nos|nas|sob|dentro|ficar|ir|estar)`
      ),
      words(String.raw`(?:decidimos|combinamos|resolvemos|ficou decidido) (?:manter|usar|continuar|ficar|não)`),
      words(String.raw`não (?:volte a |precisa mais )?(?:sugira|proponha|recomende|sugerir|propor|perguntar|pergunte)`),
      first("não|por favor|e|mas", String.raw`nada de ${notThing}\p{L}+`),
      words("de agora em diante|a partir de agora|daqui (?:em diante|para (?:a )?frente)|prefiro|preferimos"),
      words(`sempre (?:${portugueseOrder})|${notNoun}(?:${portugueseOrder}) sempre`),
      words(`(?:nunca|jamais) (?:${portugueseForbidden})`),
      first("por favor|e|mas", `não (?:${portugueseForbidden})`),
      words(
        String.raw`n(?:este|o nosso|osso) (?:projeto|repo|repositório|código),? (?:não |só |sempre |nunca )?(?:${portugueseOrder}|usamos|utilizamos|escrevemos|se usa)`
      ),
      words(String.raw`lembre-se (?:de )?que \S.{4,80}`),
      words("aqui (?:não |só |sempre |nunca )(?:usamos|se usa|utilizamos|escrevemos)"),
      words(String.raw`(?:use|usa|usamos|utilize) \S.{0,40} (?:em vez de|ao invés de|e não) \S{1,30}`),
      words(String.raw`(?:responda|responde) (?:sempre )?em \p{L}+`)
    ],
    passing:
      /(?<!\p{L})(?:este arquivo|esse arquivo|esta função|desta vez|por enquanto|por agora|ainda|agora não)(?!\p{L})/iu
  },
  {
    name: "Italian",
    letters: latin,
    wishes: [
      first("no|per favore|e|ma", String.raw`niente (?!di |da |altro|errori)\p{L}+ (?:in|nei|nelle|nel|nella|dentro)`),
      words(
        String.raw`(?:va|vanno|resta|restano|sta|stanno) sempre (?:in|nel|nella|sotto|dentro)|abbiamo deciso di (?:tenere|usare|non)`
      ),
      words("preferisco|d['’]ora in poi|(?:usa|scrivi|esegui|rispondi) sempre|mai usare"),
      first(
        "per favore|e|ma",
        "non (?:usare|aggiungere|scrivere|committare|installare|pushare|toccare|modificare|creare|eseguire|fare) "
      ),
      words(
        String.raw`(?:${italianOrder}) sempre|sempre (?:${italianOrder})|non (?:${italianForbidden}) mai|mai (?:${italianForbidden})`
      ),
      words(
        String.raw`(?:prima|dopo) (?:di )?ogni (?:commit|push|merge|release|modifica|pr),? (?:${italianOrder})|(?:${italianOrder}) .{2,50} (?:prima|dopo) (?:di )?ogni (?:commit|push|merge|release|modifica|pr)`
      ),
      words(
        String.raw`in quest[oa] (?:progetto|repo|repository),? (?:non |si |sempre |solo )?(?:${italianOrder}|usiamo|usa|scriviamo)`
      ),
      words(String.raw`(?:ricorda|ricordati)(?: che| di)? \S.{4,80}`),
      words(String.raw`usa \S.{0,40} (?:invece di|al posto di|e non) \S{1,30}`),
      words("non (?:mi piacciono|voglio) (?!quest|che |il |la |lo )"),
      words(String.raw`rispondi in \p{L}+`)
    ],
    passing: /(?<!\p{L})(?:questo file|questa funzione|questa volta|per ora|al momento|ancora)(?!\p{L})/iu
  },
  {
    name: "Polish",
    letters: latin,
    wishes: [
      words(
        String.raw`(?:chcę|chcemy|chciałbym|chciałabym)(?:,? (?:żeby|aby|żebyś|abyś))? ?(?:\p{L}+ )?zawsze|zawsze chcę`
      ),
      words(String.raw`\p{L}+(?:aj|uj|ij|sz|isz)(?:cie)? (?:\p{L}{1,4} )?zawsze`),
      words(
        String.raw`(?:przed|po) każd(?:ym|ej|ą) (?:commit|push|merge|release|zmian|wdrożeni)\p{L}*,? (?:zawsze |najpierw )?(?:uruchom|uruchamiaj|puść|puszczaj|sprawdź|sprawdzaj|pytaj|zapytaj|rób|pisz)(?:cie)?`
      ),
      words(
        String.raw`(?:uruchamiaj|puszczaj|sprawdzaj|pytaj)(?:cie)? .{2,50} (?:przed|po) każd(?:ym|ej|ą) (?:commit|push|merge|release|zmian|wdrożeni)\p{L}*`
      ),
      first("i|ale|my", String.raw`używamy (?:tylko|zawsze|wyłącznie) \S+`),
      words(String.raw`zawsze (?:trafia|trafiają|leży|leżą|jest|są|ma być|mają być|idzie|idą) (?:do|w|pod|na)`),
      words(
        String.raw`(?:zdecydowaliśmy|ustaliliśmy|postanowiliśmy),? (?:że |się )?(?:zostajemy|zostawiamy|używamy|zostać|używać|nie)|zostajemy przy`
      ),
      words(String.raw`nie (?:proponuj|sugeruj|polecaj|pytaj) (?:tego )?(?:więcej|już|ponownie)`),
      first("nie|proszę|i|ale", String.raw`żadnych \p{L}+ (?:w|na|pod)`),
      words("od teraz|od tej pory|na przyszłość|wolę|preferuję"),
      first("proszę|i|ale", `zawsze (?:${polishOrder})|nigdy nie (?:${polishOrder})`),
      first(
        "proszę|i|ale",
        "nie (?:używaj|dodawaj|commituj|pushuj|pisz|rób|usuwaj|zmieniaj|dotykaj|instaluj|twórz|wrzucaj)"
      ),
      words(
        String.raw`w (?:tym|naszym) (?:projekcie|repo|repozytorium|kodzie) (?:zawsze |nigdy |nie |tylko )?(?:używaj|używamy|pisz|piszemy|stosuj|stosujemy)`
      ),
      words(String.raw`pamiętaj,? (?:że|żeby zawsze|aby zawsze) \S.{3,80}`),
      words(String.raw`(?:używaj|używamy|stosuj) \S.{0,40} (?:zamiast|a nie) \S{1,30}`),
      words(String.raw`odpowiadaj (?:zawsze )?po \p{L}+`)
    ],
    passing: /(?<!\p{L})(?:tego pliku|tym pliku|tym razem|na razie|jeszcze|teraz(?<!od teraz))(?!\p{L})/iu
  },
  {
    name: "Turkish",
    letters: latin,
    wishes: [
      last(
        String.raw`(?<!\p{L})(?:her (?:commit|push|merge|sürüm|değişiklik|pr)\p{L}*(?:['’]\p{L}+)? (?:önce|sonra)|artık) .{1,60}(?<!\p{L})(?:${turkishOrder})(?:[ıiuü]n(?:[ıiuü]z)?|y[ıi]n)?`
      ),
      last(String.raw`^(?:biz )?(?:sadece|yalnızca|hep) \S.{0,30} (?:kullanıyoruz|kullanırız|yazıyoruz)`),
      last(String.raw`(?<!\p{L})(?:her zaman|daima|hep) .{1,60}(?:istiyorum|istiyoruz|isterim)`),
      last(
        String.raw`(?<!\p{L})(?:her zaman|daima|hep) .{1,50}(?:altında|içinde|klasöründe|dizininde) (?:olmalı|kalmalı|durmalı|olsun|kalsın|dursun)`
      ),
      last(String.raw`(?:karar verdik|kararlaştırdık|anlaştık|kalıyoruz)`),
      last(String.raw`(?<!\p{L})(?:bir daha|tekrar|artık) .{0,40}(?:önerme|sorma|teklif etme)(?:y[ıi]n)?`),
      last(
        String.raw`(?<!\p{L})(?:bundan sonra|bundan böyle|her zaman|daima) .{1,60}(?<!\p{L})(?:${turkishOrder})(?:[ıiuü]n(?:[ıiuü]z)?|y[ıi]n)?`
      ),
      last(
        String.raw`(?<!\p{L})(?:asla|hiçbir zaman|bir daha|lütfen) .{0,60}(?<!\p{L})\p{L}{2,20}m[ae](?:y[ıi]n(?:[ıi]z)?)?`
      ),
      last(
        String.raw`(?<!\p{L})(?:bu|bizim) (?:projede|repoda|depoda|kod tabanında|ekipte) .{1,60}(?<!\p{L})(?:${turkishOrder}|kullanıyoruz|kullanmıyoruz|kullanılmalı|kullanılmaz|yazıyoruz|yasak)(?:[ıiuü]n(?:[ıiuü]z)?|y[ıi]n)?`
      ),
      words("tercih ed(?:erim|iyorum|iyoruz)"),
      first("lütfen", "unutma[:,]|şunu unutma|aklında olsun|aklında tut"),
      last(String.raw`\S+ yerine \S.{0,30} kullan(?:[ıi]n)?`),
      last(String.raw`(?<!\p{L})(?:türkçe|ingilizce|almanca|fransızca) (?:cevap ver|yanıtla|cevapla|yanıt ver)`)
    ],
    passing: /(?<!\p{L})(?:bu dosya\p{L}*|bu sefer|şimdilik|henüz|şu an)(?!\p{L})/iu
  },
  {
    name: "Vietnamese",
    letters: /[à-ỹđ]/iu,
    wishes: [
      words(
        String.raw`(?:tôi|mình|chúng tôi) (?:luôn|luôn luôn) muốn|(?:tôi|mình|chúng tôi) muốn (?:bạn |mọi |tất cả )?(?:\p{L}+ ){0,2}luôn`
      ),
      words(
        `(?:trước|sau) (?:mỗi|từng)(?: lần| khi)? (?:commit|push|merge|release|deploy|thay đổi|pr),? (?:thì |bạn )?(?:hãy |luôn |phải |nhớ |cần )*(?:${vietnameseOrder})`
      ),
      words(
        `(?:hãy|luôn|phải|nhớ) (?:${vietnameseOrder}) .{2,50} (?:trước|sau) (?:mỗi|từng)(?: lần| khi)? (?:commit|push|merge|release|deploy|thay đổi|pr)`
      ),
      words(`(?:không|đừng|chỉ|luôn) (?:${vietnameseOrder}) .{1,40} trong (?:dự án|repo|kho|project|kho mã) này`),
      words(`(?:dự án|repo|kho|project|kho mã) này (?:chỉ|luôn|không|không được|phải) (?:${vietnameseOrder})`),
      first("xin|làm ơn|vui lòng|và|nhưng", `(?:đừng|không|không được) (?:tự ý|bao giờ) (?:${vietnameseOrder})`),
      words(String.raw`luôn (?:nằm|đặt|để|ở|phải nằm|phải đặt) (?:trong|ở|tại|dưới)`),
      words(
        String.raw`(?:chúng ta|chúng tôi|mình|bọn mình) (?:đã )?(?:quyết định|thống nhất|chốt) (?:giữ|dùng|tiếp tục|không)`
      ),
      words(String.raw`đừng (?:đề xuất|gợi ý|khuyên|hỏi lại|nhắc lại)`),
      words(
        String.raw`(?:kể )?từ (?:giờ|nay|bây giờ)(?: trở đi)?,? .{0,20}(?:hãy|luôn|đừng|không (?:được|dùng)|chỉ|phải|nhớ|cần|${vietnameseOrder})`
      ),
      first("hãy|xin|làm ơn|vui lòng", `luôn(?: luôn)? (?:${vietnameseOrder})`),
      first(
        "xin|làm ơn|vui lòng|và|nhưng",
        `(?:đừng|không bao giờ|không được|tuyệt đối không)(?: bao giờ)? (?:${vietnameseOrder})`
      ),
      words(
        String.raw`trong (?:dự án|repo|kho|project|kho mã) này,? (?:hãy |chúng ta |chỉ |luôn |phải |không |không được )*(?:dùng|sử dụng|viết|commit)`
      ),
      words(String.raw`(?:tôi|mình|em|anh) (?:thích \S.{0,40} hơn|không thích|ưu tiên)`),
      first("hãy|xin", String.raw`(?:ghi )?nhớ (?:rằng|là) \S.{3,80}`),
      words(String.raw`trả lời bằng tiếng \p{L}+`),
      words(String.raw`dùng \S.{0,40} (?:thay vì|thay cho|chứ không dùng) \S{1,30}`)
    ],
    passing: /(?<!\p{L})(?:(?:tệp|file|hàm|lần) này|(?<!từ )bây giờ|tạm thời|(?<!khi )chưa)(?!\p{L})/iu
  }
]

/** True if a clause in a language other than English states a wish that holds beyond its task. */
export const isWishInOtherLanguage = (clause: string): boolean => {
  const text = clause.normalize("NFC")
  return languages.some(
    ({ letters, passing, wishes }) =>
      letters.test(text) && !passing.test(text) && wishes.some((wish) => wish.test(text))
  )
}
