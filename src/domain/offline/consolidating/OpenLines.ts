import type { KnownFact } from "../../facts/ProjectFacts.js"
import { isTaskRunner } from "../judging/CheckCoverage.js"
import { placeInKey } from "../commands/CommandNames.js"
import { programFamilies } from "../commands/CommandPrograms.js"
import { namesOf, type TestNames, vouchesFor } from "../verdicts/TestNames.js"
import { errorSignature } from "../writing/ErrorNames.js"
import { capitalised } from "../writing/Wording.js"
import { ByKeys } from "./Merging.js"
import { byWorth, correctionIn, projectLine, type WeighedLine } from "./ProjectLines.js"
import { meaningfulWords, sayingIn, similarity, tellingWords } from "./SameMeaning.js"
import {
  ageIn,
  type FactOf,
  type Group,
  groupsOf,
  isCheck,
  isPartOf,
  isSameTask,
  newestAges,
  sameTaskFrom,
  type Sorted,
  titleWords,
  worth
} from "./SortedFacts.js"

/* The lines of work that was left open and that no session has done since. */

/**
 * Returns the keys of the wider commands that a command is a part of, as `pytest` for `pytest tests`; see {@link
 * isPartOf}.
 */
const withWider = (key: string): ReadonlyArray<string> => {
  const words = key.split(" ")
  return words
    .map((_, index) => words.slice(0, index + 1).join(" "))
    .filter((wider) => wider !== key && isPartOf(key, wider))
}

/**
 * Returns a test for the failure of a test: true if a run in the same directory that covers as much passed later, by a
 * program of the same family or by a task runner.
 */
const testedSince = (facts: Sorted): ((item: FactOf<"Open">) => boolean) => {
  const ageOf = ageIn(facts)
  const tests = facts.commands.filter(({ content }) => content.kind === "test")
  const passed = tests.filter(({ content }) => content.passes > 0)
  const familyOf = ({ content: { program } }: FactOf<"Command">): string => programFamilies.get(program) ?? program
  return (item) => {
    const { command } = item.content
    const failed = tests.find(({ content }) => content.key === command)
    const isLater = (fact: KnownFact): boolean =>
      fact.threadId === item.threadId ? fact.lastLine > item.line : ageOf(fact) < ageOf(item)
    return (
      failed !== undefined &&
      passed.some(
        (fact) =>
          isLater(fact) &&
          placeInKey(fact.content.key) === placeInKey(failed.content.key) &&
          (fact.content.narrowness === 0 || fact.content.narrowness < failed.content.narrowness) &&
          (familyOf(fact) === familyOf(failed) || isTaskRunner(fact.content.program))
      )
    )
  }
}

/** Returns a test for the failure of tests: true if an output of a newer session names all of them as passed. */
const namedSince = (facts: Sorted): ((item: FactOf<"Open">) => boolean) => {
  const ageOf = ageIn(facts)
  const outputs = new ByKeys<{ readonly names: TestNames; readonly age: number }>()
  for (const fact of facts.commands) {
    const { tests } = fact.content
    if (tests !== undefined) {
      outputs.add({ names: namesOf(tests), age: ageOf(fact) }, [...tests.passed, ...tests.passedGroups])
    }
  }
  return (item) => {
    const { tests } = item.content
    return (
      tests !== undefined &&
      outputs
        .under([...tests.failed, ...tests.failedGroups])
        .some(({ age, names }) => age < ageOf(item) && vouchesFor(names, namesOf(tests)))
    )
  }
}

/** Returns a test for open work: true if the same session or a newer one shows that it was done. */
const closedIn = (facts: Sorted): ((item: FactOf<"Open">) => boolean) => {
  const ageOf = ageIn(facts)
  const passed = facts.commands.filter(({ content }) => content.passes > 0)
  const passedAt = newestAges(passed.map((fact) => [fact.content.key, ageOf(fact)]))
  const checkedAt = newestAges(passed.filter(isCheck).map((fact) => [fact.content.key, ageOf(fact)]))
  const resolvedAt = newestAges(facts.failures.map((fact) => [fact.content.signature, ageOf(fact)]))
  const succeeded = new ByKeys<{ readonly words: ReadonlySet<string>; readonly age: number }>()
  for (const fact of facts.outcomes) {
    if (fact.content.outcome === "success") {
      const words = titleWords(fact.content.title)
      succeeded.add({ words, age: ageOf(fact) }, tellingWords(words, sameTaskFrom))
    }
  }
  const isDone = (title: string, age: number): boolean => {
    const words = titleWords(title)
    return succeeded
      .under(tellingWords(words, sameTaskFrom))
      .some((other) => other.age < age && isSameTask(other.words, words))
  }
  const isTestedSince = testedSince(facts)
  const isNamedSince = namedSince(facts)
  return (item) => {
    const age = ageOf(item)
    const { command, error, title } = item.content
    const isNewer = (at: number | undefined): boolean => at !== undefined && at < age
    return (
      (error !== null && isNewer(resolvedAt.get(errorSignature(error)))) ||
      (command !== null &&
        (isNewer(passedAt.get(command)) || withWider(command).some((wider) => isNewer(checkedAt.get(wider))))) ||
      (title !== null && isDone(title, age)) ||
      isTestedSince(item) ||
      isNamedSince(item)
    )
  }
}

/** The share of words that two wordings of one open item have in common. */
const sameItemFrom = 0.8

/** Makes the lines of open work, without what a line in `said` says already. */
export const openOf = (facts: Sorted, said: ReadonlyArray<WeighedLine>): ReadonlyArray<WeighedLine> => {
  const isClosed = closedIn(facts)
  const groups = new ByKeys<{ readonly words: ReadonlySet<string>; readonly group: Group<"Open"> }>()
  for (const [first, ...others] of groupsOf(
    facts.open.filter((item) => !isClosed(item)),
    ({ id }) => id
  )) {
    const words = meaningfulWords(first.text)
    const keys = tellingWords(words, sameItemFrom)
    const same = groups.under(keys).find((known) => similarity(known.words, words) >= sameItemFrom)
    if (same === undefined) {
      groups.add({ words, group: [first, ...others] }, keys)
    } else {
      same.group.push(first, ...others)
    }
  }
  const isSaid = sayingIn(said.map(({ text }) => text))
  return byWorth(
    groups
      .all()
      .filter(({ group }) => correctionIn(group) !== undefined || !isSaid(group[0].text))
      .map(({ group }) =>
        projectLine(group, correctionIn(group) ?? capitalised(group[0].text), worth.open, facts.order)
      )
  )
}
