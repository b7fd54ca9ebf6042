import type { FactContent } from "../../facts/Fact.js"
import type { KnownFact, ProjectFacts, WishChain } from "../../facts/ProjectFacts.js"
import { withDay } from "../../memory/SaidOn.js"
import { checkKinds } from "../reading/CommandPrograms.js"
import { commandKey } from "../importing/CommandBullets.js"
import { errorSignature } from "../writing/ErrorNames.js"
import { capitalised, inCode } from "../writing/Wording.js"
import { FailureLines, type HeldWish, Wishes } from "./Merging.js"
import { proceduresOf } from "./Procedures.js"
import {
  byWorth,
  correctionIn,
  fileListText,
  newestTime,
  projectLine,
  sessionOrder,
  type WeighedLine,
  withRanks
} from "./ProjectLines.js"
import { isSaidIn, meaningfulWords, similarity } from "./SameMeaning.js"

/** Merges the facts of all sessions of a project: the newer fact wins, and nothing is told twice. */

/** The worth of a line of each section; see `worthOf`. */
const worth = {
  wish: 100,
  check: 92,
  fix: 82,
  files: 78,
  limit: 70,
  open: 62,
  decision: 60,
  command: 56,
  passedAfter: 46,
  place: 40,
  finding: 36
}

type ContentOf<K extends FactContent["_tag"]> = Extract<FactContent, { readonly _tag: K }>

/** A fact of one kind. */
type FactOf<K extends FactContent["_tag"]> = KnownFact & { readonly content: ContentOf<K> }

/** Facts of one kind that belong together, newest first. */
type Group<K extends FactContent["_tag"]> = [FactOf<K>, ...Array<FactOf<K>>]

const isOf =
  <K extends FactContent["_tag"]>(kind: K) =>
  (fact: KnownFact): fact is FactOf<K> =>
    fact.content._tag === kind

const groupsOf = <K extends FactContent["_tag"]>(
  facts: ReadonlyArray<FactOf<K>>,
  keyOf: (fact: FactOf<K>) => string
): ReadonlyArray<Group<K>> => {
  const groups = new Map<string, Group<K>>()
  for (const fact of facts) {
    const key = keyOf(fact)
    const known = groups.get(key)
    if (known === undefined) {
      groups.set(key, [fact])
    } else {
      known.push(fact)
    }
  }
  return [...groups.values()]
}

/** The facts of a project by kind, and the order of its sessions. */
interface Sorted {
  readonly order: ReadonlyMap<string, number>
  readonly wishes: ReadonlyArray<FactOf<"Wish">>
  readonly decisions: ReadonlyArray<FactOf<"Decision">>
  readonly commands: ReadonlyArray<FactOf<"Command">>
  readonly failures: ReadonlyArray<FactOf<"Failure">>
  readonly limits: ReadonlyArray<FactOf<"Limit">>
  readonly files: ReadonlyArray<FactOf<"File">>
  readonly findings: ReadonlyArray<FactOf<"Finding">>
  readonly open: ReadonlyArray<FactOf<"Open">>
  readonly outcomes: ReadonlyArray<FactOf<"Outcome">>
}

const sorted = (facts: ReadonlyArray<KnownFact>): Sorted => ({
  order: sessionOrder(facts),
  wishes: facts.filter(isOf("Wish")),
  decisions: facts.filter(isOf("Decision")),
  commands: facts.filter(isOf("Command")),
  failures: facts.filter(isOf("Failure")),
  limits: facts.filter(isOf("Limit")),
  files: facts.filter(isOf("File")),
  findings: facts.filter(isOf("Finding")),
  open: facts.filter(isOf("Open")),
  outcomes: facts.filter(isOf("Outcome"))
})

/** Groups facts by their sessions. */
const groupsBySession = <K extends FactContent["_tag"]>(
  facts: ReadonlyArray<FactOf<K>>
): ReadonlyArray<readonly [string, Group<K>]> =>
  groupsOf(facts, ({ threadId }) => threadId).map((group) => [group[0].threadId, group] as const)

const ageIn =
  ({ order }: Sorted) =>
  ({ threadId }: KnownFact): number =>
    order.get(threadId) ?? 0

/** True if two titles name the same task, as far as their words tell; either may be cut. */
const isSameTask = (one: string, other: string): boolean => {
  const first = meaningfulWords(one.split(" → ", 1)[0] ?? "")
  const second = meaningfulWords(other.split(" → ", 1)[0] ?? "")
  return first.size > 0 && similarity(first, second) >= 0.6
}

