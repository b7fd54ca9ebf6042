import * as Schema from "effect/Schema"
import type { SessionEvidence } from "../evidence/SessionEvidence.js"
import type { SessionEvent } from "../session/SessionEvent.js"
import type { StageOneOutput } from "./StageOneOutput.js"

/** The number of quotations in a memory, and the number of them that the session file contains. */
export const Grounding = Schema.Struct({
  /** The number of texts in code marks or quotation marks: commands, paths, error texts, quotations. */
  items: Schema.NonNegativeInt,
  /** The number of those texts that the session file contains. */
  grounded: Schema.NonNegativeInt
})

/** The number of quotations in a memory, and the number of them that the session file contains. */
export type Grounding = typeof Grounding.Type

/** The mark after a quotation that the session file does not contain. */
const unverified = " (unverified)"

/** The maximum number of different quotations that are looked up; any further ones count as not found. */
const lookedUp = 1_000

/** The minimum length of a quotation that is looked up, since a single letter in quotes occurs in any text. */
const itemCharacters = 3

const fence = /^[ \t]*(?:```|~~~)/

const inCode = /(`+)(?!`)([^`\n](?:[^\n]*?[^`\n])?)\1(?!`)/.source
const inQuotes = /"([^"\n]+)"|“([^”\n]+)”|«([^»\n]+)»/.source
const items = new RegExp(`${inCode}|${inQuotes}`, "g")

/** Gaps in a quotation, from abbreviation or redaction; each matches any text. */
const gaps = /\[REDACTED[^\]]*\]|…|\.{3}/

/**
 * Normalises a text for comparison: collapses white space and removes string escapes. Both differ between a command or
 * an output in a session file and its quotation in a memory.
 */
const plain = (text: string): string =>
  text
    .replace(/\\+[nrt]/g, " ")
    .replace(/\\/g, "")
    .replace(/\s+/g, " ")

/**
 * Normalises further what may be written in several ways: quotation marks, case, and short forms of a negation. It
 * never takes a negation away.
 */
const loose = (text: string): string =>
  plain(text)
    .toLowerCase()
    .replace(/["`“”„«»「」『』]|(?<!\p{L})['’]|['’](?!\p{L})/gu, "")
    .replace(/\bcan['’]?t\b|\bcannot\b/g, "can not")
    .replace(/\bwon['’]t\b/g, "will not")
    .replace(/n['’]t\b/g, " not")
    .replace(/\s+/g, " ")
    .trim()

/** Matches what joins commands that ran one by one, or lines that were printed one below the other. */
const joints = /\s*(?:&&|\|\||[;|\n])\s*|\s+(?:→|->|\/)\s+|[,:]\s+/

/** Matches a call. The session may show the definition alone, with other arguments. */
const call = /^(?:await |new |return )?(?:[\w$]+(?:\.|::|->))*([\w$]{3,})\([^()]*\);?$/

const textsOf = (event: SessionEvent): ReadonlyArray<string> => {
  switch (event._tag) {
    case "UserText":
    case "AssistantText":
      return [event.text]
    case "CommandRun":
      return [event.command, event.directory ?? "", event.output?.text ?? "", event.output?.errorLine ?? ""]
    case "FileEdit":
      return [
        ...event.changes.flatMap(({ after = "", before = "", movedTo = "", path }) => [
          path,
          `${event.directory ?? ""}/${path}`,
          movedTo,
          before,
          after
        ]),
        event.error ?? ""
      ]
    case "ToolUse":
      return [event.tool, event.error ?? ""]
    case "Interruption":
    case "Compaction":
    case "TurnEnd":
      return []
  }
}

/** The texts of a session in which quotations are looked up. */
export interface GroundingSource {
  readonly evidence: SessionEvidence
  /** The rendered session file. */
  readonly rendering: string
  /** Facts that the request states besides the session: its path, directory and branch. */
  readonly facts: ReadonlyArray<string>
}

/**
 * Looks up every quotation of an answer in its session file and marks the ones that are not there. Marked quotations
 * stay, since they may be right, but no reader should take them for observed facts. A fenced block is looked up line by
 * line and marked as a whole, after its end.
 */
export const ground = (
  output: StageOneOutput,
  { evidence, facts, rendering }: GroundingSource
): { readonly output: StageOneOutput; readonly grounding: Grounding } => {
  // Built at the first lookup: an answer without quotations needs no normalised session text.
  let source: string | undefined
  const isInSource = (text: string): boolean => {
    source ??= plain([...facts, ...evidence.events.flatMap(textsOf), rendering].join("\n"))
    return source.includes(text)
  }
  let looseSource: string | undefined
  // A model shortens the paths below the directory of a session.
  const directories = [
    ...new Set(evidence.events.flatMap(({ directory }) => (directory === undefined ? [] : [directory])))
  ]
    .map((directory) => `${loose(directory).replace(/\/+$/, "")}/`)
    .filter((directory) => directory.length > itemCharacters)
  const withoutDirectories = (text: string): string =>
    directories.reduce((left, directory) => left.replaceAll(directory, ""), loose(text))
  const isLooselyInSource = (item: string): boolean => {
    looseSource ??= withoutDirectories(source ?? "")
    const text = looseSource
    const name = call.exec(item)?.[1]?.toLowerCase()
    const parts = [item.split(gaps), item.split(joints)].map((all) => all.map(withoutDirectories))
    return (
      parts.some((all) => all.every((part) => text.includes(part))) || (name !== undefined && text.includes(`${name}(`))
    )
  }
  const known = new Map<string, boolean>()
  let count = 0
  let grounded = 0

  const isThere = (item: string): boolean => {
    const seen = known.get(item)
    if (seen !== undefined || known.size >= lookedUp) {
      return seen ?? false
    }
    const isFound = item.split(gaps).every((part) => isInSource(plain(part).trim())) || isLooselyInSource(item)
    known.set(item, isFound)
    return isFound
  }

  const check = (item: string): boolean => {
    const isFound = isThere(item)
    count++
    grounded += isFound ? 1 : 0
    return isFound
  }

  const markLine = (line: string): string =>
    line.replace(items, (...found: ReadonlyArray<unknown>) => {
      const [whole, , code, ...quotes] = found.map((part) => (typeof part === "string" ? part : undefined))
      const item = (code ?? quotes.slice(0, 3).find((quote) => quote !== undefined) ?? "").trim()
      const offset = found.findLast((part) => typeof part === "number")
      const after = line.slice(Number(offset) + (whole ?? "").length)
      return item.length < itemCharacters || check(item) || after.startsWith(unverified)
        ? (whole ?? "")
        : `${whole ?? ""}${unverified}`
    })

  const mark = (text: string): string => {
    const lines: Array<string> = []
    let isFenced = false
    let isMissing = false
    for (const line of text.split("\n")) {
      if (fence.test(line)) {
        lines.push(isFenced && isMissing ? `${line}\n${unverified.trim()}` : line)
        isFenced = !isFenced
        isMissing = false
      } else if (isFenced) {
        isMissing = (line.trim().length >= itemCharacters && !check(line.trim())) || isMissing
        lines.push(line)
      } else {
        lines.push(markLine(line))
      }
    }
    return lines.join("\n")
  }

  const marked = { traceMemory: mark(output.traceMemory), summary: mark(output.summary) }
  return { output: marked, grounding: { items: count, grounded } }
}
