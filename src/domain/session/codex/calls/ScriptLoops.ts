import { closeOf, identifierAt, isInterpolated, quotes, readString, skipSpace, splitAt } from "./ScriptText.js"

/*
 * Writes the rounds of a script's loops one after the other, so that the calls in them can be read like any others. Only
 * loops over literal lists are known: `for (const c of ["ls", "pwd"])`, `commands.map((c) => …)` of a constant list, and
 * the like. Any other loop stays as it is, and the values in it are not known. Nothing is run.
 */

/** The maximum number of loops, of rounds of a loop, and of characters of a script that was written out. */
const mostLoops = 40
const mostRounds = 100
const mostCharacters = 262_144

/** The maximum number of characters of one list or of one loop's body, and of brackets that may begin a list. */
const bodyCharacters = 16_384
const mostLists = 400

/** Returns the index of the bracket that closes the one before an index, if it is near; undefined otherwise. */
const closeNear = (source: string, start: number): number | undefined => {
  const length = closeOf(source.slice(start, start + bodyCharacters), 0)
  return length < bodyCharacters && start + length < source.length ? start + length : undefined
}

const name = String.raw`[A-Za-z_$][\w$]{0,60}`
const pattern = String.raw`${name}|\[[^\[\]{}()]{0,200}\]|\{[^\[\]{}()]{0,200}\}`
const forOf = new RegExp(
  String.raw`for\s{0,4}(?:await\s{1,4})?\(\s{0,20}(?:const|let|var)\s{1,4}(${pattern})\s{1,4}of\s{1,4}`,
  "y"
)
const forIndex = new RegExp(
  String.raw`for\s{0,4}\(\s{0,20}(?:let|var)\s{1,4}(${name})\s{0,4}=\s{0,4}0\s{0,4};\s{0,4}\1\s{0,4}<\s{0,4}(${name})\.length\s{0,4};\s{0,4}(?:\+\+\1|\1\+\+|\1\s{0,4}\+=\s{0,4}1)\s{0,4}\)`,
  "y"
)
const each = new RegExp(
  String.raw`\s{0,20}\.(?:map|forEach|flatMap)\(\s{0,20}(?:async\s{0,4})?(?:\(\s{0,20}(${pattern})\s{0,4}(?:,\s{0,4}(${name})\s{0,4})?,?\s{0,20}\)|(${name}))\s{0,4}=>\s{0,20}`,
  "y"
)

const matchAt = (rule: RegExp, source: string, at: number): RegExpExecArray | null => {
  rule.lastIndex = at
  return rule.exec(source)
}

/** Returns the items of a literal list or the entries of a literal object, as they are written. */
const itemsOf = (text: string): ReadonlyArray<string> =>
  splitAt(text.trim().slice(1, -1), ",")
    .map((item) => item.trim())
    .filter((item, index, all) => item !== "" || index < all.length - 1)

