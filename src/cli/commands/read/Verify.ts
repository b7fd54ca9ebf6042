import * as Effect from "effect/Effect"
import { shortId } from "../../../domain/thread/ThreadPrefix.js"
import { projectName } from "../../../domain/thread/WorkingDirectory.js"
import { MemoryInspection } from "../../../services/MemoryInspection.js"
import { verify } from "../../../commands/Verify.js"
import { runOn } from "../../RunCommand.js"
import type { CommandServices } from "../../CommandServices.js"
import { NeedsPerson } from "../../ExitCode.js"
import type { Given } from "../../Options.js"
import { withProgressLine } from "../../terminal/ProgressLine.js"
import { print } from "../../terminal/Screen.js"

/**
 * Implements `verify`: lists the statements in the memories that sessions do not support. Fails with `NeedsPerson` if
 * there are any.
 */
export const run = <E>(given: Given & { readonly json: boolean }, { looking }: CommandServices<E>) =>
  runOn(
    given,
    looking,
    Effect.gen(function* () {
      const { rootOf } = yield* MemoryInspection
      let read = 0
      const projects = yield* withProgressLine((tell) =>
        verify((threadId) => tell(`reading session ${++read}: ${threadId}`))
      )
      const checked = projects.reduce((sum, project) => sum + project.checked, 0)
      const findings = projects.flatMap(({ cwd, findings }) =>
        findings.map((finding) => ({ ...finding, cwd, file: `${rootOf(cwd).memoryPath}/${finding.file}` }))
      )
      const unreadable = projects.flatMap((project) => project.unreadable)
      yield* print(given.json, { checked, findings, unreadable }, ({ alarm, bold, dim }) => [
        ...findings.flatMap(({ cwd, file, kind, line, problem, value }) => [
          `${bold(projectName(cwd))}  ${alarm(`${kind} does not hold:`)} ${value}`,
          `  ${problem}`,
          dim(`  ${file}:${line}`)
        ]),
        ...unreadable.map(({ reason, threadId }) => `not checked, ${shortId(threadId)}: ${reason}`),
        findings.length === 0
          ? `Everything holds: ${checked} citations, commands, paths and quotations were checked.`
          : `${findings.length} of ${checked} do not hold. \`forget --thread ID\` takes a memory away; a changed session is learned from again by the next pass.`
      ])
      if (findings.length > 0) {
        return yield* new NeedsPerson()
      }
    })
  )
