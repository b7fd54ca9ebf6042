import { programFamilies, programKinds } from "./CommandPrograms.js"
import { programName, withoutPrefixes } from "./InvocationWords.js"
import { pipelinesOf, wordsOf } from "./ShellSyntax.js"

/**
 * Tells the commands whose effect reaches beyond the working copy, or that act on one particular thing: a pull request that
 * is merged, a release, a deployment, a message, a table or a folder that is gone. What such a command did is told as a
 * step of its session; told as something that works, it would be an invitation to do it again.
 */

/** A command's words behind its program: all of them, and those that are no options nor an option's value. */
interface Said {
  readonly words: ReadonlyArray<string>
  readonly operands: ReadonlyArray<string>
  /** The whole stage, with what stands on further lines. */
  readonly text: string
}

type Rule = (said: Said) => boolean

const optionsWithValue =
  /^(?:-[nRCcwHIuXdoeitm]|--(?:namespace|repo|context|profile|region|project|org|app|config|kubeconfig|cluster|env|environment|scope|token|cwd|dir|prefix|filter|workspace|git-dir|work-tree|host|user|file|title|body|message|method|output|format|query|jq|template))$/

const saidBy = (words: ReadonlyArray<string>, text: string): Said => ({
  text,
  words,
  operands: words.filter((word, index) => !word.startsWith("-") && !optionsWithValue.test(words[index - 1] ?? ""))
})

const has =
  (pattern: RegExp): Rule =>
  ({ words }) =>
    words.some((word) => pattern.test(word))

/** Acts where the operands, put together, begin with one of these. */
const begins =
  (pattern: RegExp): Rule =>
  ({ operands }) =>
    pattern.test(operands.join(" "))

const always: Rule = () => true
const never: Rule = () => false

const either =
  (...rules: ReadonlyArray<Rule>): Rule =>
  (said) =>
    rules.some((rule) => rule(said))

/** Words of programs that steer something elsewhere with which they only look, plan, prepare or work on this machine. */
const harmless =
  /^(?:get|list|ls|show|view|describe|status|logs?|tail|diff|checks?|clone|plan|preview|validate|lint|template|help|version|whoami|info|search|watch|browse|download|config|configure|completion|explain|api-resources|api-versions|cluster-info|can-i|top|events?|history|wait|port-forward|kustomize|dev|local|build|init|fmt|output|outputs|graph|providers|inspect|verify|test|tests|doctor|synth|dependency|dep|env|serve|emulators:\w+|gen|types|current-context|presign|cat|check|size|lsd|lsl|login|logout|auth|alias|extension|plugins?|ping|read|pull)$|^(?:get|list|describe|head|show|view)-/

/**
 * The programs that steer something elsewhere: all they do counts, but for what {@link harmless} names within so many of
 * their first operands.
 */
const remote =
  (depth: number): Rule =>
  ({ operands }) =>
    operands.length > 0 && !operands.slice(0, depth).some((word) => harmless.test(word))

const deploys =
  /^(?:deploy|undeploy|release|publish|unpublish|ship|promote|rollback|destroy|teardown|provision)(?![a-z])/i
const deploysAtLast = /[:_-](?:deploy|publish)$/i
const drops = /^db:(?:drop|reset|purge)/

/** A script of a package, or a target, that goes by the name of such an act. */
const isNamedAct = (name: string): boolean =>
  (deploys.test(name) || deploysAtLast.test(name) || drops.test(name)) && !/(?:dry|check|preview|plan)/i.test(name)

const targets: Rule = ({ operands }) => operands.some(isNamedAct)

/** A file that goes by the name of such an act: `scripts/deploy.sh`. */
const isActsFile = (word: string): boolean => isNamedAct(programName(word).replace(/\.\w{1,4}$/, ""))

/** Programs that run the file that they are given first. */
const runsFiles: Rule = ({ words: [first = ""] }) => /\.\w{1,4}$/.test(first) && isActsFile(first)

const toldToAct =
  /^(?:deploy|undeploy|release|publish|unpublish|promote|rollback|provision|push|upload|send|submit)(?=$|:)/

/** A program that nothing is known of, by what it is told to do: `kamal deploy`, `dvc push`, `slack chat send`. */
const unknown: Rule = (said) => remote(2)(said) && said.operands.slice(0, 2).some((word) => toldToAct.test(word))

const packageTool: Rule = ({ operands, text, words }) => {
  const [first = "", second = ""] = operands[0] === "workspace" ? operands.slice(2) : operands
  const isRun = first === "run" || first === "run-script"
  return (
    isNamedAct(isRun ? second : first) ||
    /^(?:deprecate|owner|access|token|hook|team)$/.test(first) ||
    (first === "dist-tag" && !/^ls$/.test(second)) ||
    (first === "version" && second !== "") ||
    (first === "npm" && packageTool(saidBy(words.slice(1), text)))
  )
}

