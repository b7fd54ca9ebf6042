/* Removes the greetings and the polite words with which people begin a message, in twelve languages. */

/** The greetings and the pleasantries of one language, as sources of patterns. */
interface Courtesy {
  readonly language: string
  /** Words that greet, such as `good morning`. */
  readonly greetings: string
  /** Sentences that wish or ask how somebody is, or that excuse a question; `\p{L}` stands for a letter. */
  readonly pleasantries: string
  /** Words before a request that only make it polite, such as `could you please`. */
  readonly requests: string
}

const courtesies: ReadonlyArray<Courtesy> = [
  {
    language: "English",
    greetings:
      "hi|hello|hey|hiya|heya|yo|howdy|dear|greetings|welcome back|good (?:morning|afternoon|evening|day)|(?:morning|evening|afternoon)",
    pleasantries:
      "(?:I )?(?:do )?hope (?:that )?(?:you(?:['’]re| are)?|all is|everything is|this finds you|your)(?: \\p{L}+){0,6}|how (?:are|is|have) (?:you|it|things|everything)(?: \\p{L}+){0,3}|how['’]s (?:it going|everything|life)|nice to (?:meet|see) you(?: \\p{L}+){0,2}|long time no see|(?:many )?thanks in advance|thank you in advance|sorry to (?:bother|disturb) you(?: \\p{L}+){0,2}|(?:I have )?(?:just )?a (?:quick|small|short) (?:question|request|favou?r)|what['’]s up",
    requests:
      "(?:please |kindly )?(?:can|could|would|will) you (?:(?:please|kindly|also|now|maybe|possibly) ){0,3}(?=\\p{L}{2})|would you mind (?=\\p{L}+ing)|please(?: kindly)?,? |pls |kindly "
  },
  {
    language: "Chinese",
    greetings: "你好|您好|大家好|嗨|哈[喽罗啰]|早上好|上午好|中午好|下午好|晚上好|早安|早",
    pleasantries:
      "辛苦了|打扰(?:一下|了)?|麻烦(?:你|您)了|最近(?:怎么样|好吗)|希望(?:你|您)一切(?:都)?(?:好|顺利)|不好意思|请教一下|你好吗",
    requests:
      "(?:请问)?(?:你|您)?(?:能不能|能否|可以|可否|能)(?:请)?(?:帮我|帮忙|给我)?|(?:请|麻烦)(?:你|您)?(?:帮我|帮忙)?|帮我|帮忙"
  },
  {
    language: "Japanese",
    greetings: "こんにち[はわ]|こんばん[はわ]|おはよう(?:ございます)?|はじめまして|初めまして|やあ|どうも",
    pleasantries:
      "お疲れ(?:様|さま)(?:です|でした)?|お世話に(?:なって(?:おり|い)ます|なります)|よろしく(?:お願い(?:いた|致)?します)?|すみません|失礼します|お元気ですか|お忙しいところ(?:すみません|恐れ入ります)?|ご苦労(?:様|さま)です",
    requests: ""
  },
  {
    language: "Korean",
    greetings: "안녕하(?:세요|십니까)|안녕|반갑습니다|좋은 (?:아침|오후|저녁)(?:입니다|이에요)?",
    pleasantries:
      "수고(?:하(?:십니다|세요)|많으십니다)|잘 (?:지내(?:시죠|세요|셨나요|니)?|부탁드립니다|부탁드려요)|처음 뵙겠습니다|실례합니다|고생(?:하(?:십니다|세요)|많으십니다)|잘 지내고 계신가요",
    requests: ""
  },
  {
    language: "German",
    greetings:
      "hallo|moin(?: moin)?|servus|grüß (?:dich|gott|euch)|grüezi|na|guten? (?:morgen|tag|abend|mittag)|schönen guten (?:morgen|tag|abend)",
    pleasantries:
      "ich hoffe,? (?:dass )?(?:es|dir|ihnen|euch|alles|du)(?: \\p{L}+){1,4}|wie geht(?: es|['’]s)(?: (?:dir|ihnen|euch))?(?: \\p{L}+){0,2}|alles (?:gut|klar)(?: bei dir)?|(?:vielen )?dank im voraus|(?:ich habe )?(?:nur )?(?:mal )?eine (?:kurze|kleine) (?:frage|bitte)|entschuldige die störung",
    requests:
      "(?:kannst|könntest|würdest|magst|können|könnten|würden) (?:du|sie|ihr) (?:(?:bitte|mir|mal|auch|vielleicht) ){0,3}|bitte,? "
  },
  {
    language: "Spanish",
    greetings: "hola|buenas(?: (?:tardes|noches))?|buenos días|buen día|qué onda",
    pleasantries:
      "espero que (?:\\p{L}+ )?(?:estés|esté|todo|te)(?: \\p{L}+){0,4}|(?:qué tal|cómo (?:estás|está|va|te va))(?: \\p{L}+){0,3}|gracias de antemano|(?:tengo )?una (?:pregunta|consulta) rápida|perdona la molestia",
    requests: "(?:me )?(?:puedes|podrías|puede|podría) (?:(?:por favor|también) ){0,2}|por favor,? "
  },
  {
    language: "French",
    greetings: "bonjour|bonsoir|salut|coucou|re-?bonjour",
    pleasantries:
      "j['’]espère que (?:tu|vous|tout|ça)(?: \\p{L}+){1,4}|(?:comment )?ça va(?: bien)?|comment (?:vas-tu|allez-vous|tu vas)|merci d['’]avance|(?:j['’]ai )?(?:juste )?une (?:petite )?question(?: rapide)?|désolée? de (?:te|vous) déranger",
    requests:
      "(?:peux-tu|pouvez-vous|pourrais-tu|pourriez-vous|tu peux|tu pourrais|est-ce que tu (?:peux|pourrais)) (?:(?:s['’]il te plaît|s['’]il vous plaît|stp|aussi) ){0,2}|(?:s['’]il (?:te|vous) plaît|stp|svp|merci de),? "
  },
  {
    language: "Portuguese",
    greetings: "olá|oi|opa|e aí|bom dia|boa (?:tarde|noite)",
    pleasantries:
      "espero que (?:você )?(?:esteja|estejas|tudo|vocês)(?: \\p{L}+){0,4}|tudo (?:bem|bom|certo)(?: (?:com você|contigo|por aí))?|como (?:vai|está|você está|estás)(?: \\p{L}+){0,2}|(?:desde já,? )?obrigad[oa](?: desde já)?|(?:tenho )?uma (?:pergunta|dúvida) rápida|desculpe? o incômodo",
    requests: "(?:você )?(?:pode|poderia|podes|podias|consegue) (?:(?:por favor|me|também) ){0,2}|por favor,? "
  },
  {
    language: "Russian",
    greetings:
      "привет(?:ик|ствую)?|здравствуй(?:те)?|добр(?:ое утро|ый день|ый вечер)|доброго (?:дня|времени суток)|хай|салют",
    pleasantries:
      "надеюсь,? (?:что )?(?:у|ты|вы|все|всё)(?: \\p{L}+){1,4}|как (?:дела|ты|вы|жизнь|поживаешь)(?: \\p{L}+){0,2}|заранее (?:большое )?спасибо|(?:у меня )?(?:есть )?(?:небольшой|быстрый|маленький) вопрос|извини(?:те)? за беспокойство",
    requests:
      "(?:не )?(?:можешь|мог бы|могла бы|можете|могли бы)(?: ли)? (?:ты |вы )?(?:(?:пожалуйста|мне) ){0,2}|пожалуйста,? "
  },
  {
    language: "Polish",
    greetings: "cześć|hej|hejka|witam|witaj|dzień dobry|dobry wieczór|siema|siemka",
    pleasantries:
      "mam nadzieję,? (?:że )?(?:u|wszystko|masz|dobrze|ma)(?: \\p{L}+){1,5}|(?:co (?:słychać|tam)|jak (?:się masz|leci|tam))(?: \\p{L}+){0,2}|z góry (?:dzięki|dziękuję)|(?:mam )?(?:krótkie|szybkie|małe) pytanie|przepraszam,? że przeszkadzam",
    requests: "(?:czy )?(?:możesz|mógłbyś|mogłabyś|może pan|może pani) (?:(?:proszę|mi|też) ){0,2}|proszę,? "
  },
  {
    language: "Turkish",
    greetings: "merhaba(?:lar)?|selam(?:lar)?|günaydın|iyi (?:günler|akşamlar|sabahlar|geceler|çalışmalar)|tünaydın",
    pleasantries:
      "umarım (?:her şey )?(?:iyi|yolunda)\\p{L}*(?: \\p{L}+){0,2}|nasılsın(?:ız)?|ne haber|naber|kolay gelsin|(?:şimdiden )?teşekkürler|(?:kısa|küçük) bir soru(?:m var)?|rahatsız ettiğim için (?:özür dilerim|kusura bakma)",
    requests: "lütfen,? "
  },
  {
    language: "Vietnamese",
    greetings: "xin chào|chào(?: (?:bạn|buổi (?:sáng|trưa|chiều|tối)|anh|chị|em|cậu))?|alo",
    pleasantries:
      "h[yi] vọng (?:bạn|anh|chị|mọi)(?: \\p{L}+){1,5}|(?:bạn|anh|chị) (?:có )?khỏe (?:không|chứ)|cảm ơn (?:bạn )?trước|(?:tôi có )?(?:một )?câu hỏi nhanh|xin lỗi (?:vì )?(?:đã )?làm phiền",
    requests: "(?:bạn|anh|chị|em) (?:có thể|giúp tôi|làm ơn) |(?:làm ơn|vui lòng|xin) |hãy "
  }
]

