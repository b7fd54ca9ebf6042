import { withoutCitations } from "../../memory/Citation.js"
import {
  codeIn,
  type CommandBullet,
  commandBullet,
  commandKey,
  keyIn,
  passedOf,
  placeAfter,
  withoutOutsideActs
} from "./CommandBullets.js"
import { errorSignature } from "../writing/ErrorNames.js"
import type { ReadTrace } from "./TraceReading.js"
import { lowered, plainLine } from "../writing/Wording.js"

/* Reads the bullets of trace memories, sorted by what they are about. `factsFromTrace` makes facts of them. */

/** A bullet about a failure, its fix, or both. */
export interface FailureBullet {
  /** The key of the error, equal for all occurrences of the same error. */
  readonly key: string
  readonly text: string
  /** True if the text names a fix. */
  readonly isFix: boolean
}

/** A bullet about a file or a place in it; the remark is empty if the file was only edited. */
export interface PlaceBullet {
  readonly path: string
  /** The whole bullet; `remark` is the part beside the path. */
  readonly text: string
  readonly remark: string
}

/** A bullet about open work: something left to do, a failure without a fix, or a pasted secret. */
export interface OpenBullet {
  readonly key: string
  readonly text: string
  /** The key of the command that failed, if the bullet is about a failure; `error` is the error of that command. */
  readonly command: string | undefined
  readonly error: string | undefined
  /** The title of the interrupted task, if the bullet is about one. */
  readonly title: string | undefined
}

/** The bullets of one trace memory, sorted by what they are about. */
export interface TraceBullets {
  readonly wishes: ReadonlyArray<string>
  readonly commands: ReadonlyArray<CommandBullet>
  readonly failures: ReadonlyArray<FailureBullet>
  readonly places: ReadonlyArray<PlaceBullet>
  readonly open: ReadonlyArray<OpenBullet>
  /** Commands that passed, in the order of their last pass. */
  readonly passed: ReadonlyArray<CommandBullet>
  readonly tasks: ReadTrace["tasks"]
}

const itemCharacters = 420

const linePointer =
  /\s*\(L\d{1,9}(?:(?:, | to |-)(?:again )?L?\d{1,9}){0,5}(?:, tried again L\d{1,9}, end not known)?\)/g

