import * as Effect from "effect/Effect"
import { consent } from "../../../commands/Consent.js"
import { SettingInvalid } from "../../../settings/Settings.js"
import type { CommandServices } from "../../CommandServices.js"
import type { GivenTo } from "../../CommandTable.js"
import { readProjectOf, runOn } from "../../RunCommand.js"
import { print } from "../../terminal/Screen.js"

/** Implements `consent`: lets a clone read the memory of the project that has the same origin, or keeps it apart. */
export const run = <E>(given: GivenTo<"consent">, { amending }: CommandServices<E>) =>
  runOn(
    given,
    amending,
    Effect.gen(function* () {
      const { read } = yield* readProjectOf(given.cwd)
      const { offered, top } = read
      if (offered === undefined) {
        return yield* new SettingInvalid({
          source: "--cwd",
          value: given.cwd,
          expected: "a repository whose origin is that of a project with memory, and that does not share it yet"
        })
      }
      const project = given.no ? top : offered
      yield* consent({ directory: top, project })
      yield* print(given.json, { directory: top, project }, () => [
        given.no
          ? `${top} stays a project of its own.`
          : `Sessions in ${top} share the memory of ${offered} from now on.`
      ])
    })
  )