/** Words of other languages that are common in greetings, and one-word trials of a program. */
const otherGreetings = "ciao|salve|buongiorno|hej|hoi|tere|terve|namaste|test|testing|ping"

/** Names of assistants, with which a message may begin even without a greeting. */
const assistants = "codex|claude|chatgpt|gpt|copilot|gemini"
const addressee = `there|everyone|everybody|all|again|team|folks|guys|friend|buddy|mate|assistant|agent|bot|ai|${assistants}|amigos?|zusammen|à tous|a todos|всем|ребята|wszystkim|millet|arkadaşlar|các bạn|world(?=[\\s!.]*$)`

const sources = (part: (one: Courtesy) => string): string =>
  courtesies
    .map(part)
    .filter((source) => source !== "")
    .join("|")

const greetings = `${sources((one) => one.greetings)}|${otherGreetings}`
const pleasantries = sources((one) => one.pleasantries)
const unspaced = String.raw`\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af`
const closing = String.raw`[:;]-?[)D]|[\s,.!:;?–—、，。！？：~〜-]|\p{Extended_Pictographic}|\p{Emoji_Modifier}|\uFE0F`

/** Matches a greeting or a pleasantry that ends in punctuation, at the end of a line, or at the end of the text. */
const courtesy = new RegExp(
  String.raw`^[¿¡]?(?!hello, world)(?:(?:${greetings})(?:[\s,]{1,2}(?:${addressee}))*(?: ?(?:さん|님|씨))?|(?:${pleasantries}|(?:${assistants})(?:さん|님|씨)?))(?:[ ,]{0,3}(?:and|und|y|et|e|и|i|ve|và) (?:${pleasantries}))?(?=\s{0,3}(?:[,.!:;?–—、，。！？：~〜]|\p{Extended_Pictographic}|[:;]-?[)D]|\n|$))(?:${closing})*`,
  "iu"
)

