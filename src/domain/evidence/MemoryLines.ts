import { isNotConfirmed, isVerdict } from "../privacy/NotConfirmed.js"
import { isOrder } from "./Attribution.js"

/* Reads the lines of a trace memory and of `MEMORY.md`: headings, bullets, citations, fences and wishes. */

/** The rank of a heading: 1 to 6 for Markdown's own, 7 for a line in bold type, and 0 for any other line. */
export const headingRank = (line: string): number =>
  /^(#{1,6})\s/.exec(line)?.[1]?.length ?? (/^\*\*[^*]{1,80}\*\*:?\s*$|^\*\*[^*]{1,80}:\*\*\s*$/.test(line) ? 7 : 0)

/** Drops the sections whose heading says that their content is not the user's or not confirmed. */
export const withoutVerdictSections = (lines: ReadonlyArray<string>): ReadonlyArray<string> => {
  let left = 0
  return lines.filter((line) => {
    const rank = headingRank(line)
    left = rank === 0 || (left > 0 && rank > left) ? left : isVerdict(line) ? rank : 0
    return left === 0
  })
}

/** Returns the lines of a trace memory that are not marked as unconfirmed. */
export const confirmedLines = (trace: string): ReadonlyArray<string> =>
  withoutVerdictSections(trace.split("\n")).filter((line) => !isNotConfirmed(line))

const bullet = /^\s*(?:[-*•+]|\d{1,3}[.)])\s+(?=\S)/
/** Matches the citations at the end of a line: lines of a rollout, or threads. */
const origin = /(?:\s*(?:\(L\d[^)]{0,40}\)|\[[0-9a-f]{8}-[^\]]{1,400}\]))+\s*$/

/** Splits a line into its bullet, its text and its citations. */
export const partsOf = (line: string) => {
  const mark = bullet.exec(line)?.[0] ?? ""
  const from = origin.exec(line.slice(mark.length))?.[0] ?? ""
  return { mark, said: line.slice(mark.length, line.length - from.length), from: from.trimEnd() }
}

const nothing =
  /^(?:none|nothing)(?: (?:observed|stated|recorded|found|known|said|given|so far|yet|at all))*\W*$|^no (?:explicit |stated |user )?preferences?\b[\w ]{0,25}\W*$/i

/** True if a text says only that there is nothing to say. */
export const saysNothing = (said: string): boolean => nothing.test(said)

/** True if a heading only names its section. A longer heading is checked like a statement. */
export const isShortHeading = (line: string): boolean =>
  line.split(/\s+/).length <= 8 && !isOrder(line.replace(/^#+\s+/, ""))

const wishHeading =
  /\b(?:preferences?|wish(?:es)?)\b|\busers?\b(?:['’]s?)?.{0,20}\b(?:wants?|prefers?|likes?|asked|asks|rules?|instructions?|requires?|expects?|decisions?|said|told)\b|\b(?:wünsche|vorlieben|präferenzen|preferencias|deseos|préférences|souhaits)\b|(?:nutzer|nutzerin)\b.{0,12}\b(?:will|möchte|wünscht)\b|\bquiere\b.{0,20}\busuari[oa]|\busuari[oa]\b.{0,12}\bquiere\b|\bce que (?:veut|souhaite|préfère)\b.{0,4}l['’]utilisat|l['’]utilisat(?:eur|rice)\b.{0,12}\b(?:veut|souhaite|préfère)|(?<!\p{L})(?:o|a) usuári[oa] (?:quer|prefere|pediu)|(?:desejos|preferências)(?!\p{L})|пользовател\p{L}{0,5}.{0,12}(?:хочет|просит|предпочита)|(?:хочет|просит|предпочитает|пожелания|предпочтения) пользовател|사용자.{0,6}(?:원하|선호|요청|요구|바라)|用户.{0,4}(?:要求|偏好|希望|意愿|需求|习惯)|(?:利用者|ユーザー).{0,4}(?:希望|要望|要求|好み|指示)/iu

/** True if a heading says that wishes of the user stand below it. */
export const isWishHeading = (line: string): boolean => wishHeading.test(line)

const troubleHeading =
  /\b(?:fail\w*|limits?|problems?|issues?|errors?|did not work|does not work|pitfalls?|open|gotchas?|broken)\b|失败|问题|限制|失敗|問題|制限|\b(?:fehler|probleme|grenzen|offen)\b|\b(?:falla|fallos|errores|límites|problemas)\b|(?<!\p{L})(?:pannes?|échecs?|erreurs?|limites|problèmes|falhas?|erros?|ошибк|сбо[ийе]|проблем|огранич)|실패|오류|문제|제한/iu

/** True if a heading says that what stands below it fails or is open. */
export const isTroubleHeading = (line: string): boolean => troubleHeading.test(line)

/** True for the title of `MEMORY.md`. */
export const isTitle = (line: string): boolean => /^# Memory\b/.test(line)

/** A line of `MEMORY.md` below a heading about the user's wishes, with that heading and the line's index. */
export interface WishLine {
  readonly heading: string
  readonly line: string
  readonly at: number
}

/**
 * Returns the heading under which the lines after a line of `MEMORY.md` stand. A deeper heading does not end a section
 * about wishes.
 */
const headingBehind = (line: string, heading: string): string => {
  const rank = headingRank(line)
  const isWithin = isWishHeading(heading) && rank > headingRank(heading)
  return rank > 0 && (rank < 7 || isWishHeading(line)) && !isWithin ? (isTitle(line) ? "" : line) : heading
}

/** Lists the wishes of a `MEMORY.md`. */
export const wishLinesOf = (text: string): ReadonlyArray<WishLine> => {
  let heading = ""
  return text.split("\n").flatMap((line, at) => {
    heading = headingBehind(line, heading)
    return isWishHeading(heading) && bullet.test(line) ? [{ heading, line, at }] : []
  })
}

const fence = /^\s*(`{3,}|~{3,})\s*([\w+-]*)/
/** Languages of fenced blocks whose lines are commands. */
const shells = /^(?:sh|bash|zsh|shell|console|terminal|fish|powershell|ps1|cmd)$/i

/** The place of a line in fenced blocks. */
export type FencePlace = "outside" | "mark" | "shell" | "code"

/** Follows the fences of a text: returns the place of each line that it is given, in order. */
export const fenceReader = (): ((line: string) => FencePlace) => {
  let open: { readonly mark: string; readonly language: string } | undefined
  return (line) => {
    const [, mark = "", language = ""] = fence.exec(line) ?? []
    if (open === undefined) {
      open = mark === "" ? undefined : { mark, language }
      return open === undefined ? "outside" : "mark"
    }
    if (mark.startsWith(open.mark.slice(0, 3)) && mark.length >= open.mark.length && language === "") {
      open = undefined
      return "mark"
    }
    return shells.test(open.language) ? "shell" : "code"
  }
}
