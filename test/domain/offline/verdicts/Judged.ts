import { outputOf } from "../../../../src/domain/session/CommandOutput.js"
import { nameCommand } from "../../../../src/domain/offline/commands/CommandNames.js"
import { type JudgedPart, readParts } from "../../../../src/domain/offline/verdicts/PartVerdicts.js"

/** The parts of a command with the verdicts on them. */
export const judged = (command: string, output: string, exitCode?: number): ReadonlyArray<JudgedPart> => {
  const { parts, telling } = nameCommand(command, new Map(), () => false)
  const run = {
    _tag: "CommandRun" as const,
    line: 1,
    outputLine: 2,
    time: undefined,
    directory: undefined,
    provenance: "assistant" as const,
    command,
    isEscalated: false,
    output: outputOf(output, exitCode)
  }
  return readParts({ run, parts, telling, error: run.output.errorLine })
}

/** The verdicts on the parts of a command, by their text. */
export const verdicts = (command: string, output: string, exitCode?: number): ReadonlyArray<string> =>
  judged(command, output, exitCode).map(({ text, verdict }) => `${text}: ${verdict}`)

/** The bare verdicts on the parts of a command. */
export const only = (command: string, output: string, exitCode?: number): ReadonlyArray<string> =>
  judged(command, output, exitCode).map(({ verdict }) => verdict)
