import { programName } from "./InvocationWords.js"
import { type Pipeline, wordsOf } from "./ShellSyntax.js"

/* The rules for commands that only start a program, and do not wait for its end. */

const containers: ReadonlySet<string> = new Set(["docker", "docker-compose", "podman", "podman-compose", "nerdctl"])

/** Matches the options with which a container runs on its own: `-d`, and letters joined with it, as in `-itd`. */
const detaches = /^(?:--detach(?:=true)?|-[a-ce-z]{0,4}d[a-z]{0,3})$/

/** Returns the options that follow the subcommand of a container tool, and what may be their values. */
const containerOptions = (words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const start = words.findIndex((word) => /^(?:run|exec|up|start)$/.test(word)) + 1
  const given = start === 0 ? [] : words.slice(start)
  if (words[start - 1] === "up") {
    return given
  }
  const end = given.findIndex((word, index) => !word.startsWith("-") && !(given[index - 1] ?? "").startsWith("-"))
  return end === -1 ? given : given.slice(0, end)
}

/**
 * True if a program starts another one and does not wait for it, such as `tmux new -d`. `words` start with the program
 * that the shell starts.
 */
const isStarter = (words: ReadonlyArray<string>): boolean => {
  const program = programName(words[0] ?? "")
  const [first = ""] = words.slice(1)
  const has = (pattern: RegExp): boolean => words.slice(1).some((word) => pattern.test(word))
  switch (program) {
    case "setsid":
      return !has(/^(?:-[a-z]{0,2}w[a-z]{0,2}|--wait)$/)
    case "tmux":
      return has(/^(?:new|new-session|neww|new-window|splitw|split-window|send|send-keys|respawn-pane)$/)
    case "screen":
      return has(/^-[a-zA-Z]{0,3}d[a-zA-Z]{0,3}$/) || has(/^-X$/)
    case "systemd-run":
      return !has(/^--(?:wait|pipe|pty|scope)$/)
    case "start-process":
    case "saps":
      return !has(/^-wait$/i)
    case "start":
      return !has(/^\/wait$/i)
    case "start-job":
    case "daemonize":
    case "daemon":
    case "at":
    case "batch":
      return true
    case "pm2":
    case "forever":
      return /^(?:start|restart|reload)$/.test(first)
    default:
      return containers.has(program) && containerOptions(words).some((word) => detaches.test(word)) && !has(/^--wait$/)
  }
}

const before = /^(?:sudo|time|nice|nohup|env|exec|eval|command|!)$/

const shells = /^(?:ba|z|da|k)?sh$/

/** True if the text that a shell is given with `-c` ends in `&`. */
const isBackgroundScript = (words: ReadonlyArray<string>): boolean =>
  shells.test(programName(words[0] ?? "")) &&
  (words[words.findIndex((word) => /^-[a-z]{0,3}c$/.test(word)) + 1] ?? "").trim().endsWith("&")

/**
 * True if the shell goes on before the program of a pipeline has ended, so that neither the exit code nor the output
 * says how it ended.
 */
export const isOnlyStarted = ({ isBackground, stages }: Pipeline): boolean =>
  isBackground ||
  stages.some((stage) => {
    const given = wordsOf(stage)
    const words = given.slice(given.findIndex((word) => !before.test(programName(word)) && !/^\w+=/.test(word)))
    return isStarter(words) || isBackgroundScript(words)
  })

/** True if `!` stands before a pipeline, so that its exit code is zero when its command failed. */
export const isTurnedRound = ({ stages: [first = ""] }: Pipeline): boolean =>
  (/^(?:!\s{1,10}){1,4}/.exec(first)?.[0].match(/!/g)?.length ?? 0) % 2 === 1
