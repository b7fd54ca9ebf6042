import { citationsIn, unknownCitations } from "./Citation.js"
import { withoutDirectionControls } from "../text/WritingDirection.js"
import { aroundMarkers } from "../privacy/redaction/Marker.js"

/*
 * Rules for checking memories against the session files they were made from. Pure, and linear in the size of the texts.
 */

/** A verbatim quotation in a memory, with its place. */
export interface Quote {
  /** Path below the memory root. */
  readonly file: string
  readonly line: number
  readonly kind: "code" | "quotation"
  readonly value: string
  /** The threads that the line cites, or the thread of the trace file; empty when neither is known. */
  readonly cited: ReadonlyArray<string>
  /**
   * The parts of the quotation that must be found in a session: those between gaps and redactions, normalised for
   * comparison.
   */
  readonly pieces: ReadonlyArray<string>
}

/** A statement of a memory that the session files do not support, with the reason. */
export interface VerificationFinding {
  readonly file: string
  readonly line: number
  readonly kind: "citation" | "code" | "quotation" | "pointer"
  readonly value: string
  readonly problem: string
}

/** Normalises a text for comparison: ignores layout, kinds of quotation marks, and escaped markup. */
const comparable = (text: string): string =>
  withoutDirectionControls(text)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s`]+/gu, " ")
    .replace(/["“”]/g, "'")
    .replace(/\[/g, "(")
    .replace(/\]/g, ")")
    .replace(/\{\s?(?=\{)/g, "{")
    .replace(/\}\s?(?=\})/g, "}")
    .replace(/<\s(?=[!/])/g, "<")
    .replace(/--\s>/g, "-->")

const piecesOf = (value: string): ReadonlyArray<string> =>
  aroundMarkers(value)
    .flatMap((part) => part.split("…"))
    .map((part) => comparable(part).trim())
    .filter((part) => part.length > 1)

const threadId = /^[0-9a-f]{8}-[0-9a-f]{4}(?:…|-[0-9a-f-]{22,})?$/

/** Matches the path of a skill of the memory itself. A memory may refer to it although no session file contains it. */
const ownSkill = /^skills\/[a-z0-9-]+\/SKILL\.md$/

const spansIn = (line: string): ReadonlyArray<Pick<Quote, "kind" | "value">> => {
  const code = [...line.matchAll(/(`{1,3})(?!`)(.+?)(?<!`)\1(?!`)/g)]
  const rest = line.replace(/(`{1,3})(?!`)(.+?)(?<!`)\1(?!`)/g, (whole) => " ".repeat(whole.length))
  return [
    ...code.map((match) => ({ kind: "code" as const, value: (match[2] ?? "").trim() })),
    // A quotation may hold code spans, so its words are taken from the line itself.
    ...[...rest.matchAll(/"([^"]{2,})"/g)].map((match) => ({
      kind: "quotation" as const,
      value: line.slice(match.index + 1, match.index + match[0].length - 1)
    }))
  ].filter(({ value }) => value !== "" && !threadId.test(value) && !ownSkill.test(value))
}

/** Returns the index of the first line of a file's body, after a trace's header or a skill's front matter. */
const bodyStart = (lines: ReadonlyArray<string>): number =>
  lines[0] === "---"
    ? lines.indexOf("---", 1) + 1
    : lines[0]?.startsWith("thread_id: ") === true
      ? lines.indexOf("") + 1
      : 0

/**
 * Lists the verbatim quotations in a file. `isOurs` is true for generated lines; lines that people wrote are not
 * checked.
 */
export const quotesIn = (
  file: { readonly path: string; readonly text: string },
  ownThread: string | undefined,
  isOurs: (line: string) => boolean
): ReadonlyArray<Quote> => {
  const lines = file.text.split("\n")
  const start = bodyStart(lines)
  return lines.flatMap((line, index) =>
    index < start || !isOurs(line)
      ? []
      : spansIn(line)
          .map(({ kind, value }) => ({
            file: file.path,
            line: index + 1,
            kind,
            value,
            cited: ownThread === undefined ? citationsIn(line) : [ownThread],
            pieces: piecesOf(value)
          }))
          .filter(({ pieces }) => pieces.length > 0)
  )
}

/** Lists the citations in a file that match no thread. */
export const danglingCitations = (
  file: { readonly path: string; readonly text: string },
  threadIds: ReadonlyArray<string>
): ReadonlyArray<VerificationFinding> =>
  file.text.split("\n").flatMap((line, index) =>
    unknownCitations(line, threadIds).map((value) => ({
      file: file.path,
      line: index + 1,
      kind: "citation" as const,
      value,
      problem: "no memory of this project has that id"
    }))
  )

/** Lists the line references in a trace that its session file does not have, such as `(L13)` for a file of 12 lines. */
export const danglingPointers = (
  file: { readonly path: string; readonly text: string },
  rolloutLines: number
): ReadonlyArray<VerificationFinding> =>
  file.text.split("\n").flatMap((line, index) =>
    [...line.replace(/`[^`]*`|"[^"]*"/g, "").matchAll(/\bL(\d{1,9})\b/g)]
      .filter((match) => Number(match[1]) > rolloutLines || Number(match[1]) === 0)
      .map((match) => ({
        file: file.path,
        line: index + 1,
        kind: "pointer" as const,
        value: match[0],
        problem: `its rollout has ${rolloutLines} lines`
      }))
  )

/** Searches for pieces of text in a series of texts. A piece that was found once is not searched again. */
export class PieceSearch {
  private readonly missing: Set<string>
  private readonly found = new Set<string>()

  constructor(pieces: Iterable<string>) {
    this.missing = new Set(pieces)
  }

  /** Searches the next text for the pieces that were not found yet. */
  add(text: string): void {
    if (this.missing.size === 0) {
      return
    }
    const folded = comparable(text)
    for (const piece of this.missing) {
      if (folded.includes(piece)) {
        this.missing.delete(piece)
        this.found.add(piece)
      }
    }
  }

  /** True if a piece was found in the texts so far. */
  has(piece: string): boolean {
    return this.found.has(piece)
  }
}

/**
 * All strings in a value, at any depth. A string that is itself JSON, such as a tool's arguments, is parsed as well.
 */
export const textsIn = (value: unknown, depth = 0): ReadonlyArray<string> => {
  if (typeof value === "string") {
    const opened = /^\s*[[{]/.test(value) && depth < 8 ? parse(value) : undefined
    return opened === undefined ? [value] : [value, ...textsIn(opened, depth + 1)]
  }
  return typeof value === "object" && value !== null && depth < 32
    ? Object.values(value).flatMap((part) => textsIn(part, depth + 1))
    : []
}

const parse = (text: string): unknown => {
  try {
    const parsed: unknown = JSON.parse(text)
    return parsed
  } catch {
    return undefined
  }
}
