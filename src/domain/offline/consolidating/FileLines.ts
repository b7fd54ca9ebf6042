import { filesNamedIn, isOneOf } from "../judging/Findings.js"
import { inCode } from "../writing/Wording.js"
import { byWorth, fileListText, projectLine, type WeighedLine } from "./ProjectLines.js"
import { isSaidIn } from "./SameMeaning.js"
import { ageIn, type FactOf, type Group, groupsOf, type Sorted, worth } from "./SortedFacts.js"

/* The lines of the files that were worked on, and of findings about them. */

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
): ReadonlyArray<WeighedLine> => {
  const told = new Set<string>()
  return groups.flatMap((group) => {
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
    const rest = left.join("; ")
    // What the assistant said of several files at once is told of the first one.
    if (remark === "" || rest === "" || told.has(rest)) {
      return []
    }
    told.add(rest)
    const text = `${inCode(newest.content.path, 160)}: ${rest}`
    return [projectLine(group, text, worth.place + 4 * Math.log2(editsOf(group)), order)]
  })
}

/** Makes the lines of the files: one for those with the most edits, and one for each remark. */
export const placesOf = (facts: Sorted, said: ReadonlyArray<WeighedLine>): ReadonlyArray<WeighedLine> => {
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
export const findingsOf = (facts: Sorted): ReadonlyArray<WeighedLine> => {
  const ageOf = ageIn(facts)
  const edited = facts.changedFiles.map((fact) => ({ path: fact.content.path, age: ageOf(fact) }))
  const isChanged = (finding: FactOf<"Finding">): boolean => {
    const { claim, files } = finding.content
    const isNamed = isOneOf([...filesNamedIn(claim), ...files])
    return edited.some(({ age, path }) => age <= ageOf(finding) && isNamed(path))
  }
  return byWorth(
    groupsOf(facts.findings, ({ id }) => id).flatMap((group) =>
      isChanged(group[0]) ? [] : [projectLine(group, group[0].text, worth.finding, facts.order)]
    )
  )
}
