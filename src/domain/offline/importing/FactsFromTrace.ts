import { type FactContent, factIdOf, type SessionFact } from "../../facts/Fact.js"
import { narrowness } from "../commands/InvocationWords.js"
import { errorSignature } from "../writing/ErrorNames.js"
import { capitalised } from "../writing/Wording.js"
import type { CommandBullet } from "./CommandBullets.js"
import { bulletsOf, type FailureBullet, type OpenBullet, type PlaceBullet } from "./TraceBullets.js"
import { readTrace } from "./TraceReading.js"

/*
 * Reads facts from a trace memory: of a session whose file is gone, there is nothing else. They are as sure as the
 * trace, and the line of the session that showed them is not known.
 */

const unquoted = (wish: string): string => wish.replace(/^"(.*)"$/s, "$1")

const commandContent = (bullet: CommandBullet, isReusable: boolean): FactContent => ({
  _tag: "Command",
  command: bullet.command,
  key: bullet.key,
  aliases: bullet.aliases,
  use: bullet.use,
  kind: bullet.kind,
  program: bullet.program,
  narrowness: narrowness(bullet.command.split(/\s+/).slice(1)),
  place: bullet.place,
  purpose: bullet.purpose,
  passes: 1,
  failures: 0,
  isReusable
})

const commandText = (bullet: CommandBullet): string =>
  capitalised(
    bullet.purpose === "" || bullet.command.endsWith("…")
      ? bullet.text
      : `${bullet.purpose}: \`${bullet.command}\`${bullet.place}`
  )

const failureContent = ({ isFix, key }: FailureBullet): FactContent => ({
  _tag: "Failure",
  signature: key,
  errors: [],
  command: "",
  key: "",
  edits: [],
  commands: [],
  check: null,
  isFixed: isFix
})

const placeContent = ({ path, remark }: PlaceBullet): FactContent => ({ _tag: "File", path, edits: 1, remark })

const openContent = ({ command, error, key, title }: OpenBullet): FactContent => ({
  _tag: "Open",
  signature: key,
  command: command ?? null,
  error: error ?? null,
  title: title ?? null
})

const outcomeNames = ["success", "partial", "fail", "uncertain"] as const

const limit = /^(`{1,3})(.{1,320}?)\1.{0,160}? does not work here: (.*)$/

/** Lists the facts in a trace memory, each once. `at` is the time of its session in Unix milliseconds. */
export const factsFromTrace = (
  threadId: string,
  trace: string,
  at: number | null = null
): ReadonlyArray<SessionFact> => {
  const read = bulletsOf(readTrace(threadId, trace))
  const told = new Set(read.commands.map(({ key }) => key))
  const limits = read.failures.filter(({ text }) => limit.test(text))
  const drafts: ReadonlyArray<readonly [FactContent, string]> = [
    ...read.wishes.map(
      (wish) => [{ _tag: "Wish", words: unquoted(wish), isLasting: true }, capitalised(wish)] as const
    ),
    ...read.commands.map((bullet) => [commandContent(bullet, true), commandText(bullet)] as const),
    ...read.passed
      .filter(({ key }) => !told.has(key))
      .map((bullet) => [commandContent(bullet, false), bullet.command] as const),
    ...read.failures
      .filter((failure) => !limits.includes(failure))
      .map((bullet) => [failureContent(bullet), capitalised(bullet.text)] as const),
    ...limits.map(({ text }) => {
      const [, , subject = text, error = ""] = limit.exec(text) ?? []
      return [{ _tag: "Limit", subject, error, instead: null } satisfies FactContent, capitalised(text)] as const
    }),
    ...read.places.map((bullet) => [placeContent(bullet), bullet.text] as const),
    ...read.open.map((bullet) => [openContent(bullet), bullet.text] as const),
    ...read.tasks.flatMap(({ outcome, title }) => {
      const known = outcomeNames.find((name) => name === outcome)
      return known === undefined || errorSignature(title) === ""
        ? []
        : [[{ _tag: "Outcome", title, outcome: known } satisfies FactContent, `"${title}": ${known}`] as const]
    })
  ]
  const found = new Map<string, SessionFact>()
  for (const [content, text] of drafts) {
    const id = factIdOf(content)
    if (!found.has(id)) {
      found.set(id, { id, text, basis: "trace", line: 0, lastLine: found.size, at, content })
    }
  }
  return [...found.values()]
}
