import type { FactContent } from "../../facts/Fact.js"
import type { KnownFact, ProjectFacts, WishChain } from "../../facts/ProjectFacts.js"
import { withDay } from "../../memory/SaidOn.js"
import { isTaskRunner } from "../judging/CheckCoverage.js"
import { filesNamedIn } from "../judging/Findings.js"
import { checkKinds, programFamilies } from "../reading/CommandPrograms.js"
import { commandKey } from "../importing/CommandBullets.js"
import { errorSignature } from "../writing/ErrorNames.js"
import { capitalised, inCode } from "../writing/Wording.js"
import { ByKeys, FailureLines, type HeldWish, Wishes } from "./Merging.js"
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
import { isSaidIn, meaningfulWords, sayingIn, similarity, tellingWords } from "./SameMeaning.js"

/* Merges the facts of all sessions of a project: the newer fact wins, and nothing is told twice. */

/** The base worth of a line by its kind, from which `projectLine` computes the worth that ranks it among all lines. */
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

/** A fact of a project whose content is of one kind. */
type FactOf<K extends FactContent["_tag"]> = KnownFact & { readonly content: ContentOf<K> }

/** Facts that are merged into one line, newest first. All are of one kind. */
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

/** The facts of a project, sorted by kind, and the order of its sessions. */
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

/** Groups facts by their session; returns each session's thread id with its facts. */
const groupsBySession = <K extends FactContent["_tag"]>(
  facts: ReadonlyArray<FactOf<K>>
): ReadonlyArray<readonly [string, Group<K>]> =>
  groupsOf(facts, ({ threadId }) => threadId).map((group) => [group[0].threadId, group] as const)

const ageIn =
  ({ order }: Sorted) =>
  ({ threadId }: KnownFact): number =>
    order.get(threadId) ?? 0

/** Returns the words of a title by which titles are compared. The title may have been cut. */
const titleWords = (title: string): ReadonlySet<string> => meaningfulWords(title.split(" → ", 1)[0] ?? "")

/** The minimum similarity, from 0 to 1, of two titles that name the same task. */
const sameTaskFrom = 0.6

/** True if two titles, given as their words, are so similar that they name the same task. */
const isSameTask = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  one.size > 0 && similarity(one, other) >= sameTaskFrom

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
 * beside different requests. Other wishes supersede nothing.
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
const decidedOf = ({ decisions, order }: Sorted): ReadonlyArray<WeighedLine> =>
  byWorth(
    groupsOf(decisions, ({ content }) => [...meaningfulWords(content.question)].toSorted().join(" ")).map((group) =>
      projectLine(group, saidLine(correctionIn(group) ?? group[0].text, group), worth.decision, order)
    )
  )

/**
 * True if one command is another one in the same directory with further arguments, as `pytest tests` is `pytest` with
 * an argument.
 */
const isPartOf = (key: string, wider: string): boolean =>
  key.startsWith(`${wider} `) && !key.slice(wider.length).includes("@")

/** Returns the fact whose text most sessions have; among equals the shortest, then the newest. */
const commonest = (group: Group<"Command">): FactOf<"Command"> => {
  const counts = new Map<string, number>()
  group.forEach(({ text }) => counts.set(text, (counts.get(text) ?? 0) + 1))
  const [first = group[0]] = group.toSorted(
    (one, other) => (counts.get(other.text) ?? 0) - (counts.get(one.text) ?? 0) || one.text.length - other.text.length
  )
  return first
}

const isCheck = ({ content }: FactOf<"Command">): boolean => [...checkKinds].some((kind) => kind === content.kind)

/** Returns a test for the key of a command: true if the command fails in a session that is newer than its last pass. */
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

/**
 * Replaces the command after `verified by` in the text of a fix by its spelling in the list of working commands, if it
 * is the same command with more arguments.
 */
