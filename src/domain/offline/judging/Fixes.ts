import { posix } from "node:path"
import type { Act } from "./Acts.js"
import type { Failure } from "./Failures.js"
import { isAvoidable, missingTool, unreachable } from "./MachineErrors.js"
import { actsOutside } from "../reading/OutsideActs.js"
import { isScript } from "../writing/ShownCommand.js"

/** The fix of a failure, as far as the session shows it. */
export type Fix =
  /** The commands and the edited files that fixed the failure, if the session shows that they did. */
  | { readonly _tag: "Fixed"; readonly commands: ReadonlyArray<string>; readonly files: ReadonlyArray<string> }
  /**
   * The check passed after so many edits that it is not known which of them was the fix. The most probable files come
   * first.
   */
  | { readonly _tag: "PassedAfter"; readonly edits: number; readonly files: ReadonlyArray<string> }
  /** The command passed in another form, such as with another option. */
  | { readonly _tag: "DoneOtherwise"; readonly command: string }

/** The maximum number of edited files, and of commands, that together may count as the fix. */
const mostFiles = 3

const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path

/** True if a text names this file, and not one with a longer path that ends in the same name. */
const mentions = (text: string, file: string): boolean => {
  for (let at = text.indexOf(file); at !== -1; at = text.indexOf(file, at + 1)) {
    if (!/[\w/\\.-]/.test(text[at - 1] ?? " ") && !/[\w-]/.test(text[at + file.length] ?? " ")) {
      return true
    }
  }
  return false
}

const testFile = /(?:^|[/\\_.-])(?:tests?|specs?|__tests__)(?=[/\\_.-])/i
const documentation = /\.(?:md|mdx|rst|adoc|asciidoc)$|(?:^|[/\\])(?:CHANGELOG|README|LICEN[CS]E|NOTICE)(?:\.txt)?$/i

const packageOption = /^(?:-p|--package|--filter|-w|--workspace|--prefix|--project|-C|--dir|--cwd|-pl)$/

/** Returns the directories and package names to which a failed command was limited; empty if it was not limited. */
const packagesOf = ({ aims, directory }: Failure): ReadonlyArray<string> => {
  const base = directory?.replace(/[/\\]$/, "")
  const named = aims.flatMap((word, index) => {
    const bare = word.replace(/^\.[\\/]|[\\/](?:\.{3})?$/g, "")
    const isPlace = /^[\w@.-]+(?:[\\/][\w@.-]+)+$/.test(bare) && !/\.\w{1,5}$/.test(bare) && !testFile.test(`${bare}/`)
    return bare !== "" && (isPlace || packageOption.test(aims[index - 1] ?? "")) ? [bare] : []
  })
  return named.length === 0
    ? base === undefined
      ? []
      : [base]
    : named.map((name) => (base === undefined ? name : posix.join(base, name)))
}

const isIn = (file: string, place: string): boolean =>
  file.startsWith(`${place}/`) || file.split(/[\\/]/).includes(baseName(place))

/**
 * Matches errors that occur while a file is loaded or compiled. The file at the place of such an error is wrong, even
 * if it is a test; when a test only fails, its own name is in the error although the code is wrong.
 */
const ofLoading =
  /\b(?:ModuleNotFoundError|ImportError|SyntaxError|IndentationError|CompileError|LoadError|NameError|ReferenceError)\b|\bCannot find module\b|\berror(?: TS\d{2,6}:|\[E\d{2,5}\])|\b(?:cannot find symbol|unresolved reference|undefined: |undeclared)\b/i

