import type { FactContent } from "../src/domain/facts/Fact.js"
import { factIdOf } from "../src/domain/facts/Fact.js"
import type { KnownFact } from "../src/domain/facts/ProjectFacts.js"
import { threadIdOf } from "./rollouts.js"

/** Words that make the texts of facts differ. */
const nouns = "ferry pier harbour tide berth cargo crane signal ticket buoy anchor deck chart rudder beacon lock".split(
  " "
)

const nounOf = (number: number): string => nouns[number % nouns.length] ?? "ferry"

/** One of some 250 words, as the texts of a project share them. */
const wordOf = (number: number): string => `${nounOf(number)}-${nounOf(Math.floor(number / nouns.length))}`

/** What people ask to do or to leave. */
const verbs =
  "rename delete format squash rebase mock cache log retry import export sort translate measure document wrap".split(
    " "
  )

const wishOf = (number: number, name: string): string =>
  `${number % 20 === 0 ? "always" : "never"} ${verbs[Math.floor(number / 10) % verbs.length] ?? "rename"} the ${name}`

/** The contents of the facts of one session: some that recur, and some of its own. */
const contentsOf = (session: number): ReadonlyArray<readonly [string, FactContent]> =>
  Array.from({ length: 20 }, (_, place): readonly [string, FactContent] => {
    const number = session * 20 + place
    const name = `${wordOf(number)} ${wordOf(number * 7)} ${number}`
    const command = (of: string, passes: number): FactContent => ({
      _tag: "Command",
      command: of,
      key: of,
      aliases: [],
      use: of,
      kind: "test",
      program: "npm",
      narrowness: of.split(" ").length - 2,
      place: "",
      purpose: "Test",
      passes,
      failures: 0,
      isReusable: true
    })
    const path = `src/${nounOf(number)}/${number % 700}.ts`
    switch (place % 10) {
      case 0:
        return [`"${wishOf(number, name)}"`, { _tag: "Wish", words: wishOf(number, name), isLasting: true }]
      case 1:
        return [`Which ${name}? → the old one`, { _tag: "Decision", question: `Which ${name}?`, answer: "the old one" }]
      case 2:
        return [`Test: \`npm test\``, command("npm test", 1)]
      case 3:
        return [`Test one: \`npm test -- ${path}\``, command(`npm test -- ${path}`, 1)]
      case 4:
        return [
          `\`Error: no ${name}\`: fixed by editing \`${path}\``,
          {
            _tag: "Failure",
            signature: `error no ${name}`,
            errors: [`Error: no ${name}`],
            command: "npm test",
            key: "npm test",
            edits: [{ path, before: null, after: null }],
            commands: [],
            check: "npm test",
            isFixed: true
          }
        ]
      case 5:
        return [path, { _tag: "File", path, edits: 1 + (number % 5), remark: `holds the ${name}` }]
      case 6:
        return [
          `the ${name} is not installed`,
          { _tag: "Limit", subject: name, error: "command not found", instead: null }
        ]
      case 7:
        return [`the ${name} is read twice`, { _tag: "Finding", claim: `the ${name} is read twice`, files: [] }]
      case 8:
        return [
          `\`npm run ${name}\` fails`,
          { _tag: "Open", signature: `open ${name}`, command: `npm run ${name}`, error: `Error: ${name}`, title: name }
        ]
      default:
        return [`mend the ${name}`, { _tag: "Outcome", title: `mend the ${name}`, outcome: "success" }]
    }
  })

/** Makes the facts of a project of so many sessions, twenty of each, newest session first. */
export const factsOfSessions = (sessions: number): ReadonlyArray<KnownFact> =>
  Array.from({ length: sessions }, (_, index) => sessions - index).flatMap((session) =>
    contentsOf(session).map(([text, content], place) => ({
      id: factIdOf(content),
      text,
      basis: "ran",
      line: place + 1,
      lastLine: place + 1,
      at: 1_772_000_000_000 + session * 60_000,
      content,
      threadId: threadIdOf(session)
    }))
  )
