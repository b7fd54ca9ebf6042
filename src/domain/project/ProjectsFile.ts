import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { rewrite, safe, type SafeText } from "../privacy/SafeText.js"
import { ProjectDirectory } from "./ProjectDirectory.js"

/** The file of the memories home that tells which project each known directory belongs to, for what reads no database. */
export const projectsFile = "projects.json"

const Projects = Schema.Struct({ version: Schema.Literal(1), directories: Schema.Array(ProjectDirectory) })

const ProjectsJson = Schema.parseJson(Projects, { space: 1 })
const encode = Schema.encodeSync(ProjectsJson)
const decode = Schema.decodeUnknownOption(ProjectsJson)

/** Renders the file of the known directories, in the order of their paths. */
export const renderProjects = (directories: ReadonlyArray<ProjectDirectory>): SafeText =>
  rewrite(safe``, () => `${encode({ version: 1, directories: directories.toSorted(byPath) })}\n`)

const byPath = (one: ProjectDirectory, other: ProjectDirectory): number => (one.directory < other.directory ? -1 : 1)

/** Reads the known directories from their file; none if it has another form, for example after changes by hand. */
export const readProjects = (text: string): ReadonlyArray<ProjectDirectory> =>
  Option.match(decode(text), { onNone: () => [], onSome: ({ directories }) => directories })
