import { commandKey } from "../importing/CommandBullets.js"
import { productOptions } from "../commands/ProductOptions.js"
import { byWorth, projectLine, type WeighedLine } from "./ProjectLines.js"
import {
  ageIn,
  type FactOf,
  type Group,
  groupsOf,
  isCheck,
  isPartOf,
  newestAges,
  type Sorted,
  worth
} from "./SortedFacts.js"

/* The lines of the commands that work. */

/** Returns the fact whose text most sessions have; among equals the shortest, then the newest. */
const commonest = (group: Group<"Command">): FactOf<"Command"> => {
  const counts = new Map<string, number>()
  group.forEach(({ text }) => counts.set(text, (counts.get(text) ?? 0) + 1))
  const [first = group[0]] = group.toSorted(
    (one, other) => (counts.get(other.text) ?? 0) - (counts.get(one.text) ?? 0) || one.text.length - other.text.length
  )
  return first
}

/** Returns a test for the key of a command: true if the command fails in a session that is newer than its last pass. */
const failingIn = (facts: Sorted): ((key: string) => boolean) => {
  const ageOf = ageIn(facts)
  const failedAt = newestAges(
    facts.open.flatMap((fact) => (fact.content.command === null ? [] : [[fact.content.command, ageOf(fact)] as const]))
  )
  const passedAt = newestAges(
    facts.commands.filter(({ content }) => content.passes > 0).map((fact) => [fact.content.key, ageOf(fact)] as const)
  )
  return (key) => {
    const failed = failedAt.get(key)
    return failed !== undefined && failed < (passedAt.get(key) ?? Number.POSITIVE_INFINITY)
  }
}

