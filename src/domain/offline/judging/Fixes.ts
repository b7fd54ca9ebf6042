import { posix } from "node:path"
import type { FileChange } from "../../session/FileChange.js"
import { changedPath } from "../reading/EditedFiles.js"
import type { Act } from "./Acts.js"
import { baseName, changesAtPlace, changesThatMade, changesThatName, mentions, names } from "./ErrorPlaces.js"
import { circular } from "../reading/CircularImports.js"
import type { Failure } from "./Failures.js"
import { isInstalling } from "../commands/Installations.js"
import { isAvoidable, lacksService, missingTool, unreachable } from "./MachineErrors.js"
import { missingProgramOf } from "./Outcome.js"
import { actsOutside } from "../commands/OutsideActs.js"
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

/** The edited files that probably fixed an error. */
interface LikelyFiles {
  readonly files: ReadonlyArray<string>
  /** True if the error points to these files; otherwise they were only edited, in the package that failed if it is known. */
  readonly isNamed: boolean
}

const pathsOf = (changes: ReadonlyArray<FileChange>): ReadonlyArray<string> => [...new Set(changes.map(changedPath))]

/**
 * Returns the edited files that probably fixed an error: those that it points to, or otherwise those of the package that
 * failed.
 */
const likelyFiles = (edits: ReadonlyArray<Act>, files: ReadonlyArray<string>, failure: Failure): LikelyFiles => {
  const { context, error = "" } = failure
  const text = `${error}\n${context}`
  const changes = edits.flatMap((edit) => edit.changes).filter((change) => files.includes(changedPath(change)))
  // A test names itself in its error. If the code was edited too, the code was wrong.
  const code = files.filter((file) => !testFile.test(file))
  const meant = code.length > 0 ? code : files
  const named = [
    pathsOf(changesThatMade(changes, error)),
    pathsOf(changesThatName(changes, error)),
    pathsOf(changesAtPlace(changes, error, context)),
    // The module that an error of a circular import names was only being loaded.
    ...(circular.test(error)
      ? []
      : [meant.filter((file) => mentions(text, file)), meant.filter((file) => mentions(text, baseName(file)))])
  ].find((some) => some.length > 0)
  const packages = packagesOf(failure)
  return named === undefined
    ? {
        files: packages.length === 0 ? meant : meant.filter((file) => packages.some((place) => isIn(file, place))),
        isNamed: false
      }
    : { files: named, isNamed: true }
}

const isEdit = ({ command, files }: Act): boolean => command === undefined || (isScript(command) && files.length > 0)

/** Matches errors about the layout of code, which a formatter mends. */
const ofLayout =
  /\bFormatter would have printed\b|\bwould reformat\b|\b(?:not|un-?)formatted\b|\bCode style issues\b|^Diff in \S|\bis not formatted\b/i

/** Matches a git command that brings files into the working copy, with the directory it works in. */
const bringsFiles =
  /^git (?:-C (\S{1,200}) )?(?:submodule (?:update|sync)|lfs (?:pull|fetch|checkout)|checkout|restore|pull|reset)\b/

