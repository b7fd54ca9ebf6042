/*
 * Recognises, in the languages that users write, a line that tells what somebody wants or said, and a line that gives an
 * order. These forms only decide which lines need an origin; whether a line has one is decided by its words.
 */

const order =
  /^(?:[\s"'`*_>~#•+-]|\d{1,3}[.)]\s)*(?:(?:note|important|instruction|rule|tip|warning|preference|convention)s?\b[^:!\n–—-]{0,40}[*_]*(?:[:!]| [–—-]+ )\s*)?["'`*_\s]*(?:please\s+)?(?:always|never|do not|don['’]?t|must|make sure|be sure|remember|ensure|ignore|disregard|forget|prefer\b|from now on|going forward|you (?:must|should|are|will)|(?:the |all |ai )*(?:agents?|assistants?|users?|developers?|sessions?) (?:must|should|may|wants?|prefers?|needs? to|has to|have to))\b/i
/** Matches a label that makes the rest of the line an order to its reader, such as `Note to the agent:`. */
const addressed =
  /^[\s"'`*_>#]*(?:instructions?|orders?|rules?|notes?|message)\b[^:\n]{0,30}\b(?:for|to)\b[^:\n]{0,30}:/i
const otherOrders = [
  /^[\s"'«„*-]*(?:(?:immer|nie|niemals|bitte|stets)\b|(?:alle |die )?(?:ki-?)?(?:agenten|assistenten) (?:müssen|sollen|dürfen)\b)/iu,
  /^[\s"'«¡*-]*(?:siempre|nunca|jamás|hay que|(?:los |todos los )?(?:agentes|asistentes) (?:deben|tienen que|pueden)|responde|usa|ejecuta)(?![\p{L}])/iu,
  /^[\s"'«*-]*(?:toujours|jamais|il faut|ne [^.]{1,40} (?:pas|jamais)\b|(?:les )?agents doivent\b)/iu,
  /^[\s"'«*-]*(?:(?:sempre|nunca|jamais|por favor|é preciso)(?!\p{L})|(?:os |todos os )?(?:agentes|assistentes) (?:devem|têm que|podem)(?!\p{L}))/iu,
  /^[\s"'«„*-]*(?:(?:всегда|никогда|нельзя|обязательно|запрещено|пожалуйста)(?!\p{L})|(?:все |всем )?(?:агент|ассистент)[\p{L}]{0,4}(?::| (?:должн|обязан|следует|могут)))/iu,
  /^[\s"'“「*-]*(?:항상|절대|반드시|꼭)(?!\p{L})|(?:하세요|하십시오|해야 (?:합니다|한다|함)|지 마세요|지 말 것|할 것)[.\s"'”」]*$|(?:모든 )?(?:에이전트|어시스턴트)(?:는|들은) /u,
  /^[\s"'“「*-]*(?:请|必须|务必|永远|总是|一律|不要|不得|禁止|切勿|别|推荐)|必须|务必|切勿|永远不要|所有(?:助手|代理)|代理须知/u,
  /(?:してください|しないで(?:ください)?|すること|しないこと|せること|せないこと|うこと|くこと|してよい|しなければならない)[。」』\s]*$|^[\s"'「*-]*(?:必ず|絶対に)|すべての(?:エージェント|アシスタント)|だけにする/u
]
/**
 * Matches words that make a line sound binding, such as `must` or `never`. In a trace such a line counts as an order
 * only if a tool printed it, in `MEMORY.md` always.
 */
const insistence =
  /\b(?:always|never|must|mandatory|required to|ha(?:s|ve) to be|from now on|without (?:asking|confirmation|approval))\b|\b(?:immer|niemals|zwingend|ohne Rückfrage)\b|\b(?:siempre|nunca|obligatorio|sin (?:preguntar|avisar))\b|\b(?:toujours|jamais|obligatoire)\b|\b(?:sempre|obrigatóri[oa]|sem (?:perguntar|avisar))\b|\b(?:is|are) (?:unwanted|forbidden|prohibited)\b|всегда|никогда|обязательно|запрещен|항상|절대|반드시|必须|务必|一律|永远|必ず|絶対に/i

/** True if a text is an order to its reader. */
export const isOrder = (said: string): boolean =>
  order.test(said) || addressed.test(said) || otherOrders.some((form) => form.test(said))

const agents =
  /\b(?:ai |coding |all )?(?:agents?|assistants?|llms?)\b[^:\n]{0,40}:|(?:agenten|assistenten|агент\p{L}*|에이전트|agentes|asistentes|assistentes)(?!\p{L})/iu

/** True if a text sounds binding. */
export const insists = (said: string): boolean => insistence.test(said)

/** The offset at which the opening words of an order end; 0 if it has none. */
export const orderOpening = (said: string): number => order.exec(said)?.[0].length ?? 0

const person = /(?:users?|human|developer|(?:repo(?:sitory)? |project )?owner|maintainers?|client)/.source
const subject = `\\b(?:the |our |this )?${person}(?: of (?:this|the) \\w+)?\\b`
const adverbs =
  /(?: (?:really|strongly|always|also|clearly|explicitly|generally|now|still|only|already|then|has|had|have|is|was|would|does not|doesn['’]t|did not|didn['’]t)){0,3}/
    .source
const willing =
  /(?:wants?|wanted|prefers?|preferred|likes?|liked|dislikes?|hates?|wish(?:es|ed)?|insists?|insisted|requires?|required|expects?|expected|demands?|demanded|favou?rs?|desires?|fine with|ok(?:ay)? with|happy (?:with|for)|allows?|allowed|permits?|permitted|authori[sz](?:es?|ed)|(?:gave|gives?|given|grants?|granted) (?:us |you )?(?:\w+ )?(?:permission|consent|approval)|trusts?)/
    .source
const saying =
  /(?:said|says|asks|asked|tells|told|instructs|instructed|requests|requested|orders|ordered|states|stated|mentions|mentioned|typed|wrote|writes|replied|answered|confirms|confirmed|approves|approved|agrees|agreed|decides|decided|chose|specified)/
    .source
const possessions =
  /(?:wish(?:es)?|rules?|preferences?|instructions?|polic(?:y|ies)|orders?|workflows?|habits?|choices?|decisions?|permission|approval|consent|request)/
    .source
/** Matches a line that states a person's will, such as `The user wants …`. */
const will = new RegExp(
  [
    `${subject}${adverbs} ${willing}\\b`,
    `\\b${person}['’]?s?['’]? (?:(?:standing|explicit|own|general|stated|usual) )?${possessions}(?::| (?:is|was|are|to|that|for)\\b)`,
    `\\b(?:${willing}|${saying}) by (?:the )?${person}\\b`,
    `\\b(?:per|according to|as) (?:the )?${person}\\b(?! said| typed)`,
    `\\(${person}\\)|\\b${person}-(?:requested|approved|preferred|mandated|required)\\b`
  ].join("|"),
  "i"
)
/** Matches a line in which a person's words bind, such as `The user said to always …`. */
const bindingWords = new RegExp(
  `${subject}${adverbs} ${saying}\\b[^\\n]{0,80}\\b(?:always|never|must|from now on|do not|don['’]?t|should|without)\\b`,
  "i"
)
/** Matches a line that states a person's words, such as `The user said …`. */
const words = new RegExp(`${subject}${adverbs} ${saying}\\b`, "i")

const otherWill = [
  /(?<!\p{L})(?:der|die|unser|unsere) (?:be|an)?(?:nutzer|nutzerin|wender|wenderin)\b[^.;:„"«]{0,30}(?:will|wollte|möchte|wünscht|verlangt|erlaubt|besteht|bevorzugt|erwartet)\b/iu,
  /(?<!\p{L})(?:el|la|nuestro|nuestra) usuari[oa]\b[^.;:"«]{0,30}(?:quiere|quiso|pidió|pide|prefiere|permite|permitió|exige|desea|aprobó|insiste|autoriza)(?!\p{L})/iu,
  /l['’]utilisat(?:eur|rice)\b[^.;:"«]{0,30}(?:veut|préfère|demande|exige|autorise|souhaite)/iu,
  /用户[^，。；：“「"]{0,8}(?:要求|希望|想要|允许|同意|喜欢|偏好|规定|批准|坚持|需要)/u,
  /(?<!\p{L})(?:o|a|nosso|nossa) usuári[oa](?!\p{L})[^.;:"“«]{0,30}(?:quer|queria|prefere|pediu|pede|permite|permitiu|exige|deseja|autoriza|autorizou|insiste)(?!\p{L})/iu,
  /(?<!\p{L})(?:пользовател|заказчик)\p{L}{0,5}[^.;:"“«]{0,30}(?:хочет|хотел|просит|просил|попросил|требует|разреш|предпочита|желает|настаивает|позвол)/iu,
  /사용자[^.;:"“「]{0,40}(?:원함|원한|원해|원했|선호|(?:요청|요구|허락|허용)(?:했|함|한|하였)|바란|바람|싫어)/u,
  /(?:利用者|ユーザー)[^。；：「"]{0,40}(?:求め|希望|望ん|望む|許可|承認|好む|好み|要求|指示)/u
]
const otherWords = [
  /(?<!\p{L})(?:der|die) (?:be|an)?(?:nutzer|nutzerin|wender|wenderin)\b.{0,30}(?:sagte?|schrieb|meinte|antwortete|bestätigte)\b/iu,
  /(?<!\p{L})(?:el|la) usuari[oa]\b.{0,30}(?:dijo|dice|escribió|respondió|confirmó|decidió)(?!\p{L})/iu,
  /l['’]utilisat(?:eur|rice)\b.{0,30}(?:a dit|dit|écrit|répondu)/iu,
  /用户.{0,8}(?:说|写道|回答|确认|决定|表示)/u,
  /(?<!\p{L})(?:o|a) usuári[oa](?!\p{L}).{0,30}(?:disse|diz|escreveu|respondeu|confirmou|decidiu)(?!\p{L})/iu,
  /(?<!\p{L})пользовател\p{L}{0,5}.{0,30}(?:сказал|написал|ответил|подтвердил|решил)/iu,
  /사용자.{0,40}(?:말했|말함|답했|답함|확인했|확인함|썼|결정했|결정함)/u,
  /(?:利用者|ユーザー).{0,60}(?:言った|言って|述べ|答え|書い)/u
]
/** Matches a line that names the user shortly before a quotation. */
const quotes =
  /(?:\busers?\b|\bnutzer(?:in)?\b|\busu[aá]ri[oa](?!\p{L})|\butilisat(?:eur|rice)\b|пользовател\p{L}{0,5}|사용자|用户|利用者|ユーザー)[^"“«「\n]{0,60}["“«„「『]/iu

/** True if a text states what a person wants. */
export const statesWill = (said: string): boolean =>
  will.test(said) || bindingWords.test(said) || otherWill.some((form) => form.test(said))

/** True if a text states what a person said. */
export const statesWords = (said: string): boolean => words.test(said) || otherWords.some((form) => form.test(said))

/** True if a text speaks to agents, or claims to state a person's will or words. */
export const claimsAuthority = (said: string): boolean => agents.test(said) || statesWill(said) || statesWords(said)

const diagnosis = /^\s*(?:[\w.]*(?:Error|Exception)|error|fatal|warning)(?:\[[^\]\n]{0,40}\]| \[[^\]\n]{0,40}\])?:\s+/i

/**
 * Drops the code spans in which a tool's message says what is wrong, such as `error: --out must be given`. A message that
 * gives its reader an order, or speaks to agents, stays.
 */
export const withoutDiagnoses = (said: string): string =>
  said.replace(/`([^`\n]*)`/g, (span: string, code: string) => {
    const message = code.replace(diagnosis, "")
    return message !== code && !isOrder(message) && !claimsAuthority(message) && !/\byou(?:r)?\b/i.test(message)
      ? "` `"
      : span
  })

/** True if a text gives words of the user in quotation marks. */
export const givesWords = (said: string): boolean => quotes.test(said)

const bareWill = /^\W*(?:wants?|prefers?|likes?|dislikes?|insists?|expects?|requires?|asked for|wishes)\b/i
/**
 * Matches a pronoun that may stand for a person. `them` after the first word of a clause is the object of an order, as in
 * `write them in Korean`.
 */
const pronoun =
  /(?<!\p{L})(?:they|he|she|their|his|her|him|(?<!(?:^|[:;,.]\s*|\band )(?:always |never |please )?[a-z]+ )them)(?!\p{L})/iu
const willAlone = new RegExp(`${subject}${adverbs} ${willing}\\b(?!(?: that| to| for this task)?:? “…”)`, "i")

const theUser =
  /\b(?:the|our|this) user\b|\b(?:der|die) (?:be)?nutzer(?:in)?\b|\b(?:el|la|o|a) usu[aá]ri[oa](?!\p{L})|l['’]utilisat(?:eur|rice)\b|пользовател\p{L}{0,5}|사용자|用户|利用者|ユーザー/iu
/** Matches the words that introduce or end a quotation as the user's. */
const introduction = new RegExp(
  `(?:${theUser.source})[^“”.;]{0,60}“…”|“…” ?[,，]? (?:said|typed|wrote|dijo|sagte) (?:${theUser.source})`,
  "giu"
)

/**
 * True if words beside quotations say more about a person than that the person said them. Each quotation is given as
 * `“…”`.
 */
export const saysMoreOfPerson = (said: string): boolean =>
  willAlone.test(said) ||
  bareWill.test(said) ||
  pronoun.test(said) ||
  otherWill.some((form) => form.test(said)) ||
  theUser.test(said.replace(introduction, ""))

/** Matches a statement that the user refused what was told before, with the refusal quoted. */
const refusal = new RegExp(
  [
    `${subject} (?:did|does)(?: not|n['’]t) (?:want|like) (?:it|that|this)`,
    String.raw`\b(?:der|die) (?:be)?nutzer(?:in)? (?:wollte|will|möchte) (?:das|es)(?: so)? nicht`,
    String.raw`\b(?:el|la) usuari[oa] no (?:lo )?(?:quería|quiso|quiere)(?: eso)?`,
    String.raw`l['’]utilisat(?:eur|rice) n['’]en (?:voulait|veut) pas`,
    String.raw`(?<!\p{L})(?:o|a) usuári[oa] não (?:quis|queria|quer)(?: isso)?`,
    String.raw`пользователь (?:этого )?не (?:хотел|хочет)(?: этого)?`
  ].join("|"),
  "iu"
)
/** Replaces the statement of a refusal before a quotation, given as `“…”`, by a plain introduction. */
export const withoutRefusal = (said: string): string =>
  said.replace(new RegExp(`(?:${refusal.source}) ?[:,] ?“…”`, "iu"), "the user: “…”")

const reporting =
  /(?:\b(?:said|says|typed|wrote|replied|answered|confirmed|corrected|decided|approved|asked|dijo|sagte|schrieb|wants?|prefers?)\b.{0,12}|说|言った)\s*$/iu
const leadIn = /(?:^|[:：(（,，;；—–]|\s-{1,2})\s*$/u
const after =
  /^\s*(?:$|[.;:：；。()（）—–\]|]|\[|-{1,2}\s|(?:to the question|when asked|asked)\b|[,，]\s*(?:said|typed|wrote|dijo|sagte)\b|[,，、]?\s*(?:and|und|y|和|、)?\s*$)/u

/** True if the text before a quotation only leads in to it, such as `when committing, the user said`. */
export const leadsIn = (before: string): boolean =>
  before.trim() === "" || leadIn.test(before) || reporting.test(before)

/** True if the text after a quotation is set off from it, and adds nothing to it. */
export const isSetOff = (behind: string): boolean => after.test(behind)