const asPublished = (text: string, works: ReadonlyArray<string>): string => {
  const check = verifiedBy.exec(text)?.[1]
  const known = works.find((work) => check?.startsWith(`${work} `) === true && commandKey(work) === commandKey(check))
  return known === undefined ? text : text.replace(verifiedBy, () => `; verified by \`${known}\``)
}

/** Lists the failures with what resolved them, without those that are open again in a newer session. */
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

/** The maximum number of files that are listed in the one line of edited files. */
const mostFiles = 24

const editsOf = (group: Group<"File">): number => group.reduce((sum, { content }) => sum + content.edits, 0)

/**
 * Lists the files with a remark, one line each. A part of a remark that a line about a failure of the same file
 * contains is omitted.
 */
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
      const line = text.includes(inCode(content.path, 160)) ? text : `${inCode(content.path, 160)}: ${text}`
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
  const remarkedIds = new Set(remarked.flatMap(({ ids }) => ids))
  const plain = groups.filter((group) => !group.some(({ id }) => remarkedIds.has(id)))
  const told = [...said, ...remarked].map(({ text }) => text).join("\n")
  const isNews = plain.some(([{ content }]) => !told.includes(inCode(content.path, 160)))
  // A file that a fix names is listed beside others, but a list of such files alone says nothing new.
  const left = isNews ? plain : []
  const most = left.toSorted((one, other) => editsOf(other) - editsOf(one)).slice(0, mostFiles)
  const [first, ...others] = most.flat()
  const list = fileListText(
    most.map(([{ content }]) => inCode(content.path, 160)),
    most.length < left.length
  )
  return byWorth([
    ...(first === undefined ? [] : [projectLine([first, ...others], list, worth.files, order)]),
    ...remarked
  ])
}

/**
 * Lists the findings that may still hold. A finding that names a file is omitted if that session or a newer one edited
 * the file.
 */
const findingsOf = (facts: Sorted): ReadonlyArray<WeighedLine> => {
  const ageOf = ageIn(facts)
  const edited = facts.files.map((fact) => ({ path: fact.content.path, age: ageOf(fact) }))
  const isChanged = (finding: FactOf<"Finding">): boolean => {
    const named = filesNamedIn(finding.content.claim)
    return edited.some(
      ({ age, path }) => age <= ageOf(finding) && named.some((file) => path === file || path.endsWith(`/${file}`))
    )
  }
  return byWorth(
    groupsOf(facts.findings, ({ id }) => id).flatMap((group) =>
      isChanged(group[0]) ? [] : [projectLine(group, group[0].text, worth.finding, facts.order)]
    )
  )
}

/** Returns the age of the newest fact with each key. The pairs of key and age are given newest first. */
const newestAges = (keyed: ReadonlyArray<readonly [string, number]>): ReadonlyMap<string, number> =>
  new Map(keyed.toReversed())

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

const placeIn = (key: string): string | undefined => key.split(" @", 2)[1]

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
          placeIn(fact.content.key) === placeIn(failed.content.key) &&
          (fact.content.narrowness === 0 || fact.content.narrowness < failed.content.narrowness) &&
          (familyOf(fact) === familyOf(failed) || isTaskRunner(fact.content.program))
      )
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
  return (item) => {
    const age = ageOf(item)
    const { command, error, title } = item.content
    const isNewer = (at: number | undefined): boolean => at !== undefined && at < age
    return (
      (error !== null && isNewer(resolvedAt.get(errorSignature(error)))) ||
      (command !== null &&
        (isNewer(passedAt.get(command)) || withWider(command).some((wider) => isNewer(checkedAt.get(wider))))) ||
      (title !== null && isDone(title, age)) ||
      isTestedSince(item)
    )
  }
}

/** The share of words that two wordings of one open item have in common. */
const sameItemFrom = 0.8

const openOf = (facts: Sorted, said: ReadonlyArray<WeighedLine>): ReadonlyArray<WeighedLine> => {
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

/**
 * Merges the facts of all sessions of a project into the sections of its memory. The facts are given newest session
 * first.
 */
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
