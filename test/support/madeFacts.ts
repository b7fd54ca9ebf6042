import { type FactContent, factIdOf, type SessionFact } from "../../src/domain/facts/Fact.js"

/** A fact as a session gives it. */
export const madeFact = (content: FactContent, text: string, fields: Partial<SessionFact> = {}): SessionFact => ({
  id: factIdOf(content),
  text,
  basis: "ran",
  line: 7,
  lastLine: 9,
  at: null,
  content,
  ...fields
})

/** A wish of the user that lasts. */
export const madeWish = (words: string): SessionFact =>
  madeFact({ _tag: "Wish", words, isLasting: true }, `"${words}"`, { basis: "user" })

/** A command that works. */
export const madeCommand = (command: string, purpose = "run the tests"): SessionFact =>
  madeFact(
    {
      _tag: "Command",
      command,
      key: command,
      aliases: [],
      use: command,
      kind: "test",
      program: command.split(" ", 1)[0] ?? "",
      place: "",
      purpose,
      passes: 1,
      failures: 0,
      isReusable: true,
      narrowness: 0
    },
    `${purpose.slice(0, 1).toUpperCase()}${purpose.slice(1)}: \`${command}\``
  )
