import { meaningfulWords } from "../offline/consolidating/SameMeaning.js"
import { isNotConfirmed, isVerdict, notConfirmed } from "./NotConfirmed.js"
import { sentencesOf } from "../offline/writing/Wording.js"
import type { SessionEvidence } from "../evidence/SessionEvidence.js"
import { withoutCitations } from "../memory/Citation.js"
import type { StageOneOutput } from "../memory/StageOneOutput.js"
import { inUserWords, printedLinesOf, type UserWords, userWordsOf } from "./UserWords.js"

/*
 * Checks that a trace attributes to the user only what the user typed. A line about the user is reduced to a quotation
 * of the user's typed words, without explanations, additions, or orders from a file or a tool's output. Any other line
 * that gives an order needs the user's words too: without them it is dropped if a tool printed it, else marked as not
 * confirmed. A line about a command that was not run is marked as well.
 */

const headingRank = (line: string): number =>
  /^(#{1,6})\s/.exec(line)?.[1]?.length ?? (/^\*\*[^*]{1,80}\*\*:?\s*$|^\*\*[^*]{1,80}:\*\*\s*$/.test(line) ? 7 : 0)

/** Drops the sections of a trace whose heading says that their content is not the user's or not confirmed. */
const withoutVerdictSections = (lines: ReadonlyArray<string>): ReadonlyArray<string> => {
  let left = 0
  return lines.filter((line) => {
    const rank = headingRank(line)
    left = rank === 0 || (left > 0 && rank > left) ? left : isVerdict(line) ? rank : 0
    return left === 0
  })
}

/** Returns the lines of a trace memory that are not marked as unconfirmed. */
export const confirmedLines = (trace: string): ReadonlyArray<string> =>
  withoutVerdictSections(trace.split("\n")).filter((line) => !isNotConfirmed(line))

/**
 * The evidence about a session's commands: the commands that were run and the user's typed text, in lower case and with
 * single spaces.
 */
export interface Steps {
  readonly text: string
}

const flat = (text: string): string => text.replace(/\s+/g, " ").toLowerCase()

/** The maximum number of characters of commands and typed text that are kept for the comparison. */
const ranCharacters = 1_200_000

/** Collects the commands that were run and the user's typed text. */
export const stepsOf = (ran: ReadonlyArray<string>, typed: ReadonlyArray<string>): Steps => ({
  text: flat([...typed, ...ran].join("\n").slice(0, ranCharacters))
})

/** True if every part of the command was run in the session, or was typed by the user. */
const wasRun = (command: string, steps: Steps): boolean =>
  command
    .split(/\s*(?:&&|\|\||[;|\n])\s*/)
    .filter((part) => part.length >= 3)
    .every((part) => steps.text.includes(flat(part).trim()))

/** The share of a line's meaningful words that another line must contain for both to say the same. */
const sharedWords = 0.6

/** True if one of the other lines contains enough of the line's words to say the same; see {@link sharedWords}. */
const isSaidBy = (line: string, others: ReadonlyArray<ReadonlySet<string>>): boolean => {
  const words = [...meaningfulWords(line)]
  return (
    words.length > 1 &&
    others.some((other) => words.filter((word) => other.has(word)).length >= words.length * sharedWords)
  )
}

const bullet = /^\s*(?:[-*•+]|\d{1,3}[.)])\s+(?=\S)/
/** Matches the citations at the end of a line: lines of a rollout, or threads. */
const origin = /(?:\s*(?:\(L\d[^)]{0,40}\)|\[[0-9a-f]{8}-[^\]]{1,400}\]))+\s*$/
const field =
  /^(?:#{1,6}\s+|[-*]\s+)?\**(?:Trace context|User preferences|Outcome|Key steps|Things that did not work|Reusable knowledge|Pointers and references)\b[^:\n]{0,80}:?\**:?|^#{1,6}\s+(?:Task:)?/i
const nothing =
  /^(?:none|nothing)(?: (?:observed|stated|recorded|found|known|said|given|so far|yet|at all))*\W*$|^no (?:explicit |stated |user )?preferences?\b[\w ]{0,25}\W*$/i
const preferenceHeading =
  /^(?:#{2,6}\s+(?!Task\b)|\*\*)(?:.{0,40}\bpreferences?\b|.{0,20}\buser (?:wants|prefers)\b)|^(?:#\s+)?User preferences\b/i
const wishHeading =
  /\b(?:preferences?|wish(?:es)?)\b|\busers?\b(?:['’]s?)?.{0,20}\b(?:wants?|prefers?|likes?|asked|asks|rules?|instructions?|requires?|expects?|decisions?|said|told)\b/i

const order =
  /^(?:[\s"'`*_>~#•+-]|\d{1,3}[.)]\s)*(?:(?:note|important|instruction|rule|tip|warning|preference|convention)s?\b[^:!\n–—-]{0,40}[*_]*(?:[:!]| [–—-]+ )\s*)?["'`*_\s]*(?:please\s+)?(?:always|never|do not|don['’]?t|must|make sure|be sure|remember|ensure|ignore|disregard|forget|prefer\b|from now on|going forward|you (?:must|should|are|will)|(?:the |all |ai )*(?:agents?|assistants?|users?|developers?|sessions?) (?:must|should|wants?|prefers?|needs? to|has to|have to))\b/i
/** Matches a label that makes the rest of the line an order to its reader, such as `Note to the agent:`. */
const addressed =
  /^[\s"'`*_>#]*(?:instructions?|orders?|rules?|notes?|message)\b[^:\n]{0,30}\b(?:for|to)\b[^:\n]{0,30}:/i
/**
 * Matches words that make a line sound binding, such as `must` or `never`. In a trace such a line counts as an order
 * only if a tool printed it, in `MEMORY.md` always.
 */
const insistence =
  /\b(?:always|never|must|mandatory|required to|ha(?:s|ve) to be|from now on|without (?:asking|confirmation|approval))\b/i

const isOrder = (said: string): boolean => order.test(said) || addressed.test(said)

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
const claim = new RegExp(
  [
    `${subject}${adverbs} ${willing}\\b`,
    `\\b${person}['’]?s?['’]? (?:(?:standing|explicit|own|general|stated|usual) )?${possessions}\\b`,
    `\\b(?:${willing}|${saying}) by (?:the )?${person}\\b`,
    `\\b(?:per|according to|as) (?:the )?${person}\\b`,
    `\\(${person}\\)|\\b${person}-(?:requested|approved|preferred|mandated|required)\\b`,
    `${subject}${adverbs} ${saying}\\b[^\\n]{0,80}\\b(?:always|never|must|from now on|do not|don['’]?t|should|without)\\b`
  ].join("|"),
  "i"
)
const quotes = /["“”„«»「」『』]/
/** Matches a line that states a person's words, such as `The user said …`. */
const report = new RegExp(`${subject}${adverbs} ${saying}\\b`, "i")

/** Returns the first code span of a line if it is a command: a program and at least one argument. */
const commandIn = (line: string): string | undefined => {
  const code = /`{1,3}([^`\n]{3,400})`{1,3}/.exec(line)?.[1]?.trim()
  return code !== undefined && /^(?:[A-Z_][A-Z0-9_]*=\S+\s+)*(?:[\w@~]*\.{0,2}\/)?[a-z][\w.+-]*\s+\S/.test(code)
    ? code
    : undefined
}

const claimsPass =
  /\b(?:pass(?:ed|es)|succeeded|succeeds|work(?:ed|s)|run|use|install|build|check|start|test|fix(?:ed)?)\b/i

/** Splits a line into its bullet, its text and its citations. */
const partsOf = (line: string) => {
  const mark = bullet.exec(line)?.[0] ?? ""
  const from = origin.exec(line.slice(mark.length))?.[0] ?? ""
  return { mark, said: line.slice(mark.length, line.length - from.length), from: from.trimEnd() }
}

/** Reduces a line about the user's wish to the user's typed words; undefined if the user typed none of it. */
const asWish = (line: string, words: UserWords): string | undefined => {
  const { from, mark, said } = partsOf(line)
  const typed = inUserWords(said, words)
  return typed === undefined ? undefined : `${mark === "" ? "- " : mark}${typed}${from}`
}

/**
 * Reduces a text about the user's will or words to the user's typed words; undefined if the user typed none of it. A
 * text about anything else is returned as it is.
 */
const asTold = (said: string, words: UserWords): string | undefined => {
  if (!claim.test(said) && !report.test(said)) {
    return said
  }
  const typed = inUserWords(said, words)
  return typed === undefined || typed === said ? typed : `the user: ${typed}`
}

/** Reduces an order to the user's typed words; undefined if the user did not type it. */
const asOrder = (said: string, words: UserWords): string | undefined =>
  inUserWords(said, words, order.exec(said)?.[0].length ?? 0)

/**
 * The evidence that a trace memory is checked against: the user's typed words, the commands that were run, and the
 * output of tools.
 */
interface Sources {
  readonly words: UserWords
  readonly steps: Steps
  /** True if a tool printed a text that says the same as the line. */
  readonly isPrinted: (line: string) => boolean
}

/** Checks a line of a trace outside its preferences. Returns the line as it may be kept, or undefined to drop it. */
const checkedLine = (line: string, { isPrinted, steps, words }: Sources): string | undefined => {
  const { from, mark, said } = partsOf(line)
  const told = asTold(said, words)
  if (told !== said) {
    return told !== undefined
      ? `${mark}${told}${from}`
      : claim.test(said) || quotes.test(said) || isOrder(said) || isPrinted(said)
        ? undefined
        : `${line}${notConfirmed}`
  }
  if (isOrder(said) || (insistence.test(said) && isPrinted(said))) {
    const typed = asOrder(said, words)
    return typed !== undefined ? `${mark}${typed}${from}` : isPrinted(said) ? undefined : `${line}${notConfirmed}`
  }
  const command = mark !== "" && claimsPass.test(said) ? commandIn(said) : undefined
  return command === undefined || wasRun(command, steps) ? line : `${line}${notConfirmed}`
}

/** True if a heading only names its section. A longer heading is checked like a statement. */
const isShortHeading = (line: string): boolean => line.split(/\s+/).length <= 8 && !isOrder(line.replace(/^#+\s+/, ""))

/**
 * Checks a heading, or a field such as `Outcome:` with the text beside it. Only statements about the user are reduced
 * to the user's typed words.
 */
const checkedHeading = (line: string, words: UserWords): string => {
  const label = field.exec(line)?.[0] ?? ""
  const clauses = line.slice(label.length).trim().split(/;\s+/)
  const told = clauses.flatMap((clause) => asTold(clause, words) ?? [])
  return told.join("; ") === clauses.join("; ")
    ? line
    : `${label.trimEnd()} ${told.length === 0 ? "not confirmed" : told.join("; ")}`
}

/** Checks a trace memory: every statement about the user in the result was typed by the user. */
const checkedTrace = (trace: string, sources: Sources): string => {
  const { words } = sources
  const kept: Array<string> = []
  let wishRank = 0
  const keepWish = (line: string): void => {
    const wish = asWish(line, words)
    kept.push(...(wish === undefined || kept.includes(wish) ? [] : [wish]))
  }
  for (const line of withoutVerdictSections(trace.split("\n"))) {
    const rank = headingRank(line)
    const isWithin = wishRank > 0 && rank > wishRank && !/task|outcome/i.test(line)
    if (preferenceHeading.test(line)) {
      const [label = line, rest = ""] = /^(\**User preferences\**:\**)\s*(.*)$/i.exec(line)?.slice(1) ?? []
      wishRank = Math.min(rank, 6) || 2
      kept.push(nothing.test(rest) ? line : isShortHeading(label) ? label : "User preferences:")
      keepWish(nothing.test(rest) ? "" : rest)
    } else if (field.test(line) && !isWithin) {
      wishRank = 0
      kept.push(checkedHeading(line, words))
    } else if (wishRank > 0) {
      if (line.trim() === "" || nothing.test(partsOf(line).said)) {
        kept.push(line)
      } else if (rank === 0 || rank > 6) {
        keepWish(line)
      }
    } else {
      const checked = checkedLine(line, sources)
      kept.push(...(checked === undefined ? [] : [checked]))
    }
  }
  return kept.join("\n").replace(emptyPreferences, "$1 none observed\n").trim()
}

/**
 * Matches the field `User preferences:` when no line is left below it, so that the text can say that there are none.
 */
const emptyPreferences = /^(\**User preferences:\**)[ \t]*\n(?=\s*(?:#|$|\**(?:Outcome|Key steps|Trace context)\b))/im

/** Checks a summary: every statement about the user in the result was typed by the user. Empty if nothing is left. */
const checkedSummary = (summary: string, { isPrinted, words }: Sources): string => {
  const sentences = sentencesOf(summary)
  const told = sentences.flatMap((sentence) => {
    const said = asTold(sentence, words)
    const kept =
      said === sentence && (isOrder(sentence) || (insistence.test(sentence) && isPrinted(sentence)))
        ? asOrder(sentence, words)
        : said
    return kept === undefined ? [] : [kept === sentence ? kept : `${kept.replace(/^the user/, "The user")}.`]
  })
  return told.join(" ") === sentences.join(" ") ? summary : told.join(" ")
}

/** The maximum number of characters of tool output that lines are compared with. */
const printedCharacters = 1_000_000

/**
 * Checks a model's answer against the session: words are attributed to the user only if the user typed them, and
 * commands that were not run are marked as not confirmed.
 */
export const withAuthority = (output: StageOneOutput, { events }: SessionEvidence): StageOneOutput => {
  const typed = events.flatMap((event) => (event._tag === "UserText" ? [event.text] : []))
  const ran = events.flatMap((event) => (event._tag === "CommandRun" ? [event.command] : []))
  const outputs = events.flatMap((event) => (event._tag === "CommandRun" ? [event.output?.text ?? ""] : []))
  const words = userWordsOf(typed, printedLinesOf(outputs))
  let printed: ReadonlyArray<ReadonlySet<string>> | undefined
  const isPrinted = (line: string): boolean => {
    printed ??= outputs.join("\n").slice(0, printedCharacters).split("\n").map(meaningfulWords)
    return isSaidBy(line, printed)
  }
  const sources: Sources = { words, steps: stepsOf(ran, typed), isPrinted }
  const traceMemory = checkedTrace(output.traceMemory, sources)
  const summary = checkedSummary(output.summary, sources)
  const heading = (traceMemory.split("\n", 1)[0] ?? "").replace(/^#+\s*/, "")
  return { traceMemory, summary: summary === "" && output.summary !== "" ? heading : summary }
}

/** The evidence that published files are checked against. */
export interface RecordedEvidence {
  readonly words: UserWords
  /** The confirmed lines of the traces. */
  readonly traces: ReadonlyArray<string>
  readonly steps: Steps
  /** Lines that people wrote; these are never changed. */
  readonly own: ReadonlySet<string>
}

/** Matches a line of a trace that reports somebody's words. Such a line never supports an order in `MEMORY.md`. */
const reported = /\b(?:says?|said|claims?|tells?|asks?|instructs?|demands?|wants?|reads?)\b/i

const isTitle = (line: string): boolean => /^# Memory\b/.test(line)

/** A line of `MEMORY.md` below a heading about the user's wishes, with that heading and the line's index. */
export interface WishLine {
  readonly heading: string
  readonly line: string
  readonly at: number
}

/**
 * Returns the heading under which the lines after a line of `MEMORY.md` stand. A deeper heading does not end a section
 * about wishes.
 */
const headingBehind = (line: string, heading: string): string => {
  const rank = headingRank(line)
  const isWithin = wishHeading.test(heading) && rank > headingRank(heading)
  return rank > 0 && (rank < 7 || wishHeading.test(line)) && !isWithin ? (isTitle(line) ? "" : line) : heading
}

/** Lists the wishes of a `MEMORY.md`. */
export const wishLinesOf = (text: string): ReadonlyArray<WishLine> => {
  let heading = ""
  return text.split("\n").flatMap((line, at) => {
    heading = headingBehind(line, heading)
    return wishHeading.test(heading) && bullet.test(line) ? [{ heading, line, at }] : []
  })
}

/**
 * Checks `MEMORY.md`: every statement about the user in the result was typed by the user, and every order and every
 * command is supported by a trace. Lines that people wrote stay.
 */
export const withTracedWishes = (text: string, { own, steps, traces, words }: RecordedEvidence): string => {
  let said: ReadonlyArray<ReadonlySet<string>> | undefined
  const isInTraces = (line: string): boolean => {
    said ??= traces.filter((one) => !reported.test(one)).map(meaningfulWords)
    return isSaidBy(line, said)
  }
  const isSupported = (line: string): boolean => {
    const { mark, said: claimed } = partsOf(line)
    const command = mark !== "" && claimsPass.test(claimed) ? commandIn(claimed) : undefined
    return (
      (!(isOrder(claimed) || insistence.test(claimed)) ||
        asOrder(claimed, words) !== undefined ||
        isInTraces(claimed)) &&
      (command === undefined || wasRun(command, steps))
    )
  }
  const asHeading = (line: string, isWish: boolean): string =>
    isWish && !isShortHeading(line)
      ? `${"#".repeat(Math.min(headingRank(line), 6))} What the user wants`
      : isWish || isSupported(line.replace(/^#+\s+/, "")) || !line.startsWith("#")
        ? line
        : `${"#".repeat(headingRank(line))} Notes`
  let wishRank = 0
  const kept = withoutVerdictSections(text.split("\n")).flatMap((line): ReadonlyArray<string> => {
    const rank = headingRank(line)
    if (rank > 0 && (rank < 7 || wishHeading.test(line)) && !(wishRank > 0 && rank > wishRank)) {
      wishRank = !isTitle(line) && wishHeading.test(line) ? rank : 0
      return [own.has(line.trimEnd()) || isTitle(line) ? line : asHeading(line, wishRank > 0)]
    }
    const { from, mark, said: claimed } = partsOf(line)
    if (own.has(line.trimEnd()) || own.has(withoutCitations(line)) || line.trim() === "" || nothing.test(claimed)) {
      return [line]
    }
    if (wishRank > 0) {
      const wish = rank > 0 && rank < 7 ? undefined : asWish(line, words)
      return wish === undefined ? [] : [wish]
    }
    const told = asTold(claimed, words)
    if (told !== claimed) {
      return told === undefined ? [] : [`${mark}${told.replace(/^the user/, "The user")}${from}`]
    }
    return isSupported(line) ? [line] : []
  })
  return kept.join("\n") === text ? text : `${withoutEmptyHeadings(kept, own).join("\n").trimEnd()}\n`
}

/** Drops the headings that have no line below them any more. */
const withoutEmptyHeadings = (lines: ReadonlyArray<string>, own: ReadonlySet<string>): ReadonlyArray<string> => {
  const kept: Array<string> = []
  for (const line of lines.toReversed()) {
    const rank = headingRank(line)
    const next = kept.findLast((later) => later.trim() !== "")
    const isEmpty = rank > 1 && (next === undefined || (headingRank(next) > 0 && headingRank(next) <= rank))
    const isBlankAgain = line.trim() === "" && (kept.at(-1) ?? "").trim() === ""
    if (!(isEmpty && !own.has(line.trimEnd())) && !isBlankAgain) {
      kept.push(line)
    }
  }
  return kept.toReversed()
}

/** Checks a skill: removes steps that no session is known to have run, and wishes that the user did not type. */
export const withTracedSteps = (text: string, words: UserWords, steps: Steps): string =>
  text
    .split("\n")
    .flatMap((line) => {
      const { mark, said } = partsOf(line)
      const told = asTold(said, words)
      const command = mark === "" ? undefined : commandIn(said)
      return told !== said
        ? told === undefined
          ? []
          : [`${mark}${told}`]
        : command === undefined || wasRun(command, steps)
          ? [line]
          : [`${mark}(a step that no session took was left out)`]
    })
    .join("\n")
