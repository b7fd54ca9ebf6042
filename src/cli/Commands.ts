import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import type { CommandServices } from "./CommandServices.js"
import { type CommandName, commandTable } from "./CommandTable.js"
import { type OptionTable, parsersOf } from "./CommandOption.js"
import { passOptions } from "./Options.js"
import { makePlanCommand } from "./commands/read/Plan.js"
import type { PassServices } from "./commands/run/Pass.js"

/** Makes the parsers of a command's own options and of the options of a pass. */
const parsers = <Own extends OptionTable>({ options }: { readonly options: Own }) =>
  parsersOf({ ...passOptions, ...options })

const words = { words: Args.repeated(Args.text({ name: "words" })) }

const describe = (name: CommandName) => Command.withDescription(commandTable[name].summary)

/** Loads the code of each command when it runs, so that a start loads no other command. */
const load = {
  status: Effect.promise(() => import("./commands/read/Status.js")),
  list: Effect.promise(() => import("./commands/read/List.js")),
  show: Effect.promise(() => import("./commands/read/Show.js")),
  context: Effect.promise(() => import("./commands/read/Context.js")),
  why: Effect.promise(() => import("./commands/read/Why.js")),
  search: Effect.promise(() => import("./commands/read/Search.js")),
  history: Effect.promise(() => import("./commands/read/History.js")),
  pin: Effect.promise(() => import("./commands/change/Pin.js")),
  unpin: Effect.promise(() => import("./commands/change/Unpin.js")),
  correct: Effect.promise(() => import("./commands/change/Correct.js")),
  forget: Effect.promise(() => import("./commands/change/Forget.js")),
  retry: Effect.promise(() => import("./commands/change/Retry.js")),
  restore: Effect.promise(() => import("./commands/change/Restore.js")),
  remember: Effect.promise(() => import("./commands/change/Remember.js")),
  consent: Effect.promise(() => import("./commands/change/Consent.js")),
  verify: Effect.promise(() => import("./commands/read/Verify.js")),
  doctor: Effect.promise(() => import("./commands/read/Doctor.js"))
}

/** Makes the commands other than the pass from their services. `plan` uses the services of a pass. */
export const makeCommands = <E extends { readonly message: string }, E2>(
  services: CommandServices<E>,
  pass: PassServices<E2>
) =>
  [
    makePlanCommand(pass),
    Command.make("status", parsers(commandTable.status), (given) =>
      Effect.flatMap(load.status, ({ run }) => run(given, services))
    ).pipe(describe("status")),
    Command.make("list", parsers(commandTable.list), (given) =>
      Effect.flatMap(load.list, ({ run }) => run(given, services))
    ).pipe(describe("list")),
    Command.make("show", parsers(commandTable.show), (given) =>
      Effect.flatMap(load.show, ({ run }) => run(given, services))
    ).pipe(describe("show")),
    Command.make("context", parsers(commandTable.context), (given) =>
      Effect.flatMap(load.context, ({ run }) => run(given, services))
    ).pipe(describe("context")),
    Command.make("why", parsers(commandTable.why), (given) =>
      Effect.flatMap(load.why, ({ run }) => run(given, services))
    ).pipe(describe("why")),
    Command.make("search", { ...parsers(commandTable.search), ...words }, (given) =>
      Effect.flatMap(load.search, ({ run }) => run(given, services))
    ).pipe(describe("search")),
    Command.make("history", parsers(commandTable.history), (given) =>
      Effect.flatMap(load.history, ({ run }) => run(given, services))
    ).pipe(describe("history")),
    Command.make("pin", parsers(commandTable.pin), (given) =>
      Effect.flatMap(load.pin, ({ run }) => run(given, services))
    ).pipe(describe("pin")),
    Command.make("unpin", parsers(commandTable.unpin), (given) =>
      Effect.flatMap(load.unpin, ({ run }) => run(given, services))
    ).pipe(describe("unpin")),
    Command.make("correct", { ...parsers(commandTable.correct), ...words }, (given) =>
      Effect.flatMap(load.correct, ({ run }) => run(given, services))
    ).pipe(describe("correct")),
    Command.make("forget", parsers(commandTable.forget), (given) =>
      Effect.flatMap(load.forget, ({ run }) => run(given, services))
    ).pipe(describe("forget")),
    Command.make("retry", parsers(commandTable.retry), (given) =>
      Effect.flatMap(load.retry, ({ run }) => run(given, services))
    ).pipe(describe("retry")),
    Command.make("restore", parsers(commandTable.restore), (given) =>
      Effect.flatMap(load.restore, ({ run }) => run(given, services))
    ).pipe(describe("restore")),
    Command.make("remember", { ...parsers(commandTable.remember), ...words }, (given) =>
      Effect.flatMap(load.remember, ({ run }) => run(given, services))
    ).pipe(describe("remember")),
    Command.make("consent", parsers(commandTable.consent), (given) =>
      Effect.flatMap(load.consent, ({ run }) => run(given, services))
    ).pipe(describe("consent")),
    Command.make("verify", parsers(commandTable.verify), (given) =>
      Effect.flatMap(load.verify, ({ run }) => run(given, services))
    ).pipe(describe("verify")),
    Command.make("doctor", parsers(commandTable.doctor), (given) =>
      Effect.flatMap(load.doctor, ({ run }) => run(given, services))
    ).pipe(describe("doctor"))
  ] as const
