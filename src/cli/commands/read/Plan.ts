import * as Command from "@effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { planPass } from "../../../commands/Plan.js"
import { PassPlan, renderPlan } from "../../../domain/report/PassPlan.js"
import { loadSettings, Settings } from "../../../settings/Settings.js"
import { parsersOf } from "../../CommandOption.js"
import { commandTable } from "../../CommandTable.js"
import { withProgressLine } from "../../terminal/ProgressLine.js"
import { withLogLevel } from "../../terminal/Logging.js"
import { printText } from "../../terminal/Screen.js"
import { givenOptions, passOptions } from "../../Options.js"
import type { PassServices } from "../run/Pass.js"
import { withTelemetry } from "../../telemetry/Telemetry.js"

const encodePlan = Schema.encode(Schema.parseJson(PassPlan))

/**
 * Makes the command `plan`, which shows the requests that a pass with these options would send and their maximum cost.
 * It sends nothing.
 */
export const makePlanCommand = <E>(services: PassServices<E>) =>
  Command.make("plan", parsersOf(passOptions), (given) =>
    Effect.gen(function* () {
      const settings = yield* loadSettings(givenOptions(given))
      const plan = yield* withProgressLine((tell) =>
        Effect.zipRight(
          tell("looking for sessions"),
          planPass({ all: given.all }).pipe(Effect.provide(services({ rebuildIndex: false })))
        )
      ).pipe(withTelemetry, withLogLevel(settings.logLevel), Effect.provideService(Settings, settings))
      yield* given.json ? Effect.flatMap(encodePlan(plan), Console.log) : printText(() => renderPlan(plan))
    })
  ).pipe(Command.withDescription(commandTable.plan.summary))
