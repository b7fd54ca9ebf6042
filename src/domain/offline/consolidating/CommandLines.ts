import { commandKey } from "../importing/CommandBullets.js"
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

/** Makes the lines of the commands that work. */
export const worksOf = (facts: Sorted): ReadonlyArray<WeighedLine> => {
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
  const tests = groups.map(commonest).filter(({ content }) => content.kind === "test")
  const isSpared = (fact: FactOf<"Command">): boolean =>
    fact.content.kind === "test" &&
    tests.some(
      (other) =>
        other.content.program === fact.content.program &&
        (other.content.narrowness < fact.content.narrowness || isPartOf(fact.content.key, other.content.key))
    )
  const narrow = new Set(mostUsefulOf(tests.filter((fact) => fact.content.narrowness > 0 && !isSpared(fact))))
  return byWorth(
    groups.flatMap((group) => {
      const fact = group.find(({ isCorrected }) => isCorrected === true) ?? commonest(group)
      // A look in one session answered one question; only a look that is repeated is worth a line.
      const isOnce = fact.content.kind === "look" && new Set(group.map(({ threadId }) => threadId)).size < 2
      const isOneOfMany =
        fact.isCorrected !== true && tests.includes(fact) && fact.content.narrowness > 0 && !narrow.has(fact)
      return isOnce || isSpared(fact) || isOneOfMany || isFailing(keyOf(fact))
        ? []
        : [
            projectLine(
              group,
              fact.text,
              isCheck(fact) && fact.content.narrowness === 0 ? worth.check : worth.command,
              order
            )
          ]
    })
  )
}