/** Matches errors about a file that is not there. */
const ofAbsence = /\b(?:no such file|could ?n[o']t find|cannot find|not found|does not exist|ENOENT)\b/i

/** True if a git command brought in the files of a directory whose files an error misses, such as a submodule. */
const bringsMissing = ({ command = "" }: Act, text: string): boolean => {
  const match = bringsFiles.exec(command)
  const directory = match?.[1]?.replace(/^\.\/|\/$/g, "")
  return (
    match !== null &&
    ofAbsence.test(text) &&
    (directory === undefined
      ? /^git (?:submodule|lfs)\b/.test(command)
      : text.includes(`${directory}/`) || text.includes(`${posix.dirname(directory)}/`))
  )
}

/**
 * Returns the acts that may have fixed a failure. Acts outside the working copy are left out. Formatters and version
 * control are left out too, unless the command that failed was one, the error is about the layout of code, or files
 * were missing that version control brought in. A check that repairs what it finds helps only checks of its kind.
 */
const helpfulActs = (failure: Failure, acts: ReadonlyArray<Act>): ReadonlyArray<Act> => {
  const error = failure.error ?? ""
  const text = `${error}\n${failure.context}`
  // A formatter helps what it formats, and version control what it holds: neither mends anything else.
  const isOfTidying =
    failure.kind === "format" ||
    failure.program === "git" ||
    /\b(?:fmt|format)\b/.test(failure.key) ||
    ofLayout.test(error)
  const isOfRepair = (isOfTidying || failure.kind === "lint") && !ofAbsence.test(error)
  return acts.filter(
    (act) => !act.isOutside && (act.isRepair ? isOfRepair : isOfTidying || !act.isTidying || bringsMissing(act, text))
  )
}

/**
 * Returns the other form of the command that passed, if it passed without any act in between; undefined if the same
 * form passed, or if one of the forms is a script that nobody runs again.
 */
const otherCommand = ({ isRepeatable, kind, resolution, what }: Failure): Fix | undefined => {
  const check = resolution?.check ?? ""
  return check === what ||
    !isRepeatable ||
    isScript(check) ||
    kind === "look" ||
    kind === "patch" ||
    kind === "tool" ||
    actsOutside(check)
    ? undefined
    : { _tag: "DoneOtherwise", command: check }
}

/** Matches the name of a package, a module, a program or a file that an error says is missing. */
const missingName =
  /['"`]([@\w./-]{2,80})['"`]|(?:^|[\s:])([\w.+-]{2,60}): (?:command )?not found\b|\bNo module named ([\w-]{2,60})/i

/**
 * Returns the commands that fixed a failure. If files were edited too, a command counts only if it names what the error
 * says is missing, or installs something that may be what is missing.
 */
const fixingCommands = (commands: ReadonlyArray<string>, hasEdits: boolean, error: string): ReadonlyArray<string> => {
  const name = missingName
    .exec(error)
    ?.slice(1)
    .find((some) => some !== undefined)
  const words = name === undefined ? [] : [name, name.split(/[./](?=\w)/, 1)[0] ?? name]
  const isMissing = missingTool.test(error)
  const named = commands.filter(
    (command) => words.some((word) => mentions(command, word)) || (isMissing && isInstalling(command))
  )
  return named.length > 0 ? named : hasEdits ? [] : commands
}

/**
 * True if a command failed for lack of a service or a program, and then passed in a form that does not need it, without
 * an act that may have provided it.
 */
export const passedWithout = (failure: Failure): boolean => {
  const { error, resolution, what } = failure
  const missing = missingProgramOf(failure)
  return (
    resolution !== undefined &&
    resolution.check !== what &&
    (lacksService(error ?? "") ||
      (missing !== undefined &&
        !resolution.acts.some(({ command = "" }) => isInstalling(command) || command.includes(missing))))
  )
}

/**
 * Returns the fix of a failure; undefined if the session shows none: the command was only run again or outside the
 * sandbox, no act before the pass can have helped, the cause was a change that was undone, the machine lacks something
 * that the pass did without, or the fix must not be repeated.
 */
export const fixOf = (failure: Failure): Fix | undefined => {
  const { acts: all = [], isByEscalation = false } = failure.resolution ?? {}
  const acts = helpfulActs(failure, all)
  const error = failure.error ?? ""
  if (failure.resolution === undefined || isByEscalation || passedWithout(failure)) {
    return undefined
  }
  const { makers } = failure.resolution
  if (all.every(({ isTidying }) => isTidying) && makers.length > 0 && ofAbsence.test(`${error}\n${failure.context}`)) {
    return makers.length > mostFiles ? undefined : { _tag: "Fixed", commands: makers, files: [] }
  }
  if (acts.length === 0 && all.length > 0) {
    return undefined
  }
  const edits = acts.filter(isEdit)
  const edited = [...new Set(edits.flatMap(({ files }) => files))].filter(
    (file) => !documentation.test(file) || names(`${error}\n${failure.context}`, file)
  )
  if (failure.resolution.isByUndoing && !edited.some((file) => names(error, file))) {
    return undefined
  }
  const run = [...new Set(acts.flatMap((act) => (act.command === undefined || isEdit(act) ? [] : [act.command])))]
  if (failure.resolution.check !== failure.what && isAvoidable(error) && run.length === 0) {
    return otherCommand(failure)
  }
  const commands = fixingCommands(run, edited.length > 0, error)
  const isOfMachine = unreachable.test(error)
  if (isOfMachine || (commands.length > 0 && (edited.length > 0 || missingTool.test(error)))) {
    return commands.length === 0 || commands.length > mostFiles ? undefined : { _tag: "Fixed", commands, files: [] }
  }
  if (edited.length > 0) {
    const likely = likelyFiles(edits, edited, failure)
    const isKnown = likely.isNamed
      ? edited.length <= mostFiles
      : likely.files.length > 0 &&
        edited.length <= mostFiles &&
        (edits.length === 1 || likely.files.length === 1) &&
        !circular.test(error)
    return isKnown && (likely.isNamed || run.length === 0)
      ? { _tag: "Fixed", commands: [], files: likely.files.slice(0, mostFiles) }
      : { _tag: "PassedAfter", edits: edits.length, files: [...new Set([...likely.files, ...edited])] }
  }
  if (commands.length > 0) {
    return commands.length > mostFiles ? undefined : { _tag: "Fixed", commands, files: [] }
  }
  return edits.length > 0 ? undefined : otherCommand(failure)
}
