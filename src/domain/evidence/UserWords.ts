import { splitDay } from "../memory/SaidOn.js"
import { meaningfulWords } from "../offline/consolidating/SameMeaning.js"
import { quoted } from "../offline/writing/Wording.js"
import { printedLines, typedPartsOf } from "../text/TypedParts.js"

/*
 * Finds the user's typed words in text that a model wrote. Counted as the user's are three words in a row, six
 * characters in scripts without spaces, a whole message of any length, and in quotation marks a whole clause of two
 * words. Results are always cut from the typed text, so words that a model adds around or inside a quotation are never
 * attributed to the user.
 */

/** A word, or a character of a script without spaces. */
interface Token {
  /**
   * The normal form: case, width, the encoding of accents, and apostrophes do not count, except for the one of a negation
   * such as `n'installe`.
   */
  readonly key: string
  readonly start: number
  readonly end: number
  readonly weight: number
}

interface TypedToken extends Token {
  readonly piece: number
}

/** A part of the user's typed text that has no gap inside, such as a message without its listings. */
interface Piece {
  readonly text: string
  /** The index of the part's first token; `to` is the index after its last. */
  readonly from: number
  readonly to: number
  /** True if the part is the whole message. */
  readonly isWhole: boolean
}

/** The words of a typed sentence, whatever their order. */
interface Sentence {
  readonly keys: ReadonlySet<string>
  readonly isDenying: boolean
}

/** An index of everything that the user typed. */
export interface UserWords {
  readonly pieces: ReadonlyArray<Piece>
  readonly sentences: ReadonlyArray<Sentence>
  readonly tokens: ReadonlyArray<TypedToken>
  /**
   * The indexes at which every three consecutive tokens occur. Three tokens are the shortest sequence that can be
   * looked up.
   */
  readonly places: ReadonlyMap<string, ReadonlyArray<number>>
}

const wordWeight = 2
const enough = 3 * wordWeight

/**
 * The maximum number of characters of typed text that are indexed. The limits below are those of a line's characters,
 * of the indexes kept for three tokens, and of the tokens in one matching stretch.
 */
const typedCharacters = 400_000
const lineCharacters = 4_000
const mostPlaces = 300
const longestRun = 200

const spaceless = String.raw`[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]`
const inWord = String.raw`[\p{L}\p{M}\p{N}]`
const tokenForm = new RegExp(
  String.raw`\[REDACTED_SECRET[^\]\n]{0,60}\]|(?=${inWord})${spaceless}|(?:(?!${spaceless})[\p{L}\p{M}\p{N}_]|(?<=[\p{L}\p{N}])['’ʼ](?=[\p{L}\p{N}]))+`,
  "gu"
)
/** Matches a character of a script without spaces, in which a negation may stand on either side. */
const joinsWords = new RegExp(String.raw`(?=${inWord})${spaceless}`, "u")
/** Matches text at whose end a negation may follow as a word or as part of one, as in Korean. */
const endsOpen = /\p{scx=Hangul}/u
const isSpaceless = new RegExp(`^${spaceless}$`, "u")

