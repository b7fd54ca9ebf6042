import { isGreeting as greets } from "../../text/Greetings.js"
import { oneLine } from "../writing/Wording.js"

/** The meaning of a user's message for the work before it. */
export interface UserWord {
  /**
   * The judgement in the message. `approves`: the work was right. `rejects`: it was wrong, or must be done differently.
   * `consents`: the assistant's proposal may be carried out. `drops`: the work is no longer wanted. `neither`: the
   * message does not judge the work before it.
   */
  readonly stance: "approves" | "rejects" | "consents" | "drops" | "neither"
  /** True if the message continues the task before it; else it starts one. */
  readonly continues: boolean
  /** True if the message is only a greeting. */
  readonly isGreeting: boolean
}

const thanks =
  /^(?:(?:ok(?:ay)?|great|perfect|nice|cool|awesome|excellent|yes|good|super)[\s,!.]{1,4})?(?:thanks?|thank you|thx|ty|cheers|merci|danke|gracias|obrigad[oa]|grazie|спасибо|ありがとう(?:ございます)?|谢谢|감사합니다)(?![\p{L}])/iu
const emoji = /^(?:[👍👌🙏🙌🎉💯✅🚀😊😄🥳]|❤)[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F\s!.]{0,20}$/u
const praise =
  /^(?:(?:that(?:'s| is)|it(?:'s| is)|this is|all|looks?|very|so)\s)?(?:great|perfect|nice|awesome|excellent|lgtm|looks? (?:good|great|right|fine)|well done|good (?:job|work)|amazing|brilliant|fantastic|wonderful|exactly|what I (?:wanted|expected|meant|needed|asked for)|good(?=$|\s{0,2}[,.!])|no problem|super|genau|parfait|perfecto|genial)\b/iu
const works =
  /^(?:(?:yes|ok|great)[\s,!.]{1,4})?(?:(?:that|it|this|everything)(?: all)? )?(?:(?:now )?works?|worked|is working|fixed it|did it|solved it|passes|is fixed)(?: now| fine| great| perfectly| well)?\b(?! (?:on|for|in) )/iu
/** Matches a sentence that only repeats praise, such as `exactly what I wanted`. */
const asWanted =
  /^(?:(?:that(?:'s| is)|this is|it(?:'s| is)) )?(?:exactly |just )?what I (?:wanted|expected|meant|needed|asked for)[.!]*$/iu
const lookingGood =
  /^(?:the )?(?:plan|approach|design|proposal|idea)? ?(?:looks|sounds|seems) (?:good|great|fine|right)\b/iu

