import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { readHistory } from "../../../commands/History.js"
import { asUsage, givenProject, runOn } from "../../RunCommand.js"
import type { CommandServices } from "../../CommandServices.js"
import type { GivenTo } from "../../CommandTable.js"
import { print } from "../../terminal/Screen.js"
import { renderHistory } from "./FactText.js"

/** Maximum number of entries in the printed table; `givenEntries` is the maximum with `--json`. */
const shownEntries = 100
const givenEntries = 10_000

/** Implements `history`: prints the events of facts (added, superseded, pinned, forgotten, …) with their times. */
export const run = <E>(given: GivenTo<"history">, { looking }: CommandServices<E>) =>
  runOn(
    given,
    looking,
    Effect.gen(function* () {
      const cwd = yield* givenProject(given.cwd)
      const most = given.json ? givenEntries : shownEntries
      const history = yield* asUsage("--fact", readHistory(Option.getOrUndefined(given.fact), cwd, most))
      yield* print(given.json, history, (screen) =>
        history.entries.length === 0
          ? [`Nothing was learned${cwd === undefined ? "" : ` in ${cwd}`} yet.`]
          : [
              ...renderHistory(history.entries, screen),
              ...(history.hasMore ? ["", `The newest ${most} entries are shown; \`--json\` has more.`] : [])
            ]
      )
    })
  )