const tokensIn = (text: string): ReadonlyArray<Token> =>
  Array.from(text.matchAll(tokenForm)).flatMap((match) => {
    const [word] = match
    const isMarker = word.startsWith("[")
    const key = isMarker
      ? "[redacted]"
      : word
          .normalize("NFKC")
          .toLowerCase()
          .replace(/(?<!^n)['’ʼ]/g, "")
          .replace(/['’ʼ]/g, "'")
          .replace(/^_+|_+$/g, "")
    const weight = isMarker ? 0 : isSpaceless.test(word) ? 1 : wordWeight
    return key === "" ? [] : [{ key, start: match.index, end: match.index + word.length, weight }]
  })

const weightOf = (tokens: ReadonlyArray<Token>): number => tokens.reduce((sum, { weight }) => sum + weight, 0)

/**
 * True if consecutive tokens are enough to count as somebody's own words. A word between characters of a script without
 * spaces counts by its length.
 */
const isEnough = (tokens: ReadonlyArray<Token>): boolean =>
  weightOf(tokens) >= enough ||
  (tokens.length > 2 &&
    tokens.some(({ weight }) => weight === 1) &&
    tokens.reduce((sum, { key, weight }) => sum + (weight === wordWeight ? Math.min(key.length, 4) : weight), 0) >=
      enough)

const sameKeys = (one: ReadonlyArray<Token>, other: ReadonlyArray<Token>): boolean =>
  one.length === other.length && one.every(({ key }, index) => key === other[index]?.key)

const threeAt = (tokens: ReadonlyArray<Token>, at: number): string =>
  `${tokens[at]?.key} ${tokens[at + 1]?.key} ${tokens[at + 2]?.key}`

/** Collects the lines of tool output that are long enough to recognise them when a user's message repeats them. */
export const printedLinesOf = (outputs: ReadonlyArray<string>): ReadonlySet<string> =>
  new Set(
    outputs
      .flatMap((text) => text.split("\n").map((line) => line.trim()))
      .filter((line) => line.length > 4 * printedLines)
  )

/** Indexes the user's messages; lines in `printed`, which tools wrote, do not count as typed. */
export const userWordsOf = (messages: ReadonlyArray<string>, printed: ReadonlySet<string> = new Set()): UserWords =>
  indexed(messages, (message) => typedPartsOf(message, printed))

/** Indexes the words that tools printed, in the same way. */
export const printedWordsOf = (outputs: ReadonlyArray<string>): UserWords => indexed(outputs, (output) => [output])

const indexed = (messages: ReadonlyArray<string>, partsOf: (message: string) => ReadonlyArray<string>): UserWords => {
  const pieces: Array<Piece> = []
  const tokens: Array<TypedToken> = []
  const places = new Map<string, Array<number>>()
  let left = typedCharacters
  for (const message of messages) {
    const given = message.slice(0, Math.max(0, left)).normalize("NFC")
    left -= given.length
    const parts = partsOf(given)
    for (const text of parts) {
      const from = tokens.length
      for (const token of tokensIn(text)) {
        tokens.push({ ...token, piece: pieces.length })
      }
      for (let at = from; at + 2 < tokens.length; at++) {
        const three = threeAt(tokens, at)
        const known = places.get(three) ?? []
        places.set(three, known)
        known.push(at)
        if (known.length > mostPlaces) {
          known.shift()
        }
      }
      const isWhole = parts.length === 1 && weightOf(tokensIn(given)) === weightOf(tokens.slice(from))
      pieces.push({ text, from, to: tokens.length, isWhole })
    }
  }
  const sentences = pieces.flatMap(({ text }) =>
    text.split(sentenceGap).map((sentence) => ({
      keys: new Set(tokensIn(sentence).map(({ key }) => key)),
      isDenying: hasNegation(sentence)
    }))
  )
  return { pieces, sentences, tokens, places }
}

/** A range of typed tokens, by index; `to` is excluded. */
interface Range {
  readonly from: number
  readonly to: number
}

/** A stretch of a line, by its offsets in characters, and the range of typed tokens that it repeats. */
interface Run extends Range {
  readonly start: number
  readonly end: number
}

/** Finds the stretches of a line that repeat typed text, from left to right, each as long as possible. */
const runsIn = (line: ReadonlyArray<Token>, { places, tokens }: UserWords): ReadonlyArray<Run> => {
  const runs: Array<Run> = []
  for (let at = 0; at < line.length;) {
    let best: Range = { from: 0, to: 0 }
    for (const place of places.get(threeAt(line, at)) ?? []) {
      let length = 1
      while (
        length < longestRun &&
        at + length < line.length &&
        tokens[place + length]?.key === line[at + length]?.key &&
        tokens[place + length]?.piece === tokens[place]?.piece
      ) {
        length++
      }
      best = length >= best.to - best.from ? { from: place, to: place + length } : best
    }
    const length = best.to - best.from
    const [first, last] = [line[at], line[at + length - 1]]
    if (first !== undefined && last !== undefined && isEnough(tokens.slice(best.from, best.to))) {
      runs.push({ ...best, start: first.start, end: last.end })
      at += length
    } else {
      at++
    }
  }
  return runs
}

const clauseGap = /[.!?,;:]["'”’)*_`]*\s|[。！？；：，、…—–\n]|\s-{1,2}\s|\s\(|\)/u
const sentenceGap = /[.!?]["'”’)*_`]*\s|[。！？\n]/u

/** Adds words as people type them without accents. */
const withoutAccents = (words: ReadonlyArray<string>): ReadonlySet<string> =>
  new Set(words.flatMap((word) => [word, word.normalize("NFD").replace(/\p{M}/gu, "")]))

/** Words such as `not`, which reverse the meaning of the words beside them. */
const negations: ReadonlySet<string> = withoutAccents(
  "not never no dont doesnt didnt wont cant cannot isnt arent shouldnt mustnt neednt without avoid stop neither nor nobody nothing none nowhere havent hasnt wouldnt couldnt nicht nix nichts nie niemals kein keine keinen keinem keiner ohne statt jamais pas sans rien aucun aucune ni ne nunca jamás sin nada ningún ninguna tampoco não nem nenhum nenhuma sem non niente nessun mai senza niet geen nooit zonder inte aldrig ikke aldri не нет никогда нельзя без ни ничего никаких nie nigdy bez ei älä ne".split(
    " "
  )
)
/** Words that begin a condition. */
const conditions: ReadonlySet<string> = new Set(
  "unless except only until if when while whenever außer wenn nur bis sauf si seulement salvo excepto solo если только кроме".split(
    " "
  )
)
/** Matches a negation that is no word of its own, as in scripts without spaces and in Korean. */
const joinedNegation =
  /不|别|勿|禁止|没有|ない|ません|なし|ずに|지\s*(?:마|말|않|못)|말고|없이|금지|(?<!\p{L})(?:안|못)(?=\s|$)/u

/** True for a word in normal form that denies, also for one with a negation in front of it, such as `n'installe`. */
export const denies = (key: string): boolean => negations.has(key) || key.startsWith("n'")

/** Returns the words of a text in their normal form, in order. */
export const keysIn = (text: string): ReadonlyArray<string> => tokensIn(text).map(({ key }) => key)

/** Matches the name of a tool that is also a negation, with what it is told to do. */
const tool = /(?<!\p{L})nix(?= (?:build|develop|flake|fmt|profile|run|shell|store|-))/giu

/** True if a text denies something, in any of the languages whose negations are known. */
export const hasNegation = (text: string): boolean =>
  tokensIn(text.replace(tool, " ")).some(({ key }) => denies(key)) || joinedNegation.test(text)

const joining: ReadonlySet<string> = new Set("or nor oder ou o или".split(" "))
/**
 * Words that answer a question when a comma follows, as in `no, use tabs`. They do not negate the words after the
 * comma.
 */
const answers: ReadonlySet<string> = new Set("no non nein nope não нет".split(" "))

/**
 * Extends a range in both directions, up to where the text between two tokens matches `gap`. The range stays inside its
 * part of the typed text, and grows by at most 60 tokens on each side.
 */
const within = ({ pieces, tokens }: UserWords, { from, to }: Range, gap: RegExp): Range => {
  const piece = pieces[tokens[from]?.piece ?? 0]
  const isDivided = (before: number): boolean => {
    const [left, right] = [tokens[before], tokens[before + 1]]
    return left === undefined || right === undefined || gap.test(piece?.text.slice(left.end, right.start) ?? "\n")
  }
  const [first, last] = [Math.max(piece?.from ?? from, from - 60), Math.min(piece?.to ?? to, to + 60)]
  let start = from
  let end = to
  while (start > first && !isDivided(start - 1)) {
    start--
  }
  while (end < last && !isDivided(end - 1)) {
    end++
  }
  return { from: start, to: end }
}

const keysOf = ({ tokens }: UserWords, { from, to }: Range): ReadonlyArray<string> =>
  tokens.slice(from, to).map(({ key }) => key)

/** Returns the clause around a range, with the neighbouring clauses that change its meaning. */
const clauseOf = (words: UserWords, range: Range): Range => {
  const clause = within(words, range, clauseGap)
  const sentence = within(words, range, sentenceGap)
  const startOf = (index: number): number => within(words, { from: index, to: index + 1 }, clauseGap).from
  let { from } = clause
  while (from > sentence.from && joining.has(words.tokens[from]?.key ?? "")) {
    from = startOf(from - 1)
  }
  // A comma may separate a negation from its verb: "don't, whatever happens, push".
  const cutOff = keysOf(words, { from: sentence.from, to: from }).findIndex(
    (key, index) => denies(key) && !answers.has(key) && startOf(sentence.from + index + 1) === sentence.from + index + 1
  )
  // A condition after a comma still belongs to the clause.
  const next = words.tokens[clause.to]?.key ?? ""
  const isLimited = clause.to < sentence.to && conditions.has(next)
  const to = isLimited ? within(words, { from: clause.to, to: clause.to + 1 }, clauseGap).to : clause.to
  return { from: cutOff === -1 ? from : startOf(sentence.from + cutOff), to }
}

/** True if the sentence around the range is a question. */
const isAsked = (words: UserWords, range: Range): boolean => {
  const { to } = within(words, range, sentenceGap)
  const [last, next] = [words.tokens[to - 1], words.tokens[to]]
  const text = words.pieces[last?.piece ?? 0]?.text ?? ""
  return /^[^.!。！\n]{0,4}[?？]/.test(text.slice(last?.end, next?.piece === last?.piece ? next?.start : undefined))
}

/**
 * The maximum number of characters of a quotation; `clauseCharacters` is the maximum of a clause that is quoted as a
 * whole.
 */
const shownCharacters = 600
const clauseCharacters = 240

/**
 * Returns the typed text of a range, with the punctuation attached to its first and last word (`--flag`, `C#`), and
 * with `?` if it was a question.
 */
const textOf = (words: UserWords, { from, to }: Range): string => {
  const [first, last] = [words.tokens[from], words.tokens[to - 1]]
  const text = words.pieces[first?.piece ?? 0]?.text ?? ""
  const start = first?.start ?? 0
  const before = /(?<![\p{L}\p{N}])[-@./$#~\\+]+$/u.exec(text.slice(Math.max(0, start - 20), start))?.[0] ?? ""
  const after = /^[+#%/]+/.exec(text.slice(last?.end))?.[0] ?? ""
  const shown = `${before}${text.slice(start, last?.end)}${after}${isAsked(words, { from, to }) ? "?" : ""}`
  return (shown.match(/`/g) ?? []).length % 2 === 0 ? shown : shown.replaceAll("`", "")
}

/**
 * Extends a range to its clause if the rest of the clause changes its meaning: by a negation, a condition, or a
 * question mark. `isLoose` is true for words that the model did not quote; these are extended whenever the clause is
 * short enough.
 */
const inItsClause = (words: UserWords, range: Range, isLoose: boolean): Range => {
  const clause = clauseOf(words, range)
  const rest = [
    { from: clause.from, to: range.from },
    { from: range.to, to: clause.to }
  ].filter(({ from, to }) => from < to)
  const isLimited =
    rest.some((side) => hasNegation(textOf(words, side)) || keysOf(words, side).some((key) => conditions.has(key))) ||
    isAsked(words, range)
  const text = textOf(words, range)
  const isOpen = joinsWords.test(text) || (endsOpen.test(text) && clause.to > range.to)
  if (!isLoose && !isLimited && !isOpen) {
    return range
  }
  if (textOf(words, clause).length <= clauseCharacters) {
    return clause
  }
  return isLimited ? { from: Math.max(clause.from, range.from - 12), to: Math.min(clause.to, range.to + 12) } : range
}

const quotation = new RegExp(
  [
    /"([^"\n]+)"/,
    /[“„]([^”“\n]+)[”“]/,
    /«([^»\n]+)»/,
    /‹([^›\n]+)›/,
    /「([^」\n]+)」/,
    /『([^』\n]+)』/,
    /‘((?:[^’\n]|’(?=\p{L}))+)’/u,
    /(?<![\p{L}\p{N}])'((?:[^'\n]|'(?=\p{L}))+)'(?![\p{L}\p{N}])/u,
    /`([^`\n]+)`/
  ]
    .map(({ source }) => source)
    .join("|"),
  "gu"
)

/** Matches an ellipsis inside a quotation, as in `"use … tabs"`. */
const gap = /\s*(?:\[\s*)?(?:…|\.{3,})(?:\s*\])?\s*/

interface Segment {
  readonly text: string
  readonly start: number
  readonly end: number
  /** True if the quotation is a code span. */
  readonly isCode: boolean
}

/**
 * Lists the quotations in straight marks that have others of them inside, as in `"say "yes" to it"`. A mark opens after a
 * space and closes before one or before punctuation; a line with any other mark has none.
 */
const nestedIn = (line: string): ReadonlyArray<Segment> => {
  const opened: Array<number> = []
  const nested: Array<Segment> = []
  let hasInner = false
  for (const { index } of line.replace(/`[^`]*`/g, (code) => " ".repeat(code.length)).matchAll(/"/g)) {
    const opens = /^(?:|[\s([:"])$/.test(line[index - 1] ?? "") && /[^\s"]/.test(line[index + 1] ?? " ")
    const closes = /^(?:|[\s.,;:!?)\]"])$/.test(line[index + 1] ?? "") && /\S/.test(line[index - 1] ?? " ")
    if (opens === closes) {
      return []
    }
    if (opens) {
      hasInner = opened.push(index) > 1
    } else {
      const start = opened.pop()
      if (start === undefined) {
        return []
      }
      if (opened.length === 0 && hasInner) {
        nested.push({ text: line.slice(start + 1, index), start: start + 1, end: index, isCode: false })
      }
    }
  }
  return opened.length === 0 ? nested : []
}

/** Lists the quotations of a line with their offsets. Of quotations within a quotation only the outer one counts. */
const segmentsIn = (line: string): ReadonlyArray<Segment> => {
  const nested = nestedIn(line)
  const flat = Array.from(line.matchAll(quotation), (match) => {
    const text = match.slice(1).find((part) => part !== undefined) ?? ""
    return { text, start: match.index + 1, end: match.index + match[0].length - 1, isCode: match[0].startsWith("`") }
  }).filter(({ end, start }) => !nested.some((outer) => start <= outer.end && end >= outer.start))
  return [...nested, ...flat].toSorted((one, other) => one.start - other.start)
}

/** Lists the texts of the quotations in a line. Code spans count only if there is nothing else in quotation marks. */
export const quotationsIn = (line: string): ReadonlyArray<string> => {
  const segments = segmentsIn(line.slice(0, lineCharacters))
  const inMarks = segments.filter(({ isCode }) => !isCode)
  return (inMarks.length > 0 ? inMarks : segments).map(({ text }) => text)
}

/** Finds a quotation with an ellipsis: the shortest typed range in one sentence that has all of its parts in order. */
const bridged = (segment: string, words: UserWords): Range | undefined => {
  const parts = segment
    .split(gap)
    .map(tokensIn)
    .filter((part) => part.length > 0)
  const [first] = parts
  if (parts.length < 2 || first === undefined || weightOf(parts.flat()) < enough) {
    return undefined
  }
  const starts = words.tokens.flatMap(({ key }, at) => (key === first[0]?.key ? [at] : [])).slice(-mostPlaces)
  const found = starts.flatMap((from): ReadonlyArray<Range> => {
    const sentence = within(words, { from, to: from + 1 }, sentenceGap)
    let at = from
    for (const [index, part] of parts.entries()) {
      const last = index === 0 ? from : sentence.to - part.length
      while (at <= last && !sameKeys(part, words.tokens.slice(at, at + part.length))) {
        at++
      }
      if (at > last) {
        return []
      }
      at += part.length
    }
    return at <= sentence.to ? [{ from, to: at }] : []
  })
  return found.toSorted((one, other) => one.to - one.from - (other.to - other.from))[0]
}

/** Finds the last typed message that the text repeats as a whole. */
const wholeMessage = (text: string, words: UserWords): Range | undefined => {
  const given = tokensIn(text)
  return given.length === 0
    ? undefined
    : words.pieces.findLast(
        ({ from, isWhole, to }) =>
          isWhole && to - from === given.length && sameKeys(given, words.tokens.slice(from, to))
      )
}

/**
 * The minimum weight of a quoted clause that is looked up as a whole; a word has a weight of {@link wordWeight}. A
 * single word is too often the user's by chance.
 */
const clauseWeight = 3

/** Finds the last typed clause that a quotation repeats as a whole. */
const wholeClause = (text: string, words: UserWords): Range | undefined => {
  const given = tokensIn(text)
  const [first] = given
  if (first === undefined || given.length < 2 || weightOf(given) < clauseWeight) {
    return undefined
  }
  const isClause = (from: number): boolean => {
    const to = from + given.length
    const clause = within(words, { from, to: from + 1 }, clauseGap)
    return clause.from === from && clause.to === to && sameKeys(given, words.tokens.slice(from, to))
  }
  const from = words.tokens.findLastIndex(({ key }, at) => key === first.key && isClause(at))
  return from === -1 ? undefined : { from, to: from + given.length }
}

/** Matches the words with which a model introduces a statement about the user, such as `The user wants`. */
const frame =
  /^\W{0,4}(?:the )?(?:user|they|he|she)s?\b(?: (?:really|strongly|always|also|clearly|explicitly|generally))* ?(?:wants?|wanted|prefers?|likes?|asked(?: for| to)?|said|says|told|insists?|requires?|expects?)?(?: (?:us|me|you|the (?:agent|assistant)) to| that| to| for)?\b:?/i

interface Found {
  readonly start: number
  readonly end: number
  readonly range: Range
  readonly isLoose: boolean
}

const isDenied = (line: ReadonlyArray<Token>, run: Run): boolean => {
  const at = line.findIndex(({ start }) => start >= run.start)
  const before = line.slice(Math.max(0, at - 4), at).map(({ key }) => key)
  return before.some((key, index) => denies(key) && !/^(?:forget|skip|omit|miss|fail)/.test(before[index + 1] ?? ""))
}

/** True if a stretch of a line that has no quotation marks may be attributed to the user. */
const holdsUnquoted = (line: ReadonlyArray<Token>, run: Run, words: UserWords): boolean => {
  const clause = clauseOf(words, run)
  const typed = words.tokens.slice(run.from, run.to)
  return (
    (typed.some(({ weight }) => weight === 1) || meaningfulWords(textOf(words, run)).size > 1) &&
    (!isDenied(line, run) || keysOf(words, clause).some(denies))
  )
}

const asFound = (run: Run, isLoose: boolean): Found => ({ start: run.start, end: run.end, range: run, isLoose })

/**
 * Finds the typed parts of a quotation. If they are at least half of it, all of them count; else only those that may be
 * attributed to the user without quotation marks.
 */
const foundInQuotation = (
  { end, isCode, start, text }: Segment,
  line: ReadonlyArray<Token>,
  runs: ReadonlyArray<Run>,
  words: UserWords
): ReadonlyArray<Found> => {
  const whole = bridged(text, words) ?? wholeMessage(text, words) ?? (isCode ? undefined : wholeClause(text, words))
  if (whole !== undefined) {
    return [{ start, end, range: whole, isLoose: false }]
  }
  const tokens = line.filter((token) => token.start >= start && token.end <= end)
  const inside = runsIn(tokens, words)
  // An inner quotation mark ends the segment too early; then the runs of the whole line are used.
  const own = inside.length > 0 ? inside : runs.filter((run) => run.start < end && run.end > start)
  const repeated = tokens.filter((token) => own.some((run) => token.start >= run.start && token.end <= run.end))
  return weightOf(repeated) * 2 >= weightOf(tokens)
    ? own.map((run) => asFound(run, false))
    : own.filter((run) => holdsUnquoted(line, run, words)).map((run) => asFound(run, true))
}

const foundIn = (line: string, words: UserWords, orderEnd: number | undefined): ReadonlyArray<Found> => {
  const tokens = tokensIn(line)
  const runs = runsIn(tokens, words)
  const inMarks = segmentsIn(line).flatMap((segment) => foundInQuotation(segment, tokens, runs, words))
  if (inMarks.length > 0) {
    return inMarks
  }
  const all = wholeMessage(line, words)
  if (all !== undefined) {
    return [{ start: 0, end: line.length, range: all, isLoose: false }]
  }
  const own = frame.exec(line)?.[0].length ?? 0
  const loose = runs.filter((run) => run.start >= own && holdsUnquoted(tokens, run, words))
  const covered = weightOf(loose.flatMap((run) => words.tokens.slice(run.from, run.to)))
  const isOwnOrder =
    orderEnd === undefined || covered >= weightOf(tokens) * 0.6 || loose.some((run) => run.start < orderEnd)
  return isOwnOrder ? loose.map((run) => asFound(run, true)) : []
}

/** True if a quotation has a whole sentence that the user typed, of any length. */
const wholeSentence = (given: ReadonlyArray<Token>, words: UserWords): Range | undefined => {
  const [first] = given
  const isSentence = (from: number): boolean => {
    const to = from + given.length
    const sentence = within(words, { from, to: from + 1 }, sentenceGap)
    return sentence.from === from && sentence.to === to && sameKeys(given, words.tokens.slice(from, to))
  }
  const from =
    first === undefined ? -1 : words.tokens.findLastIndex(({ key }, at) => key === first.key && isSentence(at))
  return from === -1 ? undefined : { from, to: from + given.length }
}

/**
 * Returns the typed range that a quotation repeats word for word, with everything that changes its meaning; undefined if
 * the user did not type it so.
 */
const verbatim = (text: string, words: UserWords, before: string): Range | undefined => {
  const given = tokensIn(text)
  const [run] = runsIn(given, words)
  const whole =
    wholeMessage(text, words) ??
    wholeSentence(given, words) ??
    wholeClause(text, words) ??
    (run !== undefined && run.to - run.from === given.length ? run : undefined)
  if (whole === undefined || (isAsked(words, whole) && !/[?？]\W*$/.test(text))) {
    return undefined
  }
  const { from, to } = inItsClause(words, whole, false)
  const isWhole = from === whole.from || isRestated(words, { from, to: whole.from }, before)
  return isWhole && to === whole.to ? whole : undefined
}

/** Words that begin the occasion of a wish. */
const occasions: ReadonlySet<string> = new Set(
  "if when while whenever wenn falls sobald si quand lorsque cuando se quando если когда".split(" ")
)

/**
 * True if the typed words before a quotation only name an occasion, and the line names it as well. At least half of its
 * words must be the user's.
 */
const isRestated = (words: UserWords, left: Range, before: string): boolean => {
  const [first = "", ...rest] = keysOf(words, left)
  const named = meaningfulWords(rest.join(" "))
  const told = meaningfulWords(before)
  return (
    occasions.has(first) &&
    named.size > 0 &&
    !hasNegation(textOf(words, left)) &&
    [...named].filter((word) => told.has(word)).length * 2 >= named.size
  )
}

/** A line whose quotations the user typed word for word. */
export interface Quoting {
  /** The texts before, between and after the quotations. */
  readonly around: ReadonlyArray<string>
  readonly quotations: ReadonlyArray<string>
}

/**
 * Reads the quotations of a line, without its code spans; undefined if there are none, or if the user did not type one of
 * them word for word with everything that changes its meaning. A question that the user was asked may stand beside them.
 */
export const quotingOf = (
  given: string,
  words: UserWords,
  isQuestion: (text: string) => boolean
): Quoting | undefined => {
  const line = given.slice(0, lineCharacters).normalize("NFC")
  const inMarks = segmentsIn(line).filter(({ isCode }) => !isCode)
  const quotations = inMarks.filter(({ start, text }) => verbatim(text, words, line.slice(0, start - 1)) !== undefined)
  if (quotations.length === 0 || !inMarks.every((one) => quotations.includes(one) || isQuestion(one.text))) {
    return undefined
  }
  const ends = [0, ...quotations.map(({ end }) => end + 1)]
  const starts = [...quotations.map(({ start }) => start - 1), line.length]
  return {
    around: ends.map((end, index) => line.slice(end, starts[index])),
    quotations: quotations.map(({ text }) => text)
  }
}

/** True if a line has text in quotation marks other than code marks. */
export const hasQuotation = (line: string): boolean =>
  segmentsIn(line.slice(0, lineCharacters)).some(({ isCode }) => !isCode)

/** True if a line is nothing but quotations. */
export const isOnlyQuotation = (line: string): boolean => {
  const quotations = segmentsIn(line.slice(0, lineCharacters)).filter(({ isCode }) => !isCode)
  const inside = (token: Token): boolean =>
    quotations.some(({ end, start }) => token.start >= start && token.end <= end)
  return quotations.length > 0 && tokensIn(line).every(inside)
}

/** The share of a text's words that must be repeated, in their order, for the text to say the same. */
const repeatedShare = 0.6

/** True if most of a text repeats indexed words in their order; `share` is how much of it must do so. */
export const repeats = (text: string, words: UserWords, share = repeatedShare): boolean => {
  const tokens = tokensIn(text.slice(0, lineCharacters))
  const covered = runsIn(tokens, words).flatMap(({ from, to }) => words.tokens.slice(from, to))
  return tokens.length > 0 && weightOf(covered) >= weightOf(tokens) * share
}

/** The minimum weight of a sentence that can be another one with its words in another order. */
const reorderedWeight = 8
/** The share of a text's words that a sentence must have for the text to be that sentence in another order. */
const reorderedShare = 0.9

/**
 * True if a text has the words of a typed sentence in another order, and either denies something. Such a text may say the
 * opposite.
 */
export const isReordered = (text: string, words: UserWords): boolean => {
  const tokens = tokensIn(text.slice(0, lineCharacters))
  if (weightOf(tokens) < reorderedWeight || repeats(text, words)) {
    return false
  }
  const keys = new Set(tokens.map(({ key }) => key))
  const isDenying = hasNegation(text)
  return words.sentences.some(
    (sentence) =>
      (isDenying || sentence.isDenying) &&
      [...keys].filter((key) => sentence.keys.has(key)).length >= keys.size * reorderedShare
  )
}

const older =
  /\b(?:superseded|replac\w+|earlier|previously|formerly|no longer|used to|originally|withdrawn)\b[^.;"“]{0,30}$|\b(?:instead of|rather than|not)\W{0,3}$/i
const withdrawn = /\b(?:superseded|no longer|withdrawn)\b/i

/**
 * Reduces a line to the user's typed words in it, in quotation marks; undefined if there are none. A line that consists
 * of typed quotations is returned unchanged. Words that the line says were replaced are listed as superseded.
 * `orderEnd` is given for an order: the offset at which its opening words end. The user must have typed words before
 * that offset, or most of the line.
 */
export const inUserWords = (given: string, words: UserWords, orderEnd?: number): string | undefined => {
  const [line, day] = splitDay(given)
  const reduced = reduce(line, words, orderEnd)
  return reduced === undefined ? undefined : `${reduced}${day}`
}

const reduce = (given: string, words: UserWords, orderEnd: number | undefined): string | undefined => {
  const line = given.slice(0, lineCharacters).normalize("NFC")
  const told = new Map<string, boolean>()
  let end = 0
  const every = foundIn(line, words, orderEnd)
  const isWithin = ({ range }: Found, other: Found): boolean =>
    range.from >= other.range.from &&
    range.to <= other.range.to &&
    range.to - range.from < other.range.to - other.range.from
  const found = every.filter((one) => !every.some((other) => isWithin(one, other)))
  for (const { end: foundEnd, isLoose, range, start } of found.toSorted((one, other) => one.start - other.start)) {
    const text = quoted(textOf(words, inItsClause(words, range, isLoose)), shownCharacters)
    const isOld = older.test(line.slice(end, start).replace(/\W*$/, " "))
    told.set(text, isOld && told.get(text) !== false)
    end = foundEnd
  }
  const current = [...told].flatMap(([text, isOld]) => (isOld ? [] : [text]))
  const old = [...told].flatMap(([text, isOld]) => (isOld ? [text] : []))
  if (told.size === 0 || (current.length === 0 && withdrawn.test(line))) {
    return undefined
  }
  const reduced =
    current.length === 0
      ? old.join(", ")
      : `${current.join(", ")}${old.length === 0 ? "" : ` (newer; superseded: ${old.join(", ")})`}`
  return segmentsIn(line).length > 0 && sameKeys(tokensIn(reduced), tokensIn(line)) ? given : reduced
}
