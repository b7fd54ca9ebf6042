import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { parse } from "yaml"

/** Front matter of a skill. Agents read only this to decide whether to open the skill. */
const FrontMatter = Schema.Struct({
  name: Schema.String.pipe(Schema.pattern(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/)),
  description: Schema.String.pipe(Schema.pattern(/\S/), Schema.maxLength(1_024))
})

const decode = Schema.decodeUnknownEither(FrontMatter)

const block = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/

const parseYaml = (text: string): Either.Either<unknown, string> =>
  Either.try({ try: (): unknown => parse(text), catch: () => "its front matter is not valid YAML" })

/** Reads the front matter of a skill, or says what is wrong with it. */
const readFrontMatter = (text: string): Either.Either<typeof FrontMatter.Type, string> => {
  const yaml = block.exec(text)?.[1]
  return yaml === undefined
    ? Either.left("it does not begin with front matter")
    : Either.flatMap(parseYaml(yaml), (parsed) =>
        Either.mapLeft(
          decode(parsed),
          () => "its front matter needs a name (lower-case letters, digits, hyphens; 64 at most) and a description"
        )
      )
}

/** Checks the front matter of the skill in `folder`; undefined when it is valid. */
export const wrongFrontMatter = (text: string, folder: string): string | undefined =>
  Either.match(readFrontMatter(text), {
    onLeft: (problem) => problem,
    onRight: ({ name }) => (name === folder ? undefined : `its name is ${name}, its folder ${folder}`)
  })

/** A skill's description on one line; empty when its front matter is invalid. */
export const descriptionOf = (text: string): string =>
  Either.match(readFrontMatter(text), {
    onLeft: () => "",
    onRight: ({ description }) => description.replace(/\s+/g, " ").trim()
  })
