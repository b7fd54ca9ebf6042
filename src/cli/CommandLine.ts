import * as Either from "effect/Either"

/** The words of a command line, as far as ordering them needs to know them. */
export interface Vocabulary {
  readonly commands: ReadonlySet<string>
  /** Options that take a value: the word after one is no command. */
  readonly valued: ReadonlySet<string>
  readonly flags: ReadonlySet<string>
}

/** What of a command line cannot be meant, and what would be. */
export interface Misplaced {
  readonly option: string
  readonly expected: string
}

const nameOf = (word: string): string => word.split("=", 1)[0] ?? word

/**
 * The words with the command first, so that options may stand on either side of it; as they are where there is none. Whoever
 * asks for help gets it, whatever else they wrote. An option that nobody knows is an error, `Left`: it would be taken for one
 * of a command's words. So is one whose value is missing.
 */
export const commandFirst = (
  words: ReadonlyArray<string>,
  { commands, flags, valued }: Vocabulary
): Either.Either<ReadonlyArray<string>, Misplaced> => {
  const rest: Array<string> = []
  let command: string | undefined
  let wrong: Misplaced | undefined
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ""
    if (word === "--") {
      rest.push(...words.slice(index))
      break
    }
    if (word.startsWith("-") && word !== "-") {
      rest.push(word)
      if (valued.has(word)) {
        const value = words[++index]
        if (value === undefined) {
          wrong ??= { option: word, expected: "a value after it; `--help` says which" }
        } else {
          rest.push(value)
        }
      } else if (!valued.has(nameOf(word)) && !flags.has(nameOf(word))) {
        wrong ??= { option: nameOf(word), expected: "an option that there is; `--help` names them" }
      }
    } else if (command === undefined && commands.has(word)) {
      command = word
    } else {
      rest.push(word)
    }
  }
  const end = rest.indexOf("--")
  const isHelp = rest.slice(0, end === -1 ? rest.length : end).some((word) => word === "--help" || word === "-h")
  const isVersion = command === undefined && rest.includes("--version")
  if (isHelp || isVersion) {
    return Either.right([...(command === undefined ? [] : [command]), isHelp ? "--help" : "--version"])
  }
  return wrong !== undefined ? Either.left(wrong) : Either.right(command === undefined ? words : [command, ...rest])
}
