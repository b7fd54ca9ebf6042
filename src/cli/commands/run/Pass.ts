import * as Command from "@effect/cli/Command"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { hasFailures, PassReport } from "../../../domain/report/Report.js"
import { parseTraceFile } from "../../../domain/memory/TraceMemory.js"
import { nothingRan } from "../../../pass/PassReport.js"
import { runPass } from "../../../pass/RunPass.js"
import type { AgentControl } from "../../../services/AgentControl.js"
import type { MemoryFs } from "../../../services/MemoryFs.js"
import type { ModelClient } from "../../../services/ModelClient.js"
import type { Progress } from "../../../services/Progress.js"
import type { Redactor } from "../../../services/Redactor.js"
import type { SessionStore } from "../../../services/SessionStore.js"
import type { StateDb } from "../../../services/state/StateDb.js"
import { loadSettings, Settings } from "../../../settings/Settings.js"
import type { Templates } from "../../../services/Templates.js"
import type { WorkingDirectories } from "../../../services/WorkingDirectories.js"
import { parsersOf } from "../../CommandOption.js"
import { passText } from "../../CommandTable.js"
import { PassHadFailures } from "../../ExitCode.js"
import { givenOptions, passOptions } from "../../Options.js"
import { withProgressLine } from "../../terminal/ProgressLine.js"
import { withLogLevel } from "../../terminal/Logging.js"
import { renderReport } from "../../terminal/ReportText.js"
import { withTelemetry } from "../../telemetry/Telemetry.js"
import { printText } from "../../terminal/Screen.js"

const encodeReport = Schema.encode(Schema.parseJson(PassReport))

/** Reads the headings of the trace files that the pass wrote. The printed report shows them. */
const readHeadings = Effect.fnUntraced(function* (report: PassReport) {
  const fileSystem = yield* FileSystem.FileSystem
  const headings = yield* Effect.forEach(report.extracted, ({ traceFile }) =>
    fileSystem.readFileString(traceFile).pipe(
      Effect.map((content) => (parseTraceFile(content).trace.split("\n")[0] ?? "").replace(/^#+\s*/, "")),
      Effect.orElseSucceed(() => ""),
      Effect.map((heading) => [traceFile, heading] as const)
    )
  )
  return new Map(headings.filter(([, heading]) => heading !== ""))
})

const print = Effect.fnUntraced(function* (report: PassReport, asJson: boolean) {
  if (asJson) {
    return yield* Console.log(yield* encodeReport(report))
  }
  const { memoriesHome, minIdle } = yield* Settings
  const headings = yield* readHeadings(report)
  yield* printText(({ bold }) =>
    renderReport(report, { memoriesHome, minIdle: Duration.format(minIdle), headings, bold })
  )
})

/** Makes the services of a pass. With `rebuildIndex`, a corrupt state DB is replaced by a new one. */
export type PassServices<E> = (options: {
  readonly rebuildIndex: boolean
}) => Layer.Layer<
  | AgentControl
  | FileSystem.FileSystem
  | MemoryFs
  | ModelClient
  | Progress
  | Redactor
  | SessionStore
  | StateDb
  | Templates
  | WorkingDirectories,
  E,
  Settings
>

/** Makes the command that runs one pass: `rollout-memories` without a command. */
export const makePassCommand = <E>(services: PassServices<E>) =>
  Command.make("rollout-memories", parsersOf(passOptions), (given) =>
    Effect.gen(function* () {
      const settings = yield* loadSettings(givenOptions(given))
      if (!settings.enabled) {
        // Nothing is opened or made: a person who switched memory off finds no files of it.
        return yield* given.json
          ? Effect.flatMap(encodeReport(nothingRan(settings.model)), Console.log)
          : Console.log("Memory is switched off (MEMORIES_ENABLED=false): nothing was read.")
      }
      const options = { all: given.all, rebuildIndex: given.rebuildIndex }
      const report = yield* withProgressLine((tell) =>
        Effect.zipRight(tell("looking for sessions"), runPass(options).pipe(Effect.provide(services(options))))
      ).pipe(
        // Progress has left the terminal by then.
        Effect.tap((report) => print(report, given.json)),
        withTelemetry,
        withLogLevel(settings.logLevel),
        Effect.provideService(Settings, settings)
      )
      if (hasFailures(report)) {
        return yield* new PassHadFailures()
      }
    })
  ).pipe(Command.withDescription(passText.summary))