const localHost =
  /^(?:[a-z]+:\/\/)?(?:[^/@]*@)?(?:localhost|[\w-]+\.localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1\]|host\.docker\.internal)(?=[:/?]|$)|^:\d|^\/(?!\/)/i
const address = /^[a-z]+:\/\/|^[\w.-]+\.[a-z]{2,}(?=[:/]|$)|^[\w.-]+:\d|^localhost\b|^:\d|^\$/i
const isElsewhere = ({ words }: Said): boolean => {
  const addresses = words.map((word) => word.replace(/^--url=/, "")).filter((word) => address.test(word))
  return addresses.length === 0 || addresses.some((word) => !localHost.test(word))
}

const readingMethod = /^(?:GET|HEAD|OPTIONS)$/i

/** The method that an HTTP client is told to use, where it is told one. */
const methodOf = (words: ReadonlyArray<string>): string | undefined => {
  const at = words.findIndex((word) => /^(?:-X|--request|--method|-Method)$/i.test(word))
  const joined = words.flatMap((word) => /^(?:-X|--(?:request|method)=)([A-Za-z]+)$/.exec(word)?.[1] ?? [])[0]
  return joined ?? (at === -1 ? undefined : words[at + 1])
}

const sends =
  (body: RegExp): Rule =>
  (said) => {
    const method = methodOf(said.words)
    const isSending =
      method === undefined
        ? said.words.some((word) => body.test(word)) && !said.words.some((word) => /^(?:-G|--get)$/.test(word))
        : !readingMethod.test(method)
    return isSending && isElsewhere(said)
  }

const curl = sends(/^(?:-[dFT]|--data(?:-\w+)?|--json|--form(?:-string)?|--upload-file|-d\S+)(?:=|$)|^-d./)

