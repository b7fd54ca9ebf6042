import { holdsSecret } from "../judging/Secrets.js"
import { isPassing } from "./PassingWords.js"
import { isAboutStandingMatter } from "./StandingMatters.js"
import type { Asked } from "../reading/Tasks.js"
import { isOfTaskAlone } from "./TaskWords.js"
import { isQuestion } from "../reading/UserWord.js"
import { isWishInOtherLanguage } from "./WishesInOtherLanguages.js"
import { ordersToAssistant } from "../../text/OthersWords.js"
import { plainLine, sentencesOf } from "../writing/Wording.js"

/** A wish of the user that holds beyond its task, in the user's own words. */
export interface Preference {
  readonly line: number
  readonly text: string
}

/** The maximum number of preferences that are taken from one session; more of them are a specification. */
const mostPreferences = 8

/** Patterns of words that make a wish hold beyond its task, such as `from now on`. */
const lasting: ReadonlyArray<RegExp> = [
  /\bI(?:'d| would)? (?:strongly |really |generally |usually |always )?prefer\b/i,
  /\bmy preference is\b/i,
  /\b(?:from now on|going forward|(?:in|for) (?:the )?future|for future reference|as a rule|by default,? (?:always|use|we|I))\b/i,
  /\b(?:in|for) (?:this|our|my|the whole) (?:repo(?:sitory)?|project|codebase|team|code|fork|monorepo|workspace|package|crate|module|service|app|library)\b.{0,20}\b(?:I|we|use|always|never|prefer|don'?t|do not|keep|avoid)\b/i,
  /\bI want (?:all|every|each) (?:of )?(?:the |our |my )?(?:\w+ )?(?:dates?|times?|timestamps?|names?|identifiers?|commits?|messages?|comments?|docstrings?|branch(?:es)?|files?|functions?|types?|strings?|errors?|logs?|amounts?|prices?|paths?|answers?|variables?|classes|components?|tests?|queries|headings?|titles?|imports?|columns?|tables?|endpoints?) (?:as|in|written|named|formatted|to be (?:in|written|named)|to (?:start|begin|use|have|follow|stay))\b/i,
  /\bI (?:always|never) (?:want|use|write|commit|like|need)\b/i,
  /\bI (?:don'?t|do not|never) (?:want|like) (?:you to |to see |any )?(?!this\b|that\b|it\b|to\b|the\b|an?\b|my\b)/i,
  /\bI (?:like|love|hate|dislike) (?!this\b|that\b|it\b|the\b|how\b|what\b|your\b|to (?:know|see|add|have))/i,
  /\b(?:we|you should|you must|you to|please|also|and) (?:always|never)\b/i,
  /\bwe (?:don'?t|do not|only) (?:use|write|want|commit|allow|mock|add|put|like|do)\b/i,
  /^(?:this|our) (?:project|repo(?:sitory)?|codebase|team) (?:uses|targets|follows|sticks to)\b/i,
  /\bI(?:'d| would) rather (?:you |we |have |not )(?!the\b|this\b|that\b)/i,
  /\b(?:I|we)(?:'d| would) like (?:you |us )?to (?:always|never)\b/i,
  /^(?:please )?(?:use|only use|keep|prefer|avoid|stick to|follow|don'?t|do not)\b.{3,100}\b(?:in|for|across|throughout) (?:this|our|the whole) (?:repo(?:sitory)?|project|codebase|monorepo)$/i,
  /^(?:please )?(?:name|call|use|write|put|store|format|keep) \S.{0,80}, (?:never|always) \S/i,
  /\bI (?:feel|find|think|believe)\b.{0,80}\b(?:instead of|rather than|over) .{0,60}\bis (?:better|nicer|cleaner|preferable)\b/i,
  /^(?:in|for|inside|within|under) [`"']?[\w@][\w@./-]{0,60}[`"']?(?: (?:repo(?:sitory)?|project|package|folder|directory))?,? (?:please )?(?:(?:always|never) (?!\w+s\b)|(?:we|you) (?:always|never|only|don'?t|do not) |only use |don'?t use |do not use )\w/i,
  /^(?:we|I)(?:'ve| have)? (?:already )?(?:decided|agreed|chose|chosen|settled)(?: on| to| that we)? (?:to )?(?:keep|keeping|use|using|stay|staying|stick|sticking|never|not|no longer|avoid)\b(?!.{0,160},? so (?:please )?(?!don'?t|do not|never|no |avoid|stop|keep|always|we )\w)/i,
  /^we(?:'re| are) (?:staying|sticking) with \w/i,
  /\b(?:don'?t|do not|stop|never|no need to) (?:ever |keep )?(?:suggest|propos|recommend|bring(?:ing)? up|ask(?:ing)?(?: me| us)?(?: about)?|mention)\w* (?!this|that|it\b|them).{0,120}\b(?:again|any ?more|ever|every time|each time)$/i,
  /^(?!the (?:request|response|cursor|error|process|server|page|build|test)\b)(?:the |our |all )?(?:[\w-]+ ){1,4}(?:always|only) (?:goes?|belongs?|lives?|stays?) (?:in|into|under|inside) (?:[`"']?[\w.-]*\/|the [\w-]+ (?:folder|directory|package|module|layer)\b)/i,
  /^(?:in general|generally),? (?:please )?(?:prefer|use|avoid|write|keep|favou?r|don'?t|do not)\b/i,
  /^next time,? (?:please )?(?:(?:always|never|first|don'?t|do not|run|ask|check|test|use|write|read|start|commit|keep)\b)/i,
  /^(?:please )?(?:forget|scrap|never ?mind)(?: about)? (?:the|that|my|our) [`"']?[\w@./+-]{1,40}[`"']?(?: only)? (?:rule|wish|preference|convention|policy)(?=[,.;!]|$)/i,
  /^[`"']?[\w@./+-]{1,40}[`"']? (?:is|are) (?:fine|ok|okay|allowed|welcome) again\b/i,
  /^by default,? (?:please )?(?:use|write|run|add|put|keep|answer|name|format|log|store|target|prefer|create)\b/i,
  /\b(?:for|in) all (?:future|further|later|other) (?:work|tasks?|sessions?|changes|commits|projects|prs?|code)\b/i,
  /^(?:it(?:'s| is) (?:very |really )?(?:important|essential|crucial|vital) (?:to me )?that (?:you|we) |(?:you|we) must )(?:always|never)\b/i,
  /^(?:please )?(?:ask|answer|reply|respond|tell|warn|check|show|write|speak|run|use|keep|put|add|name|format|commit|sign|squash|quote|cite)\b.{3,100}, (?:please,? )?(?:always|every time|each time|in general|as a rule)(?:,? please)?$/i,
  /^(?:please )?use (?:the |our )(?:[\w-]+ ){1,2}(?:commands|scripts|tasks|targets|recipes|wrappers?|conventions)(?: instead| please)?$/i
]

/** Patterns of orders that hold for every task when they begin a clause, such as `never commit …`. */
const standing: ReadonlyArray<RegExp> = [
  /^(?:always|never)\s+(?!mind\b|(?:show|hide|display|render|highlight|redirect|scroll|animate|enable|disable) (?!me\b|your\b|us\b))\w/i,
  /^(?:no|no more|skip the|without) (?:trailing |extra |unnecessary |long |final |inline |code )?(?:summar|comment|emoji|explanation|preamble|apolog|filler|docstring|semicolon|default export|mock|abbreviation|trailing)/i,
  /^(?:don'?t|do not|stop|avoid) (?:ever )?(?:use|using|commit|committing|push|pushing|add|adding|open|opening|write|writing|touch|touching|install|installing|ask|asking|mock|mocking|rename|explain|explaining|summari[sz]e|summari[sz]ing|put|leave|amend|rebase|force|publish|deploy|include|including|create|creating|generate|reformat|suggest|apologi[sz]|repeat|hard-?code|skip|restate|invent|guess|sign|squash|disable|swallow)/i,
  /^(?:don'?t|do not|never) (?:ever )?(?:start|run|launch|restart|kill|spawn|open) (?:the |a |an |any |my |up )*(?:dev(?:elopment)? |local |preview |web |whole |full |entire |test )*(?:servers?|watch(?:er|ers| mode)?|docker|containers?|daemons?|browsers?|emulators?|simulators?|(?:test )?suite|migrations?)\b/i,
  /^no (?:new|more|extra|additional|external|third-party|other) (?:dependenc|package|librar|framework|tool|abstraction|file)/i,
  /^prefer(?:ably)? \w/i,
  /^(?:keep|make) (?:answers|responses|replies|commits|messages|explanations|functions|the answers) (?:short|brief|concise|small|simple|terse)\b/i,
  /^remember (?:that |to (?:always|never) )/i,
  /^(?:whenever|each time|every time) you\b/i,
  /^(?:before|after) (?:you |each |every |any )(?:commit|push|merg|chang|edit|releas|deploy|finish|say)/i,
  /^make sure (?:that )?(?:you |to |we )?(?:always|never)\b/i,
  /^use (?:conventional commits|tabs|spaces|(?:two|four|\d) spaces|(?:single|double) quotes|semicolons|(?:british|american|us|uk) (?:english|spelling))\b/i,
  /^(?:all |our |your )?(?:commit messages|branch names|code comments|docstrings|variable names|test names|pr (?:titles|descriptions)) (?:must|should|are to|start|stay)\b/i,
  /^(?:please )?(?:answer|reply|respond|write|speak) (?:only |always )?in (?:english|german|french|spanish|japanese|chinese|italian|portuguese|russian|korean|deutsch)\b/i
]

/** Patterns of choices between two alternatives, such as `tabs, not spaces`. A choice holds for later tasks too. */
const choices: ReadonlyArray<RegExp> = [
  /^(?:we |I )?use \S.{0,80}?,? (?:and )?not \S/i,
  /^(?:(?:we|I) use|use (?!the\b|that\b|this\b|an?\b|my\b|your\b|it\b)) ?\S.{0,80}? (?:instead of|rather than|over) (?!the\b|that\b|this\b|it\b)\S/i,
  /^\S{1,40} over \S{1,40}$/i,
  /^(?!this\b|his\b|yes\b|\w+ss\b)[a-z]{3,20}s,? (?:and )?not (?!yes\b|this\b|\w+ss\b)[a-z]{3,20}s(?: here| please)?$/i,
  /^(?:p?npm|yarn|bun|deno|node|uv|pip|poetry|conda|cargo|make|just|gradle|maven|[a-z]+(?:[A-Z]\w+)+|[a-z]+(?:[_-][a-z]+)*[_-]case|(?:single|double) quotes),? (?:and )?not (?:p?npm|yarn|bun|deno|node|uv|pip|poetry|conda|cargo|make|just|gradle|maven|[a-z]+(?:[A-Z]\w+)+|[a-z]+(?:[_-][a-z]+)*[_-]case|(?:single|double) quotes)(?: here| please)?$/
]

/**
 * Matches the prohibition of a thing in a place, such as `no callbacks in models`. It counts only in a message that
 * rejects the assistant's work.
 */
const bans = /^no \w+s in (?:the |our |any )?\w+s$/i

const onlyNow =
  /\bin (?:a|an|another|the|its own) (?:new |separate |different |follow-?up |next |own |same )+(?:pr|pull request|merge request|mr|branch|commit)\b|\b(?:I|we) (?:don'?t|do not) (?:want|like|need)\b[^.!?]{0,160}[,;:]\s*(?:so |please |just |then |and )*(?:remove|delete|drop|revert|undo|take|get rid of|rip|strip|kill)\b|\b(?:for now|this time|right now|just this once|in this (?:task|session|change|commit|pr|step)|yet|until I say|before I|anything (?:yet|else)|(?:the|this|these) (?:file|plan|task|step)s?)\b|^(?:please )?(?:don'?t|do not) (?:open|create|make|submit|send|push|publish|cut) (?:a|an|the|another) (?:new )?(?:pr|pull request|merge request|issue|branch|commit|release|tag)\b(?! (?:without|unless|before|when|if))|^(?:don'?t|do not) touch \S{0,80}\.\w|^(?:don'?t|do not) (?:use|add|create|write|open|touch|include) (?:it|that|this|them)\b/i

/** Matches words of duration, with which a ban holds for every task. */
const duration =
  /\b(?:never|always|ever|from now on|going forward|in (?:the )?future|any ?more|again|every|each|whenever|unless|without|before|when|by default|as a rule)\b/i

/**
 * Patterns of bans on one act within the task, which hold for it alone without a word of {@link duration}: to show
 * something that is there, or to do anything but the work that the same clause orders.
 */
const oneOff: ReadonlyArray<RegExp> = [
  /^(?:please )?(?:don'?t|do not) (?:open|show|display|launch) (?:up )?(?:the|this|that|my|your|a|an) (?:\w+ )?(?:browser|page|tab|window|editor|preview|file|link|url|diff|app|report)\b/i,
  /^(?:please )?(?:don'?t|do not|stop|no) \S.{0,80}[,;:–—-] ?(?:and |but |please )*(?:just|simply) \w+/i
]

const forbids = /^(?:please )?(?:don'?t|do not|stop|no)\b/i
const ordersOnly = /^(?:please |and |but )*(?:just|simply) \w/i

/** True if a clause bans an act within the task. The next clause may order the work instead: `don't ask. Just fix it`. */
const isOneOff = (clause: string, next: string): boolean =>
  !duration.test(clause) &&
  (oneOff.some((rule) => rule.test(clause)) || (forbids.test(clause) && ordersOnly.test(next)))

/** Matches words before an order that say nothing about it, such as `ok, please`. */
export const leadIn =
  /^(?:(?:no|nope|wrong|ok(?:ay)?|yes|please|and|but|also|so|then|btw|by the way|that'?s wrong|that is wrong|not like that|thanks|actually|remember|fyi|oh|hey|well|sorry|ps|p\.s\.|nb|important|note|reminder)\b(?! (?:more|trailing|extra|unnecessary|long|final|inline|code|new|other|external|additional|third-party|dependenc|librar|framework|that|to|summar|comment|emoji|explanation|preamble|semicolon|docstring))[\s,:;.!–—-]{0,6})+/i

/** Matches a reminder such as `as I said before`, which is removed from the wish after it. */
const saidBefore =
  /^(?:as|like) I (?:already |have )?(?:said|told you|mentioned|wrote)(?: before| already| earlier)?[\s,:]+/i

const clauseBreak =
  /\s*[;–—]\s+|,\s+(?=(?:and |but |also )?(?:please\b|no\b|(?:never|always) \S+ \S|don'?t\b|do not\b|I prefer\b|use\b|avoid\b|prefer\b))|\s+(?:and|but)\s+(?=(?:please\b|never\b|always\b|don'?t\b|do not\b|I prefer\b|avoid\b))/gi

/**
 * Matches a clause about something that only the clause before it names, such as `never edit them`. It is not split
 * off.
 */
const referring = /^(?:and |but |also |please |always |never |don'?t |do not )*\w+ (?:them|it|those|these|that|this)\b/i

/** Matches the condition at the beginning of a sentence, which belongs to the wish after it. */
const condition =
  /^(?:(?:and|but|so|also|please|ok(?:ay)?),? )*(?:while|when|whenever|if|unless|until|once|as long as|during|before|after|solange|wenn|falls|während|bis|sobald|si|quand|lorsque|tant que|pendant|cuando|mientras|se|quando|enquanto|mentre|finché|если|когда|пока|jeśli|gdy|kiedy|dopóki)(?!\p{L})[^,;]{1,120}$/iu

/** Matches a condition on the work of the assistant. The wish after it holds whenever the condition does. */
const ownCondition =
  /^(?:when(?:ever)?|if|before|after|once|unless|every time|each time) (?:you|we|I|there|in doubt|unsure)\b[^,;]{1,100}, (?:then )?/i

/** True if a sentence gives an order under a condition, although it begins like a question: `when you commit, sign`. */
const isConditioned = (sentence: string): boolean => ownCondition.test(sentence) && !/[?？]\s*$/.test(sentence)

/** Splits a sentence into clauses. Each contains at most one wish and can be understood alone. */
const clausesOf = (sentence: string): ReadonlyArray<string> => {
  const breaks = Array.from(sentence.matchAll(clauseBreak)).filter(
    (found) =>
      !referring.test(sentence.slice(found.index + found[0].length)) && !condition.test(sentence.slice(0, found.index))
  )
  return [...breaks, undefined].flatMap((found, index) => {
    const before = breaks[index - 1]
    const start = before === undefined ? 0 : before.index + before[0].length
    const clause = sentence.slice(start, found?.index)
    return clause.replace(/^(?:no|nope),\s+/i, "")
  })
}

const isListed = (line: string): boolean => /^\s{0,12}(?:>|\||#)/.test(line)

const isLasting = (clause: string, isCorrection: boolean): boolean => {
  const order = clause.replace(leadIn, "")
  const conditioned = order.replace(ownCondition, "")
  return (
    lasting.some((rule) => rule.test(clause)) ||
    isWishInOtherLanguage(clause) ||
    isAboutStandingMatter(order) ||
    standing.some((rule) => rule.test(order) || rule.test(conditioned)) ||
    choices.some((rule) => rule.test(order)) ||
    (isCorrection && order.length < 160 && bans.test(order))
  )
}

/** The maximum number of characters of a message in which wishes are searched. */
export const readCharacters = 20_000

/** Splits a message into list items, sentences and clauses. Quotations, tables and questions are omitted. */
export const clausesIn = (words: string): ReadonlyArray<string> => {
  const typed = words
    .split("\n")
    .filter((line) => !isListed(line))
    .map((line) => line.replace(/^\s{0,12}(?:[-*+]|\d{1,2}[.)])\s+/, ""))
    .join("\n")
  return sentencesOf(typed)
    .filter((sentence) => sentence.length <= 400 && (!isQuestion(sentence) || isConditioned(sentence)))
    .flatMap(clausesOf)
    .map((clause) =>
      clause
        .replace(/^(?:and|but|also|btw|by the way|ps|note)[\s,:]+/i, "")
        .replace(saidBefore, "")
        .trim()
    )
    .filter((clause) => clause.length >= leastLetters(clause) && clause.length <= 240 && !holdsSecret(clause))
}

/** Returns the minimum length of a clause that can be a wish; Chinese, Japanese and Korean need fewer characters. */
const leastLetters = (clause: string): number => (/[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/.test(clause) ? 4 : 6)

/**
 * Matches a prohibition about one particular object, such as `don't touch the parser`. In a message with a request it
 * belongs to that request, and is no lasting wish.
 */
const definite =
  /^(?:please )?(?:don'?t|do not|avoid|stop) \w+ (?:the|this|these|that|those|any other|other|unrelated|existing)\b/i

/** Matches a wish in the conditional, such as `I'd rather have one file`. In a message with a request it is about that. */
const conditional =
  /^(?:I|we)(?:['’]d| would) (?:rather|prefer|like)\b(?!.{0,80}\b(?:always|never|generally|usually|(?:while|when|whenever|before|after) you)\b)/i

/** Lists the clauses of a message that state a wish which holds beyond its task. */
export const wishesIn = ({ text, word }: Asked): ReadonlyArray<string> => {
  const isCorrection = word.stance === "rejects"
  const clauses = clausesIn(ordersToAssistant(text.slice(0, readCharacters)))
  return clauses.filter(
    (clause, index) =>
      !onlyNow.test(clause) &&
      !isOneOff(clause.replace(leadIn, ""), clauses[index + 1] ?? "") &&
      !isPassing(clause) &&
      ![clause, clause.replace(leadIn, "")].some(isOfTaskAlone) &&
      (clauses.length === 1 ||
        isCorrection ||
        ![definite, conditional].some((rule) => rule.test(clause.replace(leadIn, "")))) &&
      isLasting(clause, isCorrection)
  )
}

/** Returns a wish in the form in which memory lists it: one line of at most 160 characters, without a full stop. */
export const asListed = (wish: string): string => plainLine(wish, 160).replace(/[.!。]+$/, "")

const comparable = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim()

/**
 * Lists the lasting wishes in the user's messages, verbatim and each once. Quoted lines, tables, headings and pasted
 * text are skipped, and so is an order for the task at hand.
 */
export const preferencesIn = (requests: ReadonlyArray<Asked>): ReadonlyArray<Preference> => {
  const found = new Map<string, Preference>()
  for (const request of requests) {
    for (const wish of wishesIn(request)) {
      const text = asListed(wish)
      const known = comparable(text)
      if (known !== "" && !found.has(known)) {
        found.set(known, { line: request.line, text })
      }
    }
  }
  return [...found.values()].slice(0, mostPreferences)
}
