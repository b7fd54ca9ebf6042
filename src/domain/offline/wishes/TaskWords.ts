/* Recognises words that keep a clause with its task, however often it is said: they steer the work at hand. */

/** The words of one language that steer, and those that hold for good. */
interface Steering {
  readonly language: string
  /** Words that make a clause hold for good, whatever it points at. */
  readonly forGood: RegExp
  /** Words for something that only the task knows, such as `the second one`. */
  readonly pointing: ReadonlyArray<RegExp>
  /** Bans on changing one thing that is there. Said again beside another request, such a ban is a wish. */
  readonly bans: RegExp
}

const words = (source: string): RegExp => new RegExp(String.raw`(?<!\p{L})(?:${source})(?!\p{L})`, "iu")

/** The source of what can be this one or another one within a task. */
const partOfWork =
  "one|ones|file|files|test|tests|function|method|class|component|button|page|screen|branch|line|lines|change|commit|part|section|approach|option|way|version|variant|solution|idea|step|loop|endpoint|request|query|table|field|bug|error|fix|call|helper|example|case|section|item|thing|block|migration|script|config|value|name"

const steering: ReadonlyArray<Steering> = [
  {
    language: "English",
    forGood: words(
      "always|never|ever|from now on|going forward|in (?:the )?future|as a rule|every time|each time|whenever|by default|(?:in|for|across) (?:this|our|the whole) (?:repo(?:sitory)?|project|codebase|team|monorepo)"
    ),
    pointing: [
      words(
        "the (?:other|first|second|third|fourth|last|latter|former|previous|old|older|new|newer|existing|same|current|original|simplest|simpler|real|right|wrong|[\\w-]+ one)"
      ),
      words(`(?:first|second|third|last|other|another|different|previous|same) (?:${partOfWork})`),
      words(`(?:this|that|these|those) (?:${partOfWork})`),
      words(
        "(?:for|in|on|at|from|to|with) (?:this|that|these|those) (?!(?:repo(?:sitory)?|project|codebase|team|code|fork|monorepo|workspace|package|crate|module|service|app|library|company|organi[sz]ation|org|machine|computer|environment|sandbox|laptop|folder|directory)(?!\\p{L}))\\p{L}+"
      ),
      /\b(?:option|approach|plan|variant|version|alternative) (?:[A-Z]|\d)\b(?!\.)/,
      /\b(?:for|to|in|with|on) it\b/i,
      /\ba new (?:file|test|function|class|component|page|branch|helper)\b/i,
      /\b(?:instead|first)[.!]?$/i,
      /\b(?:want|like|rather) you (?:to )?\w+ (?:the|this|that|my) /i
    ],
    bans: /^(?:please )?(?:don'?t|do not|avoid|stop) (?!(?:commit|push|publish|deploy|start|run|launch|install|merg|open|rebas|ask|sign)\w*\b)\w+ (?:the|my|your) (?!any\b|[`"']|.{0,40}\b(?:folders?|director(?:y|ies)|vendor|generated|lock ?files?|submodules?|node_modules|dist)\b)/i
  },
  {
    language: "Chinese",
    forGood: /永远|以后|今后|从现在|从今|每次|始终|一律|绝(?:不|对)|这个(?:项目|仓库|代码库)|本项目/u,
    pointing: [
      /第[一二三四五六\d]|另(?:外)?(?:一个|那个|一种)|(?:旧|新|原来|之前|前面|后面|刚才)的(?:那个|那种|文件|方法|版本)?|(?:上|前|后)一个|那个|这个/u
    ],
    bans: /(?:不要|别|不准|不许|请勿|勿)再?(?:修改|删除|删掉|改动|改|删|动|碰)/u
  },
  {
    language: "Japanese",
    forGood:
      /今後|これから|以後|次回|必ず|常に|毎回|いつも|絶対|勝手に|(?:この|当|本)(?:リポジトリ|プロジェクト)|せずに/u,
    pointing: [
      /[\d０-９一二三四]番目|(?:最初|最後|前|別|他|ほか|古い|新しい|元)の?(?:方法|方|ほう|ファイル|案|やつ|もの|バージョン)|代わりに|もう一つ|そっち|こっち|先ほどの|さっきの/u
    ],
    bans: /(?:消さ|変更し|削除し|触ら|変え|直さ|修正し)ないで/u
  },
  {
    language: "Korean",
    forGood: /앞으로|이제부터|지금부터|다음부터|항상|언제나|매번|절대|(?:이|우리) ?(?:프로젝트|저장소|레포)/u,
    pointing: [
      /(?:첫|두|세|네) ?번째|(?:다른|이전|예전|기존|원래|아까) (?:것|거|걸|파일|방법|버전)|대신에?[,.]?$|^대신 |그 (?:파일|테스트|함수|버튼)/u
    ],
    bans: /(?:지우|삭제하|바꾸|변경하|수정하|건드리|고치)지 ?(?:마|말)/u
  },
  {
    language: "German",
    forGood: words(
      "immer|nie|niemals|stets|grundsätzlich|ab (?:jetzt|sofort)|von nun an|in zukunft|künftig|jede[mrs]?"
    ),
    pointing: [
      words(
        "(?:den|die|das|dem|der) (?:erste|zweite|dritte|letzte|andere|alte|neue|vorige|bestehende|ursprüngliche|einfachere)[nrsm]?"
      ),
      words("(?:variante|option|ansatz|lösung|version) (?:[a-d]|\\d)|stattdessen|diese[nrsm]? (?:hier|da)"),
      words("(?:dies|jen)e[nrsm]? (?!projekt|repo|repository|team|code|ordner|paket|modul)\\p{L}+")
    ],
    bans: /^(?:bitte |nein,? )?(?:füge?|ändere?|lösche?|entferne?|benenne?|verschiebe?|rühre?|fass|setze?|nimm) (?:den|die|das|dem) .{1,60}(?<!\p{L})nicht(?!\p{L})/iu
  },
  {
    language: "Spanish",
    forGood: words("siempre|nunca|jamás|de ahora en adelante|a partir de ahora|en adelante|cada (?:vez|commit)"),
    pointing: [
      words(
        "(?:el|la|los|las|lo) (?:primer[oa]?|segund[oa]|tercer[oa]?|últim[oa]|otr[oa]s?|anterior|viej[oa]|nuev[oa]|mism[oa]|existente)|opción (?:[a-d]|\\d)|en su lugar"
      ),
      words(
        "(?:est|es|aquel)[ea]s? (?!proyecto|repo|repositorio|equipo|código)(?:archivo|fichero|función|prueba|test|botón|página|clase|parte|línea)"
      )
    ],
    bans: words(
      "no (?:borres|toques|cambies|modifiques|añadas|agregues|pongas|metas|muevas|renombres|quites|elimines|uses) (?:el|la|los|las)"
    )
  },
  {
    language: "French",
    forGood: words("toujours|jamais|désormais|dorénavant|à partir de maintenant|à l['’]avenir|chaque"),
    pointing: [
      words(
        "(?:le|la|les) (?:premi(?:er|ère)|deuxième|seconde?|troisième|derni(?:er|ère)|ancien(?:ne)?|nouveau|nouvelle|même)s?|l['’](?:autre|ancien(?:ne)?)|option (?:[a-d]|\\d)|à la place"
      ),
      words("(?:ce|cet|cette|ces) (?:fichier|fonction|test|bouton|page|classe|partie|ligne)s?")
    ],
    bans: words(
      "ne (?:supprime[sz]?|touche[sz]?|modifie[sz]?|change[sz]?|ajoute[sz]?|déplace[sz]?|renomme[sz]?|mets|mettez|enlève[sz]?) (?:pas|plus) (?:à |de )?(?:le|la|les|au|aux|du)|ne (?:supprime|touche|modifie|change|ajoute)[sz]? (?:pas|plus) (?:à )?l['’]\\p{L}+"
    )
  },
  {
    language: "Italian",
    forGood: words("sempre|mai|d['’]ora in poi|in futuro|ogni"),
    pointing: [
      words(
        "(?:il|lo|la|i|gli|le|l['’])\\s?(?:prim[oa]|second[oa]|terz[oa]|ultim[oa]|altr[oa]|vecchi[oa]|nuov[oa]|stess[oa]|precedente|esistente)|opzione (?:[a-d]|\\d)|invece"
      ),
      words("quest[oaie] (?:file|funzione|test|pulsante|pagina|classe|parte|riga)")
    ],
    bans: words(
      "non (?:cancellare|toccare|cambiare|modificare|aggiungere|spostare|rinominare|usare) (?:il|lo|la|i|gli|le)"
    )
  },
  {
    language: "Portuguese",
    forGood: words("sempre|nunca|jamais|de agora em diante|a partir de agora|cada"),
    pointing: [
      words(
        "(?:[oa]s?|d[oa]s?|n[oa]s?) (?:primeir[oa]|segund[oa]|terceir[oa]|últim[oa]|outr[oa]|antig[oa]|nov[oa]|mesm[oa]|anterior|existente)s?|opção (?:[a-d]|\\d)|em vez disso|no lugar"
      ),
      words("(?:n|d)?(?:est|ess|aquel)[ea]s? (?:arquivo|função|teste|botão|página|classe|parte|linha)s?")
    ],
    bans: words(
      "não (?:apague|remova|toque|mexa|altere|mude|adicione|coloque|mova|renomeie|use) (?:em )?(?:[oa]s?|n[oa]s?)"
    )
  },
  {
    language: "Russian",
    forGood: words(
      "всегда|никогда|впредь|отныне|с этого момента|в дальнейшем|больше не|кажд\\p{L}+|в (?:этом|нашем) (?:проекте|репозитории)"
    ),
    pointing: [
      words(
        "(?:перв|втор|трет|друг|прошл|предыдущ|последн)(?!ую очередь)\\p{L}{2,3}|вместо этого|вариант (?:[а-гa-d]|\\d)"
      ),
      words(
        "(?:эт|т)(?:от|у|ой|ого|ом|о|и) (?:файл\\p{L}*|функци\\p{L}+|тест\\p{L}*|кнопк\\p{L}+|страниц\\p{L}+|класс\\p{L}*|строк\\p{L}+)"
      )
    ],
    bans: words("не (?:удаляй|меняй|трогай|изменяй|переименовывай|перемещай|убирай)(?:те)?")
  },
  {
    language: "Polish",
    forGood: words(
      "zawsze|nigdy|od (?:teraz|tej pory)|na przyszłość|każd\\p{L}+|w (?:tym|naszym) (?:projekcie|repo|repozytorium)"
    ),
    pointing: [
      words(
        "(?:pierwsz|drug|trzeci|ostatni|poprzedni)\\p{L}{1,3}|zamiast tego|inn(?:y|ego|ej|ą) (?:plik|opcj|podejści)\\p{L}*|opcj[ęai] (?:[a-d]|\\d)"
      ),
      words(
        "(?:ten|tę|tego|tej|tym) (?:plik\\p{L}*|funkcj\\p{L}+|test\\p{L}*|przycisk\\p{L}*|stron\\p{L}+|klas\\p{L}+)"
      )
    ],
    bans: words("nie (?:usuwaj|zmieniaj|dotykaj|ruszaj|przenoś|modyfikuj)(?:cie)?")
  },
  {
    language: "Turkish",
    forGood: words(
      "her zaman|daima|asla|hiçbir zaman|bundan (?:sonra|böyle)|bir daha|artık|(?:bu|bizim) (?:projede|repoda|depoda)|her"
    ),
    pointing: [
      words(
        "(?:birinci|ikinci|üçüncü|diğer|öteki|önceki|eski|sonuncu)\\p{L}*|onun yerine|bunun yerine|ilk (?:yöntem|seçenek|dosya)\\p{L}*"
      ),
      words("(?:bu|şu|o) (?:dosya|fonksiyon|test|buton|düğme|sayfa|sınıf|satır)\\p{L}*")
    ],
    bans: /(?<!\p{L})(?:silme|değiştirme|kaldırma|taşıma|dokunma|elleme)(?:y[ıi]n(?:[ıi]z)?)?[\s.!]*$/iu
  },
  {
    language: "Vietnamese",
    forGood: words("luôn|bao giờ|từ (?:giờ|nay|bây giờ)|mỗi|trong (?:dự án|repo) này|tự ý|tuyệt đối"),
    pointing: [
      words(
        "(?:cách|cái|phương án|lựa chọn|tùy chọn|file|tệp|hàm) thứ (?:nhất|hai|ba|tư)|cách (?:đầu|khác|kia|cũ|đầu tiên)|(?:file|tệp|hàm|nút|test) (?:khác|kia|đó|này|cũ)|cái (?:kia|khác|đó|này)|thay vào đó"
      )
    ],
    bans: words("(?:đừng|không|không được) (?:xóa|xoá|sửa|đổi|đụng|thay đổi|chạm)")
  }
]