/** Tells the title of the task that a fact belongs to; undefined if no task of its session holds its line. */
const titlesIn = (outcomes: ReadonlyArray<FactOf<"Outcome">>): ((fact: KnownFact) => string | undefined) => {
  const bySession = new Map(groupsBySession(outcomes))
  return ({ line, threadId }) =>
    bySession.get(threadId)?.find((task) => task.line <= line && line <= task.lastLine)?.content.title
}

/**
 * True if the user said something again beside another request. A request that is made once more, or a session that is
 * begun again with the same words, repeats everything in it.
 */
const isSaidAgain = (facts: ReadonlyArray<KnownFact>, titleOf: (fact: KnownFact) => string | undefined): boolean => {
  const [first, ...others] = facts
  const title = first === undefined ? undefined : titleOf(first)
  return others.some((other) => {
    const otherTitle = titleOf(other)
    return (
      other.threadId !== first?.threadId &&
      (title === undefined || otherTitle === undefined || !isSameTask(title, otherTitle))
    )
  })
}

/**
 * The wishes that last: those that say so, and those that were said in two sessions beside different requests, whatever
 * their form. A wish of one task supersedes nothing.
 */
const lastingWishes = ({ outcomes, wishes }: Pick<Sorted, "outcomes" | "wishes">): ReadonlyArray<HeldWish> => {
  const titleOf = titlesIn(outcomes)
  const ofTasks = new Wishes()
  wishes.filter(({ content }) => !content.isLasting).forEach((fact) => ofTasks.add(fact.text, [fact.threadId], [fact]))
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
    .forEach((fact) => lasting.add(fact.text, [fact.threadId], [fact]))
  return lasting.held()
}

/** The line of a wish or an answer: the words and the day of the newest time; a person's correction as it is. */
const saidLine = (text: string, facts: ReadonlyArray<KnownFact>): string =>
  facts.some((fact) => fact.isCorrected === true && fact.text === text) ? text : withDay(text, newestTime(facts))

const wantsOf = (all: Sorted): ReadonlyArray<WeighedLine> =>
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

/** Lists the wishes that superseded others, of facts given newest session first. */
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

/** The answers to the assistant's questions; of the same question the newest one counts. */
const decidedOf = ({ decisions, order }: Sorted): ReadonlyArray<WeighedLine> =>
  byWorth(
    groupsOf(decisions, ({ content }) => [...meaningfulWords(content.question)].toSorted().join(" ")).map((group) =>
      projectLine(group, saidLine(correctionIn(group) ?? group[0].text, group), worth.decision, order)
    )
  )

/** True if the check is part of a wider one in the same directory, as `pytest tests` is of `pytest`. */
const isPartOf = (key: string, wider: string): boolean =>
  key.startsWith(`${wider} `) && !key.slice(wider.length).includes("@")

/** The spelling of most sessions; of equals the shortest, then the newest. */
const commonest = (group: Group<"Command">): FactOf<"Command"> => {
  const counts = new Map<string, number>()
  group.forEach(({ text }) => counts.set(text, (counts.get(text) ?? 0) + 1))
  const [first = group[0]] = group.toSorted(
    (one, other) => (counts.get(other.text) ?? 0) - (counts.get(one.text) ?? 0) || one.text.length - other.text.length
  )
  return first
}

const isCheck = ({ content }: FactOf<"Command">): boolean => [...checkKinds].some((kind) => kind === content.kind)

/** Tells the commands that fail in a session that is newer than their last pass. */
const failingIn = (facts: Sorted): ((key: string) => boolean) => {
  const ageOf = ageIn(facts)
  const ageOfFirst = (found: ReadonlyArray<readonly [string, number]>): ReadonlyMap<string, number> =>
    new Map(found.toReversed())
  const failedAt = ageOfFirst(
    facts.open.flatMap((fact) => (fact.content.command === null ? [] : [[fact.content.command, ageOf(fact)] as const]))
  )
  const passedAt = ageOfFirst(
    facts.commands.filter(({ content }) => content.passes > 0).map((fact) => [fact.content.key, ageOf(fact)] as const)
  )
  return (key) => {
    const failed = failedAt.get(key)
    return failed !== undefined && failed < (passedAt.get(key) ?? Number.POSITIVE_INFINITY)
  }
}

