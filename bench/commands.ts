import { join } from "node:path"
import { compare, type Figure, timeOf, withFolder } from "./measure.js"
import { cwdOf, threadIdOf, writeSessions } from "./rollouts.js"
import { seedLearned, seedMemory } from "./seed.js"

const node = process.execPath
const main = join(process.cwd(), "dist/main.js")
const sessions = 10_000

/** Times each command from start to answer, on a home of ten thousand sessions that were all learned from. */
export const commandStarts = (): ReadonlyArray<Figure> =>
  withFolder((folder) => {
    const [codex, memories] = [join(folder, "codex"), join(folder, "memories")]
    const args = [main, "--codex-home", codex, "--memories-home", memories]
    writeSessions(codex, sessions, 1_500)
    timeOf(node, [...args, "--limit", "0"])
    seedLearned(join(memories, "state.sqlite"))
    seedMemory(memories, cwdOf(3))
    const thread = threadIdOf(sessions - 1)
    const commands: ReadonlyArray<ReadonlyArray<string>> = [
      ["status"],
      ["list"],
      ["list", "--cwd", cwdOf(1)],
      ["show", "--thread", thread],
      ["context", "--cwd", cwdOf(3)],
      ["why", "--thread", thread],
      ["search", "pointer"],
      ["search", "pointer", "--cwd", cwdOf(1)],
      ["search", "to"],
      ["retry", "--thread", thread],
      ["remember", "--cwd", cwdOf(2), "deploy from main only"],
      ["doctor"],
      ...["forget", "restore", "verify"].map((command) => [command, "--help"])
    ]
    // All projects but one lack their files beside the state DB, which doctor reports with exit code 1.
    return commands.map((words) => {
      const { baseline, milliseconds, ratio } = compare(
        5,
        () => timeOf(node, [...args, ...words], words[0] === "doctor" ? [1] : [0]),
        () => timeOf(node, [main, "--version"])
      )
      return {
        what: `\`${words.map((word) => (word === thread ? "ID" : word)).join(" ")}\` over 10,000 sessions, against \`--version\``,
        bound: "below twice",
        measured: `${ratio.toFixed(2)} times (${milliseconds.toFixed(0)} ms against ${baseline.toFixed(0)} ms)`,
        isWithin: ratio < 2
      }
    })
  })
