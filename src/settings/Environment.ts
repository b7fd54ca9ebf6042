import * as Config from "effect/Config"
import * as Option from "effect/Option"
import * as String from "effect/String"

/** Reads an environment variable; an empty one counts as unset. */
export const variable = (name: string) =>
  Config.option(Config.map(Config.string(name), String.trim)).pipe(Config.map(Option.filter(String.isNonEmpty)))

/** True if a request can be sent to a URL; a URL with a user name is refused. */
export const isServerUrl = (text: string): boolean =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).username === ""

/** Removes the user name and password from a text that may be a URL, so that a message can show it. */
export const withoutUser = (url: string): string => url.replace(/\/\/[^/]*@/, "//[REDACTED_SECRET]@")