/** Removes line numbers of the rollout and citations from a bullet; the published line adds its own citations. */
const cleaned = (item: string): string => {
  const text = plainLine(withoutCitations(item.replace(linePointer, "")), itemCharacters)
  return (text.match(/`/g) ?? []).length % 2 === 0 ? text : `${text}\``
}

const fixWords =
  /\bpassed after \d{1,4} edits?\b|\b(?:fixed|resolved|solved|repaired|worked around) (?:by|with|after|when|via)\b|\bfix(?:es)?:|\b(?:the )?fix (?:is|was)\b|\bworks? (?:after|once|when|only)\b|\binstead\b/i
const failureWords = /\b(?:fails?|failed|failing|error|exception|does not work|doesn't work|broken|crash\w{0,4})\b/i
const concrete = /`|"|\b[\w-]+\.[A-Za-z]\w{0,5}\b|\/|\d|[A-Z]{3,}|--\w/

/** Reads a bullet about a failure; `isFix` is true if it names a fix. */
const failureBullet = (item: string, isFix: boolean): FailureBullet => {
  const name = item.split(/: (?:fixed by|passed after) |\bfixed by\b|\bresolved by\b|; verified by/i, 1)[0] ?? item
  return { key: errorSignature(name.slice(0, 300)), text: item, isFix }
}

const placeBullet = (item: string): PlaceBullet | undefined => {
  const path = codeIn(item) ?? /^([\w@./\\-]{2,160})(?=\s|:|$)/.exec(item)?.[1]
  if (path === undefined || !/[./\\]/.test(path) || /\s-/.test(path)) {
    return undefined
  }
  const after = item.slice(item.indexOf(path) + path.length).replace(/^`*/, "")
  const own =
    /^ \((added for "[^"]{1,160}"|added|edited|deleted|read for this|renamed from `[^`]{1,160}`|imports `[^`]{1,160}`)(?:, L\d{1,9})?\)(?:: (.*))?$/.exec(
      after
    )
  if (own !== null) {
    const purpose = own[1]?.startsWith("added for") === true ? own[1] : undefined
    const said = [purpose ?? "", own[2] ?? ""].filter((part) => part !== "").map(lowered)
    const remark = said.join("; ")
    const isEdited = own[1] === "edited" || own[1] === "added"
    return own[1] === "deleted" || (remark === "" && !isEdited)
      ? undefined
      : { path, text: remark === "" ? `\`${path}\`` : `\`${path}\`: ${remark}`, remark }
  }
  const rest = item.replace(path, "").replace(/[^\p{L}]/gu, "")
  const remark = after.replace(/[^\p{L}]/gu, "").length >= 8 ? after.replace(/^[\s:–—-]+/, "") : item
  return rest.length >= 8 ? { path, text: item, remark } : undefined
}

const pasted = /\bpasted (?:live-looking )?secrets into the session: (.{1,80}?); rotate/

const openBullet = (item: string): OpenBullet => {
  const bare = item.replace(/^open(?:, the assistant said)?:?\s*/i, "")
  const secrets = pasted.exec(bare)
  const brokenOff =
    /\b(?:broke off (?:in the middle of|before any answer to)|the user interrupted|the harness stopped) "([^"]{1,160})"(, asked after "[^"]{1,160}")?(?: before it was done| before any answer)?(; (?:the plan had left: |no result of ).*)?/.exec(
      bare
    )
  const broken = brokenOff?.[1]
  const failed = /^(`{1,3})(.{1,320}?)\1.{0,140}? failed.{0,40}?(?:: `{1,3}(.{1,320}?)`{1,3})?$/.exec(bare)
  const said = /^open, the assistant said/i.test(item)
  const text =
    secrets !== null
      ? `A user pasted into a session what looks like ${secrets[1] ?? "secrets"}: rotate what was pasted`
      : broken !== undefined
        ? `Unfinished: "${broken}"${brokenOff?.[2] ?? ""}${brokenOff?.[3] ?? ""}`
        : said
          ? `The assistant left open: ${bare}`
          : bare
  return {
    key: errorSignature(text),
    text,
    command: failed?.[2] === undefined ? undefined : keyIn(commandKey(failed[2]), placeAfter(bare, failed[2])),
    error: failed?.[3],
    title: broken
  }
}

const isOpen = (item: string): boolean =>
  /^(?:open\b|todo\b|follow-?up\b|remaining\b|unresolved\b|still (?:to do|open|failing|broken))/i.test(item)
const isOfNoUse = /^(?:the user corrected:|the (?:user interrupted|harness stopped) "|.{0,400} was not made to work\b)/

/**
 * Drops bullets about acts outside the working copy, since a later session would take them as advice to repeat them.
 */
const tellable = (items: ReadonlyArray<string>): ReadonlyArray<string> =>
  items.flatMap((item) => withoutOutsideActs(cleaned(item)) ?? [])

/** Reads the bullets of a trace memory. Bullets about knowledge or problems that name nothing concrete are dropped. */
export const bulletsOf = (trace: ReadTrace): TraceBullets => {
  const { knowledge, open, pointers, preferences, problems, steps } = trace.sections
  const known = tellable(knowledge).filter((item) => concrete.test(item))
  const troubles = tellable(problems).filter((item) => !isOfNoUse.test(item))
  const isFix = (item: string): boolean => fixWords.test(item) || / does not work here: /.test(item)
  const fixes = known.filter(isFix)
  const others = known.filter((item) => !isFix(item))
  const commands = others.map(commandBullet)
  const notes = others.filter((_, index) => commands[index] === undefined)
  const isPassed = (item: string): boolean =>
    /\b(?:passed|passes|succeeded|worked)\b/i.test(item) && !failureWords.test(item.replace(/`[^`]*`/g, ""))
  return {
    wishes: preferences.map(cleaned),
    commands: commands.filter((fact) => fact !== undefined),
    failures: [
      ...fixes.map((item) => failureBullet(item, fixWords.test(item))),
      ...troubles.filter((item) => !isOpen(item) && concrete.test(item)).map((item) => failureBullet(item, false)),
      ...notes.filter((item) => failureWords.test(item)).map((item) => failureBullet(item, false))
    ],
    places: [
      ...pointers.map((item) => placeBullet(cleanedPointer(item))),
      ...notes
        .filter((item) => !failureWords.test(item))
        .map((item) => placeBullet(item) ?? { path: item, text: item, remark: item })
    ].filter((fact) => fact !== undefined),
    open: [...troubles.filter(isOpen), ...tellable(open).map((item) => (isOpen(item) ? item : `open: ${item}`))].map(
      openBullet
    ),
    passed: passedOf(steps.map(cleaned).filter(isPassed)),
    tasks: trace.tasks
  }
}

/**
 * Removes the citations from a bullet about a file. Its line numbers stay, since the pattern that reads the bullet
 * expects them.
 */
const cleanedPointer = (item: string): string => plainLine(withoutCitations(item), itemCharacters)
