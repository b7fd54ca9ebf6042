import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { parse } from "yaml"

/** What a skill says of itself: agents read only this to decide whether to open it. */
const FrontMatter = Schema.Struct({
  name: Schema.String.pipe(Schema.pattern(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/)),
  description: Schema.String.pipe(Schema.pattern(/\S/), Schema.maxLength(1_024))
})

const decode = Schema.decodeUnknownEither(FrontMatter)

const block = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/

const parseYaml = (text: string): Either.Either<unknown, string> =>
  Either.try({ try: (): unknown => parse(text), catch: () => "its front matter is not valid YAML" })

/** What a skill says of itself, or what is wrong with how it says it. */
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

/** What is wrong with the front matter of a skill in the given folder; undefined when nothing is. */
export const wrongFrontMatter = (text: string, folder: string): string | undefined =>
  Either.match(readFrontMatter(text), {
    onLeft: (problem) => problem,
    onRight: ({ name }) => (name === folder ? undefined : `its name is ${name}, its folder ${folder}`)
  })

/** What a skill is for, on one line; empty where it does not say. */
export const descriptionOf = (text: string): string =>
  Either.match(readFrontMatter(text), {
    onLeft: () => "",
    onRight: ({ description }) => description.replace(/\s+/g, " ").trim()
  })