/** Matches the place of an error in a file: `test/a_test.py:3`, `src/a.ts(3,1)`. */
const place = /(?:^|[\s("'[])((?:[\w@.-]{1,80}[\\/]){0,12}[\w@.-]{1,80}\.\w{1,8})(?::|\()\d{1,7}\b/gm

/** Returns the edited files in which an error of loading or compiling occurred, under their current names. */
const placesOfLoading = (edits: ReadonlyArray<Act>, { context, error = "" }: Failure): ReadonlyArray<string> => {
  const places = ofLoading.test(error) ? [...`${error}\n${context}`.matchAll(place)].map(([, path = ""]) => path) : []
  return [
    ...new Set(
      edits.flatMap(({ files, renamed }) =>
        files.filter((file) => places.some((path) => path === file || path === renamed.get(file)))
      )
    )
  ]
}

/**
 * Returns the edited files that probably fixed an error: those that it names, or otherwise those of the package that
 * failed.
 */
const likelyFiles = (
  edits: ReadonlyArray<Act>,
  files: ReadonlyArray<string>,
  failure: Failure
): ReadonlyArray<string> => {
  const error = `${failure.error ?? ""}\n${failure.context}`
  // A test names itself in its error. If the code was edited too, the code was wrong.
  const code = files.filter((file) => !testFile.test(file))
  const meant = code.length > 0 ? code : files
  const packages = packagesOf(failure)
  return (
    [
      placesOfLoading(edits, failure),
      meant.filter((file) => mentions(error, file)),
      meant.filter((file) => mentions(error, baseName(file))),
      packages.length === 0 ? meant : meant.filter((file) => packages.some((place) => isIn(file, place)))
    ].find((some) => some.length > 0) ?? []
  )
}

const isEdit = ({ command, files }: Act): boolean => command === undefined || (isScript(command) && files.length > 0)

/**
 * Returns the acts that may have fixed a failure. Acts outside the working copy are left out. Formatters and version
 * control are left out too, unless the command that failed was one.
 */
const helpfulActs = (failure: Failure, acts: ReadonlyArray<Act>): ReadonlyArray<Act> => {
  // A formatter helps what it formats, and version control what it holds: neither mends anything else.
  const isOfTidying = failure.kind === "format" || failure.program === "git" || /\b(?:fmt|format)\b/.test(failure.key)
  return acts.filter(({ isOutside, isTidying }) => !isOutside && (isOfTidying || !isTidying))
}

/**
 * Returns the other form of the command that passed, if it passed without any act in between; undefined if the same
 * form passed.
 */
const otherCommand = ({ kind, resolution, what }: Failure): Fix | undefined => {
  const check = resolution?.check ?? ""
  return check === what || kind === "look" || kind === "patch" || kind === "tool" || actsOutside(check)
    ? undefined
    : { _tag: "DoneOtherwise", command: check }
}

/**
 * Returns the fix of a failure; undefined if the session shows none: the command was only run again or outside the
 * sandbox, no act before the pass can have helped, the cause was a change that was undone, or the fix must not be
 * repeated.
 */
export const fixOf = (failure: Failure): Fix | undefined => {
  const { acts: all = [], isByEscalation = false } = failure.resolution ?? {}
  const acts = helpfulActs(failure, all)
  if (failure.resolution === undefined || isByEscalation || (acts.length === 0 && all.length > 0)) {
    return undefined
  }
  const edits = acts.filter(isEdit)
  const error = `${failure.error ?? ""}\n${failure.context}`
  const edited = [...new Set(edits.flatMap(({ files }) => files))].filter(
    (file) => !documentation.test(file) || mentions(error, file) || mentions(error, baseName(file))
  )
  const isAvoided = failure.resolution.check !== failure.what && isAvoidable(failure.error ?? "")
  const isOwnFault =
    failure.resolution.isByUndoing &&
    !edited.some((file) => mentions(failure.error ?? "", file) || mentions(failure.error ?? "", baseName(file)))
  if (isOwnFault) {
    return undefined
  }
  const commands = [...new Set(acts.flatMap((act) => (act.command === undefined || isEdit(act) ? [] : [act.command])))]
  if (isAvoided && commands.length === 0) {
    return otherCommand(failure)
  }
  const likely = likelyFiles(edits, edited, failure)
  const isOfMachine = unreachable.test(failure.error ?? "")
  if (isOfMachine || (commands.length > 0 && missingTool.test(failure.error ?? ""))) {
    return commands.length === 0 || commands.length > mostFiles
      ? undefined
      : { _tag: "Fixed", commands: commands.slice(-2), files: [] }
  }
  if (edited.length > mostFiles || (edited.length > 0 && likely.length === 0)) {
    const files = [...new Set([...likely, ...edited])]
    return { _tag: "PassedAfter", edits: edits.length, files }
  }
  if (commands.length > mostFiles) {
    return undefined
  }
  return likely.length + commands.length > 0
    ? { _tag: "Fixed", commands: commands.slice(-2), files: likely.slice(0, mostFiles) }
    : edits.length > 0
      ? undefined
      : otherCommand(failure)
}