/** Patterns of bans on the work itself, such as `do not edit any code`, which the whole clause states. */
const bansOnWork: ReadonlyArray<RegExp> = [
  /^(?:please |just |but |and |so |again,? )*(?:do not|don'?t|never|no need to|you (?:must|should|may) not|must not|without) (?:yet |ever |actually )?(?:edit|chang|modif|writ|touch|mak|implement|creat|alter|updat|delet|add|cod|commit|push|appl|fix|start|build|do|mutat|refactor)\w* (?:any |the |a |more |actual |other |further |production |source |test |single )*(?:code|files?|changes?|edits?|anything|something|sources?|implementation|coding|modifications?|repo(?:sitory)?|codebase|work(?:ing)?(?: tree| copy)?|documents?|docs?)?(?: (?:or|and) (?:commit|push|files?|edit|change|docs?|anything|tests?|code)(?: (?:any|the|code|files?|anything|changes?))*)*(?: (?:yet|now|here|for now|at all|yourself|in this (?:task|step|session|turn|phase)|at this (?:point|stage)))*$/i,
  /^(?:this is (?:a )?)?(?:strictly |only )?(?:read[- ]only|no (?:code |file )?(?:changes?|edits?|writes?|coding)(?: (?:yet|please|needed|allowed|at all|for now))*|(?:only|just) (?:analy[sz]e|plan|review|read|report|answer|look|explain|discuss|investigate|research)(?:[ ,].{0,40})?)$/i,
  /^(?:请|先|暂时|只分析，?|但是?|目前|现在)*(?:不要|别|勿|不准|不许|无需|不用)再?(?:修改|改动|编辑|更改|改|写|动|碰|提交)(?:任何|一切)?(?:的)?(?:代码|文件|东西|内容|仓库|实现)?[了吧。！]*$/u,
  /^(?:まだ|今は|絶対に)?(?:コード|ファイル|ソース|実装|何も|リポジトリ)(?:コード)?(?:を|は|も|には)?、?(?:まだ|一切|絶対に)?(?:編集|変更|修正|実装|作成|コミット|触ら|書か|いじら)(?:し)?ないで(?:ください|下さい|ね)?[。！]*$/u,
  /^(?:아직 |지금은 |절대 )*(?:코드|파일|소스|구현|아무것도|저장소)(?:를|을|은|는|도)? ?(?:아직 |절대 |전혀 )*(?:수정|변경|편집|작성|건드리|구현|커밋|쓰|고치|바꾸)(?:하)?지 ?(?:마|말)\S{0,6}(?: 주세요)?[.!]*$/u,
  /^(?:bitte )?(?:(?:ändere?|schreibe?|editiere?|bearbeite?|rühre?|fass|mach|committe|implementiere?) (?:noch |bitte |jetzt )*(?:keine?n?|nichts|(?:den|die) (?:code|dateien) nicht|nicht)(?: (?:code|dateien?|änderungen?|quellcode|an|am code|im code|etwas))*|keine?n? (?:code|dateien?|änderungen|code-änderungen)(?: (?:ändern|schreiben|bearbeiten|vornehmen|machen|am code))*|nichts (?:ändern|schreiben|bearbeiten|anfassen|committen))(?: (?:noch|an|vor))*[.!]*$/iu,
  /^(?:por favor,? )?(?:(?:todavía|aún) )?no (?:edites|modifiques|cambies|toques|escribas|hagas|implementes|crees|alteres)(?: (?:todavía|aún))?(?: (?:ningún|ninguna|nada|el|los|más))*(?: (?:código|archivos?|ficheros?|cambios?|de código))*(?: (?:todavía|aún|por ahora))*[.!]*$/iu,
  /^(?:s['’]il te plaît,? )?(?:ne |n['’])(?:modifie|change|touche|écris|édite|fais|implémente|crée|altère)\p{L}{0,2} (?:pas|rien|aucun|pas encore|surtout pas)(?: (?:de|le|aucun|à|au|les|encore))*(?: ?(?:code|fichiers?|changements?|modifications?|rien))*[.!]*$/iu,
  /^(?:por favor,? )?(?:ainda )?não (?:edite|modifique|altere|mude|toque|escreva|faça|implemente|crie|mexa)(?: (?:ainda|nenhum|nenhuma|nada|o|os|em|no|mais))*(?: (?:código|arquivos?|alterações|alteração|mudanças|de código))*(?: (?:ainda|por enquanto))*[.!]*$/iu,
  /^(?:пожалуйста,? )?(?:пока )?(?:ничего |код |файлы |исходники )?(?:пока )?не (?:меняй|изменяй|правь|редактируй|пиши|трогай|делай|коммить)(?:те)?(?: (?:пока|никак\p{L}+|код|файл\p{L}*|ничего|изменени\p{L}+|исходник\p{L}*|сам\p{L}* код))*[.!]*$/iu,
  /^(?:proszę,? )?(?:na razie |jeszcze )?(?:nic )?nie (?:zmieniaj|edytuj|modyfikuj|pisz|ruszaj|dotykaj|rób|implementuj|commituj)(?:cie)?(?: (?:na razie|jeszcze|żadn\p{L}+|kodu|plików|niczego|zmian|nic))*[.!]*$/iu,
  /^(?:lütfen )?(?:henüz |şimdilik )?(?:hiçbir |herhangi bir )?(?:kod(?:u|a|lar\p{L}*)?|dosya(?:y[ıa]|lar\p{L}*)?|şey(?:i|e)?|değişiklik)? ?(?:henüz |şimdilik )?(?:değiştirme|düzenleme|yazma|dokunma|yapma|elleme|commit etme)(?:y[ıi]n(?:[ıi]z)?)?[.!]*$/iu,
  /^(?:xin |vui lòng |tạm thời |lúc này )*(?:đừng|không|không được|chưa|khoan)(?: (?:vội|có))? (?:sửa|viết|thay đổi|chỉnh sửa|đụng|chạm|tạo|commit|làm)(?: (?:vào|bất kỳ|bất cứ|gì|các|thêm|đến))*(?: (?:code|mã|mã nguồn|file|tệp|thay đổi|gì))*(?: (?:vội|cả|nào|hết))*[.!]*$/iu
]

/** True if a clause forbids the work itself, such as `do not edit any code`. It is about the task in which it is said. */
const isBanOnWork = (clause: string): boolean => {
  const text = clause.normalize("NFC").replace(/[\s.!。！]+$/u, "")
  return bansOnWork.some((ban) => ban.test(text))
}

/**
 * True if a clause steers the task at hand and so holds for no other one, even if it is said again: it points at
 * something that only the task knows, or forbids the work itself.
 */
export const isSteering = (clause: string): boolean => {
  const text = clause.normalize("NFC")
  return (
    isBanOnWork(text) ||
    steering.some(({ forGood, pointing }) => !forGood.test(text) && pointing.some((rule) => rule.test(text)))
  )
}

/** True if a clause, said once, holds for its task alone: it steers, or forbids to change one thing that is there. */
export const isOfTaskAlone = (clause: string): boolean => {
  const text = clause.normalize("NFC")
  return isSteering(text) || steering.some(({ bans, forGood }) => !forGood.test(text) && bans.test(text))
}
