/**
 * Tells the commands that only their own session can run: in a directory made for it, on a variable that it had set. Told as
 * something that works, they would fail the next time.
 */

/** Variables that every shell of a machine has, or that tools are found by. */
const lasting =
  /^(?:HOME|PWD|OLDPWD|PATH|USER|LOGNAME|SHELL|HOSTNAME|LANG|TMPDIR|TEMP|TMP|CI|EDITOR|RANDOM|PIPESTATUS|UID|XDG_\w+|\w+_HOME|\w+_ROOT|GOPATH|GOBIN|GOCACHE|VIRTUAL_ENV|NODE_ENV|env|lastexitcode|null|true|false|\d|_)$/i

const variable = /(?<!\\)\$\{?([A-Za-z_]\w{0,80}|\d)/g
const temporary =
  /(?:^|[\s"'=])(?:\/private)?(?:\/tmp|\/var\/folders|\/var\/tmp|\/dev\/shm)(?=[/\s"']|$)|[\\/](?:AppData[\\/]Local[\\/]Temp|tmp\.\w{4,})(?=[\\/\s"']|$)/i
/** Matches output files and assigned variables, which need not be there the next time. */
const written = /(?:^|\s)(?:\d|&)?>{1,2}\s{0,3}\S{1,300}|(?:^|\s)(?:export )?[A-Z_]\w{0,60}=\S{0,300}/g
const output = /\s(?:-o|--out(?:put|file|dir)?|--target-dir|-coverprofile)(?:\s{1,3}|=)\S{1,300}/g

/** True if a command can be run in its own session alone. */
export const isSessionBound = (command: string): boolean => {
  const text = command.slice(0, 4_000).replace(/'[^']*'/g, "''")
  const isUnset = [...text.matchAll(variable)].some(
    ([, name = ""]) =>
      !lasting.test(name) && !new RegExp(`(?:^|[\\s;&|(])(?:export |local )?${name}=|\\bfor ${name} in\\b`).test(text)
  )
  return isUnset || temporary.test(text.replace(written, " ").replace(output, " "))
}
