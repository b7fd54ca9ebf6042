/*
 * Recognises commands that work only in their own session: in a directory made for it, or with a variable that it had
 * set. They would fail in a later session, so memory must not list them among what works.
 */

/**
 * Matches variables that every shell has, or that only say where tools are installed. A command with one of these works
 * in later sessions too.
 */
const lasting =
  /^(?:HOME|PWD|OLDPWD|PATH|USER|LOGNAME|SHELL|HOSTNAME|LANG|TMPDIR|TEMP|TMP|CI|EDITOR|RANDOM|PIPESTATUS|UID|XDG_\w+|\w+_HOME|\w+_ROOT|GOPATH|GOBIN|GOCACHE|VIRTUAL_ENV|NODE_ENV|[Ee]nv|[Hh]ome|[Pp]wd|LASTEXITCODE|[Ll]ast[Ee]xit[Cc]ode|[Nn]ull|[Tt]rue|[Ff]alse|\d|_)$/

const variable = /(?<!\\)\$\{?([A-Za-z_]\w{0,80}|\d)/g
const temporary =
  /(?:^|[\s"'=])(?:\/private)?(?:\/tmp|\/var\/folders|\/var\/tmp|\/dev\/shm)(?=[/\s"']|$)|[\\/](?:AppData[\\/]Local[\\/]Temp|tmp\.\w{4,})(?=[\\/\s"']|$)|\$\{?(?:TMPDIR|TEMP|TMP)(?!\w)/i
/** Matches the output files and the variables that a command itself writes. These need not exist before it runs. */
const written = /(?:^|\s)(?:\d|&)?>{1,2}\s{0,3}\S{1,300}|(?:^|\s)(?:export )?[A-Z_]\w{0,60}=\S{0,300}/g
const output = /\s(?:-o|--out(?:put|file|dir)?|--target-dir|-coverprofile)(?:\s{1,3}|=)\S{1,300}/g

/**
 * True if a command works only in its own session: it uses a temporary file, or a variable that the session had set.
 */
export const isSessionBound = (command: string): boolean => {
  const text = command.slice(0, 4_000).replace(/'[^']*'/g, "''")
  const isUnset = [...text.matchAll(variable)].some(
    ([, name = ""]) =>
      !lasting.test(name) && !new RegExp(`(?:^|[\\s;&|(])(?:export |local )?${name}=|\\bfor ${name} in\\b`).test(text)
  )
  return isUnset || temporary.test(text.replace(written, " ").replace(output, " "))
}
