import type { AssistantText } from "../../session/SessionEvent.js"
import type { Failure } from "./Failures.js"
import type { ProjectPaths } from "../reading/ProjectPaths.js"
import { withoutSecrets } from "./Secrets.js"
import { plainLine, sentencesOf } from "../writing/Wording.js"

/**
 * Finds the sentence in which the assistant says what something was about. It is the assistant's word and is always shown
 * as a quotation or beside what the rollout shows; it never decides an outcome.
 */

const link = /\[([^\]\n]{1,120})\]\(([^)\s]{1,300})\)/g

/** A message as text: links as the path they lead to, the project's paths, no secrets. */
const readable = (text: string, paths: ProjectPaths): string =>
  withoutSecrets(
    paths.text(
      text
        .slice(0, 12_000)
        .replace(link, (_, label: string, target: string) => (/^https?:/.test(target) ? label : `\`${target}\``))
    )
  )

const firstPerson = /^(?:(?:Done|Yes|Great|Perfect)[.,:!]?\s+)?I(?:['’]ve| have| also)? (?=\w)/

/** Said of an act without the one who did it: `I added x` is `added x`. */
const impersonal = (sentence: string): string => sentence.replace(/^[-*•]\s+/, "").replace(firstPerson, "")

const intention =
  /^(?:(?:Understood|OK|Sure|Yes|No problem)[.,!:]? )?I(?:['’]m| am| will|['’]ll)\b|\b(?:next|now),? I\b|\band (?:now|next|then) I['’]|^(?:Next|Now|Let me|Let's|Checking|Running|Looking|First|Adding|Reading|Searching)\b/

/** `Splitting.`, `Reading the files…`: a word on the way, not a result. */
const onItsWay = /^(?!Nothing|Everything|Something|Missing|Existing)[A-Z][a-z]{2,20}ing(?: \w{1,20}){0,2}[.…]{0,3}$/

/** Whether a sentence only says what is about to be done. */
export const announces = (sentence: string): boolean => intention.test(sentence) || onItsWay.test(sentence)

const causes =
  /\b(?:because|was|were|is not|isn't|wasn't|missing|instead|until|needs?|must|imports?|expected|should|only|caused?|due to|since|so|wrong|circular|never|no longer|requires?|pulling|creating)\b/i

const quotedName =
  /'[^'\n]{2,80}'|"[^"\n]{2,80}"|`[^`\n]{2,80}`|\b[A-Z][A-Z0-9_]{3,40}\b|\b[A-Z]\w{2,40}Error\b|\b\w{3,40}_\w{2,40}\b|\b\d{3,6}\b/g
const ordinaryWords =
  /^(?:error|errors|failed|failure|cannot|could|module|found|exception|custom|other|kind|expected|because)$/

/** Names that are worth looking for: what stands between quotes, codes, and words with a capital inside. */
const namesIn = (error: string): ReadonlyArray<string> => [
  ...new Set(
    (error.slice(0, 400).match(quotedName) ?? [])
      .map((word) => word.replace(/^["'`]|["'`]$/g, ""))
      .map((word) => word.split(/[\\/]/).at(-1) ?? word)
      .filter((word) => word.length > 2)
  )
]

const wordsIn = (error: string): ReadonlyArray<string> => [
  ...new Set(
    (
      error
        .slice(0, 400)
        .toLowerCase()
        .match(/\b[a-z]{5,20}\b/g) ?? []
    ).filter((word) => !ordinaryWords.test(word))
  )
]

const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path

/** A remark on a file without its lead-in: `Fixed x in y: the sign was wrong` is `the sign was wrong`. */
const withoutLeadIn = (sentence: string): string => {
  const rest =
    /^(?:Fixed|Changed|Updated|Corrected|Found (?:it|the (?:bug|problem|issue))|The (?:bug|problem|issue|cause)|(?:It|That|This|Everything) (?:now )?(?:builds|compiles|works|passes|runs))\b[^:]{0,120}: +(.{20,})$/.exec(
      sentence
    )?.[1]
  return rest ?? sentence
}

/** Past this many messages nobody comes back to a failure. */
const readMessages = 12

/** The sentence of the assistant on the cause of a failure, or on what helped; from after the fix, else from before it. */
export const explanationOf = (
  failure: Failure,
  messages: ReadonlyArray<AssistantText>,
  paths: ProjectPaths
): string | undefined => {
  const end = failure.resolution?.line ?? failure.line
  const acts = failure.resolution?.acts ?? []
  const files = acts.flatMap((act) => act.files).map(baseName)
  const names = namesIn(failure.error ?? "")
  const words = wordsIn(failure.error ?? "")
  const after = messages.filter(({ line }) => line > end).slice(0, 2)
  const before = messages.filter(({ line }) => line > failure.callLine && line < end).slice(-readMessages)
  let best: string | undefined
  let most = 1
  for (const message of [...after, ...before.toReversed()]) {
    for (const sentence of sentencesOf(readable(message.text, paths))) {
      const lower = sentence.toLowerCase()
      const isMeant =
        names.some((name) => sentence.includes(name)) || words.filter((word) => lower.includes(word)).length >= 2
      const points = [
        isMeant ? 2 : 0,
        files.some((file) => sentence.includes(file)) ? 1 : 0,
        causes.test(sentence) ? 1 : 0,
        acts.length > 0 && announces(sentence) ? -2 : 0,
        sentence.length > 300 || sentence.endsWith("?") ? -2 : 0
      ].reduce((sum, point) => sum + point, 0)
      if (points > most) {
        most = points
        best = sentence
      }
    }
  }
  return best === undefined ? undefined : plainLine(withoutLeadIn(impersonal(best)), 200).replace(/[.:]$/, "")
}

const caveat =
  /^(?:There (?:is|are) no\b|No\b|Not\b|Only\b|It (?:does not|doesn't|needs|must|only)\b|I (?:did not|didn't) (?!need|have to|want|see|find|use)\w|I left\b|The\b.{0,60}\b(?:not|never|only|must)\b)/
const passing = /\b(?:tests?|suite|checks?|verif\w{1,10}|passes|pass|green)\b/i
const emptyWord =
  /^(?:the|a|an|in|to|with|for|and|of|is|are|it|now|also|new|file|files|done|added|adding|updated|update|created|create|renamed|edited|changed|fixed|implemented|removed|deleted|wrote|using|all|here|this|that|at|on|by|git|mv)$/i

/** Whether a sentence says more of a file than that it was changed. */
const tellsMore = (sentence: string): boolean => {
  const words = sentence
    .split(/\s+/)
    .map((word) => word.replace(/^[`"'*([]+|[`"'*)\],;:.!]+$/g, ""))
    .filter((word) => word !== "" && !emptyWord.test(word) && !/[\\/]|\.\w{1,8}$/.test(word))
  // Scripts without spaces have few words and many letters.
  const letters = (sentence.replace(/`[^`]*`/g, "").match(/(?!\p{Script=Latin})\p{L}/gu) ?? []).length
  return letters > 0 ? letters >= 16 : words.length >= 2
}

const selfPraise =
  /,? (?:and|all|with) (?:all |the |every )?(?:\d{1,6} )?(?:tests?|checks?|everything)(?: now)? (?:pass(?:es|ing|ed)?|(?:is|are) green|works?)[.!]?$/i

/** Without the clauses that only say that checks passed, which evidence tells elsewhere, or ask the user for something. */
const withoutAsides = (sentence: string): string =>
  sentence
    .split("; ")
    .filter((clause, index) => index === 0 || !(passing.test(clause) || /^please\b/i.test(clause)))
    .join("; ")
    .replace(selfPraise, "")

/** A sentence beside the name of the file, which it need not repeat. */
const beside = (sentence: string, file: string): string => {
  const lead = `\`${file}\` `
  const whole = withoutLeadIn(impersonal(sentence)).replace(/[.:]$/, "")
  const bare = whole.startsWith(lead) ? whole.slice(lead.length) : whole
  const named = [` in \`${file}\``, ` to \`${file}\``, ` into \`${file}\``, ` at \`${file}\``].find((end) =>
    bare.includes(end)
  )
  const short = named === undefined ? bare : bare.replace(named, "")
  return short
    .replace(/, (?:all )?done$/i, "")
    .replace(/^(?:Added|Created|Implemented|Wrote|Updated|Changed)\b/, (verb) => verb.toLowerCase())
}

/** The assistant's remark on a file: the last sentence that names it and tells more than that, with its caveat. */
export const remarkOn = (
  file: string,
  messages: ReadonlyArray<AssistantText>,
  paths: ProjectPaths
): string | undefined => {
  const name = baseName(file)
  for (const message of messages.slice(-4).toReversed()) {
    const sentences = sentencesOf(readable(message.text, paths))
    const at = sentences.findIndex(
      (sentence) => sentence.includes(name) && !announces(sentence) && sentence.length < 300
    )
    if (at !== -1) {
      const own = withoutAsides(sentences[at] ?? "")
      const caveats = sentences.slice(at + 1, at + 4).filter((next) => caveat.test(next) && next.length < 160)
      const told = [...(tellsMore(own) ? [own] : []), ...caveats.slice(0, 1).map(withoutAsides)]
      const says = told.map((sentence, index) => {
        const text = beside(sentence, file)
        return index === 0 ? text : text.replace(/^[A-Z](?=[a-z]+ )/, (letter) => letter.toLowerCase())
      })
      return says.length === 0 ? undefined : plainLine(says.join("; "), 220)
    }
  }
  return undefined
}

const isNoise = /^(?:#|<|\||-{3}|Files? to|Here (?:is|are)\b|You['’]re welcome|Done\.?$|No problem)/

/** The assistant's last message, as its first few sentences that fit; mere announcements come last. */
export const lastWordOf = (
  messages: ReadonlyArray<AssistantText>,
  paths: ProjectPaths,
  limit: number
): string | undefined => {
  const last = messages.at(-1)
  const sentences =
    last === undefined
      ? []
      : sentencesOf(readable(last.text, paths))
          .filter((sentence) => !isNoise.test(sentence))
          .map((sentence) => sentence.replace(/^[-*•]\s+/, ""))
  const told = sentences.filter((sentence) => !announces(sentence) && !sentence.endsWith("?"))
  const [first, ...rest] = told.length === 0 ? sentences.slice(0, 1) : told.slice(0, 3)
  if (first === undefined) {
    return undefined
  }
  const joined = rest.reduce((text, next) => {
    const longer = `${text}${/[。!?]$/.test(text) ? "" : " "}${next}`
    return longer.length > limit ? text : longer
  }, first)
  return plainLine(joined, limit)
}

const leftOver =
  /\b(?:residual risk|remaining (?:work|issue|problem|risk)|still (?:needs?|to do|fails?|failing|missing|open|above|broken)|not yet (?:done|implemented|tested|verified|wired|supported)|left to do|todo\b|follow-?up|could not verify|couldn['’]t verify|was not able|wasn['’]t able|haven['’]t (?:run|tested|verified)|did not run|didn['’]t run|not (?:been )?(?:run|tested|verified))\b/i
const nothingLeft = /^(?:No|Nothing|None)\b|\bno (?:remaining|residual|follow)|\?$/i

/** The work that the assistant's last message says was left to do. At most two. */
export const leftOversIn = (messages: ReadonlyArray<AssistantText>, paths: ProjectPaths): ReadonlyArray<string> => {
  const last = messages.at(-1)
  return last === undefined
    ? []
    : sentencesOf(readable(last.text, paths))
        .filter((sentence) => sentence.length <= 200 && leftOver.test(sentence) && !nothingLeft.test(sentence))
        .slice(0, 2)
        .map((sentence) => plainLine(sentence, 200))
}
