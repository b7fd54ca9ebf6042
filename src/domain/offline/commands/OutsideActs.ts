import { programFamilies, programKinds } from "./CommandPrograms.js"
import { programName, withoutPrefixes } from "./InvocationWords.js"
import { pipelinesOf, wordsOf } from "./ShellSyntax.js"

/*
 * Recognises commands that act outside the working copy, or on one particular object that exists once: merging a pull
 * request, a release, a deployment, a message, dropping a table, deleting a folder. Such a command is mentioned as a
 * step of its session, but never among what works, since that would invite a repetition.
 */

/** The words of a command after its program, all of them and the operands alone, by which a {@link Rule} decides. */
interface Said {
  readonly words: ReadonlyArray<string>
  readonly operands: ReadonlyArray<string>
  /** The text of the whole pipeline stage, with further lines such as those of a here-document. */
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

/** Makes a rule that applies if the operands, joined by spaces, match from their beginning. */
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

/**
 * Matches the operands with which programs for remote services only show, plan or prepare something, or act on this
 * machine alone.
 */
const harmless =
  /^(?:get|list|ls|show|view|describe|status|logs?|tail|diff|checks?|clone|plan|preview|validate|lint|template|help|version|whoami|info|search|watch|browse|download|config|configure|completion|explain|api-resources|api-versions|cluster-info|can-i|top|events?|history|wait|port-forward|kustomize|dev|local|build|init|fmt|output|outputs|graph|providers|inspect|verify|test|tests|doctor|synth|dependency|dep|env|serve|emulators:\w+|gen|types|current-context|presign|cat|check|size|lsd|lsl|login|logout|auth|alias|extension|plugins?|ping|read|pull)$|^(?:get|list|describe|head|show|view)-/

/**
 * Makes a rule for programs that control remote services. It applies unless one of the first `depth` operands is {@link
 * harmless}.
 */
const remote =
  (depth: number): Rule =>
  ({ operands }) =>
    operands.length > 0 && !operands.slice(0, depth).some((word) => harmless.test(word))

const deploys =
  /^(?:deploy|undeploy|release|publish|unpublish|ship|promote|rollback|destroy|teardown|provision)(?![a-z])/i
const deploysAtLast = /[:_-](?:deploy|publish)$/i
const drops = /^db:(?:drop|reset|purge)/

/**
 * True if the name of a package script or a make target says that it acts outside the working copy, such as `deploy`.
 */
const isNamedAct = (name: string): boolean =>
  (deploys.test(name) || deploysAtLast.test(name) || drops.test(name)) && !/(?:dry|check|preview|plan)/i.test(name)

const targets: Rule = ({ operands }) => operands.some(isNamedAct)

/** True if the name of a file says that it acts outside the working copy, such as `scripts/deploy.sh`. */
const isActsFile = (word: string): boolean => isNamedAct(programName(word).replace(/\.\w{1,4}$/, ""))

/**
 * Rule for interpreters, such as `bash scripts/deploy.sh`: the command acts outside the working copy if the file in
 * the first argument is named for such an act.
 */
const runsFiles: Rule = ({ words: [first = ""] }) => /\.\w{1,4}$/.test(first) && isActsFile(first)

const toldToAct =
  /^(?:deploy|undeploy|release|publish|unpublish|promote|rollback|provision|push|upload|send|submit)(?=$|:)/

/**
 * A rule for programs for which there is no other rule. It applies if an operand says that they act on something
 * remote: `kamal deploy`, `dvc push`, `slack chat send`.
 */
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

/** Returns the HTTP method in the arguments of an HTTP client; undefined if none is given. */
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

/**
 * Matches a GraphQL query in the arguments, which only reads. If the query is in a variable, it may also change
 * something.
 */
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

/** A rule for copying files to another machine. */
const copiesAway: Rule = ({ operands }) => {
  const target = operands.at(-1) ?? ""
  return elsewhere.test(target) && !localHost.test(target)
}

/**
 * Matches names of folders that a build, an installation or a tool creates again, so that deleting them loses nothing.
 */
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

const publicName = /^(?:prod|production|staging|live|preprod)$/i

/**
 * True if a word names an environment that other people use: `prod`, `--database=prod`, `prod.yml`,
 * `deploy@prod-db:5432/shop`.
 */
const namesPublic = (word: string): boolean =>
  word.split(/\W+/).some((part) => publicName.test(part)) && !/^\.{0,2}\//.test(word)

const dockerReads =
  /^(?:(?:compose|container|image|volume|network|system) )?(?:ps|logs|images|ls|inspect|top|stats|info|version|events|port|config|df|diff|history|build|pull)\b/

/**
 * A rule for container tools. It applies if they are connected to another machine, or to an environment that other
 * people use.
 */
const dockerElsewhere: Rule = ({ operands, words }) => {
  const isRemote = words.some(
    (word, index) =>
      (/^(?:-H|--host|--context)$/.test(word) && !/^(?:default|desktop-linux|unix:)/.test(words[index + 1] ?? "")) ||
      /^--(?:host|context)=(?!default|desktop-linux|unix:)/.test(word) ||
      (/^(?:-f|--file|-p|--project-name|--env-file|--profile)$/.test(word) && namesPublic(words[index + 1] ?? "")) ||
      (/^--(?:file|project-name|env-file|profile)=/.test(word) && namesPublic(word))
  )
  const said = operands.filter((word) => !/\.ya?ml$/.test(word)).join(" ")
  return isRemote && !dockerReads.test(said)
}

const docker: Rule = either(
  has(/^(?:ssh|tcp):\/\//),
  dockerElsewhere,
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

/** A rule for commands that name an environment which other people use. */
const aimedAt: Rule = ({ words }) => words.some(namesPublic)

const inlineOption = /^(?:-[a-zA-Z]*[ceEp]|--eval|--print|--command)$/
const sendingCode =
  /\b(?:requests|httpx|axios|session|client|got|ky|superagent|http)\s*\.\s*(?:post|put|patch|delete)\s*\(|\bmethod\s*[:=]\s*(["'])(?:POST|PUT|PATCH|DELETE)\1|\brequest\s*\(\s*(["'])(?:POST|PUT|PATCH|DELETE)\2|\bNet::HTTP(?:\.|::)(?:post|Post|Put|Patch|Delete)|\bsmtplib\.|\bshutil\.rmtree\s*\(|\brmSync\s*\(|\burlopen\s*\([^)]{0,200}\bdata\s*=/i
const urls = /\bhttps?:\/\/[^\s"'`)]+/g

/**
 * A rule for code on the command line, or in a here-document, that sends something to another machine or changes a
 * database.
 */
const inlineActs: Rule = ({ text, words }) => {
  const isInline = words.some((word) => inlineOption.test(word)) || /<<-?\s*["']?\w+/.test(text)
  const addresses = text.match(urls) ?? []
  return (
    isInline &&
    ((sendingCode.test(text) && (addresses.length === 0 || addresses.some((url) => !localHost.test(url)))) ||
      changesRows.test(text))
  )
}

const readsDjango =
  /^(?:test|check|showmigrations|sqlmigrate|diffsettings|makemigrations|inspectdb|dumpdata|runserver|help)$/
/** A rule for Django's management commands. It applies if they name a database that other people use. */
const manages: Rule = (said) =>
  /\bmanage\.py\b|^django-admin\b/.test(said.text) &&
  !said.operands.some((word) => readsDjango.test(word)) &&
  aimedAt(said)

const localAddress = /:\/\/(?:[^/@]*@)?(?:localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1\]|\/)/i

const readsMigrations: Rule = ({ operands }) =>
  operands.some((word) =>
    /^(?:status|history|current|heads|show|check|branches|diff|format|validate|generate|info)$/.test(word)
  )
const migrates: Rule = (said) =>
  begins(/^(?:migrate (?:deploy|reset)|db:drop)\b/)(said) ||
  (!readsMigrations(said) &&
    (aimedAt(said) ||
      said.words.some(
        (word) => /\b[a-z][a-z0-9+]*:\/\//i.test(word) && !localAddress.test(word) && !/sqlite|file:/.test(word)
      )))

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
  ["bun", either(packageTool, runsFiles, inlineActs)],
  ["cargo gem twine poetry uv flit hatch pdm jsr vsce ovsx mix pod conan lerna changeset nx rush", publishes],
  ["deno", either(publishes, runsFiles, inlineActs)],
  ["dotnet nuget", begins(/^(?:nuget )?(?:push|delete)\b/)],
  ["semantic-release np release-it fastlane cap capistrano", always],
  ["goreleaser", ({ operands, words }) => operands[0] === "release" && !words.includes("--snapshot")],
  ["make gmake just rake task mage invoke inv gulp grunt mvn mvnw gradle gradlew sbt ant", targets],
  ["nix", ({ operands }) => operands.some((word) => isNamedAct(/#(.*)/.exec(word)?.[1] ?? ""))],
  ["xcrun", begins(/^(?:altool|notarytool)\b/)],
  ["python node tsx ts-node ruby perl php pwsh", either(runsFiles, inlineActs, manages)],
  ["manage.py django-admin", manages],
  ["rails", ({ operands: [first = ""] }) => isNamedAct(first)],
  ["prisma knex sequelize alembic flyway liquibase dbmate goose atlas migrate diesel sqlx", migrates],
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

/** A rule that applies if a program has no operands, for programs that then act on something outside. */
function bare({ operands }: Said): boolean {
  return operands.length === 0
}

/** The rules by the name of the program. */
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

/** Matches programs that run another command; `runnersOptions` matches those of their options that have a value. */
const runsAnother = /^(?:xargs|parallel|watch|entr|doas|command|setsid|flock|caffeinate|chronic|script|eval)$/
const runnersOptions = /^-[nIPLsduegtjw]$/

/** Removes the words of a command that only start another program, such as `sudo` or `xargs -n 1`. */
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

/** Returns the commands inside a group or a subshell, `{ … }` or `( … )`; undefined for any other stage. */
const groupIn = (stage: string): string | undefined =>
  /^[({]/.test(stage) ? stage.slice(1, /[)}]$/.test(stage) ? -1 : undefined).trim() : undefined

/** The maximum depth of nested quotes, substitutions and compound commands in which commands are searched. */
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

/**
 * True if a command, or any part of it, acts outside the working copy, or on an object that exists once, such as a pull
 * request or a release. Such a command must not be recommended.
 */
export const actsOutside = (command: string): boolean => actsIn(command.slice(0, 20_000), 0)