/** Matches a prohibition of a run of everything, in the languages of the wishes. */
const noWhole =
  /(?<!\p{L})(?:never|not|don'?t|do not|avoid|nie(?:mals)?|nicht|jamais|pas|nunca|jamás|no|não|не|никогда|nigdy|đừng|không)(?!\p{L}).{0,24}(?<!\p{L})(?:whole|full|entire|everything|all|ganzen?|gesamten?|komplette?n?|alle|toute?s?|tod[ao]s?|entera|complet[ae]|inteira|вс[её]|всю|весь|cał\p{L}+|wszystk\p{L}+|tất cả|toàn bộ)(?!\p{L})|(?:tüm|bütün|hepsi).{0,24}m[ae](?:y[ıi]n)?(?!\p{L})|(?:不要|别|绝不|不准).{0,12}(?:全部|整个|所有|完整)|(?:全部|全体|すべて|全て).{0,16}ない|(?:전체|모든).{0,16}(?:지 ?마|지 ?말)/iu

/** Lists the keys of the commands that a message quotes which also rules out a run of everything. */
const insteadOfWhole = ({ wishes }: Sorted): ReadonlyArray<string> =>
  groupsOf(
    wishes.filter(({ content }) => content.isLasting),
    ({ line, threadId }) => `${threadId} ${line}`
  )
    .map((group) => group.map(({ content }) => content.words))
    .filter((said) => said.some((words) => noWhole.test(words)))
    .flatMap((said) => [...said.join(" ").matchAll(/`([^`]{2,200})`/g)].map(([, code = ""]) => commandKey(code)))

const worksOf = (facts: Sorted): ReadonlyArray<WeighedLine> => {
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
  return byWorth(
    groups.flatMap((group) => {
      const fact = group.find(({ isCorrected }) => isCorrected === true) ?? commonest(group)
      // A look in one session answered one question; only a look that is repeated is worth a line.
      const isOnce = fact.content.kind === "look" && new Set(group.map(({ threadId }) => threadId)).size < 2
      return isOnce || isSpared(fact) || isFailing(keyOf(fact))
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

const verifiedBy = /; verified by `([^`]{1,300})`/

/** Replaces the `verified by` command of a fix by its published spelling, if it only adds arguments to that. */
const asPublished = (text: string, works: ReadonlyArray<string>): string => {
  const check = verifiedBy.exec(text)?.[1]
  const known = works.find((work) => check?.startsWith(`${work} `) === true && commandKey(work) === commandKey(check))
  return known === undefined ? text : text.replace(verifiedBy, () => `; verified by \`${known}\``)
}

/** The failures with what resolved them. One that is open in a newer session has not been resolved. */
const failuresOf = (facts: Sorted, works: ReadonlyArray<WeighedLine>): ReadonlyArray<WeighedLine> => {
  const { failures, open, order } = facts
  const ageOf = ageIn(facts)
  const failedAgain = new Map(
    open
      .toReversed()
      .flatMap((fact) =>
        fact.content.error === null ? [] : [[errorSignature(fact.content.error), ageOf(fact)] as const]
      )
  )
  const published = new Set(works.flatMap(({ ids }) => ids))
  const commands = facts.commands.flatMap(({ content, id }) => (published.has(id) ? [content.command] : []))
  const spellings = [...new Set(commands)].toSorted((one, other) => one.length - other.length)
  const merged = new FailureLines()
  failures
    .filter((fact) => ageOf(fact) <= (failedAgain.get(fact.content.signature) ?? Number.POSITIVE_INFINITY))
    .forEach((fact) => merged.add(fact))
  return byWorth(
    merged.all().map(({ facts: group, text }) => {
      const { content } = group[0]
      const isFix = content._tag === "Failure" && content.isFixed
      return projectLine(
        group,
        correctionIn(group) ?? asPublished(text, spellings),
        isFix ? worth.fix : worth.passedAfter,
        order
      )
    })
  )
}

const limitsOf = ({ limits, order }: Sorted): ReadonlyArray<WeighedLine> =>
  byWorth(groupsOf(limits, ({ id }) => id).map((group) => projectLine(group, group[0].text, worth.limit, order)))

/** The maximum number of files that the line of the most edited files lists. */
const mostFiles = 24

const editsOf = (group: Group<"File">): number => group.reduce((sum, { content }) => sum + content.edits, 0)

/** The files with a remark, a line each, without what a line about a failure of the file says already. */
const remarkedOf = (
  groups: ReadonlyArray<Group<"File">>,
  { order }: Sorted,
  said: ReadonlyArray<WeighedLine>
): ReadonlyArray<WeighedLine> =>
  groups.flatMap((group) => {
    const [newest] = group
    const corrected = group.find(({ isCorrected }) => isCorrected === true)
    if (corrected !== undefined) {
      const { content, text } = corrected
      const line = text.includes(content.path) ? text : `${inCode(content.path, 160)}: ${text}`
      return [projectLine(group, line, worth.place + 4 * Math.log2(editsOf(group)), order)]
    }
    const remark = group.find(({ content }) => content.remark !== "")?.content.remark ?? ""
    const own = said.filter(({ text }) => text.includes(newest.content.path))
    const isNew = (part: string): boolean => !own.some(({ text }) => isSaidIn(part, text))
    const left = isNew(remark) ? remark.split("; ").filter(isNew) : []
    const text = `${inCode(newest.content.path, 160)}: ${left.join("; ")}`
    return remark === "" || left.length === 0
      ? []
      : [projectLine(group, text, worth.place + 4 * Math.log2(editsOf(group)), order)]
  })

const placesOf = (facts: Sorted, said: ReadonlyArray<WeighedLine>): ReadonlyArray<WeighedLine> => {
  const { files, order } = facts
  const groups = groupsOf(files, ({ content }) => content.path)
  const remarked = remarkedOf(groups, facts, said)
  const told = [...said, ...remarked].map(({ text }) => text).join("\n")
  const most = groups
    .filter(([{ content }]) => !told.includes(inCode(content.path, 160)))
    .toSorted((one, other) => editsOf(other) - editsOf(one))
    .slice(0, mostFiles)
  const [first, ...others] = most.flat()
  const list = fileListText(most.map(([{ content }]) => inCode(content.path, 160)))
  return byWorth([
    ...(first === undefined ? [] : [projectLine([first, ...others], list, worth.files, order)]),
    ...remarked
  ])
}

const findingsOf = ({ findings, order }: Sorted): ReadonlyArray<WeighedLine> =>
  byWorth(groupsOf(findings, ({ id }) => id).map((group) => projectLine(group, group[0].text, worth.finding, order)))

/** Tells the open items that a newer session closed. */
const closedIn = (facts: Sorted): ((item: FactOf<"Open">) => boolean) => {
  const ageOf = ageIn(facts)
  const passed = facts.commands.filter(({ content }) => content.passes > 0)
  const resolved = new Map(facts.failures.toReversed().map((fact) => [fact.content.signature, ageOf(fact)]))
  const succeeded = facts.outcomes.filter(({ content }) => content.outcome === "success")
  return (item) => {
    const age = ageOf(item)
    const { command, error, title } = item.content
    const isNewer = (fact: KnownFact): boolean => ageOf(fact) < age
    return (
      (error !== null && (resolved.get(errorSignature(error)) ?? age) < age) ||
      (command !== null &&
        passed.some(
          (fact) =>
            isNewer(fact) && (fact.content.key === command || (isCheck(fact) && isPartOf(command, fact.content.key)))
        )) ||
      (title !== null && succeeded.some((fact) => isNewer(fact) && isSameTask(fact.content.title, title)))
    )
  }
}

const openOf = (facts: Sorted, said: ReadonlyArray<WeighedLine>): ReadonlyArray<WeighedLine> => {
  const isClosed = closedIn(facts)
  const groups: Array<Group<"Open">> = []
  for (const [first, ...others] of groupsOf(
    facts.open.filter((item) => !isClosed(item)),
    ({ id }) => id
  )) {
    const words = meaningfulWords(first.text)
    const same = groups.find(([known]) => similarity(meaningfulWords(known.text), words) >= 0.8)
    if (same === undefined) {
      groups.push([first, ...others])
    } else {
      same.push(first, ...others)
    }
  }
  return byWorth(
    groups
      .filter((group) => correctionIn(group) !== undefined || !said.some((line) => isSaidIn(group[0].text, line.text)))
      .map((group) => projectLine(group, correctionIn(group) ?? capitalised(group[0].text), worth.open, facts.order))
  )
}

/** Merges the facts of all sessions of a project, which are given newest session first. */
export const projectFacts = (facts: ReadonlyArray<KnownFact>): ProjectFacts => {
  const all = sorted(facts)
  const wants = wantsOf(all)
  const works = worksOf(all)
  const failures = failuresOf(all, works)
  const sections = withRanks({
    wants,
    decided: decidedOf(all),
    works,
    failures,
    limits: limitsOf(all),
    places: placesOf(all, failures),
    findings: findingsOf(all),
    open: openOf(all, [...wants, ...failures])
  })
  return { ...sections, procedures: proceduresOf(all.commands) }
}