/** Matches a greeting without punctuation before words that ask for something, such as `hi can you …`. */
const unpunctuated = new RegExp(
  String.raw`^(?:(?:${greetings})(?: (?:${addressee}))*\s{1,3}(?=(?:please|pls|can|could|would|will|i|i['’]m|we|let['’]s|need|help|there is|kannst|könntest|bitte|ich|puedes|podrías|por favor|necesito|peux-tu|pourrais-tu|je|pode|poderia|preciso|можешь|мог|мне|помоги|czy|możesz|proszę|potrzebuję|lütfen|bana|bạn|tôi|giúp)(?!\p{L}))|(?:你好|您好|嗨)(?=请|帮|我|能|可以|麻烦)|(?:こんにちは|안녕하세요) ?(?=[${unspaced}]))`,
  "iu"
)

const asking = new RegExp(`^[¿¡]?(?:${sources((one) => one.requests)})(?=\\S)`, "iu")

/** The number of characters of a message in which greetings are searched. */
const readCharacters = 2_000

/**
 * Returns a message without the greetings and pleasantries at its beginning, such as `Good morning, hope you are
 * well.`. Empty if there is nothing else.
 */
export const withoutGreeting = (message: string): string => {
  let rest = message.normalize("NFC").trim()
  for (let found = 0; found < 8; found++) {
    const head = rest.slice(0, readCharacters)
    const match = courtesy.exec(head) ?? unpunctuated.exec(head)
    if (match === null || match[0] === "") {
      return rest
    }
    rest = rest.slice(match[0].length).trimStart()
  }
  return rest
}

/** True if a message says nothing but greetings and pleasantries. */
export const isGreeting = (message: string): boolean => message.trim() !== "" && withoutGreeting(message) === ""

/**
 * Returns a request without the words before it that only make it polite, such as `could you please`. A request of
 * which too little would be left stays as it is.
 */
export const withoutPoliteness = (request: string): string => {
  const bare = request.replace(asking, "")
  return bare.length < 3 ? request : bare
}