/** A query that is there to be read; one that stands in a variable may be anything. */
const graphQuery = /\bquery=["']?\s*(?:query\b|\{)/

const gh: Rule = (said) => {
  const { operands, text, words } = said
  if (operands[0] !== "api") {
    return remote(2)(said)
  }
  if (operands[1] === "graphql") {
    return /\bmutation\b/.test(text) || !graphQuery.test(text)
  }
  const method = methodOf(words)
  return method === undefined
    ? words.some((word) => /^(?:-[fF]|--(?:raw-)?field|--input)(?:=|$)/.test(word))
    : !readingMethod.test(method)
}

const elsewhere = /^(?:[\w.-]+@)?[\w.-]{2,}:(?!\\)|^(?:rsync|sftp|ftp|ssh):\/\//

/** A copy whose target is another machine. */
const copiesAway: Rule = ({ operands }) => {
  const target = operands.at(-1) ?? ""
  return elsewhere.test(target) && !localHost.test(target)
}

/** Folders that a build, an installation or a tool makes again. */
const remade =
  /^(?:node_modules|dist|build|out|target|coverage|tmp|temp|venv|\.venv|env|vendor|__pycache__|\.(?:next|nuxt|cache|turbo|parcel-cache|pytest_cache|mypy_cache|ruff_cache|tox|gradle|vite|svelte-kit|eggs|angular)|[\w.-]+\.egg-info|[\w.*-]+\.(?:pyc|log|tmp|o)|package-lock\.json)$/

const isRemade = (path: string): boolean =>
  !/^[/~$]|^\.\.?\/?$|\.\.\//.test(path) &&
  remade.test(
    path
      .replace(/\/+\*?$/, "")
      .split("/")
      .at(-1) ?? ""
  )

const removes: Rule = ({ operands, words }) =>
  words.some((word) => /^-[a-zA-Z]*[rR]|^--recursive$|^-Recurse$/.test(word)) && !operands.every(isRemade)

const changesRows =
  /\b(?:drop|truncate|alter|grant|revoke|delete\s+from|insert\s+into|update\s+\S+\s+set|create\s+(?:database|user|role))\b/i

const database: Rule = ({ text }) => changesRows.test(text)

const docker: Rule = either(
  has(/^(?:ssh|tcp):\/\//),
  begins(/^(?:push|rm|rmi|stack|service|swarm)\b|^(?:compose|manifest|image|buildx) push\b/),
  begins(/^(?:system|volume|image|container|builder|network) (?:prune|rm)\b/),
  ({ operands, words }) => operands.includes("down") && words.some((word) => /^(?:-v|--volumes)$/.test(word)),
  ({ operands, words }) => operands.includes("build") && words.includes("--push")
)

const git: Rule = either(
  begins(/^(?:push|send-email|p4 submit|svn dcommit|lfs push|subtree push|annex sync|clean)\b/),
  begins(/^(?:stash (?:drop|clear)|flow \w+ publish|worktree remove)\b/),
  ({ operands, words }) => operands[0] === "reset" && words.includes("--hard"),
  ({ operands, words }) => operands[0] === "branch" && words.some((word) => /^(?:-D|-d|--delete)$/.test(word))
)

const publishes = either(
  begins(/^(?:publish|yank|unpublish|owner|upload|push|submit|hex\.publish)\b/),
  ({ operands: [first = "", second = ""] }) => isNamedAct(/^(?:run|task|exec|x)$/.test(first) ? second : first)
)

const rows: ReadonlyArray<readonly [string, Rule]> = [
  ["git", git],
  ["svn", begins(/^(?:commit|ci|import|lock)\b/)],
  ["gh", gh],
  [
    "glab hub tea argocd flux heroku railway render stripe twilio eas doctl hcloud linode-cli vault nomad consul",
    remote(2)
  ],
  ["terraform tofu terragrunt pulumi cdk sam serverless sls eksctl helm helmfile firebase wrangler", remote(2)],
  [
    "supabase",
    begins(
      /^(?:db push|link|(?:functions|projects|secrets|branches|storage) (?:deploy|create|delete|set|unset|rm|cp|mv)|migration repair)\b/
    )
  ],
  ["vercel netlify fly flyctl clasp amplify copilot eb surge now gh-pages", either(remote(2), bare)],
  ["kubectl oc", remote(2)],
  ["aws ibmcloud oci", remote(2)],
  ["gcloud az gsutil bq aliyun", remote(5)],
  ["rclone s3cmd mc", remote(1)],
  [
    "ansible ansible-playbook",
    ({ words }) => !words.some((word) => /^(?:--(?:check|syntax-check|list-\w+)|-C)$/.test(word))
  ],
  ["docker podman docker-compose nerdctl", docker],
  ["npm pnpm yarn", packageTool],
  ["bun", either(packageTool, runsFiles)],
  ["cargo gem twine poetry uv flit hatch pdm jsr vsce ovsx mix pod conan lerna changeset nx rush", publishes],
  ["deno", either(publishes, runsFiles)],
  ["dotnet nuget", begins(/^(?:nuget )?(?:push|delete)\b/)],
  ["semantic-release np release-it fastlane cap capistrano", always],
  ["goreleaser", ({ operands, words }) => operands[0] === "release" && !words.includes("--snapshot")],
  ["make gmake just rake task mage invoke inv gulp grunt mvn mvnw gradle gradlew sbt ant", targets],
  ["nix", ({ operands }) => operands.some((word) => isNamedAct(/#(.*)/.exec(word)?.[1] ?? ""))],
  ["xcrun", begins(/^(?:altool|notarytool)\b/)],
  ["python node tsx ts-node ruby perl php pwsh", runsFiles],
  ["rails", ({ operands: [first = ""] }) => isNamedAct(first)],
  ["prisma knex sequelize alembic", begins(/^(?:migrate (?:deploy|reset)|db:drop)\b/)],
  ["curl", curl],
  ["wget", sends(/^--(?:post|body)-(?:data|file)(?:=|$)/)],
  ["http https xh httpie", (said) => begins(/^(?:POST|PUT|PATCH|DELETE)\b/i)(said) && isElsewhere(said)],
  ["invoke-restmethod invoke-webrequest irm iwr", sends(/^-Body$/i)],
  ["ssh mosh sshpass", ({ operands }) => operands.length > 0 && !localHost.test(operands[0] ?? "")],
  ["scp rsync", copiesAway],
  ["sftp ftp lftp", always],
  ["mail mailx mutt sendmail msmtp swaks ntfy sentry-cli", always],
  ["rm remove-item", removes],
  ["shred mkfs dropdb dropuser shutdown reboot", always],
  ["dd", has(/^of=\/dev\/(?!null)/)],
  ["psql mysql mariadb sqlite3 duckdb sqlcmd clickhouse-client cockroach cqlsh usql", database],
  ["mysqladmin", begins(/^(?:drop|create|shutdown)\b/)],
  ["mongosh mongo", has(/\b(?:drop\w*|delete\w*|remove|insert\w*|update\w*|replaceOne)\(/)],
  ["redis-cli", has(/^(?:flushall|flushdb|del|unlink|set|hset|publish|shutdown)$/i)],
  ["systemctl service launchctl", has(/^(?:start|stop|restart|reload|enable|disable|mask|kill|load|unload|bootout)$/)],
  ["crontab", ({ words }) => words.length > 0 && !words.includes("-l")]
]

/** A program that does its work without being told what. */
function bare({ operands }: Said): boolean {
  return operands.length === 0
}

/** The table: by its name, when a program acts outside. */
const rules: ReadonlyMap<string, Rule> = new Map(
  rows.flatMap(([names, rule]) => names.split(" ").map((name) => [name, rule] as const))
)

const isKnown = (program: string): boolean => programKinds.has(program) || programFamilies.has(program)

const ruleOf = (program: string): Rule =>
  rules.get(program) ?? (isKnown(program) ? never : isActsFile(program) ? always : unknown)

const rehearsal =
  /^(?:--dry-?run(?:=(?!none$|false$).*)?|--dryrun|--just-print|--noop|--what-?if|-WhatIf|--help|--version|--simulate)$/i
const shortRehearsals: ReadonlyMap<string, RegExp> = new Map([
  ["git push", /^-n$/],
  ["rsync", /^-[a-zA-Z]*n[a-zA-Z]*$/],
  ["make", /^-n$/]
])

const isRehearsal = (program: string, { operands, words }: Said): boolean => {
  const short = shortRehearsals.get(program) ?? shortRehearsals.get(`${program} ${operands[0] ?? ""}`)
  return words.some((word) => rehearsal.test(word) || short?.test(word) === true)
}

/** Programs that run another command, with the options that may stand before it. */
const runsAnother = /^(?:xargs|parallel|watch|entr|doas|command|setsid|flock|caffeinate|chronic|script|eval)$/
const runnersOptions = /^-[nIPLsduegtjw]$/

/** The words without what only starts the program, and without what hands its input to it. */
const ownWords = (given: ReadonlyArray<string>): ReadonlyArray<string> => {
  let words = given
  for (let turn = 0; turn < 4; turn++) {
    const name = programName(words[0] ?? "")
    const isStarted = runsAnother.test(name) || /^(?:sudo|env|nice|timeout)$/.test(name)
    if (!isStarted) {
      return withoutPrefixes(words) === words ? words : withoutPrefixes(words)
    }
    let at = 1
    while (at < words.length && /^-|^[A-Za-z_]\w*=|^\d+(?:\.\d+)?[smhd]?$/.test(words[at] ?? "")) {
      at += runnersOptions.test(words[at] ?? "") ? 2 : 1
    }
    words = words.slice(at)
  }
  return words
}

const shell = /^(?:ba|z|da|k|fi)?sh$|^pwsh$|^powershell$/
const inline = /\s-[a-zA-Z]*c\s{1,9}(?:(["'])([\s\S]*)\1|(\S+))/
const inner = /\$\(([^()]{1,2000})\)|`([^`]{1,2000})`/g
const compound = /^(?:for|while|until|if|case|select|elif)\b/

/** The text between the brackets of a group or a subshell; undefined where the stage is none. */
const groupIn = (stage: string): string | undefined =>
  /^[({]/.test(stage) ? stage.slice(1, /[)}]$/.test(stage) ? -1 : undefined).trim() : undefined

/** Quotes within quotes, substitutions and compound commands are followed so far. */
const deepest = 4

const actsInStage = (stage: string, depth: number): boolean => {
  if (depth > deepest) {
    return false
  }
  const within = groupIn(stage)
  if (within !== undefined) {
    return actsIn(within, depth + 1)
  }
  if (compound.test(stage)) {
    return stage
      .replace(compound, "")
      .split(/[;\n]|\b(?:do|then|else)\b/)
      .some((part) => actsIn(part, depth + 1))
  }
  const unquoted = stage.replace(/'[^']*'/g, "''")
  if ([...unquoted.matchAll(inner)].some((match) => actsIn(match[1] ?? match[2] ?? "", depth + 1))) {
    return true
  }
  const words = ownWords(wordsOf(stage.replace(/\\\r?\n/g, " ")))
  const program = programName(words[0] ?? "")
  if (shell.test(program)) {
    const script = inline.exec(stage)
    const body = script?.[2] ?? script?.[3] ?? /<<-?\s*["']?\w+["']?\s*\n([\s\S]*)/.exec(stage)?.[1]
    return body === undefined ? runsFiles(saidBy(words.slice(1), stage)) : actsIn(body, depth + 1)
  }
  // A script that was handed to a runner as one word.
  if (words.length === 1 && /\s/.test(words[0] ?? "")) {
    return actsIn(words[0] ?? "", depth + 1)
  }
  const said = saidBy(words.slice(1), stage)
  return !isRehearsal(program, said) && ruleOf(program)(said)
}

const actsIn = (command: string, depth: number): boolean =>
  pipelinesOf(command).some(({ stages }) => stages.some((stage) => actsInStage(stage, depth)))

/** Whether a command, or any part of it, changes something beyond the working copy or acts on one particular thing. */
export const actsOutside = (command: string): boolean => actsIn(command.slice(0, 20_000), 0)
