import { programFamilies, programKinds } from "../offline/commands/CommandPrograms.js"
import { programName } from "../offline/commands/InvocationWords.js"

/*
 * Finds in a text what somebody could act on: commands, URLs, options and settings. A command in code marks is
 * recognised by its program or its form, a command in prose by its program and a word that says what to do.
 */

/** The parts of a text that somebody could act on. */
export interface Actions {
  readonly commands: ReadonlyArray<string>
  readonly urls: ReadonlyArray<string>
  /** Options such as `--force`, and settings such as `CI=1`. */
  readonly settings: ReadonlyArray<string>
  /** Paths in code marks. */
  readonly paths: ReadonlyArray<string>
}

/** The maximum number of characters of a line that are read. */
const lineCharacters = 4_000

const codeSpan = /(`+)(?!`)([^`\n](?:[^\n]*?[^`\n])?)\1(?!`)/g
const url = /\b(?:https?|ftp|ssh|git):\/\/[^\s<>`"'”»」』）】，。、；]+/gi
const option = /(?<=^|[\s(（「“"'«`:：,，、])--?[A-Za-z][\w-]*/g
const setting = /(?<![\w.-])[A-Z][A-Z0-9_]{2,80}=[^\s`"'，。、]+/g

/** Names of programs that are also common words; in code marks they need an argument that only a command has. */
const words: ReadonlySet<string> = new Set(
  "test file free history host if info man standard tree type where which top watch ready act just open start".split(
    " "
  )
)
const others: ReadonlySet<string> = new Set(
  "git curl wget sudo make cmake npx bunx pnpx uvx adb php perl bash sh zsh pwsh deno tsx swift dart flutter dotnet mix elixir rake rails nohup env xargs chroot mount systemd-run launchctl defaults psql mysql sqlite3 redis-cli mongosh".split(
    " "
  )
)

/** True if a word is the name of a program that people run in projects. */
const isProgram = (word: string): boolean => {
  const name = programName(word)
  const kind = programKinds.get(name)
  return others.has(name) || programFamilies.has(name) || (kind !== undefined && kind !== "scene")
}

const programForm = /^(?:~|\.{1,2})?\/?[\w@.+-]+(?:\/[\w@.+-]+)*$/
const isOption = (word: string): boolean => /^--?[A-Za-z]/.test(word)
const operator = /\s(?:&&|\|\|?)\s/

/** True if the text in code marks is a command, and not a path, a line of code or a line of output. */
export const isCommand = (code: string): boolean => {
  const given = code
    .replace(/^\$\s+/, "")
    .trim()
    .split(/\s+/)
  const start = given.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word))
  const [first = "", second = "", ...rest] = start === -1 ? [] : given.slice(start)
  if (!programForm.test(first) || /^\d/.test(first)) {
    return false
  }
  if (second === "") {
    return /^\.\/[\w-]+$|^\.{0,2}\/.*\.(?:sh|bash|ps1)$/.test(first)
  }
  const isOutput =
    /:$|^(?:is|was|are|has|not|error|err!|warn(?:ing)?|notice|info|version|exited|failed|says?)$/i.test(second) ||
    (/^\w+:$/.test(rest[0] ?? "") && !isOption(second))
  const hasOption = [second, ...rest].some(isOption)
  return !isOutput && (hasOption || operator.test(code) || /^\.{1,2}\//.test(first) || isNamed(first, second))
}

const isNamed = (first: string, second: string): boolean =>
  isProgram(first) && (!words.has(programName(first)) || /[./:]/.test(second))

/** Words that say what a program is to do. */
const verbs =
  "(?:add|apply|audit|build|bundle|checkout|ci|clean|clone|commit|compose|create|delete|deploy|destroy|dlx|down|drop|exec|fetch|format|get|global|i|init|install|link|login|merge|migrate\\S*|mod|pip|publish|pull|push|rebase|remove|require|reset|restart|rm|run|s3|set|start|stop|sync|test|tool|uninstall|up|update|upgrade|x)"
const proseCommand = new RegExp(
  String.raw`(?<![\w./@-])((?:npx|bunx|pnpx|uvx)\s+(?:-\S+\s+)*[@a-z][\w@./-]+|(?:sudo\s+)?(?:npm|pnpm|yarn|bun|deno|cargo|docker|kubectl|helm|terraform|git|pip3?|uv|poetry|composer|mvn|gradle|(?:\./)?gradlew|brew|apt|apt-get|dnf|aws|gcloud|az|gh|adb|go|gem|bundle|dotnet|flutter|systemctl|vercel|netlify|fly)\s+(?:-\S+\s+)*${verbs}(?![\w-])(?:\s+(?=[\w@./:-]*[-@./:\d])[\w@./:=-]+)*|(?:curl|wget)\s+(?:-\S+\s+|https?:)\S*|(?<=\s)(?:\./|sudo\s)[\w./-]+(?:\s+-\S+)+)`,
  "gi"
)

/** Letters of other scripts that look like Latin ones. */
const alike = "асеорхуѕіјһԁԛԝАВЕКМНОРСТХУІЈЅονρκυιΑΒΕΖΗΙΚΜΝΟΡΤΥΧ"
const disguised = new RegExp(
  String.raw`[\uFF0D\uFF10-\uFF19\uFF21-\uFF3A\uFF41-\uFF5A]+[A-Za-z]|[A-Za-z]\p{Cf}+[A-Za-z]|(?<!\p{L})(?=[${alike}]*[A-Za-z])(?=[A-Za-z]*[${alike}])[A-Za-z${alike}]+(?!\p{L})`,
  "u"
)

/** True if a text has a word that only looks like a Latin one: with letters of another script, or hidden characters. */
const isDisguised = (text: string): boolean => disguised.test(text)

const isPath = (code: string): boolean =>
  /^(?:~|\.{0,2})\/?[\w@.+-]+(?:\/[\w@.+*-]+)+\/?$/.test(code) &&
  !/^\d+(?:\/\d+)+$/.test(code) &&
  !/^\/[\w-]+$/.test(code)

/** Finds the actions in a line of text. */
export const actionsIn = (line: string): Actions => {
  const text = line.slice(0, lineCharacters)
  const code = Array.from(text.matchAll(codeSpan), ([, , span = ""]) => span.trim())
  const prose = text.replace(codeSpan, "``")
  return {
    commands: [
      ...code.filter((span) => isDisguised(span) || isCommand(span)),
      ...prose.split(/\s+/).filter(isDisguised),
      ...Array.from(prose.matchAll(proseCommand), ([command]) => command.replace(/[.,;:]+$/, ""))
    ],
    urls: Array.from(text.matchAll(url), ([found]) => found.replace(/[).,;:!?\]]+$/, "")),
    settings: [
      ...Array.from(prose.matchAll(option), ([found]) => found),
      ...code.filter((span) => /^--?[A-Za-z][\w-]*(?:=\S+)?$/.test(span)).map((span) => span.replace(/=.*$/, "")),
      ...Array.from(text.matchAll(setting), ([found]) => found)
    ],
    paths: code.filter(isPath)
  }
}
