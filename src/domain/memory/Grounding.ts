import * as Schema from "effect/Schema"
import type { SessionEvidence } from "../evidence/SessionEvidence.js"
import type { SessionEvent } from "../evidence/SessionEvent.js"
import type { StageOneOutput } from "./StageOneOutput.js"

/** How much of what a memory quotes stands in the rollout it came from. */
export const Grounding = Schema.Struct({
  /** Commands, paths, error texts and quotations in code marks or quotes. */
  items: Schema.NonNegativeInt,
  /** Those that were found. */
  grounded: Schema.NonNegativeInt
})

/** How much of what a memory quotes stands in the rollout it came from. */
export type Grounding = typeof Grounding.Type

/** What is put after an item that was not found. */
const unverified = " (unverified)"

/** Items that are looked up; a memory that quotes more is quoting for its own sake, and the rest is taken for not found. */
const lookedUp = 1_000

/** Shorter ones say nothing: a letter in quotes is found anywhere. */
const itemCharacters = 3

const fence = /^[ \t]*(?:```|~~~)/

const inCode = /(`+)(?!`)([^`\n](?:[^\n]*?[^`\n])?)\1(?!`)/.source
const inQuotes = /"([^"\n]+)"|“([^”\n]+)”|«([^»\n]+)»/.source
const items = new RegExp(`${inCode}|${inQuotes}`, "g")

/** What was left out, or taken out, of a quotation stands for anything. */
const gaps = /\[REDACTED[^\]]*\]|…|\.{3}/

/**
 * A text without what writing it down again changes: white space, and the escapes of the strings that commands and outputs
 * stand in, in a rollout as in a memory.
 */
const plain = (text: string): string =>
  text
    .replace(/\\+[nrt]/g, " ")
    .replace(/\\/g, "")
    .replace(/\s+/g, " ")

const textsOf = (event: SessionEvent): ReadonlyArray<string> => {
  switch (event._tag) {
    case "UserRequest":
    case "AssistantMessage":
      return [event.text]
    case "CommandRun":
      return [event.command, event.workdir ?? "", event.output?.text ?? "", event.output?.errorLine ?? ""]
    case "FileEdit":
      return [
        ...event.changes.flatMap(({ movedTo = "", path, replaced }) => [
          path,
          movedTo,
          replaced?.before ?? "",
          replaced?.after ?? ""
        ]),
        event.error ?? ""
      ]
    case "ToolUse":
      return [event.tool, event.error ?? ""]
    case "TurnEnd":
      return []
  }
}

/** What a rollout says, to look quotations up in. */
export interface GroundingSource {
  readonly evidence: SessionEvidence
  /** The rollout as it was rendered. */
  readonly rendering: string
  /** What the request says beside the rollout: its path, its directory, its branch. */
  readonly facts: ReadonlyArray<string>
}

/**
 * Looks up every item of an answer in its rollout, and marks those that are not there: they are kept, for they may be right,
 * but nobody is to take them for what was seen. What stands in a fenced block is quoted as a whole and looked up line by
 * line, the mark after the block.
 */
export const ground = (
  output: StageOneOutput,
  { evidence, facts, rendering }: GroundingSource
): { readonly output: StageOneOutput; readonly grounding: Grounding } => {
  // Made for the first item: an answer that quotes nothing need not wait for a whole rollout to be made plain.
  let source: string | undefined
  const isInSource = (text: string): boolean => {
    source ??= plain([...facts, ...evidence.events.flatMap(textsOf), rendering].join("\n"))
    return source.includes(text)
  }
  const known = new Map<string, boolean>()
  let count = 0
  let grounded = 0

  const isThere = (item: string): boolean => {
    const seen = known.get(item)
    if (seen !== undefined || known.size >= lookedUp) {
      return seen ?? false
    }
    const isFound = item.split(gaps).every((part) => isInSource(plain(part).trim()))
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
