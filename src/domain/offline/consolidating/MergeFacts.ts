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

const ageIn =
  ({ order }: Sorted) =>
  ({ threadId }: KnownFact): number =>
    order.get(threadId) ?? 0

/**
 * The wishes that last: those that say so, and those that were said in two sessions, whatever their form. A wish of one
 * task supersedes nothing.
 */
const lastingWishes = (wishes: ReadonlyArray<FactOf<"Wish">>): ReadonlyArray<HeldWish> => {
  const ofTasks = new Wishes()
  wishes.filter(({ content }) => !content.isLasting).forEach((fact) => ofTasks.add(fact.text, [fact.threadId], [fact]))
  const repeated = new Set(
    ofTasks
      .held()
      .filter(({ facts }) => new Set(facts.map(({ threadId }) => threadId)).size > 1)
      .flatMap(({ facts }) => facts)
  )
  const lasting = new Wishes()
  wishes
    .filter((fact) => fact.content.isLasting || repeated.has(fact))
    .forEach((fact) => lasting.add(fact.text, [fact.threadId], [fact]))
  return lasting.held()
}

const wantsOf = ({ order, wishes }: Sorted): ReadonlyArray<WeighedLine> =>
  byWorth(
    lastingWishes(wishes).flatMap(({ facts: [first, ...others], isForGood, text }) =>
      first === undefined
        ? []
        : [
            projectLine(
              [first, ...others],
              withDay(text, newestTime([first, ...others])),
              worth.wish + (isForGood ? 24 : 0),
              order
            )
          ]
    )
  )

/** Lists the wishes that superseded others, of facts given newest session first. */
export const supersedingWishes = (facts: ReadonlyArray<KnownFact>): ReadonlyArray<WishChain> =>
  lastingWishes(facts.filter(isOf("Wish"))).flatMap(({ facts: all, superseded }) => {
    const old = new Set(superseded.flat())
    const [newest] = all
    return newest === undefined || superseded.length === 0
      ? []
      : [{ standing: [newest, ...all.slice(1).filter((fact) => !old.has(fact))] as const, superseded }]
  })

/** The answers to the assistant's questions; of the same question the newest one counts. */
const decidedOf = ({ decisions, order }: Sorted): ReadonlyArray<WeighedLine> =>
  byWorth(
    groupsOf(decisions, ({ content }) => [...meaningfulWords(content.question)].toSorted().join(" ")).map((group) =>
      projectLine(group, withDay(group[0].text, newestTime(group)), worth.decision, order)
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

const worksOf = (facts: Sorted): ReadonlyArray<WeighedLine> => {
  const { commands, order } = facts
  const isFailing = failingIn(facts)
  const reusable = commands.filter(({ content }) => content.isReusable && content.passes > 0)
  const meant = new Map(reusable.flatMap(({ content }) => content.aliases.map((alias) => [alias, content.key])))
  const keyOf = ({ content }: FactOf<"Command">): string => meant.get(content.key) ?? content.key
  const groups = groupsOf(reusable, (fact) => (fact.content.kind === "run" ? fact.content.use : keyOf(fact)))
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
      const fact = commonest(group)
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
      return projectLine(group, asPublished(text, spellings), isFix ? worth.fix : worth.passedAfter, order)
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

/** True if two titles name the same task, as far as their words tell; either may be cut. */
const isSameTask = (one: string, other: string): boolean => {
  const first = meaningfulWords(one.split(" → ", 1)[0] ?? "")
  const second = meaningfulWords(other.split(" → ", 1)[0] ?? "")
  return first.size > 0 && similarity(first, second) >= 0.6
}

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
      .filter(([{ text }]) => !said.some((line) => isSaidIn(text, line.text)))
      .map((group) => projectLine(group, capitalised(group[0].text), worth.open, facts.order))
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
