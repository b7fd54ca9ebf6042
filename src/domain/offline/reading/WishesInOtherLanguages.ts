/**
 * Wishes that last, in the languages people type most often beside English. Only forms that are an order or a preference by
 * themselves: `immer` alone is also said of a server that always crashes.
 */

const german: ReadonlyArray<RegExp> = [
  /(?<!\p{L})(?:ab jetzt|ab sofort|von nun an|in Zukunft|künftig)(?!\p{L})/iu,
  /(?<!\p{L})ich (?:bevorzuge|mag keine?n?|(?:möchte|will|hätte gerne?) (?:lieber|immer|nie|keine?n?))(?!\p{L})/iu,
  /^(?:bitte )?(?:immer|nie|niemals) \p{L}/iu,
  /(?<!\p{L})bitte (?:immer|nie|niemals|keine?n?)(?!\p{L})/iu,
  /^(?:bitte )?(?:verwende|benutze?|nutze?|nimm|schreibe?|mache?|füge?|committe|lass) .{0,60}(?:immer|nie|niemals|nur|keine?n?|statt|nicht)(?!\p{L})/iu,
  /(?<!\p{L})(?:wir|ich) (?:verwenden?|benutzen?|nutzen?|schreiben?) .{0,60}(?:immer|nie|nur|keine?n?|statt|nicht)(?!\p{L})/iu,
  /(?<!\p{L})antworte(?:t)? (?:\p{L}{1,12} )?auf \p{L}/iu
]

const romance: ReadonlyArray<RegExp> = [
  /(?<!\p{L})(?:je préfère|je ne veux (?:pas|plus)|à l['’]avenir|désormais|dorénavant|merci de (?:toujours|ne (?:pas|jamais)))(?!\p{L})/iu,
  /(?<!\p{L})(?:toujours (?:utiliser|écrire|lancer)|ne jamais|(?:utilise|écris|lance|réponds)z? (?:toujours|plutôt)|n['’]utilisez? (?:pas|jamais|plus)|réponds?(?:ez)? en \p{L})/iu,
  /(?<!\p{L})(?:prefiero|de ahora en adelante|a partir de ahora|siempre (?:usa|utiliza|ejecuta|escribe|responde)|(?:usa|utiliza|ejecuta|escribe) siempre|nunca (?:uses|utilices|hagas|escribas|borres)|no (?:uses|utilices|añadas|agregues)|responde en \p{L})/iu,
  /(?<!\p{L})(?:prefiro|de agora em diante|sempre (?:use|utilize|escreva|rode|responda)|nunca (?:use|utilize|faça|escreva)|não (?:use|utilize|adicione)|responda em \p{L})/iu,
  /(?<!\p{L})(?:preferisco|d['’]ora in poi|(?:usa|scrivi|esegui|rispondi) sempre|non (?:usare|aggiungere)|mai usare|rispondi in \p{L})/iu
]

const russian: ReadonlyArray<RegExp> = [
  /(?<!\p{L})(?:я )?предпочитаю(?!\p{L})/iu,
  /^(?:пожалуйста,? )?(?:всегда|никогда) \p{L}/iu,
  /(?<!\p{L})(?:впредь|с этого момента|не (?:используй|добавляй|коммить)(?:те)?|отвечай(?:те)? (?:только )?на \p{L})/iu
]

/** Words for one thing at hand, not for all that come. */
const onlyThis = /この|その|これ|それ|这个|那个|这次|今回|이번|이 파일/u

const eastAsian: ReadonlyArray<RegExp> = [
  /(?:今後は|これからは|常に|必ず|毎回).{1,60}(?:ください|ほしい|こと(?:。|$)|使う|使って)|(?:使わ|し)ないで(?:ください|ほしい|ね|。|$)|(?:のほうが|の方が|を)好(?:き|み)|\p{L}語で(?:答え|回答|返答|書い)/u,
  /(?:以后|今后)(?:都|请|不要|别|必须|一律)|(?:请|要)(?:总是|始终|务必)|(?:总是|始终)(?:使用|用|运行)|(?:请)?(?:不要|别)再?(?:使用|用|添加|提交|修改)|我(?:更喜欢|偏好|习惯用)|用\p{L}{1,4}文?(?:回答|回复)/u,
  /앞으로(?:는)? .{1,60}(?:세요|해 ?줘|마)|항상 .{1,60}(?:세요|해 ?줘)|절대(?:로)? .{1,60}(?:마세요|말아|하지 ?마)|\p{L}어로 (?:답|대답)/u
]

/** Letters without which a clause is in none of those languages: looking for them costs less than their rules do. */
const cyrillic = /[\u0400-\u04ff]/
const eastAsianLetter = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/

const says = (rules: ReadonlyArray<RegExp>, clause: string): boolean => rules.some((rule) => rule.test(clause))

/** Whether a clause in another language than English says what somebody wants for good. */
export const isWishInOtherLanguage = (clause: string): boolean =>
  says(german, clause) ||
  says(romance, clause) ||
  (cyrillic.test(clause) && says(russian, clause)) ||
  (eastAsianLetter.test(clause) && !onlyThis.test(clause) && says(eastAsian, clause))
