import * as Config from "effect/Config"
import * as Option from "effect/Option"

/** An environment variable; an empty one counts as unset. */
export const variable = (name: string) =>
  Config.string(name).pipe(
    Config.map((text) => text.trim()),
    Config.option,
    Config.map(Option.filter((text) => text !== ""))
  )

/** Whether a text is a URL that a request can be sent to; one with a user name in it cannot. */
export const isServerUrl = (text: string): boolean =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).username === ""

/** A URL, or what was meant to be one, that may be shown: without a user's name and password. */
export const withoutUser = (url: string): string => url.replace(/\/\/[^/]*@/, "//[REDACTED_SECRET]@")
