/*
 * Parses a shell command into pipelines and their stages, as far as is needed to tell what was run. Quotes,
 * substitutions, here-documents and compound commands stay whole, and so does syntax that it does not understand. Pure,
 * total and linear.
 */

/** A pipeline of a command, such as `npm test | tail` in `cd web && npm test | tail`. */
export interface Pipeline {
  /** The text of the pipeline as written, without the operators around it. */
  readonly text: string
  /** The operator between this pipeline and the one before it; empty for the first. */
  readonly joint: "" | "&&" | "||" | ";"
  readonly stages: ReadonlyArray<string>
  /** True if the shell does not wait for the pipeline, since `&` follows it or the list that it belongs to. */
  readonly isBackground: boolean
  /** The number of the brackets that the pipeline stands in, from 1; undefined outside of brackets. */
  readonly group: number | undefined
}

/**
 * The maximum number of characters of a command that are parsed. A longer command is a here-document or a generated
 * script.
 */
const readCharacters = 20_000

const hereDocument = /^<<-?\s{0,3}(["'\\]?)([A-Za-z_][\w-]{0,60})["']?/

/**
 * Scans a command, and calls back for every operator outside quotes and nested commands, with its index and its length.
 */
const scan = (text: string, onOperator: (operator: string, at: number, length: number) => void): void => {
  let depth = 0
  let quote = ""
  let waiting: Array<string> = []
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? ""
    if (quote !== "") {
      if (character === "\\" && quote !== "'") {
        at++
      } else if (character === quote) {
        quote = ""
      }
    } else if (character === "\\") {
      at++
    } else if (character === "'" || character === '"' || character === "`") {
      quote = character
    } else if (character === "(" || character === "{") {
      depth++
    } else if (character === ")" || character === "}") {
      depth = Math.max(0, depth - 1)
    } else if (character === "<" && text[at + 1] === "<" && text[at + 2] !== "<") {
      const word = hereDocument.exec(text.slice(at, at + 80))
      if (word !== null) {
        waiting.push(word[2] ?? "")
        at += word[0].length - 1
      }
    } else if (character === "\n" && waiting.length > 0) {
      at = endOfBodies(text, at, waiting)
      waiting = []
      if (depth === 0) {
        onOperator(";", at, 1)
      }
    } else if (depth === 0) {
      const two = text.slice(at, at + 2)
      if (two === "&&" || two === "||") {
        onOperator(two, at, 2)
        at++
      } else if (character === ";" || character === "\n") {
        onOperator(";", at, 1)
      } else if (isBackground(text, at)) {
        onOperator("&", at, 1)
      } else if (character === "|") {
        const length = text[at + 1] === "&" ? 2 : 1
        onOperator("|", at, length)
        at += length - 1
      } else if (character === "#" && /^\s?$/.test(text[at - 1] ?? "")) {
        const end = text.indexOf("\n", at)
        at = (end === -1 ? text.length : end) - 1
      }
    }
  }
}

/** True if `&` sends a command to the background; in `2>&1` and `&>` it redirects. */
const isBackground = (text: string, at: number): boolean =>
  text[at] === "&" && text[at - 1] !== ">" && text[at - 1] !== "<" && text[at + 1] !== ">"

/**
 * Returns the index of the line break after the last of the here-documents that a line begins. `words` are their end
 * marks.
 */
const endOfBodies = (text: string, from: number, words: ReadonlyArray<string>): number => {
  let at = from
  for (const word of words) {
    let lineStart = at + 1
    for (;;) {
      const lineEnd = text.indexOf("\n", lineStart)
      const line = text.slice(lineStart, lineEnd === -1 ? text.length : lineEnd)
      at = lineEnd === -1 ? text.length : lineEnd
      if (line.trim() === word || lineEnd === -1) {
        break
      }
      lineStart = lineEnd + 1
    }
  }
  return at
}

const opening = /^(?:for|while|until|if|case|select|function)\b/
const innerOpening = /^(?:do|then|else|elif)\s{1,20}(?:for|while|until|if|case|select)\b/
const closing = /^(?:done|fi|esac)\b/

interface Piece {
  readonly joint: Pipeline["joint"]
  readonly start: number
  readonly end: number
  readonly pipes: ReadonlyArray<readonly [number, number]>
  /** The operator after the piece; empty after the last one. */
  readonly closing: string
}

const pieces = (text: string): ReadonlyArray<Piece> => {
  const found: Array<Piece> = []
  let joint: Pipeline["joint"] = ""
  let start = 0
  let pipes: Array<readonly [number, number]> = []
  const finish = (end: number, closing: string): void => {
    found.push({ joint, start, end, pipes, closing })
    pipes = []
  }
  scan(text, (operator, at, length) => {
    if (operator === "|") {
      pipes.push([at, length])
    } else {
      finish(at, operator)
      joint = operator === "&&" || operator === "||" ? operator : ";"
      start = at + length
    }
  })
  finish(text.length, "")
  return found
}

const stagesOf = (text: string, piece: Piece): ReadonlyArray<string> => {
  const cuts = [...piece.pipes, [piece.end, 0] as const]
  let start = piece.start
  return cuts.map(([at, length]) => {
    const stage = text.slice(start, at).trim()
    start = at + length
    return stage
  })
}

/** Marks every pipeline of a list that `&` sends to the background: in `npm run build && npm test &` both are. */
const withBackground = (pipelines: ReadonlyArray<Pipeline>): ReadonlyArray<Pipeline> => {
  let isBackground = false
  return pipelines
    .toReversed()
    .map((pipeline, index, all) => {
      const next = all[index - 1]
      isBackground = pipeline.isBackground || (isBackground && (next?.joint === "&&" || next?.joint === "||"))
      return isBackground ? { ...pipeline, isBackground } : pipeline
    })
    .toReversed()
}

/** Parses the pipelines of a command, in order. A compound command (`for … done`) is one pipeline of one stage. */
export const pipelinesOf = (command: string): ReadonlyArray<Pipeline> => {
  const text = command.slice(0, readCharacters)
  const pipelines: Array<Pipeline> = []
  let open: Piece | undefined
  let depth = 0
  for (const piece of pieces(text)) {
    const words = text.slice(piece.start, piece.end).trim()
    if (opening.test(words) || (depth > 0 && innerOpening.test(words))) {
      depth++
      open ??= piece
    } else if (closing.test(words)) {
      depth--
    }
    if (depth <= 0) {
      const whole = text.slice(open?.start ?? piece.start, piece.end).trim()
      if (whole !== "") {
        pipelines.push({
          text: whole,
          joint: pipelines.length === 0 ? "" : (open ?? piece).joint,
          stages: open === undefined ? stagesOf(text, piece) : [whole],
          isBackground: piece.closing === "&",
          group: undefined
        })
      }
      open = undefined
      depth = 0
    }
  }
  const unfinished = open === undefined ? "" : text.slice(open.start).trim()
  return withBackground(
    unfinished === ""
      ? pipelines
      : [
          ...pipelines,
          {
            text: unfinished,
            joint: pipelines.length === 0 ? "" : ";",
            stages: [unfinished],
            isBackground: false,
            group: undefined
          }
        ]
  )
}

/** Returns the commands between the brackets of a pipeline that is nothing but a pair of them; undefined for others. */
const insideOf = ({ stages, text }: Pipeline): string | undefined => {
  const inner = /^(?:\(([^]*)\)|\{\s([^]*[;\n&])\s*\})$/.exec(text)
  const words = inner?.[1] ?? inner?.[2]
  return stages.length > 1 ? undefined : words
}

/**
 * Parses the pipelines of a command like {@link pipelinesOf}, and those inside of brackets one by one. Brackets stay
 * whole where their commands do not depend on the command before them in the same way as the brackets do: in
 * `a && (b; c)`, `c` does not run when `a` failed.
 */
export const flatPipelinesOf = (command: string): ReadonlyArray<Pipeline> => {
  let group = 0
  return pipelinesOf(command).flatMap((outer) => {
    const words = insideOf(outer)
    const inner = words === undefined ? [] : pipelinesOf(words)
    const isLoose = inner.some(({ joint }) => joint === ";" || joint === "||")
    if (inner.length === 0 || (isLoose && (outer.joint === "&&" || outer.joint === "||"))) {
      return [outer]
    }
    group++
    return inner.map((pipeline, index) => ({
      ...pipeline,
      joint: index === 0 ? outer.joint : pipeline.joint,
      isBackground: outer.isBackground || pipeline.isBackground,
      group
    }))
  })
}

const assignmentWord = /^[A-Za-z_]\w{0,80}=/
const redirection = /^(?:\d|&)?(?:>>?|<<?<?)(?:&\d)?/

/** Returns the words of a stage without quotes, redirections, here-documents and leading assignments. */
export const wordsOf = (stage: string): ReadonlyArray<string> => {
  const words: Array<string> = []
  let word = ""
  let quote = ""
  const finish = (): void => {
    if (word !== "") {
      words.push(word)
      word = ""
    }
  }
  const text = (stage.split("\n", 1)[0] ?? "").slice(0, 4_000)
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? ""
    if (quote !== "") {
      if (character === quote) {
        quote = ""
      } else {
        word += character
      }
    } else if (character === "'" || character === '"') {
      quote = character
    } else if (/\s/.test(character)) {
      finish()
    } else {
      word += character
    }
  }
  finish()
  const kept: Array<string> = []
  for (let at = 0; at < words.length; at++) {
    const current = words[at] ?? ""
    const redirect = redirection.exec(current)?.[0]
    if (redirect !== undefined) {
      at += redirect === current && /[<>]$/.test(redirect) ? 1 : 0
    } else if (kept.length > 0 || !assignmentWord.test(current)) {
      kept.push(current)
    }
  }
  return kept
}
