import { asListed, clausesIn, leadIn, type Preference, readCharacters, wishesIn } from "./Preferences.js"
import type { Asked } from "../reading/Tasks.js"
import { isSteering } from "./TaskWords.js"
import { readUserWord } from "../reading/UserWord.js"
import { ordersToAssistant } from "../../text/OthersWords.js"
import { briefToAssistant } from "../../text/TypedParts.js"
import { requestIn } from "../writing/Titles.js"

/* Finds the user's words on how one task is done, which hold for no other task unless they are said again. */

/**
 * Matches a clause that limits how a task is done, such as `do not touch the tests`, in English or in a script without
 * spaces.
 */
const bound =
  /^(?:please )?(?:do not|don'?t|never|avoid|without|only|must not|keep|leave|make sure|ensure|be sure|no need to|(?:you|we) (?:need not|needn'?t|don'?t (?:have|need) to))\b|\b(?:must(?: not)?|should not|shouldn'?t|may not|has to|have to|at most|at least|no more than|instead of|rather than)\b|\b(?:I|we) (?:don'?t|do not) want\b|(?:不要|(?<![特区类识分级性辨个告差判])别|必须|只能|不准|不许|无需|不需要|しないで|ないで(?:ください|。|$)|する?必要はない|不要です|지 ?마|지 ?말|필요 ?없)/iu

/**
 * Patterns of orders that limit a task, at the start of a clause, in languages other than English. A report such as "le
 * test ne passe pas" does not begin with an order, so it does not match.
 */
const boundInOtherLanguages: ReadonlyArray<RegExp> = [
  /^(?:bitte )?(?:nicht|nur|keine?n?|ohne|kein)(?!\p{L})|^(?:bitte )?(?:lass|lasst|fass|rühr|ändere?|lösche?|nimm|mach) .{0,80}(?<!\p{L})(?:nicht|keine?n?|in Ruhe|so wie)(?!\p{L})|^(?:du|wir) (?:musst|müssen|brauchst|brauchen) .{0,60}(?<!\p{L})(?:nicht|keine?n?)(?!\p{L})/iu,
  /^(?:s['’]il te plaît,? )?(?:ne \p{L}+(?:e|es|ez|s|ds|er|re|ir)|n['’]\p{L}+) (?:\S+ )?(?:pas|jamais|plus|rien)(?!\p{L})|^(?:sans \p{L}+(?:er|ir|re)|pas besoin d|(?:seulement|uniquement) |laisse[sz]? )/iu,
  /^(?:por favor,? )?(?:no (?:hace falta|es necesario|hay que)|no \p{L}+(?:es|as|áis|en|an|e|a)(?!\p{L})|sin \p{L}+r(?!\p{L})|(?:solo|sólo|únicamente) |deja (?!de)|nada de )/iu,
  /^(?:por favor,? )?(?:não (?:precisa|é preciso|é necessário)|não \p{L}+(?:e|a|es|as|am|em)(?!\p{L})|sem \p{L}+r(?!\p{L})|(?:só|somente|apenas) |deixe?(?!\p{L})|nada de )/iu,
  /^(?:пожалуйста,? )?(?:не (?:нужно|надо)|не \p{L}+(?:й|йте|ь|ьте|и|ите)(?!\p{L})|без (?!\p{L}+ (?:не )?\p{L}+(?:ет|ит))\p{L}+|(?:только|лишь) (?!что)|оставь(?:те)?)/iu,
  /^(?:proszę,? )?(?:nie (?:trzeba|musisz)|nie \p{L}+(?:aj|uj|ij|ń|ajcie|ujcie|ób|isz|uszaj|uszcz)(?!\p{L})|bez \p{L}+nia|(?:tylko|jedynie) |zostaw)/iu,
  // An English word such as `time` or `schema` ends like an order of Turkish.
  /(?<!\p{L})(?:gerek yok|(?!\p{L}{0,20}(?:chrome|comma|come|frame|game|home|name|prisma|readme|resume|same|schem[ae]|some|theme|time|volume)$)\p{L}{2,20}m[ae](?:y[ıi]n(?:[ıi]z)?)?)$|^(?:sadece|yalnızca) /iu,
  /^(?:xin |vui lòng )?(?:đừng|không (?:được|cần|nên)|chỉ (?!có)|giữ nguyên)(?!\p{L})/iu
]

/**
 * Matches `for this task`, `just this once` and the like at the start of a clause. They are removed before the clause
 * is tested for a limit.
 */
const forOnce =
  /^(?:(?:just |only )?(?:for|in|on|with) (?:this|the current) (?:one |single )?(?:change|task|pr|pull request|commit|step|round|time|session|branch|fix|feature|run)|(?:just |only )?(?:this once|this time|for now)|diesmal|(?:nur )?dieses Mal|für diese (?:Änderung|Aufgabe)|vorerst|cette fois(?:-ci)?|pour cette (?:fois|tâche)|pour l['’]instant|(?:solo |sólo )?(?:por )?esta vez|por ahora|(?:só |somente |apenas )?desta vez|por enquanto|(?:только )?(?:в|на) этот раз|пока|tym razem|na razie|bu sefer(?:lik)?|şimdilik|lần này|tạm thời)(?!\p{L})[\s,:]{0,3}/iu

/** Matches the place where a clause in a language other than English goes on with a prohibition. */
const furtherBreak =
  /[，、；]\s*(?=(?:但是?|请|并且?|而且)?(?:不要|别|不准|不许|绝不|切勿|无需|不需要|只能|必须|先不))|,\s+(?=(?:und |aber |et |mais |y |pero |e |mas |и |но |i |ale |ve |ama |và |nhưng )?(?:bitte |por favor |пожалуйста |proszę |lütfen )?(?:nicht|keine?n?|nur|ohne|ne|sans|no|sin|não|sem|не|без|nie|bez|tylko|đừng|không|chỉ)\s)/giu

const bare = (clause: string): string =>
  clause
    .replace(leadIn, "")
    .replace(/^(?:und|aber|et|mais|y|pero|e|mas|и|но|i|ale|ve|ama|và|nhưng|也|并且?|但是?) /iu, "")
    .replace(forOnce, "")

const limitsTask = (clause: string): boolean => {
  const order = bare(clause).replace(/[\s.!。！]+$/u, "")
  return bound.test(order) || boundInOtherLanguages.some((rule) => rule.test(order))
}

/** Matches a clause that forbids something, in English. */
const prohibition =
  /^(?:please )?(?:do not|don'?t|never|must not|avoid|without|no (?:new|further|other|additional)|under no circumstances)\s|^(?:please )?(?:leave|keep) .{1,80}\b(?:alone|untouched|unchanged|intact|as (?:it|they) (?:is|are))$|\b(?:must|should|may|shall|can) ?not (?:be|change|touch|break|use|add|edit|depend|modify|remove)\b|\b(?:mustn|shouldn)['’]t\b/i

/**
 * Matches a clause that says what the user would like, such as `we want renovate to group them`. Beside a request it is
 * a wish about how the task is done.
 */
const wanting =
  /^(?:(?:I|we)(?:['’]d| would) (?:also |really )?(?:like|rather|prefer|love)|(?:I|we) (?:also |really |only )?(?:want|prefer|expect|need)(?! to (?:know|understand|see|ask)\b)|ich (?:möchte|will|hätte gerne?)|wir (?:möchten|wollen)|(?:quiero|queremos|me gustaría|quisiera)|(?:je (?:veux|voudrais|souhaite)|on veut|nous voulons)|(?:quero|gostaria)|(?:я )?(?:хочу|хотим|хотелось бы)|(?:chcę|chcemy|chciałbym|chciałabym)|(?:tôi|mình|chúng tôi|chúng ta) muốn)(?!\p{L})|(?<!\p{L})(?:istiyorum|istiyoruz|isterim)[.!]?$|^我(?:们)?(?:想要?|希望|要)|(?:ほしい|欲しい|たい)(?:です)?[。！]?$|(?:원해요?|싶어요?|싶습니다|좋겠어요?|좋겠습니다)[.!]?$/iu

/** Matches an order in a correction of the work, such as `use the Result type`. */
const correcting = /^(?:please )?(?:use|we use|I use|do it with|go with)\s+\S/i

/** Splits a text into clauses, also where a clause in a language other than English goes on with a prohibition. */
const furtherClausesIn = (words: string): ReadonlyArray<string> =>
  clausesIn(words).flatMap((clause) => clause.split(furtherBreak).map((part) => part.trim()))

const wants = (clause: string): boolean => wanting.test(bare(clause))

const forbids = (clause: string): boolean => {
  const order = bare(clause).replace(/[\s.!。！]+$/u, "")
  return prohibition.test(order) || boundInOtherLanguages.some((rule) => rule.test(order))
}

/**
 * Returns the clauses of a message that say how its task is done: limits, and what the user wants beside the request.
 * Of a long brief, only prohibitions and wishes count beyond its first part; the rest describes the work.
 */
const demandsIn = (message: string): ReadonlyArray<string> => {
  const own = furtherClausesIn(ordersToAssistant(message))
  const brief = furtherClausesIn(briefToAssistant(message))
  const request = Math.max(own.length, brief.length) > 1 ? requestIn(message) : message
  const isWanted = (clause: string): boolean => wants(clause) && !request.includes(clause)
  return [
    ...new Set([
      ...own.filter((clause) => limitsTask(clause) || isWanted(clause)),
      ...brief.filter((clause) => forbids(clause) || isWanted(clause))
    ])
  ]
}

/** Returns the orders in a message that corrects the work, without those that only point at a part of it. */
const correctionsIn = (message: string): ReadonlyArray<string> =>
  furtherClausesIn(ordersToAssistant(message)).filter((clause) => correcting.test(bare(clause)) && !isSteering(clause))

/** Lists the user's demands for one task, verbatim. They hold for no other task unless they are said again. */
export const constraintsIn = (requests: ReadonlyArray<Asked>): ReadonlyArray<Preference> =>
  requests.flatMap((request) => {
    const wishes = wishesIn(request).map(asListed)
    const isWish = (text: string): boolean => wishes.some((wish) => wish.includes(text))
    const message = request.text.slice(0, readCharacters)
    const demands = request.word.stance === "rejects" ? correctionsIn(message) : demandsIn(message)
    return request.kind === "answer"
      ? []
      : demands
          .map(asListed)
          .filter((text) => !isWish(text))
          .map((text) => ({ line: request.line, text }))
  })

const unspaced = /[\u3040-\u30ff\u3400-\u9fff]/u

/** The maximum number of remarks that are taken from one task. */
const mostRemarks = 24
const longestRemark = 160
const leastWords = 3
const leastCharacters = 8

const wordsIn = (clause: string): number => clause.split(/\s+/).filter((word) => /\p{L}/u.test(word)).length

const isLongEnough = (clause: string): boolean =>
  unspaced.test(clause)
    ? (clause.match(/[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/gu) ?? []).length >= leastCharacters
    : wordsIn(clause) >= leastWords

/** Matches the names of usual steps at the end of a task, such as `commit`; most languages have borrowed them. */
const usualAct =
  /test|commit|push|merge|deploy|rebase|release|lint|build|\bpr\b|pull request|测试|提交|推送|部署|合并|发布|构建|テスト|コミット|プッシュ|マージ|デプロイ|ビルド|테스트|커밋|푸시|배포|빌드|тест|коммит|пуш|сборк|деплой|prueba|essai|kiểm tra/iu

const askedFor =
  /^(?:please |now |then |also |and |can you |could you )*(?:add|build|bump|change|check|clean|commit|continue|convert|create|debug|delete|deploy|do|document|drop|explain|extract|find|fix|generate|give|go|implement|improve|install|investigate|list|look|make|merge|migrate|move|open|optimi[sz]e|plan|port|proceed|provide|push|read|refactor|release|remove|rename|replace|report|rerun|retry|review|rewrite|run|set up|show|split|start|summari[sz]e|survey|tell|test|try|update|upgrade|verify|write)\b/i

/**
 * True if a clause is a plain request, such as `run the tests`. It belongs to its task alone, however often it is said.
 */
const isPlainRequest = (clause: string): boolean =>
  askedFor.test(clause.replace(leadIn, "")) ||
  (usualAct.test(clause) && (unspaced.test(clause) ? clause.length <= 12 : wordsIn(clause) <= 4))

/**
 * Lists the clauses beside a request that no rule recognises. Wishes among them cannot be told from remarks, so they
 * count only if the user says one again beside another request.
 */
export const remarksBeside = (requests: ReadonlyArray<Asked>): ReadonlyArray<Preference> =>
  requests
    .filter(({ kind, word }) => kind === "typed" && word.stance === "neither" && !word.isGreeting)
    .flatMap(({ line, text }) => {
      const message = text.slice(0, readCharacters)
      const clauses = clausesIn(ordersToAssistant(message))
      const request = requestIn(message)
      return clauses
        .filter(
          (clause) =>
            clauses.length > 1 &&
            clause.length <= longestRemark &&
            !request.includes(clause) &&
            isLongEnough(clause) &&
            !isPlainRequest(clause) &&
            readUserWord(clause, false).stance === "neither"
        )
        .map((clause) => ({ line, text: asListed(clause) }))
    })
    .slice(0, mostRemarks)