const entriesOf = (text: string): ReadonlyArray<readonly [string, string]> =>
  itemsOf(text).map((entry) => {
    const [key = "", ...value] = splitAt(entry, ":")
    return [key.trim().replace(/^["']|["']$/g, ""), value.join(":").trim()]
  })

/** True for a literal: a string, a number, a boolean, or a list or an object of literals. */
const isLiteral = (text: string, depth = 0): boolean => {
  if (depth > 3 || text === "") {
    return false
  }
  if (quotes.includes(text[0] ?? "")) {
    return readString(text, 0)?.end === text.length && !isInterpolated(text, 0, text.length)
  }
  if (/^\[[\s\S]*\]$/.test(text)) {
    return itemsOf(text).every((item) => isLiteral(item, depth + 1))
  }
  if (/^\{[\s\S]*\}$/.test(text)) {
    return entriesOf(text).every(([key, value]) => /^[\w$-]+$/.test(key) && isLiteral(value, depth + 1))
  }
  return /^(?:-?\d{1,15}(?:\.\d{1,9})?|true|false)$/.test(text)
}

/** The literals that names stand for in one round of a loop, as they are written. */
type Literals = ReadonlyMap<string, string>

const memberOf = (literal: string, key: string): string | undefined =>
  literal.startsWith("[")
    ? itemsOf(literal)[Number(key)]
    : literal.startsWith("{")
      ? entriesOf(literal).find(([own]) => own === key)?.[1]
      : undefined

/** Returns the names that a pattern gives to an item; undefined if the item has no such part. */
const namesFor = (given: string, item: string): ReadonlyArray<readonly [string, string | undefined]> => {
  if (given.startsWith("[")) {
    return itemsOf(given).map((part, index) => [part, memberOf(item, String(index))])
  }
  if (given.startsWith("{")) {
    return itemsOf(given).map((part) => {
      const [key = "", to = key] = part.split(":").map((side) => side.trim())
      return [to, memberOf(item, key)]
    })
  }
  return [[given, item]]
}

const reference = new RegExp(String.raw`(${name})(?:\.(${name})|\[(\d{1,4}|${name})\])?`, "y")

/** Returns the literal that an expression at an index stands for, and the index after it. */
const literalAt = (source: string, at: number, literals: Literals): { literal: string; end: number } | undefined => {
  const match = matchAt(reference, source, at)
  const own = literals.get(match?.[1] ?? "")
  if (match === null || own === undefined) {
    return undefined
  }
  const key = match[2] ?? (match[3] === undefined ? undefined : (literals.get(match[3]) ?? match[3]))
  const member = key === undefined ? undefined : memberOf(own, key)
  return member === undefined
    ? { literal: own, end: at + (match[1] ?? "").length }
    : { literal: member, end: at + match[0].length }
}

const templateText = (literal: string): string =>
  (readString(literal, 0)?.value ?? literal).replace(/[\\`]|\$\{/g, (character) => `\\${character}`)

/** Replaces the names in the body of a loop by the literals that they stand for in one round. */
const roundOf = (body: string, literals: Literals): string => {
  let written = ""
  const brackets: Array<string> = []
  for (let at = 0; at < body.length; at++) {
    const character = body[at] ?? ""
    if (quotes.includes(character)) {
      const end = readString(body, at)?.end ?? body.length
      const text = body.slice(at, end)
      written +=
        character === "`"
          ? text.replace(/(?<!\\)\$\{\s{0,4}([\w$.[\]]{1,120})\s{0,4}\}/g, (whole, inner: string) => {
              const found = literalAt(inner, 0, literals)
              return found?.end === inner.length && isLiteral(found.literal) && !/^[[{]/.test(found.literal)
                ? templateText(found.literal)
                : whole
            })
          : text
      at = end - 1
      continue
    }
    if (/[([{]/.test(character)) {
      brackets.push(character)
    } else if (/[)\]}]/.test(character)) {
      brackets.pop()
    }
    const isStart = /[A-Za-z_$]/.test(character) && !/[\w$.]/.test(body[at - 1] ?? "")
    const found = isStart ? literalAt(body, at, literals) : undefined
    if (found === undefined) {
      written += character
      continue
    }
    const before = written.slice(-200).trimEnd().at(-1) ?? ""
    const after = body[skipSpace(body, found.end)] ?? ""
    const own = body.slice(at, found.end)
    const isProperty = brackets.at(-1) === "{" && /[{,]/.test(before)
    written +=
      isProperty && after === ":" ? own : isProperty && /[,}]/.test(after) ? `${own}: ${found.literal}` : found.literal
    at = found.end - 1
  }
  return written
}

const givesAgain = (body: string, given: string): boolean => {
  const own = given.replace(/\$/g, "\\$")
  return new RegExp(
    String.raw`(?<![\w$.])${own}\s{0,4}(?:[-+*/?|&]{1,2})?=(?!=)|\b(?:const|let|var)\s{1,4}${own}\b|\(\s{0,4}${own}\s{0,4}\)\s{0,4}=>`
  ).test(body)
}

const changes = String.raw`(?:\s{0,4}\.(?:push|pop|shift|unshift|splice|sort|reverse|fill|copyWithin)\b|\s{0,4}\[[^\]]{0,80}\]\s{0,4}=(?!=)|\.length\s{0,4}=(?!=))`

/** Returns the items of a list at an index, and the index after it; undefined if they are not known. */
const listAt = (source: string, at: number): { items: ReadonlyArray<string>; end: number } | undefined => {
  const given = identifierAt(source, at)
  const start = given === "" ? at : constantAt(source, given)
  if (start === undefined || source[start] !== "[") {
    return undefined
  }
  const close = (closeNear(source, start + 1) ?? start) + 1
  const text = source.slice(start, close)
  const items = itemsOf(text)
  return items.length > 0 && items.length <= mostRounds && isLiteral(text)
    ? { items, end: given === "" ? close : at + given.length }
    : undefined
}

/** Returns the index of the only value that a script gives to a name; undefined if it may have another. */
const constantAt = (source: string, given: string): number | undefined => {
  const own = given.replace(/\$/g, "\\$")
  const declared = [...source.matchAll(new RegExp(String.raw`\b(?:const|let|var)\s{1,4}${own}\s{0,4}=\s{0,20}`, "g"))]
  const assigned = [
    ...source.matchAll(new RegExp(String.raw`(?<![\w$.])${own}\s{0,4}(?:[-+*/?|&]{1,2})?=(?![=>])`, "g"))
  ]
  const [first] = declared
  return first === undefined ||
    assigned.length !== 1 ||
    declared.length !== 1 ||
    new RegExp(String.raw`(?<![\w$.])${own}${changes}`).test(source)
    ? undefined
    : first.index + first[0].length
}

const leaves = /(?<![\w$.])(?:break|return|throw)\b/
const prints = /(?<![\w$.])text\s{0,4}\(/

/** Wraps rounds so that nothing is told about the order in which they print. */
const unordered = (body: string): string => (prints.test(body) ? `while (0) {${body}}` : body)

interface Rounds {
  readonly end: number
  readonly text: string
}

const literalsOf = (pairs: ReadonlyArray<readonly [string, string | undefined]>): Literals =>
  new Map(pairs.flatMap(([own, literal]) => (literal === undefined ? [] : [[own, literal] as const])))

const endOfStatement = (source: string, start: number): number => {
  let at = start
  while (at < source.length && at < start + bodyCharacters && source[at] !== ";" && source[at] !== "\n") {
    const character = source[at] ?? ""
    at = quotes.includes(character)
      ? (readString(source, at)?.end ?? source.length)
      : /[([{]/.test(character)
        ? (closeNear(source, at + 1) ?? source.length) + 1
        : at + 1
  }
  return at
}

/** Writes out a `for` loop whose head ends at an index; `roundNames` gives the names of each round. */
const forRounds = (source: string, head: number, roundNames: ReadonlyArray<Literals>): Rounds | undefined => {
  const start = skipSpace(source, head)
  const isBlock = source[start] === "{"
  const end = isBlock ? (closeNear(source, start + 1) ?? source.length) + 1 : endOfStatement(source, start)
  const body = isBlock ? source.slice(start + 1, end - 1) : source.slice(start, end)
  if (end > source.length || [...(roundNames[0]?.keys() ?? [])].some((own) => givesAgain(body, own))) {
    return undefined
  }
  const [first] = roundNames
  // A loop that may end early surely runs its first round alone.
  const text =
    leaves.test(body) && first !== undefined
      ? unordered(roundOf(body, first))
      : roundNames.map((literals) => roundOf(body, literals)).join(";\n")
  return { end, text: `${text};` }
}

const eachRounds = (source: string, at: number): Rounds | undefined => {
  const list = listAt(source, at)
  const head = list === undefined ? null : matchAt(each, source, list.end)
  if (list === undefined || head === null) {
    return undefined
  }
  const given = head[1] ?? head[3] ?? ""
  const close = closeNear(source, head.index + head[0].indexOf("(") + 1)
  if (close === undefined) {
    return undefined
  }
  const whole = source
    .slice(head.index + head[0].length, close)
    .trim()
    .replace(/,$/, "")
  const returned = /^\{\s{0,20}return\s{1,4}([^;]{1,4000}?);?\s{0,20}\}$/.exec(whole)?.[1]
  const body = (returned ?? whole).replace(/^await\s{1,4}/, "")
  const rounds = list.items.map((item, index) =>
    literalsOf([...namesFor(given, item), ...(head[2] === undefined ? [] : [[head[2], String(index)] as const])])
  )
  if ([...(rounds[0]?.keys() ?? [])].some((own) => givesAgain(body, own))) {
    return undefined
  }
  return {
    end: close + 1,
    text: `[${rounds.map((literals) => unordered(roundOf(body, literals))).join(", ")}]`
  }
}

const roundsAt = (source: string, at: number): Rounds | undefined => {
  const of = matchAt(forOf, source, at)
  if (of !== null) {
    const list = listAt(source, at + of[0].length)
    const rest =
      list === undefined ? null : /^(\s{0,4}\.entries\(\))?\s{0,20}\)/.exec(source.slice(list.end, list.end + 40))
    const given = of[1] ?? ""
    const names = rest?.[1] === undefined ? undefined : itemsOf(given)
    return list === undefined || rest === null || (names !== undefined && names.length !== 2)
      ? undefined
      : forRounds(
          source,
          list.end + rest[0].length,
          list.items.map((item, index) =>
            literalsOf(
              names === undefined
                ? namesFor(given, item)
                : [[names[0] ?? "", String(index)], ...namesFor(names[1] ?? "", item)]
            )
          )
        )
  }
  const counted = matchAt(forIndex, source, at)
  if (counted !== null) {
    const [head, index = "", given = ""] = counted
    const start = constantAt(source, given)
    const list = start === undefined ? undefined : listAt(source, start)
    return list === undefined || start === undefined
      ? undefined
      : forRounds(
          source,
          at + head.length,
          list.items.map(
            (_, round) =>
              new Map([
                [index, String(round)],
                [given, source.slice(start, list.end)]
              ])
          )
        )
  }
  return eachRounds(source, at)
}

/** Writes out the loops over literal lists in a script; the rest of the script stays as it is. */
export const withRounds = (script: string): string => {
  let source = script
  let loops = 0
  let lists = 0
  for (let at = 0; at < source.length && loops < mostLoops; at++) {
    const character = source[at] ?? ""
    if (quotes.includes(character)) {
      at = (readString(source, at)?.end ?? source.length) - 1
    } else if (character === "/" && /[/*]/.test(source[at + 1] ?? "")) {
      const end = source.indexOf(source[at + 1] === "/" ? "\n" : "*/", at + 2)
      at = end === -1 ? source.length : end
    } else if (/[A-Za-z_$[]/.test(character) && !/[\w$.]/.test(source[at - 1] ?? "")) {
      lists += character === "[" ? 1 : 0
      if (lists > mostLists || !mayLoop(source, at)) {
        continue
      }
      const rounds = roundsAt(source, at)
      loops++
      if (rounds !== undefined && source.length + rounds.text.length <= mostCharacters) {
        source = source.slice(0, at) + rounds.text + source.slice(rounds.end)
        at--
      }
    }
  }
  return source
}

const loopHead = new RegExp(String.raw`for\s{0,4}(?:await\s{1,4})?\(|(?:${name}|\[)`, "y")
const eachOf = new RegExp(String.raw`${name}\s{0,20}\.(?:map|forEach|flatMap)\(`, "y")

const nearText = (source: string, at: number | undefined): string => (at === undefined ? "" : source.slice(at, at + 40))

/** True if a loop may begin at an index. It is cheap, since it is asked at each word of a script. */
const mayLoop = (source: string, at: number): boolean =>
  source.startsWith("for", at)
    ? matchAt(loopHead, source, at)?.[0].includes("(") === true
    : source[at] === "["
      ? /^\]\s{0,20}\.(?:map|forEach|flatMap)\(/.test(nearText(source, closeNear(source, at + 1)))
      : matchAt(eachOf, source, at) !== null
