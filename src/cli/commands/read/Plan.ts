import * as Command from "@effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { PassPlan, renderPlan } from "../../../domain/report/PassPlan.js"
import { loadSettings, Settings } from "../../../settings/Settings.js"
import { described } from "../../Described.js"
import { withProgressLine } from "../../terminal/ProgressLine.js"
import { withLogLevel } from "../../terminal/Logging.js"
import { givenOptions, passOptions } from "../../Options.js"
import type { PassServices } from "../run/Pass.js"
import { withTelemetry } from "../../telemetry/Telemetry.js"

const encodePlan = Schema.encode(Schema.parseJson(PassPlan))

/** `rollout-memories plan`: what a pass with these options would send, and what that may cost, without sending it. */
export const makePlanCommand = <E>(services: PassServices<E>) =>
  Command.make("plan", passOptions, (given) =>
    Effect.gen(function* () {
      const { planPass } = yield* Effect.promise(() => import("../../../commands/Plan.js"))
      const settings = yield* loadSettings(givenOptions(given))
      const plan = yield* withProgressLine((tell) =>
        Effect.zipRight(
          tell("looking for sessions"),
          planPass({ all: given.all }).pipe(Effect.provide(services({ rebuildIndex: false })))
        )
      ).pipe(withTelemetry, withLogLevel(settings.logLevel), Effect.provideService(Settings, settings))
      yield* Console.log(given.json ? yield* encodePlan(plan) : renderPlan(plan))
    })
  ).pipe(
    Command.withDescription(
      described("Shows what a pass would send to the model, and what it may cost, without any call.", [
        "plan --model openai:gpt-5-mini",
        "plan --model openai:gpt-5-mini --all --json"
      ])
    )
  )