/** Matches a prohibition of running everything, such as "never run the whole suite", in several languages. */
const noWhole =
  /(?<!\p{L})(?:never|not|don'?t|do not|avoid|nie(?:mals)?|nicht|jamais|pas|nunca|jamás|no|não|не|никогда|nigdy|đừng|không)(?!\p{L}).{0,24}(?<!\p{L})(?:whole|full|entire|everything|all|ganzen?|gesamten?|komplette?n?|alle|toute?s?|tod[ao]s?|entera|complet[ae]|inteira|вс[её]|всю|весь|cał\p{L}+|wszystk\p{L}+|tất cả|toàn bộ)(?!\p{L})|(?:tüm|bütün|hepsi).{0,24}m[ae](?:y[ıi]n)?(?!\p{L})|(?:不要|别|绝不|不准).{0,12}(?:全部|整个|所有|完整)|(?:全部|全体|すべて|全て).{0,16}ない|(?:전체|모든).{0,16}(?:지 ?마|지 ?말)/iu

/**
 * Lists the keys of the commands that a message quotes, if the message also forbids running everything. Memory then
 * does not list a wider form of such a command.
 */
const insteadOfWhole = ({ wishes }: Sorted): ReadonlyArray<string> =>
  groupsOf(
    wishes.filter(({ content }) => content.isLasting),
    ({ line, threadId }) => `${threadId} ${line}`
  )
    .map((group) => group.map(({ content }) => content.words))
    .filter((said) => said.some((words) => noWhole.test(words)))
    .flatMap((said) => [...said.join(" ").matchAll(/`([^`]{2,200})`/g)].map(([, code = ""]) => commandKey(code)))

const packageTools: ReadonlySet<string> = new Set(["npm", "pnpm", "yarn", "bun"])

/**
 * Returns the words that say what a command is run on: those of its key without options, with the values of options
 * that have any but a number. Package tools are one word, since a project changes from one to another.
 */
const aimsOf = ({ content: { key } }: FactOf<"Command">): ReadonlySet<string> =>
  new Set(
    key
      .split(" ")
      .map((word, index) => (index === 0 && packageTools.has(word) ? "package" : word))
      .map((word) => (word.startsWith("-") ? (/=(.*)$/.exec(word)?.[1] ?? "") : word))
      .filter((word) => word !== "" && !/^\d+$/.test(word))
  )

const isWithin = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  [...one].every((word) => other.has(word))

/**
 * Returns the groups whose command was run on the same things in another way since, with other options or by another
 * package tool, in as many sessions. Options that change what a command makes give it another purpose.
 */
const supersededIn = (groups: ReadonlyArray<Group<"Command">>, facts: Sorted): ReadonlySet<Group<"Command">> => {
  const ageOf = ageIn(facts)
  const ways = new Map<string, Array<Group<"Command">>>()
  for (const group of groups) {
    const { content } = group[0]
    const made = productOptions(content.key.split(" "))
    const key = [content.kind, ...[...aimsOf(group[0]), ...made].toSorted()].join(" ")
    ways.set(key, [...(ways.get(key) ?? []), group])
  }
  const lastRun = (group: Group<"Command">): readonly [age: number, line: number] => [
    ageOf(group[0]),
    Math.max(...group.filter((fact) => ageOf(fact) === ageOf(group[0])).map(({ lastLine }) => lastLine))
  ]
  const sessionsOf = (group: Group<"Command">): number => new Set(group.map(({ threadId }) => threadId)).size
  return new Set(
    [...ways.values()].flatMap((same) => {
      const [newest] = same.toSorted((one, other) => {
        const [age, line] = lastRun(one)
        const [otherAge, otherLine] = lastRun(other)
        return age - otherAge || otherLine - line
      })
      return same.filter((group) => newest !== undefined && group !== newest && sessionsOf(group) <= sessionsOf(newest))
    })
  )
}

/** The maximum number of commands of one program that run only some tests; more of them only show how to choose tests. */
const mostNarrow = 2

/** Returns the commands that run the most tests, {@link mostNarrow} of each program. */
const mostUsefulOf = (tests: ReadonlyArray<FactOf<"Command">>): ReadonlyArray<FactOf<"Command">> => {
  const counts = new Map<string, number>()
  return tests
    .toSorted((one, other) => one.content.narrowness - other.content.narrowness)
    .filter(({ content: { place, program } }) => {
      const count = (counts.get(`${program} ${place}`) ?? 0) + 1
      counts.set(`${program} ${place}`, count)
      return count <= mostNarrow
    })
}

/** Makes the lines of the commands that work. `isGone` is true for those that nobody can run any more. */
export const worksOf = (facts: Sorted, isGone: (fact: FactOf<"Command">) => boolean): ReadonlyArray<WeighedLine> => {
  const { commands, order } = facts
  const isFailing = failingIn(facts)
  const reusable = commands.filter(({ content }) => content.isReusable && content.passes > 0)
  const meant = new Map(reusable.flatMap(({ content }) => content.aliases.map((alias) => [alias, content.key])))
  const keyOf = ({ content }: FactOf<"Command">): string => meant.get(content.key) ?? content.key
  const instead = insteadOfWhole(facts)
  const groups = groupsOf(
    reusable.filter((fact) => !instead.some((key) => isPartOf(key, keyOf(fact)))),
    (fact) => (fact.content.kind === "run" ? fact.content.use : keyOf(fact))
  )
  const tests = groups
    .map(commonest)
    .filter(({ content }) => content.kind === "test")
    .map((fact) => ({ fact, content: fact.content, aims: aimsOf(fact) }))
  const isSpared = (fact: FactOf<"Command">): boolean => {
    const aims = aimsOf(fact)
    return (
      fact.content.kind === "test" &&
      tests.some(
        (other) =>
          other.content.program === fact.content.program &&
          (other.content.narrowness < fact.content.narrowness ||
            (other.aims.size < aims.size && isWithin(other.aims, aims)))
      )
    )
  }
  const isCorrected = (group: Group<"Command">): boolean => group.some((fact) => fact.isCorrected === true)
  const isHidden = (group: Group<"Command">): boolean =>
    // A look in one session answered one question; only a look that is repeated is worth a line.
    (group[0].content.kind === "look" && new Set(group.map(({ threadId }) => threadId)).size < 2) ||
    (isGone(group[0]) && !isCorrected(group)) ||
    isSpared(commonest(group)) ||
    isFailing(keyOf(commonest(group)))
  const left = groups.filter((group) => !isHidden(group))
  const superseded = supersededIn(left, facts)
  // What gives way to a newer command leaves its room to others.
  const someTests = left
    .filter((group) => !superseded.has(group))
    .map(commonest)
    .filter(({ content }) => content.kind === "test" && content.narrowness > 0)
  const narrow = new Set(mostUsefulOf(someTests))
  const isOneOfMany = (fact: FactOf<"Command">): boolean =>
    fact.content.kind === "test" && fact.content.narrowness > 0 && !narrow.has(fact)
  const told = left.filter((group) => isCorrected(group) || (!superseded.has(group) && !isOneOfMany(commonest(group))))
  return byWorth(
    told.map((group) => {
      const corrected = group.find(({ isCorrected }) => isCorrected === true)
      const fact = corrected ?? commonest(group)
      const ofKind = isCheck(fact) && fact.content.narrowness === 0 ? worth.check : worth.command
      return projectLine(group, fact.text, ofKind, order)
    })
  )
}
