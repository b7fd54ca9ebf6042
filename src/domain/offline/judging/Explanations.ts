import type { AssistantText } from "../../session/SessionEvent.js"
import type { Failure } from "./Failures.js"
import { proposes } from "./Proposals.js"
import type { ProjectPaths } from "../reading/ProjectPaths.js"
import { withoutSecrets } from "./Secrets.js"
import { lowered, plainLine, sentencesOf } from "../writing/Wording.js"

/*
 * Finds the assistant's own sentence about a failure, a file or a result. Memory contains such a sentence only as a
 * quotation, or beside evidence from the rollout; it never decides an outcome.
 */

const link = /\[([^\]\n]{1,120})\]\(([^)\s]{1,300})\)/g

/** Matches the address of a file of a repository; its groups are the path and the line. */
const fileAddress =
  /^https?:\/\/[^/\s]{1,100}(?:\/[^/\s]{1,100}){2,6}?\/(?:-\/)?blob\/[^/\s]{1,100}\/([^#?\s]{1,300})(?:[#?]L(\d{1,7}))?/

/**
 * Returns the path, with its line, of a file that a link points to by the address of a repository. The label of a link
 * often is the name of the file alone, which several files may have. Any other label stays as it is.
 */
const fileAtAddress = (label: string, target: string): string => {
  const [, path, line] = fileAddress.exec(target) ?? []
  const [name = ""] = label.replaceAll("`", "").split(/[:#]/, 1)
  return path === undefined || (path !== name && !path.endsWith(`/${name}`))
    ? label
    : `\`${path}${line === undefined ? "" : `:${line}`}\``
}

/**
 * Prepares a message for quoting: each link is replaced by its target, paths are relative to the project, and secrets
 * are redacted.
 */
export const readable = (text: string, paths: ProjectPaths): string =>
  withoutSecrets(
    paths.text(
      text
        .slice(0, 12_000)
        .replace(link, (_, label: string, target: string) =>
          /^https?:/.test(target) ? fileAtAddress(label, target) : `\`${target}\``
        )
    )
  )

const firstPerson = /^(?:(?:Done|Yes|Great|Perfect)[.,:!]?\s+)?I(?:['’]ve| have| also)? (?=\w)/

/** Removes the list marker and the first person: `I added x` becomes `added x`. */
const impersonal = (sentence: string): string => sentence.replace(/^[-*•]\s+/, "").replace(firstPerson, "")

const intention =
  /^(?:(?:Understood|OK|Sure|Yes|No problem)[.,!:]? )?I(?:['’]m| am| will|['’]ll)\b|\b(?:next|now),? I\b|\band (?:now|next|then) I['’]|^(?:Next|Now|Let me|Let's|Checking|Running|Looking|First|Adding|Reading|Searching)\b/

/** Matches a progress note such as `Reading the files…`, which reports no result. */
const onItsWay = /^(?!Nothing|Everything|Something|Missing|Existing)[A-Z][a-z]{2,20}ing(?: \w{1,20}){0,2}[.…]{0,3}$/

/** True if a sentence only announces the next step, so that it reports no result. */
export const announces = (sentence: string): boolean => intention.test(sentence) || onItsWay.test(sentence)

const causes =
  /\b(?:because|was|were|is not|isn't|wasn't|missing|instead|until|needs?|must|imports?|expected|should|only|caused?|due to|since|so|wrong|circular|never|no longer|requires?|pulling|creating)\b/i

const quotedName =
  /'[^'\n]{2,80}'|"[^"\n]{2,80}"|`[^`\n]{2,80}`|\b[A-Z][A-Z0-9_]{3,40}\b|\b[A-Z]\w{2,40}Error\b|\b\w{3,40}_\w{2,40}\b|\b\d{3,6}\b/g
const ordinaryWords =
  /^(?:error|errors|failed|failure|cannot|could|module|found|exception|custom|other|kind|expected|because)$/

/**
 * Lists the names in an error by which a message about it is found: quoted text, constants, error classes, snake_case
 * names and numbers.
 */
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

/** Removes an introduction from an explanation: `Fixed x in y: the sign was wrong` becomes `the sign was wrong`. */
const withoutLeadIn = (sentence: string): string => {
  const rest =
    /^(?:Fixed|Changed|Updated|Corrected|Found (?:it|the (?:bug|problem|issue))|The (?:bug|problem|issue|cause)|(?:It|That|This|Everything) (?:now )?(?:builds|compiles|works|passes|runs))\b[^:]{0,120}: +(.{20,})$/.exec(
      sentence
    )?.[1]
  return rest ?? sentence
}

/** The number of messages before a fix in which an explanation of it is searched. */
const readMessages = 12

/**
 * Finds the assistant's sentence about the cause of a failure or about its fix. The first messages after the fix are
 * preferred to those before it.
 */
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
const passing =
  /\b(?:tests?|suite|checks?|verif\w{1,10}|passes|pass|green)\b|\d (?:\p{L}+ )?(?:passam|pasan|passent|passano|bestehen|laufen|проходят|przechodzą|geçiyor)(?!\p{L})|通过|通る|通りました|통과/iu
const emptyWord =
  /^(?:the|a|an|in|to|with|for|and|of|is|are|it|now|also|new|file|files|done|added|adding|updated|update|docs?|documentation|examples?|entry|entries|created|create|renamed|edited|changed|fixed|implemented|removed|deleted|wrote|using|all|here|this|that|at|on|by|git|mv)$/i

/** True if a sentence says more about a file than its name and that it was changed. */
const tellsMore = (sentence: string, file: string): boolean => {
  const named = baseName(file).toLowerCase()
  const words = sentence
    .split(/\s+/)
    .map((word) => word.replace(/^[`"'*([]+|[`"'*)\],;:.!]+$/g, ""))
    .filter((word) => word !== "" && !emptyWord.test(word) && !/[\\/]|\.\w{1,8}(?::\d+)?$/.test(word))
    .filter((word) => !(word.length > 3 && named.includes(word.toLowerCase())))
  // Scripts without spaces have few words and many letters.
  const letters = (sentence.replace(/`[^`]*`/g, "").match(/(?!\p{Script=Latin})\p{L}/gu) ?? []).length
  return letters > 0 ? letters >= 16 : words.length >= 2
}

const selfPraise =
  /,? (?:and|all|with) (?:all |the |every )?(?:\d{1,6} )?(?:tests?|checks?|everything)(?: now)? (?:pass(?:es|ing|ed)?|(?:is|are) green|works?)[.!]?$/i

/** Removes clauses that only report passed checks, which other lines prove, or that ask the user for something. */
const withoutAsides = (sentence: string): string =>
  sentence
    .split("; ")
    .filter((clause, index) => index === 0 || !(passing.test(clause) || /^please\b/i.test(clause)))
    .join("; ")
    .replace(selfPraise, "")

/**
 * Matches a sentence about a command and its result, and one that only introduces a list. Neither says anything about
 * a file.
 */
const notOfFile =
  /^`[^`\s]{1,80} [^`]{1,200}` (?:(?:still|now|also|only|was|is|has|had|could|cannot|can['’]?t|did|does|exits?|pass(?:es|ed)?|fail(?:s|ed)?|ran|runs?)\b)|:$/

/** Removes the name of a file from a sentence that is shown beside that name. */
const beside = (sentence: string, file: string): string => {
  const lead = `\`${file}\` `
  const whole = withoutLeadIn(impersonal(sentence)).replace(/[.:]$/, "")
  const bare = whole.startsWith(lead) ? whole.slice(lead.length) : whole
  const named = [` in \`${file}\``, ` to \`${file}\``, ` into \`${file}\``, ` at \`${file}\``].find((end) =>
    bare.includes(end)
  )
  const short = named === undefined ? bare : bare.replace(named, "")
  return short
    .replace(/,(?:\s*,)+/g, ",")
    .replace(/\s+(?=[,;:.](?:\s|$))|\s*\(\s*\)/g, "")
    .replace(/, (?:all )?done$/i, "")
    .replace(/^(?:Added|Created|Implemented|Wrote|Updated|Changed)\b/, (verb) => verb.toLowerCase())
}

/** True if a sentence names this file, and not another file whose path ends in the same way. */
const namesFile = (sentence: string, file: string): boolean => {
  const name = baseName(file)
  return (sentence.match(/[\w@.\\/+~-]+/g) ?? [])
    .map((word) => word.replace(/[.:]+$/, "").replace(/^\.[\\/]/, ""))
    .some((word) => word.endsWith(name) && (word === file || file.endsWith(`/${word}`) || word.endsWith(`/${file}`)))
}

/**
 * Matches a sentence that begins with the name of a file and a verb in the past tense. Such a sentence says what the
 * file did before the work. A participle such as `used by the CLI` says what the file is for, and does not match.
 */
const didBefore =
  /^`[^`]{1,200}` (?:also |wrongly |only |still )?(?:(?!need|embed|feed|seed|speed)\w{2,20}ed|had|did|took|made|ran|forgot|kept|lost|left|gave|went|came|sent|threw|broke|built|held|wrote)\b(?! (?:by|from|in|for|on|as|only|with|to|inside|under|at)\b)(?!.*(?:;|\bnow\b))/i

/**
 * Finds the assistant's remark on a file: in the newest message that names it, the first sentence with its name, and a
 * caveat that follows. A sentence that says no more than that the file changed is left out.
 */
export const remarkOn = (
  file: string,
  messages: ReadonlyArray<AssistantText>,
  paths: ProjectPaths
): string | undefined => {
  for (const message of messages.slice(-4).toReversed()) {
    const sentences = sentencesOf(readable(message.text, paths))
    const at = sentences.findIndex(
      (sentence) =>
        namesFile(sentence, file) &&
        !didBefore.test(sentence) &&
        !notOfFile.test(sentence) &&
        !announces(sentence) &&
        !proposes(sentence) &&
        sentence.length < 300
    )
    if (at !== -1) {
      const own = withoutAsides(sentences[at] ?? "")
      const caveats = sentences.slice(at + 1, at + 4).filter((next) => caveat.test(next) && next.length < 160)
      const told = [...(tellsMore(beside(own, file), file) ? [own] : []), ...caveats.slice(0, 1).map(withoutAsides)]
      const says = told.map((sentence, index) => {
        const text = beside(sentence, file)
        return index === 0 ? text : lowered(text)
      })
      return says.length === 0 ? undefined : plainLine(says.join("; "), 220)
    }
  }
  return undefined
}

const isNoise = /^(?:#|<|\||-{3}|Files? to|Here (?:is|are)\b|You['’]re welcome|Done\.?$|No problem)/

/**
 * Quotes the assistant's last message: up to three of its first sentences, as far as they fit the limit. A sentence
 * that only announces a step is quoted only if the message has nothing else.
 */
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
  /\b(?:residual risk|remaining (?:work|issue|problem|risk)|still (?:needs?|to do|fails?|failing|missing|open|above|broken)|not yet (?:done|implemented|tested|verified|wired|supported)|left to do|todo\b|follow-?up|could not verify|couldn['’]t verify|was not able|wasn['’]t able|haven['’]t (?:run|tested|verified)|did not run|didn['’]t run|(?<!\b(?:may|must|can|could|should|shall|will|would|need|do|does) )not (?:been )?(?:run|tested|verified))\b/i
const nothingLeft =
  /^(?:No|Nothing|None)\b|\bno (?:remaining|residual|follow)|\b[a-z]{3,20}-only (?:change|edit|update)s?\b|\bno (?:code|functional|runtime|behaviou?r(?:al)?) changes?\b|\b(?:not (?:needed|necessary|required|applicable)|unnecessary)\b|\?$/i

/** Matches an offer of the assistant to do something more, such as `I can also …`. */
const offer =
  /^(?:If (?:you|needed|useful|helpful|desired|that|it['’]s)\b|(?:Would|Do|Should|Shall) (?:you|I|we)\b|(?:I|we) (?:can|could)\b|Let me know|Happy to|Want me|Feel free|Next,? (?:I|we) (?:can|could))|\b(?:if you(?:['’]d)? (?:want|like|prefer)|let me know|just say)\b/i

/** True if a sentence only offers further work. Such a sentence does not say that anything was left undone. */
export const isOffer = (sentence: string): boolean => offer.test(sentence)

/** Quotes up to two sentences of the assistant's last message that say what work is left to do. */
export const leftOversIn = (messages: ReadonlyArray<AssistantText>, paths: ProjectPaths): ReadonlyArray<string> => {
  const last = messages.at(-1)
  return last === undefined
    ? []
    : sentencesOf(readable(last.text, paths))
        .filter(
          (sentence) =>
            sentence.length <= 200 && leftOver.test(sentence) && !nothingLeft.test(sentence) && !isOffer(sentence)
        )
        .slice(0, 2)
        .map((sentence) => plainLine(sentence, 200))
}
