import type { KnownFact, WishChain } from "../../facts/ProjectFacts.js"
import { withDay } from "../../memory/SaidOn.js"
import { isSteering } from "../wishes/TaskWords.js"
import { type HeldWish, Wishes } from "./Merging.js"
import { byWorth, correctionIn, newestTime, projectLine, type WeighedLine } from "./ProjectLines.js"
import { meaningfulWords } from "./SameMeaning.js"
import {
  type FactOf,
  groupsBySession,
  groupsOf,
  isOf,
  isSameTask,
  type Sorted,
  titleWords,
  worth
} from "./SortedFacts.js"

/* The lines of what the user wants, and of what the user decided. */

/**
 * Returns a function that finds the title of the task to which a fact belongs; undefined if the fact's line is in no
 * task of its session.
 */
const titlesIn = (outcomes: ReadonlyArray<FactOf<"Outcome">>): ((fact: KnownFact) => string | undefined) => {
  const bySession = new Map(groupsBySession(outcomes))
  return ({ line, threadId }) =>
    bySession.get(threadId)?.find((task) => task.line <= line && line <= task.lastLine)?.content.title
}

/**
 * True if the user said the same in another session beside a different request. If the same request is made again, for
 * example when a session is started anew with the same words, everything in it is repeated and proves nothing.
 */
const isSaidAgain = (facts: ReadonlyArray<KnownFact>, titleOf: (fact: KnownFact) => string | undefined): boolean => {
  const [first, ...others] = facts
  const title = first === undefined ? undefined : titleOf(first)
  return others.some((other) => {
    const otherTitle = titleOf(other)
    return (
      other.threadId !== first?.threadId &&
      (title === undefined || otherTitle === undefined || !isSameTask(titleWords(title), titleWords(otherTitle)))
    )
  })
}

/**
 * Lists the wishes that hold beyond their task: those whose words say so, and those that the user said in two sessions
 * beside different requests. Words that steer one task, such as a ban on editing anything, never last. Other wishes
 * supersede nothing.
 */
const lastingWishes = ({ outcomes, wishes }: Pick<Sorted, "outcomes" | "wishes">): ReadonlyArray<HeldWish> => {
  const titleOf = titlesIn(outcomes)
  const ofTasks = new Wishes()
  wishes
    .filter(({ content }) => !content.isLasting && !isSteering(content.words))
    .forEach((fact) => ofTasks.add(fact.text, [fact]))
  const repeated: ReadonlySet<KnownFact> = new Set(
    ofTasks
      .held()
      .flatMap(({ facts, superseded }) => {
        const old = new Set(superseded.flat())
        return [facts.filter((fact) => !old.has(fact)), ...superseded]
      })
      .filter((facts) => isSaidAgain(facts, titleOf))
      .flat()
  )
  const lasting = new Wishes()
  wishes
    .filter((fact) => fact.content.isLasting || repeated.has(fact))
    .forEach((fact) => lasting.add(fact.text, [fact]))
  return lasting.held()
}

/** The line of a wish or an answer: the words and the day of the newest time; a person's correction as it is. */
const saidLine = (text: string, facts: ReadonlyArray<KnownFact>): string =>
  facts.some((fact) => fact.isCorrected === true && fact.text === text) ? text : withDay(text, newestTime(facts))

/** Makes the lines of what the user wants. */
export const wantsOf = (all: Sorted): ReadonlyArray<WeighedLine> =>
  byWorth(
    lastingWishes(all).flatMap(({ facts: [first, ...others], isForGood, text }) =>
      first === undefined
        ? []
        : [
            projectLine(
              [first, ...others],
              saidLine(text, [first, ...others]),
              worth.wish + (isForGood ? 24 : 0),
              all.order
            )
          ]
    )
  )

/** Lists the wishes that superseded older ones. The facts are given newest session first. */
export const supersedingWishes = (facts: ReadonlyArray<KnownFact>): ReadonlyArray<WishChain> =>
  lastingWishes({ wishes: facts.filter(isOf("Wish")), outcomes: facts.filter(isOf("Outcome")) }).flatMap(
    ({ facts: all, superseded }) => {
      const old = new Set(superseded.flat())
      const [newest] = all
      return newest === undefined || superseded.length === 0
        ? []
        : [{ standing: [newest, ...all.slice(1).filter((fact) => !old.has(fact))] as const, superseded }]
    }
  )

/**
 * Lists the user's answers to the assistant's questions. If a question was asked more than once, its newest answer
 * counts.
 */
export const decidedOf = ({ decisions, order }: Sorted): ReadonlyArray<WeighedLine> =>
  byWorth(
    groupsOf(decisions, ({ content }) => [...meaningfulWords(content.question)].toSorted().join(" ")).map((group) =>
      projectLine(group, saidLine(correctionIn(group) ?? group[0].text, group), worth.decision, order)
    )
  )
