import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { write } from "./program.js"
import { sampleOf } from "./sample.js"
import { RolloutBuilder, startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { bordered, boundaries, dresses, isAmbiguous, type MadeSecret, madeSecrets, spellingsOf } from "./secrets.js"

/** A Codex home whose sessions are full of made-up secrets, wherever a session can hold one. */

const cwdOf = (number: number): string => `/home/ada/projects/harbour-${number % 3}`

const rolloutPath = (home: string, number: number): string =>
  join(home, `sessions/2026/03/02/rollout-2026-03-02T09-00-00-${threadIdOf(number)}.jsonl`)

const begin = (number: number, remote = "https://git.ferry.test/ada/ferry.git"): RolloutBuilder =>
  new RolloutBuilder(startOfFixtures + number * 60_000)
    .meta({ id: threadIdOf(number), cwd: cwdOf(number), git: { branch: "main", repository_url: remote } })
    .turnContext({ cwd: cwdOf(number) })

const patchOf = (text: string): string =>
  `*** Begin Patch\n*** Update File: src/notes.txt\n@@\n-old\n${text
    .split("\n")
    .map((line) => `+${line}`)
    .join("\n")}\n*** End Patch`

/** One session for a dress: every secret in the user's words, in arguments, in output and in a patch. */
const session = (number: number, dress: (secret: MadeSecret) => string): RolloutBuilder => {
  const rollout = begin(number)
  for (const [index, secret] of madeSecrets.entries()) {
    const text = dress(secret)
    const others = madeSecrets.map((_, at) => madeSecrets[(index + at + 1) % madeSecrets.length] ?? secret)
    rollout
      .user(`please always use this from now on: ${text}`)
      .command(
        `run-check ${dress(others[0] ?? secret)}`,
        `Error: denied for ${dress(others[1] ?? secret)}\n`,
        index % 2
      )
      .patch(patchOf(dress(others[2] ?? secret)))
      .assistant(`I used ${dress(others[3] ?? secret)} and it worked.`)
  }
  return rollout.turnEnd()
}

/** One session for a boundary: every secret beside it where Codex puts JSON in JSON, and in a script. */
const borderedSession = (number: number, boundary: string): RolloutBuilder => {
  const rollout = begin(number).user("please find out why the deploy is denied")
  for (const [index, secret] of madeSecrets.filter((one) => !isAmbiguous(boundary, one)).entries()) {
    const text = bordered(boundary, secret)
    const [call, script] = [`call_b${index}`, `call_s${index}`]
    rollout
      .functionCall(call, "exec_command", { cmd: `run-check ${JSON.stringify({ note: text })}` })
      .functionOutput(call, JSON.stringify({ output: `Error: ${text}\n`, metadata: { exit_code: 1 } }))
      .customCall(script, "exec", `await tools.exec_command({ cmd: ${JSON.stringify(`run-check '${text}'`)} })`)
      .customOutput(script, [{ type: "input_text", text: `Exit code: 1\nOutput:\nError: ${text}\n` }])
  }
  return rollout.assistant("It is denied.").turnEnd()
}

/** A small session for a secret: in its title, in its name, in the remote of its repository. */
const smallSession = (number: number, secret: MadeSecret): RolloutBuilder =>
  begin(number, `https://ada:${encodeURIComponent(secret.core)}@git.ferry.test/ada/ferry.git`)
    .user(`${secret.text} is what the deploy wants, fix the deploy`)
    .event({ type: "thread_name_updated", thread_name: `deploy with ${secret.text}` })
    .command("npm test", "not ok 1\nTypeError: no\n", 1)
    .patch(patchOf("harmless"))
    .command("npm test", "ok 1\n# pass 1\n", 0)
    .assistant(`Done with ${secret.text}.`)
    .turnEnd()

/** A session of the home, with its number and what it is made for. */
type Planted = readonly [number: number, what: "dress" | "boundary" | "secret", rollout: RolloutBuilder]

const plantedSessions = (): ReadonlyArray<Planted> => [
  ...Object.values(dresses).map((dress, index): Planted => [index + 1, "dress", session(index + 1, dress)]),
  ...Object.values(boundaries).map((boundary, index): Planted => [
    index + 51,
    "boundary",
    borderedSession(index + 51, boundary)
  ]),
  ...madeSecrets.map((secret, index): Planted => [index + 101, "secret", smallSession(index + 101, secret)])
]

/** Writes the sessions of the home that this run tries, at least one made for each; returns how many they are. */
export const writePlantedHome = (home: string): number => {
  const sessions = sampleOf(plantedSessions(), 20, ([, what]) => what)
  sessions.forEach(([number, , rollout]) => write(rolloutPath(home, number), rollout.text()))
  return sessions.length
}

/** The bytes of every file below a folder, by path. */
export const bytesBelow = (folder: string): ReadonlyMap<string, Buffer> =>
  new Map(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .map((name) => join(folder, name))
      .filter((path) => statSync(path).isFile())
      .map((path) => [path, readFileSync(path)])
  )

/** The bytes of each secret in all of its spellings. */
const spelled = madeSecrets.map((secret) => ({
  kind: secret.kind,
  spellings: [...new Set([...spellingsOf(secret), encodeURIComponent(secret.core)])].map((text) => Buffer.from(text))
}))

/** Names the secrets that stand in some bytes, and where. */
export const leaksIn = (places: Iterable<readonly [string, Buffer | string]>): ReadonlyArray<string> =>
  [...places].flatMap(([place, content]) => {
    const bytes = Buffer.from(content)
    return spelled.flatMap(({ kind, spellings }) =>
      spellings.some((spelling) => bytes.includes(spelling)) ? [`${kind} in ${place}`] : []
    )
  })