/** Matches words of consent that count at the beginning of any message. */
const consent =
  /^(?:yes|yep|yeah|yup|sure|go ahead|go for it|do it|do that|do so|please do(?! not)|proceed|approved|agreed|confirmed|sounds good|carry on|keep going|continue|jawohl|oui|sí|давай|はい|お願いします|好的|可以|네|d'accord|mach das)(?=$|[\s,.!;:。、])/iu
/** Matches words of consent that count only if no other order follows, such as `ok`. */
const filler =
  /^(?:ok(?:ay)?|k|alright|all right|fine|right|correct|go|go on|next|ja|si|sim|да|vale|weiter|cool)(?=$|[,.!;:。、]|\s(?:then|please)\b)/iu
const plan =
  /^(?:please )?(?:implement|execute|apply|do|use|follow|go (?:ahead )?with|start(?: with)?)(?: (?:this|the|that|your|both))(?: \w{1,20})? ?(?:plan|proposal|suggestions?|changes?|fix(?:es)?|option|recommendations?|idea|steps?)\b/iu

const rejection =
  /^(?:no(?=$|[\s,.!;:])(?! problem| worries| need)|nope|nah\b|wrong\b|incorrect|not (?:quite|what|like|that|yet)\b|that(?:'s| is|s) (?:not|wrong|incorrect)|(?:that|this|it) (?:still|does ?n[o']t|doesn't|is(?: not|n't)|did ?n[o']t|didn't|keeps|broke)\b|(?:\w{1,20} ){0,4}still (?:\w{1,20} )?(?:fail|broken|wrong|not|get|error|see|happen|doesn)|(?:doesn'?t|does not|didn'?t) (?:work|help|fix)|undo\b|revert\b|roll ?back\b|stop(?=$|[,.!]| (?:that|it|doing|adding|using))|i (?:said|told you|meant|asked|didn'?t (?:ask|mean|want))\b|you (?:forgot|missed|broke|didn'?t|did not|should(?:n't| not))\b|why did you\b|never ?mind\b|use \S{1,40},? (?:and )?not\b|actually\b|wait(?=$|[,.!])|hold on\b|hmm|nein\b|non(?=$|[\s,.!])|いいえ|違います|不对|不是|아니)/iu
/**
 * Matches complaints that something still fails; `manner` matches orders that only say how to work, such as `don't use
 * mocks`.
 */
const complaint =
  /^(?:(?:but|now|hmm|well|ok)[\s,]{1,3}){0,2}(?:(?:it|that|this)\b.{0,30}\b(?:fails?|crash\w{0,4}|breaks?|errors?|is broken|not working)\b|i(?:'m| am)? (?:now |still )?get(?:ting)? (?:an?|this|the|another|same) .{0,20}error\b)/iu
const manner =
  /^(?:(?:please|also|and|btw|by the way|oh|ps|note)[\s,:]{1,3}){0,3}(?:don'?t|do not|never|always|avoid|stop \w{2,20}ing|i prefer|i (?:really )?(?:like|hate|dislike)|i don'?t (?:want|like))\b(?:[^.!?]|\.(?=\S)){0,160}[.!]?$/iu
const instead = /^.{0,120}\binstead(?:[.!]|$| of\b)/iu

/** Matches a message that gives up what was asked for, in common languages. */
const dropping =
  /^(?:(?:oh|ok(?:ay)?|well|then|no|ah|bon|ben|na|tja|gut|bueno|bom|beh|va bene|fine|alright|tant pis|dommage|schade|lástima|pena|peccato|жаль)[\s,!.;:]{1,4}){0,3}(?:never ?mind|forget (?:about )?(?:it|that|this)|(?:let'?s )?(?:drop|skip|leave) (?:it|that|this)(?: (?:then|be|alone|for now))?|let it (?:go|be)|don'?t bother|not worth it|tant pis|laiss(?:e|ez|ons)(?: (?:tomber|ça))+|oublie(?:z)?(?: ça)?|lass (?:es|das|gut sein|sein|stecken)|lassen (?:wir|sie) (?:es|das)|vergiss (?:es|das)|egal|d[eé]ja(?:lo|dlo)|d[eé]jal[oa] (?:así|estar)|olv[ií]d(?:alo|elo|ate)|no importa|deixa(?: (?:pra|para) lá| assim| isso)?|esquece(?: isso)?|lascia(?:mo)? (?:perdere|stare)|non importa|забудь(?:те)?(?: об этом)?|не надо|неважно|оставь(?:те)?(?: это| так)?|算了|不用了|不必了|もういい(?:です)?|大丈夫です、?もう|やめておきましょう|됐어(?:요)?|괜찮아요)(?![\p{L}])/iu

const pronounOnly = /\b(?:it|that|this|them|those|these|again|both|all of (?:it|them))\b/iu
const closingOrder = /^(?:please )?(?:now )?(?:commit|push|retry|try again|rerun|test it|run the tests?)\b/iu
const questionWord =
  /^(?:and |but |so |also )?(?:why|what|how|when|where|who|which|does|do(?! (?:not|it|that|this|the|so)\b)|did|is|are|was|were|can|could|should|would|will|has|have)\b/iu
const shortQuestion =
  /^(?:why|how so|how come|what do you mean|which one|really|are you sure|sure|and now|what now|what next)[\s?!.]{0,6}$/iu

/** True if a message asks a question, and does not ask for work. */
export const isQuestion = (text: string): boolean => {
  const line = oneLine(text.slice(0, 2_000))
  return /[?？]\s*$/.test(line) || (questionWord.test(line) && !/[.!]\s/.test(line) && line.length < 200)
}

const wordCount = (text: string): number => text.split(" ", 30).filter((word) => word !== "").length

/**
 * Removes the approval or consent at the beginning of a message, and returns the order after it; empty if there is
 * none.
 */
const remainder = (line: string, opening: RegExp): string => {
  const rest = line.replace(opening, "").replace(/^[\s👍🙏😊🎉]+/u, "")
  if (/^(?:so|very|a|for|that|this|it|all|again|you|job|work)\b[^,.!;:。、]{0,60}$/iu.test(rest)) {
    return ""
  }
  const order = rest.replace(/^[^,.!;:。、]{0,30}[,.!;:。、]+\s{0,5}/u, "")
  return asWanted.test(order) ? "" : order
}

/**
 * Reads the meaning of a message for the work before it. `isFirst` is true for the first message of a session, which
 * has no work before it. Only the beginning of the message counts, since people judge the work first.
 */
export const readUserWord = (text: string, isFirst: boolean): UserWord => {
  const line = oneLine(text.slice(0, 1_000))
  const isGreeting = greets(line)
  if (isFirst || isGreeting) {
    return { stance: "neither", continues: !isFirst && isGreeting, isGreeting }
  }
  const isShortOrder = (order: string): boolean =>
    (wordCount(order) <= 5 && pronounOnly.test(order) && !isQuestion(order)) ||
    (wordCount(order) <= 4 && closingOrder.test(order))
  if (lookingGood.test(line)) {
    return { stance: "consents", continues: true, isGreeting }
  }
  const approval = [thanks, praise, works, emoji].find((opening) => opening.test(line))
  if (approval !== undefined) {
    const rest = remainder(line, approval)
    return /^.{0,80}\bbut\b/iu.test(line)
      ? { stance: "rejects", continues: true, isGreeting }
      : { stance: "approves", continues: wordCount(rest) < 3 || isShortOrder(rest), isGreeting }
  }
  if (dropping.test(line) && wordCount(remainder(line, dropping)) < 3) {
    return { stance: "drops", continues: true, isGreeting }
  }
  if (plan.test(line) || consent.test(line)) {
    return { stance: "consents", continues: true, isGreeting }
  }
  const isOtherWay = (instead.test(line) || manner.test(line)) && wordCount(line) < 20 && !isQuestion(line)
  if (rejection.test(line) || complaint.test(line) || isOtherWay) {
    return { stance: "rejects", continues: true, isGreeting }
  }
  if (filler.test(line)) {
    const rest = remainder(line, filler)
    const isOrderOfItsOwn = wordCount(rest) >= 4 && !pronounOnly.test(rest)
    return { stance: isOrderOfItsOwn ? "neither" : "consents", continues: !isOrderOfItsOwn, isGreeting }
  }
  return { stance: "neither", continues: isShortOrder(line) || shortQuestion.test(line), isGreeting }
}
