import { changedPath, filesOf } from "../reading/EditedFiles.js"
import { withoutSecrets } from "../judging/Secrets.js"
import { type Asked, saidIn, stepsOf, type Task } from "../reading/Tasks.js"
import { isQuestion, readUserWord } from "../reading/UserWord.js"
import { isGreeting, withoutGreeting, withoutPoliteness } from "../../text/Greetings.js"
import { saysHow, titleOfPlan, withoutFrame, wordsToAssistant } from "../../text/TypedParts.js"
import { listed, oneLine, plainLine, sentencesOf } from "./Wording.js"

/* The title of a task: its request in a few of the user's own words, then the messages that continued it. */

const titleCharacters = 90

/** Matches words before a request that only lead to it, such as `ok, now`. */
const leadingWords =
  /^(?:(?:ok(?:ay)?|so|now|then|also|and|thanks?(?: you)?|great|perfect|nice|yes|sure|cool|one more thing)\b[\s,.!:;–—-]{1,4}){1,4}(?=\S)/i
const onlyWord =
  /^(?:thanks?|thank you|great|perfect|nice|ok(?:ay)?|yes|no|sure|cool|lgtm|hi|hello|hey|approved|done|go|start)[\s,.!]*$/i

/** True if a sentence only approves the work before it. */
const isPraise = (sentence: string): boolean =>
  sentence.split(" ").length <= 5 && readUserWord(sentence, false).stance === "approves"
const link = /\[([^\]\n]{1,120})\]\([^)\s]{1,300}\)/g

/** Matches the words with which a long brief comes to the request itself, such as `your task is to`. */
const matter =
  /\b(?:you are building|your (?:task|job|goal) is to|the (?:task|goal|idea) is to|we (?:need|want) to|i (?:need|want|would like) (?:you )?to)\b/i
const goal =
  /\b(?:add|build|change|clean|convert|create|debug|delete|deploy|document|explain|find|fix|generate|give|implement|improve|install|investigate|make|migrate|move|optimi[sz]e|plan|port|provide|refactor|remove|rename|replace|review|rewrite|run|set up|split|summari[sz]e|survey|test|update|upgrade|why|write)\b/i
const manner =
  /^(?:do not|don'?t|never|always|please (?:plan|think)|(?:please )?read (?!\S{1,60}(?: \S{1,60}){0,3} and \w)|start by|this is an? |you have|note|important|think |be )|\bautonomous\b/i

/** Matches a sentence that tells how a thing should be. Beside an order it is the background of that order. */
const background = /^(?:the|this|that|these|those|it|they|a|an) (?:\S{1,40} ){0,8}?(?:should|must|ought to)\b/i

/** Matches an order that says what to do and to what, and so more than `fix it`. */
const order = new RegExp(
  `^(?:please |then |now |and )?(?:read (?:\\S{1,60} ){1,4}and )?${goal.source}(?! (?:it|this|that|them)\\W*$)(?: \\S{1,60}){2}`,
  "i"
)

/** Scores how well a sentence of a message names the request. */
const namingWorth = (sentence: string, index: number): number =>
  (goal.test(sentence) ? 1 : 0) +
  (matter.test(sentence) ? 1 : manner.test(sentence) || saysHow.test(sentence) ? -4 : 0) -
  (index > 0 ? 2 : 0)

/**
 * Returns the sentence of a message that names its request best, among its first few sentences without those that are
 * only polite. Of several equal ones the first counts.
 */
export const requestIn = (text: string): string => {
  const given = withoutFrame(text.slice(0, 20_000))
  const plan = titleOfPlan(given)
  if (plan !== undefined) {
    return withoutSecrets(plan)
  }
  const plain = withoutSecrets(wordsToAssistant(given) || given)
    .replace(link, "$1")
    .replace(/^\s{0,12}(?:#{1,6}|>)\s+/gm, "")
  const sentences = sentencesOf(withoutGreeting(plain))
  const meant = sentences
    .filter(
      (sentence) =>
        /\p{L}{2}/u.test(sentence) && !onlyWord.test(sentence) && !isGreeting(sentence) && !isPraise(sentence)
    )
    .slice(0, 8)
  const hasOrder = meant.some((sentence) => order.test(sentence))
  const best = meant.reduce(
    (found, sentence, index) => {
      const worth = namingWorth(sentence, index) - (hasOrder && background.test(sentence) ? 3 : 0)
      return worth > found.worth ? { sentence, worth } : found
    },
    { sentence: "", worth: Number.NEGATIVE_INFINITY }
  ).sentence
  const at = best.length > titleCharacters ? (matter.exec(best)?.index ?? 0) : 0
  return best === "" ? (sentences[0] ?? plain) : best.slice(at)
}

/** Shortens a request to its core, without polite words. */
const shortRequest = (text: string, limit: number): string => {
  const core = oneLine(requestIn(text))
  const bare = withoutPoliteness(withoutGreeting(core).replace(leadingWords, "")).replace(
    /,? (?:please|pls|bitte|por favor|s['’]il te plaît|stp|пожалуйста|proszę|lütfen)[.!]?$/iu,
    ""
  )
  return plainLine(bare.length < 3 ? core : bare, limit).replace(/[.,;:]$/, "")
}

const fileNames = (task: Task): ReadonlyArray<string> => [...new Set(stepsOf(task).flatMap(filesOf).map(changedPath))]

/** Makes a title for a task without a request from its work: the edited files, the command or the tool. */
const workTitle = (task: Task): string => {
  const files = fileNames(task)
  if (files.length > 0) {
    const shown = files.slice(0, 3).map((file) => plainLine(file, 60))
    return `Edited ${listed(files.length > 3 ? [...shown, `${files.length - 3} more files`] : shown)}`
  }
  const steps = stepsOf(task)
  const command = steps.findLast((step) => step._tag === "CommandStep" && !step.isLook)
  if (command?._tag === "CommandStep") {
    return `Ran ${plainLine(command.shown.split("\n", 1)[0] ?? "", 70)}`
  }
  const tool = steps.find((step) => step._tag === "ToolStep")
  return tool?._tag === "ToolStep"
    ? `Used ${plainLine(tool.tool, 50)}`
    : saidIn(task).length > 0
      ? "Looked around and reported"
      : "Work without a recorded request"
}

/**
 * Returns the words of a later message that belong in the title of its task: an order, a correction, or a consent that
 * says more than yes. Empty for any other message.
 */
const carriedOn = ({ kind, text, word }: Asked): ReadonlyArray<string> => {
  if (kind === "answer" || kind === "note" || word.stance === "drops") {
    return []
  }
  const line = withoutSecrets(oneLine(text.slice(0, 400)))
  const words = line.split(" ").length
  const isTold = word.stance === "rejects" || (word.stance !== "approves" && words > 1 && words <= 12)
  const sentences = isTold ? sentencesOf(line).filter((sentence) => !onlyWord.test(sentence)) : []
  // A correction may begin with a question about the work, and give the order after it.
  const order = word.stance === "rejects" ? sentences.find((sentence) => !isQuestion(sentence)) : undefined
  const told = order ?? sentences[0]
  return told === undefined ? [] : [plainLine(told, 60).replace(/[.,;:]$/, "")]
}

/** Writes the title of a task, on one line. */
export const titleOf = (task: Task): string => {
  const [first, ...followUps] = task.requests.filter(({ word }) => !word.isGreeting)
  return first === undefined
    ? workTitle(task)
    : [shortRequest(first.text, titleCharacters), ...followUps.flatMap(carriedOn).slice(0, 2)].join(" → ")
}
